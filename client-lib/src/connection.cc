// The defaults of Connection: every method says that it is not there.
#include "belfry/connection.h"

namespace belfry::client {
namespace {

absl::Status NotThere() { return absl::UnimplementedError("this connection has no such method"); }

class NoStream final : public IncidentStream {
 public:
  bool Read(v1::WatchIncidentsResponse*) override { return false; }
  absl::Status Finish() override { return NotThere(); }
  void Cancel() override {}
};

class NoUpload final : public UploadStream {
 public:
  bool Write(const v1::UploadEvidenceRequest&) override { return false; }
  absl::StatusOr<v1::UploadEvidenceResponse> Finish() override { return NotThere(); }
  void Cancel() override {}
};

class NoDownload final : public DownloadStream {
 public:
  bool Read(v1::DownloadEvidenceResponse*) override { return false; }
  absl::Status Finish() override { return NotThere(); }
  void Cancel() override {}
};

}  // namespace

Connection::~Connection() = default;

absl::StatusOr<v1::CreateIncidentResponse> Connection::CreateIncident(
    const v1::CreateIncidentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetIncidentResponse> Connection::GetIncident(const v1::GetIncidentRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListIncidentsResponse> Connection::ListIncidents(const v1::ListIncidentsRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::UpdateIncidentResponse> Connection::UpdateIncident(
    const v1::UpdateIncidentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::TransitionIncidentResponse> Connection::TransitionIncident(
    const v1::TransitionIncidentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AcknowledgeIncidentResponse> Connection::AcknowledgeIncident(
    const v1::AcknowledgeIncidentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::EscalateIncidentResponse> Connection::EscalateIncident(
    const v1::EscalateIncidentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ChangeSeverityResponse> Connection::ChangeSeverity(
    const v1::ChangeSeverityRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordFactsResponse> Connection::RecordFacts(const v1::RecordFactsRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AssignCategoriesResponse> Connection::AssignCategories(
    const v1::AssignCategoriesRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AddEntityResponse> Connection::AddEntity(const v1::AddEntityRequest&,
                                                            const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AddNoteResponse> Connection::AddNote(const v1::AddNoteRequest&,
                                                        const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LinkTicketResponse> Connection::LinkTicket(const v1::LinkTicketRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SubmitDocumentResponse> Connection::SubmitDocument(
    const v1::SubmitDocumentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SendObligationNoticeResponse> Connection::SendObligationNotice(
    const v1::SendObligationNoticeRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordDecisionResponse> Connection::RecordDecision(
    const v1::RecordDecisionRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::WaiveObligationResponse> Connection::WaiveObligation(
    const v1::WaiveObligationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::HoldObligationResponse> Connection::HoldObligation(
    const v1::HoldObligationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SnoozeObligationResponse> Connection::SnoozeObligation(
    const v1::SnoozeObligationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ReleaseObligationResponse> Connection::ReleaseObligation(
    const v1::ReleaseObligationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LinkIncidentResponse> Connection::LinkIncident(const v1::LinkIncidentRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordDevicesResponse> Connection::RecordDevices(const v1::RecordDevicesRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ConfirmRemovalResponse> Connection::ConfirmRemoval(
    const v1::ConfirmRemovalRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordScanResponse> Connection::RecordScan(const v1::RecordScanRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LiftRemovalResponse> Connection::LiftRemoval(const v1::LiftRemovalRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordCostResponse> Connection::RecordCost(const v1::RecordCostRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AssessCostResponse> Connection::AssessCost(const v1::AssessCostRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RequestSpendResponse> Connection::RequestSpend(const v1::RequestSpendRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DecideSpendResponse> Connection::DecideSpend(const v1::DecideSpendRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::CreateEvidenceResponse> Connection::CreateEvidence(
    const v1::CreateEvidenceRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetEvidenceResponse> Connection::GetEvidence(const v1::GetEvidenceRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListEvidenceResponse> Connection::ListEvidence(const v1::ListEvidenceRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListCustodyResponse> Connection::ListCustody(const v1::ListCustodyRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RecordCustodyResponse> Connection::RecordCustody(const v1::RecordCustodyRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ConfirmTransferResponse> Connection::ConfirmTransfer(
    const v1::ConfirmTransferRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SetLegalHoldResponse> Connection::SetLegalHold(const v1::SetLegalHoldRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DestroyEvidenceResponse> Connection::DestroyEvidence(
    const v1::DestroyEvidenceRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DecideDestructionResponse> Connection::DecideDestruction(
    const v1::DecideDestructionRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::VerifyEvidenceResponse> Connection::VerifyEvidence(
    const v1::VerifyEvidenceRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::BeginUploadResponse> Connection::BeginUpload(const v1::BeginUploadRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::QueryUploadResponse> Connection::QueryUpload(const v1::QueryUploadRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AbortUploadResponse> Connection::AbortUpload(const v1::AbortUploadRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RekeyVaultResponse> Connection::RekeyVault(const v1::RekeyVaultRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

std::unique_ptr<UploadStream> Connection::UploadEvidence(const CallOptions&) {
  return std::make_unique<NoUpload>();
}

std::unique_ptr<DownloadStream> Connection::DownloadEvidence(const v1::DownloadEvidenceRequest&,
                                                             const CallOptions&) {
  return std::make_unique<NoDownload>();
}

absl::StatusOr<v1::ExplainObligationResponse> Connection::ExplainObligation(
    const v1::ExplainObligationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListObligationsResponse> Connection::ListObligations(
    const v1::ListObligationsRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListTimelineEntriesResponse> Connection::ListTimelineEntries(
    const v1::ListTimelineEntriesRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetDirectoryResponse> Connection::GetDirectory(const v1::GetDirectoryRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ReplaceDirectoryResponse> Connection::ReplaceDirectory(
    const v1::ReplaceDirectoryRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::UpdatePersonResponse> Connection::UpdatePerson(const v1::UpdatePersonRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::UpdateEntityResponse> Connection::UpdateEntity(const v1::UpdateEntityRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AssignRoleResponse> Connection::AssignRole(const v1::AssignRoleRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::UnassignRoleResponse> Connection::UnassignRole(const v1::UnassignRoleRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListEntitiesResponse> Connection::ListEntities(const v1::ListEntitiesRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ResolveContactsResponse> Connection::ResolveContacts(
    const v1::ResolveContactsRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LookupChatAccountResponse> Connection::LookupChatAccount(
    const v1::LookupChatAccountRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::WhoAmIResponse> Connection::WhoAmI(const v1::WhoAmIRequest&,
                                                      const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::StartAccountLinkResponse> Connection::StartAccountLink(
    const v1::StartAccountLinkRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::CompleteAccountLinkResponse> Connection::CompleteAccountLink(
    const v1::CompleteAccountLinkRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::UnlinkAccountResponse> Connection::UnlinkAccount(const v1::UnlinkAccountRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LookupPlaceResponse> Connection::LookupPlace(const v1::LookupPlaceRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SaveConversationResponse> Connection::SaveConversation(
    const v1::SaveConversationRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::PreviewDocumentResponse> Connection::PreviewDocument(
    const v1::PreviewDocumentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DraftDocumentResponse> Connection::DraftDocument(const v1::DraftDocumentRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ApproveDocumentResponse> Connection::ApproveDocument(
    const v1::ApproveDocumentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DiscardDraftResponse> Connection::DiscardDraft(const v1::DiscardDraftRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListDocumentsResponse> Connection::ListDocuments(const v1::ListDocumentsRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RenderDocumentResponse> Connection::RenderDocument(
    const v1::RenderDocumentRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::NameReaderResponse> Connection::NameReader(const v1::NameReaderRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RemoveReaderResponse> Connection::RemoveReader(const v1::RemoveReaderRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::NameSubjectResponse> Connection::NameSubject(const v1::NameSubjectRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ChangeTlpResponse> Connection::ChangeTlp(const v1::ChangeTlpRequest&,
                                                            const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::BreakGlassResponse> Connection::BreakGlass(const v1::BreakGlassRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListConversationsResponse> Connection::ListConversations(
    const v1::ListConversationsRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::CreateTokenResponse> Connection::CreateToken(const v1::CreateTokenRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListTokensResponse> Connection::ListTokens(const v1::ListTokensRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RevokeTokenResponse> Connection::RevokeToken(const v1::RevokeTokenRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RotateTokenResponse> Connection::RotateToken(const v1::RotateTokenRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RequestRecordResponse> Connection::RequestRecord(const v1::RequestRecordRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListRecordItemsResponse> Connection::ListRecordItems(
    const v1::ListRecordItemsRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ReviewRecordResponse> Connection::ReviewRecord(const v1::ReviewRecordRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ReleaseRecordResponse> Connection::ReleaseRecord(const v1::ReleaseRecordRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::DenyRecordResponse> Connection::DenyRecord(const v1::DenyRecordRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListRecordReleasesResponse> Connection::ListRecordReleases(
    const v1::ListRecordReleasesRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetRecordReleaseResponse> Connection::GetRecordRelease(
    const v1::GetRecordReleaseRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetMeasuresResponse> Connection::GetMeasures(const v1::GetMeasuresRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetComplianceFileResponse> Connection::GetComplianceFile(
    const v1::GetComplianceFileRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetPolicyResponse> Connection::GetPolicy(const v1::GetPolicyRequest&,
                                                            const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LintPolicyResponse> Connection::LintPolicy(const v1::LintPolicyRequest&,
                                                              const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListPoliciesResponse> Connection::ListPolicies(const v1::ListPoliciesRequest&,
                                                                  const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::PreviewPolicyResponse> Connection::PreviewPolicy(const v1::PreviewPolicyRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AdoptPolicyResponse> Connection::AdoptPolicy(const v1::AdoptPolicyRequest&,
                                                                const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::SimulatePolicyResponse> Connection::SimulatePolicy(
    const v1::SimulatePolicyRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::LeaseDeliveriesResponse> Connection::LeaseDeliveries(
    const v1::LeaseDeliveriesRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ReportDeliveryResponse> Connection::ReportDelivery(
    const v1::ReportDeliveryRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ListDeliveriesResponse> Connection::ListDeliveries(
    const v1::ListDeliveriesRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::RequeueDeliveryResponse> Connection::RequeueDelivery(
    const v1::RequeueDeliveryRequest&, const CallOptions&) {
  return NotThere();
}

std::unique_ptr<IncidentStream> Connection::WatchIncidents(const v1::WatchIncidentsRequest&,
                                                           const CallOptions&) {
  return std::make_unique<NoStream>();
}

absl::StatusOr<v1::GetCheckpointResponse> Connection::GetCheckpoint(const v1::GetCheckpointRequest&,
                                                                    const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetInclusionProofResponse> Connection::GetInclusionProof(
    const v1::GetInclusionProofRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::GetConsistencyProofResponse> Connection::GetConsistencyProof(
    const v1::GetConsistencyProofRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::AddCosignatureResponse> Connection::AddCosignature(
    const v1::AddCosignatureRequest&, const CallOptions&) {
  return NotThere();
}

absl::StatusOr<v1::ExpungePayloadResponse> Connection::ExpungePayload(
    const v1::ExpungePayloadRequest&, const CallOptions&) {
  return NotThere();
}

std::unique_ptr<RecordStream> Connection::ExportRecord(const v1::ExportRecordRequest&,
                                                       const CallOptions&) {
  return nullptr;
}

}  // namespace belfry::client
