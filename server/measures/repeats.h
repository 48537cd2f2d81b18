// Who was hit again, and in the same way.
#ifndef BELFRY_SERVER_MEASURES_REPEATS_H_
#define BELFRY_SERVER_MEASURES_REPEATS_H_

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "belfry/v1/measures.pb.h"
#include "server/core/policy/policy_index.h"
#include "server/measures/history.h"

namespace belfry::measures {

class Repeats {
 public:
  explicit Repeats(absl::Duration within) : within_(within) {}

  void Add(const core::PolicyIndex& policy, const History& history);
  // One from before the time that is asked about, which a later one may repeat.
  void AddEarlier(const core::PolicyIndex& policy, const record::v1::IncidentState& state);

  v1::RepeatFigures Figures() const;

 private:
  struct Incident {
    absl::Time time;
    std::string id;
    bool counts = false;  // reported in the time that is asked about

    bool operator<(const Incident& other) const {
      return std::tie(time, id) < std::tie(other.time, other.id);
    }
  };

  void Remember(const core::PolicyIndex& policy, const record::v1::IncidentState& state,
                bool counts);

  const absl::Duration within_;
  // By agency and category.
  std::map<std::pair<std::string, std::string>, std::vector<Incident>> incidents_;
  v1::RepeatFigures figures_;
};

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_REPEATS_H_
