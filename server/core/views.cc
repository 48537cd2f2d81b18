// The incident and its duties as callers see them.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/core/claim.h"
#include "server/core/core.h"
#include "server/core/document_checks.h"
#include "server/core/state_util.h"

namespace belfry::core {

v1::Obligation ToObligation(const PolicyIndex& policy, const record::v1::ObligationRow& row) {
  v1::Obligation view;
  view.set_instance(row.instance());
  view.set_code(row.code());
  view.set_number(row.number());
  view.set_subject(row.subject());
  view.set_state(row.state());
  *view.mutable_clock_start() = row.clock_start();
  if (row.has_due_time()) *view.mutable_due_time() = row.due_time();
  *view.mutable_open_time() = row.open_time();
  if (row.has_settle_time()) *view.mutable_settle_time() = row.settle_time();
  view.set_settled_by(row.settled_by());
  view.set_reason(row.reason());
  *view.mutable_sources() = row.sources();
  if (row.has_late_line_time()) *view.mutable_late_line_time() = row.late_line_time();
  view.set_advisory(row.advisory());
  if (row.has_span()) *view.mutable_span() = row.span();
  if (row.has_snooze_until_time() && row.state() == v1::Obligation::STATE_PENDING) {
    *view.mutable_snooze_until_time() = row.snooze_until_time();
  }
  const policy::v1::Obligation* rule = policy.FindObligation(row.code());
  if (rule == nullptr) return view;
  view.set_title(rule->title());
  const int kind_while = row.kind_while() - 1;
  const policy::v1::Obligation::Kind kind = kind_while >= 0 && kind_while < rule->kind_while_size()
                                                ? rule->kind_while(kind_while).kind()
                                                : rule->kind();
  view.set_kind(policy::v1::Obligation::Kind_Name(kind).substr(sizeof("KIND_") - 1));
  *view.mutable_clauses() = rule->clauses();
  *view.mutable_owner_roles() = rule->owner_roles();
  *view.mutable_accountable_roles() = rule->accountable_roles();
  *view.mutable_recipient_roles() = rule->recipient_roles();
  view.set_evidence(rule->evidence());
  view.set_remedy(rule->remedy());
  return view;
}

v1::SubmittedDocument ToSubmittedDocument(const record::v1::IncidentState& state,
                                          const record::v1::DocumentRow& row) {
  v1::SubmittedDocument document;
  document.set_name(DocumentName(state, row.event_version()));
  document.set_type(row.type());
  document.set_title(row.title());
  document.set_number(row.number());
  document.set_entity(row.entity());
  document.set_author(row.author());
  *document.mutable_time() = row.time();
  *document.mutable_event_time() = row.event_time();
  document.set_event_version(row.event_version());
  document.set_order_deviation(row.order_deviation());
  document.set_tlp(row.tlp());
  if (row.amends() > 0) document.set_amends(DocumentName(state, row.amends()));
  if (row.amended_by() > 0) document.set_amended_by(DocumentName(state, row.amended_by()));
  return document;
}

namespace {

// What was decided, handed in, found and spent.
void AddRecord(const PolicyIndex& policy, const record::v1::IncidentState& state,
               v1::Incident& view) {
  *view.mutable_decisions() = state.decisions();
  for (const record::v1::DocumentRow& row : state.documents()) {
    *view.add_documents() = ToSubmittedDocument(state, row);
  }
  // A register keeps the history of devices for the rules alone: incidents behind it may be known
  // to few.
  if (!state.standing_register()) *view.mutable_devices() = state.devices();
  *view.mutable_removals() = state.removals();
  *view.mutable_cases() = state.cases();
  *view.mutable_costs() = state.costs();
  int64_t claim = 0;
  for (const v1::CostLine& cost : state.costs()) {
    const bool reasonable = cost.assessment() == v1::CostLine::ASSESSMENT_REASONABLE;
    if (cost.self_help() && reasonable) claim += cost.amount_cents();
  }
  view.set_claim_cents(claim);
  view.set_claim_state(ClaimState(policy.proto(), state));
  *view.mutable_spend_requests() = state.spend_requests();
  view.set_parent(state.parent());
  *view.mutable_children() = state.children();
  *view.mutable_subjects() = state.subjects();
  *view.mutable_readers() = state.readers();
  if (state.has_severity_score()) view.set_severity_score(state.severity_score());
}

}  // namespace

v1::Incident ToIncident(const PolicyIndex& policy, const record::v1::IncidentState& state) {
  v1::Incident view;
  view.set_name(absl::StrCat("incidents/", state.id()));
  view.set_uid(state.uid());
  view.set_title(state.title());
  view.set_summary(state.summary());
  view.set_state(state.state());
  view.set_severity(state.severity());
  *view.mutable_severity_floors() = state.floors();
  view.set_entity(state.entity());
  for (const record::v1::EntityPart& part : state.entities()) {
    v1::IncidentEntity* entity = view.add_entities();
    entity->set_entity(part.entity());
    entity->set_relation(part.relation());
    *entity->mutable_detect_time() = part.detect_time();
    *entity->mutable_add_time() = part.add_time();
  }
  *view.mutable_categories() = state.categories();
  *view.mutable_facts() = state.facts();
  view.set_reporter(state.reporter());
  *view.mutable_clocks() = state.clocks();
  *view.mutable_tickets() = state.tickets();
  for (const record::v1::Chain& chain : state.chains()) {
    v1::EscalationChain* escalation = view.add_escalations();
    escalation->set_entity(chain.entity());
    escalation->set_state(chain.state());
    escalation->set_level(chain.level());
    escalation->set_attempt(chain.attempt());
    *escalation->mutable_paged_people() = chain.paged_people();
    escalation->set_acknowledged_by(chain.acknowledged_by());
    if (chain.has_acknowledge_time()) {
      *escalation->mutable_acknowledge_time() = chain.acknowledge_time();
    }
    if (chain.has_next_time()) *escalation->mutable_next_page_time() = chain.next_time();
  }
  for (const policy::v1::Transition& transition : policy.proto().transitions()) {
    const auto& from = transition.from();
    if (std::find(from.begin(), from.end(), state.state()) == from.end()) continue;
    const auto& verbs = view.verbs();
    if (std::find(verbs.begin(), verbs.end(), transition.verb()) == verbs.end()) {
      view.add_verbs(transition.verb());
    }
  }
  const record::v1::ObligationRow* next = nullptr;
  for (const record::v1::ObligationRow& row : state.obligations()) {
    if (!IsOpen(row)) continue;
    view.set_open_obligation_count(view.open_obligation_count() + 1);
    if (row.state() == v1::Obligation::STATE_OVERDUE) {
      view.set_overdue_obligation_count(view.overdue_obligation_count() + 1);
    }
    if (!row.has_due_time()) continue;
    if (next == nullptr || row.due_time().seconds() < next->due_time().seconds()) next = &row;
  }
  view.set_evidence_count(state.evidence().item_count());
  view.set_open_transfer_count(state.evidence().open_transfer_count());
  if (next != nullptr) *view.mutable_next_duty() = ToNextDuty(*next);
  view.set_reopened_count(state.reopened_count());
  view.set_restricted(state.restricted());
  view.set_tlp(state.tlp());
  view.set_drill(state.drill());
  view.set_policy(state.policy());
  *view.mutable_create_time() = state.create_time();
  *view.mutable_update_time() = state.update_time();
  view.set_etag(EtagOf(state));
  view.set_lead(state.lead());
  AddRecord(policy, state, view);
  return view;
}

v1::NextDuty ToNextDuty(const record::v1::ObligationRow& row) {
  v1::NextDuty duty;
  duty.set_obligation(row.instance());
  duty.set_entity(row.subject());
  if (row.has_due_time()) *duty.mutable_due_time() = row.due_time();
  duty.set_overdue(row.state() == v1::Obligation::STATE_OVERDUE);
  return duty;
}

}  // namespace belfry::core
