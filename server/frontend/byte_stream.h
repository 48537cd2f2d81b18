// What uploads and downloads share: who they are for, and when they end.
#ifndef BELFRY_SERVER_FRONTEND_BYTE_STREAM_H_
#define BELFRY_SERVER_FRONTEND_BYTE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "belfry/v1/evidence_service.pb.h"
#include "server/frontend/call.h"
#include "server/frontend/vault_desk.h"
#include "server/vault/upload.h"

namespace belfry::frontend {

struct Admitted {
  Identity identity;
  Admission::Permit permit;
};

// As Call::Enter() for a stream.
absl::StatusOr<Admitted> AdmitStream(const Services& services,
                                     const grpc::CallbackServerContext& context,
                                     absl::string_view method);

// Opens a stream, or one that only answers why not.
grpc::ServerReadReactor<v1::UploadEvidenceRequest>* OpenUpload(
    const Services& services, VaultDesk& desk, grpc::CallbackServerContext* context,
    v1::UploadEvidenceResponse* response);
grpc::ServerWriteReactor<v1::DownloadEvidenceResponse>* OpenDownload(
    const Services& services, VaultDesk& desk, grpc::CallbackServerContext* context,
    const v1::DownloadEvidenceRequest& request);

// The upload as callers see it. Blocks on the disk.
absl::StatusOr<v1::Upload> ToUpload(const vault::Vault& vault, vault::Upload& upload);
// "uploads/…" to the id; INVALID_ARGUMENT otherwise.
absl::StatusOr<std::string> ParseUploadName(absl::string_view field, absl::string_view name);

// The content of an item turned out to be damaged while somebody read it: the alarm goes out, once.
void ReportDamage(engine::Engine& engine, const std::string& incident, int32_t number);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_BYTE_STREAM_H_
