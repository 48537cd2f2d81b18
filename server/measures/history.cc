#include "server/measures/history.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "server/core/state_util.h"

namespace belfry::measures {
namespace {

using record::v1::Event;
using record::v1::IncidentState;

// "OBLIGATION_OPENED" of the field `obligation_opened`.
std::string KindOf(const Event& event) {
  const auto* field = Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
  return field == nullptr ? "" : absl::AsciiStrToUpper(field->name());
}

// The duty that an event is about; empty for most.
const std::string& DutyOf(const Event& event) {
  static const auto* const none = new std::string();
  switch (event.body_case()) {
    case Event::kObligationOpened:
      return event.obligation_opened().instance();
    case Event::kObligationSettled:
      return event.obligation_settled().instance();
    case Event::kObligationOverdue:
      return event.obligation_overdue().instance();
    case Event::kObligationRescheduled:
      return event.obligation_rescheduled().instance();
    case Event::kObligationHeld:
      return event.obligation_held().instance();
    case Event::kLateLinePassed:
      return event.late_line_passed().instance();
    case Event::kReminderSent:
      return event.reminder_sent().instance();
    case Event::kReminderSnoozed:
      return event.reminder_snoozed().instance();
    case Event::kOverdueStepTaken:
      return event.overdue_step_taken().instance();
    case Event::kNoticeSent:
      return event.notice_sent().obligation();
    default:
      return *none;
  }
}

v1::DutyEvent ToDutyEvent(const Event& event) {
  v1::DutyEvent view;
  view.set_version(event.version());
  view.set_kind(KindOf(event));
  *view.mutable_time() = event.time();
  view.set_actor(event.actor().principal());
  if (event.has_due_time()) *view.mutable_due_time() = event.due_time();
  return view;
}

bool IsSameAct(const Event& a, const Event& b) {
  return a.actor().principal() == b.actor().principal() && a.request_id() == b.request_id() &&
         FromProto(a.time()) == FromProto(b.time());
}

bool IsByPerson(const Event& event) {
  return absl::StartsWith(event.actor().principal(), "people/");
}

class Folder {
 public:
  explicit Folder(const core::PolicyIndex& policy) : policy_(policy) {}

  void Add(const Event& event) {
    core::Apply(history_.state, event);
    AddDutyEvent(event);
    AddAct(event);
    const absl::Time time = FromProto(event.time());
    switch (event.body_case()) {
      case Event::kIncidentReported:
        history_.report_time = time;
        break;
      case Event::kAcknowledged:
        AddAcknowledgement(event.acknowledged(), time);
        break;
      case Event::kChainPaged:
        AddPage(event.chain_paged(), time);
        break;
      case Event::kDeliveryConcluded:
        AddDelivery(event.delivery_concluded());
        break;
      case Event::kDevicesRecorded:
        history_.reinfections += event.devices_recorded().reinfected_size();
        break;
      default:
        break;
    }
  }

  History Finish() && {
    const bool ended = HasEnded(policy_, history_.state);
    history_.contain_time = core::ClockOf(history_.state, kContainedClock);
    history_.resolve_time = core::ClockOf(history_.state, kResolvedClock);
    for (const auto& [entity, index] : latest_page_) {
      Page& page = history_.pages[index];
      const record::v1::Chain* chain = core::FindChain(history_.state, entity);
      const bool waits =
          chain != nullptr && (chain->state() == v1::EscalationChain::STATE_NOTIFIED ||
                               chain->state() == v1::EscalationChain::STATE_EXHAUSTED);
      page.waiting = !page.answer.has_value() && waits && !ended;
    }
    return std::move(history_);
  }

 private:
  // What somebody did to satisfy a duty is recorded right before the duty's own event, in one act
  // with it.
  void AddDutyEvent(const Event& event) {
    if (event.has_absorbed()) {
      for (const record::v1::ObligationRow& row : event.absorbed().obligations()) {
        history_.duty_events[row.instance()].push_back(ToDutyEvent(event));
      }
    }
    const std::string& instance = DutyOf(event);
    if (instance.empty()) {
      cause_ = event.has_incident_read() ? nullptr : &event;
      return;
    }
    std::vector<v1::DutyEvent>& events = history_.duty_events[instance];
    const bool shows_cause = event.has_obligation_settled() && cause_ != nullptr &&
                             event.actor().principal() != "system" && IsSameAct(*cause_, event);
    if (shows_cause && (events.empty() || events.back().version() != cause_->version())) {
      events.push_back(ToDutyEvent(*cause_));
    }
    events.push_back(ToDutyEvent(event));
  }

  // One act often records several events, its consequences among them.
  void AddAct(const Event& event) {
    if (event.has_incident_read() || !IsByPerson(event)) return;
    if (last_act_ == nullptr || !IsSameAct(*last_act_, event)) {
      history_.acts.push_back({event.actor().principal(), FromProto(event.time())});
    }
    last_act_ = &event;
  }

  void AddAcknowledgement(const record::v1::Acknowledged& body, absl::Time time) {
    if (!history_.acknowledge_time.has_value()) history_.acknowledge_time = time;
    for (const std::string& entity : body.chains()) {
      const auto latest = latest_page_.find(entity);
      if (latest == latest_page_.end()) continue;
      Page& page = history_.pages[latest->second];
      if (!page.answer.has_value()) page.answer = time - page.time;
    }
  }

  void AddPage(const record::v1::ChainPaged& body, absl::Time time) {
    Page& page = history_.pages.emplace_back();
    page.entity = body.entity();
    page.level = body.level();
    page.time = time;
    page.people.assign(body.people().begin(), body.people().end());
    latest_page_[body.entity()] = history_.pages.size() - 1;
  }

  // A delivery belongs to the latest page of the chain that went to this person.
  void AddDelivery(const record::v1::DeliveryConcluded& body) {
    if (body.kind() != v1::Notice::KIND_PAGE || body.chain_entity().empty()) return;
    for (auto page = history_.pages.rbegin(); page != history_.pages.rend(); ++page) {
      if (page->entity != body.chain_entity()) continue;
      const std::vector<std::string>& people = page->people;
      if (std::find(people.begin(), people.end(), body.target()) == people.end()) continue;
      ++(body.delivered() ? page->delivered : page->failed);
      return;
    }
  }

  const core::PolicyIndex& policy_;
  History history_;
  const Event* cause_ = nullptr;
  const Event* last_act_ = nullptr;
  std::map<std::string, size_t> latest_page_;  // by chain, into history_.pages
};

}  // namespace

History Fold(const core::PolicyIndex& policy, absl::Span<const Event> events) {
  Folder folder(policy);
  for (const Event& event : events) folder.Add(event);
  return std::move(folder).Finish();
}

bool HasClock(const core::PolicyIndex& policy, absl::string_view clock) {
  const auto& states = policy.proto().states();
  return std::any_of(states.begin(), states.end(),
                     [&](const policy::v1::State& state) { return state.sets_clock() == clock; });
}

bool HasEnded(const core::PolicyIndex& policy, const IncidentState& state) {
  const policy::v1::State* current = policy.FindState(state.state());
  return current != nullptr && current->terminal();
}

bool WasWithdrawn(const core::PolicyIndex& policy, const IncidentState& state) {
  const policy::v1::State* current = policy.FindState(state.state());
  if (current == nullptr || !current->terminal()) return false;
  if (!HasClock(policy, kResolvedClock)) return current->voids_duties();
  return !core::ClockOf(state, kResolvedClock).has_value();
}

}  // namespace belfry::measures
