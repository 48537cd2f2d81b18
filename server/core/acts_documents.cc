// Documents the policy asks for, and the notices that duties ask their owners to send.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/obligations.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::DocumentType;

const v1::DocumentField* FindField(const v1::SubmitDocumentRequest& act, absl::string_view name) {
  for (const v1::DocumentField& field : act.fields()) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

absl::Status CheckFields(const DocumentType& type, const v1::SubmitDocumentRequest& act) {
  for (int i = 0; i < act.fields_size(); ++i) {
    const v1::DocumentField& field = act.fields(i);
    const auto known =
        std::find_if(type.fields().begin(), type.fields().end(),
                     [&](const DocumentType::Field& f) { return f.name() == field.name(); });
    if (known == type.fields().end()) {
      std::vector<std::string> names;
      for (const DocumentType::Field& f : type.fields()) names.push_back(f.name());
      return InvalidField(absl::StrCat("fields[", i, "].name"),
                          absl::StrCat(type.title(), " has no field \"", field.name(),
                                       "\"; it has ", absl::StrJoin(names, ", ")));
    }
    const size_t max = known->characters_max() > 0 ? static_cast<size_t>(known->characters_max())
                                                   : kTextCharactersMax;
    BELFRY_RETURN_IF_ERROR(CheckText(field.name(), field.value(), max));
  }
  return absl::OkStatus();
}

// Names every missing part and its clause: a document with a required part missing is not sent.
absl::Status CheckComplete(const DocumentType& type, const v1::SubmitDocumentRequest& act) {
  std::vector<std::string> missing;
  ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "DOCUMENT_INCOMPLETE", "");
  for (const DocumentType::Field& field : type.fields()) {
    const v1::DocumentField* given = FindField(act, field.name());
    if (!field.required() ||
        (given != nullptr && !absl::StripAsciiWhitespace(given->value()).empty())) {
      continue;
    }
    const std::string clauses =
        absl::StrJoin(field.clauses().empty() ? type.clauses() : field.clauses(), ", ");
    missing.push_back(
        absl::StrCat(field.name(), " (", field.label(), clauses.empty() ? "" : "; ", clauses, ")"));
    error.Violation(clauses, field.name(), absl::StrCat(field.label(), " is missing"));
  }
  if (missing.empty()) return absl::OkStatus();
  return error
      .Message(absl::StrCat(type.title(), " lacks ", absl::StrJoin(missing, ", "),
                            "; give each as name:\"text\""))
      .Build();
}

// "DAILY-STATUS#2" and "daily-status" both name the open instance.
const record::v1::ObligationRow* FindByName(const record::v1::IncidentState& state,
                                            absl::string_view name) {
  for (const auto& row : state.obligations()) {
    if (IsOpen(row) && absl::EqualsIgnoreCase(row.instance(), name)) return &row;
  }
  for (const auto& row : state.obligations()) {
    if (IsOpen(row) && absl::EqualsIgnoreCase(row.code(), name)) return &row;
  }
  return nullptr;
}

}  // namespace

absl::Status DecideDocument(Draft& draft, const Caller& caller,
                            const v1::SubmitDocumentRequest& act) {
  const Context& context = draft.context();
  const DocumentType* type = context.policy.FindDocument(act.type());
  if (type == nullptr) {
    std::vector<std::string> codes;
    for (const DocumentType& known : context.policy.proto().documents()) {
      codes.push_back(known.code());
    }
    return InvalidField("type", absl::StrCat("there is no document \"", act.type(),
                                             "\"; it is one of ", absl::StrJoin(codes, ", ")));
  }
  std::string entity = act.entity();
  if (entity.empty()) {
    entity =
        FindPart(draft.state(), caller.entity) != nullptr ? caller.entity : draft.state().entity();
  }
  if (FindPart(draft.state(), entity) == nullptr) {
    return InvalidField("entity", absl::StrCat(entity, " has no part in ", draft.state().id()));
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), type->act(), entity));
  BELFRY_RETURN_IF_ERROR(CheckFields(*type, act));
  BELFRY_RETURN_IF_ERROR(CheckComplete(*type, act));

  record::v1::Event event = draft.NewEvent();
  record::v1::DocumentSubmitted* body = event.mutable_document_submitted();
  body->set_type(type->code());
  body->set_title(type->title());
  body->set_entity(entity);
  *body->mutable_fields() = act.fields();
  for (std::string& person : PeopleHolding(context.directory, type->recipient_roles(), entity)) {
    body->add_recipient_people(std::move(person));
  }
  for (const std::string& clause : type->clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  SatisfyByDocument(draft, type->code(), entity);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideNotice(Draft& draft, const Caller& caller,
                          const v1::SendObligationNoticeRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckText("text", act.text(), kNoticeCharactersMax));
  const record::v1::ObligationRow* found = FindByName(draft.state(), act.obligation());
  if (found == nullptr) {
    return InvalidField("obligation",
                        absl::StrCat("there is no open duty \"", act.obligation(), "\" in ",
                                     draft.state().id(), "; `duties` lists them"));
  }
  const record::v1::ObligationRow row = *found;
  const policy::v1::Obligation* rule = context.policy.FindObligation(row.code());
  const policy::v1::Satisfaction::NoticeDelivered* way = nullptr;
  for (const auto& satisfaction : rule->satisfied_by()) {
    if (satisfaction.has_notice_delivered()) way = &satisfaction.notice_delivered();
  }
  if (way == nullptr) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_A_NOTICE",
                        absl::StrCat(row.instance(), " is not satisfied by a notice: ",
                                     Remedy(draft.state(), rule->remedy())))
        .Build();
  }
  const std::string scope(ScopeOf(draft.state(), row));
  const auto& senders = way->sender_roles().empty() ? rule->owner_roles() : way->sender_roles();
  // The sender must hold the role where the duty lies, not just anywhere in the incident.
  std::vector<record::v1::RoleGrant> grants;
  for (const v1::RoleAssignment* held : context.directory.AssignmentsOf(caller.actor.principal())) {
    const v1::Entity* entity = context.directory.FindEntity(scope);
    if (held->scope().empty() || held->scope() == scope ||
        (entity != nullptr && entity->secretariat() == held->scope())) {
      record::v1::RoleGrant grant;
      grant.set_role(held->role());
      grant.set_scope(held->scope());
      grants.push_back(std::move(grant));
    }
  }
  BELFRY_RETURN_IF_ERROR(
      RequireRole(context, grants, senders, row.instance(), absl::StrJoin(rule->clauses(), ", ")));

  record::v1::Event event = draft.NewEvent();
  record::v1::NoticeSent* body = event.mutable_notice_sent();
  body->set_obligation(row.instance());
  const NoticeText text =
      TextFor(context, draft.state(), way->template_(),
              NoticeFacts{.obligation = &row, .rule = rule, .actor = caller.actor.principal()});
  body->set_title(text.title);
  body->set_text(act.text().empty() ? text.text : absl::StrCat(text.text, "\n\n", act.text()));
  for (const std::string& role : way->roles()) {
    google::protobuf::RepeatedPtrField<std::string> one;
    one.Add(std::string(role));
    const std::vector<std::string> holders = PeopleHolding(context.directory, one, scope);
    if (holders.empty()) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOBODY_HOLDS_ROLE",
                          absl::StrCat("nobody holds ", RoleList(context.policy, one),
                                       "; the directory must name somebody"))
          .Build();
    }
    for (const std::string& person : holders) {
      record::v1::TrackedNotice* recipient = body->add_recipients();
      recipient->set_obligation(row.instance());
      recipient->set_person(person);
      recipient->set_role(role);
    }
  }
  for (const std::string& clause : rule->clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
