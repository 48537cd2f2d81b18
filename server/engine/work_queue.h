// What waits for the writer.
#ifndef BELFRY_SERVER_ENGINE_WORK_QUEUE_H_
#define BELFRY_SERVER_ENGINE_WORK_QUEUE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Bounded for callers, unbounded for the engine's own work. Thread-safe.
class WorkQueue {
 public:
  explicit WorkQueue(size_t queue_max) : queue_max_(queue_max) {}

  // False when full or closed; `work` is left as it was.
  bool Push(std::unique_ptr<Work>& work) {
    absl::MutexLock lock(&mutex_);
    if (closed_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(work));
    return true;
  }

  // For what Belfry owes itself. False only when closed.
  bool PushInternal(std::unique_ptr<Work>& work) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return false;
    queue_.push_back(std::move(work));
    return true;
  }

  // Waits for work, at most `timeout`, and takes up to `max`. A lone caller is served at once; who
  // comes meanwhile shares the next batch.
  std::vector<std::unique_ptr<Work>> Take(size_t max, absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &WorkQueue::HasWorkOrClosed), timeout);
    std::vector<std::unique_ptr<Work>> taken;
    while (!queue_.empty() && taken.size() < max) {
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return taken;
  }

  // Nothing more is accepted; what is queued can still be taken.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  bool Drained() const {
    absl::MutexLock lock(&mutex_);
    return closed_ && queue_.empty();
  }

  int64_t size() const {
    absl::MutexLock lock(&mutex_);
    return static_cast<int64_t>(queue_.size());
  }

 private:
  bool HasWorkOrClosed() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || !queue_.empty();
  }

  const size_t queue_max_;
  mutable absl::Mutex mutex_;
  std::deque<std::unique_ptr<Work>> queue_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_WORK_QUEUE_H_
