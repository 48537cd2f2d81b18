#include "server/frontend/document_service.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "belfry/v1/delivery.pb.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/document_checks.h"
#include "server/core/document_values.h"
#include "server/core/sight.h"
#include "server/engine/delivery_work.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/mutation.h"
#include "server/paper/render.h"

namespace belfry::frontend {
namespace {

using policy::v1::DocumentType;
using record::v1::IncidentState;

constexpr int kDeliveriesRead = 2'000;

absl::Status DocumentNotFound(absl::string_view name) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND",
                      absl::StrCat("there is no document ", name,
                                   "; ListDocuments lists those of an incident"))
      .Build();
}

// "incidents/X/documents/41" in two: the incident's name and the rest.
absl::StatusOr<std::pair<std::string, std::string>> SplitName(absl::string_view name,
                                                              absl::string_view collection) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() == 4 && parts[0] == "incidents" && parts[2] == collection && !parts[3].empty()) {
    return std::make_pair(absl::StrCat("incidents/", parts[1]), parts[3]);
  }
  return InvalidField("name",
                      absl::StrCat("must be a name such as incidents/DOP-2026-0007/", collection,
                                   collection == "drafts" ? "/FOLLOWUP.dop" : "/41"));
}

struct Rendered {
  std::string media_type;
  std::string content;
  const char* extension;
};

absl::StatusOr<Rendered> Render(v1::DocumentFormat format, const std::string& content,
                                const paper::Page& page) {
  switch (format) {
    case v1::DOCUMENT_FORMAT_HTML: {
      BELFRY_ASSIGN_OR_RETURN(std::string html, paper::RenderHtml(content, page));
      return Rendered{"text/html; charset=utf-8", std::move(html), "html"};
    }
    case v1::DOCUMENT_FORMAT_PDF: {
      BELFRY_ASSIGN_OR_RETURN(std::string pdf, paper::RenderPdf(content, page));
      return Rendered{"application/pdf", std::move(pdf), "pdf"};
    }
    case v1::DOCUMENT_FORMAT_UNSPECIFIED:
    case v1::DOCUMENT_FORMAT_TEXT: {
      BELFRY_ASSIGN_OR_RETURN(std::string text, paper::RenderText(content, page));
      return Rendered{"text/plain; charset=utf-8", std::move(text), "txt"};
    }
    default:
      return InvalidField("format", "is one of TEXT, HTML and PDF");
  }
}

std::string SenderOf(const core::Directory& directory, const std::string& principal) {
  const v1::Person* person = directory.FindPerson(principal);
  return person == nullptr || person->display_name().empty() ? principal : person->display_name();
}

// What fills a field: what is given, what the amended document says, what the record says.
void FillIn(const core::Context& context, const IncidentState& state, core::DocumentFacts& facts,
            const core::Fields& amended, v1::PreviewDocumentResponse& response) {
  core::Fields filled;
  for (const DocumentType::Field& known : facts.type.fields()) {
    const v1::DocumentField* given = core::FindField(facts.fields, known.name());
    const v1::DocumentField* before = core::FindField(amended, known.name());
    std::string value = given != nullptr ? given->value() : "";
    if (given == nullptr) {
      value = before != nullptr ? before->value() : core::Prefilled(context, state, facts, known);
      if (!value.empty()) response.add_prefilled(known.name());
    }
    if (value.empty()) continue;
    v1::DocumentField* field = filled.Add();
    field->set_name(known.name());
    field->set_value(std::move(value));
  }
  facts.fields = std::move(filled);
}

void SayMissing(const core::Context& context, const core::DocumentFacts& facts,
                const std::vector<record::v1::RoleGrant>& grants,
                const google::protobuf::RepeatedPtrField<v1::DocumentApproval>& approvals,
                v1::PreviewDocumentResponse& response) {
  for (const DocumentType::Field* field : core::MissingFields(facts.type, facts.fields)) {
    v1::MissingPart* missing = response.add_missing();
    missing->set_field(field->name());
    missing->set_label(field->label());
    for (const std::string& clause : core::ClausesOf(facts.type, *field)) {
      missing->add_clauses(clause);
    }
  }
  for (const auto* group : core::MissingApprovals(facts.type, approvals, grants)) {
    response.add_approvals_needed(core::RoleList(context.policy, group->roles()));
  }
}

// The event of a document that the caller may see.
absl::StatusOr<record::v1::Event> ReadDocument(storage::Store& store, const core::View& view,
                                               const std::string& id, int64_t version,
                                               absl::string_view name) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::EventRow> rows,
                          store.ListEvents(id, version - 1, 1));
  record::v1::Event event;
  if (rows.empty() || rows[0].version != version) return DocumentNotFound(name);
  if (!event.ParseFromString(rows[0].blob)) {
    return absl::DataLossError(absl::StrCat("event ", version, " of ", id, " cannot be read"));
  }
  const bool document = event.has_document_submitted() || event.has_notice_sent();
  if (!document || !view.Shows(event)) return DocumentNotFound(name);
  return event;
}

// Where the notices of the event went.
absl::Status AddDeliveries(storage::Store& store, const core::View& view, const std::string& id,
                           int64_t version, v1::RenderDocumentResponse& response) {
  int64_t before = 0;
  for (int read = 0; read < kDeliveriesRead;) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::DeliveryRow> rows,
                            store.ListDeliveries(id, std::nullopt, before, 200));
    for (const storage::DeliveryRow& row : rows) {
      before = row.sequence;
      const v1::Delivery delivery = engine::ToDelivery(row);
      if (delivery.notice().event_version() != version ||
          !view.ShowsDeliveryTo(delivery.target())) {
        continue;
      }
      v1::DocumentDelivery* shown = response.add_deliveries();
      shown->set_name(delivery.name());
      shown->set_target(delivery.target());
      shown->set_state(
          std::string(absl::StripPrefix(v1::Delivery::State_Name(delivery.state()), "STATE_")));
      shown->set_message(delivery.message().id());
    }
    if (rows.size() < 200) break;
    read += static_cast<int>(rows.size());
  }
  std::reverse(response.mutable_deliveries()->begin(), response.mutable_deliveries()->end());
  return absl::OkStatus();
}

v1::DocumentDraft ToDraft(const core::PolicyIndex& policy, const IncidentState& state,
                          const record::v1::DraftRow& row) {
  v1::DocumentDraft draft;
  draft.set_name(
      absl::StrCat("incidents/", state.id(), "/drafts/", core::DraftId(row.type(), row.entity())));
  draft.set_type(row.type());
  draft.set_entity(row.entity());
  draft.set_author(row.author());
  *draft.mutable_fields() = row.fields();
  draft.set_revision(row.revision());
  *draft.mutable_update_time() = row.time();
  *draft.mutable_approvals() = row.approvals();
  if (row.amends() > 0) draft.set_amends(core::DocumentName(state, row.amends()));
  const DocumentType* type = policy.FindDocument(row.type());
  if (type == nullptr) return draft;
  draft.set_title(type->title());
  for (const DocumentType::Field* field : core::MissingFields(*type, row.fields())) {
    draft.add_missing(field->name());
  }
  for (const auto* group : core::MissingApprovals(*type, row.approvals(), {})) {
    draft.add_approvals_needed(core::RoleList(policy, group->roles()));
  }
  return draft;
}

// A draft is for those who see all of the incident.
bool ShowsDrafts(const core::View& view) { return view.sight() == core::Sight::kAll; }

template <typename Request, typename Response>
void ChangeDraft(CallPtr call, const Request* request, Response* response, const std::string& name,
                 std::function<std::string(const engine::Outcome&)> which) {
  Mutate<Request, Response>(
      std::move(call), request, response, "name", name,
      [which = std::move(which), held = call](const core::View& view,
                                              const engine::Outcome& outcome, Response& answer) {
        const record::v1::DraftRow* row = core::FindDraft(*outcome.state, which(outcome));
        if (row == nullptr || !ShowsDrafts(view)) return;
        *answer.mutable_draft() =
            ToDraft(held->engine().PolicyOf(*outcome.state), *outcome.state, *row);
      });
}

absl::Status RenderSent(const Call& call, storage::Store& store, const core::View& view,
                        const IncidentState& state, int64_t version,
                        const v1::RenderDocumentRequest& request,
                        v1::RenderDocumentResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const record::v1::Event event,
                          ReadDocument(store, view, state.id(), version, request.name()));
  const bool submitted = event.has_document_submitted();
  const std::string& content =
      submitted ? event.document_submitted().content() : event.notice_sent().content();
  if (content.empty()) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "DOCUMENT_WITHOUT_TEXT",
               absl::StrCat(request.name(),
                            " has no text of its own: it was recorded before documents had "
                            "one, or its contents were expunged. Its timeline entry says "
                            "what is left"))
        .Build();
  }
  const std::string type =
      submitted ? event.document_submitted().type() : event.notice_sent().document();
  paper::Page page;
  page.title = submitted ? event.document_submitted().title() : event.notice_sent().title();
  page.number = absl::StrCat(state.id(), "/documents/", version);
  page.tlp = submitted && !event.document_submitted().tlp().empty()
                 ? event.document_submitted().tlp()
                 : state.tlp();
  page.sender = SenderOf(*call.engine().directory(), event.actor().principal());
  page.time = FromProto(event.time());
  const std::string digest = Sha256(content);
  page.content_sha256 = Sha256Hex(content);
  BELFRY_ASSIGN_OR_RETURN(Rendered rendered, Render(request.format(), content, page));

  v1::SubmittedDocument* document = response.mutable_document();
  if (const record::v1::DocumentRow* row = core::FindDocumentRow(state, version); row != nullptr) {
    *document = core::ToSubmittedDocument(state, *row);
  } else {
    document->set_name(core::DocumentName(state, version));
    document->set_type(type);
    document->set_author(event.actor().principal());
    *document->mutable_time() = event.time();
    document->set_event_version(version);
  }
  *response.mutable_fields() =
      submitted ? event.document_submitted().fields() : event.notice_sent().fields();
  response.set_media_type(std::move(rendered.media_type));
  response.set_file_name(
      absl::StrCat(state.id(), "-", type, "-", version, ".", rendered.extension));
  response.set_recorded_sha256(digest);
  response.set_sha256(Sha256(rendered.content));
  response.set_content(std::move(rendered.content));
  return AddDeliveries(store, view, state.id(), version, response);
}

absl::Status RenderDraft(const Call& call, const core::View& view, const IncidentState& state,
                         const std::string& draft, const v1::RenderDocumentRequest& request,
                         v1::RenderDocumentResponse& response) {
  const record::v1::DraftRow* row = core::FindDraft(state, draft);
  const core::PolicyIndex& policy = call.engine().PolicyOf(state);
  const DocumentType* type = row == nullptr ? nullptr : policy.FindDocument(row->type());
  if (type == nullptr || !ShowsDrafts(view)) return DocumentNotFound(request.name());
  const auto directory = call.engine().directory();
  const core::Context context{policy, *directory, call.engine().Now()};
  core::DocumentFacts facts{*type, row->entity(), row->author()};
  facts.fields = row->fields();
  facts.approvals = row->approvals();
  if (row->amends() > 0) facts.amends = core::DocumentName(state, row->amends());
  paper::Page page;
  page.title = type->title();
  page.number = "DRAFT";
  page.tlp = state.tlp();
  page.sender = SenderOf(*directory, row->author());
  page.draft = true;
  page.time = FromProto(row->time());
  BELFRY_ASSIGN_OR_RETURN(
      Rendered rendered,
      Render(request.format(), core::DocumentContent(context, state, facts), page));
  *response.mutable_fields() = row->fields();
  response.set_media_type(std::move(rendered.media_type));
  response.set_file_name(absl::StrCat(state.id(), "-", row->type(), "-draft.", rendered.extension));
  response.set_sha256(Sha256(rendered.content));
  response.set_content(std::move(rendered.content));
  return absl::OkStatus();
}

absl::Status Preview(const Call& call, storage::Store& store, const IncidentState& state,
                     const v1::PreviewDocumentRequest& request,
                     v1::PreviewDocumentResponse& response) {
  const core::PolicyIndex& policy = call.engine().PolicyOf(state);
  const auto directory = call.engine().directory();
  const core::Context context{policy, *directory, call.engine().Now()};
  const core::Caller& caller = call.identity().caller;
  const core::View view(policy, *directory, caller, state);
  BELFRY_ASSIGN_OR_RETURN(const DocumentType* type, core::FindDocumentType(policy, request.type()));
  BELFRY_ASSIGN_OR_RETURN(std::string entity,
                          core::DocumentEntity(state, caller, request.entity()));
  BELFRY_RETURN_IF_ERROR(core::CheckFields(state, *type, request.fields()));
  core::DocumentFacts facts{*type, entity, caller.actor.principal()};
  facts.fields = request.fields();
  core::Fields amended;
  if (!request.amends().empty()) {
    BELFRY_ASSIGN_OR_RETURN(const int64_t version,
                            core::ParseDocumentName("amends", state, request.amends()));
    BELFRY_RETURN_IF_ERROR(core::CheckAmends(state, *type, entity, version));
    BELFRY_ASSIGN_OR_RETURN(const record::v1::Event event,
                            ReadDocument(store, view, state.id(), version, request.amends()));
    amended = event.document_submitted().fields();
    facts.amends = request.amends();
  }
  // Who sees only their own parts is told nothing of the others'.
  if (view.sight() == core::Sight::kAll) {
    FillIn(context, state, facts, amended, response);
  }
  *response.mutable_fields() = facts.fields;
  const record::v1::DraftRow* draft = core::FindDraft(state, core::DraftId(type->code(), entity));
  google::protobuf::RepeatedPtrField<v1::DocumentApproval> approvals;
  if (draft != nullptr) approvals = draft->approvals();
  SayMissing(context, facts, core::GrantsFor(*directory, caller, entity), approvals, response);
  if (request.format() == v1::DOCUMENT_FORMAT_UNSPECIFIED || view.sight() != core::Sight::kAll) {
    return absl::OkStatus();
  }
  paper::Page page;
  page.title = type->title();
  page.number = "DRAFT";
  page.tlp = state.tlp();
  page.sender = SenderOf(*directory, caller.actor.principal());
  page.draft = true;
  page.time = call.engine().Now();
  BELFRY_ASSIGN_OR_RETURN(
      Rendered rendered,
      Render(request.format(), core::DocumentContent(context, state, facts), page));
  response.set_media_type(std::move(rendered.media_type));
  response.set_content(std::move(rendered.content));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* DocumentServiceImpl::PreviewDocument(
    grpc::CallbackServerContext* context, const v1::PreviewDocumentRequest* request,
    v1::PreviewDocumentResponse* response) {
  return RunCall(services_, context, "PreviewDocument", [&](CallPtr call) {
    WithIncident(std::move(call), "name", request->name(),
                 [request, response](CallPtr found, const std::string&, StatePtr state) {
                   ReadLater(found, [found, request, response,
                                     state = std::move(state)](storage::Store& store) {
                     NoteReading(found->engine(), found->identity().caller, *state, "documents");
                     return Preview(*found, store, *state, *request, *response);
                   });
                 });
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::DraftDocument(
    grpc::CallbackServerContext* context, const v1::DraftDocumentRequest* request,
    v1::DraftDocumentResponse* response) {
  return RunCall(services_, context, "DraftDocument", [&](CallPtr call) {
    const CallPtr held = call;
    ChangeDraft(std::move(call), request, response, request->name(),
                [held, request](const engine::Outcome& outcome) -> std::string {
                  const auto& policy = held->engine().PolicyOf(*outcome.state);
                  const auto type = core::FindDocumentType(policy, request->type());
                  const auto entity = core::DocumentEntity(*outcome.state, held->identity().caller,
                                                           request->entity());
                  if (!type.ok() || !entity.ok()) return "";
                  return core::DraftId((*type)->code(), *entity);
                });
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::ApproveDocument(
    grpc::CallbackServerContext* context, const v1::ApproveDocumentRequest* request,
    v1::ApproveDocumentResponse* response) {
  return RunCall(services_, context, "ApproveDocument", [&](CallPtr call) {
    const auto name = SplitName(request->name(), "drafts");
    if (!name.ok()) {
      call->Finish(name.status());
      return;
    }
    ChangeDraft(std::move(call), request, response, name->first,
                [draft = name->second](const engine::Outcome&) { return draft; });
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::DiscardDraft(grpc::CallbackServerContext* context,
                                                            const v1::DiscardDraftRequest* request,
                                                            v1::DiscardDraftResponse* response) {
  return RunCall(services_, context, "DiscardDraft", [&](CallPtr call) {
    const auto name = SplitName(request->name(), "drafts");
    if (!name.ok()) {
      call->Finish(name.status());
      return;
    }
    Mutate<v1::DiscardDraftRequest, v1::DiscardDraftResponse>(
        std::move(call), request, response, "name", name->first,
        [](const core::View& view, const engine::Outcome&, v1::DiscardDraftResponse& answer) {
          *answer.mutable_incident() = view.Incident();
        });
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::ListDocuments(
    grpc::CallbackServerContext* context, const v1::ListDocumentsRequest* request,
    v1::ListDocumentsResponse* response) {
  return RunCall(services_, context, "ListDocuments", [&](CallPtr call) {
    WithIncident(
        std::move(call), "name", request->name(),
        [response](CallPtr found, const std::string&, StatePtr state) {
          const auto directory = found->engine().directory();
          const core::View view = ViewOf(*found, *directory, *state);
          const v1::Incident seen = view.Incident();
          for (const v1::SubmittedDocument& document : seen.documents()) {
            *response->add_documents() = document;
          }
          if (view.sight() == core::Sight::kAll) {
            for (const record::v1::DocumentRow& row : state->notice_documents()) {
              *response->add_documents() = core::ToSubmittedDocument(*state, row);
            }
            std::sort(
                response->mutable_documents()->begin(), response->mutable_documents()->end(),
                [](const auto& a, const auto& b) { return a.event_version() < b.event_version(); });
          }
          if (ShowsDrafts(view)) {
            for (const record::v1::DraftRow& row : state->drafts()) {
              *response->add_drafts() = ToDraft(found->engine().PolicyOf(*state), *state, row);
            }
          }
          NoteReading(found->engine(), found->identity().caller, *state, "documents");
          found->Finish(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::RenderDocument(
    grpc::CallbackServerContext* context, const v1::RenderDocumentRequest* request,
    v1::RenderDocumentResponse* response) {
  return RunCall(services_, context, "RenderDocument", [&](CallPtr call) {
    const bool is_draft = absl::StrContains(request->name(), "/drafts/");
    const auto name = SplitName(request->name(), is_draft ? "drafts" : "documents");
    if (!name.ok()) {
      call->Finish(name.status());
      return;
    }
    WithIncident(
        std::move(call), "name", name->first,
        [request, response, is_draft, part = name->second](CallPtr found, const std::string&,
                                                           StatePtr state) {
          ReadLater(found,
                    [found, request, response, is_draft, part,
                     state = std::move(state)](storage::Store& store) -> absl::Status {
                      const auto directory = found->engine().directory();
                      const core::View view = ViewOf(*found, *directory, *state);
                      NoteReading(found->engine(), found->identity().caller, *state, "documents");
                      if (is_draft)
                        return RenderDraft(*found, view, *state, part, *request, *response);
                      BELFRY_ASSIGN_OR_RETURN(
                          const int64_t version,
                          core::ParseDocumentName(
                              "name", *state,
                              absl::StrCat("incidents/", state->id(), "/documents/", part)));
                      return RenderSent(*found, store, view, *state, version, *request, *response);
                    });
        });
  });
}

}  // namespace belfry::frontend
