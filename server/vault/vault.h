// The vault: bytes of evidence under one directory, encrypted, each item under a key of its own.
//
//   lock              held while a belfryd uses the directory
//   address.key       the key from which names of files are made, wrapped
//   uploads/ID        bytes that are still arriving, and ID.key
//   objects/NAME      whole items, and NAME.key
//   intents/NAME      the item is about to be added or destroyed: at the next start its row decides
//
// NAME is an HMAC of upload, item and content: it tells nobody what is inside, and the same bytes
// in two incidents have nothing in common. What no intent names is never removed by itself, so that
// a vault that is started beside a wrong or older database loses nothing.
#ifndef BELFRY_SERVER_VAULT_VAULT_H_
#define BELFRY_SERVER_VAULT_VAULT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/vault/file_system.h"
#include "server/vault/item_reader.h"
#include "server/vault/key_file.h"
#include "server/vault/key_ring.h"
#include "server/vault/upload.h"

namespace belfry::vault {

struct VaultOptions {
  std::string directory;
  int64_t item_bytes_max = int64_t{16} << 30;
  // Of all items and of what uploads have reserved; zero: no limit but the disk's.
  int64_t total_bytes_max = 0;
  int uploads_max = 256;
  int uploads_per_principal_max = 4;
  // An upload that brought nothing for so long is forgotten.
  absl::Duration upload_life = absl::Hours(24);
};

struct RekeyResult {
  int64_t rewrapped = 0;
  int64_t unchanged = 0;
};

// Thread-safe. Methods block on the disk: never call them from a callback or writer thread. Errors
// are those of ToCaller() in vault_error.h, fit for callers.
class Vault {
 public:
  // All outlive the vault; `clock` is the machine's. FAILED_PRECONDITION when another process has
  // the directory, or a key is missing.
  static absl::StatusOr<std::unique_ptr<Vault>> Open(VaultOptions options, KeyRing ring,
                                                     FileSystem* files, Clock* clock,
                                                     Random* random);
  ~Vault();

  // What a crash left behind: finishes what was intended, by what the database says of each object.
  // Returns how many files were removed. Call before anything else.
  absl::StatusOr<int> Sweep(const std::function<absl::StatusOr<bool>(const std::string&)>& is_kept);

  // A new upload, or the one that the same principal has under way for the same bytes of the same
  // item. Fills in `info.begin_time`.
  absl::StatusOr<std::shared_ptr<Upload>> BeginUpload(ItemInfo info);
  // NOT_FOUND (UPLOAD_NOT_FOUND), also for another's.
  absl::StatusOr<std::shared_ptr<Upload>> FindUpload(absl::string_view id,
                                                     absl::string_view principal);
  // As Upload::Append(). After an error of the disk the upload and its bytes are gone.
  absl::Status Append(const std::shared_ptr<Upload>& upload, int64_t ticket,
                      absl::string_view bytes);
  // Forgets it and its bytes. ABORTED (UPLOAD_FINISHING) while it is being made an object.
  absl::Status Abort(const std::shared_ptr<Upload>& upload);
  // Seals the upload and makes it an object, durable under an intent; its name. From then on nobody
  // else can finish or abort it, until Keep() or Unfinish(). ABORTED when another caller finishes
  // it, or goes on with it; after other errors the upload is gone.
  absl::StatusOr<std::string> Finish(const std::shared_ptr<Upload>& upload, int64_t ticket);
  // The row that names the object is committed.
  absl::Status Keep(const std::string& object);
  // The row was not committed; the upload is as it was before Finish().
  absl::Status Unfinish(const std::string& object, const std::shared_ptr<Upload>& upload);

  absl::StatusOr<std::unique_ptr<ItemReader>> OpenObject(const std::string& object);

  // Before the row of an item that is to be destroyed is committed, and after: then its key and its
  // bytes go. Forgive() takes the intent back.
  absl::Status IntendToShred(const std::string& object);
  absl::Status Shred(const std::string& object);
  absl::Status Forgive(const std::string& object);

  // Forgets uploads that brought nothing for too long; how many.
  int ExpireUploads();
  absl::Time ExpiryOf(Upload& upload) const { return upload.last_time() + options_.upload_life; }
  // Wraps every key by the newest key-encryption key. May be broken off and run again.
  absl::StatusOr<RekeyResult> Rekey();

  const std::string& newest_key() const { return ring_.newest(); }
  // Of objects and of what uploads have reserved.
  int64_t total_bytes() const;
  int upload_count() const;

 private:
  Vault(VaultOptions options, KeyRing ring, FileSystem* files, Clock* clock, Random* random,
        int lock);

  absl::Status Prepare();
  absl::Status LoadAddressKey();
  absl::Status LoadUploads();
  absl::Status CountObjects();
  std::string Path(absl::string_view folder, absl::string_view name = "") const;
  // 32 raw bytes.
  std::string AddressOf(const ItemInfo& info) const;
  absl::Status CheckLimits(const ItemInfo& info) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Overwrites the key before it removes it.
  absl::Status RemovePair(absl::string_view folder, absl::string_view name);
  void Forget(const Upload& upload) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As Abort(), for whoever knows that nobody is at work on it.
  absl::Status Drop(const std::shared_ptr<Upload>& upload);
  // The principal's upload of these bytes, if it can be gone on with.
  std::shared_ptr<Upload> FindSame(const ItemInfo& info);
  absl::Status RekeyFile(const std::string& folder, const std::string& name,
                         const std::string& subject, RekeyResult& result);

  const VaultOptions options_;
  const KeyRing ring_;
  FileSystem& files_;
  Clock& clock_;
  Random& random_;
  const int lock_;
  SecretKey address_key_;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Upload>> uploads_ ABSL_GUARDED_BY(mutex_);
  int64_t total_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Names of files change under this one: a key is wrapped anew where it is, or moved, not both.
  absl::Mutex names_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
};

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_VAULT_H_
