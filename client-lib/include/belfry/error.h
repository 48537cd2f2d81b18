// What a refusal of the server says, taken apart.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_ERROR_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace belfry::client {

// The payload under which a status carries its google.rpc.Status, serialized; the server's own
// statuses use the same.
inline constexpr char kStatusPayloadUrl[] = "type.googleapis.com/google.rpc.Status";

struct ErrorDetail {
  struct Field {
    std::string field;  // path in the request, for example "facts[0].value"
    std::string description;
  };
  struct Violation {
    std::string clause;   // "POL-5.17"
    std::string subject;  // code of the guard
    std::string description;
  };
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
  std::string reason;  // stable, for example "GUARD_FAILED"; empty when the server did not answer
  std::map<std::string, std::string> metadata;
  std::vector<Field> fields;
  std::vector<Violation> violations;
  std::optional<absl::Duration> retry_after;
};

// Never fails: details that cannot be read are left out.
ErrorDetail DescribeError(const absl::Status& status);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_ERROR_H_
