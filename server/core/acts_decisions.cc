// Decisions on the policy's questions; waiving, holding and releasing duties.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/network.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligations.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Question;
using record::v1::ObligationRow;

absl::StatusOr<const Question*> FindQuestion(const PolicyIndex& policy, const std::string& code) {
  if (const Question* question = policy.FindQuestion(code); question != nullptr) return question;
  std::vector<std::string> codes;
  for (const Question& known : policy.proto().questions()) {
    codes.push_back(absl::StrCat(known.code(), " (", known.question(), ")"));
  }
  return InvalidField("question", absl::StrCat("there is no question \"", code, "\"; it is one of ",
                                               absl::StrJoin(codes, ", ")));
}

absl::StatusOr<std::string> FindAnswer(const Question& question, const std::string& given) {
  for (const std::string& answer : question.answers()) {
    if (absl::EqualsIgnoreCase(answer, given)) return answer;
  }
  return InvalidField(
      "answer", absl::StrCat(question.code(), " is answered with ",
                             absl::StrJoin(question.answers(), ", "), "; this is \"", given, "\""));
}

// The case that a decision is about; null when there is none.
const v1::NonComplianceCase* OpenCase(const record::v1::IncidentState& state,
                                      absl::string_view entity) {
  for (const v1::NonComplianceCase& one : state.cases()) {
    if (one.entity() == entity && (one.state() == v1::NonComplianceCase::STATE_PROPOSED ||
                                   one.state() == v1::NonComplianceCase::STATE_CONFIRMED)) {
      return &one;
    }
  }
  return nullptr;
}

absl::Status CheckCase(const Draft& draft, const Caller& caller, absl::string_view entity) {
  const v1::NonComplianceCase* open = OpenCase(draft.state(), entity);
  if (open == nullptr) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_CASE",
                        absl::StrCat("there is no open non-compliance case of ", entity, " in ",
                                     draft.state().id()))
        .Build();
  }
  if (open->proposer() == caller.actor.principal()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
                        "whoever proposed a case must not decide it; somebody else has to")
        .Build();
  }
  return absl::OkStatus();
}

void RecordCase(Draft& draft, absl::string_view entity, absl::string_view answer) {
  v1::NonComplianceCase changed = *OpenCase(draft.state(), entity);
  v1::NonComplianceCase::State state = changed.state();
  v1::NonComplianceCase::State_Parse(absl::StrCat("STATE_", answer), &state);
  changed.set_state(state);
  changed.set_decider(draft.actor().principal());
  *changed.mutable_decide_time() = ToProto(draft.context().now);
  record::v1::Event event = draft.NewEvent();
  *event.mutable_case_changed()->mutable_changed() = std::move(changed);
  draft.Record(std::move(event));
}

// "DAILY-STATUS#2" and "daily-status" both name an instance in one of `states`.
// One that the caller is not shown does not exist.
absl::StatusOr<ObligationRow> FindRow(const Draft& draft, const Caller& caller,
                                      absl::string_view name, bool held) {
  const View view(draft.context().policy, draft.context().directory, caller, draft.state());
  const auto fits = [&](const ObligationRow& row) {
    return view.Shows(row) && (held ? row.state() == v1::Obligation::STATE_HELD : IsOpen(row));
  };
  for (const ObligationRow& row : draft.state().obligations()) {
    if (fits(row) && absl::EqualsIgnoreCase(row.instance(), name)) return row;
  }
  for (const ObligationRow& row : draft.state().obligations()) {
    if (fits(row) && absl::EqualsIgnoreCase(row.code(), name)) return row;
  }
  return InvalidField(
      "obligation", absl::StrCat("there is no ", held ? "held" : "open", " duty \"", name, "\" in ",
                                 draft.state().id(), "; `duties` lists them"));
}

}  // namespace

absl::Status DecideDecision(Draft& draft, const Caller& caller,
                            const v1::RecordDecisionRequest& act) {
  const Context& context = draft.context();
  BELFRY_ASSIGN_OR_RETURN(const Question* question, FindQuestion(context.policy, act.question()));
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), question->act()));
  BELFRY_ASSIGN_OR_RETURN(const std::string answer, FindAnswer(*question, act.answer()));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  if (question->reason_required()) {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  }
  const std::string entity = act.entity().empty() ? draft.state().entity() : act.entity();
  if (FindPart(draft.state(), entity) == nullptr) {
    return InvalidField("entity", absl::StrCat(entity, " has no part in ", draft.state().id()));
  }
  if (question->about_case()) BELFRY_RETURN_IF_ERROR(CheckCase(draft, caller, entity));
  // What public safety depends on is said before anything else that may stand against it.
  std::optional<v1::NetworkRemoval> removal;
  if (!question->removes_on().empty() && question->removes_on() == answer) {
    BELFRY_ASSIGN_OR_RETURN(removal, PlanRemoval(draft, entity, act));
  }
  Fields fields;
  v1::DocumentField* field = fields.Add();
  field->set_name("answer");
  field->set_value(answer);
  BELFRY_RETURN_IF_ERROR(
      RequireGuards(draft, question->guards(), absl::StrCat("decide ", question->code()), fields));

  record::v1::Event event = draft.NewEvent();
  record::v1::DecisionRecorded* body = event.mutable_decision_recorded();
  v1::Decision& decision = *body->mutable_decision();
  decision.set_question(question->code());
  decision.set_answer(answer);
  decision.set_reason(act.reason());
  decision.set_decider(caller.actor.principal());
  *decision.mutable_time() = event.time();
  decision.set_event_version(draft.state().version() + 1);
  if (removal.has_value()) *body->mutable_removal() = *std::move(removal);
  AddClauses(event, question->clauses());
  const v1::Decision taken = decision;
  draft.Record(std::move(event));
  if (question->about_case()) RecordCase(draft, entity, answer);
  SatisfyByDecision(draft, taken);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideWaiver(Draft& draft, const Caller& caller,
                          const v1::WaiveObligationRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const ObligationRow row, FindRow(draft, caller, act.obligation(), false));
  const Obligation* rule = context.policy.FindObligation(row.code());
  const std::string clauses = absl::StrJoin(rule->clauses(), ", ");
  const policy::v1::Obligation::Waiver* allowed = nullptr;
  Roles roles;
  const std::string entity = EntityOf(draft.state(), row.subject());
  for (const policy::v1::Obligation::Waiver& waiver : rule->waivers()) {
    if (waiver.has_when() && !Holds(waiver.when(), draft.About(entity))) continue;
    allowed = &waiver;
    roles.MergeFrom(waiver.roles());
  }
  if (allowed == nullptr) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_WAIVABLE",
                        absl::StrCat(row.instance(), " (", clauses, ") cannot be waived by anybody",
                                     rule->waivers().empty() ? "" : " as things are", ": ",
                                     Remedy(draft.state(), rule->remedy())))
        .Violation(clauses, row.instance(), "cannot be waived")
        .Build();
  }
  const auto grants = GrantsFor(context.directory, caller, entity);
  BELFRY_RETURN_IF_ERROR(
      RequireRole(context, grants, roles, absl::StrCat("waiving ", row.instance()), clauses));
  Settle(draft, *rule, row.instance(),
         allowed->not_applicable() ? v1::Obligation::STATE_NOT_APPLICABLE
                                   : v1::Obligation::STATE_WAIVED,
         act.reason());
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideHold(Draft& draft, const Caller& caller, const v1::HoldObligationRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const ObligationRow row, FindRow(draft, caller, act.obligation(), false));
  const Obligation* rule = context.policy.FindObligation(row.code());
  if (!rule->has_hold()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_HOLD",
                        absl::StrCat(row.instance(), " (", absl::StrJoin(rule->clauses(), ", "),
                                     ") knows no hold; its clock cannot be stopped"))
        .Violation(absl::StrJoin(rule->clauses(), ", "), row.instance(), "knows no hold")
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), rule->hold().act(),
                                    EntityOf(draft.state(), row.subject())));
  record::v1::Event event = draft.NewEvent();
  record::v1::ObligationHeld* body = event.mutable_obligation_held();
  body->set_instance(row.instance());
  body->set_reason(act.reason());
  body->set_held(true);
  AddClauses(event, rule->hold().clauses());
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideRelease(Draft& draft, const Caller& caller,
                           const v1::ReleaseObligationRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const ObligationRow row, FindRow(draft, caller, act.obligation(), true));
  const Obligation* rule = context.policy.FindObligation(row.code());
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), rule->hold().act(),
                                    EntityOf(draft.state(), row.subject())));
  record::v1::Event event = draft.NewEvent();
  record::v1::ObligationHeld* body = event.mutable_obligation_held();
  body->set_instance(row.instance());
  body->set_reason(act.reason());
  const auto due =
      DeadlineOf(context.policy, rule->hold().resume(), draft.state().severity(), context.now);
  if (due.has_value()) {
    *body->mutable_due_time() = ToProto(*due);
    *body->mutable_clock_start() = ToProto(context.now);
    *body->mutable_span() = ToProto(*due - context.now);
  }
  AddClauses(event, rule->hold().clauses());
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
