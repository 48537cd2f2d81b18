#include "client-lib/chat/forms.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/form_parts.h"
#include "client-lib/chat/help.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/quote.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

bool HasForm(VerbKind kind) {
  switch (kind) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
    case VerbKind::kDocument:
    case VerbKind::kNotify:
    case VerbKind::kDecide:
    case VerbKind::kSnooze:
    case VerbKind::kWaive:
    case VerbKind::kHold:
    case VerbKind::kRelease:
    case VerbKind::kEscalate:
    case VerbKind::kTransition:
    case VerbKind::kNote:
    case VerbKind::kSeverity:
    case VerbKind::kType:
    case VerbKind::kTicket:
    case VerbKind::kLead:
    case VerbKind::kAgency:
    case VerbKind::kFact:
      return true;
    default:
      return false;
  }
}

bool AsksDuties(const Session& session) {
  switch (session.command.verb.kind) {
    case VerbKind::kSnooze:
      return true;
    case VerbKind::kNotify:
    case VerbKind::kWaive:
    case VerbKind::kHold:
    case VerbKind::kRelease:
      return session.command.words.empty();
    default:
      return false;
  }
}

absl::StatusOr<FormSight> Look(const Session& session) {
  FormSight sight;
  if (session.incident.empty()) return sight;
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return response.status();
  sight.incident = std::move(*response->mutable_incident());
  // Its duties are a part of its record: the pack's own are offered instead.
  if (IsWithheld(*sight.incident, session.view)) return sight;
  if (!AsksDuties(session)) return sight;
  v1::ListObligationsRequest list;
  list.set_name(session.incident);
  // A held duty is not an open one.
  list.set_open_only(session.command.verb.kind != VerbKind::kRelease);
  auto duties = session.client.ListObligations(list, session.call);
  if (!duties.ok()) return duties.status();
  sight.duties = std::move(*duties->mutable_obligations());
  return sight;
}

// What the line says and no field of the form holds goes on behind the form's command.
void KeepOptions(const Session& session, Form& form) {
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kField || pair.key.name == "incident") continue;
    const bool shown =
        std::any_of(form.fields.begin(), form.fields.end(),
                    [&pair](const FormField& field) { return field.name == pair.key.name; });
    if (!shown) absl::StrAppend(&form.command, " ", pair.key.name, ":", InQuotes(pair.value));
  }
}

// Its one field only says what the form is about; the answer to it is another form.
bool LeadsToAnother(const Session& session) {
  const VerbKind kind = session.command.verb.kind;
  return session.command.words.empty() && (kind == VerbKind::kNotify || kind == VerbKind::kDecide);
}

Form Make(const Session& session, const FormSight& sight) {
  switch (session.command.verb.kind) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
      return OpenForm(session);
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
    case VerbKind::kDocument:
      return DocumentFormOf(session, sight);
    case VerbKind::kNotify:
      return NotifyForm(session, sight);
    case VerbKind::kDecide:
      return DecideForm(session, sight);
    case VerbKind::kSnooze:
    case VerbKind::kWaive:
    case VerbKind::kHold:
    case VerbKind::kRelease:
      return DutyForm(session, sight);
    case VerbKind::kEscalate:
      return EscalateForm(session, sight);
    case VerbKind::kTransition:
      return StepForm(session, sight);
    default:
      return RecordForm(session, sight);
  }
}

// Duties and questions that the pack does not have are for the command itself to refuse.
bool IsKnown(const Session& session) {
  const auto& words = session.command.words;
  switch (session.command.verb.kind) {
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
    case VerbKind::kDocument:
      return session.command.document != nullptr;
    case VerbKind::kDecide:
      return words.empty() ? !session.policy().questions().empty()
                           : session.grammar.FindQuestion(words[0]) != nullptr;
    case VerbKind::kNotify:
    case VerbKind::kSnooze:
    case VerbKind::kWaive:
    case VerbKind::kHold:
    case VerbKind::kRelease:
      return words.empty() || session.grammar.FindObligation(words[0]) != nullptr;
    default:
      return true;
  }
}

bool HasPair(const ParsedCommand& command, KeyRef::Kind kind) {
  return std::any_of(command.pairs.begin(), command.pairs.end(),
                     [kind](const Pair& pair) { return pair.key.kind == kind; });
}

bool LacksDecision(const Session& session) {
  const auto& words = session.command.words;
  if (words.size() < 2) return true;
  const auto& question = *session.grammar.FindQuestion(words[0]);
  return question.reason_required() && ReadReason(session, 2).empty();
}

bool LacksSnooze(const Session& session) {
  const auto& words = session.command.words;
  const bool span = session.command.Option("for").has_value();
  return words.size() < (span ? 1u : 2u) || ReadReason(session, span ? 1 : 2).empty();
}

bool LacksStepReason(const Session& session) {
  const auto steps = session.grammar.TransitionsOf(session.command.verb.name);
  return ReadReason(session).empty() &&
         std::all_of(steps.begin(), steps.end(),
                     [](const auto* step) { return step->reason_required(); });
}

bool Lacks(const Session& session) {
  const ParsedCommand& command = session.command;
  switch (command.verb.kind) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
      return command.text.empty() && !command.Option("title").has_value() &&
             !command.Option("summary").has_value();
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
    case VerbKind::kDocument:
      return command.text.empty() && !HasPair(command, KeyRef::Kind::kField);
    case VerbKind::kNotify:
      return command.words.size() < 2 && !command.Option("text").has_value() &&
             !HasPair(command, KeyRef::Kind::kField);
    case VerbKind::kDecide:
      return LacksDecision(session);
    case VerbKind::kSnooze:
      return LacksSnooze(session);
    case VerbKind::kWaive:
    case VerbKind::kHold:
      return command.words.empty() || ReadReason(session, 1).empty();
    case VerbKind::kEscalate:
      return ReadReason(session).empty();
    case VerbKind::kTransition:
      return LacksStepReason(session);
    case VerbKind::kFact:
      return command.words.empty() && !HasPair(command, KeyRef::Kind::kFact);
    default:
      return command.words.empty();
  }
}

}  // namespace

bool NeedsForm(const Session& session) {
  const ParsedCommand& command = session.command;
  if (!HasForm(command.verb.kind) || !IsKnown(session)) return false;
  return command.answers.form.has_value() ? *command.answers.form : Lacks(session);
}

bool IsFromForm(const Session& session) {
  return session.context.shows_forms && !session.command.answers.form.value_or(true) &&
         HasForm(session.command.verb.kind) && IsKnown(session);
}

absl::StatusOr<Form> FormOf(const Session& session, bool look) {
  if (!HasForm(session.command.verb.kind) || !IsKnown(session)) {
    return absl::UnimplementedError("this line has no form");
  }
  absl::StatusOr<FormSight> sight = look ? Look(session) : FormSight();
  if (!sight.ok()) return sight.status();
  Form form = Make(session, *sight);
  KeepOptions(session, form);
  // What was answered already is not asked again.
  if (session.command.answers.record_personal) absl::StrAppend(&form.command, " personal:record");
  if (session.command.answers.confirmed) absl::StrAppend(&form.command, " confirm:yes");
  if (!LeadsToAnother(session)) absl::StrAppend(&form.command, kFromForm);
  return form;
}

CommandResult AnswerWithForm(const Session& session) {
  absl::StatusOr<Form> form = FormOf(session, true);
  if (!form.ok()) return Refused(form.status());
  Card card;
  card.title = form->title;
  card.body = absl::StrCat(form->intro, form->intro.empty() ? "" : "\n",
                           "Nothing was done yet: fill in the form.");
  card.context = form->context;
  const std::string command(absl::StripSuffix(form->command, kFromForm));
  card.hints.push_back(session.view.Typed(session.command.document != nullptr
                                              ? FormLine(*session.command.document, command)
                                              : SyntaxOf(session.grammar, session.command.verb)));
  card.buttons.push_back(FormButton("Fill in the form", command, Tone::kGood));
  CommandResult result = Refused(UsageError("Fill in the form."), std::move(card));
  result.form = *std::move(form);
  return result;
}

}  // namespace belfry::chat
