// Forms of documents, of notices that must carry one's fields, and of decisions.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/document_form.h"
#include "client-lib/chat/form_parts.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/personal.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

using policy::v1::DocumentType;

constexpr size_t kFieldsMax = 38;  // with what is added, platforms show 40
constexpr int kLineMax = 200;

std::string GivenField(const Session& session, const DocumentType& document,
                       const DocumentType::Field& field) {
  std::string value;
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kField && pair.key.name == field.name()) value = pair.value;
  }
  const auto* main_field = DefaultField(document);
  if (session.command.verb.kind != VerbKind::kNotify && main_field == &field) {
    const std::string& text = session.command.text;
    value = absl::StrCat(text, text.empty() || value.empty() ? "" : "\n", value);
  }
  if (!field.values().empty()) {
    const std::vector<std::string> values(field.values().begin(), field.values().end());
    if (!field.multiple()) return ChooseValue(values, value).value_or("");
  }
  return value;
}

FormField FieldOf(const Session& session, const DocumentType& document,
                  const DocumentType::Field& field) {
  const std::string& label = field.label().empty() ? field.name() : field.label();
  std::string hint = field.hint();
  if (field.has_required_when()) {
    absl::StrAppend(&hint, hint.empty() ? "" : "; ", "needed if ", field.required_when().name(),
                    " is ", absl::StrJoin(field.required_when().is(), " or "));
  }
  FormField shown;
  if (!field.values().empty()) {
    shown = ChoiceField(field.name(), label, CodeChoices(field.values()), hint);
    if (field.multiple()) shown.kind = FormField::Kind::kChoices;
  } else if (field.characters_max() > 0 && field.characters_max() <= kLineMax) {
    shown = LineField(field.name(), label, hint);
  } else {
    shown = TextField(field.name(), label, hint);
  }
  if (field.characters_max() > 0 && field.characters_max() < shown.characters_max) {
    shown.characters_max = field.characters_max();
  }
  shown.required = field.required() && !field.has_required_when();
  shown.value = GivenField(session, document, field);
  return shown;
}

void AddFields(const Session& session, const DocumentType& document, Form& form) {
  for (const auto& field : document.fields()) {
    if (form.fields.size() == kFieldsMax) break;
    form.fields.push_back(FieldOf(session, document, field));
  }
}

bool HasField(const Form& form, absl::string_view name) {
  return std::any_of(form.fields.begin(), form.fields.end(),
                     [name](const FormField& field) { return field.name == name; });
}

// Whom it reaches, what it means, and what must come before it.
std::string Intro(const Session& session, const DocumentType& document, const FormSight& sight) {
  std::vector<std::string> lines = {IncidentLine(session, sight)};
  if (!document.recipient_roles().empty()) {
    lines.push_back(absl::StrCat("Goes to ", absl::StrJoin(document.recipient_roles(), ", "), "."));
  }
  if (!document.confirm().empty()) lines.push_back(document.confirm());
  for (const auto& guard : document.guards()) {
    lines.push_back(absl::StrCat("Checked before it is sent: ", guard.message(), "."));
  }
  return absl::StrJoin(lines, "\n");
}

// What is known already is not typed twice: the first needed text about what happened.
void FillFromIncident(const Session& session, const FormSight& sight, Form& form) {
  if (!sight.incident.has_value() || IsWithheld(*sight.incident, session.view)) return;
  const v1::Incident& incident = *sight.incident;
  const std::string& known = incident.summary().empty() ? incident.title() : incident.summary();
  if (!FindPersonal(session.policy(), known).empty()) return;
  for (FormField& field : form.fields) {
    if (field.name != "summary" && field.name != "description" && field.name != "nature") continue;
    if (field.value.empty() && field.kind == FormField::Kind::kText) {
      field.value = Clip(known, static_cast<size_t>(field.characters_max));
    }
    return;
  }
}

}  // namespace

Form DocumentFormOf(const Session& session, const FormSight& sight) {
  const DocumentType& document = *session.command.document;
  Form form;
  form.title = document.title();
  form.intro = Intro(session, document, sight);
  form.submit = "Send";
  form.command = session.grammar.CommandFor(document, IncidentId(session.incident));
  form.context = absl::StrJoin(document.clauses(), ", ");
  AddFields(session, document, form);
  // A report on how things stand is about today; this one tells what was at the beginning.
  if (session.command.verb.kind == VerbKind::kFollowup) FillFromIncident(session, sight, form);
  if (session.command.verb.kind == VerbKind::kDocument && !HasField(form, "at")) {
    FormField at = LineField("at", "When it happened", "14:05, 2026-10-06 08:10; empty: now");
    at.value = Given(session, "at");
    form.fields.push_back(std::move(at));
  }
  return form;
}

Form NotifyForm(const Session& session, const FormSight& sight) {
  const std::string id = IncidentId(session.incident);
  Form form;
  form.title = "Send a notice";
  form.intro = IncidentLine(session, sight);
  if (session.command.words.empty()) {
    form.submit = "Next";
    form.command = absl::StrCat("notify ", id);
    form.fields.push_back(ChoiceField("", "Which duty's notice", DutyChoices(session, sight)));
    form.fields.back().required = true;
    return form;
  }
  const std::string& duty = session.command.words[0];
  form.submit = "Send";
  form.command = absl::StrCat("notify ", id, " ", duty);
  const auto* row = session.grammar.FindObligation(duty);
  if (row != nullptr) {
    form.title = row->title();
    form.context = absl::StrJoin(row->clauses(), ", ");
    for (const auto& satisfaction : row->satisfied_by()) {
      if (!satisfaction.has_notice_delivered()) continue;
      absl::StrAppend(&form.intro, "\nGoes to ",
                      absl::StrJoin(satisfaction.notice_delivered().roles(), ", "),
                      "; the duty is done when it has reached all of them.");
      break;
    }
  }
  if (const DocumentType* document = session.command.document; document != nullptr) {
    if (!document->confirm().empty()) absl::StrAppend(&form.intro, "\n", document->confirm());
    AddFields(session, *document, form);
  }
  if (!HasField(form, "text")) {
    FormField text = TextField("text", "Words of your own", "Added to the notice");
    text.value = Given(session, "text");
    form.fields.push_back(std::move(text));
  }
  return form;
}

Form DecideForm(const Session& session, const FormSight& sight) {
  const auto& words = session.command.words;
  const policy::v1::Policy& policy = session.policy();
  Form form;
  form.command = absl::StrCat("decide ", IncidentId(session.incident));
  if (words.empty()) {
    form.title = "Decide a question";
    form.intro = IncidentLine(session, sight);
    form.submit = "Next";
    std::vector<FormChoice> choices;
    for (const auto& question : policy.questions()) {
      choices.push_back(
          Choice(question.code(), absl::StrCat(question.code(), ": ", question.question())));
    }
    form.fields.push_back(ChoiceField("", "Which question", std::move(choices)));
    form.fields.back().required = true;
    return form;
  }
  const auto& question = *session.grammar.FindQuestion(words[0]);
  absl::StrAppend(&form.command, " ", question.code());
  form.title = absl::StrCat("Decide ", question.code());
  form.intro = absl::StrCat(IncidentLine(session, sight), "\n", question.question());
  if (!question.confirm().empty()) absl::StrAppend(&form.intro, "\n", question.confirm());
  form.submit = "Decide";
  form.context = absl::StrJoin(question.clauses(), ", ");
  FormField answer = ChoiceField("", "Answer", CodeChoices(question.answers()));
  answer.required = true;
  if (words.size() > 1) {
    answer.value =
        ChooseValue({question.answers().begin(), question.answers().end()}, words[1]).value_or("");
  }
  form.fields.push_back(std::move(answer));
  form.fields.push_back(ReasonField(session, "Why", question.reason_required(), 2));
  if (question.removes_on().empty()) return form;
  const std::string only = absl::StrCat("Only for ", question.removes_on());
  for (const auto& [name, label] :
       {std::pair<const char*, const char*>{"devices", "Devices to remove"},
        {"subnets", "Subnets to remove"}}) {
    FormField targets = LineField(name, label, absl::StrCat(only, "; several with commas"));
    targets.value = Given(session, name);
    targets.characters_max = 2'000;
    form.fields.push_back(std::move(targets));
  }
  const std::string& warning = policy.network_removal().public_safety_warning();
  if (!warning.empty()) {
    form.fields.push_back(
        ChoiceField("safety", warning, {Choice("ack", "I have read this warning")}, only));
  }
  return form;
}

}  // namespace belfry::chat
