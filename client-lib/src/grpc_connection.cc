// Connection over the generated stubs: metadata, deadline and retry loop around each call.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "belfry/connection.h"
#include "belfry/v1/chat_service.grpc.pb.h"
#include "belfry/v1/compartment_service.grpc.pb.h"
#include "belfry/v1/delivery_service.grpc.pb.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "belfry/v1/policy_service.grpc.pb.h"
#include "belfry/v1/timeline_service.grpc.pb.h"
#include "client-lib/src/caller.h"
#include "client-lib/src/channel.h"
#include "client-lib/src/grpc_status.h"
#include "client-lib/src/idempotency.h"

namespace belfry::client {
namespace {

class GrpcStream final : public IncidentStream {
 public:
  GrpcStream(v1::IncidentService::Stub& stub, const v1::WatchIncidentsRequest& request,
             const Caller& caller, const CallOptions& call)
      : prepared_(caller.Prepare(context_, call)) {
    if (prepared_.ok()) reader_ = stub.WatchIncidents(&context_, request);
  }
  bool Read(v1::WatchIncidentsResponse* response) override {
    return reader_ != nullptr && reader_->Read(response);
  }
  absl::Status Finish() override {
    return reader_ == nullptr ? prepared_ : FromGrpc(reader_->Finish());
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  absl::Status prepared_;
  std::unique_ptr<grpc::ClientReader<v1::WatchIncidentsResponse>> reader_;
};

class GrpcConnection final : public Connection {
 public:
  GrpcConnection(std::shared_ptr<grpc::Channel> channel, Options options)
      : caller_(std::move(options)),
        incident_(v1::IncidentService::NewStub(channel)),
        compartment_(v1::CompartmentService::NewStub(channel)),
        timeline_(v1::TimelineService::NewStub(channel)),
        directory_(v1::DirectoryService::NewStub(channel)),
        policy_(v1::PolicyService::NewStub(channel)),
        delivery_(v1::DeliveryService::NewStub(channel)),
        chat_(v1::ChatService::NewStub(channel)) {}

  absl::StatusOr<v1::CreateIncidentResponse> CreateIncident(
      const v1::CreateIncidentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::CreateIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->CreateIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::GetIncidentResponse> GetIncident(const v1::GetIncidentRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::GetIncidentResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return incident_->GetIncident(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::ListIncidentsResponse> ListIncidents(const v1::ListIncidentsRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::ListIncidentsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ListIncidents(context, in, out);
        });
  }
  absl::StatusOr<v1::UpdateIncidentResponse> UpdateIncident(
      const v1::UpdateIncidentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::UpdateIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->UpdateIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::TransitionIncidentResponse> TransitionIncident(
      const v1::TransitionIncidentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::TransitionIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->TransitionIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::AcknowledgeIncidentResponse> AcknowledgeIncident(
      const v1::AcknowledgeIncidentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::AcknowledgeIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->AcknowledgeIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::EscalateIncidentResponse> EscalateIncident(
      const v1::EscalateIncidentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::EscalateIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->EscalateIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::ChangeSeverityResponse> ChangeSeverity(
      const v1::ChangeSeverityRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ChangeSeverityResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ChangeSeverity(context, in, out);
        });
  }
  absl::StatusOr<v1::RecordFactsResponse> RecordFacts(const v1::RecordFactsRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::RecordFactsResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return incident_->RecordFacts(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::AssignCategoriesResponse> AssignCategories(
      const v1::AssignCategoriesRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::AssignCategoriesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->AssignCategories(context, in, out);
        });
  }
  absl::StatusOr<v1::AddEntityResponse> AddEntity(const v1::AddEntityRequest& request,
                                                  const CallOptions& call) override {
    return caller_.Call<v1::AddEntityResponse>(request, call,
                                               [this](auto* context, const auto& in, auto* out) {
                                                 return incident_->AddEntity(context, in, out);
                                               });
  }
  absl::StatusOr<v1::AddNoteResponse> AddNote(const v1::AddNoteRequest& request,
                                              const CallOptions& call) override {
    return caller_.Call<v1::AddNoteResponse>(request, call,
                                             [this](auto* context, const auto& in, auto* out) {
                                               return incident_->AddNote(context, in, out);
                                             });
  }
  absl::StatusOr<v1::LinkTicketResponse> LinkTicket(const v1::LinkTicketRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::LinkTicketResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return incident_->LinkTicket(context, in, out);
                                                });
  }
  absl::StatusOr<v1::SubmitDocumentResponse> SubmitDocument(
      const v1::SubmitDocumentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::SubmitDocumentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->SubmitDocument(context, in, out);
        });
  }
  absl::StatusOr<v1::SendObligationNoticeResponse> SendObligationNotice(
      const v1::SendObligationNoticeRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::SendObligationNoticeResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->SendObligationNotice(context, in, out);
        });
  }
  absl::StatusOr<v1::RecordDecisionResponse> RecordDecision(
      const v1::RecordDecisionRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::RecordDecisionResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->RecordDecision(context, in, out);
        });
  }
  absl::StatusOr<v1::WaiveObligationResponse> WaiveObligation(
      const v1::WaiveObligationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::WaiveObligationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->WaiveObligation(context, in, out);
        });
  }
  absl::StatusOr<v1::HoldObligationResponse> HoldObligation(
      const v1::HoldObligationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::HoldObligationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->HoldObligation(context, in, out);
        });
  }
  absl::StatusOr<v1::SnoozeObligationResponse> SnoozeObligation(
      const v1::SnoozeObligationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::SnoozeObligationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->SnoozeObligation(context, in, out);
        });
  }
  absl::StatusOr<v1::ReleaseObligationResponse> ReleaseObligation(
      const v1::ReleaseObligationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ReleaseObligationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ReleaseObligation(context, in, out);
        });
  }
  absl::StatusOr<v1::LinkIncidentResponse> LinkIncident(const v1::LinkIncidentRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::LinkIncidentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->LinkIncident(context, in, out);
        });
  }
  absl::StatusOr<v1::RecordDevicesResponse> RecordDevices(const v1::RecordDevicesRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::RecordDevicesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->RecordDevices(context, in, out);
        });
  }
  absl::StatusOr<v1::ConfirmRemovalResponse> ConfirmRemoval(
      const v1::ConfirmRemovalRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ConfirmRemovalResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ConfirmRemoval(context, in, out);
        });
  }
  absl::StatusOr<v1::RecordScanResponse> RecordScan(const v1::RecordScanRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::RecordScanResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return incident_->RecordScan(context, in, out);
                                                });
  }
  absl::StatusOr<v1::LiftRemovalResponse> LiftRemoval(const v1::LiftRemovalRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::LiftRemovalResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return incident_->LiftRemoval(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::RecordCostResponse> RecordCost(const v1::RecordCostRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::RecordCostResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return incident_->RecordCost(context, in, out);
                                                });
  }
  absl::StatusOr<v1::AssessCostResponse> AssessCost(const v1::AssessCostRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::AssessCostResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return incident_->AssessCost(context, in, out);
                                                });
  }
  absl::StatusOr<v1::RequestSpendResponse> RequestSpend(const v1::RequestSpendRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::RequestSpendResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->RequestSpend(context, in, out);
        });
  }
  absl::StatusOr<v1::DecideSpendResponse> DecideSpend(const v1::DecideSpendRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::DecideSpendResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return incident_->DecideSpend(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::ExplainObligationResponse> ExplainObligation(
      const v1::ExplainObligationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ExplainObligationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ExplainObligation(context, in, out);
        });
  }
  absl::StatusOr<v1::ListObligationsResponse> ListObligations(
      const v1::ListObligationsRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListObligationsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return incident_->ListObligations(context, in, out);
        });
  }
  std::unique_ptr<IncidentStream> WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                 const CallOptions& call) override {
    return std::make_unique<GrpcStream>(*incident_, request, caller_, call);
  }
  absl::StatusOr<v1::ListTimelineEntriesResponse> ListTimelineEntries(
      const v1::ListTimelineEntriesRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListTimelineEntriesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return timeline_->ListTimelineEntries(context, in, out);
        });
  }
  absl::StatusOr<v1::GetDirectoryResponse> GetDirectory(const v1::GetDirectoryRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::GetDirectoryResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->GetDirectory(context, in, out);
        });
  }
  absl::StatusOr<v1::ReplaceDirectoryResponse> ReplaceDirectory(
      const v1::ReplaceDirectoryRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ReplaceDirectoryResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->ReplaceDirectory(context, in, out);
        });
  }
  absl::StatusOr<v1::UpdatePersonResponse> UpdatePerson(const v1::UpdatePersonRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::UpdatePersonResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->UpdatePerson(context, in, out);
        });
  }
  absl::StatusOr<v1::UpdateEntityResponse> UpdateEntity(const v1::UpdateEntityRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::UpdateEntityResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->UpdateEntity(context, in, out);
        });
  }
  absl::StatusOr<v1::AssignRoleResponse> AssignRole(const v1::AssignRoleRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::AssignRoleResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return directory_->AssignRole(context, in, out);
                                                });
  }
  absl::StatusOr<v1::UnassignRoleResponse> UnassignRole(const v1::UnassignRoleRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::UnassignRoleResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->UnassignRole(context, in, out);
        });
  }
  absl::StatusOr<v1::ListEntitiesResponse> ListEntities(const v1::ListEntitiesRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::ListEntitiesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->ListEntities(context, in, out);
        });
  }
  absl::StatusOr<v1::ResolveContactsResponse> ResolveContacts(
      const v1::ResolveContactsRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ResolveContactsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->ResolveContacts(context, in, out);
        });
  }
  absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::LookupChatAccountResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return directory_->LookupChatAccount(context, in, out);
        });
  }
  absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const v1::WhoAmIRequest& request,
                                            const CallOptions& call) override {
    return caller_.Call<v1::WhoAmIResponse>(request, call,
                                            [this](auto* context, const auto& in, auto* out) {
                                              return directory_->WhoAmI(context, in, out);
                                            });
  }
  absl::StatusOr<v1::StartAccountLinkResponse> StartAccountLink(
      const v1::StartAccountLinkRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::StartAccountLinkResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return chat_->StartAccountLink(context, in, out);
        });
  }
  absl::StatusOr<v1::CompleteAccountLinkResponse> CompleteAccountLink(
      const v1::CompleteAccountLinkRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::CompleteAccountLinkResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return chat_->CompleteAccountLink(context, in, out);
        });
  }
  absl::StatusOr<v1::UnlinkAccountResponse> UnlinkAccount(const v1::UnlinkAccountRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::UnlinkAccountResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return chat_->UnlinkAccount(context, in, out);
        });
  }
  absl::StatusOr<v1::LookupPlaceResponse> LookupPlace(const v1::LookupPlaceRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::LookupPlaceResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return chat_->LookupPlace(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::SaveConversationResponse> SaveConversation(
      const v1::SaveConversationRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::SaveConversationResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return chat_->SaveConversation(context, in, out);
        });
  }
  absl::StatusOr<v1::ListConversationsResponse> ListConversations(
      const v1::ListConversationsRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListConversationsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return chat_->ListConversations(context, in, out);
        });
  }
  absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const v1::GetPolicyRequest& request,
                                                  const CallOptions& call) override {
    return caller_.Call<v1::GetPolicyResponse>(request, call,
                                               [this](auto* context, const auto& in, auto* out) {
                                                 return policy_->GetPolicy(context, in, out);
                                               });
  }
  absl::StatusOr<v1::LintPolicyResponse> LintPolicy(const v1::LintPolicyRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::LintPolicyResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return policy_->LintPolicy(context, in, out);
                                                });
  }
  absl::StatusOr<v1::ListPoliciesResponse> ListPolicies(const v1::ListPoliciesRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::ListPoliciesResponse>(request, call,
                                                  [this](auto* context, const auto& in, auto* out) {
                                                    return policy_->ListPolicies(context, in, out);
                                                  });
  }
  absl::StatusOr<v1::PreviewPolicyResponse> PreviewPolicy(const v1::PreviewPolicyRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::PreviewPolicyResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return policy_->PreviewPolicy(context, in, out);
        });
  }
  absl::StatusOr<v1::AdoptPolicyResponse> AdoptPolicy(const v1::AdoptPolicyRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::AdoptPolicyResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return policy_->AdoptPolicy(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::SimulatePolicyResponse> SimulatePolicy(
      const v1::SimulatePolicyRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::SimulatePolicyResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return policy_->SimulatePolicy(context, in, out);
        });
  }
  absl::StatusOr<v1::NameReaderResponse> NameReader(const v1::NameReaderRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::NameReaderResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return compartment_->NameReader(context, in, out);
                                                });
  }
  absl::StatusOr<v1::RemoveReaderResponse> RemoveReader(const v1::RemoveReaderRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::RemoveReaderResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return compartment_->RemoveReader(context, in, out);
        });
  }
  absl::StatusOr<v1::NameSubjectResponse> NameSubject(const v1::NameSubjectRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::NameSubjectResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return compartment_->NameSubject(context, in, out);
        });
  }
  absl::StatusOr<v1::ChangeTlpResponse> ChangeTlp(const v1::ChangeTlpRequest& request,
                                                  const CallOptions& call) override {
    return caller_.Call<v1::ChangeTlpResponse>(request, call,
                                               [this](auto* context, const auto& in, auto* out) {
                                                 return compartment_->ChangeTlp(context, in, out);
                                               });
  }
  absl::StatusOr<v1::BreakGlassResponse> BreakGlass(const v1::BreakGlassRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::BreakGlassResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return compartment_->BreakGlass(context, in, out);
                                                });
  }
  absl::StatusOr<v1::LeaseDeliveriesResponse> LeaseDeliveries(
      const v1::LeaseDeliveriesRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::LeaseDeliveriesResponse>(
        request, call,
        [this](auto* context, const auto& in, auto* out) {
          return delivery_->LeaseDeliveries(context, in, out);
        },
        // The server holds this call while there is nothing to send.
        absl::Seconds(request.wait().seconds()) + absl::Nanoseconds(request.wait().nanos()));
  }
  absl::StatusOr<v1::ReportDeliveryResponse> ReportDelivery(
      const v1::ReportDeliveryRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ReportDeliveryResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return delivery_->ReportDelivery(context, in, out);
        });
  }
  absl::StatusOr<v1::ListDeliveriesResponse> ListDeliveries(
      const v1::ListDeliveriesRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListDeliveriesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return delivery_->ListDeliveries(context, in, out);
        });
  }
  absl::StatusOr<v1::RequeueDeliveryResponse> RequeueDelivery(
      const v1::RequeueDeliveryRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::RequeueDeliveryResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return delivery_->RequeueDelivery(context, in, out);
        });
  }

 private:
  Caller caller_;
  std::unique_ptr<v1::IncidentService::Stub> incident_;
  std::unique_ptr<v1::CompartmentService::Stub> compartment_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_;
  std::unique_ptr<v1::PolicyService::Stub> policy_;
  std::unique_ptr<v1::DeliveryService::Stub> delivery_;
  std::unique_ptr<v1::ChatService::Stub> chat_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(Options options) {
  auto channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return std::make_shared<GrpcConnection>(*std::move(channel), std::move(options));
}

}  // namespace belfry::client
