// Who has how much to do, and how contacts are reached.
#ifndef BELFRY_SERVER_MEASURES_WORKLOAD_H_
#define BELFRY_SERVER_MEASURES_WORKLOAD_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "belfry/v1/measures.pb.h"
#include "google/protobuf/repeated_field.h"
#include "server/core/policy/policy_index.h"
#include "server/measures/history.h"

namespace belfry::measures {

class Workload {
 public:
  // Days and weeks are those of `zone`.
  explicit Workload(absl::TimeZone zone) : zone_(zone) {}

  void Add(const core::PolicyIndex& policy, const History& history);
  v1::WorkloadFigures Figures() const;

 private:
  const absl::TimeZone zone_;
  std::map<std::string, int64_t> open_by_lead_;
  // Acts by Monday and person.
  std::map<absl::CivilDay, std::map<std::string, int64_t>> acts_;
  std::map<std::pair<absl::CivilDay, std::string>, int64_t> reported_;
};

class Reach {
 public:
  void Add(const History& history);
  google::protobuf::RepeatedPtrField<v1::ReachFigures> Figures() const;

 private:
  struct Level {
    v1::ReachFigures figures;
    std::vector<int64_t> answers;
  };
  std::map<int32_t, Level> levels_;
};

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_WORKLOAD_H_
