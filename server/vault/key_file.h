// The small file beside an item's bytes: its key, wrapped, and what it is.
//
//   "BLFRKEY1"  u8 n, n bytes id of the key-encryption key  12 bytes nonce  ciphertext  16 bytes
//   tag
//
// Additional data: everything before the nonce, and what the key is for. Without it the item's
// bytes are noise: destroying this file destroys them.
#ifndef BELFRY_SERVER_VAULT_KEY_FILE_H_
#define BELFRY_SERVER_VAULT_KEY_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/base/random.h"
#include "server/vault/key_ring.h"

namespace belfry::vault {

inline constexpr size_t kKeyFileBytesMax = 2048;

// What an item is, as far as the vault needs to know it.
struct ItemInfo {
  std::string incident;  // "DOP-2026-0007"
  int32_t number = 0;
  int64_t size_bytes = 0;
  std::string sha256;     // lower-case hex, of the whole
  std::string principal;  // who brings it
  std::string upload;     // id of the upload that brought it, unique for ever
  absl::Time begin_time;
};

struct ItemKey {
  SecretKey key;
  ItemInfo info;
};

// `subject`: what the key is for. Wraps by the newest key of the ring.
std::string WrapItemKey(const KeyRing& ring, const ItemKey& item, absl::string_view subject,
                        Random& random);
// DATA_LOSS when it is damaged or for something else; FAILED_PRECONDITION (KEY_MISSING) when the
// ring lacks the key that it names.
absl::StatusOr<ItemKey> UnwrapItemKey(const KeyRing& ring, absl::string_view file,
                                      absl::string_view subject);

// The id of the key-encryption key; DATA_LOSS when it is no key file.
absl::StatusOr<std::string> WrappedBy(absl::string_view file);
// The same key, wrapped by the newest key of the ring.
absl::StatusOr<std::string> Rewrap(const KeyRing& ring, absl::string_view file,
                                   absl::string_view subject, Random& random);

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_KEY_FILE_H_
