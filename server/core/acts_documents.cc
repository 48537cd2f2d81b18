// Documents the policy asks for, and the notices that duties ask their owners to send.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/claim.h"
#include "server/core/confidentiality.h"
#include "server/core/document_checks.h"
#include "server/core/document_values.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/obligations.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::DocumentType;

// The draft that is to be sent; what it says is not said again.
absl::StatusOr<record::v1::DraftRow> DraftToSend(const record::v1::IncidentState& state,
                                                 const v1::SubmitDocumentRequest& act) {
  if (!act.type().empty() || !act.entity().empty() || !act.fields().empty() ||
      !act.amends().empty()) {
    return InvalidField("draft",
                        "stands in place of type, entity, fields and amends; leave them out");
  }
  const record::v1::DraftRow* row =
      FindDraft(state, act.draft().substr(act.draft().rfind('/') + 1));
  if (row == nullptr) {
    return ErrorBuilder(absl::StatusCode::kNotFound, "DRAFT_NOT_FOUND",
                        absl::StrCat("there is no draft \"", act.draft(), "\" in ", state.id(),
                                     "; `documents ", state.id(), "` lists them"))
        .Build();
  }
  if (act.draft_revision() != 0 && act.draft_revision() != row->revision()) {
    return ErrorBuilder(
               absl::StatusCode::kAborted, "DRAFT_CHANGED",
               absl::StrCat("draft_revision: the draft is at revision ", row->revision(), ", not ",
                            act.draft_revision(), "; somebody changed it. Read it again"))
        .Build();
  }
  return *row;
}

// Does it go to the list, by what it says?
bool Reaches(const DocumentType& type, const Fields& fields) {
  if (!type.has_list_when()) return true;
  google::protobuf::RepeatedPtrField<policy::v1::FieldTest> tests;
  *tests.Add() = type.list_when();
  return FieldsFit(tests, fields);
}

// What the document says of its own label, or the one it was given; empty when neither does.
absl::StatusOr<std::string> LabelOf(const record::v1::IncidentState& state, const Fields& fields,
                                    const std::string& given) {
  BELFRY_ASSIGN_OR_RETURN(std::string label, ReadPartTlp(state, "tlp", given));
  const v1::DocumentField* field = FindField(fields, "tlp");
  const std::string said =
      field == nullptr ? "" : std::string(absl::StripAsciiWhitespace(field->value()));
  BELFRY_ASSIGN_OR_RETURN(const std::string own, ReadPartTlp(state, "tlp", said));
  return label.empty() ? own : label;
}

// From an incident for named readers nothing goes to a list that is not labelled for others.
absl::Status CheckList(const record::v1::IncidentState& state, absl::string_view label,
                       bool to_list) {
  if (!to_list || !IsClosed(state) || (!label.empty() && label != kRestrictedTlp)) {
    return absl::OkStatus();
  }
  return InvalidField("tlp", absl::StrCat(state.id(), " is ", state.tlp(),
                                          ", which goes to no list; give the label of what the "
                                          "list may read, for example TLP:AMBER"));
}

// Fields that predicates may ask about: those with enumerated values.
Fields IndexedFields(const DocumentType& type, const Fields& fields) {
  Fields indexed;
  for (const v1::DocumentField& field : fields) {
    for (const DocumentType::Field& known : type.fields()) {
      // "member" names the person whose standing duty the document answers.
      const bool asked = !known.values().empty() || known.name() == "member";
      if (known.name() == field.name() && asked) *indexed.Add() = field;
    }
  }
  return indexed;
}

// Did the predicate hold by then?
bool HeldBy(const policy::v1::Predicate& predicate, const Subject& about, absl::Time time) {
  const std::optional<absl::Time> since = Since(predicate, about);
  return since.has_value() && *since <= time;
}

// The flag of who sends in place of those who owe it; empty when they do it themselves.
std::string FlagFor(const PolicyIndex& policy, const DocumentType& type,
                    const std::vector<record::v1::RoleGrant>& grants) {
  const policy::v1::Permission* permission = policy.FindPermission(type.act());
  if (permission == nullptr || type.on_behalf().empty()) return "";
  Roles own;
  for (const std::string& role : permission->roles()) {
    const bool instead =
        std::any_of(type.on_behalf().begin(), type.on_behalf().end(),
                    [&](const policy::v1::OnBehalf& one) { return one.role() == role; });
    if (!instead) own.Add(std::string(role));
  }
  if (Includes(grants, own)) return "";
  for (const policy::v1::OnBehalf& one : type.on_behalf()) {
    Roles role;
    role.Add(std::string(one.role()));
    if (Includes(grants, role)) return one.flag();
  }
  return "";
}

// The answer of an agency to its case stands in the case.
void RecordCaseAnswer(Draft& draft, const DocumentType& type, const std::string& entity,
                      const Fields& fields) {
  const v1::DocumentField* text = FindField(fields, type.case_answer_field());
  if (text == nullptr) return;
  for (const v1::NonComplianceCase& one : draft.state().cases()) {
    if (one.entity() != entity || one.state() == v1::NonComplianceCase::STATE_CLOSED) continue;
    v1::NonComplianceCase changed = one;
    changed.set_answer(text->value());
    record::v1::Event event = draft.NewEvent();
    *event.mutable_case_changed()->mutable_changed() = std::move(changed);
    for (const std::string& clause : type.clauses()) event.add_clauses(clause);
    draft.Record(std::move(event));
    return;
  }
}

// Network administrators of every member of the network: a list, not parties to the incident.
std::vector<std::string> OnTheList(const Context& context, const Roles& roles) {
  std::vector<std::string> people;
  for (const v1::Entity& entity : context.directory.proto().entities()) {
    if (!entity.network_member()) continue;
    for (const std::string& role : roles) {
      for (const v1::Person* person : context.directory.HoldersOf(role, entity.name())) {
        if (std::find(people.begin(), people.end(), person->name()) == people.end()) {
          people.push_back(person->name());
        }
      }
    }
  }
  return people;
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
                            const v1::SubmitDocumentRequest& request) {
  const Context& context = draft.context();
  v1::SubmitDocumentRequest act = request;
  google::protobuf::RepeatedPtrField<v1::DocumentApproval> approvals;
  if (!request.draft().empty()) {
    BELFRY_ASSIGN_OR_RETURN(const record::v1::DraftRow row, DraftToSend(draft.state(), request));
    act.set_type(row.type());
    act.set_entity(row.entity());
    *act.mutable_fields() = row.fields();
    if (row.amends() > 0) act.set_amends(DocumentName(draft.state(), row.amends()));
    approvals = row.approvals();
  }
  BELFRY_ASSIGN_OR_RETURN(const DocumentType* type, FindDocumentType(context.policy, act.type()));
  BELFRY_ASSIGN_OR_RETURN(const std::string entity,
                          DocumentEntity(draft.state(), caller, act.entity()));
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), type->act(), entity));
  BELFRY_RETURN_IF_ERROR(CheckFields(draft.state(), *type, act.fields()));
  BELFRY_RETURN_IF_ERROR(CheckComplete(*type, act.fields()));
  const bool to_list = !type->list_roles().empty() && Reaches(*type, act.fields());
  BELFRY_ASSIGN_OR_RETURN(std::string label, LabelOf(draft.state(), act.fields(), act.tlp()));
  BELFRY_RETURN_IF_ERROR(CheckList(draft.state(), label, to_list));
  const absl::Time happened = act.has_event_time() ? FromProto(act.event_time()) : context.now;
  if (happened > context.now + kFutureTolerance) {
    return InvalidField("event_time", "is in the future; leave it out for now");
  }
  const std::vector<record::v1::RoleGrant> grants = GrantsFor(context.directory, caller, entity);
  BELFRY_RETURN_IF_ERROR(RequireGuards(draft, type->guards(),
                                       absl::StrCat("accept the ", type->title()), act.fields(),
                                       entity, grants));
  BELFRY_RETURN_IF_ERROR(CheckApproved(context.policy, draft.state(), *type, entity,
                                       MissingApprovals(*type, approvals, grants)));
  int64_t amends = 0;
  if (!act.amends().empty()) {
    BELFRY_ASSIGN_OR_RETURN(amends, ParseDocumentName("amends", draft.state(), act.amends()));
    BELFRY_RETURN_IF_ERROR(CheckAmends(draft.state(), *type, entity, amends));
  }
  BELFRY_RETURN_IF_ERROR(CheckClaimStep(draft, *type, act.fields()));

  record::v1::Event event = draft.NewEvent();
  record::v1::DocumentSubmitted* body = event.mutable_document_submitted();
  body->set_type(type->code());
  body->set_title(type->title());
  body->set_entity(entity);
  *body->mutable_fields() = act.fields();
  *body->mutable_indexed_fields() = IndexedFields(*type, act.fields());
  *body->mutable_event_time() = ToProto(std::min(happened, context.now));
  body->set_order_deviation(type->has_order() && !HeldBy(type->order(), draft.About(""), happened));
  body->set_flag(FlagFor(context.policy, *type, grants));
  body->set_tlp(std::move(label));
  *body->mutable_recipient_roles() = type->recipient_roles();
  for (std::string& person :
       PeopleHolding(context, draft.state(), type->recipient_roles(), entity)) {
    body->add_recipient_people(std::move(person));
  }
  if (to_list) {
    for (std::string& person : OnTheList(context, type->list_roles())) {
      body->add_list_people(std::move(person));
    }
  }
  body->set_amends(amends);
  body->set_from_draft(!request.draft().empty());
  *body->mutable_approvals() = approvals;
  body->set_number(1 + static_cast<int>(std::count_if(
                           draft.state().documents().begin(), draft.state().documents().end(),
                           [&](const record::v1::DocumentRow& row) {
                             return row.type() == type->code() && row.entity() == entity;
                           })));
  body->set_content(DocumentContent(
      context, draft.state(),
      {.type = *type,
       .entity = entity,
       .author = caller.actor.principal(),
       .fields = act.fields(),
       .recipients = {body->recipient_people().begin(), body->recipient_people().end()},
       .approvals = approvals,
       .number = body->number(),
       .name = absl::StrCat(draft.state().id(), "/documents/", event.version()),
       .amends = amends == 0 ? "" : absl::StrCat(draft.state().id(), "/documents/", amends),
       .flag = body->flag(),
       .tlp = body->tlp(),
       .event_time =
           act.has_event_time() ? std::min(happened, context.now) : absl::InfinitePast()}));
  for (const std::string& clause : type->clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  RecordCaseAnswer(draft, *type, entity, act.fields());
  SatisfyByDocument(draft, record::v1::DocumentRow(*draft.state().documents().rbegin()));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideNotice(Draft& draft, const Caller& caller,
                          const v1::SendObligationNoticeRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckText("text", act.text(), kNoticeCharactersMax));
  const record::v1::ObligationRow* found = FindByName(draft.state(), act.obligation());
  if (found == nullptr ||
      !View(context.policy, context.directory, caller, draft.state()).Shows(*found)) {
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

  const DocumentType* const type = context.policy.FindDocument(way->document());
  if (type != nullptr) {
    BELFRY_RETURN_IF_ERROR(CheckFields(draft.state(), *type, act.fields()));
    BELFRY_RETURN_IF_ERROR(CheckComplete(*type, act.fields()));
  } else if (!act.fields().empty()) {
    return InvalidField("fields", absl::StrCat(row.instance(), " takes none; use text"));
  }
  BELFRY_RETURN_IF_ERROR(LabelOf(draft.state(), act.fields(), "").status());

  record::v1::Event event = draft.NewEvent();
  record::v1::NoticeSent* body = event.mutable_notice_sent();
  body->set_obligation(row.instance());
  const NoticeText text =
      TextFor(context, draft.state(), way->template_(),
              NoticeFacts{.obligation = &row, .rule = rule, .actor = caller.actor.principal()});
  body->set_title(text.title);
  *body->mutable_fields() = act.fields();
  std::string full = text.text;
  for (const v1::DocumentField& field : act.fields()) {
    absl::StrAppend(&full, "\n", field.name(), ": ", field.value());
  }
  if (!act.text().empty()) absl::StrAppend(&full, "\n\n", act.text());
  body->set_text(std::move(full));
  for (const std::string& role : way->roles()) {
    google::protobuf::RepeatedPtrField<std::string> one;
    one.Add(std::string(role));
    const std::vector<std::string> holders = PeopleHolding(context, draft.state(), one, scope);
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
  if (type != nullptr) {
    std::vector<std::string> people;
    for (const record::v1::TrackedNotice& one : body->recipients()) people.push_back(one.person());
    body->set_document(type->code());
    body->set_entity(scope);
    body->set_content(DocumentContent(
        context, draft.state(),
        {.type = *type,
         .entity = scope,
         .author = caller.actor.principal(),
         .fields = act.fields(),
         .recipients = std::move(people),
         .name = absl::StrCat(draft.state().id(), "/documents/", event.version())}));
  }
  for (const std::string& clause : rule->clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
