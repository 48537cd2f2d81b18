#include "tests/scenarios/runner/local_time.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"

namespace belfry::scenario {
namespace {

struct Written {
  absl::CivilSecond civil;
  bool seconds = false;
  bool earlier = false;
  bool later = false;
};

absl::StatusOr<Written> Read(absl::string_view text) {
  Written written;
  absl::string_view rest = text;
  written.earlier = absl::ConsumeSuffix(&rest, " earlier");
  written.later = !written.earlier && absl::ConsumeSuffix(&rest, " later");
  const std::string iso =
      absl::StrCat(rest.substr(0, 10), "T", rest.size() > 11 ? rest.substr(11) : "");
  if (absl::ParseCivilTime(iso, &written.civil) && rest.size() == 19) {
    written.seconds = true;
    return written;
  }
  absl::CivilMinute minute;
  if (rest.size() == 16 && absl::ParseCivilTime(iso, &minute)) {
    written.civil = absl::CivilSecond(minute);
    return written;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no time; write it as 2026-10-06 08:10"));
}

}  // namespace

absl::StatusOr<absl::Time> ParseLocalTime(absl::string_view text, absl::TimeZone zone) {
  const absl::StatusOr<Written> written = Read(text);
  if (!written.ok()) return written.status();
  const absl::TimeZone::TimeInfo info = zone.At(written->civil);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return info.pre;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return absl::InvalidArgumentError(
          absl::StrCat("\"", text, "\" does not exist: the clocks go forward over it"));
    case absl::TimeZone::TimeInfo::REPEATED:
      break;
  }
  if (written->earlier) return info.pre;
  if (written->later) return info.post;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is there twice: write earlier or later behind it"));
}

bool Agrees(absl::string_view text, absl::Time actual, absl::TimeZone zone) {
  const absl::StatusOr<absl::Time> wanted = ParseLocalTime(text, zone);
  if (!wanted.ok()) return false;
  if (Read(text)->seconds) return absl::ToUnixSeconds(*wanted) == absl::ToUnixSeconds(actual);
  return actual >= *wanted && actual < *wanted + absl::Minutes(1);
}

std::string FormatLocalTime(absl::Time time, absl::TimeZone zone) {
  const bool seconds = absl::ToUnixSeconds(time) % 60 != 0;
  std::string text = absl::FormatTime(seconds ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", time, zone);
  const absl::TimeZone::TimeInfo info = zone.At(absl::ToCivilSecond(time, zone));
  if (info.kind == absl::TimeZone::TimeInfo::REPEATED) {
    absl::StrAppend(&text, time < info.trans ? " earlier" : " later");
  }
  return text;
}

}  // namespace belfry::scenario
