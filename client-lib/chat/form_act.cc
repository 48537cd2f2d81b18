// Forms of paging, of the steps of the life cycle, and of what is written into the record.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/form_parts.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kFactsMax = 36;

// The level that follows the one that is paged now; zero when that is not known.
int NextLevel(const Session& session, const FormSight& sight) {
  if (!sight.incident.has_value()) return 0;
  int level = 0;
  for (const auto& chain : sight.incident->escalations()) {
    if (chain.entity() == sight.incident->entity()) level = chain.level() + 1;
  }
  return level <= session.policy().escalation().levels_size() ? level : 0;
}

std::vector<FormChoice> EscalateChoices(const Session& session, int next) {
  std::vector<FormChoice> choices;
  for (const auto& level : session.policy().escalation().levels()) {
    choices.push_back(Choice(
        absl::StrCat(level.number()),
        absl::StrCat("Level ", level.number(), level.number() == next ? " (the next one): " : ": ",
                     level.title().empty() ? absl::StrJoin(level.roles(), ", ") : level.title())));
  }
  for (const auto& role : session.policy().roles()) {
    choices.push_back(Choice(role.code(), absl::StrCat(role.code(), ": ", role.title())));
  }
  return choices;
}

// What the answers are now, so that only what changes is filled in.
std::string AnswerNow(const Session& session, const FormSight& sight, const std::string& fact) {
  if (!sight.incident.has_value() || IsWithheld(*sight.incident, session.view)) return "";
  for (const auto& known : sight.incident->facts()) {
    if (known.name() == fact) return absl::StrCat("Now: ", known.value());
  }
  return "Not answered yet";
}

void AddFacts(const Session& session, const FormSight& sight, Form& form) {
  for (const auto& fact : session.policy().facts()) {
    if (form.fields.size() == kFactsMax) break;
    auto field = FactField(session, fact);
    if (!field.has_value()) continue;
    if (const std::string now = AnswerNow(session, sight, fact.name()); !now.empty()) {
      field->hint = now;
    }
    form.fields.push_back(*std::move(field));
  }
}

FormField Needed(FormField field) {
  field.required = true;
  return field;
}

}  // namespace

Form EscalateForm(const Session& session, const FormSight& sight) {
  Form form;
  form.title = "Escalate";
  form.intro = absl::StrCat(IncidentLine(session, sight), "\nThose who are paged read the reason.");
  form.submit = "Page them";
  form.command = absl::StrCat("escalate ", IncidentId(session.incident));
  const int next = NextLevel(session, sight);
  FormField to = ChoiceField(
      "to", "Whom", EscalateChoices(session, next),
      next > 0 ? absl::StrCat("Empty: the next level, ", next) : "Empty: the next level");
  to.value = Given(session, "to");
  const bool offered =
      std::any_of(to.choices.begin(), to.choices.end(),
                  [&to](const FormChoice& choice) { return choice.value == to.value; });
  if (!offered) {
    const auto roles = ParseRoles(session.policy(), to.value);
    to.value = roles.ok() && roles->size() == 1 ? (*roles)[0] : "";
  }
  form.fields.push_back(std::move(to));
  form.fields.push_back(ReasonField(session, "Why", true));
  return form;
}

Form StepForm(const Session& session, const FormSight& sight) {
  const std::string& verb = session.command.verb.name;
  Form form;
  form.title = verb;
  form.intro = IncidentLine(session, sight);
  form.command = absl::StrCat(verb, " ", IncidentId(session.incident));
  bool needed = true;
  for (const auto* step : session.grammar.TransitionsOf(verb)) {
    if (!step->done().empty()) form.title = step->done();
    if (!step->confirm().empty()) absl::StrAppend(&form.intro, "\n", step->confirm());
    form.context = absl::StrJoin(step->clauses(), ", ");
    needed = needed && step->reason_required();
  }
  form.submit = "Do it";
  form.fields.push_back(ReasonField(session, "Why", needed));
  return form;
}

Form RecordForm(const Session& session, const FormSight& sight) {
  Form form;
  form.intro = IncidentLine(session, sight);
  form.submit = "Record";
  form.command = absl::StrCat(session.command.verb.name, " ", IncidentId(session.incident));
  switch (session.command.verb.kind) {
    case VerbKind::kNote: {
      form.title = "Write into the timeline";
      FormField text = Needed(TextField("", "What happened"));
      text.value = session.command.text;
      form.fields.push_back(std::move(text));
      FormField at = LineField("at", "When", "14:05, 20m ago as 20m, 2026-10-06 08:10; empty: now");
      at.value = Given(session, "at");
      form.fields.push_back(std::move(at));
      break;
    }
    case VerbKind::kSeverity:
      form.title = "Change the severity";
      form.fields.push_back(Needed(
          ChoiceField("", "Severity", SeverityChoices(session.policy()),
                      sight.incident.has_value() && !IsWithheld(*sight.incident, session.view)
                          ? absl::StrCat("Now: ", sight.incident->severity())
                          : "")));
      form.fields.push_back(ReasonField(session, "Why; needed to lower it", false, 1));
      break;
    case VerbKind::kType:
      form.title = "Add a category";
      form.fields.push_back(Needed(ChoiceField("", "Type", CategoryChoices(session.policy()))));
      form.fields.back().kind = FormField::Kind::kChoices;
      break;
    case VerbKind::kTicket:
      form.title = "Link a ticket";
      form.fields.push_back(Needed(LineField("", "Number", "INC0012345, or E2E:INC0012345")));
      break;
    case VerbKind::kLead:
      form.title = "Who leads the response";
      form.fields.push_back(Needed(LineField("", "Person", "@dop.contact")));
      break;
    case VerbKind::kAgency: {
      form.title = "Add an agency";
      form.fields.push_back(Needed(LineField("", "Agency", "Its code, DOR")));
      FormField relation =
          ChoiceField("as", "How it is concerned",
                      {Choice("affected", "Affected"), Choice("potential", "Might be affected"),
                       Choice("origin", "It began there"), Choice("third_party", "Third party")});
      form.fields.push_back(std::move(relation));
      FormField detected = LineField("detected", "First noticed there", "14:05; empty: now");
      detected.value = Given(session, "detected");
      form.fields.push_back(std::move(detected));
      break;
    }
    default:
      form.title = "Answer the policy's questions";
      AddFacts(session, sight, form);
      form.fields.push_back(ReasonField(session, "Why", false));
      break;
  }
  return form;
}

}  // namespace belfry::chat
