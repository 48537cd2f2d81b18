// Acts of people who answer: acknowledge, escalate, change the severity.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/obligations.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/severity.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

bool IsRunning(const record::v1::Chain& chain) {
  return chain.state() == v1::EscalationChain::STATE_NOTIFIED ||
         chain.state() == v1::EscalationChain::STATE_EXHAUSTED;
}

// Would this acknowledgement satisfy a duty that is still open?
bool SomethingWaits(const Draft& draft, const std::vector<record::v1::RoleGrant>& grants) {
  return std::any_of(draft.state().obligations().begin(), draft.state().obligations().end(),
                     [&](const record::v1::ObligationRow& row) {
                       const policy::v1::Obligation* rule =
                           draft.context().policy.FindObligation(row.code());
                       return IsOpen(row) && rule != nullptr &&
                              std::any_of(rule->satisfied_by().begin(), rule->satisfied_by().end(),
                                          [&](const auto& way) {
                                            return way.has_acknowledgement() &&
                                                   Includes(grants, way.acknowledgement().roles());
                                          });
                     });
}

bool AcknowledgedBefore(const Draft& draft, const std::string& person) {
  const auto& rows = draft.state().acknowledgements();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.person() == person; });
}

// Up: pages that level. Down: stands the levels above it down; one level is the handler's to
// give, more the executive's.
absl::Status GoToLevel(Draft& draft, const Caller& caller, const std::string& entity,
                       const v1::EscalateIncidentRequest& act) {
  const Context& context = draft.context();
  const auto& ladder = context.policy.proto().escalation();
  const record::v1::Chain* chain = FindChain(draft.state(), entity);
  const auto* pace = context.policy.PaceFor(draft.state().severity());
  if (act.level() < 1 || act.level() > ladder.levels_size() || chain == nullptr ||
      pace == nullptr) {
    return InvalidField("level",
                        absl::StrCat("is a level of the ladder, 1 to ", ladder.levels_size()));
  }
  if (act.level() == chain->level()) return absl::OkStatus();
  if (act.level() > chain->level()) {
    ClimbTo(draft, entity, act.level(), act.reason());
    Reconcile(draft);
    return absl::OkStatus();
  }
  const bool one = chain->level() - act.level() == 1;
  BELFRY_RETURN_IF_ERROR(
      RequireAct(context, caller, draft.state(), one ? "DEESCALATE" : "DEESCALATE_LEVELS", entity));
  if (act.level() < pace->start_level()) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "START_LEVEL",
               absl::StrCat("at ", draft.state().severity(), " the ladder does not go below level ",
                            pace->start_level(), "; lower the severity first"))
        .Violation(absl::StrJoin(ladder.clauses(), ", "), "start level", "cannot go below it")
        .Build();
  }
  Lower(draft, *chain, act.level(), act.reason());
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideAcknowledge(Draft& draft, const Caller& caller) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "ACKNOWLEDGE"));
  const policy::v1::State* state = context.policy.FindState(draft.state().state());
  if (state != nullptr && state->terminal()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_ACKNOWLEDGE",
                        absl::StrCat(draft.state().id(), " is ", draft.state().state(),
                                     "; there is nothing to acknowledge"))
        .Build();
  }
  const auto grants = GrantsOn(context.directory, caller, draft.state());
  record::v1::Event event = draft.NewEvent();
  record::v1::Acknowledged* body = event.mutable_acknowledged();
  body->set_person(caller.actor.principal());
  for (const auto& grant : grants) *body->add_grants() = grant;
  int highest = 0;
  for (const record::v1::Chain& chain : draft.state().chains()) {
    const int level = LevelOf(context.policy, GrantsFor(context.directory, caller, chain.entity()));
    highest = std::max(highest, level);
    // It counts for its level and all below; levels above go on waiting for their own people.
    if (IsRunning(chain) && level >= chain.level()) body->add_chains(chain.entity());
  }
  body->set_level(highest);
  SetRecheck(draft, *body);
  // A second press of the button is no second event.
  if (body->chains().empty() && AcknowledgedBefore(draft, body->person()) &&
      !SomethingWaits(draft, grants)) {
    return absl::OkStatus();
  }
  for (const std::string& clause : context.policy.proto().escalation().clauses()) {
    event.add_clauses(clause);
  }
  draft.Record(std::move(event));
  SatisfyByAcknowledgement(draft, grants);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideEscalate(Draft& draft, const Caller& caller,
                            const v1::EscalateIncidentRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "ESCALATE"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  const std::string entity = act.entity().empty() ? draft.state().entity() : act.entity();
  const record::v1::EntityPart* part = FindPart(draft.state(), entity);
  if (part == nullptr) {
    return InvalidField("entity", absl::StrCat(entity, " has no part in ", draft.state().id()));
  }
  const policy::v1::State* state = context.policy.FindState(draft.state().state());
  if (state == nullptr || !state->ongoing()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_ONGOING",
                        absl::StrCat(draft.state().id(), " is ", draft.state().state(),
                                     "; reopen it to page people again"))
        .Build();
  }
  if (act.level() != 0) {
    if (!act.roles().empty()) return InvalidField("level", "and roles exclude each other");
    return GoToLevel(draft, caller, entity, act);
  }
  if (act.roles().empty()) {
    if (ClimbNow(draft, entity, record::v1::ChainPaged::REASON_REQUESTED, act.reason()).empty()) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "LADDER_AT_TOP",
                          "the ladder has no higher level; name roles to page, as in to:CCIO")
          .Build();
    }
    Reconcile(draft);
    return absl::OkStatus();
  }
  for (int i = 0; i < act.roles_size(); ++i) {
    if (context.policy.FindRole(act.roles(i)) == nullptr) {
      return InvalidField(
          absl::StrCat("roles[", i, "]"),
          absl::StrCat("the policy has no role \"", act.roles(i), "\"; `who` lists them"));
    }
  }
  std::vector<std::string> people = PeopleHolding(context, draft.state(), act.roles(), entity);
  if (people.empty()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOBODY_HOLDS_ROLE",
                        absl::StrCat("nobody holds ", RoleList(context.policy, act.roles()),
                                     " for ", entity, "; the directory must name somebody"))
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::RolesPaged* body = event.mutable_roles_paged();
  for (const std::string& role : act.roles()) {
    body->add_roles(context.policy.FindRole(role)->code());
  }
  for (std::string& person : people) body->add_people(std::move(person));
  body->set_reason(act.reason());
  for (const std::string& clause : context.policy.proto().escalation().clauses()) {
    event.add_clauses(clause);
  }
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideSeverity(Draft& draft, const Caller& caller,
                            const v1::ChangeSeverityRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "CHANGE_SEVERITY"));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  const int wanted = context.policy.SeverityRank(act.severity());
  if (wanted < 0) return UnknownSeverity(context.policy, act.severity());
  const int present = context.policy.SeverityRank(draft.state().severity());
  if (wanted == present) return absl::OkStatus();
  if (wanted > present) {
    BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "LOWER_SEVERITY"));
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
    if (wanted > context.policy.SeverityRank(SuggestedSeverity(draft.About("")))) {
      BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "LOWER_BELOW_SUGGESTION"));
    }
    const SeverityFloors floors = FloorsOf(draft.About(""));
    if (!floors.at_least.empty() && context.policy.SeverityRank(floors.at_least) < wanted) {
      ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "SEVERITY_FLOOR",
                         absl::StrCat("the severity cannot be lower than ", floors.at_least));
      std::string text =
          absl::StrCat(draft.state().id(), " cannot be lower than ", floors.at_least);
      for (const policy::v1::SeverityFloor& floor : context.policy.proto().floors()) {
        const bool holds =
            std::find(floors.codes.begin(), floors.codes.end(), floor.code()) != floors.codes.end();
        if (!holds || context.policy.SeverityRank(floor.at_least()) >= wanted) continue;
        std::string clauses;
        for (const std::string& clause : floor.clauses()) {
          absl::StrAppend(&clauses, clauses.empty() ? "" : ", ", clause);
        }
        error.Violation(clauses, floor.code(), floor.reason());
        absl::StrAppend(&text, "; ", floor.code(), ": ", floor.reason());
      }
      return error.Message(text + "; correct the answer behind it first").Build();
    }
  }
  SettleSeverity(draft, act.severity(), act.reason());
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
