// Threads for calls that wait for the server.
#ifndef BELFRY_BOT_BOARD_WORKERS_H_
#define BELFRY_BOT_BOARD_WORKERS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace belfry::board {

// Runs tasks in the order they came, a few at a time. Thread-safe.
class Workers {
 public:
  Workers(int threads, size_t waiting_max) : waiting_max_(waiting_max) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Workers() { Stop(); }

  // False when too many wait already, and after Stop(): the task will not run.
  bool Post(std::function<void()> task) {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || waiting_.size() >= waiting_max_) return false;
    waiting_.push_back(std::move(task));
    return true;
  }

  // Ends after the tasks that run; those that wait are dropped.
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      waiting_.clear();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  bool Something() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  }
  void Run() {
    for (;;) {
      std::function<void()> task;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &Workers::Something));
        if (stopping_) return;
        task = std::move(waiting_.front());
        waiting_.pop_front();
      }
      task();
    }
  }

  const size_t waiting_max_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_WORKERS_H_
