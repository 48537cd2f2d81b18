// gRPC's status as an absl::Status.
#ifndef BELFRY_CLIENT_LIB_SRC_GRPC_STATUS_H_
#define BELFRY_CLIENT_LIB_SRC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace belfry::client {

// The details ("grpc-status-details-bin") become the payload kStatusPayloadUrl, bytes unchanged.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_SRC_GRPC_STATUS_H_
