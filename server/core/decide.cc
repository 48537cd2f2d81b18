// Decide(): dispatches a command to the act it asks for, then lets the policy draw its
// consequences.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/acts.h"
#include "server/core/compartment.h"
#include "server/core/core.h"
#include "server/core/digest.h"
#include "server/core/draft.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/masking.h"
#include "server/core/obligation_due.h"
#include "server/core/obligation_sources.h"
#include "server/core/obligations.h"
#include "server/core/reading.h"
#include "server/core/rooms.h"
#include "server/core/severity.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// The record says that a secret was there, and whoever wrote it is told; what it was, nobody keeps.
void RecordMasked(Draft& draft, const Masked& masked) {
  if (masked.fields.empty()) return;
  record::v1::Event event = draft.NewEvent();
  record::v1::SecretMasked* body = event.mutable_secret_masked();
  for (const std::string& field : masked.fields) body->add_fields(field);
  for (const policy::v1::SecretPattern* pattern : masked.patterns) {
    body->add_what(pattern->title());
    for (const std::string& clause : pattern->clauses()) {
      const auto& known = event.clauses();
      if (std::find(known.begin(), known.end(), clause) == known.end()) event.add_clauses(clause);
    }
  }
  draft.Record(std::move(event));
}

}  // namespace

void Reconcile(Draft& draft) {
  for (int round = 0; round < kReconcileRoundsMax; ++round) {
    const int64_t before = draft.state().version();
    if (!draft.state().standing_register()) {
      SettleSeverity(draft);
      SettleChains(draft);
    }
    SettleObligations(draft);
    if (draft.state().version() == before) return;
  }
}

namespace {

// An ended incident takes notes, contacts and papers, but nothing that makes somebody owe something
// with a number: that needs it open again. What a paper asks of an official to explain is allowed.
absl::Status RefuseNewDuties(const Draft& draft) {
  const PolicyIndex& policy = draft.context().policy;
  if (draft.internal() || !draft.began_ended() || !IsEnded(policy, draft.state())) {
    return absl::OkStatus();
  }
  for (const record::v1::Event& event : draft.events()) {
    if (!event.has_obligation_opened()) continue;
    const auto* rule = policy.FindObligation(event.obligation_opened().code());
    const bool asked_by_act = event.obligation_opened().sources_size() > 0;
    if (rule == nullptr || AsksForRecord(*rule) ||
        (rule->kind() == policy::v1::Obligation::KIND_DERIVED && asked_by_act)) {
      continue;
    }
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "INCIDENT_ENDED",
               absl::StrCat(draft.state().id(), " is ", draft.state().state(), "; this would open ",
                            rule->code(), " (", absl::StrJoin(rule->clauses(), ", "),
                            "). Reopen it first, or use the incident in which it goes on"))
        .Violation(absl::StrJoin(rule->clauses(), ", "), rule->code(), "the incident has ended")
        .Build();
  }
  return absl::OkStatus();
}

// A decision does not depend on when the scheduler ran: what fell due before this act is decided
// before it, as it stood the moment before. What an act of this very instant made due comes after
// the acts of the instant.
Decision CatchUp(const Context& context, const record::v1::IncidentState& state) {
  if (FromProto(state.update_time()) >= context.now ||
      NextDue(context.policy, state) >= context.now) {
    return {{}, state};
  }
  const absl::Time moment =
      std::max(FromProto(state.update_time()), context.now - absl::Microseconds(1));
  const Context before{context.policy, context.directory, moment};
  Command command;
  command.caller.internal = true;
  command.caller.actor.set_principal("system");
  command.caller.actor.set_via("scheduler");
  Draft draft(before, state, command);
  static_cast<void>(DecideTick(draft, Tick()));
  return std::move(draft).Finish();
}

}  // namespace

absl::StatusOr<Decision> Decide(const Context& context, const record::v1::IncidentState* state,
                                const Command& command) {
  const Caller& caller = command.caller;
  Decision earlier;
  if (state != nullptr) {
    earlier = caller.internal ? Decision{{}, *state} : CatchUp(context, *state);
  }
  Draft draft(context, std::move(earlier.state), command);
  Act masked_act = command.act;
  const Masked masked = caller.internal ? Masked() : MaskSecrets(context.policy, masked_act);
  const absl::Status status = std::visit(
      Overloaded{
          [&](const Report& act) { return DecideReport(draft, caller, act); },
          [&](const v1::UpdateIncidentRequest& act) { return DecideUpdate(draft, caller, act); },
          [&](const v1::TransitionIncidentRequest& act) {
            return DecideTransition(draft, caller, act);
          },
          [&](const v1::AcknowledgeIncidentRequest&) { return DecideAcknowledge(draft, caller); },
          [&](const v1::EscalateIncidentRequest& act) {
            return DecideEscalate(draft, caller, act);
          },
          [&](const v1::ChangeSeverityRequest& act) { return DecideSeverity(draft, caller, act); },
          [&](const v1::RecordFactsRequest& act) {
            return DecideFacts(draft, caller, act.facts());
          },
          [&](const v1::AssignCategoriesRequest& act) {
            return DecideCategories(draft, caller, act);
          },
          [&](const v1::AddEntityRequest& act) { return DecideEntity(draft, caller, act); },
          [&](const v1::AddNoteRequest& act) {
            return DecideNote(draft, caller, act, command.earlier_note);
          },
          [&](const v1::LinkTicketRequest& act) { return DecideTicket(draft, caller, act); },
          [&](const v1::SubmitDocumentRequest& act) { return DecideDocument(draft, caller, act); },
          [&](const v1::DraftDocumentRequest& act) {
            return DecideDraftDocument(draft, caller, act);
          },
          [&](const v1::ApproveDocumentRequest& act) {
            return DecideApproveDocument(draft, caller, act);
          },
          [&](const v1::DiscardDraftRequest& act) {
            return DecideDiscardDraft(draft, caller, act);
          },
          [&](const v1::SendObligationNoticeRequest& act) {
            return DecideNotice(draft, caller, act);
          },
          [&](const v1::RecordDecisionRequest& act) { return DecideDecision(draft, caller, act); },
          [&](const v1::WaiveObligationRequest& act) { return DecideWaiver(draft, caller, act); },
          [&](const v1::HoldObligationRequest& act) { return DecideHold(draft, caller, act); },
          [&](const v1::ReleaseObligationRequest& act) {
            return DecideRelease(draft, caller, act);
          },
          [&](const v1::SnoozeObligationRequest& act) { return DecideSnooze(draft, caller, act); },
          [&](const v1::LinkIncidentRequest& act) {
            return DecideLink(draft, caller, act, command.link_target_closed);
          },
          [&](const v1::RecordDevicesRequest& act) {
            return DecideDevices(draft, caller, act, command.device_history);
          },
          [&](const v1::ConfirmRemovalRequest& act) {
            return DecideConfirmRemoval(draft, caller, act);
          },
          [&](const v1::RecordScanRequest& act) { return DecideScan(draft, caller, act); },
          [&](const v1::LiftRemovalRequest& act) {
            return DecideLift(draft, caller, act, command.device_history);
          },
          [&](const v1::RecordCostRequest& act) { return DecideCost(draft, caller, act); },
          [&](const v1::AssessCostRequest& act) { return DecideAssessment(draft, caller, act); },
          [&](const v1::RequestSpendRequest& act) {
            return DecideSpendRequest(draft, caller, act);
          },
          [&](const v1::DecideSpendRequest& act) { return DecideSpend(draft, caller, act); },
          [&](const v1::ExpungePayloadRequest& act) {
            return DecideExpunge(draft, caller, act, command.to_expunge);
          },
          [&](const v1::RequestRecordRequest& act) {
            return DecideRecordRequest(draft, caller, act);
          },
          [&](const v1::DenyRecordRequest& act) { return DecideRecordDenial(draft, caller, act); },
          [&](const record::v1::RecordReviewed& act) {
            return DecideRecordReview(draft, caller, act);
          },
          [&](const record::v1::RecordReleased& act) {
            return DecideRecordRelease(draft, caller, act);
          },
          [&](const v1::NameReaderRequest& act) { return DecideNameReader(draft, caller, act); },
          [&](const v1::RemoveReaderRequest& act) {
            return DecideRemoveReader(draft, caller, act);
          },
          [&](const v1::NameSubjectRequest& act) { return DecideNameSubject(draft, caller, act); },
          [&](const v1::ChangeTlpRequest& act) { return DecideTlp(draft, caller, act); },
          [&](const v1::BreakGlassRequest& act) { return DecideBreakGlass(draft, caller, act); },
          [&](const OpenRegister& act) { return DecideRegister(draft, act); },
          [&](const AdoptChild& act) { return DecideAdoption(draft, act); },
          [&](const Absorb& act) { return DecideAbsorption(draft, act); },
          [&](const ParentSatisfied& act) { return DecideParentSatisfied(draft, act); },
          [&](const NoteDevices& act) { return DecideNoteDevices(draft, act); },
          [&](const Tick& act) { return DecideTick(draft, act); },
          [&](const DeliveryOutcome& act) { return DecideOutcome(draft, act); },
          [&](const record::v1::IncidentRead& act) { return DecideReading(draft, act); },
          [&](const EvidenceAct& act) {
            return DecideEvidence(draft, caller, act,
                                  command.evidence.has_value() ? &*command.evidence : nullptr);
          },
      },
      masked_act);
  BELFRY_RETURN_IF_ERROR(status);
  BELFRY_RETURN_IF_ERROR(RefuseNewDuties(draft));
  // The same message once more: its author was told before.
  const bool repeated = draft.empty() && std::holds_alternative<v1::AddNoteRequest>(masked_act);
  if (!repeated) RecordMasked(draft, masked);
  WantRooms(draft);
  Decision decision = std::move(draft).Finish();
  decision.caught_up = earlier.events.size();
  decision.events.insert(decision.events.begin(), std::make_move_iterator(earlier.events.begin()),
                         std::make_move_iterator(earlier.events.end()));
  return decision;
}

absl::Time NextDue(const PolicyIndex& policy, const record::v1::IncidentState& state) {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& chain : state.chains()) {
    if (chain.has_next_time()) next = std::min(next, FromProto(chain.next_time()));
  }
  for (const ObligationDue& due : ObligationsDue(policy, state)) next = std::min(next, due.time);
  for (const NextDigest& digest : NextDigests(policy, state)) next = std::min(next, digest.time);
  next = std::min(next, NextGlassClosing(state));
  return next;
}

}  // namespace belfry::core
