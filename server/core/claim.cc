#include "server/core/claim.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/core/predicate.h"

namespace belfry::core {
namespace {

using policy::v1::Reimbursement;
using Words = google::protobuf::RepeatedPtrField<std::string>;

bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsAbout(const Reimbursement::Step& step, absl::string_view document, const Fields& fields) {
  if (step.document() != document) return false;
  if (!step.has_when()) return true;
  google::protobuf::RepeatedPtrField<policy::v1::FieldTest> tests;
  *tests.Add() = step.when();
  return FieldsFit(tests, fields);
}

// A document that did not fit the state, as one of an older pack may, moves nothing.
std::string Fold(const Reimbursement& rules, const record::v1::IncidentState& state) {
  std::string current = rules.initial_state();
  for (const record::v1::DocumentRow& row : state.documents()) {
    for (const Reimbursement::Step& step : rules.steps()) {
      if (!IsAbout(step, row.type(), row.fields()) || !Contains(step.from(), current)) continue;
      current = step.to();
      break;
    }
  }
  return current;
}

bool WasInvoked(const Reimbursement& rules, const record::v1::IncidentState& state) {
  return std::any_of(state.decisions().begin(), state.decisions().end(),
                     [&](const v1::Decision& decision) {
                       return decision.question() == rules.question() &&
                              Contains(rules.answers(), decision.answer());
                     });
}

absl::Status Refuse(const Reimbursement& rules, const Draft& draft, absl::string_view what,
                    absl::string_view guard, const std::string& why, const std::string& remedy) {
  const std::string clauses = absl::StrJoin(rules.clauses(), ", ");
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "GUARD_FAILED",
             absl::StrCat(draft.state().id(), " cannot ", what, " yet: ", why,
                          clauses.empty() ? "" : absl::StrCat(" (", clauses, ")"), ": ", remedy))
      .Violation(clauses, std::string(guard), absl::StrCat(why, ". ", remedy))
      .Build();
}

// What may come after a state, as people type it.
std::string NextSteps(const Reimbursement& rules, absl::string_view id, absl::string_view current) {
  std::vector<std::string> lines;
  for (const Reimbursement::Step& step : rules.steps()) {
    if (!Contains(step.from(), current)) continue;
    std::string line = absl::StrCat("document ", id, " ", step.document());
    if (step.has_when()) {
      absl::StrAppend(&line, " ", step.when().name(), ":", absl::StrJoin(step.when().is(), "|"));
    }
    lines.push_back(std::move(line));
  }
  return lines.empty() ? "it has ended" : absl::StrCat("next is ", absl::StrJoin(lines, ", or "));
}

}  // namespace

std::string ClaimState(const policy::v1::Policy& policy, const record::v1::IncidentState& state) {
  if (!policy.has_reimbursement()) return "";
  const std::string current = Fold(policy.reimbursement(), state);
  const bool costs = std::any_of(state.costs().begin(), state.costs().end(),
                                 [](const v1::CostLine& cost) { return cost.self_help(); });
  return costs || current != policy.reimbursement().initial_state() ? current : "";
}

absl::Status RequireSelfHelp(const Draft& draft, absl::string_view what) {
  const policy::v1::Policy& policy = draft.context().policy.proto();
  if (!policy.has_reimbursement()) return absl::OkStatus();
  const Reimbursement& rules = policy.reimbursement();
  if (WasInvoked(rules, draft.state())) return absl::OkStatus();
  return Refuse(rules, draft, what, "SELF_HELP_INVOKED",
                absl::StrCat("nobody has decided ", rules.question(), " ",
                             absl::StrJoin(rules.answers(), " or ")),
                absl::StrCat("decide ", draft.state().id(), " ", rules.question(), " ",
                             absl::StrJoin(rules.answers(), "|"), " reason:\"…\""));
}

absl::Status CheckClaimStep(const Draft& draft, const policy::v1::DocumentType& type,
                            const Fields& fields) {
  const Reimbursement& rules = draft.context().policy.proto().reimbursement();
  std::set<std::string> wanted;
  bool of_claim = false;
  const std::string current = Fold(rules, draft.state());
  for (const Reimbursement::Step& step : rules.steps()) {
    of_claim |= step.document() == type.code();
    if (!IsAbout(step, type.code(), fields)) continue;
    if (Contains(step.from(), current)) {
      return RequireSelfHelp(draft, absl::StrCat("accept the ", type.title()));
    }
    wanted.insert(step.from().begin(), step.from().end());
  }
  if (!of_claim) return absl::OkStatus();
  return Refuse(rules, draft, absl::StrCat("accept the ", type.title()), "CLAIM_STATE",
                absl::StrCat("the claim is ", current, ", and this needs it to be ",
                             absl::StrJoin(wanted, " or ")),
                NextSteps(rules, draft.state().id(), current));
}

}  // namespace belfry::core
