// A token issuer of our own: RSA, P-256 and Ed25519 keys, their JWKs, and tokens signed with them.
#ifndef BELFRY_TESTS_SUPPORT_JWT_ISSUER_H_
#define BELFRY_TESTS_SUPPORT_JWT_ISSUER_H_

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/json.h"

namespace belfry::testing {

// Base64url without padding.
inline std::string Base64Url(const std::string& bytes) {
  std::string text = absl::WebSafeBase64Escape(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

class JwtIssuer {
 public:
  enum class Kind { kRsa, kP256, kEd25519 };

  explicit JwtIssuer(std::string key_id, unsigned bits = 2048)
      : JwtIssuer(std::move(key_id), Kind::kRsa, EVP_RSA_gen(bits)) {}
  JwtIssuer(std::string key_id, Kind kind)
      : JwtIssuer(std::move(key_id), kind,
                  kind == Kind::kRsa    ? EVP_RSA_gen(2048)
                  : kind == Kind::kP256 ? EVP_EC_gen("P-256")
                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {}

  const std::string& key_id() const { return key_id_; }
  const char* algorithm() const {
    return kind_ == Kind::kRsa ? "RS256" : kind_ == Kind::kP256 ? "ES256" : "EdDSA";
  }

  Json Jwk() const {
    Json jwk = {{"use", "sig"}, {"kid", key_id_}};
    if (kind_ == Kind::kRsa) {
      jwk.update({{"kty", "RSA"},
                  {"n", Base64Url(Number(OSSL_PKEY_PARAM_RSA_N, 0))},
                  {"e", Base64Url(Number(OSSL_PKEY_PARAM_RSA_E, 0))}});
    } else if (kind_ == Kind::kP256) {
      jwk.update({{"kty", "EC"},
                  {"crv", "P-256"},
                  {"x", Base64Url(Number(OSSL_PKEY_PARAM_EC_PUB_X, 32))},
                  {"y", Base64Url(Number(OSSL_PKEY_PARAM_EC_PUB_Y, 32))}});
    } else {
      std::string raw(32, '\0');
      size_t size = raw.size();
      EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
      jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", Base64Url(raw)}});
    }
    return jwk;
  }

  // The public key in PEM: what a confused verifier takes for an HMAC secret.
  std::string PublicPem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<size_t>(size));
    BIO_free(bio);
    return pem;
  }

  // A signed token; `header` overrides members of the usual one.
  std::string Token(const Json& claims, const Json& header = Json::object()) const {
    Json whole = {{"alg", algorithm()}, {"typ", "JWT"}, {"kid", key_id_}};
    whole.update(header);
    return TokenOfTexts(whole.dump(), claims.dump());
  }
  std::string TokenOfTexts(const std::string& header, const std::string& claims) const {
    const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
    return absl::StrCat(text, ".", Base64Url(Sign(text)));
  }

  std::string Sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, kind_ == Kind::kEd25519 ? nullptr : EVP_sha256(), nullptr,
                       key_.get());
    size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return kind_ == Kind::kP256 ? SideBySide(signature) : signature;
  }

 private:
  JwtIssuer(std::string key_id, Kind kind, EVP_PKEY* key)
      : key_id_(std::move(key_id)), kind_(kind), key_(key, EVP_PKEY_free) {}

  static std::string Bytes(const BIGNUM* number, size_t size) {
    std::string bytes(size == 0 ? static_cast<size_t>(BN_num_bytes(number)) : size, '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    return bytes;
  }
  std::string Number(const char* name, size_t size) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string bytes = Bytes(number, size);
    BN_free(number);
    return bytes;
  }
  static std::string SideBySide(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
    const std::string text = Bytes(ECDSA_SIG_get0_r(both), 32) + Bytes(ECDSA_SIG_get0_s(both), 32);
    ECDSA_SIG_free(both);
    return text;
  }

  const std::string key_id_;
  const Kind kind_;
  const std::shared_ptr<EVP_PKEY> key_;
};

// {"keys": [...]}
inline std::string JwkSet(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_JWT_ISSUER_H_
