#include "server/measures/measures.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/measures/distribution.h"

namespace belfry::measures {
namespace {

using record::v1::IncidentState;

constexpr char kNoCategory[] = "NONE";

bool HasCategory(const IncidentState& state, const std::string& code) {
  const auto& categories = state.categories();
  return std::any_of(categories.begin(), categories.end(),
                     [&](const auto& assigned) { return assigned.category() == code; });
}

void FillDuties(const std::map<std::string, DutyTally>& tallies,
                google::protobuf::RepeatedPtrField<v1::DutyFigures>& rows) {
  for (const auto& [key, tally] : tallies) *rows.Add() = tally.Figures(key);
}

}  // namespace

Measures::Measures(Question question)
    : question_(std::move(question)),
      repeats_(question_.repeat_within),
      workload_(question_.zone) {}

bool Measures::Asks(const IncidentState& state) const {
  if (state.standing_register()) return false;
  if (state.drill() && !question_.include_drills) return false;
  if (!question_.severity.empty() && state.severity() != question_.severity) return false;
  return question_.category.empty() || HasCategory(state, question_.category);
}

void Measures::Add(const core::PolicyIndex& policy, absl::Span<const record::v1::Event> events) {
  const History history = Fold(policy, events);
  const IncidentState& state = history.state;
  AddDuties(policy, state);
  if (!IsWithin(state, state.entity(), question_.scope)) return;
  AddTo(total_, policy, history);
  for (const std::string& key : GroupsOf(history)) AddTo(groups_[key], policy, history);
  repeats_.Add(policy, history);
  reach_.Add(history);
  workload_.Add(policy, history);
}

void Measures::AddEarlier(const core::PolicyIndex& policy, const IncidentState& state) {
  if (IsWithin(state, state.entity(), question_.scope)) repeats_.AddEarlier(policy, state);
}

std::vector<std::string> Measures::GroupsOf(const History& history) const {
  const IncidentState& state = history.state;
  switch (question_.group_by) {
    case v1::GetMeasuresRequest::GROUP_BY_SEVERITY:
      return {state.severity()};
    case v1::GetMeasuresRequest::GROUP_BY_AGENCY:
      return {state.entity()};
    case v1::GetMeasuresRequest::GROUP_BY_MONTH:
      return {absl::FormatCivilTime(absl::ToCivilMonth(history.report_time, question_.zone))};
    case v1::GetMeasuresRequest::GROUP_BY_CATEGORY:
      break;
    default:
      return {};
  }
  std::vector<std::string> codes;
  for (const auto& assigned : state.categories()) codes.push_back(assigned.category());
  if (codes.empty()) codes.emplace_back(kNoCategory);
  return codes;
}

void Measures::AddTime(Times& times, const History& history, std::optional<absl::Time> reached,
                       bool marked, bool ended) const {
  if (reached.has_value()) {
    times.reached.push_back(absl::ToInt64Milliseconds(*reached - history.report_time));
  } else if (!marked) {
    ++times.unmarked;
  } else if (ended) {
    ++times.never;
  } else {
    times.waiting.push_back(absl::ToInt64Milliseconds(question_.now - history.report_time));
  }
}

void Measures::AddTo(Group& group, const core::PolicyIndex& policy, const History& history) const {
  v1::IncidentFigures& counts = group.counts;
  const bool ended = HasEnded(policy, history.state);
  counts.set_incident_count(counts.incident_count() + 1);
  if (!ended) counts.set_open_count(counts.open_count() + 1);
  if (WasWithdrawn(policy, history.state)) counts.set_withdrawn_count(counts.withdrawn_count() + 1);
  AddTime(group.acknowledge, history, history.acknowledge_time, true, ended);
  AddTime(group.contain, history, history.contain_time, HasClock(policy, kContainedClock), ended);
  AddTime(group.resolve, history, history.resolve_time, HasClock(policy, kResolvedClock), ended);
}

void Measures::AddDuties(const core::PolicyIndex& policy, const IncidentState& state) {
  for (const record::v1::ObligationRow& row : state.obligations()) {
    const std::string owner = FallsOn(policy, state, row);
    if (!IsWithin(state, owner, question_.scope)) continue;
    const Judgement judgement = Judge(row, question_.now);
    duties_.Add(judgement);
    by_code_[row.code()].Add(judgement);
    by_agency_[owner].Add(judgement);
    const policy::v1::Obligation* rule = policy.FindObligation(row.code());
    if (rule == nullptr) continue;
    for (const std::string& clause : rule->clauses()) by_clause_[clause].Add(judgement);
  }
}

v1::TimeFigures Measures::Times::Figures() const {
  v1::TimeFigures figures;
  *figures.mutable_reached() = Describe(reached, TimeBounds());
  *figures.mutable_waiting() = Describe(waiting, TimeBounds());
  figures.set_never_count(never);
  figures.set_unmarked_count(unmarked);
  return figures;
}

v1::IncidentFigures Measures::Group::Figures(const std::string& key) const {
  v1::IncidentFigures figures = counts;
  figures.set_key(key);
  *figures.mutable_acknowledge() = acknowledge.Figures();
  *figures.mutable_contain() = contain.Figures();
  *figures.mutable_resolve() = resolve.Figures();
  return figures;
}

void Measures::Finish(v1::GetMeasuresResponse& response) const {
  *response.mutable_total() = total_.Figures("");
  for (const auto& [key, group] : groups_) *response.add_groups() = group.Figures(key);
  *response.mutable_duties() = duties_.Figures("");
  FillDuties(by_code_, *response.mutable_duties_by_code());
  FillDuties(by_agency_, *response.mutable_duties_by_agency());
  FillDuties(by_clause_, *response.mutable_duties_by_clause());
  *response.mutable_repeats() = repeats_.Figures();
  *response.mutable_reach() = reach_.Figures();
  *response.mutable_workload() = workload_.Figures();
}

}  // namespace belfry::measures
