// What the vault asks of a cipher: AES-256-GCM, HMAC and SHA-256 in a stream.
#ifndef BELFRY_SERVER_VAULT_CIPHER_H_
#define BELFRY_SERVER_VAULT_CIPHER_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/random.h"

typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;

namespace belfry::vault {

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;

// 256 secret bits, wiped when they go. Has no way into a log.
class SecretKey {
 public:
  SecretKey() = default;
  // `bytes` are kKeyBytes.
  explicit SecretKey(absl::string_view bytes);
  static SecretKey Generate(Random& random);
  SecretKey(const SecretKey& other) = default;
  SecretKey& operator=(const SecretKey& other) = default;
  ~SecretKey();

  absl::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::array<unsigned char, kKeyBytes> bytes_ = {};
};

// Overwrites what a string held.
void Wipe(std::string& secret);

std::string RandomBytes(Random& random, size_t count);

// AES-256-GCM under one key; keeps its key schedule. For one thread at a time.
class Aead {
 public:
  explicit Aead(const SecretKey& key);
  ~Aead();
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;

  // Appends ciphertext and tag. A nonce is used once.
  void Seal(absl::string_view nonce, absl::string_view aad, absl::string_view plain,
            std::string& out);
  // DATA_LOSS when it is not what was sealed.
  absl::StatusOr<std::string> Open(absl::string_view nonce, absl::string_view aad,
                                   absl::string_view sealed);

 private:
  EVP_CIPHER_CTX* const seal_;
  EVP_CIPHER_CTX* const open_;
};

// HMAC-SHA-256, 32 raw bytes.
std::string Hmac(const SecretKey& key, absl::string_view message);

// SHA-256 of what comes in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept = default;
  Sha256Stream& operator=(Sha256Stream&&) noexcept = default;
  ~Sha256Stream() = default;

  void Add(absl::string_view bytes);
  // Of all so far, lower-case hex; the stream may go on.
  std::string Hex() const;

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_CIPHER_H_
