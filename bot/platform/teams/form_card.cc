#include "bot/platform/teams/form_card.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/card_parts.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::teams {
namespace {

constexpr char kVersion[] = "1.5";
constexpr size_t kFieldsMax = 40;
constexpr size_t kChoicesMax = 100;

// Labels, placeholders and choices are drawn as Markdown by some clients and are our own words; no
// tokens in them.
std::string Plain(const std::string& text) { return chat::WithoutTimeTokens(text); }

Json Input(const chat::FormField& field) {
  const bool choice =
      field.kind == chat::FormField::Kind::kChoice || field.kind == chat::FormField::Kind::kChoices;
  Json input = {{"type", choice ? "Input.ChoiceSet" : "Input.Text"},
                {"id", InputId(field.name)},
                {"label", Plain(field.label)},
                // Clients that do not know labels show this.
                {"placeholder", Plain(field.label)}};
  if (field.required) {
    input["isRequired"] = true;
    input["errorMessage"] = absl::StrCat(Plain(field.label), " is needed");
  }
  if (!field.value.empty()) input["value"] = field.value;
  if (!choice) {
    input["isMultiline"] = field.kind == chat::FormField::Kind::kText;
    input["maxLength"] = field.characters_max;
    return input;
  }
  Json choices = Json::array();
  for (const chat::FormChoice& one : field.choices) {
    if (choices.size() >= kChoicesMax) break;
    choices.push_back({{"title", Plain(one.label)}, {"value", one.value}});
  }
  input["choices"] = std::move(choices);
  input["isMultiSelect"] = field.kind == chat::FormField::Kind::kChoices;
  input["style"] = field.kind == chat::FormField::Kind::kChoices ? "expanded" : "compact";
  return input;
}

void AppendError(const std::string& error, Json* body) {
  body->push_back(RichText({Run("! ", {.bold = true, .color = "attention"}),
                            Run(error, {.bold = true, .color = "attention"})}));
}

Json Submit(const chat::Form& form, FormPlace place) {
  CardData data;
  data.command = form.command;
  data.form = true;
  data.on_answer = true;
  const std::string title = form.submit.empty() ? "Send" : chat::Clip(form.submit, 24);
  const Json submit = {{"type", "Action.Submit"}, {"title", title}, {"data", ToData(data)}};
  if (place == FormPlace::kDialog) return submit;
  return {{"type", "Action.Execute"}, {"title", title},      {"verb", "belfry"},
          {"data", ToData(data)},     {"style", "positive"}, {"fallback", submit}};
}

Json Cancel() {
  CardData data;
  data.cancel = true;
  data.on_answer = true;
  return {{"type", "Action.Execute"},
          {"title", "Cancel"},
          {"verb", "belfry"},
          {"associatedInputs", "none"},
          {"data", ToData(data)}};
}

std::string PlainText(const chat::Form& form) {
  std::vector<std::string> lines = {form.title, form.intro};
  for (const chat::FormField& field : form.fields) {
    lines.push_back(absl::StrCat(field.label, field.required ? " (needed)" : ""));
  }
  return chat::Clip(Plain(absl::StrJoin(lines, "\n")), 2000);
}

}  // namespace

Json ToFormCard(const chat::Form& form, FormPlace place,
                const std::map<std::string, std::string>& errors) {
  Json body = Json::array();
  body.push_back(TitleBlock(chat::Tone::kNeutral, form.title));
  if (!form.intro.empty()) AppendLines(form.intro, {}, &body);
  for (const auto& [name, error] : errors) {
    const bool has_field = std::any_of(form.fields.begin(), form.fields.end(),
                                       [&](const auto& field) { return field.name == name; });
    if (!has_field) AppendError(error, &body);
  }
  for (size_t i = 0; i < form.fields.size() && i < kFieldsMax; ++i) {
    const chat::FormField& field = form.fields[i];
    if (const auto error = errors.find(field.name); error != errors.end()) {
      AppendError(error->second, &body);
    }
    body.push_back(Input(field));
    if (!field.hint.empty()) {
      body.push_back(RichText({Run(field.hint, {.subtle = true, .size = "small"})}, "none"));
    }
  }
  if (!form.context.empty()) AppendLines(form.context, {.subtle = true, .size = "small"}, &body);
  Json card = Frame(kVersion, std::move(body), PlainText(form));
  card["actions"] = Json::array({Submit(form, place)});
  if (place == FormPlace::kMessage) card["actions"].push_back(Cancel());
  return card;
}

chat::Form Filled(chat::Form form, const chat::FormValues& values) {
  for (chat::FormField& field : form.fields) {
    const auto value = values.find(field.name);
    if (value != values.end()) field.value = value->second;
  }
  return form;
}

chat::Form Prefilled(chat::Form form, const std::string& text) {
  using FieldKind = chat::FormField::Kind;
  bool line = false;
  bool all = false;
  for (chat::FormField& field : form.fields) {
    if (!field.value.empty()) continue;
    const auto max = static_cast<size_t>(std::max(field.characters_max, 1));
    if (field.kind == FieldKind::kLine && !line) {
      const std::string first = text.substr(0, text.find('\n'));
      field.value = chat::Clip(std::string(absl::StripAsciiWhitespace(first)), max);
      line = true;
    } else if (field.kind == FieldKind::kText && !all) {
      field.value = chat::Clip(text, max);
      all = true;
    }
  }
  return form;
}

}  // namespace belfry::bot::teams
