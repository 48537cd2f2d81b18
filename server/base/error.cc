#include "server/base/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/proto_time.h"

namespace belfry {
namespace {

// Trailers are base64 on the wire and bounded by the peer; see the class comment.
constexpr size_t kDetailsBytesMax = 2048;

}  // namespace

ErrorBuilder::ErrorBuilder(absl::StatusCode code, std::string reason, std::string message)
    : code_(code), reason_(std::move(reason)), message_(std::move(message)) {}

ErrorBuilder& ErrorBuilder::Metadata(std::string key, std::string value) {
  metadata_.emplace_back(std::move(key), std::move(value));
  return *this;
}

ErrorBuilder& ErrorBuilder::Field(std::string field, std::string description) {
  fields_.emplace_back(std::move(field), std::move(description));
  return *this;
}

ErrorBuilder& ErrorBuilder::Violation(std::string clause, std::string subject,
                                      std::string description) {
  violations_.push_back({std::move(clause), std::move(subject), std::move(description)});
  return *this;
}

ErrorBuilder& ErrorBuilder::RetryAfter(absl::Duration delay) {
  retry_after_ = delay;
  return *this;
}

ErrorBuilder& ErrorBuilder::Message(std::string message) {
  message_ = std::move(message);
  return *this;
}

absl::Status ErrorBuilder::Build() const {
  google::rpc::Status status;
  status.set_code(static_cast<int>(code_));
  status.set_message(message_);

  google::rpc::ErrorInfo info;
  info.set_reason(reason_);
  info.set_domain("belfry");
  for (const auto& [key, value] : metadata_) (*info.mutable_metadata())[key] = value;
  status.add_details()->PackFrom(info);

  if (retry_after_ > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = ToProto(retry_after_);
    status.add_details()->PackFrom(retry);
  }
  if (!fields_.empty()) {
    google::rpc::BadRequest bad;
    for (const auto& [field, description] : fields_) {
      auto* violation = bad.add_field_violations();
      violation->set_field(field);
      violation->set_description(description);
    }
    status.add_details()->PackFrom(bad);
  }
  if (!violations_.empty()) {
    google::rpc::PreconditionFailure failure;
    size_t bytes = status.ByteSizeLong();
    for (const ViolationText& text : violations_) {
      bytes += text.clause.size() + text.subject.size() + text.description.size() + 16;
      if (bytes > kDetailsBytesMax) break;  // the message still names them all
      auto* violation = failure.add_violations();
      violation->set_type(text.clause);
      violation->set_subject(text.subject);
      violation->set_description(text.description);
    }
    status.add_details()->PackFrom(failure);
  }
  absl::Status result(code_, message_);
  result.SetPayload(kStatusPayloadUrl, absl::Cord(status.SerializeAsString()));
  return result;
}

absl::Status InvalidField(absl::string_view field, absl::string_view description) {
  return ErrorBuilder(absl::StatusCode::kInvalidArgument, "FIELD_INVALID",
                      absl::StrCat(field, ": ", description))
      .Field(std::string(field), std::string(description))
      .Build();
}

std::string ErrorReason(const absl::Status& status) {
  const auto payload = status.GetPayload(kStatusPayloadUrl);
  if (!payload.has_value()) return "";
  google::rpc::Status details;
  if (!details.ParseFromString(std::string(*payload))) return "";
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

}  // namespace belfry
