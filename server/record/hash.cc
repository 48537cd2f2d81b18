#include "server/record/hash.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "server/base/sha256.h"

namespace belfry::record {

std::optional<Hash> HashFromBytes(absl::string_view bytes) {
  if (bytes.size() != kHashSize) return std::nullopt;
  Hash hash;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Hash EmptyRoot() { return Sha256Of({}); }

Hash LeafHash(absl::string_view leaf) { return Sha256Of({absl::string_view("\0", 1), leaf}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256Of({absl::string_view("\1", 1), View(left), View(right)});
}

std::string NewSalt(Random& random) {
  std::string salt(kSaltSize, '\0');
  for (size_t at = 0; at < kSaltSize; at += sizeof(uint64_t)) {
    const uint64_t bits = random.Bits64();
    std::memcpy(salt.data() + at, &bits, sizeof(bits));
  }
  return salt;
}

Hash Commitment(absl::string_view salt, absl::string_view payload) {
  return Sha256Of({salt, payload});
}

}  // namespace belfry::record
