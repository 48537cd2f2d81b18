// absl::Status to grpc::Status, details included.
#ifndef BELFRY_SERVER_FRONTEND_GRPC_STATUS_H_
#define BELFRY_SERVER_FRONTEND_GRPC_STATUS_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"

namespace belfry::frontend {

// A status without a stable reason did not come from our own checks: its text may name files and
// statements, so the caller gets a plain INTERNAL and the log gets the text.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_GRPC_STATUS_H_
