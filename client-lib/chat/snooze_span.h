// How long reminders rest, as people type it.
#ifndef BELFRY_CLIENT_LIB_CHAT_SNOOZE_SPAN_H_
#define BELFRY_CLIENT_LIB_CHAT_SNOOZE_SPAN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::chat {

// "2h", "30m", "1h30m": more than nothing, at most a day. A usage error about "for".
absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text);

// "2h", "30m", "1h30m", as ParseSpan() reads it.
std::string SpanText(absl::Duration span);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_SNOOZE_SPAN_H_
