#include "server/vault/cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/escaping.h"

namespace belfry::vault {
namespace {

// The library refuses only when memory is gone or it is used wrongly; nothing that is encrypted
// half may be written.
void Require(int ok) {
  if (ok != 1) std::abort();
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SecretKey::SecretKey(absl::string_view bytes) {
  Require(bytes.size() == kKeyBytes ? 1 : 0);
  std::memcpy(bytes_.data(), bytes.data(), kKeyBytes);
}

SecretKey SecretKey::Generate(Random& random) {
  std::string bytes = RandomBytes(random, kKeyBytes);
  SecretKey key(bytes);
  Wipe(bytes);
  return key;
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

void Wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

std::string RandomBytes(Random& random, size_t count) {
  std::string bytes;
  bytes.reserve(count + sizeof(uint64_t));
  while (bytes.size() < count) {
    const uint64_t bits = random.Bits64();
    bytes.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  bytes.resize(count);
  return bytes;
}

Aead::Aead(const SecretKey& key) : seal_(EVP_CIPHER_CTX_new()), open_(EVP_CIPHER_CTX_new()) {
  Require(seal_ != nullptr && open_ != nullptr ? 1 : 0);
  Require(EVP_EncryptInit_ex(seal_, EVP_aes_256_gcm(), nullptr, Bytes(key.bytes()), nullptr));
  Require(EVP_DecryptInit_ex(open_, EVP_aes_256_gcm(), nullptr, Bytes(key.bytes()), nullptr));
}

Aead::~Aead() {
  EVP_CIPHER_CTX_free(seal_);
  EVP_CIPHER_CTX_free(open_);
}

void Aead::Seal(absl::string_view nonce, absl::string_view aad, absl::string_view plain,
                std::string& out) {
  Require(nonce.size() == kNonceBytes ? 1 : 0);
  Require(EVP_EncryptInit_ex(seal_, nullptr, nullptr, nullptr, Bytes(nonce)));
  int length = 0;
  Require(EVP_EncryptUpdate(seal_, nullptr, &length, Bytes(aad), static_cast<int>(aad.size())));
  const size_t begin = out.size();
  out.resize(begin + plain.size() + kTagBytes);
  auto* const target = reinterpret_cast<unsigned char*>(out.data()) + begin;
  if (!plain.empty()) {
    Require(
        EVP_EncryptUpdate(seal_, target, &length, Bytes(plain), static_cast<int>(plain.size())));
  }
  Require(EVP_EncryptFinal_ex(seal_, target + plain.size(), &length));
  Require(EVP_CIPHER_CTX_ctrl(seal_, EVP_CTRL_GCM_GET_TAG, kTagBytes, target + plain.size()));
}

absl::StatusOr<std::string> Aead::Open(absl::string_view nonce, absl::string_view aad,
                                       absl::string_view sealed) {
  if (sealed.size() < kTagBytes || nonce.size() != kNonceBytes) {
    return absl::DataLossError("is cut short");
  }
  const size_t size = sealed.size() - kTagBytes;
  Require(EVP_DecryptInit_ex(open_, nullptr, nullptr, nullptr, Bytes(nonce)));
  int length = 0;
  Require(EVP_DecryptUpdate(open_, nullptr, &length, Bytes(aad), static_cast<int>(aad.size())));
  std::string plain(size, '\0');
  auto* const target = reinterpret_cast<unsigned char*>(plain.data());
  if (size > 0) {
    Require(EVP_DecryptUpdate(open_, target, &length, Bytes(sealed), static_cast<int>(size)));
  }
  std::string tag(sealed.substr(size));
  Require(EVP_CIPHER_CTX_ctrl(open_, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  if (EVP_DecryptFinal_ex(open_, target + size, &length) != 1) {
    Wipe(plain);
    return absl::DataLossError("is not what was sealed");
  }
  return plain;
}

std::string Hmac(const SecretKey& key, absl::string_view message) {
  std::string digest(32, '\0');
  unsigned int length = 0;
  const unsigned char* const done =
      HMAC(EVP_sha256(), key.bytes().data(), kKeyBytes, Bytes(message), message.size(),
           reinterpret_cast<unsigned char*>(digest.data()), &length);
  Require(done != nullptr && length == digest.size() ? 1 : 0);
  return digest;
}

void Sha256Stream::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  Require(context_ != nullptr ? 1 : 0);
  Require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256Stream::Add(absl::string_view bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256Stream::Hex() const {
  Sha256Stream copy;
  Require(EVP_MD_CTX_copy_ex(copy.context_.get(), context_.get()));
  std::string digest(32, '\0');
  unsigned int length = 0;
  Require(EVP_DigestFinal_ex(copy.context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             &length));
  return absl::BytesToHexString(digest);
}

}  // namespace belfry::vault
