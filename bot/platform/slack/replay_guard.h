// Remembers signed requests for as long as their signature would be accepted.
#ifndef BELFRY_BOT_PLATFORM_SLACK_REPLAY_GUARD_H_
#define BELFRY_BOT_PLATFORM_SLACK_REPLAY_GUARD_H_

#include <deque>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry::bot::slack {

// Thread-safe and bounded. It forgets at a restart; a replay right after one is harmless all the
// same, because the act carries its idempotency key to the server, which has not forgotten.
class ReplayGuard {
 public:
  // False when the signature was seen before.
  bool Admit(absl::string_view signature, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    while (!order_.empty() && (order_.front().first + kAgeMax < now || order_.size() > kMax)) {
      seen_.erase(order_.front().second);
      order_.pop_front();
    }
    if (!seen_.emplace(signature).second) return false;
    order_.emplace_back(now, std::string(signature));
    return true;
  }

 private:
  // Five minutes to both sides.
  static constexpr absl::Duration kAgeMax = absl::Seconds(600);
  static constexpr size_t kMax = 100'000;

  absl::Mutex mutex_;
  std::deque<std::pair<absl::Time, std::string>> order_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_REPLAY_GUARD_H_
