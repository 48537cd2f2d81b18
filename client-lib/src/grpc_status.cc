#include "client-lib/src/grpc_status.h"

#include "absl/strings/cord.h"
#include "belfry/error.h"

namespace belfry::client {

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.error_details().empty()) {
    result.SetPayload(kStatusPayloadUrl, absl::Cord(status.error_details()));
  }
  return result;
}

}  // namespace belfry::client
