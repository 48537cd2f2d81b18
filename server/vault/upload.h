// Bytes on their way into the vault.
#ifndef BELFRY_SERVER_VAULT_UPLOAD_H_
#define BELFRY_SERVER_VAULT_UPLOAD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/random.h"
#include "server/vault/cipher.h"
#include "server/vault/file_system.h"
#include "server/vault/format.h"
#include "server/vault/key_file.h"

namespace belfry::vault {

// One upload: its file, how far it is on disk, and the hash so far. Whole chunks only are on disk;
// what of a chunk has arrived is in memory and lost when a stream ends. Thread-safe; every method
// may block on the disk.
//
// A later stream takes over from an earlier one: each begins with Attach(), and whoever attached
// before is refused from then on (ABORTED), because two cannot append to one file.
class Upload {
 public:
  // `path` is the file; `address` its item's, raw.
  Upload(FileSystem* files, Random* random, std::string path, std::string address, ItemKey item,
         absl::Time last_time);

  const std::string& id() const { return item_.info.upload; }
  const ItemKey& item() const { return item_; }
  const ItemInfo& info() const { return item_.info; }
  const std::string& address() const { return address_; }
  const Layout& layout() const { return layout_; }

  // Makes the file and takes the room on disk that the item will need.
  absl::Status Create();
  // The committed offset. After a restart the file is read through and cut at the first chunk that
  // is not whole.
  absl::StatusOr<int64_t> Committed();

  // A new stream's ticket.
  absl::StatusOr<int64_t> Attach();
  // Appends; `now` is when. INVALID_ARGUMENT when more comes than was announced.
  absl::Status Append(int64_t ticket, absl::string_view bytes, absl::Time now);
  // All the announced bytes have been appended.
  bool IsComplete();
  // The last chunk is written, everything durable, and what arrived is what was announced;
  // INVALID_ARGUMENT (HASH_MISMATCH) otherwise.
  absl::Status Seal(int64_t ticket);
  // What of an unfinished chunk is in memory is dropped.
  void Detach(int64_t ticket);

  // From here to EndFinish() it is being made an object, by one caller: false when it is already.
  bool BeginFinish();
  void EndFinish();
  bool finishing();

  // Whoever still appends is refused from now on, and the file is closed.
  void Revoke();

  absl::Time last_time();

 private:
  absl::Status Load() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckTicket(int64_t ticket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Encrypts what is in `pending_` as the next chunk.
  absl::Status WriteChunk() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FileSystem& files_;
  Random& random_;
  const std::string path_;
  const std::string address_;
  const ItemKey item_;
  const Layout layout_;
  // Apart from the other one, which is held while the disk works.
  absl::Mutex finish_mutex_;
  absl::Mutex mutex_;
  std::unique_ptr<File> file_ ABSL_GUARDED_BY(mutex_);
  Aead aead_ ABSL_GUARDED_BY(mutex_);
  std::string header_ ABSL_GUARDED_BY(mutex_);
  Sha256Stream hash_ ABSL_GUARDED_BY(mutex_);
  int64_t chunks_ ABSL_GUARDED_BY(mutex_) = 0;  // on disk
  int64_t unsynced_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string pending_ ABSL_GUARDED_BY(mutex_);
  std::string sealed_ ABSL_GUARDED_BY(mutex_);  // kept for its memory
  int64_t ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  bool finishing_ ABSL_GUARDED_BY(finish_mutex_) = false;
  absl::Time last_time_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_UPLOAD_H_
