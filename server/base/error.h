// Refusals that programs can act on: an absl::Status that carries google.rpc error details.
//
// The details travel as one serialized google.rpc.Status in the payload kStatusPayloadUrl; the
// frontend copies it to the wire unchanged.
#ifndef BELFRY_SERVER_BASE_ERROR_H_
#define BELFRY_SERVER_BASE_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry {

inline constexpr char kStatusPayloadUrl[] = "type.googleapis.com/google.rpc.Status";

// Builds one refusal. `reason` is stable and UPPER_SNAKE_CASE; the message says what to do next.
// Keeps the details below 2 KiB, because gRPC drops an answer whose trailers are too large.
//
//   return ErrorBuilder(absl::StatusCode::kInvalidArgument, "FIELD_INVALID",
//                       "title: at most 200 characters; this one has 240")
//       .Field("title", "at most 200 characters")
//       .Build();
class ErrorBuilder {
 public:
  ErrorBuilder(absl::StatusCode code, std::string reason, std::string message);

  ErrorBuilder& Metadata(std::string key, std::string value);
  ErrorBuilder& Field(std::string field, std::string description);
  // `clause` such as "POL-5.17"; several joined by ", ".
  ErrorBuilder& Violation(std::string clause, std::string subject, std::string description);
  ErrorBuilder& RetryAfter(absl::Duration delay);
  // Replaces the message, for one that is known only after the violations were collected.
  ErrorBuilder& Message(std::string message);
  absl::Status Build() const;

 private:
  struct ViolationText {
    std::string clause;
    std::string subject;
    std::string description;
  };

  absl::StatusCode code_;
  std::string reason_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<ViolationText> violations_;
  absl::Duration retry_after_ = absl::ZeroDuration();
};

// The most common refusal: one field is wrong. The message becomes "field: description".
absl::Status InvalidField(absl::string_view field, absl::string_view description);

// The stable reason of a refusal made here; empty for any other status.
std::string ErrorReason(const absl::Status& status);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_ERROR_H_
