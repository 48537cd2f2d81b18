#include "client-lib/cli/measures_query.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "client-lib/chat/values.h"

namespace belfry::cli {

absl::StatusOr<absl::Time> ParseDayOrTime(absl::string_view option, absl::string_view text,
                                          absl::Time now, absl::TimeZone zone) {
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &day)) return absl::FromCivil(day, zone);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  absl::string_view number = text;
  int count = 0;
  for (const auto& [unit, length] :
       {std::pair{"d", absl::Hours(24)}, std::pair{"h", absl::Hours(1)}}) {
    absl::string_view rest = number;
    if (absl::ConsumeSuffix(&rest, unit) && absl::SimpleAtoi(rest, &count) && count > 0) {
      return now - count * length;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": \"", text,
                   "\" is no time; write a day (2026-09-01), an RFC 3339 time, or how long ago "
                   "(90d, 36h)"));
}

absl::StatusOr<std::string> ParseScopeWord(absl::string_view word) {
  if (absl::StartsWithIgnoreCase(word, "secretariats/")) return absl::AsciiStrToLower(word);
  return chat::ParseEntity(word);
}

}  // namespace belfry::cli
