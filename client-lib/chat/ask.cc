#include "client-lib/chat/ask.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/forms.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/personal.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kFactsShown = 6;
constexpr size_t kFactCharacters = 300;

struct Answer {
  absl::string_view key;
  absl::string_view value;
  std::string label;
  Tone tone;
  // A button may hold what was typed; some platforms show everybody what is in a button.
  bool repeats_line = true;
};

// What was typed, with the incident that the place stood for.
std::string WholeLine(const Session& session) {
  const ParsedCommand& command = session.command;
  const bool about_one =
      command.verb.kind == VerbKind::kTransition || VerbOf(command.verb.kind).takes_incident;
  if (!about_one || !command.incident.empty() || session.incident.empty()) {
    return std::string(absl::StripAsciiWhitespace(session.line));
  }
  return absl::StrCat(command.verb.name, " ", IncidentId(session.incident),
                      command.rest.empty() ? "" : " ", command.rest);
}

CommandResult Ask(const Session& session, Card card, const Answer& answer) {
  std::string command = absl::StrCat(WholeLine(session), " ", answer.key, ":", answer.value);
  CommandResult result;
  result.status = UsageError("Nothing was done yet.");
  result.asks = true;
  if (answer.repeats_line && command.size() <= kButtonCommandMax) {
    card.buttons.push_back(PressButton(answer.label, std::move(command), answer.tone));
    card.buttons.push_back(PressButton("Not now", "not-now"));
  } else if (auto form = answer.repeats_line && IsFromForm(session)
                             ? FormOf(session, false)
                             : absl::StatusOr<Form>(absl::NotFoundError(""));
             form.ok()) {
    // No button keeps that much: the form asks, with everything that was filled in.
    FormField field;
    field.kind = FormField::Kind::kChoice;
    field.name = std::string(answer.key);
    field.label = card.title;
    field.choices = {{std::string(answer.value), Clip(answer.label, 75)}};
    field.required = true;
    form->fields.push_back(std::move(field));
    result.form = *std::move(form);
  } else {
    card.hints.push_back(
        absl::StrCat("Send your line again with ", answer.key, ":", answer.value, " at its end",
                     answer.repeats_line ? "; a button cannot keep that much text." : "."));
  }
  result.card = std::move(card);
  return result;
}

// Capital first letter, for a button: "Close it".
std::string Pressed(absl::string_view what) {
  std::string label(what);
  if (!label.empty()) label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

CommandResult AskAbout(const Session& session, const v1::Incident& incident, LegalAct act) {
  Card card;
  card.tone = act.good ? Tone::kWarning : Tone::kDanger;
  card.title = absl::StrCat(IncidentId(incident.name()), " · ", act.what, "?");
  card.body = absl::StrCat(act.confirm, "\nNothing was done yet.");
  const bool withheld = IsWithheld(incident, session.view);
  card.fields.push_back(
      {"Incident", withheld ? absl::StrCat(IncidentId(incident.name()), " · restricted")
                            : IncidentTitle(incident)});
  if (!withheld) {
    card.fields.push_back({"Agency", ShortName(incident.entity())});
    card.fields.push_back({"State", session.view.StateTitle(incident.state())});
  }
  card.fields.push_back({"What", act.what});
  if (!act.to.empty()) card.fields.push_back({"To", act.to});
  size_t shown = 0;
  for (CardField& fact : act.facts) {
    if (withheld || shown++ == kFactsShown) break;
    card.fields.push_back({std::move(fact.label), Clip(fact.value, kFactCharacters)});
  }
  card.context = act.clauses;
  return Ask(session, std::move(card),
             {"confirm", "yes",
              act.label.empty() ? absl::StrCat(Pressed(act.what), ": yes, do it") : act.label,
              act.good ? Tone::kGood : Tone::kDanger, true});
}

absl::StatusOr<v1::Incident> Fetch(const Session& session) {
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_incident());
}

bool Asks(const Session& session) {
  return session.context.asks_first && !session.command.answers.confirmed;
}

}  // namespace

std::optional<CommandResult> AskBefore(const Session& session, LegalAct act) {
  if (act.confirm.empty() || !Asks(session)) return std::nullopt;
  const auto incident = Fetch(session);
  if (!incident.ok()) return Refused(incident.status());
  return AskAbout(session, *incident, std::move(act));
}

std::optional<CommandResult> AskBeforeUnseen(const Session& session, LegalAct act) {
  if (act.confirm.empty() || !Asks(session)) return std::nullopt;
  v1::Incident unseen;
  unseen.set_name(session.incident);
  unseen.set_restricted(true);
  return AskAbout(session, unseen, std::move(act));
}

std::optional<CommandResult> AskBeforeStep(const Session& session) {
  const auto steps = session.grammar.TransitionsOf(session.command.verb.name);
  const bool any = std::any_of(steps.begin(), steps.end(),
                               [](const auto* step) { return !step->confirm().empty(); });
  if (!any || !Asks(session)) return std::nullopt;
  const auto incident = Fetch(session);
  if (!incident.ok()) return Refused(incident.status());
  for (const auto* step : steps) {
    const auto& from = step->from();
    if (std::find(from.begin(), from.end(), incident->state()) == from.end()) continue;
    if (step->confirm().empty()) return std::nullopt;
    LegalAct act;
    act.what = session.command.verb.name;
    act.confirm = step->confirm();
    if (step->has_second_person_when()) {
      act.confirm += "\nA second person may have to do the same before it is done.";
    }
    if (step->tell_everyone()) act.to = "everybody who was told of it";
    act.clauses = absl::StrJoin(step->clauses(), ", ");
    act.label = absl::StrCat(Pressed(act.what), " it");
    if (const std::string reason = ReadReason(session); !reason.empty()) {
      act.facts.push_back({"Why", reason});
    }
    return AskAbout(session, *incident, std::move(act));
  }
  // Not possible from here: the server says so, and what is.
  return std::nullopt;
}

std::optional<CommandResult> AskAboutPersonal(const Session& session) {
  const ParsedCommand& command = session.command;
  if (!session.context.public_place || command.answers.record_personal) return std::nullopt;
  // As it was typed, and as it was meant: quotes and breaks must not hide anything.
  auto found = FindPersonal(session.policy(), session.line);
  const auto look = [&](absl::string_view text) {
    for (const auto* pattern : FindPersonal(session.policy(), text)) {
      if (std::find(found.begin(), found.end(), pattern) == found.end()) found.push_back(pattern);
    }
  };
  look(command.text);
  for (const Pair& pair : command.pairs) look(pair.value);
  if (found.empty()) return std::nullopt;
  std::vector<std::string> titles;
  std::vector<std::string> clauses;
  for (const auto* pattern : found) {
    titles.push_back(pattern->title());
    for (const auto& clause : pattern->clauses()) {
      if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) {
        clauses.push_back(clause);
      }
    }
  }
  Card card;
  card.tone = Tone::kDanger;
  card.title = "This looks like personal information";
  card.body = absl::StrCat(
      "What you wrote seems to hold ", absl::StrJoin(titles, " and "),
      ". Nothing was recorded and nothing was posted.\nIf it belongs into the record, record it: "
      "in chat it is shown as ●●●. If you wrote it where others read along, delete your message.");
  card.context = absl::StrJoin(clauses, ", ");
  return Ask(session, std::move(card),
             {"personal", "record", "Record it (masked in chat)", Tone::kNeutral,
              !session.context.public_answer});
}

}  // namespace belfry::chat
