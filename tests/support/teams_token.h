// A token issuer of our own, in the place of Microsoft's.
#ifndef BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_
#define BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

// Base64url without padding.
inline std::string Base64Url(const std::string& bytes) {
  std::string text = absl::WebSafeBase64Escape(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

class TokenIssuer {
 public:
  explicit TokenIssuer(std::string key_id, unsigned bits = 2048)
      : key_id_(std::move(key_id)), key_(EVP_RSA_gen(bits), EVP_PKEY_free) {}

  const std::string& key_id() const { return key_id_; }

  Json Jwk(const std::vector<std::string>& endorsements = {}) const {
    Json jwk = {{"kty", "RSA"},
                {"use", "sig"},
                {"kid", key_id_},
                {"n", Number(OSSL_PKEY_PARAM_RSA_N)},
                {"e", Number(OSSL_PKEY_PARAM_RSA_E)}};
    if (!endorsements.empty()) jwk["endorsements"] = endorsements;
    return jwk;
  }

  // A signed token; `header` overrides members of the usual one.
  std::string Token(const Json& claims, const Json& header = Json::object()) const {
    Json whole = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", key_id_}};
    whole.update(header);
    const std::string text = absl::StrCat(Base64Url(whole.dump()), ".", Base64Url(claims.dump()));
    return absl::StrCat(text, ".", Base64Url(Sign(text)));
  }

  std::string Sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_.get());
    size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return signature;
  }

 private:
  std::string Number(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return Base64Url(bytes);
  }

  const std::string key_id_;
  const std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_
