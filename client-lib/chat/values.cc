#include "client-lib/chat/values.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/nearest.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

bool Same(absl::string_view a, absl::string_view b) { return absl::EqualsIgnoreCase(a, b); }

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Offers all when they fit on a line, the nearest otherwise.
std::string Choices(absl::string_view word, const std::vector<std::string>& all) {
  constexpr size_t kShown = 12;
  if (all.size() <= kShown) return absl::StrCat("Possible: ", absl::StrJoin(all, ", "), ".");
  return absl::StrCat("The nearest: ", absl::StrJoin(Nearest(word, all, 3), ", "), ".");
}

absl::Status NotKnown(absl::string_view what, absl::string_view word,
                      const std::vector<std::string>& all) {
  return UsageError(
      absl::StrCat("\"", Clip(word, 40), "\" is not ", what, ". ", Choices(word, all)));
}

// A category by code or alias; null when there is none.
const policy::v1::Category* FindCategory(const policy::v1::Policy& policy, absl::string_view word) {
  for (const auto& category : policy.categories()) {
    if (Same(category.code(), word) || Same(category.title(), word)) return &category;
    for (const auto& alias : category.aliases()) {
      if (NormalizeKey(alias) == NormalizeKey(word)) return &category;
    }
  }
  return nullptr;
}

const policy::v1::Category::SubValue* FindSubValue(const policy::v1::Category& category,
                                                   absl::string_view word) {
  for (const auto& sub_value : category.sub_values()) {
    if (NormalizeKey(sub_value.code()) == NormalizeKey(word)) return &sub_value;
  }
  return nullptr;
}

std::vector<std::string> CategoryWords(const policy::v1::Policy& policy) {
  std::vector<std::string> words;
  for (const auto& category : policy.categories()) {
    words.push_back(category.code());
    words.insert(words.end(), category.aliases().begin(), category.aliases().end());
  }
  return words;
}

bool IsYes(const std::string& word) {
  return word == "yes" || word == "y" || word == "true" || word == "1" || word == "on";
}

bool IsNo(const std::string& word) {
  return word == "no" || word == "n" || word == "false" || word == "0" || word == "off";
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

}  // namespace

absl::StatusOr<std::string> ParseSeverity(const policy::v1::Policy& policy,
                                          absl::string_view word) {
  std::vector<std::string> codes;
  for (const auto& severity : policy.severities()) {
    if (Same(severity.code(), word) || Same(severity.title(), word)) return severity.code();
    codes.push_back(severity.code());
  }
  if (AllDigits(word)) {
    for (const auto& severity : policy.severities()) {
      const absl::string_view code = severity.code();
      const size_t letters = code.find_last_not_of("0123456789");
      if (code.substr(letters == absl::string_view::npos ? 0 : letters + 1) == word) {
        return severity.code();
      }
    }
  }
  return NotKnown("a severity", word, codes);
}

absl::StatusOr<v1::CategoryAssignment> ParseCategory(const policy::v1::Policy& policy,
                                                     absl::string_view word) {
  v1::CategoryAssignment assignment;
  const std::vector<absl::string_view> parts = absl::StrSplit(word, absl::MaxSplits('/', 1));
  if (const auto* category = FindCategory(policy, parts[0]); category != nullptr) {
    assignment.set_category(category->code());
    if (parts.size() == 2) {
      const auto* sub_value = FindSubValue(*category, parts[1]);
      if (sub_value == nullptr) {
        std::vector<std::string> codes;
        for (const auto& possible : category->sub_values()) codes.push_back(possible.code());
        return NotKnown(absl::StrCat("a detail of ", category->code()), parts[1], codes);
      }
      assignment.add_sub_values(sub_value->code());
    }
    return assignment;
  }
  // A detail that only one category has says enough.
  for (const auto& category : policy.categories()) {
    const auto* sub_value = parts.size() == 1 ? FindSubValue(category, word) : nullptr;
    if (sub_value == nullptr) continue;
    if (!assignment.category().empty()) {
      return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is a detail of ",
                                     assignment.category(), " and of ", category.code(), ". Type ",
                                     category.code(), "/", sub_value->code(), "."));
    }
    assignment.set_category(category.code());
    assignment.add_sub_values(sub_value->code());
  }
  if (!assignment.category().empty()) return assignment;
  return NotKnown("a category", word, CategoryWords(policy));
}

absl::StatusOr<std::vector<v1::CategoryAssignment>> ParseCategories(
    const policy::v1::Policy& policy, const std::vector<std::string>& words) {
  std::vector<v1::CategoryAssignment> assignments;
  // "denial of service" may be one alias.
  if (const auto* category = FindCategory(policy, absl::StrJoin(words, " ")); category != nullptr) {
    assignments.emplace_back().set_category(category->code());
    return assignments;
  }
  for (const std::string& group : words) {
    for (const absl::string_view word : absl::StrSplit(group, ',', absl::SkipWhitespace())) {
      if (!assignments.empty() && FindCategory(policy, word) == nullptr) {
        const auto* last = FindCategory(policy, assignments.back().category());
        if (const auto* sub_value = FindSubValue(*last, word); sub_value != nullptr) {
          assignments.back().add_sub_values(sub_value->code());
          continue;
        }
      }
      absl::StatusOr<v1::CategoryAssignment> assignment =
          ParseCategory(policy, absl::StripAsciiWhitespace(word));
      if (!assignment.ok()) return assignment.status();
      assignments.push_back(*std::move(assignment));
    }
  }
  return assignments;
}

absl::StatusOr<std::string> ParseEntity(absl::string_view word) {
  const absl::string_view typed = word;
  absl::ConsumePrefix(&word, "entities/");
  absl::ConsumePrefix(&word, "#");
  const std::string id = absl::AsciiStrToLower(word);
  const bool fits =
      id.size() >= 2 && id.size() <= 12 && std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c));
      });
  if (!fits) {
    return UsageError(absl::StrCat("\"", Clip(typed, 40),
                                   "\" is not an agency's code. Codes have 2 to 12 letters and "
                                   "digits, for example DOP."));
  }
  return absl::StrCat("entities/", id);
}

std::string ShortName(absl::string_view resource) {
  absl::string_view rest = resource;
  if (absl::ConsumePrefix(&rest, "entities/")) return absl::AsciiStrToUpper(rest);
  const size_t slash = resource.find('/');
  return std::string(slash == absl::string_view::npos ? resource : resource.substr(slash + 1));
}

absl::StatusOr<std::vector<std::string>> ParseRoles(const policy::v1::Policy& policy,
                                                    absl::string_view words) {
  std::vector<std::string> known;
  for (const auto& role : policy.roles()) known.push_back(role.code());
  std::vector<std::string> roles;
  for (const absl::string_view part : absl::StrSplit(words, ',', absl::SkipWhitespace())) {
    const absl::string_view word = absl::StripAsciiWhitespace(part);
    const std::string* found = nullptr;
    for (const std::string& code : known) {
      if (NormalizeKey(code) == NormalizeKey(word)) found = &code;
    }
    for (const auto& role : policy.roles()) {
      if (found == nullptr && Same(role.title(), word)) found = &role.code();
    }
    if (found == nullptr) return NotKnown("a role", word, known);
    roles.push_back(*found);
  }
  return roles;
}

absl::StatusOr<bool> ParseYesNo(absl::string_view key, absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  if (IsYes(lower)) return true;
  if (IsNo(lower)) return false;
  return UsageError(absl::StrCat("\"", key, ":\" takes yes or no, not \"", Clip(word, 40), "\"."));
}

absl::StatusOr<std::string> ParseState(const policy::v1::Policy& policy, absl::string_view word) {
  std::vector<std::string> codes;
  for (const auto& state : policy.states()) {
    if (Same(state.code(), word) || Same(state.title(), word)) return state.code();
    codes.push_back(state.code());
  }
  return NotKnown("a state", word, codes);
}

absl::StatusOr<absl::Time> ParsePastTime(absl::string_view key, absl::string_view text,
                                         absl::Time now, absl::TimeZone zone) {
  const absl::string_view typed = text;
  text = absl::StripAsciiWhitespace(text);
  if (Same(text, "now")) return now;
  absl::Time time;
  std::string error;
  int hour = 0;
  int minute = 0;
  int second = 0;
  absl::Duration ago;
  if (ParseClock(text, hour, minute, second)) {
    const absl::CivilDay today(absl::ToCivilDay(now, zone));
    const auto at = [&](absl::CivilDay day) {
      return absl::FromCivil(
          absl::CivilSecond(day.year(), day.month(), day.day(), hour, minute, second), zone);
    };
    time = at(today);
    if (time > now) time = at(today - 1);
  } else if (ParseAgo(text, ago)) {
    time = now - ago;
  } else {
    bool read = absl::ParseTime(absl::RFC3339_full, text, &time, &error);
    for (const char* format : {"%Y-%m-%dT%H:%M%Ez", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d %H:%M:%E*S%Ez"}) {
      if (!read) read = absl::ParseTime(format, text, absl::UTCTimeZone(), &time, &error);
    }
    for (const char* format :
         {"%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"}) {
      if (!read) read = absl::ParseTime(format, text, zone, &time, &error);
    }
    // absl reads "infinite-past" too.
    if (!read || time < absl::UnixEpoch() || time == absl::InfiniteFuture()) {
      return UsageError(absl::StrCat("\"", key, ":", Clip(typed, 40),
                                     "\" is not a time. Type 14:05, 2026-11-24T14:05 or 20m (20 "
                                     "minutes ago)."));
    }
  }
  if (time > now) {
    return UsageError(absl::StrCat("\"", key, ":", Clip(typed, 40), "\" is in the future."));
  }
  return time;
}

absl::StatusOr<v1::Fact> ParseFact(const policy::v1::Policy& policy, absl::string_view name,
                                   absl::string_view value) {
  v1::Fact fact;
  fact.set_name(std::string(name));
  const policy::v1::FactDefinition* definition = nullptr;
  for (const auto& possible : policy.facts()) {
    if (possible.name() == std::string(name)) definition = &possible;
  }
  if (definition == nullptr || (definition->values().empty() && !definition->number())) {
    fact.set_value(std::string(value));
    return fact;
  }
  if (definition->number()) {
    int64_t number = 0;
    if (!AllDigits(value) || !absl::SimpleAtoi(value, &number)) {
      return UsageError(
          absl::StrCat("\"", name, ":\" takes a whole number, not \"", Clip(value, 40), "\"."));
    }
    fact.set_value(absl::StrCat(number));
    return fact;
  }
  const std::vector<std::string> values(definition->values().begin(), definition->values().end());
  const std::string lower = absl::AsciiStrToLower(value);
  std::vector<std::string> begins;
  for (const std::string& possible : values) {
    if (NormalizeKey(possible) == NormalizeKey(value)) {
      fact.set_value(possible);
      return fact;
    }
    if (value.size() >= 2 && absl::StartsWith(NormalizeKey(possible), NormalizeKey(value))) {
      begins.push_back(possible);
    }
  }
  const auto take = [&](absl::string_view word) {
    for (const std::string& possible : values) {
      if (Same(possible, word)) fact.set_value(possible);
    }
    return !fact.value().empty();
  };
  if (IsYes(lower) && (take("YES") || take("CONFIRMED") || take("SUSPECTED"))) return fact;
  if (IsNo(lower) && (take("NO") || take("NONE"))) return fact;
  if (lower == "?" && take("UNKNOWN")) return fact;
  if (begins.size() == 1) {
    fact.set_value(begins[0]);
    return fact;
  }
  return NotKnown(absl::StrCat("an answer to ", name), value, values);
}

}  // namespace belfry::chat
