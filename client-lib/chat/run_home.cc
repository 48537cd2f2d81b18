// What waits for one person: pages and duties, with their deadlines.
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/duty_button.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// Bounds what one look asks of the server: one page of open incidents, and the duties of those
// whose deadlines are nearest.
constexpr int kIncidentsMax = 200;
constexpr size_t kIncidentsAsked = 12;
constexpr size_t kDutiesShown = 15;
constexpr size_t kPagesShown = 3;
constexpr size_t kTitleCharacters = 60;

struct Waiting {
  v1::Incident incident;
  v1::Obligation duty;
};

// The later, the less it presses.
absl::Time Deadline(const v1::Obligation& duty) {
  return duty.has_due_time() ? ToTime(duty.due_time()) : absl::InfiniteFuture();
}

absl::Time Deadline(const v1::Incident& incident) {
  return incident.has_next_duty() && incident.next_duty().has_due_time()
             ? ToTime(incident.next_duty().due_time())
             : absl::InfiniteFuture();
}

// A role counts where it is held. Which entities a secretariat has is the server's knowledge: it
// lists only incidents that concern the person.
bool Reaches(const std::string& scope, const v1::Incident& incident, const v1::Obligation& duty) {
  if (!absl::StartsWith(scope, "entities/")) {
    return scope.empty() || !absl::StartsWith(duty.subject(), "secretariats/") ||
           duty.subject() == scope;
  }
  if (absl::StartsWith(duty.subject(), "entities/")) return duty.subject() == scope;
  if (incident.entity() == scope) return true;
  return std::any_of(incident.entities().begin(), incident.entities().end(),
                     [&scope](const auto& part) { return part.entity() == scope; });
}

bool Owes(const v1::WhoAmIResponse& me, const v1::Incident& incident, const v1::Obligation& duty) {
  for (const auto& held : me.role_assignments()) {
    const auto& owners = duty.owner_roles();
    if (std::find(owners.begin(), owners.end(), held.role()) == owners.end()) continue;
    if (Reaches(held.scope(), incident, duty)) return true;
  }
  return false;
}

bool PagesMe(const v1::WhoAmIResponse& me, const v1::Incident& incident) {
  for (const auto& chain : incident.escalations()) {
    const bool waits = chain.state() == v1::EscalationChain::STATE_NOTIFIED ||
                       chain.state() == v1::EscalationChain::STATE_EXHAUSTED;
    const auto& paged = chain.paged_people();
    if (waits && std::find(paged.begin(), paged.end(), me.principal()) != paged.end()) return true;
  }
  return false;
}

std::string Title(const v1::Incident& incident, const View& view) {
  if (IsWithheld(incident, view)) return "restricted";
  return absl::StrCat(incident.drill() ? "DRILL · " : "", Clip(incident.title(), kTitleCharacters));
}

absl::StatusOr<std::vector<Waiting>> MyDuties(const Session& session, const v1::WhoAmIResponse& me,
                                              std::vector<v1::Incident> incidents) {
  std::vector<Waiting> waiting;
  std::stable_sort(incidents.begin(), incidents.end(),
                   [](const auto& a, const auto& b) { return Deadline(a) < Deadline(b); });
  size_t asked = 0;
  for (const v1::Incident& incident : incidents) {
    if (incident.open_obligation_count() == 0 || asked == kIncidentsAsked) continue;
    ++asked;
    v1::ListObligationsRequest request;
    request.set_name(incident.name());
    request.set_open_only(true);
    const auto response = session.client.ListObligations(request, session.call);
    if (!response.ok()) return response.status();
    for (const v1::Obligation& duty : response->obligations()) {
      if (Owes(me, incident, duty)) waiting.push_back({incident, duty});
    }
  }
  std::stable_sort(waiting.begin(), waiting.end(), [](const Waiting& a, const Waiting& b) {
    return Deadline(a.duty) < Deadline(b.duty);
  });
  return waiting;
}

void ShowDuties(const Session& session, const std::vector<Waiting>& waiting, Card& card) {
  if (waiting.empty()) return;
  card.table.push_back({"Duty", "Incident", "Due"});
  for (const Waiting& one : waiting) {
    if (card.table.size() > kDutiesShown) break;
    const bool withheld = IsWithheld(one.incident, session.view);
    const bool late = one.duty.state() == v1::Obligation::STATE_OVERDUE;
    card.table.push_back(
        {withheld                   ? "A duty"
         : one.duty.title().empty() ? one.duty.instance()
                                    : one.duty.title(),
         absl::StrCat(IncidentId(one.incident.name()), " ", Title(one.incident, session.view)),
         absl::StrCat(late ? "LATE since " : "",
                      one.duty.has_due_time() ? session.view.Due(one.duty.due_time()) : "")});
  }
}

}  // namespace

CommandResult RunHome(const Session& session) {
  const auto me = session.client.WhoAmI(v1::WhoAmIRequest(), session.call);
  if (!me.ok()) return Refused(me.status());
  v1::ListIncidentsRequest request;
  request.set_filter("open = true");
  request.set_page_size(kIncidentsMax);
  auto open = session.client.ListIncidents(request, session.call);
  if (!open.ok()) return Refused(open.status());
  const std::vector<v1::Incident> incidents(open->incidents().begin(), open->incidents().end());
  const auto waiting = MyDuties(session, *me, incidents);
  if (!waiting.ok()) return Refused(waiting.status());

  Card card;
  const size_t late =
      static_cast<size_t>(std::count_if(waiting->begin(), waiting->end(), [](const Waiting& one) {
        return one.duty.state() == v1::Obligation::STATE_OVERDUE;
      }));
  std::vector<std::string> pages;
  size_t more_pages = 0;
  for (const v1::Incident& incident : incidents) {
    if (!PagesMe(*me, incident)) continue;
    if (pages.size() == kPagesShown) {
      ++more_pages;
      continue;
    }
    const std::string id = IncidentId(incident.name());
    pages.push_back(absl::StrCat("You are paged for ", id, " ", Title(incident, session.view),
                                 ": acknowledge it."));
    if (card.buttons.size() < 2) {
      card.buttons.push_back(
          PressButton(absl::StrCat("Acknowledge ", id), absl::StrCat("ack ", id), Tone::kGood));
    }
  }
  if (more_pages > 0) pages.push_back(absl::StrCat("And for ", more_pages, " more."));
  const std::string& name = me->person().display_name();
  card.title = absl::StrCat(
      name.empty() ? ActorName(me->principal()) : name, " · ",
      waiting->empty() ? "nothing is owed"
                       : absl::StrCat(waiting->size(), waiting->size() == 1 ? " duty" : " duties",
                                      late > 0 ? absl::StrCat(", ", late, " LATE") : ""));
  card.tone = late > 0 || !pages.empty() ? Tone::kDanger : Tone::kGood;
  card.body = absl::StrJoin(pages, "\n");
  if (me->role_assignments().empty()) {
    absl::StrAppend(&card.body, card.body.empty() ? "" : "\n",
                    "You hold no role, so no duty is yours.");
  }
  ShowDuties(session, *waiting, card);
  for (const Waiting& one : *waiting) {
    if (card.buttons.size() + 2 >= kButtonsMax) break;
    if (IsWithheld(one.incident, session.view)) continue;
    auto button = DutyButton(session.grammar, one.duty.instance(), one.incident);
    if (!button.has_value()) continue;
    const std::string id = IncidentId(one.incident.name());
    button->label = Clip(absl::StrCat(button->label, ": ", one.duty.title(), ", ", id), 75);
    card.buttons.push_back(*std::move(button));
  }
  card.buttons.push_back(FormButton("Report an incident", "open"));
  card.buttons.push_back(PressButton("Open incidents", "list"));
  const size_t shown = std::min(waiting->size(), kDutiesShown);
  if (shown < waiting->size() || !open->next_page_token().empty()) {
    card.context = absl::StrCat("The ", shown, " nearest of them; list shows the other incidents.");
  }
  card.hints.push_back(session.view.Typed("list"));
  CommandResult result = Done(*std::move(open), "", false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
