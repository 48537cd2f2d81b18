// Words that mean two things elsewhere are answered with the things they may mean; and the answer
// "no" to a question of Belfry.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

// Nothing was done, and that is all right: a question needs no error.
CommandResult Choose(const Session& session, Card card) {
  for (const CardButton& button : card.buttons) {
    card.hints.push_back(
        absl::StrCat(session.view.Typed(button.command), "   (", button.label, ")"));
  }
  CommandResult result;
  result.ok = true;
  result.incident = session.incident;
  result.card = std::move(card);
  return result;
}

}  // namespace

CommandResult RunStatus(const Session& session) {
  if (!session.command.incident.empty()) return RunShow(session);
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title = id.empty() ? "Status of what?" : absl::StrCat(id, " · status");
  card.body = "To look, to report how things stand, or to take the next step?";
  if (id.empty()) {
    card.buttons.push_back(PressButton("My duties", "home"));
    card.buttons.push_back(PressButton("Open incidents", "list"));
    card.buttons.push_back(PressButton("Late ones", "list late"));
    return Choose(session, std::move(card));
  }
  card.buttons.push_back(PressButton("Show", absl::StrCat("show ", id)));
  card.buttons.push_back(FormButton("Write update", absl::StrCat("update ", id), Tone::kGood));
  card.buttons.push_back(PressButton("Next steps", absl::StrCat("phase ", id)));
  card.buttons.push_back(PressButton("Duties", absl::StrCat("duties ", id)));
  return Choose(session, std::move(card));
}

CommandResult RunReport(const Session& session) {
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title = "Report what?";
  card.body = "Something new, or something about an incident that is open already?";
  card.buttons.push_back(FormButton("Open new", "open", Tone::kGood));
  const std::string behind = id.empty() ? "" : absl::StrCat(" ", id);
  // Without an incident the command asks which one, before any form.
  const auto button = id.empty() ? PressButton : FormButton;
  card.buttons.push_back(button("Daily status", absl::StrCat("update", behind), Tone::kNeutral));
  card.buttons.push_back(
      button("Follow-up report", absl::StrCat("followup", behind), Tone::kNeutral));
  card.buttons.push_back(PressButton("Timeline", absl::StrCat("timeline", behind)));
  return Choose(session, std::move(card));
}

// The steps that lead on from here; which of them this person may take, the server says.
CommandResult RunPhase(const Session& session) {
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const v1::Incident& incident = response->incident();
  const std::string id = IncidentId(session.incident);
  Card card;
  if (IsWithheld(incident, session.view)) {
    card = RestrictedCard(incident, session.view);
  } else {
    card.title = absl::StrCat(id, " · ", session.view.StateTitle(incident.state()));
    card.body = incident.verbs().empty() ? "No step leads on from here." : "What comes next?";
    std::vector<std::string> verbs(incident.verbs().begin(), incident.verbs().end());
    if (verbs.size() > kButtonsMax) verbs.resize(kButtonsMax);
    card.buttons = ActionButtons(verbs, incident, session.view);
    for (const std::string& verb : incident.verbs()) {
      card.hints.push_back(session.view.Typed(absl::StrCat(verb, " ", id)));
    }
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunNotNow(const Session& session) {
  CommandResult result;
  result.ok = true;
  result.incident = session.incident;
  result.card.title = "Nothing was done";
  result.card.body = "What you wrote was neither recorded nor sent.";
  return result;
}

}  // namespace belfry::chat
