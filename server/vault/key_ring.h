// Key-encryption keys: they wrap the keys of items and nothing else.
#ifndef BELFRY_SERVER_VAULT_KEY_RING_H_
#define BELFRY_SERVER_VAULT_KEY_RING_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/vault/cipher.h"

namespace belfry::vault {

inline constexpr size_t kKeyIdCharactersMax = 16;

// Immutable, thread-safe.
class KeyRing {
 public:
  // Reads the files of the settings, the newest key last: 64 hex digits each, readable by nobody
  // but their owner. INVALID_ARGUMENT names the key that is wrong, and never what is in it.
  struct Source {
    std::string id;
    std::string file;
  };
  static absl::StatusOr<KeyRing> Load(const std::vector<Source>& sources);
  // The last one is the newest.
  explicit KeyRing(std::vector<std::pair<std::string, SecretKey>> keys) : keys_(std::move(keys)) {}

  const std::string& newest() const { return keys_.back().first; }
  // Null when there is no such key.
  const SecretKey* Find(absl::string_view id) const;

 private:
  std::vector<std::pair<std::string, SecretKey>> keys_;
};

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_KEY_RING_H_
