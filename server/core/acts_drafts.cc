// Drafts of documents, and who approves them before they are sent.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/document_checks.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/recipients.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::DocumentType;
using record::v1::DraftRow;

constexpr char kDraftAct[] = "DRAFT_DOCUMENT";

// Whoever may draft, or send what is drafted.
absl::Status RequireDrafting(const Draft& draft, const Caller& caller, const DocumentType& type,
                             absl::string_view entity) {
  const absl::Status sends = RequireAct(draft.context(), caller, draft.state(), type.act(), entity);
  if (sends.ok()) return sends;
  return RequireAct(draft.context(), caller, draft.state(), kDraftAct, entity);
}

absl::Status DraftNotFound(const record::v1::IncidentState& state, absl::string_view name) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "DRAFT_NOT_FOUND",
                      absl::StrCat("there is no draft \"", name, "\" in ", state.id(),
                                   "; `documents ", state.id(), "` lists them"))
      .Build();
}

absl::Status CheckRevision(const DraftRow& row, int64_t seen) {
  if (seen == 0 || seen == row.revision()) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kAborted, "DRAFT_CHANGED",
                      absl::StrCat("revision: the draft is at revision ", row.revision(), ", not ",
                                   seen, "; somebody changed it. Read it again"))
      .Build();
}

bool SameFields(const Fields& a, const Fields& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i) {
    if (a.Get(i).name() != b.Get(i).name() || a.Get(i).value() != b.Get(i).value()) return false;
  }
  return true;
}

// Everybody who may give an approval that is missing, once nothing else is.
std::vector<std::string> Approvers(const Draft& draft, const DocumentType& type,
                                   const Fields& fields, absl::string_view entity) {
  std::vector<std::string> people;
  if (!MissingFields(type, fields).empty()) return people;
  for (const DocumentType::Approval& group : type.approvals()) {
    for (std::string& person :
         PeopleHolding(draft.context(), draft.state(), group.roles(), entity)) {
      const bool known = std::find(people.begin(), people.end(), person) != people.end();
      if (!known && person != draft.actor().principal()) people.push_back(std::move(person));
    }
  }
  return people;
}

void AddClauses(const DocumentType& type, record::v1::Event& event) {
  for (const std::string& clause : type.clauses()) event.add_clauses(clause);
}

}  // namespace

std::string DraftIdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

absl::Status DecideDraftDocument(Draft& draft, const Caller& caller,
                                 const v1::DraftDocumentRequest& act) {
  BELFRY_ASSIGN_OR_RETURN(const DocumentType* type,
                          FindDocumentType(draft.context().policy, act.type()));
  BELFRY_ASSIGN_OR_RETURN(const std::string entity,
                          DocumentEntity(draft.state(), caller, act.entity()));
  BELFRY_RETURN_IF_ERROR(RequireDrafting(draft, caller, *type, entity));
  BELFRY_RETURN_IF_ERROR(CheckFields(draft.state(), *type, act.fields()));
  int64_t amends = 0;
  if (!act.amends().empty()) {
    BELFRY_ASSIGN_OR_RETURN(amends, ParseDocumentName("amends", draft.state(), act.amends()));
    BELFRY_RETURN_IF_ERROR(CheckAmends(draft.state(), *type, entity, amends));
  }
  if (const DraftRow* known = FindDraft(draft.state(), DraftId(type->code(), entity));
      known != nullptr) {
    BELFRY_RETURN_IF_ERROR(CheckRevision(*known, act.revision()));
    if (SameFields(known->fields(), act.fields()) && known->amends() == amends) {
      return absl::OkStatus();
    }
  } else if (act.revision() != 0) {
    return DraftNotFound(draft.state(), DraftId(type->code(), entity));
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::DocumentDrafted* body = event.mutable_document_drafted();
  body->set_type(type->code());
  body->set_title(type->title());
  body->set_entity(entity);
  *body->mutable_fields() = act.fields();
  body->set_amends(amends);
  for (std::string& person : Approvers(draft, *type, act.fields(), entity)) {
    body->add_asked_people(std::move(person));
  }
  AddClauses(*type, event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Status DecideApproveDocument(Draft& draft, const Caller& caller,
                                   const v1::ApproveDocumentRequest& act) {
  const Context& context = draft.context();
  const DraftRow* row = FindDraft(draft.state(), DraftIdOf(act.name()));
  if (row == nullptr) return DraftNotFound(draft.state(), DraftIdOf(act.name()));
  const DocumentType* type = context.policy.FindDocument(row->type());
  if (type == nullptr) return DraftNotFound(draft.state(), DraftIdOf(act.name()));
  const std::vector<record::v1::RoleGrant> grants =
      GrantsFor(context.directory, caller, row->entity());
  Roles wanted;
  Roles held;
  std::vector<std::string> clauses;
  for (const DocumentType::Approval& group : type->approvals()) {
    for (const std::string& role : group.roles()) {
      wanted.Add(std::string(role));
      const bool has = std::any_of(grants.begin(), grants.end(),
                                   [&](const auto& grant) { return grant.role() == role; });
      if (has) held.Add(std::string(role));
    }
    for (const std::string& clause : group.clauses()) clauses.push_back(clause);
  }
  if (wanted.empty()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_APPROVAL_NEEDED",
                        absl::StrCat(type->title(), " needs nobody's approval; send it"))
        .Build();
  }
  if (held.empty()) {
    BELFRY_RETURN_IF_ERROR(RequireRole(context, grants, wanted,
                                       absl::StrCat("approve the ", type->title()),
                                       absl::StrJoin(clauses, ", ")));
  }
  BELFRY_RETURN_IF_ERROR(CheckRevision(*row, act.revision()));
  BELFRY_RETURN_IF_ERROR(CheckComplete(*type, row->fields()));
  const bool again = std::any_of(
      row->approvals().begin(), row->approvals().end(),
      [&](const auto& approval) { return approval.person() == caller.actor.principal(); });
  if (again) return absl::OkStatus();
  record::v1::Event event = draft.NewEvent();
  record::v1::DocumentApproved* body = event.mutable_document_approved();
  body->set_type(row->type());
  body->set_title(type->title());
  body->set_entity(row->entity());
  body->set_revision(row->revision());
  body->mutable_approval()->set_person(caller.actor.principal());
  *body->mutable_approval()->mutable_roles() = held;
  *body->mutable_approval()->mutable_time() = event.time();
  body->set_author(row->author());
  for (const std::string& clause : clauses) event.add_clauses(clause);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Status DecideDiscardDraft(Draft& draft, const Caller& caller,
                                const v1::DiscardDraftRequest& act) {
  const DraftRow* row = FindDraft(draft.state(), DraftIdOf(act.name()));
  if (row == nullptr) return DraftNotFound(draft.state(), DraftIdOf(act.name()));
  const DocumentType* type = draft.context().policy.FindDocument(row->type());
  if (type == nullptr) return DraftNotFound(draft.state(), DraftIdOf(act.name()));
  BELFRY_RETURN_IF_ERROR(RequireDrafting(draft, caller, *type, row->entity()));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  record::v1::Event event = draft.NewEvent();
  record::v1::DraftDiscarded* body = event.mutable_draft_discarded();
  body->set_type(row->type());
  body->set_title(type->title());
  body->set_entity(row->entity());
  body->set_reason(act.reason());
  AddClauses(*type, event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

}  // namespace belfry::core
