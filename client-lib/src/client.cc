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

}  // namespace belfry::client
