#include "client-lib/audit/hash.h"

#include <cstdlib>
#include <utility>

namespace belfry::audit {
namespace {

constexpr absl::string_view kLeafPrefix("\0", 1);
constexpr absl::string_view kNodePrefix("\1", 1);

// SHA-256 that fails is a broken library; nothing it says could be relied on.
void Must(int ok) {
  if (ok != 1) std::abort();
}

bool IsPowerOfTwo(uint64_t n) { return n != 0 && (n & (n - 1)) == 0; }

}  // namespace

Hasher::Hasher() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  if (md_ == nullptr || context_ == nullptr) std::abort();
  Must(EVP_DigestInit_ex2(context_.get(), md_.get(), nullptr));
}

void Hasher::Begin() { Must(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr)); }

void Hasher::Add(absl::string_view bytes) {
  Must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Digest Hasher::End() {
  Digest digest;
  Must(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

Digest Hasher::Hash(std::initializer_list<absl::string_view> parts) {
  Begin();
  for (const absl::string_view part : parts) Add(part);
  return End();
}

Digest Hasher::Leaf(absl::string_view leaf) { return Hash({kLeafPrefix, leaf}); }

Digest Hasher::Node(const Digest& left, const Digest& right) {
  return Hash({kNodePrefix, View(left), View(right)});
}

void Frontier::Add(Hasher& hasher, Digest leaf_hash) {
  for (uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    leaf_hash = hasher.Node(hashes_.back(), leaf_hash);
    hashes_.pop_back();
  }
  hashes_.push_back(leaf_hash);
  ++size_;
}

Digest Frontier::Root(Hasher& hasher) const {
  if (hashes_.empty()) return hasher.Hash({});
  Digest root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i > 0; --i) root = hasher.Node(hashes_[i - 1], root);
  return root;
}

bool InclusionHolds(uint64_t index, uint64_t size, const Digest& leaf_hash,
                    const std::vector<Digest>& proof, const Digest& root) {
  if (index >= size) return false;
  Hasher hasher;
  Digest hash = leaf_hash;
  uint64_t node = index;
  uint64_t last = size - 1;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = hasher.Node(sibling, hash);
      // A node without a sibling goes up as it is.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = hasher.Node(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool ConsistencyHolds(uint64_t from, const Digest& from_root, uint64_t to, const Digest& to_root,
                      const std::vector<Digest>& proof) {
  if (from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  Hasher hasher;
  if (from == 0) return proof.empty() && from_root == hasher.Hash({});
  // The proof begins with the largest subtree both share; it is left out when that is the old tree.
  std::vector<Digest> path;
  path.reserve(proof.size() + 1);
  if (IsPowerOfTwo(from)) path.push_back(from_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  uint64_t node = from - 1;
  uint64_t last = to - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Digest old_hash = path[0];
  Digest new_hash = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = hasher.Node(path[i], old_hash);
      new_hash = hasher.Node(path[i], new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = hasher.Node(new_hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace belfry::audit
