// AuditService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_AUDIT_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_AUDIT_SERVICE_H_

#include "belfry/v1/audit_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class AuditServiceImpl final : public v1::AuditService::CallbackService {
 public:
  explicit AuditServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest* request,
                                          v1::GetCheckpointResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const v1::GetInclusionProofRequest* request,
                                              v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context,
                                                const v1::GetConsistencyProofRequest* request,
                                                v1::GetConsistencyProofResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportRecordResponse>* ExportRecord(
      grpc::CallbackServerContext* context, const v1::ExportRecordRequest* request) override;
  grpc::ServerUnaryReactor* AddCosignature(grpc::CallbackServerContext* context,
                                           const v1::AddCosignatureRequest* request,
                                           v1::AddCosignatureResponse* response) override;
  grpc::ServerUnaryReactor* ExpungePayload(grpc::CallbackServerContext* context,
                                           const v1::ExpungePayloadRequest* request,
                                           v1::ExpungePayloadResponse* response) override;

 private:
  const Services& services_;
};

// PERMISSION_DENIED (ROLE_REQUIRED) unless the pack lets the caller export the record of an entity;
// with an empty one, of the government as a whole.
absl::Status RequireExport(const engine::Engine& engine, const core::Caller& caller,
                           absl::string_view entity);

// NOT_FOUND (LOG_NOT_FOUND), also for logs that the caller may not see.
absl::Status LogNotFound(absl::string_view log);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_AUDIT_SERVICE_H_
