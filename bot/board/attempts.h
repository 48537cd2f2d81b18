// How often somebody may try to sign in.
#ifndef BELFRY_BOT_BOARD_ATTEMPTS_H_
#define BELFRY_BOT_BOARD_ATTEMPTS_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry::board {

// Counts failures by where they come from; who fails too often waits. Thread-safe.
class Attempts {
 public:
  Attempts(size_t failures_max, absl::Duration window, size_t places_max = 10'000)
      : failures_max_(failures_max), window_(window), places_max_(places_max) {}

  // How long `place` has to wait; zero: it may try.
  absl::Duration Wait(const std::string& place, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    const auto found = failures_.find(place);
    if (found == failures_.end()) return absl::ZeroDuration();
    Forget(found->second, now);
    if (found->second.size() < failures_max_) return absl::ZeroDuration();
    return found->second.front() + window_ - now;
  }

  void Failed(const std::string& place, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    if (failures_.size() >= places_max_ && !failures_.contains(place)) {
      for (auto it = failures_.begin(); it != failures_.end();) {
        Forget(it->second, now);
        it = it->second.empty() ? failures_.erase(it) : std::next(it);
      }
      // So many at a time are one attack from many places; the oldest knowledge is of least use.
      if (failures_.size() >= places_max_) failures_.erase(failures_.begin());
    }
    std::deque<absl::Time>& times = failures_[place];
    times.push_back(now);
    if (times.size() > failures_max_) times.pop_front();
  }

  void Succeeded(const std::string& place) {
    absl::MutexLock lock(&mutex_);
    failures_.erase(place);
  }

 private:
  void Forget(std::deque<absl::Time>& times, absl::Time now) {
    while (!times.empty() && times.front() + window_ <= now) times.pop_front();
  }

  const size_t failures_max_;
  const absl::Duration window_;
  const size_t places_max_;
  absl::Mutex mutex_;
  std::map<std::string, std::deque<absl::Time>> failures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_ATTEMPTS_H_
