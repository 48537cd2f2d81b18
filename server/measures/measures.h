// Figures over many incidents. No clock, no store: what is given is counted, and nothing else.
#ifndef BELFRY_SERVER_MEASURES_MEASURES_H_
#define BELFRY_SERVER_MEASURES_MEASURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/measures_service.pb.h"
#include "server/core/policy/policy_index.h"
#include "server/measures/duty.h"
#include "server/measures/history.h"
#include "server/measures/repeats.h"
#include "server/measures/workload.h"

namespace belfry::measures {

// What is asked, with nothing left open.
struct Question {
  std::string scope;     // "entities/…", "secretariats/…", or empty: all
  std::string severity;  // empty: all, as for the category
  std::string category;
  bool include_drills = false;
  v1::GetMeasuresRequest::GroupBy group_by = v1::GetMeasuresRequest::GROUP_BY_UNSPECIFIED;
  absl::Duration repeat_within = absl::Hours(24 * 30);
  absl::TimeZone zone;  // of days, weeks and months
  absl::Time now;       // what is open is judged as of this
};

// Not thread-safe. The order in which incidents are added changes nothing.
class Measures {
 public:
  explicit Measures(Question question);

  // Is the incident one of those asked about, apart from when it was reported?
  bool Asks(const record::v1::IncidentState& state) const;
  // One reported in the time that is asked about, with all its events. `policy` is its own pack.
  void Add(const core::PolicyIndex& policy, absl::Span<const record::v1::Event> events);
  // One reported before, which may be repeated.
  void AddEarlier(const core::PolicyIndex& policy, const record::v1::IncidentState& state);

  // Fills in all figures.
  void Finish(v1::GetMeasuresResponse& response) const;

 private:
  struct Times {
    std::vector<int64_t> reached;
    std::vector<int64_t> waiting;
    int64_t never = 0;
    int64_t unmarked = 0;

    v1::TimeFigures Figures() const;
  };
  struct Group {
    v1::IncidentFigures counts;
    Times acknowledge;
    Times contain;
    Times resolve;

    v1::IncidentFigures Figures(const std::string& key) const;
  };

  void AddTo(Group& group, const core::PolicyIndex& policy, const History& history) const;
  void AddTime(Times& times, const History& history, std::optional<absl::Time> reached, bool marked,
               bool ended) const;
  void AddDuties(const core::PolicyIndex& policy, const record::v1::IncidentState& state);
  std::vector<std::string> GroupsOf(const History& history) const;

  const Question question_;
  Group total_;
  std::map<std::string, Group> groups_;
  DutyTally duties_;
  std::map<std::string, DutyTally> by_code_;
  std::map<std::string, DutyTally> by_agency_;
  std::map<std::string, DutyTally> by_clause_;
  Repeats repeats_;
  Reach reach_;
  Workload workload_;
};

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_MEASURES_H_
