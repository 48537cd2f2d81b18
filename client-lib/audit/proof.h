// What a server says of its record, checked: a checkpoint, a leaf in a log, a log that only grew.
#ifndef BELFRY_CLIENT_LIB_AUDIT_PROOF_H_
#define BELFRY_CLIENT_LIB_AUDIT_PROOF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client-lib/audit/note.h"

namespace belfry::audit {

// Each answers INVALID_ARGUMENT with what is wrong; the text is for people.

// The checkpoint in a note of this log, signed by one of the keys. Without keys only its form is
// checked.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, absl::string_view origin,
                                          const std::vector<VerifierKey>& keys);

// Hashes as they come over the wire, 32 bytes each.
absl::StatusOr<std::vector<Digest>> ReadDigests(const std::vector<std::string>& hashes);

// That the leaf is number `index` in the log of the checkpoint.
absl::Status CheckInclusion(absl::string_view leaf, uint64_t index,
                            const std::vector<std::string>& proof, const Checkpoint& checkpoint);

// That the newer checkpoint continues the older one.
absl::Status CheckGrowth(const Checkpoint& older, const Checkpoint& newer,
                         const std::vector<std::string>& proof);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_PROOF_H_
