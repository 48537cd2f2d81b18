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
#include "client-lib/chat/choice.h"
#include "client-lib/chat/lexer.h"
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
  // What a chat platform makes of "#dop" where a channel has that name: <#C0123|dop>.
  const size_t label = word.find('|');
  if (absl::StartsWith(word, "<#") && absl::EndsWith(word, ">") &&
      label != absl::string_view::npos) {
    word = word.substr(label + 1, word.size() - label - 2);
  }
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

absl::StatusOr<std::string> ParsePerson(absl::string_view key, absl::string_view word) {
  absl::string_view id = word;
  absl::ConsumePrefix(&id, "people/");
  absl::ConsumePrefix(&id, "@");
  const std::string lower = absl::AsciiStrToLower(id);
  const bool fits =
      lower.size() >= 2 && lower.size() <= 64 &&
      std::all_of(lower.begin(), lower.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
      });
  if (!fits) {
    return UsageError(absl::StrCat("\"", key, key.empty() ? "" : ":", Clip(word, 40),
                                   "\" is not a person. Belfry knows people by the id of the "
                                   "directory, for example dop.contact."),
                      {"who"});
  }
  return absl::StrCat("people/", lower);
}

absl::StatusOr<std::string> ParseChoice(const std::vector<std::string>& values, bool multiple,
                                        absl::string_view what, absl::string_view text) {
  const std::vector<std::string> words =
      multiple ? SplitList(text) : std::vector<std::string>{std::string(text)};
  std::vector<std::string> chosen;
  for (const std::string& word : words) {
    auto value = ChooseValue(values, absl::StripAsciiWhitespace(word));
    if (!value.has_value()) return NotKnown(what, word, values);
    if (std::find(chosen.begin(), chosen.end(), *value) == chosen.end()) chosen.push_back(*value);
  }
  if (chosen.empty()) return NotKnown(what, text, values);
  return absl::StrJoin(chosen, ",");
}

absl::StatusOr<bool> ParseYesNo(absl::string_view key, absl::string_view word) {
  if (IsYes(word)) return true;
  if (IsNo(word)) return false;
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
  auto chosen = ParseChoice({definition->values().begin(), definition->values().end()},
                            definition->multiple(), absl::StrCat("an answer to ", name), value);
  if (!chosen.ok()) return chosen.status();
  fact.set_value(*chosen);
  return fact;
}

}  // namespace belfry::chat
