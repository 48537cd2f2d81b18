// From the text of a policy pack to the pack.
#ifndef BELFRY_SERVER_CORE_POLICY_READ_H_
#define BELFRY_SERVER_CORE_POLICY_READ_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "server/core/policy/lint.h"

namespace belfry::core {

// Everything that is wrong with the text, with lines: syntax first, then LintPolicy().
std::vector<Finding> CheckPolicyText(absl::string_view text);

// The pack. INVALID_ARGUMENT lists each error as "line N: path: message".
absl::StatusOr<policy::v1::Policy> ReadPolicy(absl::string_view text);

// The pack of a text that was checked before: syntax only. INVALID_ARGUMENT as above.
absl::StatusOr<policy::v1::Policy> ParsePolicy(absl::string_view text);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_READ_H_
