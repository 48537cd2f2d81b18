// SHA-256 and the tree over it (RFC 6962), as the record's verifier needs them.
//
// A second implementation on purpose: what checks the server shares no code with it.
#ifndef BELFRY_CLIENT_LIB_AUDIT_HASH_H_
#define BELFRY_CLIENT_LIB_AUDIT_HASH_H_

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::audit {

inline constexpr size_t kDigestSize = 32;
using Digest = std::array<unsigned char, kDigestSize>;

inline absl::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Hashes one message after the other without allocating. Not thread-safe.
class Hasher {
 public:
  Hasher();

  // A message in pieces.
  void Begin();
  void Add(absl::string_view bytes);
  Digest End();

  // A whole message.
  Digest Hash(std::initializer_list<absl::string_view> parts);
  Digest Leaf(absl::string_view leaf);                   // H(0x00 || leaf)
  Digest Node(const Digest& left, const Digest& right);  // H(0x01 || left || right)

 private:
  struct Free {
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  std::unique_ptr<EVP_MD, Free> md_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// A tree that one can only append to: the hash of each complete subtree that no larger one
// contains, the largest first. There is one for each bit of the size.
class Frontier {
 public:
  Frontier() = default;
  // A tree that has `size` leaves already; `hashes` has one for each bit of it.
  Frontier(uint64_t size, std::vector<Digest> hashes) : size_(size), hashes_(std::move(hashes)) {}

  uint64_t size() const { return size_; }
  void Add(Hasher& hasher, Digest leaf_hash);
  // H("") of a tree without leaves.
  Digest Root(Hasher& hasher) const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

// Whether `proof`, lowest first, leads from leaf `index` of `size` to the root.
bool InclusionHolds(uint64_t index, uint64_t size, const Digest& leaf_hash,
                    const std::vector<Digest>& proof, const Digest& root);
// Whether the tree of `from` leaves is the beginning of the one of `to` (RFC 9162, 2.1.4.2).
bool ConsistencyHolds(uint64_t from, const Digest& from_root, uint64_t to, const Digest& to_root,
                      const std::vector<Digest>& proof);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_HASH_H_
