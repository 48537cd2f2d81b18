// How a file in the vault is laid out; docs/evidence.md says it in words. All integers big endian.
//
//   header   "BLFRVLT1"  u32 chunk bytes  u64 item bytes  32 bytes address  32 bytes random
//   chunk    7 bytes salt  ciphertext  16 bytes tag            … one after the other
//
// The nonce of chunk i is its salt, u32 i, and u8 1 for the last one or 0; the header is the
// additional data of every chunk. So no chunk can be changed, moved, repeated, left out, or taken
// from another file. The salt is fresh for every write: after an upload was broken off, a chunk
// may be written again with other contents, and no nonce comes twice.
#ifndef BELFRY_SERVER_VAULT_FORMAT_H_
#define BELFRY_SERVER_VAULT_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::vault {

inline constexpr int64_t kChunkBytes = int64_t{1} << 20;
inline constexpr int64_t kHeaderBytes = 8 + 4 + 8 + 32 + 32;
inline constexpr int64_t kSaltBytes = 7;
inline constexpr int64_t kSealBytes = kSaltBytes + 16;

struct Layout {
  int64_t item_bytes = 0;

  // At least one: an empty item is one empty chunk.
  int64_t chunks() const {
    return item_bytes == 0 ? 1 : (item_bytes + kChunkBytes - 1) / kChunkBytes;
  }
  // Plain bytes of chunk `index`.
  int64_t ChunkSize(int64_t index) const {
    const int64_t rest = item_bytes - index * kChunkBytes;
    return rest < kChunkBytes ? rest : kChunkBytes;
  }
  static int64_t ChunkOffset(int64_t index) {
    return kHeaderBytes + index * (kChunkBytes + kSealBytes);
  }
  bool IsLast(int64_t index) const { return index + 1 == chunks(); }
  int64_t FileBytes() const { return kHeaderBytes + item_bytes + chunks() * kSealBytes; }
};

// `address` and `random` are 32 raw bytes.
std::string EncodeHeader(int64_t item_bytes, absl::string_view address, absl::string_view random);
// DATA_LOSS unless it is a header for this address.
absl::StatusOr<Layout> DecodeHeader(absl::string_view header, absl::string_view address);

std::string ChunkNonce(absl::string_view salt, int64_t index, bool last);

// Big-endian integers.
void PutNumber(std::string& out, uint64_t value, int bytes);
uint64_t GetNumber(absl::string_view bytes);

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_FORMAT_H_
