#include "client-lib/chat/choice.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/nearest.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

bool IsOneOf(absl::string_view word, std::initializer_list<absl::string_view> list) {
  return std::any_of(list.begin(), list.end(),
                     [word](absl::string_view one) { return absl::EqualsIgnoreCase(one, word); });
}

bool IsTyped(const google::protobuf::EnumValueDescriptor& value,
             const std::vector<int>& not_typed) {
  return value.number() != 0 &&
         std::find(not_typed.begin(), not_typed.end(), value.number()) == not_typed.end();
}

}  // namespace

bool IsYes(absl::string_view word) { return IsOneOf(word, {"yes", "y", "true", "1", "on"}); }
bool IsNo(absl::string_view word) { return IsOneOf(word, {"no", "n", "false", "0", "off"}); }

absl::Status NotKnown(absl::string_view what, absl::string_view word,
                      const std::vector<std::string>& all) {
  const std::string choices =
      all.size() <= kChoicesShown
          ? absl::StrCat("Possible: ", absl::StrJoin(all, ", "), ".")
          : absl::StrCat("The nearest: ", absl::StrJoin(Nearest(word, all, 3), ", "), ".");
  return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is not ", what, ". ", choices));
}

std::optional<std::string> ChooseValue(const std::vector<std::string>& values,
                                       absl::string_view word) {
  const std::string key = NormalizeKey(word);
  std::vector<std::string> begins;
  for (const std::string& possible : values) {
    if (NormalizeKey(possible) == key) return possible;
    if (word.size() >= 2 && absl::StartsWith(NormalizeKey(possible), key)) {
      begins.push_back(possible);
    }
  }
  const auto take = [&values](absl::string_view wanted) -> std::optional<std::string> {
    for (const std::string& possible : values) {
      if (absl::EqualsIgnoreCase(possible, wanted)) return possible;
    }
    return std::nullopt;
  };
  std::vector<absl::string_view> meant;
  if (IsYes(word)) meant = {"YES", "CONFIRMED", "SUSPECTED"};
  if (IsNo(word)) meant = {"NO", "NONE"};
  if (word == "?") meant = {"UNKNOWN"};
  for (const absl::string_view wanted : meant) {
    if (auto value = take(wanted); value.has_value()) return value;
  }
  if (begins.size() == 1) return begins[0];
  return std::nullopt;
}

std::string EnumWord(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}});
}

std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type,
                                   absl::string_view prefix, const std::vector<int>& not_typed) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (!IsTyped(*type.value(i), not_typed)) continue;
    words.push_back(absl::StrReplaceAll(EnumWord(type.value(i)->name(), prefix), {{" ", "_"}}));
  }
  return words;
}

absl::StatusOr<int> ParseEnumWord(const google::protobuf::EnumDescriptor& type,
                                  absl::string_view prefix, absl::string_view what,
                                  absl::string_view word, const std::vector<int>& not_typed) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (!IsTyped(*type.value(i), not_typed)) continue;
    absl::string_view name = type.value(i)->name();
    absl::ConsumePrefix(&name, prefix);
    if (NormalizeKey(name) == NormalizeKey(word)) return type.value(i)->number();
  }
  return NotKnown(what, word, EnumWords(type, prefix, not_typed));
}

std::vector<std::string> SplitList(absl::string_view text) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

}  // namespace belfry::chat
