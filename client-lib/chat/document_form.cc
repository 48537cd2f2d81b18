#include "client-lib/chat/document_form.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/grammar.h"

namespace belfry::chat {
namespace {

using policy::v1::DocumentType;

bool IsAlwaysNeeded(const DocumentType::Field& field) {
  return field.required() && !field.has_required_when();
}

std::string Needed(const DocumentType::Field& field) {
  if (!field.has_required_when()) return field.required() ? "yes" : "";
  return absl::StrCat("if ", field.required_when().name(), " is ",
                      absl::StrJoin(field.required_when().is(), " or "));
}

std::string Values(const DocumentType::Field& field) {
  return absl::StrCat(field.multiple() && !field.values().empty() ? "several of " : "",
                      absl::StrJoin(field.values(), ", "));
}

std::string Meaning(const DocumentType::Field& field) {
  std::vector<std::string> parts;
  if (!field.label().empty() && field.label() != field.name()) parts.push_back(field.label());
  if (!field.hint().empty()) parts.push_back(field.hint());
  return absl::StrJoin(parts, ": ");
}

bool Fits(const policy::v1::FieldTest& test, const std::vector<v1::DocumentField>& fields) {
  for (const v1::DocumentField& field : fields) {
    if (field.name() != test.name()) continue;
    for (const std::string& value : SplitList(field.value())) {
      if (std::find(test.is().begin(), test.is().end(), value) != test.is().end()) return true;
    }
  }
  return false;
}

}  // namespace

std::string FieldList(const DocumentType& document, bool required) {
  std::vector<std::string> names;
  for (const auto& field : document.fields()) {
    if (IsAlwaysNeeded(field) != required) continue;
    names.push_back(field.label().empty() || field.label() == field.name()
                        ? field.name()
                        : absl::StrCat(field.name(), " (", field.label(), ")"));
  }
  return absl::StrJoin(names, ", ");
}

std::vector<std::vector<std::string>> FieldTable(const DocumentType& document) {
  std::vector<std::vector<std::string>> table;
  if (document.fields().empty()) return table;
  table.push_back({"Field", "Needed", "Allowed", "Meaning"});
  for (const auto& field : document.fields()) {
    table.push_back(
        {absl::StrCat(field.name(), ":"), Needed(field), Values(field), Meaning(field)});
  }
  return table;
}

Card FormCard(const DocumentType& document, const View& view, absl::string_view line) {
  Card card;
  card.title = "Not done yet";
  card.body = absl::StrCat(document.title(), ": fill in what is needed and send it.");
  if (!document.confirm().empty()) absl::StrAppend(&card.body, "\n", document.confirm());
  for (const auto& guard : document.guards()) {
    absl::StrAppend(&card.body, "\nBefore it: ", guard.message());
  }
  card.table = FieldTable(document);
  card.hints.push_back(view.Typed(FormLine(document, line)));
  card.context = absl::StrJoin(document.clauses(), ", ");
  return card;
}

std::string NeededNote(const DocumentType::Field& field) {
  const std::string clauses = absl::StrJoin(field.clauses(), ", ");
  return absl::StrCat("This is needed",
                      field.has_required_when() ? absl::StrCat(" ", Needed(field)) : "",
                      clauses.empty() ? "." : absl::StrCat(" (", clauses, ")."));
}

std::vector<const DocumentType::Field*> MissingFields(
    const DocumentType& document, const std::vector<v1::DocumentField>& fields) {
  std::vector<const DocumentType::Field*> missing;
  for (const auto& wanted : document.fields()) {
    bool given =
        wanted.has_required_when() ? !Fits(wanted.required_when(), fields) : !wanted.required();
    for (const auto& field : fields) given = given || field.name() == wanted.name();
    if (!given) missing.push_back(&wanted);
  }
  return missing;
}

std::vector<std::vector<std::string>> DocumentTable(const policy::v1::Policy& policy) {
  std::vector<std::vector<std::string>> table;
  if (policy.documents().empty()) return table;
  table.push_back({"Type", "What", "Also typed"});
  for (const auto& document : policy.documents()) {
    table.push_back({document.code(), document.title(), absl::StrJoin(document.aliases(), ", ")});
  }
  return table;
}

}  // namespace belfry::chat
