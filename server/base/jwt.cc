#include "server/base/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/status_macros.h"

namespace belfry {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr int kExponentBitsMax = 64;
constexpr size_t kP256Bytes = 32;
constexpr size_t kEd25519Bytes = 32;
constexpr double kSecondsMax = 253'402'300'799;  // the end of the year 9999

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Number = Owned<BIGNUM, BN_free>;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("token: ", what));
}

absl::Status NoKey(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("key: ", what));
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Base64url without padding. The library's decoder also takes white space, padding and bits that no
// byte has; two spellings of one token would be two tokens to whoever remembers them.
std::optional<std::string> Decode(absl::string_view text) {
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
  std::string bytes;
  if (!clean || text.empty() || !absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  std::string again;
  absl::WebSafeBase64Escape(bytes, &again);
  absl::string_view canonical = again;
  while (absl::ConsumeSuffix(&canonical, "=")) {
  }
  if (canonical != text) return std::nullopt;
  return bytes;
}

Number ToNumber(absl::string_view bytes) {
  return Number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> Share(EVP_PKEY* key) {
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

// Null when OpenSSL does not take it.
std::shared_ptr<EVP_PKEY> FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  std::shared_ptr<EVP_PKEY> shared = Share(key);
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> check(EVP_PKEY_CTX_new(key, nullptr));
  // Also that a point lies on its curve.
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return shared;
}

std::shared_ptr<EVP_PKEY> RsaKey(const Json& jwk) {
  const std::optional<std::string> n = Decode(TextAt(jwk, {"n"}));
  const std::optional<std::string> e = Decode(TextAt(jwk, {"e"}));
  if (!n.has_value() || !e.has_value()) return nullptr;
  const Number modulus = ToNumber(*n);
  const Number exponent = ToNumber(*e);
  if (modulus == nullptr || exponent == nullptr || BN_num_bits(modulus.get()) < kRsaBitsMin ||
      BN_num_bits(modulus.get()) > kRsaBitsMax || BN_is_odd(exponent.get()) == 0 ||
      BN_is_one(exponent.get()) != 0 || BN_num_bits(exponent.get()) > kExponentBitsMax) {
    return nullptr;
  }
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return FromParameters("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> P256Key(const Json& jwk) {
  if (TextAt(jwk, {"crv"}) != "P-256") return nullptr;
  const std::optional<std::string> x = Decode(TextAt(jwk, {"x"}));
  const std::optional<std::string> y = Decode(TextAt(jwk, {"y"}));
  if (!x.has_value() || !y.has_value() || x->size() != kP256Bytes || y->size() != kP256Bytes) {
    return nullptr;
  }
  constexpr char kUncompressed[] = "\x04";
  const std::string point = absl::StrCat(kUncompressed, *x, *y);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return FromParameters("EC", builder.get());
}

std::shared_ptr<EVP_PKEY> Ed25519Key(const Json& jwk) {
  if (TextAt(jwk, {"crv"}) != "Ed25519") return nullptr;
  const std::optional<std::string> x = Decode(TextAt(jwk, {"x"}));
  if (!x.has_value() || x->size() != kEd25519Bytes) return nullptr;
  return Share(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*x), x->size()));
}

// JWS has r and s side by side, 32 bytes each; OpenSSL wants them in ASN.1. Empty when it cannot
// be.
std::string ToDer(absl::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return "";
  Number r = ToNumber(signature.substr(0, kP256Bytes));
  Number s = ToNumber(signature.substr(kP256Bytes));
  const Owned<ECDSA_SIG, ECDSA_SIG_free> both(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || both == nullptr) return "";
  ECDSA_SIG_set0(both.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &der);
  if (size <= 0) return "";
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

// A key may say what it is for; then it must be this.
bool IsForVerifying(const Json& jwk) {
  if (jwk.contains("use") && TextAt(jwk, {"use"}) != "sig") return false;
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), Json("verify")) != operations->end();
}

bool AudienceFits(const Json& claims, const JwtRules& rules) {
  const auto ours = [&rules](const std::string& audience) {
    return !audience.empty() && std::find(rules.audiences.begin(), rules.audiences.end(),
                                          audience) != rules.audiences.end();
  };
  const Json* audience = At(claims, {"aud"});
  if (audience == nullptr) return false;
  if (audience->is_string()) return ours(audience->get<std::string>());
  if (!rules.audience_lists || !audience->is_array()) return false;
  bool named = false;
  for (const Json& one : *audience) {
    if (!one.is_string()) return false;
    named |= ours(one.get<std::string>());
  }
  // A token for several was made for one of them; OpenID Connect says which.
  return named && (audience->size() == 1 || ours(TextAt(claims, {"azp"})));
}

bool TypeFits(absl::string_view type, const std::vector<std::string>& types) {
  if (types.empty()) return true;
  if (absl::StartsWithIgnoreCase(type, "application/")) type.remove_prefix(sizeof("application"));
  return std::any_of(types.begin(), types.end(),
                     [type](absl::string_view one) { return absl::EqualsIgnoreCase(type, one); });
}

}  // namespace

absl::StatusOr<Jwt> ParseJwt(absl::string_view token) {
  if (token.size() > kJwtBytesMax) return Malformed("is too long");
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Malformed("has not three parts");
  const std::optional<std::string> header_text = Decode(parts[0]);
  const std::optional<std::string> claims_text = Decode(parts[1]);
  // An empty signature is well-formed, and verifies nothing.
  const std::optional<std::string> signature = parts[2].empty() ? std::string() : Decode(parts[2]);
  if (!header_text.has_value() || !claims_text.has_value() || !signature.has_value()) {
    return Malformed("is no base64url");
  }
  BELFRY_ASSIGN_OR_RETURN(const Json header,
                          ParseJsonObject(*header_text, "token header", DuplicateNames::kRefused));
  BELFRY_ASSIGN_OR_RETURN(Json claims,
                          ParseJsonObject(*claims_text, "token claims", DuplicateNames::kRefused));
  if (header.contains("crit")) return Malformed("has critical extensions");
  Jwt jwt;
  jwt.algorithm = TextAt(header, {"alg"});
  jwt.type = TextAt(header, {"typ"});
  jwt.key_id = TextAt(header, {"kid"});
  jwt.claims = std::move(claims);
  jwt.signed_part = std::string(token.substr(0, parts[0].size() + 1 + parts[1].size()));
  jwt.signature = *signature;
  return jwt;
}

absl::string_view JwtAlgorithmName(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::kRs256:
      return "RS256";
    case JwtAlgorithm::kEs256:
      return "ES256";
    case JwtAlgorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

absl::StatusOr<JwtKey> JwtKey::FromJwk(const Json& jwk) {
  if (!jwk.is_object()) return NoKey("is no JSON object");
  if (!IsForVerifying(jwk)) return NoKey("is not for checking signatures");
  if (jwk.contains("d") || jwk.contains("k")) return NoKey("holds a secret, which must stay home");
  const std::string kind = TextAt(jwk, {"kty"});
  JwtAlgorithm algorithm = JwtAlgorithm::kRs256;
  std::shared_ptr<EVP_PKEY> key;
  if (kind == "RSA") key = RsaKey(jwk);
  if (kind == "EC") {
    algorithm = JwtAlgorithm::kEs256;
    key = P256Key(jwk);
  }
  if (kind == "OKP") {
    algorithm = JwtAlgorithm::kEdDsa;
    key = Ed25519Key(jwk);
  }
  if (key == nullptr) {
    return NoKey("is no RSA key of 2,048 to 8,192 bits, no point on P-256 and no Ed25519 key");
  }
  if (jwk.contains("alg") && TextAt(jwk, {"alg"}) != JwtAlgorithmName(algorithm)) {
    return NoKey("is for another algorithm");
  }
  return JwtKey(algorithm, std::move(key));
}

bool JwtKey::Verifies(const Jwt& jwt) const {
  if (jwt.algorithm != JwtAlgorithmName(algorithm_)) return false;
  const std::string der = algorithm_ == JwtAlgorithm::kEs256 ? ToDer(jwt.signature) : "";
  const absl::string_view signature =
      algorithm_ == JwtAlgorithm::kEs256 ? absl::string_view(der) : jwt.signature;
  if (signature.empty()) return false;
  const EVP_MD* digest = algorithm_ == JwtAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(jwt.signed_part),
                          jwt.signed_part.size()) == 1;
}

absl::StatusOr<JwtKeys> ReadJwks(absl::string_view text) {
  BELFRY_ASSIGN_OR_RETURN(const Json set, ParseJsonObject(text, "key set"));
  const Json* list = At(set, {"keys"});
  if (list == nullptr || !list->is_array()) {
    return absl::InvalidArgumentError("key set: has no list \"keys\"");
  }
  JwtKeys keys;
  size_t seen = 0;
  for (const Json& jwk : *list) {
    if (++seen > kJwksKeysMax) break;
    const std::string id = TextAt(jwk, {"kid"});
    absl::StatusOr<JwtKey> key = JwtKey::FromJwk(jwk);
    if (id.empty() || !key.ok()) continue;
    if (!keys.emplace(id, *std::move(key)).second) {
      return absl::InvalidArgumentError(absl::StrCat("key set: two keys have the id ", id));
    }
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError("key set: has no RS256, ES256 or Ed25519 key with an id");
  }
  return keys;
}

absl::string_view JwtVerdictName(JwtVerdict verdict) {
  switch (verdict) {
    case JwtVerdict::kOk:
      return "ok";
    case JwtVerdict::kAlgorithm:
      return "algorithm";
    case JwtVerdict::kType:
      return "type";
    case JwtVerdict::kKeyId:
      return "key_id";
    case JwtVerdict::kIssuer:
      return "issuer";
    case JwtVerdict::kAudience:
      return "audience";
    case JwtVerdict::kExpired:
      return "expired";
    case JwtVerdict::kNotYet:
      return "not_yet";
    case JwtVerdict::kLifetime:
      return "lifetime";
  }
  return "unknown";
}

std::optional<absl::Time> JwtTime(const Json& claims, const char* name) {
  const Json* value = At(claims, {name});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->get<double>();
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

JwtVerdict CheckJwt(const Jwt& jwt, const JwtRules& rules, absl::Time now) {
  const bool known = std::any_of(
      rules.algorithms.begin(), rules.algorithms.end(),
      [&](JwtAlgorithm algorithm) { return jwt.algorithm == JwtAlgorithmName(algorithm); });
  if (!known) return JwtVerdict::kAlgorithm;
  if (!TypeFits(jwt.type, rules.types)) return JwtVerdict::kType;
  if (jwt.key_id.empty()) return JwtVerdict::kKeyId;
  if (rules.issuer.empty() || TextAt(jwt.claims, {"iss"}) != rules.issuer) {
    return JwtVerdict::kIssuer;
  }
  if (!AudienceFits(jwt.claims, rules)) return JwtVerdict::kAudience;
  const std::optional<absl::Time> expiry = JwtTime(jwt.claims, "exp");
  if (!expiry.has_value() || now >= *expiry + rules.leeway) return JwtVerdict::kExpired;
  if (jwt.claims.contains("nbf")) {
    const std::optional<absl::Time> begin = JwtTime(jwt.claims, "nbf");
    if (!begin.has_value() || now < *begin - rules.leeway) return JwtVerdict::kNotYet;
  }
  if (rules.lifetime_max < absl::InfiniteDuration()) {
    const std::optional<absl::Time> issued = JwtTime(jwt.claims, "iat");
    if (!issued.has_value() || *expiry - *issued > rules.lifetime_max) return JwtVerdict::kLifetime;
    if (now < *issued - rules.leeway) return JwtVerdict::kNotYet;
  }
  return JwtVerdict::kOk;
}

}  // namespace belfry
