#include "server/base/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"

namespace belfry {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looking the algorithm up costs more than hashing a node of a tree, so it is done once.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

std::array<char, 32> Sha256Of(std::initializer_list<absl::string_view> pieces) {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  std::array<char, 32> digest;
  bool good = context != nullptr && Algorithm() != nullptr &&
              EVP_DigestInit_ex2(context.get(), Algorithm(), nullptr) == 1;
  for (const absl::string_view piece : pieces) {
    good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
  }
  good = good && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                    nullptr) == 1;
  // A libcrypto without SHA-256, or no memory for it: nothing that follows could be trusted.
  if (!good) std::abort();
  return digest;
}

std::string Sha256(absl::string_view bytes) {
  const std::array<char, 32> digest = Sha256Of({bytes});
  return std::string(digest.data(), digest.size());
}

std::string Sha256Hex(absl::string_view bytes) { return absl::BytesToHexString(Sha256(bytes)); }

}  // namespace belfry
