// Proofs about a log's tree (RFC 6962, section 2.1): that a leaf is in it, and that it only grew.
#ifndef BELFRY_SERVER_RECORD_PROOF_H_
#define BELFRY_SERVER_RECORD_PROOF_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/record/hash.h"
#include "server/record/tree.h"

namespace belfry::record {

// The root when the log had `size` leaves, size <= nodes.size().
absl::StatusOr<Hash> RootAt(NodeReader& nodes, uint64_t size);
// The audit path of leaf `index` in the tree of `size` leaves, lowest first; at most 64 hashes.
// OUT_OF_RANGE unless index < size <= nodes.size().
absl::StatusOr<std::vector<Hash>> InclusionProof(NodeReader& nodes, uint64_t index, uint64_t size);
// That the tree of `from` leaves is the beginning of the tree of `to`; empty when from is 0 or both
// are the same. OUT_OF_RANGE unless from <= to <= nodes.size().
absl::StatusOr<std::vector<Hash>> ConsistencyProof(NodeReader& nodes, uint64_t from, uint64_t to);

// OK, or INVALID_ARGUMENT that says why the proof does not prove it.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Hash& leaf_hash,
                             const std::vector<Hash>& proof, const Hash& root);
absl::Status VerifyConsistency(uint64_t from, const Hash& from_root, uint64_t to,
                               const Hash& to_root, const std::vector<Hash>& proof);

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_PROOF_H_
