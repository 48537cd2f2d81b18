#include "client-lib/chat/money.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

bool IsDigits(absl::string_view text, size_t min, size_t max) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

// "1,190" or "1190" as digits; empty when the commas stand elsewhere.
std::string WholeDigits(absl::string_view text) {
  const std::vector<absl::string_view> groups = absl::StrSplit(text, ',');
  if (groups.size() == 1) return IsDigits(text, 1, text.size()) ? std::string(text) : "";
  if (!IsDigits(groups[0], 1, 3)) return "";
  for (size_t i = 1; i < groups.size(); ++i) {
    if (!IsDigits(groups[i], 3, 3)) return "";
  }
  return absl::StrJoin(groups, "");
}

}  // namespace

absl::StatusOr<int64_t> ParseMoney(absl::string_view text) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  absl::ConsumePrefix(&rest, "$");
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '.');
  std::string digits = WholeDigits(parts[0]);
  const bool has_cents = parts.size() == 2;
  if (digits.empty() || parts.size() > 2 || (has_cents && !IsDigits(parts[1], 2, 2))) {
    return UsageError(absl::StrCat("\"", Clip(text, 40),
                                   "\" is not an amount of dollars. Type 1190, 1190.50 or "
                                   "$1,190.50."));
  }
  absl::StrAppend(&digits, has_cents ? parts[1] : "00");
  int64_t cents = 0;
  // SimpleAtoi also refuses what does not fit.
  if (!absl::SimpleAtoi(digits, &cents) || cents > kCentsMax) {
    return UsageError(absl::StrCat("\"", Clip(text, 40), "\" is more than one cost line holds, ",
                                   FormatMoney(kCentsMax), "."));
  }
  if (cents == 0) return UsageError("A cost of nothing is no cost line.");
  return cents;
}

std::string FormatMoney(int64_t cents) {
  const bool negative = cents < 0;
  // Unsigned: the smallest number has no positive twin.
  const uint64_t amount =
      negative ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  std::string whole = absl::StrCat(amount / 100);
  for (size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, 1, ',');
  return absl::StrFormat("%s$%s.%02d", negative ? "-" : "", whole, amount % 100);
}

}  // namespace belfry::chat
