#include "server/core/severity.h"

#include <algorithm>

namespace belfry::core {

SeverityFloors FloorsOf(const Subject& subject) {
  SeverityFloors floors;
  for (const policy::v1::SeverityFloor& floor : subject.policy.proto().floors()) {
    if (!Holds(floor.when(), subject)) continue;
    floors.codes.push_back(floor.code());
    if (floors.at_least.empty() || subject.policy.SeverityRank(floor.at_least()) <
                                       subject.policy.SeverityRank(floors.at_least)) {
      floors.at_least = floor.at_least();
    }
  }
  return floors;
}

void SettleSeverity(Draft& draft, absl::string_view requested, absl::string_view reason) {
  const PolicyIndex& policy = draft.context().policy;
  const record::v1::IncidentState& state = draft.state();
  const SeverityFloors floors = FloorsOf(draft.About(""));

  std::string wanted(requested);
  if (wanted.empty()) wanted = state.requested_severity();
  if (wanted.empty()) wanted = policy.proto().initial_severity();
  const bool floor_is_worse = !floors.at_least.empty() &&
                              policy.SeverityRank(floors.at_least) < policy.SeverityRank(wanted);
  const std::string& severity = floor_is_worse ? floors.at_least : wanted;

  const bool same_floors = std::equal(floors.codes.begin(), floors.codes.end(),
                                      state.floors().begin(), state.floors().end());
  if (severity == state.severity() && same_floors && requested.empty()) return;

  record::v1::Event event = draft.NewEvent();
  record::v1::SeverityChanged* body = event.mutable_severity_changed();
  body->set_from(state.severity());
  body->set_to(severity);
  body->set_requested(std::string(requested));
  body->set_reason(std::string(reason));
  body->set_raised(policy.SeverityRank(severity) < policy.SeverityRank(state.severity()));
  for (const std::string& code : floors.codes) body->add_floors(code);
  for (const policy::v1::SeverityFloor& floor : policy.proto().floors()) {
    if (floor.at_least() != severity || !floor_is_worse) continue;
    if (std::find(floors.codes.begin(), floors.codes.end(), floor.code()) == floors.codes.end()) {
      continue;
    }
    for (const std::string& clause : floor.clauses()) event.add_clauses(clause);
    if (body->reason().empty()) body->set_reason(floor.reason());
  }
  draft.Record(std::move(event));
}

}  // namespace belfry::core
