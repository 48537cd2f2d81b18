// Apply(): the fold of the record. It never refuses and never looks at the policy, so an old record
// means the same for ever.
#include <algorithm>
#include <string>

#include "server/base/proto_time.h"
#include "server/core/apply_chat.h"
#include "server/core/apply_compartment.h"
#include "server/core/apply_public.h"
#include "server/core/core.h"
#include "server/core/evidence.h"
#include "server/core/noted_messages.h"
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

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// Keeps the list sorted, each once.
void Insert(Strings& list, const Strings& more) {
  for (const std::string& one : more) {
    const auto at = std::lower_bound(list.begin(), list.end(), one);
    if (at != list.end() && *at == one) continue;
    const auto index = static_cast<int>(at - list.begin());
    list.Add(std::string(one));
    std::rotate(list.begin() + index, list.end() - 1, list.end());
  }
}

void Tell(IncidentState& state, const Strings& people) {
  Insert(*state.mutable_told_people(), people);
}

// Told because something is expected of them.
void Call(IncidentState& state, const Strings& people) {
  Tell(state, people);
  Insert(*state.mutable_called_people(), people);
}

void TellRoles(IncidentState& state, const Strings& roles) {
  Insert(*state.mutable_told_roles(), roles);
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
  *state.mutable_severity_time() = event.time();
  *state.mutable_subjects() = body.subjects();
  *state.mutable_readers() = body.readers();
  SetClock(state, body.sets_clock(), FromProto(event.time()));
}

void ApplyRegister(IncidentState& state, const Event& event) {
  const record::v1::RegisterOpened& body = event.register_opened();
  state.set_id(body.id());
  state.set_uid(body.uid());
  state.set_title(body.title());
  state.set_state(body.state());
  state.set_entity(body.entity());
  state.set_policy(body.policy());
  state.set_standing_register(true);
  *state.mutable_create_time() = event.time();
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
    for (auto& part : *state.mutable_entities()) {
      *part.mutable_detect_time() = body.has_restart_time() ? body.restart_time() : event.time();
    }
    state.clear_recurrence_not_before();
  }
}

void ApplyFact(IncidentState& state, const v1::Fact& fact) {
  for (v1::Fact& current : *state.mutable_facts()) {
    if (current.name() == fact.name() && current.entity() == fact.entity()) {
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
      *target->mutable_assign_time() = assigned.assign_time();
    }
    for (const std::string& code : assigned.sub_values()) {
      const auto& known = target->sub_values();
      if (std::find(known.begin(), known.end(), code) != known.end()) continue;
      target->add_sub_values(code);
      *target->add_sub_value_times() = assigned.assign_time();
    }
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
  Call(state, body.people());
  if (!body.people().empty()) TellRoles(state, body.roles());
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

void ApplyLowered(IncidentState& state, const record::v1::ChainLowered& body) {
  record::v1::Chain* chain = FindMutableChain(state, body.entity());
  if (chain == nullptr) return;
  chain->set_level(body.level());
  chain->set_attempt(1);
  if (body.has_next_time()) *chain->mutable_next_time() = body.next_time();
  if (chain->state() == v1::EscalationChain::STATE_EXHAUSTED) {
    chain->set_state(v1::EscalationChain::STATE_NOTIFIED);
  }
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
  if (body.has_due_time()) *row->mutable_due_time() = body.due_time();
  *row->mutable_open_time() = event.time();
  if (body.has_span()) *row->mutable_span() = body.span();
  row->set_reminders_done(body.reminders_done());
  row->set_cycle(body.cycle());
  *row->mutable_sources() = body.sources();
  if (body.has_late_line_time()) *row->mutable_late_line_time() = body.late_line_time();
  row->set_advisory(body.advisory());
  row->set_person(body.person());
  Call(state, body.notify_people());
}

void ApplySettled(IncidentState& state, const Event& event) {
  const record::v1::ObligationSettled& body = event.obligation_settled();
  record::v1::ObligationRow* row = FindMutableObligation(state, body.instance());
  if (row == nullptr) return;
  row->set_state(body.state());
  row->set_settled_by(body.by());
  row->set_reason(body.reason());
  *row->mutable_settle_time() = event.time();
  Tell(state, body.told_people());
  if (!body.told_people().empty()) TellRoles(state, body.told_roles());
}

void ApplyRescheduled(IncidentState& state, const record::v1::ObligationRescheduled& body) {
  record::v1::ObligationRow* row = FindMutableObligation(state, body.instance());
  if (row == nullptr) return;
  // It was snoozed with another deadline in mind.
  if (body.has_due_time() &&
      body.due_time().SerializeAsString() != row->due_time().SerializeAsString()) {
    row->clear_snooze_until_time();
  }
  if (body.has_due_time()) *row->mutable_due_time() = body.due_time();
  if (body.has_span()) *row->mutable_span() = body.span();
  *row->mutable_clock_start() = body.clock_start();
  row->set_reminders_done(body.reminders_done());
  row->set_rebases_done(body.rebases_done());
  row->set_kind_while(body.kind_while());
  for (const std::string& source : body.sources()) row->add_sources(source);
  if (body.pending_again()) {
    row->set_state(v1::Obligation::STATE_PENDING);
    row->set_overdue_steps_done(0);
  }
  if (body.has_advisory()) row->set_advisory(body.advisory());
}

void ApplyHeld(IncidentState& state, const Event& event) {
  const record::v1::ObligationHeld& body = event.obligation_held();
  record::v1::ObligationRow* row = FindMutableObligation(state, body.instance());
  if (row == nullptr) return;
  row->set_reason(body.reason());
  row->clear_snooze_until_time();
  if (body.held()) {
    row->set_state(v1::Obligation::STATE_HELD);
    row->set_reminders_done(0);
    *row->mutable_hold_time() = event.time();
    return;
  }
  row->set_state(v1::Obligation::STATE_PENDING);
  row->clear_hold_time();
  row->set_overdue_steps_done(0);
  row->set_reminders_done(0);
  if (!body.has_due_time()) return;
  row->set_deadline_fixed(true);
  *row->mutable_due_time() = body.due_time();
  *row->mutable_clock_start() = body.clock_start();
  *row->mutable_span() = body.span();
}

v1::NetworkRemoval* FindMutableRemoval(IncidentState& state, int64_t id) {
  for (v1::NetworkRemoval& removal : *state.mutable_removals()) {
    if (removal.id() == id) return &removal;
  }
  return nullptr;
}

void ApplyDecision(IncidentState& state, const Event& event) {
  *state.add_decisions() = event.decision_recorded().decision();
  if (event.decision_recorded().has_removal()) {
    *state.add_removals() = event.decision_recorded().removal();
  }
}

void PutDevice(IncidentState& state, const v1::Device& device) {
  v1::Device* target = nullptr;
  for (v1::Device& known : *state.mutable_devices()) {
    if (known.entity() == device.entity() && known.device() == device.device()) target = &known;
  }
  *(target == nullptr ? state.add_devices() : target) = device;
}

void NoteFinding(IncidentState& state, const v1::Device& device) {
  if (!device.has_infect_time() || device.infect_subnet().empty()) return;
  record::v1::SubnetFinding* finding = nullptr;
  for (record::v1::SubnetFinding& known : *state.mutable_findings()) {
    if (known.subnet() == device.infect_subnet()) finding = &known;
  }
  if (finding == nullptr) {
    finding = state.add_findings();
    finding->set_subnet(device.infect_subnet());
  }
  if (FromProto(finding->time()) < FromProto(device.infect_time())) {
    *finding->mutable_time() = device.infect_time();
  }
}

void ApplyDevices(IncidentState& state, const Event& event) {
  for (const v1::Device& device : event.devices_recorded().devices()) {
    PutDevice(state, device);
    NoteFinding(state, device);
  }
  for (const std::string& device : event.devices_recorded().reinfected()) {
    record::v1::Occurrence* occurrence = state.add_reinfections();
    occurrence->set_event_version(event.version());
    *occurrence->mutable_time() = event.time();
    occurrence->set_about(device);
  }
}

void ApplyRemoval(IncidentState& state, const Event& event) {
  if (event.has_removal_confirmed()) {
    const record::v1::RemovalConfirmed& body = event.removal_confirmed();
    v1::NetworkRemoval* removal = FindMutableRemoval(state, body.removal());
    if (removal == nullptr) return;
    for (const int index : body.targets()) {
      if (index < 0 || index >= removal->targets_size()) continue;
      removal->mutable_targets(index)->set_confirmed_by(event.actor().principal());
      *removal->mutable_targets(index)->mutable_confirm_time() = event.time();
    }
    if (body.active()) {
      removal->set_state(v1::NetworkRemoval::STATE_ACTIVE);
      *removal->mutable_active_time() = event.time();
    }
  } else if (event.has_scan_recorded()) {
    v1::NetworkRemoval* removal = FindMutableRemoval(state, event.scan_recorded().removal());
    if (removal != nullptr) *removal->add_scans() = event.scan_recorded().scan();
  } else {
    v1::NetworkRemoval* removal = FindMutableRemoval(state, event.removal_lifted().removal());
    if (removal == nullptr) return;
    removal->set_state(v1::NetworkRemoval::STATE_LIFTED);
    removal->set_lifted_by(event.actor().principal());
    *removal->mutable_lift_time() = event.time();
  }
}

void ApplyAssessment(IncidentState& state, const Event& event) {
  for (v1::CostLine& cost : *state.mutable_costs()) {
    if (cost.number() != event.cost_assessed().number()) continue;
    cost.set_assessment(event.cost_assessed().assessment());
    cost.set_assessed_by(event.actor().principal());
  }
}

void ApplySpend(IncidentState& state, const Event& event) {
  const record::v1::SpendDecided& body = event.spend_decided();
  for (v1::SpendRequest& request : *state.mutable_spend_requests()) {
    if (request.number() != body.number()) continue;
    request.set_state(body.approved() ? v1::SpendRequest::STATE_APPROVED
                                      : v1::SpendRequest::STATE_REFUSED);
    request.set_decider(event.actor().principal());
    request.set_reason(body.reason());
    *request.mutable_decide_time() = event.time();
  }
  Tell(state, body.told_people());
}

void ApplyCase(IncidentState& state, const v1::NonComplianceCase& changed) {
  for (v1::NonComplianceCase& known : *state.mutable_cases()) {
    if (known.entity() == changed.entity() &&
        FromProto(known.propose_time()) == FromProto(changed.propose_time())) {
      known = changed;
      return;
    }
  }
  *state.add_cases() = changed;
}

void ApplyLinked(IncidentState& state, const record::v1::Linked& body) {
  if (!body.parent().empty()) state.set_parent(body.parent());
  if (!body.child().empty()) state.add_children(body.child());
}

void ApplyAbsorbed(IncidentState& state, const record::v1::Absorbed& body) {
  for (const record::v1::EntityPart& part : body.entities()) ApplyEntity(state, part);
  for (const v1::Fact& fact : body.facts()) ApplyFact(state, fact);
  record::v1::CategoriesAssigned categories;
  *categories.mutable_categories() = body.categories();
  ApplyCategories(state, categories);
  for (const record::v1::ObligationRow& row : body.obligations()) *state.add_obligations() = row;
  for (const v1::SpendRequest& request : body.spend_requests()) {
    *state.add_spend_requests() = request;
  }
  for (const v1::Device& device : body.devices()) PutDevice(state, device);
  for (const record::v1::Occurrence& reinfection : body.reinfections()) {
    *state.add_reinfections() = reinfection;
  }
  Tell(state, body.told_people());
  AddPeople(*state.mutable_subjects(), body.subjects());
  std::sort(state.mutable_subjects()->begin(), state.mutable_subjects()->end());
  // Told while nobody knew that it is about them; from now on they hear no more.
  auto* told = state.mutable_told_people();
  told->erase(std::remove_if(told->begin(), told->end(),
                             [&](const std::string& person) {
                               return std::binary_search(state.subjects().begin(),
                                                         state.subjects().end(), person);
                             }),
              told->end());
  AddPeople(*state.mutable_readers(), body.readers());
  if (!body.restricted()) return;
  state.set_restricted(true);
  state.set_tlp(body.tlp());
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

void RemoveDraft(IncidentState& state, const std::string& type, const std::string& entity) {
  auto& drafts = *state.mutable_drafts();
  drafts.erase(std::remove_if(drafts.begin(), drafts.end(),
                              [&](const record::v1::DraftRow& row) {
                                return row.type() == type && row.entity() == entity;
                              }),
               drafts.end());
}

record::v1::DraftRow& DraftOf(IncidentState& state, const std::string& type,
                              const std::string& entity) {
  for (record::v1::DraftRow& row : *state.mutable_drafts()) {
    if (row.type() == type && row.entity() == entity) return row;
  }
  record::v1::DraftRow& row = *state.add_drafts();
  row.set_type(type);
  row.set_entity(entity);
  return row;
}

void ApplyDraft(IncidentState& state, const Event& event) {
  const record::v1::DocumentDrafted& body = event.document_drafted();
  record::v1::DraftRow& row = DraftOf(state, body.type(), body.entity());
  row.set_author(event.actor().principal());
  *row.mutable_fields() = body.fields();
  row.set_revision(event.version());
  *row.mutable_time() = event.time();
  row.set_amends(body.amends());
  row.clear_approvals();
}

void ApplyDocument(IncidentState& state, const Event& event) {
  const record::v1::DocumentSubmitted& body = event.document_submitted();
  record::v1::DocumentRow* row = state.add_documents();
  row->set_type(body.type());
  row->set_entity(body.entity());
  row->set_author(event.actor().principal());
  *row->mutable_time() = event.time();
  row->set_event_version(event.version());
  *row->mutable_fields() = body.indexed_fields();
  *row->mutable_event_time() = body.has_event_time() ? body.event_time() : event.time();
  row->set_order_deviation(body.order_deviation());
  row->set_tlp(body.tlp());
  row->set_title(body.title());
  row->set_number(body.number());
  row->set_amends(body.amends());
  if (body.amends() > 0) {
    for (record::v1::DocumentRow& earlier : *state.mutable_documents()) {
      if (earlier.event_version() == body.amends()) earlier.set_amended_by(event.version());
    }
  }
  if (body.from_draft()) RemoveDraft(state, body.type(), body.entity());
  Tell(state, body.recipient_people());
  if (!body.recipient_people().empty()) TellRoles(state, body.recipient_roles());
}

void ApplyReading(IncidentState& state, const Event& event) {
  for (record::v1::Reading& known : *state.mutable_readings()) {
    if (known.person() != event.incident_read().person()) continue;
    *known.mutable_time() = event.time();
    return;
  }
  record::v1::Reading* reading = state.add_readings();
  reading->set_person(event.incident_read().person());
  *reading->mutable_time() = event.time();
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
      if (event.details_changed().restricted()) {
        state.set_restricted(true);
        state.set_tlp(event.details_changed().tlp());
      }
      break;
    case Event::kStateChanged:
      ApplyStateChanged(state, event);
      break;
    case Event::kSeverityChanged:
      if (state.severity() != event.severity_changed().to()) {
        state.set_severity(event.severity_changed().to());
        *state.mutable_severity_time() = event.time();
      }
      if (event.severity_changed().has_score()) {
        state.set_severity_score(event.severity_changed().score());
      } else {
        state.clear_severity_score();
      }
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
      Tell(state, event.entity_added().told_people());
      if (!event.entity_added().told_people().empty()) {
        TellRoles(state, event.entity_added().told_roles());
      }
      break;
    case Event::kNoteAdded:
      ApplyNote(state, event);
      break;
    case Event::kTicketLinked:
      *state.add_tickets() = event.ticket_linked().ticket();
      break;
    case Event::kDocumentDrafted:
      ApplyDraft(state, event);
      break;
    case Event::kDocumentApproved:
      *DraftOf(state, event.document_approved().type(), event.document_approved().entity())
           .add_approvals() = event.document_approved().approval();
      break;
    case Event::kDraftDiscarded:
      RemoveDraft(state, event.draft_discarded().type(), event.draft_discarded().entity());
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
      Call(state, event.roles_paged().people());
      TellRoles(state, event.roles_paged().roles());
      break;
    case Event::kChainCleared:
      ApplyCleared(state, event.chain_cleared());
      break;
    case Event::kChainLowered:
      ApplyLowered(state, event.chain_lowered());
      break;
    case Event::kObligationOpened:
      Tell(state, event.obligation_opened().told_people());
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
        row->clear_snooze_until_time();
      }
      Call(state, event.reminder_sent().people());
      break;
    case Event::kOverdueStepTaken:
      if (auto* row = FindMutableObligation(state, event.overdue_step_taken().instance())) {
        row->set_overdue_steps_done(event.overdue_step_taken().done());
      }
      for (const std::string& code : event.overdue_step_taken().opens()) {
        record::v1::Occurrence* occurrence = state.add_step_ups();
        occurrence->set_event_version(event.version());
        // When the step was due, however late it was taken.
        *occurrence->mutable_time() = event.has_due_time() ? event.due_time() : event.time();
        occurrence->set_about(code);
      }
      if (!event.overdue_step_taken().people().empty()) {
        TellRoles(state, event.overdue_step_taken().roles());
      }
      Call(state, event.overdue_step_taken().people());
      break;
    case Event::kNoticeSent:
      if (!event.notice_sent().document().empty()) {
        record::v1::DocumentRow* row = state.add_notice_documents();
        row->set_type(event.notice_sent().document());
        row->set_title(event.notice_sent().title());
        row->set_entity(event.notice_sent().entity());
        row->set_author(event.actor().principal());
        *row->mutable_time() = event.time();
        *row->mutable_event_time() = event.time();
        row->set_event_version(event.version());
      }
      for (const auto& recipient : event.notice_sent().recipients()) {
        *state.add_tracked_notices() = recipient;
        google::protobuf::RepeatedPtrField<std::string> person;
        person.Add(std::string(recipient.person()));
        Tell(state, person);
        google::protobuf::RepeatedPtrField<std::string> role;
        role.Add(std::string(recipient.role()));
        TellRoles(state, role);
      }
      break;
    case Event::kDeliveryConcluded:
      ApplyConcluded(state, event.delivery_concluded());
      Tell(state, event.delivery_concluded().alarm_people());
      break;
    case Event::kDecisionRecorded:
      ApplyDecision(state, event);
      break;
    case Event::kDevicesRecorded:
      ApplyDevices(state, event);
      break;
    case Event::kDevicesNoted:
      for (const v1::Device& device : event.devices_noted().devices()) PutDevice(state, device);
      break;
    case Event::kRemovalConfirmed:
    case Event::kScanRecorded:
    case Event::kRemovalLifted:
      ApplyRemoval(state, event);
      break;
    case Event::kCostRecorded:
      *state.add_costs() = event.cost_recorded().cost();
      break;
    case Event::kCostAssessed:
      ApplyAssessment(state, event);
      break;
    case Event::kSpendRequested:
      *state.add_spend_requests() = event.spend_requested().request();
      break;
    case Event::kSpendDecided:
      ApplySpend(state, event);
      break;
    case Event::kCaseChanged:
      ApplyCase(state, event.case_changed().changed());
      break;
    case Event::kLateLinePassed:
      if (auto* row = FindMutableObligation(state, event.late_line_passed().instance())) {
        row->set_late_line_passed(true);
      }
      break;
    case Event::kObligationHeld:
      ApplyHeld(state, event);
      break;
    case Event::kLinked:
      ApplyLinked(state, event.linked());
      break;
    case Event::kFirstPersonRecorded: {
      record::v1::FirstPerson* first = state.add_first_people();
      first->set_transition(event.first_person_recorded().transition());
      first->set_person(event.first_person_recorded().person());
      break;
    }
    case Event::kRegisterOpened:
      ApplyRegister(state, event);
      break;
    case Event::kPolicyRepinned:
      state.set_policy(event.policy_repinned().to());
      *state.mutable_policy_time() = event.time();
      break;
    case Event::kAbsorbed:
      ApplyAbsorbed(state, event.absorbed());
      break;
    case Event::kSecretMasked:
    case Event::kPayloadExpunged:
      break;
    case Event::kRoomWanted:
      ApplyRoomWanted(state, event.room_wanted());
      break;
    case Event::kRoomOpened:
      ApplyRoomOpened(state, event.room_opened());
      break;
    case Event::kReminderSnoozed:
      ApplySnoozed(state, event.reminder_snoozed());
      break;
    case Event::kDigestDue:
      ApplyDigest(state, event);
      break;
    case Event::kEvidenceRecorded:
    case Event::kCustodyRecorded:
    case Event::kEvidenceStored:
    case Event::kEvidenceHoldChanged:
    case Event::kEvidenceDestroyed:
    case Event::kEvidenceVerified:
    case Event::kDestructionAsked:
      FoldSummary(state, event);
      Tell(state, event.custody_recorded().told_people());
      Tell(state, event.destruction_asked().told_people());
      Tell(state, event.evidence_verified().alarm_people());
      break;
    case Event::kRecordRequested:
    case Event::kRecordReviewed:
    case Event::kRecordReleased:
    case Event::kRecordDenied:
      ApplyPublicRecord(state, event);
      break;
    case Event::kReaderNamed:
      ApplyReaderNamed(state, event.reader_named());
      break;
    case Event::kReaderRemoved:
      ApplyReaderRemoved(state, event.reader_removed());
      break;
    case Event::kSubjectNamed:
      ApplySubjectNamed(state, event.subject_named());
      break;
    case Event::kTlpChanged:
      ApplyTlpChanged(state, event.tlp_changed());
      break;
    case Event::kGlassBroken:
      ApplyGlassBroken(state, event.glass_broken());
      break;
    case Event::kGlassClosed:
      ApplyGlassClosed(state, event.glass_closed());
      break;
    case Event::kIncidentRead:
      ApplyReading(state, event);
      if (state.change_version() == 0) state.set_change_version(state.version());
      state.set_version(event.version());
      // Neither work nor a change.
      return;
    case Event::BODY_NOT_SET:
      break;
  }
  NoteActivity(state, event);
  state.set_version(event.version());
  state.set_change_version(event.version());
  *state.mutable_update_time() = event.time();
}

}  // namespace belfry::core
