#include "client-lib/chat/snooze_span.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {

absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text) {
  absl::Duration span;
  // absl reads "inf" and fractions of units nobody types; both are more than a day or harmless.
  if (!absl::ParseDuration(absl::AsciiStrToLower(text), &span) || span <= absl::ZeroDuration()) {
    return AboutField(UsageError(absl::StrCat("\"", Clip(text, 40),
                                              "\" is no length of time. Type 30m, 2h or 1h30m.")),
                      "for");
  }
  if (span > absl::Hours(24)) {
    return AboutField(UsageError("Reminders rest for at most 24h; a duty that is not needed is "
                                 "waived instead."),
                      "for");
  }
  return span;
}

std::string SpanText(absl::Duration span) {
  const int64_t minutes = absl::ToInt64Minutes(span);
  if (minutes % 60 == 0) return absl::StrCat(minutes / 60, "h");
  return minutes < 60 ? absl::StrCat(minutes, "m")
                      : absl::StrCat(minutes / 60, "h", minutes % 60, "m");
}

}  // namespace belfry::chat
