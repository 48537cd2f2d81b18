// Leaves of the record as they stand in an export; docs/record.md has them byte by byte.
#ifndef BELFRY_CLIENT_LIB_AUDIT_LEAF_H_
#define BELFRY_CLIENT_LIB_AUDIT_LEAF_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "client-lib/audit/hash.h"

namespace belfry::audit {

// What the leaf says; views into its bytes.
struct LeafView {
  absl::string_view origin;
  uint64_t index = 0;
  uint64_t time_us = 0;
  absl::string_view kind;
  absl::string_view subject;
  uint64_t version = 0;
  absl::string_view principal;
  absl::string_view request_id;
  absl::string_view commitment;  // kDigestSize bytes
};

struct SuperLeafView {
  absl::string_view origin;
  uint64_t size = 0;
  absl::string_view root;  // kDigestSize bytes
};

// Each says what is wrong, or nothing ("") and fills `leaf`.
std::string ReadLeaf(absl::string_view bytes, LeafView* leaf);
std::string ReadSuperLeaf(absl::string_view bytes, SuperLeafView* leaf);

// Big endian; `bytes` has as many as the number needs.
uint32_t ReadU32(absl::string_view bytes);
uint64_t ReadU64(absl::string_view bytes);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_LEAF_H_
