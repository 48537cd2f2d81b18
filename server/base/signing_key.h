// Keys that sign and check signatures: Ed25519, and ECDSA on P-256 with SHA-256 for places where
// only FIPS algorithms may be used.
#ifndef BELFRY_SERVER_BASE_SIGNING_KEY_H_
#define BELFRY_SERVER_BASE_SIGNING_KEY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// OpenSSL's EVP_PKEY.
struct evp_pkey_st;

namespace belfry {

enum class KeyAlgorithm { kEd25519, kP256 };

// A public key. A value: cheap to copy, thread-safe.
class PublicKey {
 public:
  // Ed25519: the 32 raw bytes. P-256: SubjectPublicKeyInfo, DER. INVALID_ARGUMENT for anything
  // else, also for a point that is not on the curve.
  static absl::StatusOr<PublicKey> FromBytes(KeyAlgorithm algorithm, absl::string_view bytes);

  KeyAlgorithm algorithm() const { return algorithm_; }
  // As FromBytes() takes them.
  const std::string& bytes() const { return bytes_; }
  // Ed25519: 64 bytes. P-256: ASN.1 DER.
  bool Verify(absl::string_view text, absl::string_view signature) const;

 private:
  friend class PrivateKey;
  PublicKey(KeyAlgorithm algorithm, std::string bytes, std::shared_ptr<evp_pkey_st> key)
      : algorithm_(algorithm), bytes_(std::move(bytes)), key_(std::move(key)) {}

  KeyAlgorithm algorithm_;
  std::string bytes_;
  std::shared_ptr<evp_pkey_st> key_;
};

// A private key. The bytes leave it only through ToPem(). Thread-safe.
class PrivateKey {
 public:
  // From the kernel's randomness.
  static absl::StatusOr<PrivateKey> Generate(KeyAlgorithm algorithm);
  // PKCS#8 in PEM, not encrypted. INVALID_ARGUMENT says what is wrong and never shows the text.
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem);
  // From 32 bytes of RFC 8032, for known answers in tests.
  static absl::StatusOr<PrivateKey> FromEd25519Seed(absl::string_view seed);

  const PublicKey& public_key() const { return public_key_; }
  absl::StatusOr<std::string> Sign(absl::string_view text) const;
  // PKCS#8; whoever writes it keeps it from other eyes.
  absl::StatusOr<std::string> ToPem() const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  static absl::StatusOr<PrivateKey> Wrap(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_key_;
};

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_SIGNING_KEY_H_
