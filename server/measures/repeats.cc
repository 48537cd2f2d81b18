#include "server/measures/repeats.h"

#include <algorithm>

#include "server/base/proto_time.h"
#include "server/measures/distribution.h"

namespace belfry::measures {

void Repeats::Remember(const core::PolicyIndex& policy, const record::v1::IncidentState& state,
                       bool counts) {
  // What was no incident, or is another one's part now, repeats nothing and is not repeated.
  if (WasWithdrawn(policy, state)) return;
  const absl::Time time = FromProto(state.create_time());
  for (const v1::CategoryAssignment& assigned : state.categories()) {
    incidents_[{state.entity(), assigned.category()}].push_back({time, state.id(), counts});
  }
}

void Repeats::Add(const core::PolicyIndex& policy, const History& history) {
  Remember(policy, history.state, true);
  v1::RepeatFigures& f = figures_;
  if (history.reinfections > 0) {
    f.set_reinfection_count(f.reinfection_count() + history.reinfections);
    f.set_reinfected_incident_count(f.reinfected_incident_count() + 1);
  }
  if (history.state.reopened_count() > 0) {
    f.set_reopening_count(f.reopening_count() + history.state.reopened_count());
    f.set_reopened_incident_count(f.reopened_incident_count() + 1);
  }
}

void Repeats::AddEarlier(const core::PolicyIndex& policy, const record::v1::IncidentState& state) {
  Remember(policy, state, false);
}

v1::RepeatFigures Repeats::Figures() const {
  v1::RepeatFigures figures = figures_;
  // The shortest interval of each incident that repeats another, in whatever category.
  std::map<std::string, int64_t> shortest;
  for (const auto& [key, unsorted] : incidents_) {
    std::vector<Incident> incidents = unsorted;
    std::sort(incidents.begin(), incidents.end());
    v1::RepeatFigures::Row row;
    for (size_t i = 0; i < incidents.size(); ++i) {
      if (!incidents[i].counts) continue;
      row.set_incident_count(row.incident_count() + 1);
      if (i == 0 || incidents[i].time - incidents[i - 1].time > within_) continue;
      row.set_repeat_count(row.repeat_count() + 1);
      const int64_t interval = absl::ToInt64Milliseconds(incidents[i].time - incidents[i - 1].time);
      const auto [known, added] = shortest.emplace(incidents[i].id, interval);
      if (!added) known->second = std::min(known->second, interval);
    }
    if (row.repeat_count() == 0) continue;
    row.set_entity(key.first);
    row.set_category(key.second);
    *figures.add_rows() = std::move(row);
  }
  std::vector<int64_t> intervals;
  for (const auto& [id, interval] : shortest) intervals.push_back(interval);
  figures.set_repeat_count(static_cast<int64_t>(intervals.size()));
  *figures.mutable_interval() = Describe(std::move(intervals), TimeBounds());
  return figures;
}

}  // namespace belfry::measures
