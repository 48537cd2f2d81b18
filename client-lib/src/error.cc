#include "belfry/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace belfry::client {

ErrorDetail DescribeError(const absl::Status& status) {
  ErrorDetail detail;
  detail.code = status.code();
  detail.message = std::string(status.message().data(), status.message().size());
  const auto payload = status.GetPayload(kStatusPayloadUrl);
  if (!payload.has_value()) return detail;
  google::rpc::Status proto;
  if (!proto.ParseFromString(std::string(*payload))) return detail;
  for (const google::protobuf::Any& any : proto.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::PreconditionFailure failure;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      detail.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) detail.metadata[key] = value;
    } else if (any.UnpackTo(&bad)) {
      for (const auto& field : bad.field_violations()) {
        detail.fields.push_back({field.field(), field.description()});
      }
    } else if (any.UnpackTo(&failure)) {
      for (const auto& violation : failure.violations()) {
        detail.violations.push_back(
            {violation.type(), violation.subject(), violation.description()});
      }
    } else if (any.UnpackTo(&retry)) {
      detail.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                           absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  return detail;
}

}  // namespace belfry::client
