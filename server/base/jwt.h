// JSON Web Tokens (RFC 7519) with asymmetric signatures, checked as RFC 8725 asks.
//
// What makes these checks safe is what they do not do: a key is never taken from a token, a key
// verifies one algorithm only and it is the key that says which, and nothing symmetric exists here.
#ifndef BELFRY_SERVER_BASE_JWT_H_
#define BELFRY_SERVER_BASE_JWT_H_

#include <openssl/evp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/base/json.h"

namespace belfry {

// Longer tokens are none.
inline constexpr size_t kJwtBytesMax = 12 * 1024;
// More keys than this in one set are not looked at.
inline constexpr size_t kJwksKeysMax = 256;

// A token taken apart. Nothing in it is true before its signature is verified.
struct Jwt {
  std::string algorithm;  // "alg"
  std::string type;       // "typ"; empty when absent
  std::string key_id;     // "kid"; empty when absent
  Json claims;
  std::string signed_part;
  std::string signature;
};

// INVALID_ARGUMENT for anything but three parts of base64url, written the one way there is, with
// two JSON objects in front that have no name twice; also for a header with critical extensions,
// which we know none of. Never crashes, whatever the bytes.
absl::StatusOr<Jwt> ParseJwt(absl::string_view token);

enum class JwtAlgorithm {
  kRs256,  // RSASSA-PKCS1-v1_5 with SHA-256, keys of 2,048 to 8,192 bits
  kEs256,  // ECDSA on P-256 with SHA-256
  kEdDsa,  // Ed25519
};
// As in the header `alg`.
absl::string_view JwtAlgorithmName(JwtAlgorithm algorithm);

// A public key for one algorithm. Immutable, thread-safe, cheap to copy.
class JwtKey {
 public:
  // INVALID_ARGUMENT for a JWK that is no public key of one of the algorithms, that is too weak, is
  // not on its curve, holds a private part, or says that it is for something else than checking
  // signatures.
  static absl::StatusOr<JwtKey> FromJwk(const Json& jwk);

  JwtAlgorithm algorithm() const { return algorithm_; }
  // False for a token that names another algorithm, before any cryptography.
  bool Verifies(const Jwt& jwt) const;

 private:
  JwtKey(JwtAlgorithm algorithm, std::shared_ptr<EVP_PKEY> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  JwtAlgorithm algorithm_;
  std::shared_ptr<EVP_PKEY> key_;
};

// By key id.
using JwtKeys = std::map<std::string, JwtKey>;

// The keys of a JWK set that can be used; keys of another kind, and broken ones, are no reason to
// do without the rest. INVALID_ARGUMENT when the text is no set, when none can be used, or when two
// have one id.
absl::StatusOr<JwtKeys> ReadJwks(absl::string_view text);

enum class JwtVerdict {
  kOk,
  kAlgorithm,
  kType,
  kKeyId,  // it names no key
  kIssuer,
  kAudience,
  kExpired,
  kNotYet,    // `nbf` or `iat` lies in the future
  kLifetime,  // without `iat`, or claims to live too long
};
// For metrics: "not_yet".
absl::string_view JwtVerdictName(JwtVerdict verdict);

// Whom a token must be from and for, and when.
struct JwtRules {
  // Exactly these. An empty one matches nothing.
  std::string issuer;
  std::vector<std::string> audiences;
  std::vector<JwtAlgorithm> algorithms = {JwtAlgorithm::kRs256, JwtAlgorithm::kEs256,
                                          JwtAlgorithm::kEdDsa};
  // Values of the header `typ`, whatever their case, with or without "application/"; empty: any.
  std::vector<std::string> types = {};
  // A list in `aud` counts too: of one, or with `azp` naming the audience as well.
  bool audience_lists = false;
  // Clocks may differ by this.
  absl::Duration leeway = absl::Seconds(60);
  // From `iat` to `exp`; then `iat` must be there. Infinite: `iat` is not looked at.
  absl::Duration lifetime_max = absl::InfiniteDuration();
};

// Everything that can be said without a key. Cheap, so that nobody makes us do cryptography with a
// token that could not be good anyway. `exp` must be there; `nbf` need not.
JwtVerdict CheckJwt(const Jwt& jwt, const JwtRules& rules, absl::Time now);

// The time in a claim; nullopt when it is absent, no number, or before 1970 or after 9999.
std::optional<absl::Time> JwtTime(const Json& claims, const char* name);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_JWT_H_
