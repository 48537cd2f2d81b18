// Leaves: the bytes that stand in a log for ever, one for each thing that happened.
//
// A leaf is framed once, stored, and only ever hashed as stored. It does not hold what happened,
// only a commitment to it, so that the payload can be deleted where the law demands it without
// touching the tree. docs/record.md gives the framing byte by byte.
#ifndef BELFRY_SERVER_RECORD_LEAF_H_
#define BELFRY_SERVER_RECORD_LEAF_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/record/hash.h"

namespace belfry::record {

// One thing that happened.
struct Leaf {
  std::string origin;      // of the log: "<instance>/belfry/<agency>"
  uint64_t index = 0;      // in the log, from 0 without gaps
  uint64_t time_us = 0;    // Unix microseconds by the policy's clock
  std::string kind;        // "incident.note_added", "directory.change", "policy.adopted", …
  std::string subject;     // resource name, "incidents/DOP-2026-0007"
  uint64_t version = 0;    // place in the subject's own record, from 1; 0 when it has none
  std::string principal;   // "people/…", "systems/…", "system"
  std::string request_id;  // may be empty
  Hash commitment = {};    // see Commitment()
};

// INVALID_ARGUMENT when a text has more than 65,535 bytes.
absl::StatusOr<std::string> FrameLeaf(const Leaf& leaf);
// DATA_LOSS when these are not the bytes of a leaf: another format, cut off, or something follows.
absl::StatusOr<Leaf> ParseLeaf(absl::string_view bytes);

// What a leaf of the super-log says: so far had that log come.
struct SuperLeaf {
  std::string origin;
  uint64_t size = 0;
  Hash root = {};
};

absl::StatusOr<std::string> FrameSuperLeaf(const SuperLeaf& leaf);
absl::StatusOr<SuperLeaf> ParseSuperLeaf(absl::string_view bytes);

// What an instance may be called: 1 to 253 of [a-z0-9.-], beginning and ending with a letter or
// digit.
bool IsInstanceName(absl::string_view instance);
// What an agency's log may be called: letters, digits, '.', '_', '-', at most 100.
bool IsLogId(absl::string_view id);

// "<instance>/belfry", of the super-log; also the name of the key.
std::string SuperOrigin(absl::string_view instance);
// "<instance>/belfry/<id>"
std::string LogOrigin(absl::string_view instance, absl::string_view id);
// The log of what belongs to no agency.
inline constexpr char kInstanceLog[] = "_instance";

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_LEAF_H_
