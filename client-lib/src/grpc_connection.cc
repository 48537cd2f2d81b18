// Connection over the generated stubs: metadata, deadline and retry loop around each call.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "belfry/connection.h"
#include "belfry/v1/access_service.grpc.pb.h"
#include "belfry/v1/audit_service.grpc.pb.h"
#include "belfry/v1/chat_service.grpc.pb.h"
#include "belfry/v1/compartment_service.grpc.pb.h"
#include "belfry/v1/delivery_service.grpc.pb.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/document_service.grpc.pb.h"
#include "belfry/v1/evidence_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "belfry/v1/measures_service.grpc.pb.h"
#include "belfry/v1/policy_service.grpc.pb.h"
#include "belfry/v1/public_records_service.grpc.pb.h"
#include "belfry/v1/timeline_service.grpc.pb.h"
#include "client-lib/src/caller.h"
#include "client-lib/src/channel.h"
#include "client-lib/src/grpc_status.h"
#include "client-lib/src/idempotency.h"

namespace belfry::client {
namespace {

template <typename Response>
class GrpcStream final : public ServerStream<Response> {
 public:
  using Reader = std::unique_ptr<grpc::ClientReader<Response>>;

  // `open` begins the call of a context.
  template <typename Open>
  GrpcStream(const Caller& caller, const CallOptions& call, const Open& open)
      : prepared_(caller.Prepare(context_, call)) {
    if (prepared_.ok()) reader_ = open(&context_);
  }
  bool Read(Response* response) override { return reader_ != nullptr && reader_->Read(response); }
  absl::Status Finish() override {
    return reader_ == nullptr ? prepared_ : FromGrpc(reader_->Finish());
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  absl::Status prepared_;
  Reader reader_;
};

class GrpcUpload final : public UploadStream {
 public:
  GrpcUpload(v1::EvidenceService::Stub& stub, const Caller& caller, const CallOptions& call)
      : prepared_(caller.Prepare(context_, call)) {
    if (prepared_.ok()) writer_ = stub.UploadEvidence(&context_, &response_);
  }
  bool Write(const v1::UploadEvidenceRequest& request) override {
    return writer_ != nullptr && writer_->Write(request);
  }
  absl::StatusOr<v1::UploadEvidenceResponse> Finish() override {
    if (writer_ == nullptr) return prepared_;
    writer_->WritesDone();
    const absl::Status status = FromGrpc(writer_->Finish());
    if (!status.ok()) return status;
    return response_;
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  absl::Status prepared_;
  v1::UploadEvidenceResponse response_;
  std::unique_ptr<grpc::ClientWriter<v1::UploadEvidenceRequest>> writer_;
};

class GrpcConnection final : public Connection {
 public:
  GrpcConnection(std::shared_ptr<grpc::Channel> channel, Options options)
      : caller_(std::move(options)),
        incident_(v1::IncidentService::NewStub(channel)),
        compartment_(v1::CompartmentService::NewStub(channel)),
        document_(v1::DocumentService::NewStub(channel)),
        timeline_(v1::TimelineService::NewStub(channel)),
        directory_(v1::DirectoryService::NewStub(channel)),
        policy_(v1::PolicyService::NewStub(channel)),
        records_(v1::PublicRecordsService::NewStub(channel)),
        measures_(v1::MeasuresService::NewStub(channel)),
        delivery_(v1::DeliveryService::NewStub(channel)),
        chat_(v1::ChatService::NewStub(channel)),
        audit_(v1::AuditService::NewStub(channel)),
        access_(v1::AccessService::NewStub(channel)),
        evidence_(v1::EvidenceService::NewStub(channel)) {}

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
  absl::StatusOr<v1::CreateEvidenceResponse> CreateEvidence(
      const v1::CreateEvidenceRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::CreateEvidenceResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->CreateEvidence(context, in, out);
        });
  }
  absl::StatusOr<v1::GetEvidenceResponse> GetEvidence(const v1::GetEvidenceRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::GetEvidenceResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return evidence_->GetEvidence(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(const v1::ListEvidenceRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::ListEvidenceResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->ListEvidence(context, in, out);
        });
  }
  absl::StatusOr<v1::ListCustodyResponse> ListCustody(const v1::ListCustodyRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::ListCustodyResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return evidence_->ListCustody(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::RecordCustodyResponse> RecordCustody(const v1::RecordCustodyRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::RecordCustodyResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->RecordCustody(context, in, out);
        });
  }
  absl::StatusOr<v1::ConfirmTransferResponse> ConfirmTransfer(
      const v1::ConfirmTransferRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ConfirmTransferResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->ConfirmTransfer(context, in, out);
        });
  }
  absl::StatusOr<v1::SetLegalHoldResponse> SetLegalHold(const v1::SetLegalHoldRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::SetLegalHoldResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->SetLegalHold(context, in, out);
        });
  }
  absl::StatusOr<v1::DestroyEvidenceResponse> DestroyEvidence(
      const v1::DestroyEvidenceRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::DestroyEvidenceResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->DestroyEvidence(context, in, out);
        });
  }
  absl::StatusOr<v1::DecideDestructionResponse> DecideDestruction(
      const v1::DecideDestructionRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::DecideDestructionResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return evidence_->DecideDestruction(context, in, out);
        });
  }
  absl::StatusOr<v1::VerifyEvidenceResponse> VerifyEvidence(
      const v1::VerifyEvidenceRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::VerifyEvidenceResponse>(
        request, call,
        [this](auto* context, const auto& in, auto* out) {
          return evidence_->VerifyEvidence(context, in, out);
        },
        // About a second for each gigabyte.
        absl::Hours(1));
  }
  absl::StatusOr<v1::BeginUploadResponse> BeginUpload(const v1::BeginUploadRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::BeginUploadResponse>(
        request, call,
        [this](auto* context, const auto& in, auto* out) {
          return evidence_->BeginUpload(context, in, out);
        },
        // After a restart the server reads what it has of the upload.
        absl::Minutes(5));
  }
  absl::StatusOr<v1::QueryUploadResponse> QueryUpload(const v1::QueryUploadRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::QueryUploadResponse>(
        request, call,
        [this](auto* context, const auto& in, auto* out) {
          return evidence_->QueryUpload(context, in, out);
        },
        // After a restart the server reads what it has of the upload.
        absl::Minutes(5));
  }
  absl::StatusOr<v1::AbortUploadResponse> AbortUpload(const v1::AbortUploadRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::AbortUploadResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return evidence_->AbortUpload(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::RekeyVaultResponse> RekeyVault(const v1::RekeyVaultRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::RekeyVaultResponse>(
        request, call,
        [this](auto* context, const auto& in, auto* out) {
          return evidence_->RekeyVault(context, in, out);
        },
        // About a second for each gigabyte.
        absl::Hours(1));
  }
  std::unique_ptr<UploadStream> UploadEvidence(const CallOptions& call) override {
    return std::make_unique<GrpcUpload>(*evidence_, caller_, call);
  }
  std::unique_ptr<DownloadStream> DownloadEvidence(const v1::DownloadEvidenceRequest& request,
                                                   const CallOptions& call) override {
    return std::make_unique<GrpcStream<v1::DownloadEvidenceResponse>>(
        caller_, call, [&](grpc::ClientContext* context) {
          return evidence_->DownloadEvidence(context, request);
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
    return std::make_unique<GrpcStream<v1::WatchIncidentsResponse>>(
        caller_, call,
        [&](grpc::ClientContext* context) { return incident_->WatchIncidents(context, request); });
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
  absl::StatusOr<v1::CreateTokenResponse> CreateToken(const v1::CreateTokenRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::CreateTokenResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return access_->CreateToken(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::ListTokensResponse> ListTokens(const v1::ListTokensRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::ListTokensResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return access_->ListTokens(context, in, out);
                                                });
  }
  absl::StatusOr<v1::RevokeTokenResponse> RevokeToken(const v1::RevokeTokenRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::RevokeTokenResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return access_->RevokeToken(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::RotateTokenResponse> RotateToken(const v1::RotateTokenRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::RotateTokenResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return access_->RotateToken(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::RequestRecordResponse> RequestRecord(const v1::RequestRecordRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::RequestRecordResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return records_->RequestRecord(context, in, out);
        });
  }
  absl::StatusOr<v1::ListRecordItemsResponse> ListRecordItems(
      const v1::ListRecordItemsRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListRecordItemsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return records_->ListRecordItems(context, in, out);
        });
  }
  absl::StatusOr<v1::ReviewRecordResponse> ReviewRecord(const v1::ReviewRecordRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::ReviewRecordResponse>(request, call,
                                                  [this](auto* context, const auto& in, auto* out) {
                                                    return records_->ReviewRecord(context, in, out);
                                                  });
  }
  absl::StatusOr<v1::ReleaseRecordResponse> ReleaseRecord(const v1::ReleaseRecordRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::ReleaseRecordResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return records_->ReleaseRecord(context, in, out);
        });
  }
  absl::StatusOr<v1::DenyRecordResponse> DenyRecord(const v1::DenyRecordRequest& request,
                                                    const CallOptions& call) override {
    return caller_.Call<v1::DenyRecordResponse>(request, call,
                                                [this](auto* context, const auto& in, auto* out) {
                                                  return records_->DenyRecord(context, in, out);
                                                });
  }
  absl::StatusOr<v1::ListRecordReleasesResponse> ListRecordReleases(
      const v1::ListRecordReleasesRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ListRecordReleasesResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return records_->ListRecordReleases(context, in, out);
        });
  }
  absl::StatusOr<v1::GetRecordReleaseResponse> GetRecordRelease(
      const v1::GetRecordReleaseRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::GetRecordReleaseResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return records_->GetRecordRelease(context, in, out);
        });
  }
  absl::StatusOr<v1::GetMeasuresResponse> GetMeasures(const v1::GetMeasuresRequest& request,
                                                      const CallOptions& call) override {
    return caller_.Call<v1::GetMeasuresResponse>(request, call,
                                                 [this](auto* context, const auto& in, auto* out) {
                                                   return measures_->GetMeasures(context, in, out);
                                                 });
  }
  absl::StatusOr<v1::GetComplianceFileResponse> GetComplianceFile(
      const v1::GetComplianceFileRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::GetComplianceFileResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return measures_->GetComplianceFile(context, in, out);
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
  absl::StatusOr<v1::PreviewDocumentResponse> PreviewDocument(
      const v1::PreviewDocumentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::PreviewDocumentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->PreviewDocument(context, in, out);
        });
  }
  absl::StatusOr<v1::DraftDocumentResponse> DraftDocument(const v1::DraftDocumentRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::DraftDocumentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->DraftDocument(context, in, out);
        });
  }
  absl::StatusOr<v1::ApproveDocumentResponse> ApproveDocument(
      const v1::ApproveDocumentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ApproveDocumentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->ApproveDocument(context, in, out);
        });
  }
  absl::StatusOr<v1::DiscardDraftResponse> DiscardDraft(const v1::DiscardDraftRequest& request,
                                                        const CallOptions& call) override {
    return caller_.Call<v1::DiscardDraftResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->DiscardDraft(context, in, out);
        });
  }
  absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(const v1::ListDocumentsRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::ListDocumentsResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->ListDocuments(context, in, out);
        });
  }
  absl::StatusOr<v1::RenderDocumentResponse> RenderDocument(
      const v1::RenderDocumentRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::RenderDocumentResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return document_->RenderDocument(context, in, out);
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
  absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(const v1::GetCheckpointRequest& request,
                                                          const CallOptions& call) override {
    return caller_.Call<v1::GetCheckpointResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return audit_->GetCheckpoint(context, in, out);
        });
  }
  absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
      const v1::GetInclusionProofRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::GetInclusionProofResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return audit_->GetInclusionProof(context, in, out);
        });
  }
  absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const v1::GetConsistencyProofRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::GetConsistencyProofResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return audit_->GetConsistencyProof(context, in, out);
        });
  }
  absl::StatusOr<v1::AddCosignatureResponse> AddCosignature(
      const v1::AddCosignatureRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::AddCosignatureResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return audit_->AddCosignature(context, in, out);
        });
  }
  absl::StatusOr<v1::ExpungePayloadResponse> ExpungePayload(
      const v1::ExpungePayloadRequest& request, const CallOptions& call) override {
    return caller_.Call<v1::ExpungePayloadResponse>(
        request, call, [this](auto* context, const auto& in, auto* out) {
          return audit_->ExpungePayload(context, in, out);
        });
  }
  std::unique_ptr<RecordStream> ExportRecord(const v1::ExportRecordRequest& request,
                                             const CallOptions& call) override {
    return std::make_unique<GrpcStream<v1::ExportRecordResponse>>(
        caller_, call,
        [&](grpc::ClientContext* context) { return audit_->ExportRecord(context, request); });
  }

 private:
  Caller caller_;
  std::unique_ptr<v1::IncidentService::Stub> incident_;
  std::unique_ptr<v1::CompartmentService::Stub> compartment_;
  std::unique_ptr<v1::DocumentService::Stub> document_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_;
  std::unique_ptr<v1::PolicyService::Stub> policy_;
  std::unique_ptr<v1::PublicRecordsService::Stub> records_;
  std::unique_ptr<v1::MeasuresService::Stub> measures_;
  std::unique_ptr<v1::DeliveryService::Stub> delivery_;
  std::unique_ptr<v1::ChatService::Stub> chat_;
  std::unique_ptr<v1::AuditService::Stub> audit_;
  std::unique_ptr<v1::AccessService::Stub> access_;
  std::unique_ptr<v1::EvidenceService::Stub> evidence_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Connection>> MakeConnection(Options options) {
  auto channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return std::make_shared<GrpcConnection>(*std::move(channel), std::move(options));
}

}  // namespace belfry::client
