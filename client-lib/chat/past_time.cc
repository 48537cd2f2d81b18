#include "client-lib/chat/past_time.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// "14:05" or "14:05:30".
bool ParseClock(absl::string_view text, int& hour, int& minute, int& second) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  second = 0;
  if (parts.size() < 2 || parts.size() > 3) return false;
  for (const absl::string_view part : parts) {
    if (part.size() > 2 || !AllDigits(part)) return false;
  }
  return absl::SimpleAtoi(parts[0], &hour) && absl::SimpleAtoi(parts[1], &minute) &&
         (parts.size() == 2 || absl::SimpleAtoi(parts[2], &second)) && hour < 24 && minute < 60 &&
         second < 60;
}

// "20m", "2h", "1d", also with a minus before or " ago" behind.
bool ParseAgo(absl::string_view text, absl::Duration& ago) {
  absl::ConsumePrefix(&text, "-");
  absl::ConsumeSuffix(&text, "ago");
  text = absl::StripAsciiWhitespace(text);
  absl::Duration unit;
  if (absl::ConsumeSuffix(&text, "min") || absl::ConsumeSuffix(&text, "m")) {
    unit = absl::Minutes(1);
  } else if (absl::ConsumeSuffix(&text, "h")) {
    unit = absl::Hours(1);
  } else if (absl::ConsumeSuffix(&text, "d")) {
    unit = absl::Hours(24);
  } else {
    return false;
  }
  text = absl::StripAsciiWhitespace(text);
  int64_t count = 0;
  if (text.size() > 6 || !AllDigits(text) || !absl::SimpleAtoi(text, &count)) return false;
  ago = unit * count;
  return true;
}

// A time with its offset; nothing else is in doubt about it.
bool ParseAbsolute(absl::string_view text, absl::Time& time) {
  std::string error;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%dT%H:%M%Ez", "%Y-%m-%dT%H:%MZ",
                             "%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%d %H:%M%Ez"}) {
    if (absl::ParseTime(format, text, absl::UTCTimeZone(), &time, &error)) return true;
  }
  return false;
}

bool ParseCivil(absl::string_view text, absl::CivilSecond& civil, absl::Duration& fraction) {
  std::string error;
  absl::Time time;
  for (const char* format :
       {"%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"}) {
    if (!absl::ParseTime(format, text, absl::UTCTimeZone(), &time, &error)) continue;
    // absl reads "infinite-past" too.
    if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return false;
    civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
    fraction = time - absl::FromCivil(civil, absl::UTCTimeZone());
    return true;
  }
  return false;
}

std::string WithOffset(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, zone);
}

absl::Status LeftOut(absl::string_view said) {
  return UsageError(absl::StrCat("\"", said,
                                 "\" never was: the clocks went forward over it. Look again "
                                 "when it happened."));
}

// The last time before `now` at which the clocks of the day showed this; InfiniteFuture when they
// have not yet.
absl::Time LastOn(absl::CivilSecond civil, absl::Time now, absl::TimeZone zone) {
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  if (info.kind == absl::TimeZone::TimeInfo::REPEATED && info.post <= now) return info.post;
  return info.pre <= now ? info.pre : absl::InfiniteFuture();
}

}  // namespace

bool IsDate(absl::string_view text) {
  return text.size() == 10 && AllDigits(text.substr(0, 4)) && text[4] == '-' &&
         AllDigits(text.substr(5, 2)) && text[7] == '-' && AllDigits(text.substr(8));
}

absl::StatusOr<absl::Time> ParsePastTime(absl::string_view key, absl::string_view text,
                                         absl::Time now, absl::TimeZone zone) {
  const std::string said = absl::StrCat(key, ":", Clip(text, 40));
  text = absl::StripAsciiWhitespace(text);
  if (absl::EqualsIgnoreCase(text, "now")) return now;
  absl::Time time = absl::InfinitePast();
  int hour = 0;
  int minute = 0;
  int second = 0;
  absl::Duration more;
  absl::CivilSecond civil;
  if (ParseClock(text, hour, minute, second)) {
    const absl::CivilDay today(absl::ToCivilDay(now, zone));
    for (const absl::CivilDay day : {today, today - 1}) {
      civil = absl::CivilSecond(day.year(), day.month(), day.day(), hour, minute, second);
      const absl::TimeZone::TimeInfo info = zone.At(civil);
      if (info.kind == absl::TimeZone::TimeInfo::SKIPPED && info.trans <= now) return LeftOut(said);
      time = LastOn(civil, now, zone);
      if (time <= now) break;
    }
  } else if (ParseAgo(text, more)) {
    time = now - more;
  } else if (ParseCivil(text, civil, more)) {
    const absl::TimeZone::TimeInfo info = zone.At(civil);
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return LeftOut(said);
    if (info.kind == absl::TimeZone::TimeInfo::REPEATED && info.post + more <= now) {
      return UsageError(absl::StrCat("\"", said, "\" came twice: the clocks went back. Type ",
                                     WithOffset(info.pre, zone), " or ",
                                     WithOffset(info.post, zone), "."));
    }
    time = info.pre + more;
  } else if (!ParseAbsolute(text, time)) {
    time = absl::InfinitePast();
  }
  if (time < absl::UnixEpoch() || (time == absl::InfiniteFuture())) {
    return UsageError(absl::StrCat("\"", said,
                                   "\" is not a time. Type 14:05, 2026-11-24T14:05 or 20m (20 "
                                   "minutes ago)."));
  }
  if (time > now) return UsageError(absl::StrCat("\"", said, "\" is in the future."));
  return time;
}

}  // namespace belfry::chat
