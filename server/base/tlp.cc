#include "server/base/tlp.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace belfry {
namespace {

constexpr std::array<absl::string_view, 5> kNames = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER",
                                                     "TLP:AMBER+STRICT", "TLP:RED"};

Tlp Rank(absl::string_view label) { return ParseTlp(label).value_or(Tlp::kRed); }

}  // namespace

absl::string_view TlpName(Tlp label) { return kNames[static_cast<size_t>(label)]; }

std::optional<Tlp> ParseTlp(absl::string_view text) {
  const std::string upper = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(text));
  const absl::string_view word = absl::StripPrefix(upper, "TLP:");
  if (word == "WHITE") return Tlp::kClear;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (absl::StripPrefix(kNames[i], "TLP:") == word) return static_cast<Tlp>(i);
  }
  return std::nullopt;
}

std::string StricterTlp(absl::string_view a, absl::string_view b) {
  if (a.empty() && b.empty()) return "";
  if (a.empty()) return std::string(TlpName(Rank(b)));
  if (b.empty()) return std::string(TlpName(Rank(a)));
  return std::string(TlpName(std::max(Rank(a), Rank(b))));
}

bool IsStricterThan(absl::string_view label, absl::string_view limit) {
  return Rank(label) > Rank(limit);
}

}  // namespace belfry
