// Documents of a pack and their fields.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "re2/re2.h"
#include "server/core/policy/document_sample.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"
#include "server/paper/markup.h"
#include "server/paper/template.h"

namespace belfry::core {
namespace {

using policy::v1::DocumentType;

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

void CheckPatterns(LintContext& lint, const DocumentType::Field& field, const std::string& path) {
  for (int i = 0; i < field.refuse_patterns_size(); ++i) {
    const re2::RE2 pattern(field.refuse_patterns(i), re2::RE2::Quiet);
    if (!pattern.ok()) {
      lint.Error(At(path + ".refuse_patterns", i),
                 absl::StrCat("is no RE2 pattern: ", pattern.error(), "; correct it"));
    } else if (re2::RE2::PartialMatch("", pattern)) {
      lint.Error(At(path + ".refuse_patterns", i),
                 "fits every text, also none, so nothing is accepted; make it narrower");
    }
  }
  if (field.refuse_patterns().empty() == field.refuse_reason().empty()) return;
  lint.Error(path,
             absl::StrCat(field.name(), " needs refuse_reason with refuse_patterns: say why"));
}

void CheckField(LintContext& lint, const DocumentType& document, const DocumentType::Field& field,
                const std::string& path) {
  lint.CheckText(field.label(), "label", path, "say what belongs there");
  if (field.characters_max() < 0) {
    lint.Error(path + ".characters_max", "must not be negative; leave it out for no limit");
  }
  lint.CheckDistinct(field.values(), path + ".values");
  for (int i = 0; i < field.values_size(); ++i) {
    if (field.characters_max() > 0 &&
        field.values(i).size() > static_cast<size_t>(field.characters_max())) {
      lint.Error(At(path + ".values", i),
                 absl::StrCat("is longer than characters_max of ", field.name(), "; raise it"));
    }
  }
  if (field.multiple() && field.values().empty()) {
    lint.Error(path + ".multiple", "needs values to choose several of");
  }
  CheckPatterns(lint, field, path);
  if (!field.has_required_when()) return;
  if (field.required()) {
    lint.Error(path + ".required",
               absl::StrCat(field.name(), " is needed always or required_when; take one out"));
  }
  if (field.required_when().name() == field.name()) {
    lint.Error(path + ".required_when.name",
               absl::StrCat(field.name(), " asks about itself; name another field"));
    return;
  }
  CheckFieldTest(lint, document, field.required_when(), path + ".required_when");
}

// Those who may send it in place of others need the permission too.
void CheckOnBehalf(LintContext& lint, const DocumentType& document, const std::string& path) {
  const auto permission = lint.permissions.find(document.act());
  for (int i = 0; i < document.on_behalf_size(); ++i) {
    const policy::v1::OnBehalf& one = document.on_behalf(i);
    const std::string at = At(path + ".on_behalf", i);
    lint.CheckText(one.flag(), "flag", at, "the record shows it");
    if (!lint.Refer(lint.roles, one.role(), "role", at + ".role")) continue;
    if (permission == lint.permissions.end()) continue;
    const auto& allowed = permission->second->roles();
    if (std::find(allowed.begin(), allowed.end(), one.role()) == allowed.end()) {
      lint.Error(at + ".role", absl::StrCat(one.role(), " may not ", document.act(),
                                            "; add the role to the permission"));
    }
  }
}

void CheckList(LintContext& lint, const DocumentType& document, const std::string& path) {
  lint.ReferRoles(document.list_roles(), path + ".list_roles");
  if (document.has_list_when()) {
    CheckFieldTest(lint, document, document.list_when(), path + ".list_when");
    if (document.list_roles().empty()) {
      lint.Error(path + ".list_when", "counts only with list_roles; say who is on the list");
    }
  }
  const std::string& answer = document.case_answer_field();
  if (answer.empty()) return;
  const auto& fields = document.fields();
  if (std::none_of(fields.begin(), fields.end(),
                   [&](const auto& field) { return field.name() == answer; })) {
    lint.Error(path + ".case_answer_field",
               absl::StrCat(document.code(), " has no field \"", answer,
                            "\"; define it or correct the spelling"));
  }
}

// Names that tell of the incident what a field of the document must not say.
bool TellsOfIncident(absl::string_view name) {
  for (const absl::string_view group :
       {"incident", "facts", "devices", "decisions", "duties", "entities", "costs", "notified"}) {
    if (name == group || absl::StartsWith(name, absl::StrCat(group, "."))) return true;
  }
  return false;
}

// Every name is known, what is needed is said, and what comes out is a document.
void CheckTemplate(LintContext& lint, const DocumentType& document, const std::string& path) {
  const policy::v1::DocumentTemplate* found = TemplateOf(lint.policy, document);
  if (found == nullptr) {
    if (!document.template_().empty()) {
      lint.Error(path + ".template", absl::StrCat("there is no template \"", document.template_(),
                                                  "\"; define it or correct the spelling"));
    }
    return;
  }
  const std::string at = absl::StrCat("document_templates[\"", found->code(), "\"]");
  const paper::Value::Group sample = DocumentSample(lint.policy, document);
  const paper::Partials partials = DocumentPartials(lint.policy);
  const absl::StatusOr<paper::NamesUsed> used = paper::FindNames(found->text(), sample, partials);
  if (!used.ok()) {
    lint.Error(at, std::string(used.status().message()));
    return;
  }
  for (const std::string& name : used->unknown) {
    lint.Error(at, absl::StrCat("names \"", name, "\", which a ", document.code(),
                                " does not have; correct the spelling"));
  }
  const bool silent = std::any_of(
      document.fields().begin(), document.fields().end(), [](const DocumentType::Field& field) {
        return !field.refuse_patterns().empty() || !field.refuse_facts().empty();
      });
  for (const std::string& name : used->known) {
    if (silent && TellsOfIncident(name)) {
      lint.Error(at, absl::StrCat("names \"", name, "\", which tells more than ", document.code(),
                                  " may say; take it out"));
    }
  }
  for (const DocumentType::Field& field : document.fields()) {
    const bool needed = field.required() || field.has_required_when();
    if (needed && used->known.count(absl::StrCat("fields.", field.name())) == 0 &&
        used->known.count("rows") == 0) {
      lint.Error(at, absl::StrCat("leaves out fields.", field.name(), ", which a ", document.code(),
                                  " needs"));
    }
  }
  const absl::StatusOr<std::string> filled = paper::Fill(found->text(), sample, partials);
  const absl::Status written = filled.ok() ? paper::ParseMarkup(*filled).status() : filled.status();
  if (!written.ok()) {
    lint.Error(at,
               absl::StrCat("gives no document for ", document.code(), ": ", written.message()));
  }
}

void CheckPrefill(LintContext& lint, const DocumentType& document, const std::string& path) {
  for (int i = 0; i < document.fields_size(); ++i) {
    const DocumentType::Field& field = document.fields(i);
    if (field.prefill().empty()) continue;
    const std::string at = absl::StrCat(path, ".fields[", i, "].prefill");
    const absl::StatusOr<paper::NamesUsed> used =
        paper::FindNames(field.prefill(), DocumentSample(lint.policy, document), {});
    if (!used.ok()) {
      lint.Error(at, std::string(used.status().message()));
      continue;
    }
    for (const std::string& name : used->unknown) {
      lint.Error(at,
                 absl::StrCat("names \"", name, "\", which there is not; correct the spelling"));
    }
    if (used->known.empty())
      lint.Error(at, "names nothing of the record; use hint for words alone");
  }
}

void CheckApprovals(LintContext& lint, const DocumentType& document, const std::string& path) {
  for (int i = 0; i < document.approvals_size(); ++i) {
    const std::string at = absl::StrCat(path, ".approvals[", i, "]");
    if (document.approvals(i).roles().empty()) {
      lint.Error(at + ".roles", "names nobody; say who approves it");
    }
    lint.ReferRoles(document.approvals(i).roles(), at + ".roles");
    lint.CheckDistinct(document.approvals(i).roles(), at + ".roles");
    lint.CheckCited(document.approvals(i), at);
  }
}

void CheckDocument(LintContext& lint, const DocumentType& document, const std::string& path) {
  lint.CheckText(document.title(), "title", path, "people see it");
  lint.ReferAct(document.act(), path + ".act");
  lint.ReferRoles(document.recipient_roles(), path + ".recipient_roles");
  lint.CheckDistinct(document.recipient_roles(), path + ".recipient_roles");
  if (document.fields().empty()) {
    lint.Error(path, absl::StrCat(document.code(), " has no fields; a document says something"));
  }
  lint.CheckNames(document.fields(), path + ".fields", "name",
                  [](const auto& field) -> const std::string& { return field.name(); });
  for (int i = 0; i < document.fields_size(); ++i) {
    CheckField(lint, document, document.fields(i), At(path + ".fields", i));
  }
  CheckGuards(lint, document.guards(), path + ".guards", &document);
  CheckOnBehalf(lint, document, path);
  CheckList(lint, document, path);
  CheckApprovals(lint, document, path);
  CheckPrefill(lint, document, path);
  CheckTemplate(lint, document, path);
  if (document.has_order()) {
    CheckCanHold(lint, document.order(), path + ".order",
                 absl::StrCat("every ", document.code(), " is marked as out of order"));
  }
  lint.CheckCited(document, path);
}

}  // namespace

void LintDocuments(LintContext& lint) {
  const auto& documents = lint.policy.documents();
  lint.CheckCodes(documents, "documents");
  lint.CheckAliases(documents, "documents",
                    [](const auto& item) -> const std::string& { return item.code(); });
  for (int i = 0; i < documents.size(); ++i) {
    CheckDocument(lint, documents.Get(i), At("documents", i));
  }
}

}  // namespace belfry::core
