#include "bot/platform/webhook/standard_webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace belfry::bot::webhook {
namespace {

constexpr size_t kKeyBytesMin = 24;
constexpr size_t kKeyBytesMax = 64;

}  // namespace

absl::StatusOr<std::string> DecodeSecret(absl::string_view secret) {
  std::string key;
  if (!absl::ConsumePrefix(&secret, "whsec_") || !absl::Base64Unescape(secret, &key) ||
      key.size() < kKeyBytesMin || key.size() > kKeyBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("must be \"whsec_\" and the base64 of ",
                                                   kKeyBytesMin, " to ", kKeyBytesMax,
                                                   " random bytes"));
  }
  return key;
}

std::string Sign(const std::vector<std::string>& keys, absl::string_view id, int64_t timestamp,
                 absl::string_view body) {
  const std::string content = absl::StrCat(id, ".", timestamp, ".", body);
  std::string signatures;
  for (const std::string& key : keys) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest, &size);
    absl::StrAppend(
        &signatures, signatures.empty() ? "" : " ", "v1,",
        absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest), size)));
  }
  return signatures;
}

}  // namespace belfry::bot::webhook
