// Work that must not hold up the thread that found it, now or in a moment.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_BACKGROUND_H_
#define BELFRY_BOT_PLATFORM_TEAMS_BACKGROUND_H_

#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace belfry::bot::teams {

// One thread and a bounded queue. Thread-safe.
class Background {
 public:
  Background() : thread_([this] { Loop(); }) {}
  ~Background() { Stop(); }

  // False when there is too much to do already, or it is being stopped: it will not be done.
  bool Do(std::function<void()> work, absl::Duration delay = absl::ZeroDuration()) {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || queue_.size() >= kQueueMax) return false;
    queue_.emplace(absl::Now() + delay, std::move(work));
    return true;
  }
  // Does at once what is queued, also what was for later.
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  static constexpr size_t kQueueMax = 256;

  void Loop() {
    for (;;) {
      std::function<void()> work;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &Background::HasWorkOrStops));
        if (queue_.empty()) return;
        const absl::Time due = queue_.begin()->first;
        if (!stopping_ && due > absl::Now()) {
          // Something that is due earlier may come meanwhile.
          waits_for_ = due;
          mutex_.AwaitWithDeadline(absl::Condition(this, &Background::HasEarlierOrStops), due);
          continue;
        }
        work = std::move(queue_.begin()->second);
        queue_.erase(queue_.begin());
      }
      work();
    }
  }
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }
  bool HasEarlierOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || queue_.begin()->first < waits_for_;
  }

  absl::Mutex mutex_;
  std::multimap<absl::Time, std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  absl::Time waits_for_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_BACKGROUND_H_
