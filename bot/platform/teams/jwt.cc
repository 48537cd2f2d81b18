#include "bot/platform/teams/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kTokenMax = 12 * 1024;
constexpr int kBitsMin = 2048;
constexpr int kBitsMax = 8192;

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("token: ", what));
}

// The library's decoder also takes white space and padding, which a token never has.
std::optional<std::string> Decode(absl::string_view text) {
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
  std::string bytes;
  if (!clean || text.empty() || !absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

absl::StatusOr<Jwt> ParseJwt(absl::string_view token) {
  if (token.size() > kTokenMax) return Malformed("is too long");
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Malformed("has not three parts");
  const std::optional<std::string> header_text = Decode(parts[0]);
  const std::optional<std::string> claims_text = Decode(parts[1]);
  // An empty signature is well-formed, and verifies nothing.
  const std::optional<std::string> signature = parts[2].empty() ? std::string() : Decode(parts[2]);
  if (!header_text.has_value() || !claims_text.has_value() || !signature.has_value()) {
    return Malformed("is no base64url");
  }
  const absl::StatusOr<Json> header = ParseJsonObject(*header_text, "token header");
  if (!header.ok()) return header.status();
  absl::StatusOr<Json> claims = ParseJsonObject(*claims_text, "token claims");
  if (!claims.ok()) return claims.status();
  if (header->contains("crit")) return Malformed("has critical extensions");
  Jwt jwt;
  jwt.algorithm = TextAt(*header, {"alg"});
  jwt.key_id = TextAt(*header, {"kid"});
  jwt.claims = *std::move(claims);
  jwt.signed_part = std::string(token.substr(0, parts[0].size() + 1 + parts[1].size()));
  jwt.signature = *signature;
  return jwt;
}

absl::StatusOr<RsaKey> RsaKey::FromJwk(absl::string_view modulus, absl::string_view exponent) {
  const std::optional<std::string> n = Decode(modulus);
  const std::optional<std::string> e = Decode(exponent);
  if (!n.has_value() || !e.has_value()) return absl::InvalidArgumentError("key: is no base64url");
  const auto number = [](const std::string& bytes) {
    return Owned<BIGNUM, BN_free>(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                            static_cast<int>(bytes.size()), nullptr));
  };
  const auto n_number = number(*n);
  const auto e_number = number(*e);
  if (n_number == nullptr || e_number == nullptr || BN_num_bits(n_number.get()) < kBitsMin ||
      BN_num_bits(n_number.get()) > kBitsMax || BN_is_odd(e_number.get()) == 0 ||
      BN_is_one(e_number.get()) != 0 || BN_num_bits(e_number.get()) > 64) {
    return absl::InvalidArgumentError("key: is no RSA key of 2,048 to 8,192 bits");
  }
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n_number.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e_number.get());
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return absl::InvalidArgumentError("key: OpenSSL does not take it");
  }
  return RsaKey(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

bool RsaKey::Verifies(absl::string_view signed_part, absl::string_view signature) const {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(),
                          reinterpret_cast<const unsigned char*>(signed_part.data()),
                          signed_part.size()) == 1;
}

}  // namespace belfry::bot::teams
