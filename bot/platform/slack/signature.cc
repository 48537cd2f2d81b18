#include "bot/platform/slack/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::slack {
namespace {

constexpr absl::Duration kSkewMax = absl::Seconds(300);
constexpr size_t kTimestampDigitsMax = 12;
constexpr size_t kSignatureBytes = 3 + 64;

bool IsDigits(absl::string_view text) {
  return !text.empty() && text.size() <= kTimestampDigitsMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

bool IsSignature(absl::string_view text) {
  if (text.size() != kSignatureBytes || !absl::StartsWith(text, "v0=")) return false;
  return std::all_of(text.begin() + 3, text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
  });
}

}  // namespace

std::string Sign(absl::string_view secret, absl::string_view timestamp, absl::string_view body) {
  const std::string base = absl::StrCat("v0:", timestamp, ":", body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(base.data()), base.size(), digest, &size);
  return absl::StrCat("v0=", absl::BytesToHexString(
                                 absl::string_view(reinterpret_cast<const char*>(digest), size)));
}

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kNotConfigured:
      return "not_configured";
    case Verdict::kMissing:
      return "missing";
    case Verdict::kDuplicate:
      return "duplicate";
    case Verdict::kMalformed:
      return "malformed";
    case Verdict::kStale:
      return "stale";
    case Verdict::kWrong:
      return "wrong";
    case Verdict::kReplayed:
      return "replayed";
  }
  return "unknown";
}

Verdict Verify(const std::vector<std::string>& secrets, const HttpRequest& request,
               absl::Time now) {
  int timestamps = 0;
  int signatures = 0;
  const std::string timestamp = request.Header("X-Slack-Request-Timestamp", &timestamps);
  const std::string signature = request.Header("X-Slack-Signature", &signatures);
  if (timestamps == 0 || signatures == 0) return Verdict::kMissing;
  if (timestamps > 1 || signatures > 1) return Verdict::kDuplicate;
  int64_t seconds = 0;
  if (!IsDigits(timestamp) || !absl::SimpleAtoi(timestamp, &seconds) || !IsSignature(signature)) {
    return Verdict::kMalformed;
  }
  if (absl::AbsDuration(now - absl::FromUnixSeconds(seconds)) > kSkewMax) return Verdict::kStale;
  bool configured = false;
  bool matches = false;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    configured = true;
    const std::string expected = Sign(secret, timestamp, request.body);
    matches |= CRYPTO_memcmp(expected.data(), signature.data(), kSignatureBytes) == 0;
  }
  if (!configured) return Verdict::kNotConfigured;
  return matches ? Verdict::kOk : Verdict::kWrong;
}

}  // namespace belfry::bot::slack
