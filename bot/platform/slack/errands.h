// A few threads for calls that block.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ERRANDS_H_
#define BELFRY_BOT_PLATFORM_SLACK_ERRANDS_H_

#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace belfry::bot::slack {

// A bounded queue. Thread-safe.
class Errands {
 public:
  explicit Errands(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
  }
  ~Errands() { Stop(); }

  // False when there is too much to do, or it is over: nothing will happen.
  bool Run(std::function<void()> errand) {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || queue_.size() >= kQueueMax) return false;
    queue_.push_back(std::move(errand));
    return true;
  }

  // Finishes what is queued.
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  static constexpr size_t kQueueMax = 256;

  void Loop() {
    for (;;) {
      std::function<void()> errand;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &Errands::HasWorkOrStops));
        if (queue_.empty()) return;
        errand = std::move(queue_.front());
        queue_.pop_front();
      }
      errand();
    }
  }
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }

  absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ERRANDS_H_
