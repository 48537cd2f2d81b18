// Where calls meet the vault: threads that may block on its disk, and streams that move bytes.
#ifndef BELFRY_SERVER_FRONTEND_VAULT_DESK_H_
#define BELFRY_SERVER_FRONTEND_VAULT_DESK_H_

#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/engine/read_pool.h"
#include "server/vault/vault.h"

namespace belfry::frontend {

// Data of one message, either way: an upload's stays well below what the server takes in one.
inline constexpr int kUploadMessageBytesMax = 192 * 1024;

// A stream of bytes that must not stand still for ever.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Ends it when nothing has come or gone since `before`.
  virtual void EndIfIdle(absl::Time before) = 0;
  virtual void EndForStop() = 0;
};

// Thread-safe.
class VaultDesk {
 public:
  struct Options {
    int threads = 2;
    absl::Duration idle = absl::Seconds(60);
  };

  // `vault` and `clock` (the machine's) outlive the desk. Without a vault every use is refused.
  VaultDesk(vault::Vault* vault, Clock* clock, Options options);
  ~VaultDesk();

  // Null when there is none.
  vault::Vault* vault() const { return vault_; }
  // FAILED_PRECONDITION (VAULT_OFF).
  static absl::Status Off();

  // Runs `work` on a thread that may block. What is in flight bounds what waits.
  void Post(std::function<void()> work);
  absl::Time Now() const { return clock_.Now(); }

  // False when the server is stopping.
  bool Add(std::shared_ptr<ByteStream> stream);
  void Remove(ByteStream* stream);

  // What the desk does every second: cuts off idle streams, forgets old uploads.
  void Tick();
  // Ends every stream; later ones are refused.
  void StopStreams();

 private:
  void Watch();
  std::vector<std::shared_ptr<ByteStream>> Streams();

  vault::Vault* const vault_;
  Clock& clock_;
  const Options options_;
  engine::ReadPool pool_;
  absl::Mutex mutex_;
  std::set<std::shared_ptr<ByteStream>> streams_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_VAULT_DESK_H_
