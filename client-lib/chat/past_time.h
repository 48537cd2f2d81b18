// Times in the past, as people type them.
#ifndef BELFRY_CLIENT_LIB_CHAT_PAST_TIME_H_
#define BELFRY_CLIENT_LIB_CHAT_PAST_TIME_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::chat {

// "14:05" is the last 14:05 in `zone`, "2026-11-24T14:05" and "2026-11-24 14:05" local time, "…Z"
// and "…-05:00" as written, "20m" or "2h" that long ago, "now". A local time that the change to
// summer time left out is refused, and one that came twice is asked about: a record must not hold a
// guess. `key` is named in usage errors.
absl::StatusOr<absl::Time> ParsePastTime(absl::string_view key, absl::string_view text,
                                         absl::Time now, absl::TimeZone zone);

// "2026-11-24": what a time of day may follow after a space.
bool IsDate(absl::string_view text);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_PAST_TIME_H_
