#include "bot/platform/email/address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace belfry::bot::email {
namespace {

constexpr size_t kLocalMax = 64;
constexpr size_t kDomainMax = 253;

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Dot-separated and none of the parts empty.
template <typename Allowed>
bool IsDotted(absl::string_view text, Allowed allowed) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (absl::StrContains(text, "..")) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || allowed(c); });
}

}  // namespace

bool IsDomain(absl::string_view text) {
  return text.size() <= kDomainMax && !absl::StartsWith(text, "-") &&
         IsDotted(text, [](char c) { return IsAlnum(c) || c == '-'; });
}

bool IsAddress(absl::string_view text) {
  const size_t at = text.rfind('@');
  if (at == absl::string_view::npos || at == 0 || at > kLocalMax) return false;
  return IsDomain(text.substr(at + 1)) && IsDotted(text.substr(0, at), [](char c) {
           return IsAlnum(c) || absl::StrContains("!#$%&'*+/=?^_`{|}~-", absl::string_view(&c, 1));
         });
}

absl::StatusOr<Mailbox> ParseMailbox(absl::string_view text) {
  Mailbox mailbox;
  text = absl::StripAsciiWhitespace(text);
  const size_t open = text.find('<');
  if (open == absl::string_view::npos) {
    mailbox.address = std::string(text);
  } else if (absl::EndsWith(text, ">")) {
    mailbox.name = std::string(absl::StripAsciiWhitespace(text.substr(0, open)));
    mailbox.address = std::string(text.substr(open + 1, text.size() - open - 2));
  }
  if (!IsAddress(mailbox.address) || absl::StrContains(mailbox.name, "\"")) {
    return absl::InvalidArgumentError(
        "must be an address such as \"Belfry <belfry@example.gov>\", without quotes in the name");
  }
  return mailbox;
}

std::string DomainOf(absl::string_view address) {
  return std::string(address.substr(address.rfind('@') + 1));
}

}  // namespace belfry::bot::email
