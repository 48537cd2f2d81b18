#include "server/core/sight.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/access.h"
#include "server/core/confidentiality.h"
#include "server/core/evidence.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using record::v1::Event;
using record::v1::IncidentState;
using record::v1::ObligationRow;

bool Reads(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
           const IncidentState& state) {
  const std::string& principal = caller.actor.principal();
  // Whoever the incident is about learns nothing of it, whatever office they hold.
  const auto& subjects = state.subjects();
  if (std::find(subjects.begin(), subjects.end(), principal) != subjects.end()) return false;
  // Nor does a reader who was removed, however they came to be one, as long as others are kept out.
  const auto& barred = state.barred_people();
  if (IsClosed(state) && std::binary_search(barred.begin(), barred.end(), principal)) return false;
  // Whoever was paged or asked must be able to look, or the page would be a riddle. A statement
  // says what its sender wrote; of a restricted incident it opens no more. Both stand in the pack.
  const policy::v1::Permission* reading = ReadingPermission(policy, state);
  return reading != nullptr &&
         Allows(policy, directory, *reading, caller, state, GrantsOn(directory, caller, state));
}

}  // namespace

bool IsThirdParty(const v1::Entity* entity) {
  return entity != nullptr && (entity->kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
                               entity->kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL);
}

Sight SightOf(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
              const IncidentState& state) {
  if (caller.internal) return Sight::kAll;
  if (IsGuest(caller)) {
    return caller.actor.principal() == state.reporter() ? Sight::kOwnReport : Sight::kNothing;
  }
  if (!Reads(policy, directory, caller, state)) return Sight::kNothing;
  return SpeaksForThirdParty(directory, caller, &state) ? Sight::kOwnParts : Sight::kAll;
}

View::View(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
           const IncidentState& state)
    : policy_(policy),
      directory_(directory),
      state_(state),
      principal_(caller.actor.principal()),
      entity_(caller.entity),
      sight_(SightOf(policy, directory, caller, state)) {}

bool View::IsOwn(absl::string_view principal) const {
  if (principal == principal_) return true;
  const v1::Person* person = directory_.FindPerson(principal);
  return person != nullptr && person->entity() == entity_;
}

template <typename People>
bool View::AnyOwn(const People& people) const {
  return std::any_of(people.begin(), people.end(),
                     [&](const std::string& person) { return IsOwn(person); });
}

bool View::Asks(const policy::v1::Obligation& rule) const {
  const auto held = [&](const std::string& role) {
    for (const v1::Person* person : directory_.HoldersOf(role, entity_)) {
      if (person->entity() == entity_) return true;
    }
    return false;
  };
  return std::any_of(rule.owner_roles().begin(), rule.owner_roles().end(), held) ||
         std::any_of(rule.recipient_roles().begin(), rule.recipient_roles().end(), held);
}

bool View::Shows(const ObligationRow& row) const {
  if (sight_ != Sight::kOwnParts) return sight_ == Sight::kAll;
  if (!row.subject().empty()) return row.subject() == entity_;
  if (!row.person().empty()) return IsOwn(row.person());
  const policy::v1::Obligation* rule = policy_.FindObligation(row.code());
  return rule != nullptr && Asks(*rule);
}

v1::Obligation View::Obligation(const ObligationRow& row) const {
  v1::Obligation view = ToObligation(policy_, row);
  if (sight_ == Sight::kAll || IsOwn(row.settled_by())) return view;
  view.clear_settled_by();
  view.clear_reason();
  return view;
}

v1::Incident View::OwnIncident() const {
  v1::Incident view;
  view.set_name(absl::StrCat("incidents/", state_.id()));
  view.set_uid(state_.uid());
  view.set_entity(state_.entity());
  view.set_restricted(state_.restricted());
  view.set_tlp(state_.tlp());
  view.set_drill(state_.drill());
  view.set_policy(state_.policy());
  *view.mutable_create_time() = state_.create_time();
  if (IsOwn(state_.reporter())) {
    view.set_title(state_.title());
    view.set_summary(state_.summary());
    view.set_reporter(state_.reporter());
  }
  const v1::Incident all = ToIncident(policy_, state_);
  for (const v1::IncidentEntity& part : all.entities()) {
    if (part.entity() == entity_) *view.add_entities() = part;
  }
  for (const v1::Fact& fact : all.facts()) {
    if (IsOwn(fact.author())) *view.add_facts() = fact;
  }
  for (const v1::Decision& decision : all.decisions()) {
    if (IsOwn(decision.decider())) *view.add_decisions() = decision;
  }
  for (const v1::SubmittedDocument& document : all.documents()) {
    if (IsOwn(document.author())) *view.add_documents() = document;
  }
  for (const v1::CostLine& cost : all.costs()) {
    if (IsOwn(cost.recorded_by())) *view.add_costs() = cost;
  }
  const ObligationRow* next = nullptr;
  for (const ObligationRow& row : state_.obligations()) {
    if (!IsOpen(row) || !Shows(row)) continue;
    view.set_open_obligation_count(view.open_obligation_count() + 1);
    if (row.state() == v1::Obligation::STATE_OVERDUE) {
      view.set_overdue_obligation_count(view.overdue_obligation_count() + 1);
    }
    if (!row.has_due_time()) continue;
    if (next == nullptr || row.due_time().seconds() < next->due_time().seconds()) next = &row;
  }
  if (next != nullptr) *view.mutable_next_duty() = ToNextDuty(*next);
  return view;
}

v1::Incident View::Incident() const {
  if (sight_ == Sight::kAll) return ToIncident(policy_, state_);
  if (sight_ == Sight::kOwnParts) return OwnIncident();
  v1::Incident name;
  name.set_name(absl::StrCat("incidents/", state_.id()));
  if (sight_ == Sight::kOwnReport) {
    name.set_title(state_.title());
    name.set_state(state_.state());
    name.set_severity(state_.severity());
  }
  return name;
}

bool View::ShowsDuty(absl::string_view instance) const {
  const ObligationRow* row = FindObligation(state_, instance);
  return row != nullptr && Shows(*row);
}

bool View::Shows(const Event& event) const {
  if (sight_ == Sight::kOwnReport) {
    return event.has_note_added() && event.actor().principal() == principal_;
  }
  if (sight_ != Sight::kOwnParts) return sight_ == Sight::kAll;
  const bool own = IsOwn(event.actor().principal());
  switch (event.body_case()) {
    // What somebody submits. What follows from it bears their name too, and is not theirs.
    case Event::kIncidentReported:
    case Event::kDetailsChanged:
    case Event::kFactRecorded:
    case Event::kCategoriesAssigned:
    case Event::kNoteAdded:
    case Event::kTicketLinked:
    case Event::kAcknowledged:
    case Event::kDecisionRecorded:
    case Event::kDevicesRecorded:
    case Event::kRemovalConfirmed:
    case Event::kScanRecorded:
    case Event::kCostRecorded:
    case Event::kSecretMasked:
    case Event::kEvidenceRecorded:
      return own;
    case Event::kDocumentSubmitted:
      return own || AnyOwn(event.document_submitted().recipient_people());
    case Event::kNoticeSent: {
      const auto& recipients = event.notice_sent().recipients();
      return own || std::any_of(recipients.begin(), recipients.end(),
                                [&](const auto& one) { return IsOwn(one.person()); });
    }
    case Event::kEntityAdded:
      return own || event.entity_added().part().entity() == entity_;
    // What reached them.
    case Event::kChainPaged:
      return AnyOwn(event.chain_paged().people());
    case Event::kRolesPaged:
      return AnyOwn(event.roles_paged().people());
    case Event::kReminderSent:
      return AnyOwn(event.reminder_sent().people());
    case Event::kOverdueStepTaken:
      return AnyOwn(event.overdue_step_taken().people());
    case Event::kDeliveryConcluded:
      return IsOwn(event.delivery_concluded().target());
    // What it owes.
    case Event::kObligationOpened:
      return ShowsDuty(event.obligation_opened().instance());
    case Event::kObligationSettled:
      return ShowsDuty(event.obligation_settled().instance());
    case Event::kObligationOverdue:
      return ShowsDuty(event.obligation_overdue().instance());
    case Event::kObligationRescheduled:
      return ShowsDuty(event.obligation_rescheduled().instance());
    case Event::kLateLinePassed:
      return ShowsDuty(event.late_line_passed().instance());
    case Event::kObligationHeld:
      return ShowsDuty(event.obligation_held().instance());
    default:
      return false;
  }
}

Event View::OwnPartOf(const Event& event) const {
  Event part = event;
  const auto keep_own = [&](google::protobuf::RepeatedPtrField<std::string>& people) {
    people.erase(std::remove_if(people.begin(), people.end(),
                                [&](const std::string& person) { return !IsOwn(person); }),
                 people.end());
  };
  const bool own = IsOwn(event.actor().principal());
  if (part.has_fact_recorded()) part.mutable_fact_recorded()->clear_previous();
  if (part.has_chain_paged()) keep_own(*part.mutable_chain_paged()->mutable_people());
  if (part.has_roles_paged()) keep_own(*part.mutable_roles_paged()->mutable_people());
  if (part.has_reminder_sent()) keep_own(*part.mutable_reminder_sent()->mutable_people());
  if (part.has_overdue_step_taken()) {
    keep_own(*part.mutable_overdue_step_taken()->mutable_people());
    part.mutable_overdue_step_taken()->clear_proposes_case();
  }
  if (part.has_notice_sent() && !own) {
    auto& recipients = *part.mutable_notice_sent()->mutable_recipients();
    recipients.erase(std::remove_if(recipients.begin(), recipients.end(),
                                    [&](const auto& one) { return !IsOwn(one.person()); }),
                     recipients.end());
  }
  if (!own) {
    part.mutable_actor()->Clear();
    if (part.has_obligation_settled()) part.mutable_obligation_settled()->clear_reason();
    if (part.has_obligation_held()) part.mutable_obligation_held()->clear_reason();
    if (part.has_entity_added()) part.mutable_entity_added()->clear_reason();
  }
  // A new deadline follows from what others found.
  if (part.has_obligation_rescheduled()) part.mutable_obligation_rescheduled()->clear_reason();
  return part;
}

v1::TimelineEntry View::Entry(const Event& event) const {
  return ToTimelineEntry(policy_, state_, sight_ == Sight::kAll ? event : OwnPartOf(event));
}

bool View::Shows(const record::v1::EvidenceState& item) const {
  return sight_ == Sight::kAll ||
         (sight_ == Sight::kOwnParts &&
          (IsOwn(item.evidence().recorded_by()) || IsOwn(item.evidence().custodian()) ||
           IsOwn(item.evidence().transfer_to())));
}

v1::Evidence View::Evidence(absl::Time now, const record::v1::EvidenceState& item) const {
  v1::Evidence view = ToEvidence({policy_, directory_, now}, state_, item);
  if (sight_ == Sight::kAll) return view;
  // What others found, decided and know.
  view.clear_holds();
  view.clear_destruction();
  view.clear_people_with_knowledge();
  return view;
}

bool View::Shows(const v1::CustodyEntry& entry) const {
  return sight_ == Sight::kAll ||
         (sight_ == Sight::kOwnParts &&
          (IsOwn(entry.actor()) || IsOwn(entry.from()) || IsOwn(entry.to())));
}

bool View::ShowsDeliveryTo(absl::string_view target) const {
  return sight_ == Sight::kAll || (sight_ == Sight::kOwnParts && IsOwn(target));
}

absl::StatusOr<v1::ExplainObligationResponse> View::Explain(absl::Time now,
                                                            absl::string_view obligation) const {
  const Context context{policy_, directory_, now};
  if (sight_ == Sight::kAll) return core::Explain(context, state_, obligation);
  IncidentState own = state_;
  own.clear_obligations();
  for (const ObligationRow& row : state_.obligations()) {
    if (Shows(row)) *own.add_obligations() = row;
  }
  absl::StatusOr<v1::ExplainObligationResponse> explained = core::Explain(context, own, obligation);
  if (!explained.ok()) return explained;
  // Its reasons, its clock and its other ends tell what others found and decided.
  explained->clear_reasons();
  explained->clear_clock();
  explained->clear_other_ends();
  *explained->mutable_obligation() =
      Obligation(*FindObligation(own, explained->obligation().instance()));
  return explained;
}

}  // namespace belfry::core
