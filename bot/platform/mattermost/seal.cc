#include "bot/platform/mattermost/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::mattermost {
namespace {

constexpr absl::Duration kSkewMax = absl::Minutes(5);

}  // namespace

std::string Sealer::Seal(absl::string_view purpose, const std::vector<std::string>& parts) const {
  // Lengths first, so that no two lists of parts are the same text.
  std::string content = absl::StrCat(purpose, "\n");
  for (const std::string& part : parts) absl::StrAppend(&content, part.size(), ":", part, "\n");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest, &size);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

bool Sealer::Opens(absl::string_view seal, absl::string_view purpose,
                   const std::vector<std::string>& parts) const {
  return works() && EqualSecrets(seal, Seal(purpose, parts));
}

bool IsFresh(int64_t issued_seconds, absl::Duration age_max, absl::Time now) {
  const absl::Time issued = absl::FromUnixSeconds(issued_seconds);
  return issued <= now + kSkewMax && now - issued <= age_max;
}

bool EqualSecrets(absl::string_view a, absl::string_view b) {
  // Their digests are of one length, so that not even the length shows.
  unsigned char left[SHA256_DIGEST_LENGTH];
  unsigned char right[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), left);
  SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), right);
  return CRYPTO_memcmp(left, right, sizeof(left)) == 0;
}

}  // namespace belfry::bot::mattermost
