#include "server/core/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace belfry::core {
namespace {

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7F;
}

}  // namespace

size_t CharacterCount(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::string FirstLine(absl::string_view text, size_t characters_max) {
  text = absl::StripAsciiWhitespace(text);
  const absl::string_view line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && CharacterCount(line) <= characters_max) {
    return std::string(line);
  }
  size_t end = 0;
  size_t characters = 0;
  while (end < line.size()) {
    if (StartsCharacter(line[end]) && ++characters > characters_max - 1) break;
    ++end;
  }
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(line.substr(0, end)), "…");
}

absl::Status CheckText(absl::string_view field, absl::string_view text, size_t characters_max) {
  const size_t characters = CharacterCount(text);
  if (characters > characters_max) {
    return InvalidField(
        field, absl::StrCat("at most ", characters_max, " characters; this has ", characters));
  }
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    return InvalidField(field, "holds control characters; send plain text");
  }
  return absl::OkStatus();
}

absl::Status CheckNeeded(absl::string_view field, absl::string_view text, size_t characters_max) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    return InvalidField(field, "is needed; say it in a sentence");
  }
  return CheckText(field, text, characters_max);
}

}  // namespace belfry::core
