// Local times as scenario files write them.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_LOCAL_TIME_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_LOCAL_TIME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::scenario {

// "2026-10-06 08:10", with seconds, and with "earlier" or "later" where the civil time is there
// twice. INVALID_ARGUMENT when it is no such time, or not unique.
absl::StatusOr<absl::Time> ParseLocalTime(absl::string_view text, absl::TimeZone zone);

// Does `actual` agree with the written time? To the minute, unless the text has seconds.
bool Agrees(absl::string_view text, absl::Time actual, absl::TimeZone zone);

std::string FormatLocalTime(absl::Time time, absl::TimeZone zone);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_LOCAL_TIME_H_
