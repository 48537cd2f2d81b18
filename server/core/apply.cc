// Apply(): the fold of the record. It never refuses and never looks at the policy, so an old record
// means the same for ever.
#include <algorithm>
#include <string>

#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using record::v1::Event;
using record::v1::IncidentState;

void SetClock(IncidentState& state, absl::string_view clock, absl::Time time) {
  if (clock.empty()) return;
  for (v1::ClockTime& entry : *state.mutable_clocks()) {
    if (entry.clock() == clock) {
      *entry.mutable_time() = ToProto(time);
      return;
    }
  }
  v1::ClockTime* entry = state.add_clocks();
  entry->set_clock(std::string(clock));
  *entry->mutable_time() = ToProto(time);
}

void ClearClock(IncidentState& state, absl::string_view clock) {
  auto* clocks = state.mutable_clocks();
  clocks->erase(std::remove_if(clocks->begin(), clocks->end(),
                               [&](const v1::ClockTime& entry) { return entry.clock() == clock; }),
                clocks->end());
}

// Sorted, each once.
void Tell(IncidentState& state, const google::protobuf::RepeatedPtrField<std::string>& people) {
  auto* told = state.mutable_told_people();
  for (const std::string& person : people) {
    const auto at = std::lower_bound(told->begin(), told->end(), person);
    if (at != told->end() && *at == person) continue;
    const auto index = static_cast<int>(at - told->begin());
    told->Add(std::string(person));
    std::rotate(told->begin() + index, told->end() - 1, told->end());
  }
}

void AddPeople(google::protobuf::RepeatedPtrField<std::string>& list,
               const google::protobuf::RepeatedPtrField<std::string>& people) {
  for (const std::string& person : people) {
    if (std::find(list.begin(), list.end(), person) == list.end()) list.Add(std::string(person));
  }
}

void ApplyReported(IncidentState& state, const Event& event) {
  const record::v1::IncidentReported& body = event.incident_reported();
  state.set_id(body.id());
  state.set_uid(body.uid());
  state.set_title(body.title());
  state.set_summary(body.summary());
  state.set_state(body.state());
  state.set_severity(body.severity());
  state.set_requested_severity(body.requested_severity());
  state.set_entity(body.entity());
  state.set_reporter(event.actor().principal());
  state.set_restricted(body.restricted());
  state.set_tlp(body.tlp());
  state.set_drill(body.drill());
  state.set_policy(body.policy());
  *state.mutable_create_time() = event.time();
  SetClock(state, body.sets_clock(), FromProto(event.time()));
}

void ApplyStateChanged(IncidentState& state, const Event& event) {
  const record::v1::StateChanged& body = event.state_changed();
  state.set_state(body.to());
  for (const std::string& clock : body.clears_clocks()) ClearClock(state, clock);
  SetClock(state, body.sets_clock(), FromProto(event.time()));
  if (body.has_recurrence_not_before()) {
    *state.mutable_recurrence_not_before() = body.recurrence_not_before();
  }
  if (body.restarts_clocks()) {
    state.set_reopened_count(state.reopened_count() + 1);
    for (auto& part : *state.mutable_entities()) *part.mutable_detect_time() = event.time();
    state.clear_recurrence_not_before();
  }
}

void ApplyFact(IncidentState& state, const v1::Fact& fact) {
  for (v1::Fact& current : *state.mutable_facts()) {
    if (current.name() == fact.name()) {
      current = fact;
      return;
    }
  }
  *state.add_facts() = fact;
}

void ApplyCategories(IncidentState& state, const record::v1::CategoriesAssigned& body) {
  for (const v1::CategoryAssignment& assigned : body.categories()) {
    v1::CategoryAssignment* target = nullptr;
    for (v1::CategoryAssignment& current : *state.mutable_categories()) {
      if (current.category() == assigned.category()) target = &current;
    }
    if (target == nullptr) {
      target = state.add_categories();
      target->set_category(assigned.category());
    }
    AddPeople(*target->mutable_sub_values(), assigned.sub_values());
  }
}

void ApplyEntity(IncidentState& state, const record::v1::EntityPart& part) {
  for (auto& current : *state.mutable_entities()) {
    if (current.entity() == part.entity()) {
      current = part;
      return;
    }
  }
  *state.add_entities() = part;
}

void ApplyPaged(IncidentState& state, const record::v1::ChainPaged& body) {
  record::v1::Chain* chain = FindMutableChain(state, body.entity());
  if (chain == nullptr) {
    chain = state.add_chains();
    chain->set_entity(body.entity());
  }
  chain->set_state(body.reason() == record::v1::ChainPaged::REASON_EXHAUSTED
                       ? v1::EscalationChain::STATE_EXHAUSTED
                       : v1::EscalationChain::STATE_NOTIFIED);
  chain->set_level(body.level());
  chain->set_attempt(body.attempt());
  chain->clear_acknowledged_by();
  chain->clear_acknowledge_time();
  chain->clear_recheck();
  chain->clear_unreachable_people();
  *chain->mutable_current_people() = body.people();
  AddPeople(*chain->mutable_paged_people(), body.people());
  if (body.has_next_time()) {
    *chain->mutable_next_time() = body.next_time();
  } else {
    chain->clear_next_time();
  }
  Tell(state, body.people());
  Tell(state, body.alarm_people());
}

void ApplyAcknowledged(IncidentState& state, const Event& event) {
  const record::v1::Acknowledged& body = event.acknowledged();
  record::v1::AcknowledgementRow* row = state.add_acknowledgements();
  row->set_person(body.person());
  *row->mutable_grants() = body.grants();
  *row->mutable_time() = event.time();
  for (const std::string& entity : body.chains()) {
    record::v1::Chain* chain = FindMutableChain(state, entity);
    if (chain == nullptr) continue;
    chain->set_state(v1::EscalationChain::STATE_ACKNOWLEDGED);
    chain->set_level(std::max(chain->level(), body.level()));
    chain->set_acknowledged_by(body.person());
    *chain->mutable_acknowledge_time() = event.time();
    if (body.has_recheck()) {
      *chain->mutable_recheck() = body.recheck();
      *chain->mutable_next_time() = ToProto(FromProto(event.time()) + FromProto(body.recheck()));
    } else {
      chain->clear_recheck();
      chain->clear_next_time();
    }
  }
}

void ApplyCleared(IncidentState& state, const record::v1::ChainCleared& body) {
  record::v1::Chain* chain = FindMutableChain(state, body.entity());
  if (chain == nullptr) return;
  chain->set_state(v1::EscalationChain::STATE_CLEARED);
  chain->clear_next_time();
  chain->clear_recheck();
}

void ApplyOpened(IncidentState& state, const Event& event) {
  const record::v1::ObligationOpened& body = event.obligation_opened();
  record::v1::ObligationRow* row = state.add_obligations();
  row->set_instance(body.instance());
  row->set_code(body.code());
  row->set_number(body.number());
  row->set_subject(body.subject());
  row->set_state(v1::Obligation::STATE_PENDING);
  *row->mutable_clock_start() = body.clock_start();
  *row->mutable_due_time() = body.due_time();
  *row->mutable_open_time() = event.time();
  *row->mutable_span() = body.span();
  row->set_reminders_done(body.reminders_done());
  row->set_cycle(body.cycle());
  Tell(state, body.notify_people());
}

void ApplySettled(IncidentState& state, const Event& event) {
  const record::v1::ObligationSettled& body = event.obligation_settled();
  record::v1::ObligationRow* row = FindMutableObligation(state, body.instance());
  if (row == nullptr) return;
  row->set_state(body.state());
  row->set_settled_by(body.by());
  row->set_reason(body.reason());
  *row->mutable_settle_time() = event.time();
}

void ApplyRescheduled(IncidentState& state, const record::v1::ObligationRescheduled& body) {
  record::v1::ObligationRow* row = FindMutableObligation(state, body.instance());
  if (row == nullptr) return;
  *row->mutable_due_time() = body.due_time();
  *row->mutable_clock_start() = body.clock_start();
  *row->mutable_span() = body.span();
  row->set_reminders_done(body.reminders_done());
}

void ApplyConcluded(IncidentState& state, const record::v1::DeliveryConcluded& body) {
  for (auto& notice : *state.mutable_tracked_notices()) {
    if (notice.obligation() != body.obligation() || notice.person() != body.target()) continue;
    (body.delivered() ? notice.set_delivered(true) : notice.set_failed(true));
  }
  if (body.delivered() || body.chain_entity().empty()) return;
  record::v1::Chain* chain = FindMutableChain(state, body.chain_entity());
  if (chain == nullptr) return;
  google::protobuf::RepeatedPtrField<std::string> person;
  person.Add(std::string(body.target()));
  AddPeople(*chain->mutable_unreachable_people(), person);
}

void ApplyDocument(IncidentState& state, const Event& event) {
  const record::v1::DocumentSubmitted& body = event.document_submitted();
  record::v1::DocumentRow* row = state.add_documents();
  row->set_type(body.type());
  row->set_entity(body.entity());
  row->set_author(event.actor().principal());
  *row->mutable_time() = event.time();
  row->set_event_version(event.version());
  Tell(state, body.recipient_people());
}

// Work by somebody on an acknowledged chain keeps it from opening again.
void NoteActivity(IncidentState& state, const Event& event) {
  const std::string& person = event.actor().principal();
  for (auto& chain : *state.mutable_chains()) {
    if (chain.state() != v1::EscalationChain::STATE_ACKNOWLEDGED || !chain.has_recheck()) continue;
    const auto& paged = chain.paged_people();
    if (person != chain.acknowledged_by() &&
        std::find(paged.begin(), paged.end(), person) == paged.end()) {
      continue;
    }
    *chain.mutable_next_time() = ToProto(FromProto(event.time()) + FromProto(chain.recheck()));
  }
}

}  // namespace

void Apply(IncidentState& state, const Event& event) {
  switch (event.body_case()) {
    case Event::kIncidentReported:
      ApplyReported(state, event);
      break;
    case Event::kDetailsChanged:
      if (event.details_changed().has_title()) state.set_title(event.details_changed().title());
      if (event.details_changed().has_summary()) {
        state.set_summary(event.details_changed().summary());
      }
      if (event.details_changed().has_lead()) state.set_lead(event.details_changed().lead());
      break;
    case Event::kStateChanged:
      ApplyStateChanged(state, event);
      break;
    case Event::kSeverityChanged:
      state.set_severity(event.severity_changed().to());
      *state.mutable_floors() = event.severity_changed().floors();
      if (!event.severity_changed().requested().empty()) {
        state.set_requested_severity(event.severity_changed().requested());
      }
      break;
    case Event::kFactRecorded:
      ApplyFact(state, event.fact_recorded().fact());
      break;
    case Event::kCategoriesAssigned:
      ApplyCategories(state, event.categories_assigned());
      break;
    case Event::kEntityAdded:
      ApplyEntity(state, event.entity_added().part());
      break;
    case Event::kNoteAdded:
      break;
    case Event::kTicketLinked:
      *state.add_tickets() = event.ticket_linked().ticket();
      break;
    case Event::kDocumentSubmitted:
      ApplyDocument(state, event);
      break;
    case Event::kAcknowledged:
      ApplyAcknowledged(state, event);
      break;
    case Event::kChainPaged:
      ApplyPaged(state, event.chain_paged());
      break;
    case Event::kRolesPaged:
      Tell(state, event.roles_paged().people());
      break;
    case Event::kChainCleared:
      ApplyCleared(state, event.chain_cleared());
      break;
    case Event::kObligationOpened:
      ApplyOpened(state, event);
      break;
    case Event::kObligationSettled:
      ApplySettled(state, event);
      break;
    case Event::kObligationOverdue:
      if (auto* row = FindMutableObligation(state, event.obligation_overdue().instance())) {
        row->set_state(v1::Obligation::STATE_OVERDUE);
      }
      break;
    case Event::kObligationRescheduled:
      ApplyRescheduled(state, event.obligation_rescheduled());
      break;
    case Event::kReminderSent:
      if (auto* row = FindMutableObligation(state, event.reminder_sent().instance())) {
        row->set_reminders_done(event.reminder_sent().done());
      }
      Tell(state, event.reminder_sent().people());
      break;
    case Event::kOverdueStepTaken:
      if (auto* row = FindMutableObligation(state, event.overdue_step_taken().instance())) {
        row->set_overdue_steps_done(event.overdue_step_taken().done());
      }
      Tell(state, event.overdue_step_taken().people());
      break;
    case Event::kNoticeSent:
      for (const auto& recipient : event.notice_sent().recipients()) {
        *state.add_tracked_notices() = recipient;
        google::protobuf::RepeatedPtrField<std::string> person;
        person.Add(std::string(recipient.person()));
        Tell(state, person);
      }
      break;
    case Event::kDeliveryConcluded:
      ApplyConcluded(state, event.delivery_concluded());
      Tell(state, event.delivery_concluded().alarm_people());
      break;
    case Event::BODY_NOT_SET:
      break;
  }
  NoteActivity(state, event);
  state.set_version(event.version());
  *state.mutable_update_time() = event.time();
}

}  // namespace belfry::core
