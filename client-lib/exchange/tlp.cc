#include "client-lib/exchange/tlp.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace belfry::exchange {
namespace {

struct Row {
  absl::string_view word;
  Tlp tlp;
};

// Longer words before those they begin with.
constexpr Row kWords[] = {{"AMBER+STRICT", Tlp::kAmberStrict},
                          {"AMBER", Tlp::kAmber},
                          {"CLEAR", Tlp::kClear},
                          {"WHITE", Tlp::kClear},
                          {"GREEN", Tlp::kGreen},
                          {"RED", Tlp::kRed}};

bool IsWordCharacter(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

}  // namespace

absl::string_view TlpLabel(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return "TLP:CLEAR";
    case Tlp::kGreen:
      return "TLP:GREEN";
    case Tlp::kAmber:
      return "TLP:AMBER";
    case Tlp::kAmberStrict:
      return "TLP:AMBER+STRICT";
    case Tlp::kRed:
      break;
  }
  return "TLP:RED";
}

std::optional<Tlp> ParseTlp(absl::string_view text) {
  if (absl::StartsWithIgnoreCase(text, "TLP:")) text.remove_prefix(4);
  for (const Row& row : kWords) {
    if (absl::EqualsIgnoreCase(row.word, text)) return row.tlp;
  }
  return std::nullopt;
}

Tlp TlpOrRed(absl::string_view label) { return ParseTlp(label).value_or(Tlp::kRed); }

std::optional<Tlp> LabelInText(absl::string_view text) {
  std::optional<Tlp> strictest;
  for (size_t i = 0; i + 4 < text.size(); ++i) {
    if (!absl::StartsWithIgnoreCase(text.substr(i), "TLP:")) continue;
    if (i > 0 && IsWordCharacter(text[i - 1])) continue;
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(i + 4));
    for (const Row& row : kWords) {
      if (!absl::StartsWithIgnoreCase(rest, row.word)) continue;
      if (rest.size() > row.word.size() && IsWordCharacter(rest[row.word.size()])) continue;
      strictest = strictest.has_value() ? std::max(*strictest, row.tlp) : row.tlp;
      break;
    }
  }
  return strictest;
}

}  // namespace belfry::exchange
