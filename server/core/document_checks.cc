#include "server/core/document_checks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {

using policy::v1::DocumentType;
using record::v1::IncidentState;

namespace {

absl::Status CheckValue(const DocumentType::Field& field, const std::string& value,
                        const std::string& path) {
  const size_t max =
      field.characters_max() > 0 ? static_cast<size_t>(field.characters_max()) : kTextCharactersMax;
  BELFRY_RETURN_IF_ERROR(CheckText(path, value, max));
  if (!field.values().empty() && !value.empty()) {
    std::vector<absl::string_view> given = {value};
    if (field.multiple()) given = absl::StrSplit(value, ',');
    for (const absl::string_view one : given) {
      const absl::string_view trimmed = absl::StripAsciiWhitespace(one);
      if (std::find(field.values().begin(), field.values().end(), trimmed) ==
          field.values().end()) {
        return InvalidField(path, absl::StrCat("is one of ", absl::StrJoin(field.values(), ", "),
                                               "; this is \"", trimmed, "\""));
      }
    }
  }
  for (const std::string& pattern : field.refuse_patterns()) {
    if (re2::RE2::PartialMatch(value, pattern)) {
      return InvalidField(path, absl::StrCat(field.refuse_reason(), " (",
                                             absl::StrJoin(field.clauses(), ", "), ")"));
    }
  }
  return absl::OkStatus();
}

// Does the text hold this number, however it is written?
bool HoldsNumber(absl::string_view text, const std::string& number) {
  std::string digits;
  const auto ends = [&] {
    const bool same = digits == number;
    digits.clear();
    return same;
  };
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      digits.push_back(c);
    } else if (c != ',' && c != '.' && c != ' ' && c != '\'') {
      if (ends()) return true;
    } else if (c == ' ' && ends()) {
      return true;
    }
  }
  return ends();
}

// A number that is on record must not stand in it.
absl::Status CheckHiddenNumbers(const IncidentState& state, const DocumentType::Field& field,
                                const std::string& value) {
  for (const std::string& name : field.refuse_facts()) {
    const std::optional<std::string> number = FactValue(state, name);
    if (!number.has_value() || !HoldsNumber(value, *number)) continue;
    return InvalidField(field.name(), absl::StrCat(field.refuse_reason(), " (",
                                                   absl::StrJoin(field.clauses(), ", "), ")"));
  }
  return absl::OkStatus();
}

bool IsRequired(const DocumentType::Field& field, const Fields& fields) {
  if (!field.has_required_when()) return field.required();
  google::protobuf::RepeatedPtrField<policy::v1::FieldTest> tests;
  *tests.Add() = field.required_when();
  return FieldsFit(tests, fields);
}

}  // namespace

const v1::DocumentField* FindField(const Fields& fields, absl::string_view name) {
  for (const v1::DocumentField& field : fields) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

absl::Status CheckFields(const IncidentState& state, const DocumentType& type,
                         const Fields& fields) {
  std::set<std::string> seen;
  for (int i = 0; i < fields.size(); ++i) {
    const v1::DocumentField& field = fields.Get(i);
    const std::string path = absl::StrCat("fields[", i, "]");
    const auto known =
        std::find_if(type.fields().begin(), type.fields().end(),
                     [&](const DocumentType::Field& f) { return f.name() == field.name(); });
    if (known == type.fields().end()) {
      std::vector<std::string> names;
      for (const DocumentType::Field& f : type.fields()) names.push_back(f.name());
      return InvalidField(path + ".name",
                          absl::StrCat(type.title(), " has no field \"", field.name(),
                                       "\"; it has ", absl::StrJoin(names, ", ")));
    }
    if (!seen.insert(field.name()).second) {
      return InvalidField(path + ".name", absl::StrCat(field.name(), " is there twice"));
    }
    BELFRY_RETURN_IF_ERROR(CheckValue(*known, field.value(), field.name()));
    BELFRY_RETURN_IF_ERROR(CheckHiddenNumbers(state, *known, field.value()));
  }
  return absl::OkStatus();
}

std::vector<std::string> ClausesOf(const DocumentType& type, const DocumentType::Field& field) {
  const auto& clauses = field.clauses().empty() ? type.clauses() : field.clauses();
  return {clauses.begin(), clauses.end()};
}

std::vector<const DocumentType::Field*> MissingFields(const DocumentType& type,
                                                      const Fields& fields) {
  std::vector<const DocumentType::Field*> missing;
  for (const DocumentType::Field& field : type.fields()) {
    const v1::DocumentField* given = FindField(fields, field.name());
    if (IsRequired(field, fields) &&
        (given == nullptr || absl::StripAsciiWhitespace(given->value()).empty())) {
      missing.push_back(&field);
    }
  }
  return missing;
}

absl::Status CheckComplete(const DocumentType& type, const Fields& fields) {
  std::vector<std::string> missing;
  ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "DOCUMENT_INCOMPLETE", "");
  for (const DocumentType::Field* field : MissingFields(type, fields)) {
    const std::string clauses = absl::StrJoin(ClausesOf(type, *field), ", ");
    missing.push_back(absl::StrCat(field->name(), " (", field->label(), clauses.empty() ? "" : "; ",
                                   clauses, ")"));
    error.Violation(clauses, field->name(), absl::StrCat(field->label(), " is missing"));
  }
  if (missing.empty()) return absl::OkStatus();
  return error
      .Message(absl::StrCat(type.title(), " lacks ", absl::StrJoin(missing, ", "),
                            "; give each as name:\"text\""))
      .Build();
}

std::vector<const DocumentType::Approval*> MissingApprovals(
    const DocumentType& type,
    const google::protobuf::RepeatedPtrField<v1::DocumentApproval>& approvals,
    const std::vector<record::v1::RoleGrant>& sender) {
  std::vector<const DocumentType::Approval*> missing;
  for (const DocumentType::Approval& group : type.approvals()) {
    const auto is_in = [&](const std::string& role) {
      return std::find(group.roles().begin(), group.roles().end(), role) != group.roles().end();
    };
    const bool given =
        std::any_of(sender.begin(), sender.end(),
                    [&](const auto& grant) { return is_in(grant.role()); }) ||
        std::any_of(approvals.begin(), approvals.end(), [&](const auto& approval) {
          return std::any_of(approval.roles().begin(), approval.roles().end(), is_in);
        });
    if (!given) missing.push_back(&group);
  }
  return missing;
}

absl::Status CheckApproved(const PolicyIndex& policy, const IncidentState& state,
                           const DocumentType& type, absl::string_view entity,
                           const std::vector<const DocumentType::Approval*>& missing) {
  if (missing.empty()) return absl::OkStatus();
  ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "APPROVAL_NEEDED", "");
  std::vector<std::string> who;
  for (const DocumentType::Approval* group : missing) {
    const std::string roles = RoleList(policy, group->roles());
    who.push_back(roles);
    error.Violation(absl::StrJoin(group->clauses(), ", "), absl::StrJoin(group->roles(), ","),
                    absl::StrCat(roles, " did not approve it"));
  }
  return error
      .Message(absl::StrCat(type.title(), " needs the approval of ",
                            absl::StrJoin(who, ", and of "), ". Keep it as a draft with `draft ",
                            state.id(), " ", type.code(), " …`; they approve with `approve ",
                            state.id(), " ", DraftId(type.code(), entity), "`"))
      .Build();
}

std::string DraftId(absl::string_view type, absl::string_view entity) {
  const absl::string_view id = absl::StripPrefix(entity, "entities/");
  return id.empty() ? std::string(type) : absl::StrCat(type, ".", id);
}

const record::v1::DraftRow* FindDraft(const IncidentState& state, absl::string_view draft_id) {
  for (const record::v1::DraftRow& draft : state.drafts()) {
    if (absl::EqualsIgnoreCase(DraftId(draft.type(), draft.entity()), draft_id)) return &draft;
  }
  return nullptr;
}

const record::v1::DocumentRow* FindDocumentRow(const IncidentState& state, int64_t version) {
  for (const auto* rows : {&state.documents(), &state.notice_documents()}) {
    for (const record::v1::DocumentRow& row : *rows) {
      if (row.event_version() == version) return &row;
    }
  }
  return nullptr;
}

std::string DocumentName(const IncidentState& state, int64_t version) {
  return absl::StrCat("incidents/", state.id(), "/documents/", version);
}

absl::StatusOr<int64_t> ParseDocumentName(absl::string_view field, const IncidentState& state,
                                          absl::string_view name) {
  absl::string_view rest = name;
  int64_t version = 0;
  if (absl::ConsumePrefix(&rest, absl::StrCat("incidents/", state.id(), "/documents/")) &&
      absl::SimpleAtoi(rest, &version) && version > 0) {
    return version;
  }
  return InvalidField(
      field, absl::StrCat("must be a document of ", state.id(), ", such as ",
                          DocumentName(state, 41), "; `documents ", state.id(), "` lists them"));
}

absl::Status CheckAmends(const IncidentState& state, const DocumentType& type,
                         absl::string_view entity, int64_t version) {
  const record::v1::DocumentRow* row = FindDocumentRow(state, version);
  if (row == nullptr || row->type() != type.code() || row->entity() != entity) {
    return InvalidField("amends",
                        absl::StrCat(DocumentName(state, version), " is no ", type.title(), " of ",
                                     entity, "; `documents ", state.id(), "` lists them"));
  }
  if (row->amended_by() == 0) return absl::OkStatus();
  return InvalidField(
      "amends",
      absl::StrCat("was amended by ", DocumentName(state, row->amended_by()), "; amend that one"));
}

absl::StatusOr<const DocumentType*> FindDocumentType(const PolicyIndex& policy,
                                                     const std::string& code) {
  if (const DocumentType* type = policy.FindDocument(code); type != nullptr) return type;
  std::vector<std::string> codes;
  for (const DocumentType& known : policy.proto().documents()) codes.push_back(known.code());
  return InvalidField("type", absl::StrCat("there is no document \"", code, "\"; it is one of ",
                                           absl::StrJoin(codes, ", ")));
}

absl::StatusOr<std::string> DocumentEntity(const IncidentState& state, const Caller& caller,
                                           const std::string& asked) {
  std::string entity = asked;
  if (entity.empty()) {
    entity = FindPart(state, caller.entity) != nullptr ? caller.entity : state.entity();
  }
  // The register of the government as a whole has no entity.
  const bool whole = state.standing_register() && entity.empty();
  if (!whole && FindPart(state, entity) == nullptr) {
    return InvalidField("entity", absl::StrCat(entity, " has no part in ", state.id()));
  }
  return entity;
}

}  // namespace belfry::core
