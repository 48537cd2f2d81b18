#include "client-lib/audit/proof.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::audit {

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, absl::string_view origin,
                                          const std::vector<VerifierKey>& keys) {
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note);
  if (!checkpoint.ok()) return checkpoint;
  if (checkpoint->origin != origin) {
    return absl::InvalidArgumentError(
        absl::StrCat("the checkpoint is one of ", checkpoint->origin, ", not of ", origin));
  }
  if (keys.empty()) return checkpoint;
  bool is_signed = false;
  for (const SignatureLine& line : checkpoint->signatures) {
    for (const VerifierKey& key : keys) {
      if (!key.Claims(line)) continue;
      if (!key.Holds(checkpoint->text, line)) {
        return absl::InvalidArgumentError(
            absl::StrCat("the signature of ", line.name, " does not hold"));
      }
      // A key signs the logs under its own name and no others.
      is_signed = is_signed || origin == key.name() ||
                  absl::StartsWith(origin, absl::StrCat(key.name(), "/"));
    }
  }
  if (is_signed) return checkpoint;
  return absl::InvalidArgumentError("none of the given keys has signed the checkpoint");
}

absl::StatusOr<std::vector<Digest>> ReadDigests(const std::vector<std::string>& hashes) {
  std::vector<Digest> digests;
  for (const std::string& hash : hashes) {
    if (hash.size() != kDigestSize) {
      return absl::InvalidArgumentError("a hash of the proof has not 32 bytes");
    }
    std::copy(hash.begin(), hash.end(), digests.emplace_back().begin());
  }
  return digests;
}

absl::Status CheckInclusion(absl::string_view leaf, uint64_t index,
                            const std::vector<std::string>& proof, const Checkpoint& checkpoint) {
  const absl::StatusOr<std::vector<Digest>> digests = ReadDigests(proof);
  if (!digests.ok()) return digests.status();
  if (InclusionHolds(index, checkpoint.size, Hasher().Leaf(leaf), *digests, checkpoint.root)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("the proof does not show that the leaf is number ",
                                                 index, " of ", checkpoint.origin, " at size ",
                                                 checkpoint.size));
}

absl::Status CheckGrowth(const Checkpoint& older, const Checkpoint& newer,
                         const std::vector<std::string>& proof) {
  if (older.size > newer.size) {
    return absl::InvalidArgumentError(
        absl::StrCat(newer.origin, " had ", older.size, " records and now has ", newer.size));
  }
  const absl::StatusOr<std::vector<Digest>> digests = ReadDigests(proof);
  if (!digests.ok()) return digests.status();
  if (ConsistencyHolds(older.size, older.root, newer.size, newer.root, *digests)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("the proof does not show that ", newer.origin,
                                                 " at size ", newer.size,
                                                 " continues what it was at size ", older.size));
}

}  // namespace belfry::audit
