#include "server/frontend/grpc_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "server/base/error.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  if (const auto payload = status.GetPayload(kStatusPayloadUrl); payload.has_value()) {
    return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                        std::string(*payload));
  }
  if (status.code() == absl::StatusCode::kDeadlineExceeded ||
      status.code() == absl::StatusCode::kCancelled) {
    return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                        std::string(status.message()));
  }
  spdlog::error("internal error: {}", status.ToString());
  const absl::Status hidden =
      ErrorBuilder(absl::StatusCode::kInternal, "INTERNAL",
                   "something went wrong inside Belfry; it is in the server's log")
          .Build();
  return grpc::Status(grpc::StatusCode::INTERNAL, std::string(hidden.message()),
                      std::string(*hidden.GetPayload(kStatusPayloadUrl)));
}

}  // namespace belfry::frontend
