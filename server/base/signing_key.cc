#include "server/base/signing_key.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "absl/strings/match.h"
#include "server/base/status_macros.h"

namespace belfry {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

struct Freer {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

constexpr size_t kEd25519Size = 32;

Key Own(EVP_PKEY* key) { return Key(key, EVP_PKEY_free); }

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What the library has to say goes no further: it may name the content of keys.
absl::Status Unusable(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(what);
}

bool IsP256(const Key& key) {
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC) return false;
  char group[32] = {};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key.get(), group, sizeof(group), &size) != 1) return false;
  return absl::string_view(group, size) == "prime256v1";
}

const EVP_MD* DigestFor(KeyAlgorithm algorithm) {
  return algorithm == KeyAlgorithm::kP256 ? EVP_sha256() : nullptr;
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::FromBytes(KeyAlgorithm algorithm, absl::string_view bytes) {
  if (algorithm == KeyAlgorithm::kEd25519) {
    if (bytes.size() != kEd25519Size) return Unusable("an Ed25519 public key has 32 bytes");
    Key key =
        Own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(bytes), bytes.size()));
    if (key == nullptr) return Unusable("not an Ed25519 public key");
    return PublicKey(algorithm, std::string(bytes), std::move(key));
  }
  const unsigned char* at = Bytes(bytes);
  Key key = Own(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())));
  if (key == nullptr || at != Bytes(bytes) + bytes.size() || !IsP256(key)) {
    return Unusable("not a P-256 public key (SubjectPublicKeyInfo, DER)");
  }
  return PublicKey(algorithm, std::string(bytes), std::move(key));
}

bool PublicKey::Verify(absl::string_view text, absl::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, Freer> context(EVP_MD_CTX_new());
  const bool good = context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, DigestFor(algorithm_), nullptr,
                                         key_.get()) == 1 &&
                    EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                                     text.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

absl::StatusOr<PrivateKey> PrivateKey::Wrap(Key key) {
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) {
    std::string bytes(kEd25519Size, '\0');
    size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                    &size) != 1) {
      return Unusable("the key has no public part");
    }
    BELFRY_ASSIGN_OR_RETURN(PublicKey public_key,
                            PublicKey::FromBytes(KeyAlgorithm::kEd25519, bytes));
    return PrivateKey(std::move(key), std::move(public_key));
  }
  if (!IsP256(key)) return Unusable("a key of another kind; use Ed25519 or ECDSA on P-256");
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  if (size <= 0) return Unusable("the key has no public part");
  const std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  BELFRY_ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::FromBytes(KeyAlgorithm::kP256, bytes));
  return PrivateKey(std::move(key), std::move(public_key));
}

absl::StatusOr<PrivateKey> PrivateKey::Generate(KeyAlgorithm algorithm) {
  Key key =
      Own(algorithm == KeyAlgorithm::kEd25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                              : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (key == nullptr) {
    ERR_clear_error();
    return absl::InternalError("cannot make a key; is libcrypto installed properly?");
  }
  return Wrap(std::move(key));
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem) {
  const std::unique_ptr<BIO, Freer> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Asks nobody for a pass phrase: there is nobody to ask.
  const auto no_phrase = [](char*, int, int, void*) { return -1; };
  Key key = bio == nullptr ? nullptr
                           : Own(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_phrase, nullptr));
  if (key == nullptr) return Unusable("not a private key in PEM (PKCS#8, not encrypted)");
  return Wrap(std::move(key));
}

absl::StatusOr<PrivateKey> PrivateKey::FromEd25519Seed(absl::string_view seed) {
  if (seed.size() != kEd25519Size) return Unusable("an Ed25519 seed has 32 bytes");
  Key key = Own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  if (key == nullptr) return Unusable("not an Ed25519 seed");
  return Wrap(std::move(key));
}

absl::StatusOr<std::string> PrivateKey::Sign(absl::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, Freer> context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key_.get()));
  std::string signature(size, '\0');
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestFor(public_key_.algorithm()), nullptr,
                         key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Bytes(text), text.size()) != 1) {
    ERR_clear_error();
    return absl::InternalError("cannot sign with this key");
  }
  signature.resize(size);
  return signature;
}

absl::StatusOr<std::string> PrivateKey::ToPem() const {
  const std::unique_ptr<BIO, Freer> bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
    ERR_clear_error();
    return absl::InternalError("cannot write this key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace belfry
