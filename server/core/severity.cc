#include "server/core/severity.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "server/core/state_util.h"

namespace belfry::core {

namespace {

// The weighted mean of the scored answers; nullopt until all are given.
std::optional<double> ScoreOf(const Subject& subject) {
  const policy::v1::SeverityScore& rule = subject.policy.proto().score();
  if (rule.terms().empty()) return std::nullopt;
  int64_t sum = 0;
  for (const policy::v1::SeverityScore::Term& term : rule.terms()) {
    const std::optional<std::string> value = FactValue(subject.state, term.fact());
    int64_t number = 0;
    if (!value.has_value() || !absl::SimpleAtoi(*value, &number)) return std::nullopt;
    sum += number * term.weight();
  }
  const double scaled = 100.0 * static_cast<double>(sum - rule.lowest()) /
                        static_cast<double>(rule.highest() - rule.lowest());
  return std::clamp(scaled, 0.0, 100.0);
}

// What the policy suggests before any floor.
std::string Suggested(const PolicyIndex& policy, std::optional<double> score) {
  if (!score.has_value()) return policy.proto().initial_severity();
  for (const policy::v1::SeverityScore::Band& band : policy.proto().score().bands()) {
    if (*score >= band.at_least()) return band.severity();
  }
  return policy.proto().severities().rbegin()->code();
}

}  // namespace

std::string SuggestedSeverity(const Subject& subject) {
  return Suggested(subject.policy, ScoreOf(subject));
}

SeverityFloors FloorsOf(const Subject& subject) {
  SeverityFloors floors;
  for (const policy::v1::SeverityFloor& floor : subject.policy.proto().floors()) {
    if (!floor.one_worse_up_to().empty() || !Holds(floor.when(), subject)) continue;
    floors.codes.push_back(floor.code());
    if (floors.at_least.empty() || subject.policy.SeverityRank(floor.at_least()) <
                                       subject.policy.SeverityRank(floors.at_least)) {
      floors.at_least = floor.at_least();
    }
  }
  return floors;
}

namespace {

// Rules that make it one level worse than everything else does.
void AddStep(const Subject& subject, absl::string_view otherwise, SeverityFloors& floors) {
  for (const policy::v1::SeverityFloor& floor : subject.policy.proto().floors()) {
    if (floor.one_worse_up_to().empty() || !Holds(floor.when(), subject)) continue;
    floors.codes.push_back(floor.code());
    const int present = subject.policy.SeverityRank(otherwise);
    const int limit = subject.policy.SeverityRank(floor.one_worse_up_to());
    const int rank = std::max(present - 1, limit);
    if (rank >= present) continue;
    if (floors.at_least.empty() || rank < subject.policy.SeverityRank(floors.at_least)) {
      floors.at_least = subject.policy.proto().severities(rank).code();
    }
  }
}

}  // namespace

void SettleSeverity(Draft& draft, absl::string_view requested, absl::string_view reason) {
  const PolicyIndex& policy = draft.context().policy;
  const record::v1::IncidentState& state = draft.state();
  SeverityFloors floors = FloorsOf(draft.About(""));

  const std::optional<double> score = ScoreOf(draft.About(""));
  std::string wanted(requested);
  if (wanted.empty()) wanted = state.requested_severity();
  if (wanted.empty()) wanted = Suggested(policy, score);
  const auto worse_floor = [&] {
    return !floors.at_least.empty() &&
           policy.SeverityRank(floors.at_least) < policy.SeverityRank(wanted);
  };
  AddStep(draft.About(""), worse_floor() ? floors.at_least : wanted, floors);
  const bool floor_is_worse = worse_floor();
  const std::string severity = floor_is_worse ? floors.at_least : wanted;

  const bool same_floors = std::equal(floors.codes.begin(), floors.codes.end(),
                                      state.floors().begin(), state.floors().end());
  const bool same_score = score.has_value() == state.has_severity_score() &&
                          (!score.has_value() || *score == state.severity_score());
  if (severity == state.severity() && same_floors && same_score && requested.empty()) return;

  record::v1::Event event = draft.NewEvent();
  record::v1::SeverityChanged* body = event.mutable_severity_changed();
  body->set_from(state.severity());
  body->set_to(severity);
  body->set_requested(std::string(requested));
  body->set_reason(std::string(reason));
  if (score.has_value()) body->set_score(*score);
  body->set_raised(policy.SeverityRank(severity) < policy.SeverityRank(state.severity()));
  for (const std::string& code : floors.codes) body->add_floors(code);
  for (const policy::v1::SeverityFloor& floor : policy.proto().floors()) {
    if (!floor_is_worse || (floor.at_least() != severity && floor.one_worse_up_to().empty())) {
      continue;
    }
    if (std::find(floors.codes.begin(), floors.codes.end(), floor.code()) == floors.codes.end()) {
      continue;
    }
    for (const std::string& clause : floor.clauses()) event.add_clauses(clause);
    if (body->reason().empty()) body->set_reason(floor.reason());
  }
  draft.Record(std::move(event));
}

}  // namespace belfry::core
