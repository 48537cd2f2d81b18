// The hashes of the record (RFC 6962, section 2.1): what a leaf, a node and a commitment are.
#ifndef BELFRY_SERVER_RECORD_HASH_H_
#define BELFRY_SERVER_RECORD_HASH_H_

#include <array>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/random.h"

namespace belfry::record {

inline constexpr size_t kHashSize = 32;
inline constexpr size_t kSaltSize = 32;

// SHA-256, raw.
using Hash = std::array<char, kHashSize>;

inline absl::string_view View(const Hash& hash) { return {hash.data(), hash.size()}; }
// Nothing unless there are exactly 32 bytes.
std::optional<Hash> HashFromBytes(absl::string_view bytes);

// The root of a tree without leaves: H("").
Hash EmptyRoot();
// H(0x00 || leaf)
Hash LeafHash(absl::string_view leaf);
// H(0x01 || left || right)
Hash NodeHash(const Hash& left, const Hash& right);

// 32 random bytes that keep a commitment from being guessed.
std::string NewSalt(Random& random);
// H(salt || payload): what a leaf says of a payload that may have to be deleted one day.
Hash Commitment(absl::string_view salt, absl::string_view payload);

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_HASH_H_
