#include "belfry/client.h"

namespace belfry::client {

absl::StatusOr<v1::CreateIncidentResponse> Client::CreateIncident(
    const v1::CreateIncidentRequest& request, const CallOptions& call) const {
  return connection_->CreateIncident(request, call);
}

absl::StatusOr<v1::GetIncidentResponse> Client::GetIncident(const v1::GetIncidentRequest& request,
                                                            const CallOptions& call) const {
  return connection_->GetIncident(request, call);
}

absl::StatusOr<v1::ListIncidentsResponse> Client::ListIncidents(
    const v1::ListIncidentsRequest& request, const CallOptions& call) const {
  return connection_->ListIncidents(request, call);
}

absl::StatusOr<v1::UpdateIncidentResponse> Client::UpdateIncident(
    const v1::UpdateIncidentRequest& request, const CallOptions& call) const {
  return connection_->UpdateIncident(request, call);
}

absl::StatusOr<v1::TransitionIncidentResponse> Client::TransitionIncident(
    const v1::TransitionIncidentRequest& request, const CallOptions& call) const {
  return connection_->TransitionIncident(request, call);
}

absl::StatusOr<v1::AcknowledgeIncidentResponse> Client::AcknowledgeIncident(
    const v1::AcknowledgeIncidentRequest& request, const CallOptions& call) const {
  return connection_->AcknowledgeIncident(request, call);
}

absl::StatusOr<v1::EscalateIncidentResponse> Client::EscalateIncident(
    const v1::EscalateIncidentRequest& request, const CallOptions& call) const {
  return connection_->EscalateIncident(request, call);
}

absl::StatusOr<v1::ChangeSeverityResponse> Client::ChangeSeverity(
    const v1::ChangeSeverityRequest& request, const CallOptions& call) const {
  return connection_->ChangeSeverity(request, call);
}

absl::StatusOr<v1::RecordFactsResponse> Client::RecordFacts(const v1::RecordFactsRequest& request,
                                                            const CallOptions& call) const {
  return connection_->RecordFacts(request, call);
}

absl::StatusOr<v1::AssignCategoriesResponse> Client::AssignCategories(
    const v1::AssignCategoriesRequest& request, const CallOptions& call) const {
  return connection_->AssignCategories(request, call);
}

absl::StatusOr<v1::AddEntityResponse> Client::AddEntity(const v1::AddEntityRequest& request,
                                                        const CallOptions& call) const {
  return connection_->AddEntity(request, call);
}

absl::StatusOr<v1::AddNoteResponse> Client::AddNote(const v1::AddNoteRequest& request,
                                                    const CallOptions& call) const {
  return connection_->AddNote(request, call);
}

absl::StatusOr<v1::LinkTicketResponse> Client::LinkTicket(const v1::LinkTicketRequest& request,
                                                          const CallOptions& call) const {
  return connection_->LinkTicket(request, call);
}

absl::StatusOr<v1::SubmitDocumentResponse> Client::SubmitDocument(
    const v1::SubmitDocumentRequest& request, const CallOptions& call) const {
  return connection_->SubmitDocument(request, call);
}

absl::StatusOr<v1::SendObligationNoticeResponse> Client::SendObligationNotice(
    const v1::SendObligationNoticeRequest& request, const CallOptions& call) const {
  return connection_->SendObligationNotice(request, call);
}

absl::StatusOr<v1::RecordDecisionResponse> Client::RecordDecision(
    const v1::RecordDecisionRequest& request, const CallOptions& call) const {
  return connection_->RecordDecision(request, call);
}

absl::StatusOr<v1::WaiveObligationResponse> Client::WaiveObligation(
    const v1::WaiveObligationRequest& request, const CallOptions& call) const {
  return connection_->WaiveObligation(request, call);
}

absl::StatusOr<v1::HoldObligationResponse> Client::HoldObligation(
    const v1::HoldObligationRequest& request, const CallOptions& call) const {
  return connection_->HoldObligation(request, call);
}

absl::StatusOr<v1::SnoozeObligationResponse> Client::SnoozeObligation(
    const v1::SnoozeObligationRequest& request, const CallOptions& call) const {
  return connection_->SnoozeObligation(request, call);
}

absl::StatusOr<v1::ReleaseObligationResponse> Client::ReleaseObligation(
    const v1::ReleaseObligationRequest& request, const CallOptions& call) const {
  return connection_->ReleaseObligation(request, call);
}

absl::StatusOr<v1::LinkIncidentResponse> Client::LinkIncident(
    const v1::LinkIncidentRequest& request, const CallOptions& call) const {
  return connection_->LinkIncident(request, call);
}

absl::StatusOr<v1::RecordDevicesResponse> Client::RecordDevices(
    const v1::RecordDevicesRequest& request, const CallOptions& call) const {
  return connection_->RecordDevices(request, call);
}

absl::StatusOr<v1::ConfirmRemovalResponse> Client::ConfirmRemoval(
    const v1::ConfirmRemovalRequest& request, const CallOptions& call) const {
  return connection_->ConfirmRemoval(request, call);
}

absl::StatusOr<v1::RecordScanResponse> Client::RecordScan(const v1::RecordScanRequest& request,
                                                          const CallOptions& call) const {
  return connection_->RecordScan(request, call);
}

absl::StatusOr<v1::LiftRemovalResponse> Client::LiftRemoval(const v1::LiftRemovalRequest& request,
                                                            const CallOptions& call) const {
  return connection_->LiftRemoval(request, call);
}

absl::StatusOr<v1::RecordCostResponse> Client::RecordCost(const v1::RecordCostRequest& request,
                                                          const CallOptions& call) const {
  return connection_->RecordCost(request, call);
}

absl::StatusOr<v1::AssessCostResponse> Client::AssessCost(const v1::AssessCostRequest& request,
                                                          const CallOptions& call) const {
  return connection_->AssessCost(request, call);
}

absl::StatusOr<v1::RequestSpendResponse> Client::RequestSpend(
    const v1::RequestSpendRequest& request, const CallOptions& call) const {
  return connection_->RequestSpend(request, call);
}

absl::StatusOr<v1::DecideSpendResponse> Client::DecideSpend(const v1::DecideSpendRequest& request,
                                                            const CallOptions& call) const {
  return connection_->DecideSpend(request, call);
}

absl::StatusOr<v1::CreateEvidenceResponse> Client::CreateEvidence(
    const v1::CreateEvidenceRequest& request, const CallOptions& call) const {
  return connection_->CreateEvidence(request, call);
}

absl::StatusOr<v1::GetEvidenceResponse> Client::GetEvidence(const v1::GetEvidenceRequest& request,
                                                            const CallOptions& call) const {
  return connection_->GetEvidence(request, call);
}

absl::StatusOr<v1::ListEvidenceResponse> Client::ListEvidence(
    const v1::ListEvidenceRequest& request, const CallOptions& call) const {
  return connection_->ListEvidence(request, call);
}

absl::StatusOr<v1::ListCustodyResponse> Client::ListCustody(const v1::ListCustodyRequest& request,
                                                            const CallOptions& call) const {
  return connection_->ListCustody(request, call);
}

absl::StatusOr<v1::RecordCustodyResponse> Client::RecordCustody(
    const v1::RecordCustodyRequest& request, const CallOptions& call) const {
  return connection_->RecordCustody(request, call);
}

absl::StatusOr<v1::ConfirmTransferResponse> Client::ConfirmTransfer(
    const v1::ConfirmTransferRequest& request, const CallOptions& call) const {
  return connection_->ConfirmTransfer(request, call);
}

absl::StatusOr<v1::SetLegalHoldResponse> Client::SetLegalHold(
    const v1::SetLegalHoldRequest& request, const CallOptions& call) const {
  return connection_->SetLegalHold(request, call);
}

absl::StatusOr<v1::DestroyEvidenceResponse> Client::DestroyEvidence(
    const v1::DestroyEvidenceRequest& request, const CallOptions& call) const {
  return connection_->DestroyEvidence(request, call);
}

absl::StatusOr<v1::DecideDestructionResponse> Client::DecideDestruction(
    const v1::DecideDestructionRequest& request, const CallOptions& call) const {
  return connection_->DecideDestruction(request, call);
}

absl::StatusOr<v1::VerifyEvidenceResponse> Client::VerifyEvidence(
    const v1::VerifyEvidenceRequest& request, const CallOptions& call) const {
  return connection_->VerifyEvidence(request, call);
}

absl::StatusOr<v1::BeginUploadResponse> Client::BeginUpload(const v1::BeginUploadRequest& request,
                                                            const CallOptions& call) const {
  return connection_->BeginUpload(request, call);
}

absl::StatusOr<v1::QueryUploadResponse> Client::QueryUpload(const v1::QueryUploadRequest& request,
                                                            const CallOptions& call) const {
  return connection_->QueryUpload(request, call);
}

absl::StatusOr<v1::AbortUploadResponse> Client::AbortUpload(const v1::AbortUploadRequest& request,
                                                            const CallOptions& call) const {
  return connection_->AbortUpload(request, call);
}

absl::StatusOr<v1::RekeyVaultResponse> Client::RekeyVault(const v1::RekeyVaultRequest& request,
                                                          const CallOptions& call) const {
  return connection_->RekeyVault(request, call);
}

std::unique_ptr<UploadStream> Client::UploadEvidence(const CallOptions& call) const {
  return connection_->UploadEvidence(call);
}

std::unique_ptr<DownloadStream> Client::DownloadEvidence(const v1::DownloadEvidenceRequest& request,
                                                         const CallOptions& call) const {
  return connection_->DownloadEvidence(request, call);
}

absl::StatusOr<v1::ExplainObligationResponse> Client::ExplainObligation(
    const v1::ExplainObligationRequest& request, const CallOptions& call) const {
  return connection_->ExplainObligation(request, call);
}

absl::StatusOr<v1::ListObligationsResponse> Client::ListObligations(
    const v1::ListObligationsRequest& request, const CallOptions& call) const {
  return connection_->ListObligations(request, call);
}

absl::StatusOr<v1::ListTimelineEntriesResponse> Client::ListTimelineEntries(
    const v1::ListTimelineEntriesRequest& request, const CallOptions& call) const {
  return connection_->ListTimelineEntries(request, call);
}

absl::StatusOr<v1::GetDirectoryResponse> Client::GetDirectory(
    const v1::GetDirectoryRequest& request, const CallOptions& call) const {
  return connection_->GetDirectory(request, call);
}

absl::StatusOr<v1::ReplaceDirectoryResponse> Client::ReplaceDirectory(
    const v1::ReplaceDirectoryRequest& request, const CallOptions& call) const {
  return connection_->ReplaceDirectory(request, call);
}

absl::StatusOr<v1::UpdatePersonResponse> Client::UpdatePerson(
    const v1::UpdatePersonRequest& request, const CallOptions& call) const {
  return connection_->UpdatePerson(request, call);
}

absl::StatusOr<v1::UpdateEntityResponse> Client::UpdateEntity(
    const v1::UpdateEntityRequest& request, const CallOptions& call) const {
  return connection_->UpdateEntity(request, call);
}

absl::StatusOr<v1::AssignRoleResponse> Client::AssignRole(const v1::AssignRoleRequest& request,
                                                          const CallOptions& call) const {
  return connection_->AssignRole(request, call);
}

absl::StatusOr<v1::UnassignRoleResponse> Client::UnassignRole(
    const v1::UnassignRoleRequest& request, const CallOptions& call) const {
  return connection_->UnassignRole(request, call);
}

absl::StatusOr<v1::ListEntitiesResponse> Client::ListEntities(
    const v1::ListEntitiesRequest& request, const CallOptions& call) const {
  return connection_->ListEntities(request, call);
}

absl::StatusOr<v1::ResolveContactsResponse> Client::ResolveContacts(
    const v1::ResolveContactsRequest& request, const CallOptions& call) const {
  return connection_->ResolveContacts(request, call);
}

absl::StatusOr<v1::LookupChatAccountResponse> Client::LookupChatAccount(
    const v1::LookupChatAccountRequest& request, const CallOptions& call) const {
  return connection_->LookupChatAccount(request, call);
}

absl::StatusOr<v1::WhoAmIResponse> Client::WhoAmI(const v1::WhoAmIRequest& request,
                                                  const CallOptions& call) const {
  return connection_->WhoAmI(request, call);
}

absl::StatusOr<v1::StartAccountLinkResponse> Client::StartAccountLink(
    const v1::StartAccountLinkRequest& request, const CallOptions& call) const {
  return connection_->StartAccountLink(request, call);
}

absl::StatusOr<v1::CompleteAccountLinkResponse> Client::CompleteAccountLink(
    const v1::CompleteAccountLinkRequest& request, const CallOptions& call) const {
  return connection_->CompleteAccountLink(request, call);
}

absl::StatusOr<v1::UnlinkAccountResponse> Client::UnlinkAccount(
    const v1::UnlinkAccountRequest& request, const CallOptions& call) const {
  return connection_->UnlinkAccount(request, call);
}

absl::StatusOr<v1::LookupPlaceResponse> Client::LookupPlace(const v1::LookupPlaceRequest& request,
                                                            const CallOptions& call) const {
  return connection_->LookupPlace(request, call);
}

absl::StatusOr<v1::SaveConversationResponse> Client::SaveConversation(
    const v1::SaveConversationRequest& request, const CallOptions& call) const {
  return connection_->SaveConversation(request, call);
}

absl::StatusOr<v1::PreviewDocumentResponse> Client::PreviewDocument(
    const v1::PreviewDocumentRequest& request, const CallOptions& call) const {
  return connection_->PreviewDocument(request, call);
}

absl::StatusOr<v1::DraftDocumentResponse> Client::DraftDocument(
    const v1::DraftDocumentRequest& request, const CallOptions& call) const {
  return connection_->DraftDocument(request, call);
}

absl::StatusOr<v1::ApproveDocumentResponse> Client::ApproveDocument(
    const v1::ApproveDocumentRequest& request, const CallOptions& call) const {
  return connection_->ApproveDocument(request, call);
}

absl::StatusOr<v1::DiscardDraftResponse> Client::DiscardDraft(
    const v1::DiscardDraftRequest& request, const CallOptions& call) const {
  return connection_->DiscardDraft(request, call);
}

absl::StatusOr<v1::ListDocumentsResponse> Client::ListDocuments(
    const v1::ListDocumentsRequest& request, const CallOptions& call) const {
  return connection_->ListDocuments(request, call);
}

absl::StatusOr<v1::RenderDocumentResponse> Client::RenderDocument(
    const v1::RenderDocumentRequest& request, const CallOptions& call) const {
  return connection_->RenderDocument(request, call);
}

absl::StatusOr<v1::NameReaderResponse> Client::NameReader(const v1::NameReaderRequest& request,
                                                          const CallOptions& call) const {
  return connection_->NameReader(request, call);
}

absl::StatusOr<v1::RemoveReaderResponse> Client::RemoveReader(
    const v1::RemoveReaderRequest& request, const CallOptions& call) const {
  return connection_->RemoveReader(request, call);
}

absl::StatusOr<v1::NameSubjectResponse> Client::NameSubject(const v1::NameSubjectRequest& request,
                                                            const CallOptions& call) const {
  return connection_->NameSubject(request, call);
}

absl::StatusOr<v1::ChangeTlpResponse> Client::ChangeTlp(const v1::ChangeTlpRequest& request,
                                                        const CallOptions& call) const {
  return connection_->ChangeTlp(request, call);
}

absl::StatusOr<v1::BreakGlassResponse> Client::BreakGlass(const v1::BreakGlassRequest& request,
                                                          const CallOptions& call) const {
  return connection_->BreakGlass(request, call);
}

absl::StatusOr<v1::ListConversationsResponse> Client::ListConversations(
    const v1::ListConversationsRequest& request, const CallOptions& call) const {
  return connection_->ListConversations(request, call);
}

absl::StatusOr<v1::CreateTokenResponse> Client::CreateToken(const v1::CreateTokenRequest& request,
                                                            const CallOptions& call) const {
  return connection_->CreateToken(request, call);
}

absl::StatusOr<v1::ListTokensResponse> Client::ListTokens(const v1::ListTokensRequest& request,
                                                          const CallOptions& call) const {
  return connection_->ListTokens(request, call);
}

absl::StatusOr<v1::RevokeTokenResponse> Client::RevokeToken(const v1::RevokeTokenRequest& request,
                                                            const CallOptions& call) const {
  return connection_->RevokeToken(request, call);
}

absl::StatusOr<v1::RotateTokenResponse> Client::RotateToken(const v1::RotateTokenRequest& request,
                                                            const CallOptions& call) const {
  return connection_->RotateToken(request, call);
}

absl::StatusOr<v1::RequestRecordResponse> Client::RequestRecord(
    const v1::RequestRecordRequest& request, const CallOptions& call) const {
  return connection_->RequestRecord(request, call);
}

absl::StatusOr<v1::ListRecordItemsResponse> Client::ListRecordItems(
    const v1::ListRecordItemsRequest& request, const CallOptions& call) const {
  return connection_->ListRecordItems(request, call);
}

absl::StatusOr<v1::ReviewRecordResponse> Client::ReviewRecord(
    const v1::ReviewRecordRequest& request, const CallOptions& call) const {
  return connection_->ReviewRecord(request, call);
}

absl::StatusOr<v1::ReleaseRecordResponse> Client::ReleaseRecord(
    const v1::ReleaseRecordRequest& request, const CallOptions& call) const {
  return connection_->ReleaseRecord(request, call);
}

absl::StatusOr<v1::DenyRecordResponse> Client::DenyRecord(const v1::DenyRecordRequest& request,
                                                          const CallOptions& call) const {
  return connection_->DenyRecord(request, call);
}

absl::StatusOr<v1::ListRecordReleasesResponse> Client::ListRecordReleases(
    const v1::ListRecordReleasesRequest& request, const CallOptions& call) const {
  return connection_->ListRecordReleases(request, call);
}

absl::StatusOr<v1::GetRecordReleaseResponse> Client::GetRecordRelease(
    const v1::GetRecordReleaseRequest& request, const CallOptions& call) const {
  return connection_->GetRecordRelease(request, call);
}

absl::StatusOr<v1::GetMeasuresResponse> Client::GetMeasures(const v1::GetMeasuresRequest& request,
                                                            const CallOptions& call) const {
  return connection_->GetMeasures(request, call);
}

absl::StatusOr<v1::GetComplianceFileResponse> Client::GetComplianceFile(
    const v1::GetComplianceFileRequest& request, const CallOptions& call) const {
  return connection_->GetComplianceFile(request, call);
}

absl::StatusOr<v1::GetPolicyResponse> Client::GetPolicy(const v1::GetPolicyRequest& request,
                                                        const CallOptions& call) const {
  return connection_->GetPolicy(request, call);
}

absl::StatusOr<v1::LintPolicyResponse> Client::LintPolicy(const v1::LintPolicyRequest& request,
                                                          const CallOptions& call) const {
  return connection_->LintPolicy(request, call);
}

absl::StatusOr<v1::ListPoliciesResponse> Client::ListPolicies(
    const v1::ListPoliciesRequest& request, const CallOptions& call) const {
  return connection_->ListPolicies(request, call);
}

absl::StatusOr<v1::PreviewPolicyResponse> Client::PreviewPolicy(
    const v1::PreviewPolicyRequest& request, const CallOptions& call) const {
  return connection_->PreviewPolicy(request, call);
}

absl::StatusOr<v1::AdoptPolicyResponse> Client::AdoptPolicy(const v1::AdoptPolicyRequest& request,
                                                            const CallOptions& call) const {
  return connection_->AdoptPolicy(request, call);
}

absl::StatusOr<v1::SimulatePolicyResponse> Client::SimulatePolicy(
    const v1::SimulatePolicyRequest& request, const CallOptions& call) const {
  return connection_->SimulatePolicy(request, call);
}

absl::StatusOr<v1::LeaseDeliveriesResponse> Client::LeaseDeliveries(
    const v1::LeaseDeliveriesRequest& request, const CallOptions& call) const {
  return connection_->LeaseDeliveries(request, call);
}

absl::StatusOr<v1::ReportDeliveryResponse> Client::ReportDelivery(
    const v1::ReportDeliveryRequest& request, const CallOptions& call) const {
  return connection_->ReportDelivery(request, call);
}

absl::StatusOr<v1::ListDeliveriesResponse> Client::ListDeliveries(
    const v1::ListDeliveriesRequest& request, const CallOptions& call) const {
  return connection_->ListDeliveries(request, call);
}

absl::StatusOr<v1::RequeueDeliveryResponse> Client::RequeueDelivery(
    const v1::RequeueDeliveryRequest& request, const CallOptions& call) const {
  return connection_->RequeueDelivery(request, call);
}

IncidentPages Client::AllIncidents(v1::ListIncidentsRequest request,
                                   const CallOptions& call) const {
  return IncidentPages(connection_, std::move(request), call);
}

Watcher Client::Watch(v1::WatchIncidentsRequest request, WatchOptions options,
                      const CallOptions& call) const {
  return Watcher(connection_, std::move(request), std::move(options), call);
}

absl::StatusOr<v1::GetCheckpointResponse> Client::GetCheckpoint(
    const v1::GetCheckpointRequest& request, const CallOptions& call) const {
  return connection_->GetCheckpoint(request, call);
}

absl::StatusOr<v1::GetInclusionProofResponse> Client::GetInclusionProof(
    const v1::GetInclusionProofRequest& request, const CallOptions& call) const {
  return connection_->GetInclusionProof(request, call);
}

absl::StatusOr<v1::GetConsistencyProofResponse> Client::GetConsistencyProof(
    const v1::GetConsistencyProofRequest& request, const CallOptions& call) const {
  return connection_->GetConsistencyProof(request, call);
}

absl::StatusOr<v1::AddCosignatureResponse> Client::AddCosignature(
    const v1::AddCosignatureRequest& request, const CallOptions& call) const {
  return connection_->AddCosignature(request, call);
}

absl::StatusOr<v1::ExpungePayloadResponse> Client::ExpungePayload(
    const v1::ExpungePayloadRequest& request, const CallOptions& call) const {
  return connection_->ExpungePayload(request, call);
}

std::unique_ptr<RecordStream> Client::ExportRecord(const v1::ExportRecordRequest& request,
                                                   const CallOptions& call) const {
  return connection_->ExportRecord(request, call);
}

}  // namespace belfry::client
