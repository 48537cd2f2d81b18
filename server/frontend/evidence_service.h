// EvidenceService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_EVIDENCE_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_EVIDENCE_SERVICE_H_

#include "belfry/v1/evidence_service.grpc.pb.h"
#include "server/frontend/call.h"
#include "server/frontend/vault_desk.h"

namespace belfry::frontend {

class EvidenceServiceImpl final : public v1::EvidenceService::CallbackService {
 public:
  // Both outlive the service.
  EvidenceServiceImpl(const Services* services, VaultDesk* desk)
      : services_(*services), desk_(*desk) {}

  grpc::ServerUnaryReactor* CreateEvidence(grpc::CallbackServerContext* context,
                                           const v1::CreateEvidenceRequest* request,
                                           v1::CreateEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* GetEvidence(grpc::CallbackServerContext* context,
                                        const v1::GetEvidenceRequest* request,
                                        v1::GetEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* ListEvidence(grpc::CallbackServerContext* context,
                                         const v1::ListEvidenceRequest* request,
                                         v1::ListEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* ListCustody(grpc::CallbackServerContext* context,
                                        const v1::ListCustodyRequest* request,
                                        v1::ListCustodyResponse* response) override;
  grpc::ServerUnaryReactor* RecordCustody(grpc::CallbackServerContext* context,
                                          const v1::RecordCustodyRequest* request,
                                          v1::RecordCustodyResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmTransfer(grpc::CallbackServerContext* context,
                                            const v1::ConfirmTransferRequest* request,
                                            v1::ConfirmTransferResponse* response) override;
  grpc::ServerUnaryReactor* SetLegalHold(grpc::CallbackServerContext* context,
                                         const v1::SetLegalHoldRequest* request,
                                         v1::SetLegalHoldResponse* response) override;
  grpc::ServerUnaryReactor* DestroyEvidence(grpc::CallbackServerContext* context,
                                            const v1::DestroyEvidenceRequest* request,
                                            v1::DestroyEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* DecideDestruction(grpc::CallbackServerContext* context,
                                              const v1::DecideDestructionRequest* request,
                                              v1::DecideDestructionResponse* response) override;
  grpc::ServerUnaryReactor* VerifyEvidence(grpc::CallbackServerContext* context,
                                           const v1::VerifyEvidenceRequest* request,
                                           v1::VerifyEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* BeginUpload(grpc::CallbackServerContext* context,
                                        const v1::BeginUploadRequest* request,
                                        v1::BeginUploadResponse* response) override;
  grpc::ServerUnaryReactor* QueryUpload(grpc::CallbackServerContext* context,
                                        const v1::QueryUploadRequest* request,
                                        v1::QueryUploadResponse* response) override;
  grpc::ServerReadReactor<v1::UploadEvidenceRequest>* UploadEvidence(
      grpc::CallbackServerContext* context, v1::UploadEvidenceResponse* response) override;
  grpc::ServerUnaryReactor* AbortUpload(grpc::CallbackServerContext* context,
                                        const v1::AbortUploadRequest* request,
                                        v1::AbortUploadResponse* response) override;
  grpc::ServerWriteReactor<v1::DownloadEvidenceResponse>* DownloadEvidence(
      grpc::CallbackServerContext* context, const v1::DownloadEvidenceRequest* request) override;
  grpc::ServerUnaryReactor* RekeyVault(grpc::CallbackServerContext* context,
                                       const v1::RekeyVaultRequest* request,
                                       v1::RekeyVaultResponse* response) override;

 private:
  const Services& services_;
  VaultDesk& desk_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_EVIDENCE_SERVICE_H_
