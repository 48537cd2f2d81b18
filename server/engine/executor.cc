#include "server/engine/executor.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "belfry/record/v1/delivery.pb.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/compartment.h"
#include "server/core/confidentiality.h"
#include "server/core/noted_messages.h"
#include "server/engine/cards.h"
#include "server/engine/conversation.h"
#include "server/engine/digest_lists.h"
#include "server/engine/evidence_rows.h"
#include "server/engine/expunge.h"
#include "server/engine/places.h"

namespace belfry::engine {
namespace {

using record::v1::IncidentState;

// A lost notice may make the core send another one that is lost as well; an end to that.
constexpr int kLostRoundsMax = 10;
// Parts have no parts, so what follows from something ends soon.
constexpr int kFollowDepthMax = 4;

absl::Status Keep(Batch& batch, absl::Status status) {
  if (!status.ok() && batch.failure.ok()) batch.failure = status;
  return status;
}

storage::IncidentRow ToRow(const core::PolicyIndex& policy, const IncidentState& state,
                           absl::Time next_due) {
  storage::IncidentRow row;
  row.id = state.id();
  row.version = state.version();
  row.state_blob = state.SerializeAsString();
  row.state = state.state();
  row.severity = state.severity();
  row.policy = state.policy();
  const policy::v1::State* current = policy.FindState(state.state());
  row.open = current == nullptr || !current->terminal();
  row.overdue =
      std::any_of(state.obligations().begin(), state.obligations().end(),
                  [](const auto& duty) { return duty.state() == v1::Obligation::STATE_OVERDUE; });
  row.restricted = state.restricted();
  row.create_time_us = absl::ToUnixMicros(FromProto(state.create_time()));
  row.update_time_us = absl::ToUnixMicros(FromProto(state.update_time()));
  if (next_due != absl::InfiniteFuture()) row.next_due_us = absl::ToUnixMicros(next_due);
  for (const auto& part : state.entities()) {
    row.scopes.push_back(part.entity());
    if (!part.secretariat().empty() &&
        std::find(row.scopes.begin(), row.scopes.end(), part.secretariat()) == row.scopes.end()) {
      row.scopes.push_back(part.secretariat());
    }
  }
  return row;
}

// May whoever acts so much as learn that the incident is there?
bool Knows(const core::Context& context, const core::Command& command, const IncidentState& state) {
  const core::Caller& caller = command.caller;
  if (caller.internal || core::MayRead(context.policy, context.directory, caller, state)) {
    return true;
  }
  if (std::holds_alternative<v1::BreakGlassRequest>(command.act)) {
    return core::MayBreakGlass(context, caller, state);
  }
  // A chat account that is nobody's may bring up to date what it wrote, of what is no secret.
  const auto* note = std::get_if<v1::AddNoteRequest>(&command.act);
  return note != nullptr && note->only_if_noted() && core::IsGuest(caller) &&
         !core::IsClosed(state);
}

// What is merged tells of what it is merged into: whoever that one is about must not read this one.
absl::Status CheckSameSubjects(const IncidentState& merged, const IncidentState& into) {
  const auto& known = merged.subjects();
  std::vector<std::string> missing;
  for (const std::string& person : into.subjects()) {
    if (std::find(known.begin(), known.end(), person) == known.end()) missing.push_back(person);
  }
  if (missing.empty()) return absl::OkStatus();
  const std::string who = absl::StrJoin(missing, ", ");
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "SUBJECTS_DIFFER",
                      absl::StrCat(into.id(), " is about ", who, ", who would read of it in ",
                                   merged.id(), "; name them a subject of ", merged.id(), " first"))
      .Violation("", who, absl::StrCat("is no subject of ", merged.id()))
      .Build();
}

}  // namespace

absl::Status IncidentNotFound(absl::string_view incident) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "INCIDENT_NOT_FOUND",
                      absl::StrCat("there is no incident ", incident,
                                   ", or none that you may see; `list` shows yours"))
      .Build();
}

absl::StatusOr<StatePtr> Executor::Load(Batch& batch, absl::string_view incident) {
  if (const auto found = batch.states.find(incident); found != batch.states.end()) {
    return found->second;
  }
  if (StatePtr cached = cache_.Find(incident); cached != nullptr) return cached;
  absl::StatusOr<std::optional<storage::IncidentRow>> row =
      batch.transaction->LoadIncident(incident);
  if (!row.ok()) return Keep(batch, row.status());
  if (!row->has_value()) return IncidentNotFound(incident);
  auto state = std::make_shared<IncidentState>();
  if (!state->ParseFromString((*row)->state_blob)) {
    return absl::DataLossError(absl::StrCat("the state of ", incident, " cannot be read"));
  }
  return StatePtr(std::move(state));
}

core::Context Executor::ContextFor(const Batch& batch, const IncidentState& state) const {
  return {shelf_.PolicyOf(state), *batch.directory, batch.now};
}

absl::Status Executor::AddHistory(Batch& batch, const IncidentState& state,
                                  core::Command& command) {
  for (const std::string& id : core::RegistersFor(command.act, state)) {
    const absl::StatusOr<StatePtr> found = Load(batch, id);
    if (absl::IsNotFound(found.status())) continue;  // third parties have none
    BELFRY_RETURN_IF_ERROR(found.status());
    command.device_history.insert(command.device_history.end(), (*found)->devices().begin(),
                                  (*found)->devices().end());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<record::v1::Event>> Executor::AddEarlierNote(
    Batch& batch, const IncidentState& state, core::Command& command) {
  const auto* note = std::get_if<v1::AddNoteRequest>(&command.act);
  const record::v1::NotedMessage* noted =
      note == nullptr ? nullptr : core::FindNoted(state, note->source());
  if (noted == nullptr) return std::nullopt;
  absl::StatusOr<std::optional<storage::EventRow>> row =
      batch.transaction->LoadEvent(state.id(), noted->event_version());
  if (!row.ok()) return Keep(batch, row.status());
  record::v1::Event event;
  if (!row->has_value() || !event.ParseFromString((*row)->blob)) {
    return absl::DataLossError(
        absl::StrCat("event ", noted->event_version(), " of ", state.id(), " cannot be read"));
  }
  command.earlier_note = event.note_added();
  return event;
}

absl::Status Executor::AddToExpunge(Batch& batch, const IncidentState& state,
                                    core::Command& command) {
  const auto* act = std::get_if<v1::ExpungePayloadRequest>(&command.act);
  if (act == nullptr) return absl::OkStatus();
  absl::StatusOr<std::optional<storage::EventRow>> row =
      batch.transaction->LoadEvent(state.id(), act->version());
  if (!row.ok()) return Keep(batch, row.status());
  if (!row->has_value()) return absl::OkStatus();
  if (!command.to_expunge.emplace().ParseFromString((*row)->blob)) {
    return absl::DataLossError(
        absl::StrCat("event ", act->version(), " of ", state.id(), " cannot be read"));
  }
  return absl::OkStatus();
}

absl::Status Executor::ReserveId(Batch& batch, const core::Caller& caller, core::Report& report) {
  const std::string& entity =
      report.request.entity().empty() ? caller.entity : report.request.entity();
  // An unknown entity is refused by the core; no number is spent on it.
  if (batch.directory->FindEntity(entity) == nullptr) return absl::OkStatus();
  const int64_t year = absl::ToCivilYear(batch.now, batch.policy->index->TimeZone()).year();
  const absl::StatusOr<int64_t> number =
      batch.transaction->NextCounter(absl::StrCat("incident/", entity, "/", year));
  if (!number.ok()) return Keep(batch, number.status());
  report.id = absl::StrFormat(
      "%s-%d-%04d", absl::AsciiStrToUpper(absl::StripPrefix(entity, "entities/")), year, *number);
  report.uid = UuidV7(batch.now, random_);
  return absl::OkStatus();
}

absl::StatusOr<Executed> Executor::Execute(Batch& batch, absl::string_view incident,
                                           core::Command command) {
  const core::Context fresh{*batch.policy->index, *batch.directory, batch.now};
  const bool under_policy_in_force = std::holds_alternative<core::Report>(command.act) ||
                                     std::holds_alternative<core::OpenRegister>(command.act);
  StatePtr before;
  if (core::Report* report = std::get_if<core::Report>(&command.act); report != nullptr) {
    // Asked first with no number, so that a refused report leaves no gap in the numbering.
    BELFRY_RETURN_IF_ERROR(core::Decide(fresh, nullptr, command).status());
    BELFRY_RETURN_IF_ERROR(ReserveId(batch, command.caller, *report));
  } else if (std::holds_alternative<core::OpenRegister>(command.act)) {
    // The one record that its first act opens under a name that is known before.
    absl::StatusOr<StatePtr> known = Load(batch, incident);
    if (known.ok()) {
      before = *std::move(known);
    } else if (!absl::IsNotFound(known.status())) {
      return known.status();
    }
  } else {
    BELFRY_ASSIGN_OR_RETURN(before, Load(batch, incident));
  }
  const core::Context context = under_policy_in_force ? fresh : ContextFor(batch, *before);
  // Asked at the door already; since then somebody else's act may have closed it to them.
  if (before != nullptr && !Knows(context, command, *before)) {
    // It takes as long as for one that is nowhere.
    BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->LoadIncident(kNoIncident).status()));
    return IncidentNotFound(incident);
  }
  StatePtr merged_into;
  if (const auto* link = std::get_if<v1::LinkIncidentRequest>(&command.act); link != nullptr) {
    const std::string parent =
        absl::AsciiStrToUpper(absl::StripPrefix(link->parent(), "incidents/"));
    const absl::StatusOr<StatePtr> target = Load(batch, parent);
    if (absl::IsNotFound(target.status())) return core::NoSuchParent(link->parent());
    BELFRY_RETURN_IF_ERROR(target.status());
    BELFRY_RETURN_IF_ERROR(core::CheckLinkTarget(ContextFor(batch, **target), command.caller,
                                                 link->parent(), **target));
    if (link->merge()) merged_into = *target;
    command.link_target_closed = core::IsClosed(**target);
  }
  std::optional<record::v1::Event> standing;
  if (before != nullptr) {
    BELFRY_RETURN_IF_ERROR(AddHistory(batch, *before, command));
    BELFRY_RETURN_IF_ERROR(AddToExpunge(batch, *before, command));
    BELFRY_ASSIGN_OR_RETURN(standing, AddEarlierNote(batch, *before, command));
    BELFRY_RETURN_IF_ERROR(AddEvidence(batch, before->id(), command));
  }
  BELFRY_ASSIGN_OR_RETURN(core::Decision decision, core::Decide(context, before.get(), command));
  if (merged_into != nullptr && before != nullptr) {
    BELFRY_RETURN_IF_ERROR(CheckSameSubjects(*before, *merged_into));
  }
  Executed executed;
  executed.evidence = ItemAfter(command, decision.events);
  executed.caught_up = decision.caught_up;
  executed.events = std::move(decision.events);
  executed.state = std::make_shared<const IncidentState>(std::move(decision.state));
  if (executed.events.size() == executed.caught_up) executed.standing = std::move(standing);
  if (executed.events.empty()) {
    // Nothing happened, but the due time may have been asked for by a tick.
    batch.next_due[executed.state->id()] = core::NextDue(context.policy, *executed.state);
    return executed;
  }
  BELFRY_RETURN_IF_ERROR(Write(batch, context, executed));
  BELFRY_RETURN_IF_ERROR(Follow(batch, context.policy, before, executed, /*depth=*/0));
  return executed;
}

absl::Status Executor::Follow(Batch& batch, const core::PolicyIndex& policy, const StatePtr& before,
                              const Executed& executed, int depth) {
  if (depth == kFollowDepthMax) return absl::OkStatus();
  // What follows is put down to whoever acted, not to the clock that was caught up with before.
  const record::v1::Event& cause = executed.caught_up < executed.events.size()
                                       ? executed.events[executed.caught_up]
                                       : executed.events.front();
  for (core::FollowUp& next : core::FollowUps(policy, before, *executed.state, executed.events)) {
    const absl::StatusOr<StatePtr> found = Load(batch, next.incident);
    // An entity without a register keeps no history.
    if (absl::IsNotFound(found.status()) && std::holds_alternative<core::NoteDevices>(next.act)) {
      continue;
    }
    BELFRY_RETURN_IF_ERROR(found.status());
    const StatePtr& other = *found;
    const core::Context context = ContextFor(batch, *other);
    core::Command command;
    command.caller.internal = true;
    command.caller.actor = cause.actor();
    command.request_id = cause.request_id();
    command.act = std::move(next.act);
    BELFRY_ASSIGN_OR_RETURN(core::Decision decision, core::Decide(context, other.get(), command));
    if (decision.events.empty()) continue;
    Executed done;
    done.events = std::move(decision.events);
    done.state = std::make_shared<const IncidentState>(std::move(decision.state));
    BELFRY_RETURN_IF_ERROR(Write(batch, context, done));
    BELFRY_RETURN_IF_ERROR(Follow(batch, context.policy, other, done, depth + 1));
  }
  return absl::OkStatus();
}

absl::Status Executor::Write(Batch& batch, const core::Context& context, Executed& executed) {
  const std::string log = LogOf(*executed.state);
  std::vector<core::DeliveryOutcome> lost;
  size_t written = 0;
  for (int round = 0;; ++round) {
    const std::vector<record::v1::Event> fresh(executed.events.begin() + written,
                                               executed.events.end());
    size_t place = written;
    for (const record::v1::Event& event : fresh) {
      storage::EventRow row;
      row.incident = executed.state->id();
      row.version = event.version();
      row.time_us = absl::ToUnixMicros(FromProto(event.time()));
      row.blob = event.SerializeAsString();
      BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->AppendEvent(row)));
      const absl::StatusOr<v1::Receipt> receipt =
          batch.logs->Append(batch.transaction->record(), log,
                             EntryOf(executed.state->standing_register(), event, row));
      if (!receipt.ok()) return Keep(batch, receipt.status());
      if (place++ >= executed.caught_up) AddReceipt(executed.receipt, *receipt);
      if (event.has_payload_expunged()) {
        BELFRY_RETURN_IF_ERROR(
            Keep(batch, Expunge(batch, row.incident, event.payload_expunged().event_version())));
      }
      BELFRY_RETURN_IF_ERROR(Keep(batch, KeepPlaces(batch, row.incident, event)));
      BELFRY_RETURN_IF_ERROR(KeepEvidence(batch, row.incident, event));
    }
    written = executed.events.size();
    batch.events += static_cast<int64_t>(fresh.size());
    lost.clear();
    BELFRY_RETURN_IF_ERROR(Tell(batch, context, executed.state, fresh, lost));
    if (lost.empty() || round == kLostRoundsMax) break;
    // People without any address: the record says so, and the ladder does not wait for them.
    for (core::DeliveryOutcome& outcome : lost) {
      core::Command command;
      command.caller.internal = true;
      command.caller.actor.set_principal("system");
      command.caller.actor.set_via("engine");
      command.act = std::move(outcome);
      BELFRY_ASSIGN_OR_RETURN(core::Decision decision,
                              core::Decide(context, executed.state.get(), command));
      executed.events.insert(executed.events.end(),
                             std::make_move_iterator(decision.events.begin()),
                             std::make_move_iterator(decision.events.end()));
      executed.state = std::make_shared<const IncidentState>(std::move(decision.state));
    }
  }
  const absl::Time next_due = core::NextDue(context.policy, *executed.state);
  BELFRY_RETURN_IF_ERROR(Keep(
      batch, batch.transaction->PutIncident(ToRow(context.policy, *executed.state, next_due))));
  batch.states[executed.state->id()] = executed.state;
  batch.next_due[executed.state->id()] = next_due;
  batch.dirty = true;
  return absl::OkStatus();
}

absl::Status Executor::Tell(Batch& batch, const core::Context& context, const StatePtr& state,
                            const std::vector<record::v1::Event>& events,
                            std::vector<core::DeliveryOutcome>& lost) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<core::DutyCards> cards,
                          CardsOf(batch, state->id(), core::EndedDuties(*state, events)));
  // By code: a register owes at most one digest of each at a time.
  absl::flat_hash_map<std::string, DigestLists> digests;
  for (const record::v1::Event& event : events) {
    if (!event.has_digest_due()) continue;
    BELFRY_ASSIGN_OR_RETURN(DigestLists lists,
                            DigestLists::Gather(batch, shelf_, context, state, event));
    lists.set_checkpoint(newest_checkpoint_());
    digests.emplace(event.digest_due().code(), std::move(lists));
  }
  for (core::NoticeDraft& draft : core::Notices(context, *state, events, cards)) {
    if (draft.notice.kind() == v1::Notice::KIND_DIGEST) {
      const auto lists = digests.find(draft.notice.reason());
      if (lists == digests.end() || !lists->second.Fill(draft.target, draft.notice)) continue;
    }
    BELFRY_RETURN_IF_ERROR(AddNotice(batch, context, *state, std::move(draft), lost));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Executor::Fold(Batch& batch, const core::Context& context,
                                    const IncidentState& state, const core::NoticeDraft& draft) {
  const auto& ladder = context.policy.proto().escalation();
  if (draft.notice.done()) return false;
  if (!QuietWindow::Applies(ladder, state.severity(), draft.target, draft.notice)) return false;
  const std::optional<std::string> said =
      quiet_.Find(draft.target, draft.notice, batch.now, FromProto(ladder.quiet()));
  if (!said.has_value()) return false;
  absl::StatusOr<std::optional<storage::DeliveryRow>> row = batch.transaction->LoadDelivery(*said);
  if (!row.ok()) return Keep(batch, row.status());
  record::v1::StoredDelivery stored;
  // What was given up, or never kept, says nothing to anybody.
  if (!row->has_value() || (*row)->state == storage::DeliveryState::kDead ||
      !stored.ParseFromString((*row)->blob)) {
    return false;
  }
  stored.mutable_delivery()->set_folded(stored.delivery().folded() + 1);
  (*row)->blob = stored.SerializeAsString();
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->UpdateDelivery(**row)));
  return true;
}

absl::Status Executor::AddNotice(Batch& batch, const core::Context& context,
                                 const IncidentState& state, core::NoticeDraft draft,
                                 std::vector<core::DeliveryOutcome>& lost) {
  std::optional<v1::Endpoint> endpoint;
  const int index = IndexBeside(context.directory, draft.target, draft.avoid_platform);
  if (draft.notice.done()) {
    BELFRY_ASSIGN_OR_RETURN(endpoint, ReceiptEndpoint(batch, state.id(), draft));
    if (!endpoint.has_value()) return absl::OkStatus();
  } else {
    endpoint = EndpointOf(context.directory, draft.target, index);
  }
  if (!endpoint.has_value()) {
    if (draft.report_outcome) {
      core::DeliveryOutcome& outcome = lost.emplace_back();
      outcome.target = draft.target;
      outcome.kind = draft.notice.kind();
      outcome.obligation = draft.notice.obligation();
      outcome.chain_entity = draft.chain_entity;
      outcome.error = "the directory has no address for them";
    }
    return absl::OkStatus();
  }
  BELFRY_ASSIGN_OR_RETURN(const bool folded, Fold(batch, context, state, draft));
  if (folded) return absl::OkStatus();
  storage::DeliveryRow row;
  row.id = UuidV7(batch.now, random_);
  if (const auto& ladder = context.policy.proto().escalation();
      !draft.notice.done() &&
      QuietWindow::Applies(ladder, state.severity(), draft.target, draft.notice)) {
    quiet_.Remember(draft.target, draft.notice, row.id, batch.now, FromProto(ladder.quiet()));
  }
  row.incident = state.id();
  row.target = draft.target;
  row.platform = endpoint->platform();
  row.conversation = ConversationOf(*endpoint);
  if (draft.notice.kind() == v1::Notice::KIND_ROOM) {
    // Nothing waits for a room.
    absl::StrAppend(&row.conversation, "\nroom ", state.id());
  }
  row.endpoint_index = index;
  row.create_time_us = absl::ToUnixMicros(batch.now);
  row.queued_us = absl::ToUnixMicros(absl::Now());
  row.conflation_key = ConflationKey(state.id(), draft.target, draft.notice, *endpoint);
  const std::optional<std::string> topic =
      draft.notice.done() ? std::nullopt : DutyTopic(draft.notice);
  record::v1::StoredDelivery stored;
  stored.set_chain_entity(draft.chain_entity);
  stored.set_report_outcome(draft.report_outcome);
  v1::Delivery* delivery = stored.mutable_delivery();
  delivery->set_incident(absl::StrCat("incidents/", state.id()));
  delivery->set_target(draft.target);
  *delivery->mutable_endpoint() = *endpoint;
  *delivery->mutable_notice() = std::move(draft.notice);
  *delivery->mutable_create_time() = ToProto(batch.now);
  row.blob = stored.SerializeAsString();
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->AddDelivery(row)));
  batch.deliveries_changed = true;
  if (!topic.has_value()) return absl::OkStatus();
  return NoteQueued(batch, state.id(), draft.target, *topic, row.id);
}

}  // namespace belfry::engine
