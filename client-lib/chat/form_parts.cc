#include "client-lib/chat/form_parts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

constexpr size_t kChoiceCharacters = 75;
constexpr size_t kChoicesMax = 100;
constexpr size_t kLabelCharacters = 150;
constexpr size_t kHintCharacters = 150;
constexpr int kLineCharacters = 200;
constexpr int kReasonCharacters = 2'000;

FormField Field(FormField::Kind kind, absl::string_view name, absl::string_view label,
                absl::string_view hint) {
  FormField field;
  field.kind = kind;
  field.name = std::string(name);
  field.label = Clip(label, kLabelCharacters);
  if (!field.label.empty()) {
    field.label[0] = absl::ascii_toupper(static_cast<unsigned char>(field.label[0]));
  }
  field.hint = Clip(hint, kHintCharacters);
  return field;
}

}  // namespace

FormField LineField(absl::string_view name, absl::string_view label, absl::string_view hint) {
  FormField field = Field(FormField::Kind::kLine, name, label, hint);
  field.characters_max = kLineCharacters;
  return field;
}

FormField TextField(absl::string_view name, absl::string_view label, absl::string_view hint) {
  return Field(FormField::Kind::kText, name, label, hint);
}

FormField ChoiceField(absl::string_view name, absl::string_view label,
                      std::vector<FormChoice> choices, absl::string_view hint) {
  FormField field = Field(FormField::Kind::kChoice, name, label, hint);
  if (choices.size() > kChoicesMax) choices.resize(kChoicesMax);
  field.choices = std::move(choices);
  return field;
}

FormField ReasonField(const Session& session, absl::string_view label, bool required,
                      size_t skip_words) {
  FormField field = TextField("reason", label, "");
  field.required = required;
  field.characters_max = kReasonCharacters;
  field.value = Clip(ReadReason(session, skip_words), kReasonCharacters);
  return field;
}

FormChoice Choice(absl::string_view value, absl::string_view label) {
  return {std::string(value), Clip(label, kChoiceCharacters)};
}

std::vector<FormChoice> CodeChoices(const google::protobuf::RepeatedPtrField<std::string>& codes) {
  std::vector<FormChoice> choices;
  for (const std::string& code : codes) {
    std::string label = absl::StrReplaceAll(code, {{"_", " "}});
    // Short codes stay as they are: "SSN", "OLC".
    if (label.size() > 4 || IsYes(label) || IsNo(label)) {
      for (size_t i = 1; i < label.size(); ++i) {
        label[i] = absl::ascii_tolower(static_cast<unsigned char>(label[i]));
      }
    }
    choices.push_back(Choice(code, label));
  }
  return choices;
}

std::vector<FormChoice> SeverityChoices(const policy::v1::Policy& policy) {
  std::vector<FormChoice> choices;
  for (const auto& severity : policy.severities()) {
    choices.push_back(Choice(
        severity.code(),
        absl::StrCat(
            severity.code(), " ", severity.title(),
            severity.description().empty() ? "" : absl::StrCat(": ", severity.description()))));
  }
  return choices;
}

std::vector<FormChoice> CategoryChoices(const policy::v1::Policy& policy) {
  std::vector<FormChoice> choices;
  for (const auto& category : policy.categories()) {
    // Where the bare category says too little, only its details are offered.
    if (!category.sub_value_required()) {
      choices.push_back(
          Choice(category.code(), absl::StrCat(category.code(), " ", category.title())));
    }
    for (const auto& detail : category.sub_values()) {
      choices.push_back(
          Choice(absl::StrCat(category.code(), "/", detail.code()),
                 absl::StrCat(category.code(), " ", detail.code(), ", ", category.title())));
    }
  }
  return choices;
}

std::optional<FormField> FactField(const Session& session, const policy::v1::FactDefinition& fact) {
  if (fact.values().empty() && !fact.number()) return std::nullopt;
  const std::string& label = fact.question().empty() ? fact.name() : fact.question();
  FormField field = fact.number() ? LineField(fact.name(), label, "A whole number")
                                  : ChoiceField(fact.name(), label, CodeChoices(fact.values()));
  if (fact.multiple()) field.kind = FormField::Kind::kChoices;
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kFact && pair.key.name == fact.name()) {
      field.value = pair.value;
    }
  }
  return field;
}

std::string Given(const Session& session, absl::string_view option) {
  std::vector<std::string> values;
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kOption && pair.key.name == option) {
      values.push_back(pair.value);
    }
  }
  return absl::StrJoin(values, ",");
}

std::string IncidentLine(const Session& session, const FormSight& sight) {
  if (!sight.incident.has_value()) return IncidentId(session.incident);
  if (IsWithheld(*sight.incident, session.view)) {
    return absl::StrCat(IncidentId(session.incident), " · restricted");
  }
  return IncidentTitle(*sight.incident);
}

}  // namespace belfry::chat
