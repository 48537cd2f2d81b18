// Verifies an export of the record ("*.belfry-record") with public keys alone.
//
// The second of three implementations of the format: belfryd writes, this one and
// tests/record/verify.mjs check, and none shares code with another (ADR 0025).
#ifndef BELFRY_CLIENT_LIB_AUDIT_VERIFY_H_
#define BELFRY_CLIENT_LIB_AUDIT_VERIFY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client-lib/audit/note.h"

namespace belfry::audit {

struct VerifyOptions {
  // Of the server: one of them must have signed each checkpoint.
  std::vector<VerifierKey> keys;
  // Each must have cosigned some checkpoint of the super-log.
  std::vector<VerifierKey> witness_keys;
  // Checkpoint notes kept elsewhere: the export must contain what they saw. An older export is
  // indistinguishable from a new one without.
  std::vector<std::string> held;
  // Refuse signature lines that no given key can check.
  bool strict = false;
  // Told now and then how many of the bytes are verified.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// The first thing in the file that is wrong.
struct BadRecord {
  std::string log;                // origin; empty when it is not about one
  std::optional<uint64_t> index;  // of the record
  std::optional<uint64_t> last;   // when all that is known is that it is one of several
  std::string subject;            // "incidents/…", when the record can be read
  std::optional<uint64_t> version;
  uint64_t offset = 0;  // in the file, in bytes
  // Stable: FRAMING, TRUNCATED, LEAF, ORDER, COMMITMENT, ROOT, MISSING, CHECKPOINT, SIGNATURE,
  // SUPER_LOG, COSIGNATURE, HELD.
  std::string reason;
  std::string what;
};

struct VerifyResult {
  struct Log {
    std::string origin;
    uint64_t size = 0;  // leaves
  };

  std::optional<BadRecord> bad;
  uint64_t records = 0;
  uint64_t expunged = 0;  // payloads deleted by law
  uint64_t withheld = 0;  // payloads that the export's reader may not see
  uint64_t bytes = 0;
  std::vector<Log> logs;
  std::optional<Log> super_log;
  // Names of witnesses, each with the greatest size of the super-log that it has cosigned.
  std::vector<Log> witnesses;
};

// NOT_FOUND, INVALID_ARGUMENT: there is no such file, or something in `options` is malformed or not
// signed by one of the keys. Memory grows with the number of checkpoints, not with the record.
absl::StatusOr<VerifyResult> VerifyExport(const std::string& path, const VerifyOptions& options);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_VERIFY_H_
