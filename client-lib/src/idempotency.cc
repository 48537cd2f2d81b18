#include "client-lib/src/idempotency.h"

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace belfry::client {
namespace {

enum class Kind {
  kRead,   // changes nothing
  kKeyed,  // idempotent when it carries a request id
  kPut,    // says how things shall be; twice is once
  kOnce,   // a second one is a second act
};

struct Row {
  absl::string_view request;
  Kind kind;
};

constexpr Row kRows[] = {
    {"CreateIncidentRequest", Kind::kKeyed},
    {"GetIncidentRequest", Kind::kRead},
    {"ListIncidentsRequest", Kind::kRead},
    {"UpdateIncidentRequest", Kind::kKeyed},
    {"TransitionIncidentRequest", Kind::kKeyed},
    {"AcknowledgeIncidentRequest", Kind::kKeyed},
    {"EscalateIncidentRequest", Kind::kKeyed},
    {"ChangeSeverityRequest", Kind::kKeyed},
    {"RecordFactsRequest", Kind::kKeyed},
    {"AssignCategoriesRequest", Kind::kKeyed},
    {"AddEntityRequest", Kind::kKeyed},
    {"AddNoteRequest", Kind::kKeyed},
    {"LinkTicketRequest", Kind::kKeyed},
    {"SubmitDocumentRequest", Kind::kKeyed},
    {"SendObligationNoticeRequest", Kind::kKeyed},
    {"RecordDecisionRequest", Kind::kKeyed},
    {"WaiveObligationRequest", Kind::kKeyed},
    {"HoldObligationRequest", Kind::kKeyed},
    {"ReleaseObligationRequest", Kind::kKeyed},
    {"SnoozeObligationRequest", Kind::kKeyed},
    {"LinkIncidentRequest", Kind::kKeyed},
    {"RecordDevicesRequest", Kind::kKeyed},
    {"ConfirmRemovalRequest", Kind::kKeyed},
    {"RecordScanRequest", Kind::kKeyed},
    {"LiftRemovalRequest", Kind::kKeyed},
    {"RecordCostRequest", Kind::kKeyed},
    {"AssessCostRequest", Kind::kKeyed},
    {"RequestSpendRequest", Kind::kKeyed},
    {"DecideSpendRequest", Kind::kKeyed},
    {"ExplainObligationRequest", Kind::kRead},
    {"ListObligationsRequest", Kind::kRead},
    {"WatchIncidentsRequest", Kind::kRead},
    {"CreateEvidenceRequest", Kind::kKeyed},
    {"GetEvidenceRequest", Kind::kRead},
    {"ListEvidenceRequest", Kind::kRead},
    {"ListCustodyRequest", Kind::kRead},
    {"RecordCustodyRequest", Kind::kKeyed},
    {"ConfirmTransferRequest", Kind::kKeyed},
    {"SetLegalHoldRequest", Kind::kKeyed},
    {"DestroyEvidenceRequest", Kind::kKeyed},
    {"DecideDestructionRequest", Kind::kKeyed},
    {"VerifyEvidenceRequest", Kind::kKeyed},
    {"BeginUploadRequest", Kind::kPut},
    {"QueryUploadRequest", Kind::kRead},
    {"AbortUploadRequest", Kind::kPut},
    {"RekeyVaultRequest", Kind::kPut},
    {"UploadEvidenceRequest", Kind::kOnce},
    {"DownloadEvidenceRequest", Kind::kOnce},
    {"PreviewDocumentRequest", Kind::kRead},
    {"DraftDocumentRequest", Kind::kKeyed},
    {"ApproveDocumentRequest", Kind::kKeyed},
    {"DiscardDraftRequest", Kind::kKeyed},
    {"ListDocumentsRequest", Kind::kRead},
    {"RenderDocumentRequest", Kind::kRead},
    {"NameReaderRequest", Kind::kKeyed},
    {"RemoveReaderRequest", Kind::kKeyed},
    {"NameSubjectRequest", Kind::kKeyed},
    {"ChangeTlpRequest", Kind::kKeyed},
    {"BreakGlassRequest", Kind::kKeyed},
    {"ListTimelineEntriesRequest", Kind::kRead},
    {"GetDirectoryRequest", Kind::kRead},
    {"ReplaceDirectoryRequest", Kind::kPut},
    {"UpdatePersonRequest", Kind::kPut},
    {"UpdateEntityRequest", Kind::kPut},
    {"AssignRoleRequest", Kind::kPut},
    {"UnassignRoleRequest", Kind::kPut},
    {"ListEntitiesRequest", Kind::kRead},
    {"ResolveContactsRequest", Kind::kRead},
    {"LookupChatAccountRequest", Kind::kRead},
    {"WhoAmIRequest", Kind::kRead},
    // A lost code is asked for again, and the lost one runs out.
    {"StartAccountLinkRequest", Kind::kOnce},
    {"CompleteAccountLinkRequest", Kind::kOnce},
    {"UnlinkAccountRequest", Kind::kPut},
    {"LookupPlaceRequest", Kind::kRead},
    {"SaveConversationRequest", Kind::kPut},
    {"ListConversationsRequest", Kind::kRead},
    // The secret is in the first answer only; who has lost it revokes the token.
    {"CreateTokenRequest", Kind::kOnce},
    {"ListTokensRequest", Kind::kRead},
    {"RevokeTokenRequest", Kind::kPut},
    {"RotateTokenRequest", Kind::kOnce},
    {"RequestRecordRequest", Kind::kKeyed},
    {"ListRecordItemsRequest", Kind::kRead},
    {"ReviewRecordRequest", Kind::kKeyed},
    {"ReleaseRecordRequest", Kind::kKeyed},
    {"DenyRecordRequest", Kind::kKeyed},
    {"ListRecordReleasesRequest", Kind::kRead},
    {"GetRecordReleaseRequest", Kind::kRead},
    {"GetMeasuresRequest", Kind::kRead},
    {"GetComplianceFileRequest", Kind::kRead},
    {"GetPolicyRequest", Kind::kRead},
    {"LintPolicyRequest", Kind::kRead},
    {"ListPoliciesRequest", Kind::kRead},
    {"PreviewPolicyRequest", Kind::kRead},
    {"AdoptPolicyRequest", Kind::kKeyed},
    {"SimulatePolicyRequest", Kind::kRead},
    // A lost answer leaves leases behind; the caller asks again when it is ready to send.
    {"LeaseDeliveriesRequest", Kind::kOnce},
    // A second report finds the lease gone, and what the first one said is kept.
    {"ReportDeliveryRequest", Kind::kPut},
    {"ListDeliveriesRequest", Kind::kRead},
    {"RequeueDeliveryRequest", Kind::kOnce},
    {"GetCheckpointRequest", Kind::kRead},
    {"GetInclusionProofRequest", Kind::kRead},
    {"GetConsistencyProofRequest", Kind::kRead},
    {"ExportRecordRequest", Kind::kRead},
    {"AddCosignatureRequest", Kind::kPut},
    {"ExpungePayloadRequest", Kind::kKeyed},
};

const Row* Find(const google::protobuf::Descriptor& request) {
  for (const Row& row : kRows) {
    if (row.request == absl::string_view(request.name())) return &row;
  }
  return nullptr;
}

bool HasText(const google::protobuf::Message& message, const char* name) {
  const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
         !message.GetReflection()->GetString(message, field).empty();
}

}  // namespace

CallTraits TraitsOf(const google::protobuf::Message& request) {
  CallTraits traits;
  traits.has_etag = HasText(request, "etag");
  const Row* row = Find(*request.GetDescriptor());
  if (row == nullptr) return traits;
  switch (row->kind) {
    case Kind::kRead:
    case Kind::kPut:
      traits.idempotent = true;
      break;
    case Kind::kKeyed:
      traits.idempotent = HasText(request, "request_id");
      break;
    case Kind::kOnce:
      break;
  }
  return traits;
}

bool HasTraits(const google::protobuf::Descriptor& request) { return Find(request) != nullptr; }

}  // namespace belfry::client
