#include "server/base/account_name.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace belfry {
namespace {

constexpr absl::string_view kPrefix = "accounts/";
constexpr size_t kBytesMax = 512;

std::string Encode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '.' || c == '_' || c == '-') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

std::string Decode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() &&
        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

// Parts are joined by line breaks elsewhere.
bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

}  // namespace

bool IsAccountName(absl::string_view principal) { return absl::StartsWith(principal, kPrefix); }

std::string FormatAccountName(const AccountName& account) {
  return absl::StrCat(kPrefix, Encode(account.platform), "/", Encode(account.workspace), "/",
                      Encode(account.user_id));
}

std::optional<AccountName> ParseAccountName(absl::string_view name) {
  if (name.size() > kBytesMax) return std::nullopt;
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, kPrefix)) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '/');
  if (parts.size() != 3) return std::nullopt;
  AccountName account{Decode(parts[0]), Decode(parts[1]), Decode(parts[2])};
  if (account.platform.empty() || account.user_id.empty()) return std::nullopt;
  if (HasControl(account.platform) || HasControl(account.workspace) ||
      HasControl(account.user_id)) {
    return std::nullopt;
  }
  // One spelling only: two names for one account would be two principals.
  if (FormatAccountName(account) != name) return std::nullopt;
  return account;
}

}  // namespace belfry
