// The calls of the server, as an interface: what Client uses and what tests replace.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CONNECTION_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CONNECTION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/options.h"
#include "belfry/v1/access_service.pb.h"
#include "belfry/v1/audit_service.pb.h"
#include "belfry/v1/chat_service.pb.h"
#include "belfry/v1/compartment_service.pb.h"
#include "belfry/v1/delivery_service.pb.h"
#include "belfry/v1/directory_service.pb.h"
#include "belfry/v1/document_service.pb.h"
#include "belfry/v1/evidence_service.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/measures_service.pb.h"
#include "belfry/v1/policy_service.pb.h"
#include "belfry/v1/public_records_service.pb.h"
#include "belfry/v1/timeline_service.pb.h"

namespace belfry::client {

// What a server streams. Read() is for one thread; Cancel() may come from any.
template <typename Response>
class ServerStream {
 public:
  virtual ~ServerStream() = default;
  // Waits for the next message. False: the stream ended, and Finish() says why.
  virtual bool Read(Response* response) = 0;
  virtual absl::Status Finish() = 0;
  virtual void Cancel() = 0;
};

// One WatchIncidents stream.
using IncidentStream = ServerStream<v1::WatchIncidentsResponse>;
// One ExportRecord stream: the bytes of an export file.
using RecordStream = ServerStream<v1::ExportRecordResponse>;
// One DownloadEvidence stream.
using DownloadStream = ServerStream<v1::DownloadEvidenceResponse>;
// One UploadEvidence stream, for one thread; Cancel() may come from any.
class UploadStream {
 public:
  virtual ~UploadStream() = default;
  // False: the stream ended, and Finish() says why.
  virtual bool Write(const v1::UploadEvidenceRequest& request) = 0;
  // Says that no more comes, and waits for the answer.
  virtual absl::StatusOr<v1::UploadEvidenceResponse> Finish() = 0;
  virtual void Cancel() = 0;
};

// One virtual function for each method of the server. The defaults answer UNIMPLEMENTED, so that a
// test overrides what it needs and a new method breaks nobody. Implementations are thread-safe.
class Connection {
 public:
  virtual ~Connection();

  // IncidentService
  virtual absl::StatusOr<v1::CreateIncidentResponse> CreateIncident(
      const v1::CreateIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::GetIncidentResponse> GetIncident(const v1::GetIncidentRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::ListIncidentsResponse> ListIncidents(
      const v1::ListIncidentsRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::UpdateIncidentResponse> UpdateIncident(
      const v1::UpdateIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::TransitionIncidentResponse> TransitionIncident(
      const v1::TransitionIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::AcknowledgeIncidentResponse> AcknowledgeIncident(
      const v1::AcknowledgeIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::EscalateIncidentResponse> EscalateIncident(
      const v1::EscalateIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ChangeSeverityResponse> ChangeSeverity(
      const v1::ChangeSeverityRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RecordFactsResponse> RecordFacts(const v1::RecordFactsRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::AssignCategoriesResponse> AssignCategories(
      const v1::AssignCategoriesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::AddEntityResponse> AddEntity(const v1::AddEntityRequest& request,
                                                          const CallOptions& call);
  virtual absl::StatusOr<v1::AddNoteResponse> AddNote(const v1::AddNoteRequest& request,
                                                      const CallOptions& call);
  virtual absl::StatusOr<v1::LinkTicketResponse> LinkTicket(const v1::LinkTicketRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::SubmitDocumentResponse> SubmitDocument(
      const v1::SubmitDocumentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::SendObligationNoticeResponse> SendObligationNotice(
      const v1::SendObligationNoticeRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RecordDecisionResponse> RecordDecision(
      const v1::RecordDecisionRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::WaiveObligationResponse> WaiveObligation(
      const v1::WaiveObligationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::HoldObligationResponse> HoldObligation(
      const v1::HoldObligationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::SnoozeObligationResponse> SnoozeObligation(
      const v1::SnoozeObligationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ReleaseObligationResponse> ReleaseObligation(
      const v1::ReleaseObligationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::LinkIncidentResponse> LinkIncident(
      const v1::LinkIncidentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RecordDevicesResponse> RecordDevices(
      const v1::RecordDevicesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ConfirmRemovalResponse> ConfirmRemoval(
      const v1::ConfirmRemovalRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RecordScanResponse> RecordScan(const v1::RecordScanRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::LiftRemovalResponse> LiftRemoval(const v1::LiftRemovalRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::RecordCostResponse> RecordCost(const v1::RecordCostRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::AssessCostResponse> AssessCost(const v1::AssessCostRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::RequestSpendResponse> RequestSpend(
      const v1::RequestSpendRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DecideSpendResponse> DecideSpend(const v1::DecideSpendRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::ExplainObligationResponse> ExplainObligation(
      const v1::ExplainObligationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListObligationsResponse> ListObligations(
      const v1::ListObligationsRequest& request, const CallOptions& call);
  // The stream itself never resumes; Watcher (watch.h) does. It has no deadline.
  virtual std::unique_ptr<IncidentStream> WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                         const CallOptions& call);

  // EvidenceService
  virtual absl::StatusOr<v1::CreateEvidenceResponse> CreateEvidence(
      const v1::CreateEvidenceRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::GetEvidenceResponse> GetEvidence(const v1::GetEvidenceRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(
      const v1::ListEvidenceRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListCustodyResponse> ListCustody(const v1::ListCustodyRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::RecordCustodyResponse> RecordCustody(
      const v1::RecordCustodyRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ConfirmTransferResponse> ConfirmTransfer(
      const v1::ConfirmTransferRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::SetLegalHoldResponse> SetLegalHold(
      const v1::SetLegalHoldRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DestroyEvidenceResponse> DestroyEvidence(
      const v1::DestroyEvidenceRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DecideDestructionResponse> DecideDestruction(
      const v1::DecideDestructionRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::VerifyEvidenceResponse> VerifyEvidence(
      const v1::VerifyEvidenceRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::BeginUploadResponse> BeginUpload(const v1::BeginUploadRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::QueryUploadResponse> QueryUpload(const v1::QueryUploadRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::AbortUploadResponse> AbortUpload(const v1::AbortUploadRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::RekeyVaultResponse> RekeyVault(const v1::RekeyVaultRequest& request,
                                                            const CallOptions& call);
  // Streams of bytes; they have no deadline and are never repeated by themselves.
  virtual std::unique_ptr<UploadStream> UploadEvidence(const CallOptions& call);
  virtual std::unique_ptr<DownloadStream> DownloadEvidence(
      const v1::DownloadEvidenceRequest& request, const CallOptions& call);

  // DocumentService
  virtual absl::StatusOr<v1::PreviewDocumentResponse> PreviewDocument(
      const v1::PreviewDocumentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DraftDocumentResponse> DraftDocument(
      const v1::DraftDocumentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ApproveDocumentResponse> ApproveDocument(
      const v1::ApproveDocumentRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DiscardDraftResponse> DiscardDraft(
      const v1::DiscardDraftRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(
      const v1::ListDocumentsRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RenderDocumentResponse> RenderDocument(
      const v1::RenderDocumentRequest& request, const CallOptions& call);

  // CompartmentService
  virtual absl::StatusOr<v1::NameReaderResponse> NameReader(const v1::NameReaderRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::RemoveReaderResponse> RemoveReader(
      const v1::RemoveReaderRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::NameSubjectResponse> NameSubject(const v1::NameSubjectRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::ChangeTlpResponse> ChangeTlp(const v1::ChangeTlpRequest& request,
                                                          const CallOptions& call);
  virtual absl::StatusOr<v1::BreakGlassResponse> BreakGlass(const v1::BreakGlassRequest& request,
                                                            const CallOptions& call);

  // TimelineService
  virtual absl::StatusOr<v1::ListTimelineEntriesResponse> ListTimelineEntries(
      const v1::ListTimelineEntriesRequest& request, const CallOptions& call);

  // DirectoryService
  virtual absl::StatusOr<v1::GetDirectoryResponse> GetDirectory(
      const v1::GetDirectoryRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ReplaceDirectoryResponse> ReplaceDirectory(
      const v1::ReplaceDirectoryRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::UpdatePersonResponse> UpdatePerson(
      const v1::UpdatePersonRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::UpdateEntityResponse> UpdateEntity(
      const v1::UpdateEntityRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::AssignRoleResponse> AssignRole(const v1::AssignRoleRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::UnassignRoleResponse> UnassignRole(
      const v1::UnassignRoleRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListEntitiesResponse> ListEntities(
      const v1::ListEntitiesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ResolveContactsResponse> ResolveContacts(
      const v1::ResolveContactsRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const v1::WhoAmIRequest& request,
                                                    const CallOptions& call);

  // ChatService
  virtual absl::StatusOr<v1::StartAccountLinkResponse> StartAccountLink(
      const v1::StartAccountLinkRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::CompleteAccountLinkResponse> CompleteAccountLink(
      const v1::CompleteAccountLinkRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::UnlinkAccountResponse> UnlinkAccount(
      const v1::UnlinkAccountRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::LookupPlaceResponse> LookupPlace(const v1::LookupPlaceRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::SaveConversationResponse> SaveConversation(
      const v1::SaveConversationRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListConversationsResponse> ListConversations(
      const v1::ListConversationsRequest& request, const CallOptions& call);

  // AccessService
  virtual absl::StatusOr<v1::CreateTokenResponse> CreateToken(const v1::CreateTokenRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::ListTokensResponse> ListTokens(const v1::ListTokensRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::RevokeTokenResponse> RevokeToken(const v1::RevokeTokenRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::RotateTokenResponse> RotateToken(const v1::RotateTokenRequest& request,
                                                              const CallOptions& call);

  // PublicRecordsService
  virtual absl::StatusOr<v1::RequestRecordResponse> RequestRecord(
      const v1::RequestRecordRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListRecordItemsResponse> ListRecordItems(
      const v1::ListRecordItemsRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ReviewRecordResponse> ReviewRecord(
      const v1::ReviewRecordRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ReleaseRecordResponse> ReleaseRecord(
      const v1::ReleaseRecordRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::DenyRecordResponse> DenyRecord(const v1::DenyRecordRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::ListRecordReleasesResponse> ListRecordReleases(
      const v1::ListRecordReleasesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::GetRecordReleaseResponse> GetRecordRelease(
      const v1::GetRecordReleaseRequest& request, const CallOptions& call);

  // MeasuresService
  virtual absl::StatusOr<v1::GetMeasuresResponse> GetMeasures(const v1::GetMeasuresRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::GetComplianceFileResponse> GetComplianceFile(
      const v1::GetComplianceFileRequest& request, const CallOptions& call);

  // PolicyService
  virtual absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const v1::GetPolicyRequest& request,
                                                          const CallOptions& call);
  virtual absl::StatusOr<v1::LintPolicyResponse> LintPolicy(const v1::LintPolicyRequest& request,
                                                            const CallOptions& call);
  virtual absl::StatusOr<v1::ListPoliciesResponse> ListPolicies(
      const v1::ListPoliciesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::PreviewPolicyResponse> PreviewPolicy(
      const v1::PreviewPolicyRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::AdoptPolicyResponse> AdoptPolicy(const v1::AdoptPolicyRequest& request,
                                                              const CallOptions& call);
  virtual absl::StatusOr<v1::SimulatePolicyResponse> SimulatePolicy(
      const v1::SimulatePolicyRequest& request, const CallOptions& call);

  // DeliveryService
  virtual absl::StatusOr<v1::LeaseDeliveriesResponse> LeaseDeliveries(
      const v1::LeaseDeliveriesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ReportDeliveryResponse> ReportDelivery(
      const v1::ReportDeliveryRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      const v1::ListDeliveriesRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::RequeueDeliveryResponse> RequeueDelivery(
      const v1::RequeueDeliveryRequest& request, const CallOptions& call);

  // AuditService
  virtual absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(
      const v1::GetCheckpointRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
      const v1::GetInclusionProofRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const v1::GetConsistencyProofRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::AddCosignatureResponse> AddCosignature(
      const v1::AddCosignatureRequest& request, const CallOptions& call);
  virtual absl::StatusOr<v1::ExpungePayloadResponse> ExpungePayload(
      const v1::ExpungePayloadRequest& request, const CallOptions& call);
  // Has no deadline: a record may be long.
  virtual std::unique_ptr<RecordStream> ExportRecord(const v1::ExportRecordRequest& request,
                                                     const CallOptions& call);
};

// A connection over gRPC. Nothing is sent before the first call. Calls are retried as RetryPolicy
// says; a status that comes back carries the server's details (see error.h).
absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(Options options);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CONNECTION_H_
