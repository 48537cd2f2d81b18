// A few threads for reads that must not block the callers' threads.
#ifndef BELFRY_SERVER_ENGINE_READ_POOL_H_
#define BELFRY_SERVER_ENGINE_READ_POOL_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace belfry::engine {

// Thread-safe; bounded.
class ReadPool {
 public:
  ReadPool(int threads, size_t queue_max);
  ~ReadPool() { Stop(); }

  // False when too much is waiting, or after Stop().
  bool Submit(std::function<void()> work);
  // Finishes what is queued. Idempotent.
  void Stop();

 private:
  void Loop();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }

  const size_t queue_max_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_READ_POOL_H_
