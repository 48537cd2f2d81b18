// Remembers what was there already: signatures for as long as they would be accepted, acts for as
// long as Slack repeats them.
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
  // A signature is good for five minutes to both sides.
  static constexpr absl::Duration kSignatureAge = absl::Seconds(600);
  // Slack's slowest retries come after 24 hours.
  static constexpr absl::Duration kActAge = absl::Hours(25);

  explicit ReplayGuard(absl::Duration age = kSignatureAge) : age_(age) {}

  // False when it was seen before.
  bool Admit(absl::string_view key, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    while (!order_.empty() && (order_.front().first + age_ < now || order_.size() > kMax)) {
      seen_.erase(order_.front().second);
      order_.pop_front();
    }
    if (!seen_.emplace(key).second) return false;
    order_.emplace_back(now, std::string(key));
    return true;
  }

  // Nothing came of it: it may be tried again.
  void Forget(absl::string_view key) {
    absl::MutexLock lock(&mutex_);
    seen_.erase(key);
  }

 private:
  static constexpr size_t kMax = 100'000;

  const absl::Duration age_;
  absl::Mutex mutex_;
  std::deque<std::pair<absl::Time, std::string>> order_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_REPLAY_GUARD_H_
