// Matchers for absl::Status and absl::StatusOr.
#ifndef BELFRY_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define BELFRY_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "server/base/error.h"

namespace belfry::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// A refusal with this stable reason, whose message holds `text`.
MATCHER_P2(RefusedBecause, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return ErrorReason(StatusOf(arg)) == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_STATUS_MATCHERS_H_
