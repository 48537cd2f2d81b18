// What was wrong with a form that was sent, field by field.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "belfry/error.h"
#include "client-lib/chat/forms.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

constexpr size_t kNoteCharacters = 300;

// Fields of the server's requests, and the fields of forms that become them. The first one that
// the form has is meant.
struct Path {
  absl::string_view path;
  absl::string_view field;
};
constexpr Path kPaths[] = {
    {"summary", "title"},
    {"detect_time", "detected"},
    {"entity.detect_time", "detected"},
    {"event_time", "at"},
    {"severity", "sev"},
    {"severity", ""},
    {"entity", "agency"},
    {"entity.entity", ""},
    {"entity.relation", "as"},
    {"categories", "type"},
    {"categories", ""},
    {"until_time", "for"},
    {"text", ""},
    {"obligation", ""},
    {"question", ""},
    {"answer", ""},
    {"removal_devices", "devices"},
    {"removal_subnets", "subnets"},
    {"roles", "to"},
    {"level", "to"},
    {"ticket", ""},
    {"ticket.number", ""},
    {"ticket.system", ""},
    {"incident.lead", ""},
    {"lead", ""},
    {"public_safety_acknowledged", "safety"},
};

bool Has(const Form& form, absl::string_view name) {
  return std::any_of(form.fields.begin(), form.fields.end(),
                     [name](const FormField& field) { return field.name == name; });
}

// "facts[2].value" is about the third answer of the line.
std::string FactOf(const Session& session, absl::string_view path) {
  size_t index = 0;
  absl::string_view rest = path;
  if (!absl::ConsumePrefix(&rest, "facts[") ||
      !absl::SimpleAtoi(rest.substr(0, rest.find(']')), &index)) {
    return "";
  }
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kFact) continue;
    if (index-- == 0) return pair.key.name;
  }
  return "";
}

// Null when the form has no field for it; the card says it then.
const std::string* FieldFor(const Session& session, const Form& form, const std::string& path) {
  const std::string fact = FactOf(session, path);
  const auto find = [&form](absl::string_view name) -> const std::string* {
    for (const FormField& field : form.fields) {
      if (field.name == name) return &field.name;
    }
    return nullptr;
  };
  if (!fact.empty()) return find(fact);
  if (const std::string* same = path.empty() ? nullptr : find(path); same != nullptr) return same;
  const absl::string_view stem = absl::string_view(path).substr(0, path.find('['));
  for (const Path& row : kPaths) {
    if (row.path != stem && row.path != path) continue;
    if (const std::string* found = find(row.field); found != nullptr) return found;
  }
  return nullptr;
}

void Add(std::map<std::string, std::string>& errors, const std::string& field,
         absl::string_view note) {
  std::string text = Clip(note, kNoteCharacters);
  if (!text.empty()) text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  errors.emplace(field, std::move(text));
}

}  // namespace

std::map<std::string, std::string> FieldErrors(const Session& session, const absl::Status& status) {
  std::map<std::string, std::string> errors;
  const absl::StatusOr<Form> form = FormOf(session, false);
  if (!form.ok()) return errors;
  for (const auto& [field, note] : UsageFields(status)) {
    if (Has(*form, field)) Add(errors, field, note);
  }
  const client::ErrorDetail error = client::DescribeError(status);
  for (const auto& field : error.fields) {
    const std::string* name = FieldFor(session, *form, field.field);
    if (name != nullptr) Add(errors, *name, field.description);
  }
  for (const auto& violation : error.violations) {
    if (error.reason != "DOCUMENT_INCOMPLETE" || !Has(*form, violation.subject)) continue;
    Add(errors, violation.subject, violation.description);
  }
  if (error.reason == "PUBLIC_SAFETY_WARNING" && Has(*form, "safety")) {
    Add(errors, "safety", error.message);
  }
  // What the line lacks is told by the form itself.
  if (errors.empty() && IsUsageError(status)) {
    for (const FormField& field : form->fields) {
      if (field.required && field.value.empty()) Add(errors, field.name, "This is needed.");
    }
  }
  return errors;
}

}  // namespace belfry::chat
