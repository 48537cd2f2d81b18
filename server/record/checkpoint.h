// Checkpoints (C2SP tlog-checkpoint): how far a log had come, in three lines that get signed.
#ifndef BELFRY_SERVER_RECORD_CHECKPOINT_H_
#define BELFRY_SERVER_RECORD_CHECKPOINT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/record/hash.h"
#include "server/record/note.h"

namespace belfry::record {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root = {};

  bool operator==(const Checkpoint&) const = default;
};

// "<origin>\n<size>\n<root in base64>\n"
std::string FormatCheckpoint(const Checkpoint& checkpoint);
// Of a note's text. INVALID_ARGUMENT unless these are the three lines, the size in decimal without
// needless zeros. Further lines are passed over, as C2SP lets logs extend them.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

// Signs a checkpoint into a note.
absl::StatusOr<SignedNote> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer);
// Reads a note that `key` has signed; says why not otherwise.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const VerifierKey& key);

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_CHECKPOINT_H_
