// Steps of the life cycle: the pack's transitions and their guards.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::Transition;

absl::Status NotAllowed(const Draft& draft, absl::string_view verb) {
  const record::v1::IncidentState& state = draft.state();
  std::vector<std::string> verbs;
  for (const Transition& transition : draft.context().policy.proto().transitions()) {
    const auto& from = transition.from();
    if (std::find(from.begin(), from.end(), state.state()) == from.end()) continue;
    if (std::find(verbs.begin(), verbs.end(), transition.verb()) == verbs.end()) {
      verbs.push_back(transition.verb());
    }
  }
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED",
                      absl::StrCat(state.id(), " is ", state.state(), "; from there one can ",
                                   verbs.empty() ? "do nothing more" : absl::StrJoin(verbs, ", "),
                                   ", not ", verb))
      .Metadata("state", state.state())
      .Metadata("verb", std::string(verb))
      .Build();
}

// Clocks of the states that a step back leaves behind: they come after `to` in the pack's order.
std::vector<std::string> ClocksAfter(const PolicyIndex& policy, absl::string_view to) {
  std::vector<std::string> clocks;
  bool after = false;
  for (const policy::v1::State& state : policy.proto().states()) {
    if (after && !state.sets_clock().empty()) clocks.push_back(state.sets_clock());
    if (state.code() == to) after = true;
  }
  return clocks;
}

bool IsStepBack(const PolicyIndex& policy, absl::string_view from, absl::string_view to) {
  for (const policy::v1::State& state : policy.proto().states()) {
    if (state.code() == from) return false;
    if (state.code() == to) return true;
  }
  return false;
}

// New facts are as old as the oldest of them: from then on somebody was aware.
absl::Time KnownSince(const Facts& facts, absl::Time now) {
  absl::Time since = now;
  for (const v1::Fact& fact : facts) {
    if (fact.has_known_time()) since = std::min(since, FromProto(fact.known_time()));
  }
  return since;
}

record::v1::Event TransitionEvent(const Draft& draft, const Transition& transition,
                                  absl::string_view reason, const Facts& facts = {}) {
  const Context& context = draft.context();
  record::v1::Event event = draft.NewEvent();
  record::v1::StateChanged* body = event.mutable_state_changed();
  body->set_transition(transition.id());
  body->set_from(draft.state().state());
  body->set_to(transition.to());
  body->set_verb(transition.verb());
  body->set_done(transition.done());
  body->set_reason(std::string(reason));
  body->set_restarts_clocks(transition.restarts_clocks());
  if (transition.restarts_clocks()) {
    *body->mutable_restart_time() = ToProto(KnownSince(facts, context.now));
  }
  body->set_tell_everyone(transition.tell_everyone());
  const policy::v1::State* to = context.policy.FindState(transition.to());
  if (IsStepBack(context.policy, draft.state().state(), transition.to())) {
    for (std::string& clock : ClocksAfter(context.policy, transition.to())) {
      body->add_clears_clocks(std::move(clock));
    }
    if (transition.restarts_clocks() && to != nullptr) body->set_sets_clock(to->sets_clock());
  } else if (to != nullptr) {
    body->set_sets_clock(to->sets_clock());
  }
  if (transition.has_recurrence_grace()) {
    *body->mutable_recurrence_not_before() =
        ToProto(context.now + FromProto(transition.recurrence_grace()));
  }
  for (const std::string& clause : transition.clauses()) event.add_clauses(clause);
  return event;
}

// Where the policy wants two people: the first one is recorded and nothing else happens. True when
// the act may go on.
bool SecondPersonAgrees(Draft& draft, const Transition& transition) {
  if (!transition.has_second_person_when() ||
      !Holds(transition.second_person_when(), draft.About(""))) {
    return true;
  }
  const std::string& person = draft.actor().principal();
  for (const record::v1::FirstPerson& first : draft.state().first_people()) {
    if (first.transition() == transition.id() && first.person() != person) return true;
  }
  for (const record::v1::FirstPerson& first : draft.state().first_people()) {
    if (first.transition() == transition.id()) return false;  // asked again, still alone
  }
  record::v1::Event event = draft.NewEvent();
  event.mutable_first_person_recorded()->set_transition(transition.id());
  event.mutable_first_person_recorded()->set_person(person);
  for (const std::string& clause : transition.clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  return false;
}

// One step: guards, then the record, then its consequences.
absl::Status Step(Draft& draft, const Transition& transition, absl::string_view reason,
                  const Facts& facts) {
  BELFRY_RETURN_IF_ERROR(RequireGuards(draft, transition.guards(), transition.verb()));
  if (!SecondPersonAgrees(draft, transition)) return absl::OkStatus();
  draft.Record(TransitionEvent(draft, transition, reason, facts));
  Reconcile(draft);
  return absl::OkStatus();
}

// The ordinary transition from the present state to `to`, for the short path.
const Transition* OrdinaryTransition(const Draft& draft, absl::string_view to) {
  for (const Transition& transition : draft.context().policy.proto().transitions()) {
    const auto& from = transition.from();
    if (transition.to() == to && transition.through().empty() &&
        std::find(from.begin(), from.end(), draft.state().state()) != from.end()) {
      return &transition;
    }
  }
  return nullptr;
}

bool Asks(const policy::v1::RuleTrigger& rule, const policy::v1::RuleTrigger& seen) {
  return (rule.reinfection() && seen.reinfection()) || (rule.infection() && seen.infection()) ||
         (rule.affected_entity() && seen.affected_entity());
}

// Who is not shown the state must not learn it from what is possible: for them the right comes
// first, of any step that the verb may mean.
absl::Status RequireSomeStep(const Draft& draft, const Caller& caller, const std::string& verb) {
  const Context& context = draft.context();
  if (SightOf(context.policy, context.directory, caller, draft.state()) == Sight::kAll) {
    return absl::OkStatus();
  }
  absl::Status denied = InvalidField("verb", absl::StrCat("the policy has no step \"", verb, "\""));
  for (const Transition& transition : context.policy.proto().transitions()) {
    if (transition.verb() != verb) continue;
    denied = RequireAct(context, caller, draft.state(), transition.act());
    if (denied.ok()) return denied;
  }
  return denied;
}

}  // namespace

void TakeByRule(Draft& draft, const policy::v1::RuleTrigger& seen, absl::string_view reason) {
  for (const Transition& transition : draft.context().policy.proto().transitions()) {
    const auto& from = transition.from();
    if (!Asks(transition.by_rule(), seen) ||
        std::find(from.begin(), from.end(), draft.state().state()) == from.end() ||
        !RequireGuards(draft, transition.guards(), transition.verb()).ok()) {
      continue;
    }
    record::v1::Event event = TransitionEvent(draft, transition, reason);
    // Nobody asked for it: whoever recorded the cause stands at the cause.
    event.mutable_actor()->Clear();
    event.mutable_actor()->set_principal("system");
    event.mutable_actor()->set_via("engine");
    draft.Record(std::move(event));
    return;
  }
}

absl::Status DecideTransition(Draft& draft, const Caller& caller,
                              const v1::TransitionIncidentRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireSomeStep(draft, caller, act.verb()));
  if (!act.etag().empty() && act.etag() != EtagOf(draft.state())) {
    return ErrorBuilder(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                        absl::StrCat(draft.state().id(), " has changed since; look again"))
        .Field("etag", "is not the current one")
        .Build();
  }
  const Transition* transition = context.policy.FindTransition(draft.state().state(), act.verb());
  if (transition == nullptr) return NotAllowed(draft, act.verb());
  if (transition->merges()) {
    return InvalidField("verb", "needs another incident to go on in; use LinkIncident with merge");
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), transition->act()));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  if (transition->reason_required()) {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  }
  if (!act.facts().empty()) {
    BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "RECORD_FACTS"));
    BELFRY_RETURN_IF_ERROR(CheckFacts(draft, caller, act.facts()));
    RecordFacts(draft, caller, act.facts());
    Reconcile(draft);
  }
  // The states in between are passed one by one, so that each is on record with its time.
  for (const std::string& between : transition->through()) {
    const Transition* step = OrdinaryTransition(draft, between);
    if (step == nullptr) continue;  // left behind already
    BELFRY_RETURN_IF_ERROR(Step(draft, *step, act.reason(), act.facts()));
  }
  if (!transition->through().empty()) {
    const Transition* last = OrdinaryTransition(draft, transition->to());
    if (last != nullptr) return Step(draft, *last, act.reason(), act.facts());
  }
  return Step(draft, *transition, act.reason(), act.facts());
}

}  // namespace belfry::core
