// From the text of a policy pack to the pack.
#ifndef BELFRY_SERVER_CORE_POLICY_READ_H_
#define BELFRY_SERVER_CORE_POLICY_READ_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "server/core/policy/lint.h"

namespace belfry::core {

// Looks at a pack without errors for what depends on more than the pack.
using MoreChecks = std::function<std::vector<Finding>(const policy::v1::Policy& policy)>;

// Everything that is wrong with the text, in the order of its lines: syntax first and alone, then
// LintPolicy(), then `more`.
std::vector<Finding> CheckPolicyText(absl::string_view text, const MoreChecks& more = nullptr);

// The pack. INVALID_ARGUMENT lists each error as "line N: path: message".
absl::StatusOr<policy::v1::Policy> ReadPolicy(absl::string_view text);

// The pack of a text that was checked before: syntax only. INVALID_ARGUMENT as above.
absl::StatusOr<policy::v1::Policy> ParsePolicy(absl::string_view text);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_READ_H_
