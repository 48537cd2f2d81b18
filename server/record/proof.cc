#include "server/record/proof.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::record {
namespace {

absl::Status Beyond(uint64_t size, uint64_t have) {
  return absl::OutOfRangeError(
      absl::StrCat("the log has ", have, " leaves; ", size, " were asked for"));
}

absl::Status Unproved(absl::string_view why) { return absl::InvalidArgumentError(why); }

// PATH(m, D[begin:end]) of the RFC, without its last step up.
absl::Status Path(NodeReader& nodes, uint64_t index, uint64_t begin, uint64_t end,
                  std::vector<Hash>& proof) {
  if (end - begin == 1) return absl::OkStatus();
  const uint64_t middle = begin + std::bit_floor(end - begin - 1);
  if (index < middle) {
    BELFRY_RETURN_IF_ERROR(Path(nodes, index, begin, middle, proof));
    BELFRY_ASSIGN_OR_RETURN(const Hash right, nodes.RangeRoot(middle, end));
    proof.push_back(right);
  } else {
    BELFRY_RETURN_IF_ERROR(Path(nodes, index, middle, end, proof));
    BELFRY_ASSIGN_OR_RETURN(const Hash left, nodes.RangeRoot(begin, middle));
    proof.push_back(left);
  }
  return absl::OkStatus();
}

// SUBPROOF(m, D[begin:end], whole) of the RFC; `from` counts from the log's beginning.
absl::Status SubProof(NodeReader& nodes, uint64_t from, uint64_t begin, uint64_t end, bool whole,
                      std::vector<Hash>& proof) {
  if (from == end) {
    if (!whole) {
      BELFRY_ASSIGN_OR_RETURN(const Hash root, nodes.RangeRoot(begin, end));
      proof.push_back(root);
    }
    return absl::OkStatus();
  }
  const uint64_t middle = begin + std::bit_floor(end - begin - 1);
  if (from <= middle) {
    BELFRY_RETURN_IF_ERROR(SubProof(nodes, from, begin, middle, whole, proof));
    BELFRY_ASSIGN_OR_RETURN(const Hash right, nodes.RangeRoot(middle, end));
    proof.push_back(right);
  } else {
    BELFRY_RETURN_IF_ERROR(SubProof(nodes, from, middle, end, false, proof));
    BELFRY_ASSIGN_OR_RETURN(const Hash left, nodes.RangeRoot(begin, middle));
    proof.push_back(left);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Hash> RootAt(NodeReader& nodes, uint64_t size) {
  if (size == 0) return EmptyRoot();
  if (size > nodes.size()) return Beyond(size, nodes.size());
  return nodes.RangeRoot(0, size);
}

absl::StatusOr<std::vector<Hash>> InclusionProof(NodeReader& nodes, uint64_t index, uint64_t size) {
  if (size > nodes.size()) return Beyond(size, nodes.size());
  if (index >= size) {
    return absl::OutOfRangeError(absl::StrCat("a log of ", size, " leaves has no leaf ", index));
  }
  std::vector<Hash> proof;
  BELFRY_RETURN_IF_ERROR(Path(nodes, index, 0, size, proof));
  return proof;
}

absl::StatusOr<std::vector<Hash>> ConsistencyProof(NodeReader& nodes, uint64_t from, uint64_t to) {
  if (to > nodes.size()) return Beyond(to, nodes.size());
  if (from > to) {
    return absl::OutOfRangeError(absl::StrCat(from, " leaves are no beginning of ", to));
  }
  std::vector<Hash> proof;
  if (from == 0 || from == to) return proof;
  BELFRY_RETURN_IF_ERROR(SubProof(nodes, from, 0, to, true, proof));
  return proof;
}

// Both as RFC 9162 (sections 2.1.3.2 and 2.1.4.2) words them for RFC 6962's trees.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             const std::vector<Hash>& proof, const Hash& root) {
  if (index >= size) return Unproved("the index is not below the size");
  uint64_t at = index;
  uint64_t last = size - 1;
  Hash hash = leaf_hash;
  for (const Hash& sibling : proof) {
    if (last == 0) return Unproved("the proof is too long");
    if ((at & 1) != 0 || at == last) {
      hash = NodeHash(sibling, hash);
      for (; (at & 1) == 0 && at != 0; at >>= 1) last >>= 1;
    } else {
      hash = NodeHash(hash, sibling);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return Unproved("the proof is too short");
  if (hash != root) return Unproved("the proof leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t from, const Hash& from_root, uint64_t to,
                               const Hash& to_root, const std::vector<Hash>& proof) {
  if (from > to) return Unproved("the log became smaller");
  if (from == to) {
    if (!proof.empty()) return Unproved("the proof is too long");
    return from_root == to_root ? absl::OkStatus() : Unproved("two roots for the same size");
  }
  if (from == 0) {
    if (!proof.empty()) return Unproved("the proof is too long");
    return from_root == EmptyRoot() ? absl::OkStatus()
                                    : Unproved("the root of no leaves is another one");
  }
  auto next = proof.begin();
  Hash first = from_root;
  if (!std::has_single_bit(from)) {
    if (next == proof.end()) return Unproved("the proof is too short");
    first = *next++;
  }
  uint64_t at = from - 1;
  uint64_t last = to - 1;
  for (; (at & 1) != 0; at >>= 1) last >>= 1;
  Hash old_hash = first;
  Hash new_hash = first;
  for (; next != proof.end(); ++next) {
    if (last == 0) return Unproved("the proof is too long");
    if ((at & 1) != 0 || at == last) {
      old_hash = NodeHash(*next, old_hash);
      new_hash = NodeHash(*next, new_hash);
      for (; (at & 1) == 0 && at != 0; at >>= 1) last >>= 1;
    } else {
      new_hash = NodeHash(new_hash, *next);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0) return Unproved("the proof is too short");
  if (old_hash != from_root) return Unproved("the proof leads to another old root");
  if (new_hash != to_root) return Unproved("the proof leads to another new root");
  return absl::OkStatus();
}

}  // namespace belfry::record
