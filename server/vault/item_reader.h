// An item's bytes out of the vault.
#ifndef BELFRY_SERVER_VAULT_ITEM_READER_H_
#define BELFRY_SERVER_VAULT_ITEM_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/vault/cipher.h"
#include "server/vault/file_system.h"
#include "server/vault/format.h"

namespace belfry::vault {

// For one thread at a time. Holds one chunk at most.
class ItemReader {
 public:
  // DATA_LOSS when the file is not one of this address, or has another length.
  static absl::StatusOr<std::unique_ptr<ItemReader>> Open(FileSystem& files,
                                                          const std::string& path,
                                                          absl::string_view address,
                                                          const SecretKey& key);

  int64_t size() const { return layout_.item_bytes; }
  int64_t chunks() const { return layout_.chunks(); }
  // Plain bytes of one chunk. DATA_LOSS when they are not what was written there.
  absl::StatusOr<std::string> ReadChunk(int64_t index);

  // Reads everything; SHA-256 in lower-case hex. CANCELLED when `go_on` says no.
  absl::StatusOr<std::string> Hash(const std::function<bool()>& go_on);

 private:
  ItemReader(std::unique_ptr<File> file, const SecretKey& key, std::string header, Layout layout)
      : file_(std::move(file)), aead_(key), header_(std::move(header)), layout_(layout) {}

  const std::unique_ptr<File> file_;
  Aead aead_;
  const std::string header_;
  const Layout layout_;
};

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_ITEM_READER_H_
