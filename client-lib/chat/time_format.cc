#include "client-lib/chat/time_format.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace belfry::chat {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  google::protobuf::Timestamp proto;
  // Floor division: the nanoseconds of a timestamp are never negative.
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(rest * 1'000));
  return proto;
}

std::string FormatLocal(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%a %d %b %H:%M %Z", time, zone);
}

std::string FormatSpan(absl::Duration span) {
  if (span < absl::ZeroDuration()) span = -span;
  const int64_t seconds = absl::ToInt64Seconds(span);
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const int64_t minutes = seconds / 60;
  if (minutes < 60) return absl::StrCat(minutes, " min");
  const int64_t hours = minutes / 60;
  if (hours < 48) {
    return minutes % 60 == 0 ? absl::StrCat(hours, " h")
                             : absl::StrCat(hours, " h ", minutes % 60, " min");
  }
  return hours % 24 == 0 ? absl::StrCat(hours / 24, " d")
                         : absl::StrCat(hours / 24, " d ", hours % 24, " h");
}

std::string FormatRelative(absl::Time time, absl::Time now) {
  const absl::Duration left = time - now;
  if (left > -absl::Seconds(1) && left < absl::Seconds(1)) return "now";
  return left > absl::ZeroDuration() ? absl::StrCat("in ", FormatSpan(left))
                                     : absl::StrCat(FormatSpan(left), " ago");
}

std::string FormatDue(absl::Time due, absl::Time now, absl::TimeZone zone) {
  const std::string absolute = FormatLocal(due, zone);
  if (now == absl::InfinitePast()) return absolute;
  const std::string relative = due < now - absl::Seconds(1)
                                   ? absl::StrCat(FormatSpan(now - due), " late")
                                   : FormatRelative(due, now);
  return absl::StrCat(absolute, " (", relative, ")");
}

}  // namespace belfry::chat
