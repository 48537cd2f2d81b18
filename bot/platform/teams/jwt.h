// JSON Web Tokens signed with RS256, and the keys that verify them.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_JWT_H_
#define BELFRY_BOT_PLATFORM_TEAMS_JWT_H_

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

// A token taken apart. Nothing in it is true before its signature is verified.
struct Jwt {
  std::string algorithm;
  std::string key_id;
  Json claims;
  std::string signed_part;
  std::string signature;
};

// INVALID_ARGUMENT for anything but three parts of base64url with two JSON objects in front; also
// for a header with critical extensions, which we know none of.
absl::StatusOr<Jwt> ParseJwt(absl::string_view token);

// An RSA public key. Immutable, thread-safe.
class RsaKey {
 public:
  // From a JWK's modulus and exponent in base64url. INVALID_ARGUMENT for what is none, and for keys
  // under 2,048 bits.
  static absl::StatusOr<RsaKey> FromJwk(absl::string_view modulus, absl::string_view exponent);

  // RSASSA-PKCS1-v1_5 with SHA-256.
  bool Verifies(absl::string_view signed_part, absl::string_view signature) const;

 private:
  explicit RsaKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_JWT_H_
