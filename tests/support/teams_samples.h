// Buttons and forms for tests of what Teams shows.
#ifndef BELFRY_TESTS_SUPPORT_TEAMS_SAMPLES_H_
#define BELFRY_TESTS_SUPPORT_TEAMS_SAMPLES_H_

#include <string>
#include <utility>
#include <vector>

#include "belfry/chat/card.h"
#include "belfry/chat/form.h"

namespace belfry::bot::teams {

inline chat::CardButton Button(std::string label, std::string command,
                               chat::Tone tone = chat::Tone::kNeutral, std::string confirm = "") {
  chat::CardButton button;
  button.label = std::move(label);
  button.command = std::move(command);
  button.tone = tone;
  button.confirm = std::move(confirm);
  return button;
}

inline chat::FormField Field(std::string name, std::string label, chat::FormField::Kind kind,
                             std::vector<chat::FormChoice> choices = {}) {
  chat::FormField field;
  field.name = std::move(name);
  field.label = std::move(label);
  field.kind = kind;
  field.choices = std::move(choices);
  return field;
}

// The daily status, with a field of each kind.
inline chat::Form StatusForm() {
  using Kind = chat::FormField::Kind;
  chat::Form form;
  form.title = "Daily status of DOP-2026-0007";
  form.intro = "Goes to ITD.";
  form.submit = "Send to ITD";
  form.command = "update DOP-2026-0007";
  form.context = "ITD-SEC-4.3 · POL-5.18";
  form.fields = {
      Field("conditions", "Conditions", Kind::kText), Field("actions", "Actions", Kind::kText),
      Field("needs", "Needs", Kind::kChoices,
            {{"staff", "Staff"}, {"forensics", "Forensics"}, {"money", "Money"}}),
      Field("severity", "Severity", Kind::kChoice, {{"1", "SEV1"}, {"2", "SEV2"}, {"3", "SEV3"}}),
      Field("", "Headline", Kind::kLine)};
  form.fields[0].hint = "What is the case now?";
  form.fields[0].required = true;
  form.fields[0].characters_max = 2000;
  form.fields[1].hint = "What was done since the last report?";
  form.fields[1].required = true;
  form.fields[2].hint = "What would help?";
  form.fields[3].value = "2";
  return form;
}

}  // namespace belfry::bot::teams

#endif  // BELFRY_TESTS_SUPPORT_TEAMS_SAMPLES_H_
