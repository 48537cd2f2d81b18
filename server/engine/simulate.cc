#include "server/engine/simulate.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/core.h"
#include "server/core/state_util.h"
#include "server/engine/conversation.h"
#include "server/engine/simulate_people.h"

namespace belfry::engine {
namespace {

using record::v1::Event;
using v1::SimulatePolicyResponse;

// A number no report gets: nobody can take a simulation for an incident.
constexpr char kId[] = "SIMULATION";

core::Caller System() {
  core::Caller caller;
  caller.internal = true;
  caller.actor.set_principal("system");
  caller.actor.set_via("simulation");
  return caller;
}

class Player {
 public:
  Player(const core::PolicyIndex& policy, const core::Directory& directory,
         const Simulation& simulation)
      : policy_(policy), directory_(directory), simulation_(simulation), now_(simulation.start) {}

  absl::StatusOr<SimulatePolicyResponse> Run() &&;

 private:
  core::Context context() const { return {policy_, directory_, now_}; }
  bool Exhausted() const {
    return decisions_ >= kSimulationDecisionsMax || answer_.steps_size() >= kSimulationStepsMax;
  }

  absl::Status Do(const core::Caller& caller, core::Act act);
  absl::Status DoAs(const std::string& person, core::Act act);
  // Some of the people; the first refusal when all are refused.
  absl::Status Try(const SimulatedAct& act);
  // Shows what happened, delivers what was sent, and, where people react, lets them answer pages.
  void Tell(const std::vector<Event>& events);
  void Show(const Event& event, const std::vector<core::NoticeDraft>& notices);
  void Deliver(const core::NoticeDraft& notice);
  void AnswerPages(const std::vector<Event>& events);
  // What is due now is done now: acts at an instant come before what falls due at it.
  void FulfilDuties();
  void Fulfil(const record::v1::ObligationRow& row);

  const core::PolicyIndex& policy_;
  const core::Directory& directory_;
  const Simulation& simulation_;
  absl::Time now_;
  record::v1::IncidentState state_;
  int decisions_ = 0;
  std::set<std::string> tried_;  // duties that could not be fulfilled
  SimulatePolicyResponse answer_;
};

absl::Status Player::Do(const core::Caller& caller, core::Act act) {
  ++decisions_;
  core::Command command;
  command.caller = caller;
  command.act = std::move(act);
  const bool report = std::holds_alternative<core::Report>(command.act);
  const core::Context at = context();
  BELFRY_ASSIGN_OR_RETURN(core::Decision decision,
                          core::Decide(at, report ? nullptr : &state_, command));
  state_ = std::move(decision.state);
  Tell(decision.events);
  return absl::OkStatus();
}

absl::Status Player::DoAs(const std::string& person, core::Act act) {
  core::Caller caller;
  caller.actor.set_principal(person);
  caller.actor.set_via("simulation");
  if (const v1::Person* known = directory_.FindPerson(person); known != nullptr) {
    caller.entity = known->entity();
  }
  return Do(caller, std::move(act));
}

absl::Status Player::Try(const SimulatedAct& act) {
  absl::Status refused = absl::NotFoundError("the directory names nobody who could do it");
  for (size_t i = 0; i < act.people.size() && !Exhausted(); ++i) {
    const absl::Status status = DoAs(act.people[i], act.act);
    if (status.ok()) return status;
    if (i == 0) refused = status;
  }
  return refused;
}

void Player::Tell(const std::vector<Event>& events) {
  const core::Context at = context();
  std::vector<core::NoticeDraft> deliver;
  for (const Event& event : events) {
    std::vector<core::NoticeDraft> notices = core::Notices(at, state_, {event});
    // The headline restates everything; what counts is who was told what.
    notices.erase(std::remove_if(notices.begin(), notices.end(),
                                 [](const core::NoticeDraft& notice) {
                                   return notice.notice.kind() == v1::Notice::KIND_HEADLINE;
                                 }),
                  notices.end());
    // That a notice arrived is what everybody expects.
    if (!event.delivery_concluded().delivered()) Show(event, notices);
    deliver.insert(deliver.end(), std::make_move_iterator(notices.begin()),
                   std::make_move_iterator(notices.end()));
  }
  for (const core::NoticeDraft& notice : deliver) Deliver(notice);
  if (simulation_.people_react) AnswerPages(events);
}

void Player::Show(const Event& event, const std::vector<core::NoticeDraft>& notices) {
  SimulatePolicyResponse::Step* step = answer_.add_steps();
  *step->mutable_entry() = core::ToTimelineEntry(policy_, state_, event);
  step->mutable_entry()->clear_name();
  for (const core::NoticeDraft& notice : notices) {
    const bool known = std::any_of(step->told().begin(), step->told().end(), [&](const auto& told) {
      return told.target() == notice.target;
    });
    if (known) continue;
    SimulatePolicyResponse::Told* told = step->add_told();
    told->set_target(notice.target);
    told->set_kind(notice.notice.kind());
    told->set_reason(notice.notice.reason());
  }
}

// As the engine and a bot that works would report it; most of it changes nothing.
void Player::Deliver(const core::NoticeDraft& notice) {
  if (!notice.report_outcome || Exhausted()) return;
  core::DeliveryOutcome outcome;
  outcome.target = notice.target;
  outcome.kind = notice.notice.kind();
  outcome.obligation = notice.notice.obligation();
  outcome.chain_entity = notice.chain_entity;
  if (EndpointOf(directory_, notice.target, /*index=*/0).has_value()) {
    // Only a statement that reached somebody fulfils anything.
    if (notice.notice.kind() != v1::Notice::KIND_STATEMENT) return;
    outcome.delivered = true;
  } else {
    outcome.error = "the directory has no address for them";
  }
  Do(System(), std::move(outcome)).IgnoreError();
}

void Player::AnswerPages(const std::vector<Event>& events) {
  for (const Event& event : events) {
    const auto& people = event.chain_paged().people();
    // The highest level is paged last, and only its answer stops the climbing.
    for (auto person = people.rbegin(); person != people.rend() && !Exhausted(); ++person) {
      DoAs(*person, v1::AcknowledgeIncidentRequest()).IgnoreError();
      const record::v1::Chain* chain = core::FindChain(state_, event.chain_paged().entity());
      if (chain == nullptr || chain->state() != v1::EscalationChain::STATE_NOTIFIED) break;
    }
  }
}

void Player::Fulfil(const record::v1::ObligationRow& row) {
  absl::Status refused = absl::UnimplementedError("nothing that a person types fulfils it");
  bool first = true;
  for (const std::vector<SimulatedAct>& way : ActsFor(policy_, directory_, state_, row)) {
    absl::Status status;
    for (const SimulatedAct& act : way) {
      status = Try(act);
      if (!status.ok()) break;
    }
    const record::v1::ObligationRow* after = core::FindObligation(state_, row.instance());
    if (after == nullptr || !core::IsOpen(*after)) return;
    if (status.ok()) status = absl::FailedPreconditionError("what was done did not fulfil it");
    if (std::exchange(first, false)) refused = status;
  }
  SimulatePolicyResponse::Refusal* shown = answer_.add_refusals();
  *shown->mutable_time() = ToProto(now_);
  shown->set_instance(row.instance());
  shown->set_message(std::string(refused.message()));
}

void Player::FulfilDuties() {
  for (;;) {
    std::optional<record::v1::ObligationRow> due;
    for (const record::v1::ObligationRow& row : state_.obligations()) {
      if (row.state() == v1::Obligation::STATE_PENDING && row.has_due_time() &&
          FromProto(row.due_time()) <= now_ && tried_.count(row.instance()) == 0) {
        due = row;
        break;
      }
    }
    if (!due.has_value() || Exhausted()) return;
    tried_.insert(due->instance());
    Fulfil(*due);
  }
}

absl::StatusOr<SimulatePolicyResponse> Player::Run() && {
  core::Report report;
  report.request = simulation_.report;
  report.id = kId;
  BELFRY_RETURN_IF_ERROR(Do(simulation_.reporter, std::move(report)));
  const absl::Time end = simulation_.start + simulation_.horizon;
  for (;;) {
    const absl::Time next = core::NextDue(policy_, state_);
    if (next > end) break;
    if (Exhausted()) {
      answer_.set_incomplete(true);
      break;
    }
    now_ = std::max(now_, next);
    if (simulation_.people_react) FulfilDuties();
    BELFRY_RETURN_IF_ERROR(Do(System(), core::Tick()));
    // Something due that no decision settles would go round for ever.
    if (core::NextDue(policy_, state_) <= now_) {
      answer_.set_incomplete(true);
      break;
    }
  }
  if (!answer_.incomplete()) now_ = end;
  answer_.set_policy(policy_.Name());
  *answer_.mutable_end_time() = ToProto(now_);
  answer_.set_state(state_.state());
  answer_.set_severity(state_.severity());
  for (const record::v1::ObligationRow& row : state_.obligations()) {
    *answer_.add_duties() = core::ToObligation(policy_, row);
  }
  return std::move(answer_);
}

}  // namespace

absl::StatusOr<SimulatePolicyResponse> Simulate(const core::PolicyIndex& policy,
                                                const core::Directory& directory,
                                                const Simulation& simulation) {
  return Player(policy, directory, simulation).Run();
}

}  // namespace belfry::engine
