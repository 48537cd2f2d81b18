// What the delivery of notices counts.
#ifndef BELFRY_BOT_DELIVERY_STATS_H_
#define BELFRY_BOT_DELIVERY_STATS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/v1/delivery.pb.h"
#include "bot/delivery/gate.h"

namespace belfry::bot {

struct WorkerStats {
  std::atomic<int64_t> delivered{0};
  std::atomic<int64_t> retried{0};
  std::atomic<int64_t> failed{0};
  std::atomic<int64_t> lease_errors{0};
  // Attempts that ended without anybody knowing whether the message arrived.
  std::atomic<int64_t> ambiguous{0};
  // Leased after such an attempt, one's own or that of a bot that died.
  std::atomic<int64_t> ambiguous_leases{0};
  // The platform was asked whether a message had arrived.
  std::atomic<int64_t> lookups{0};
  // It had: it was not sent a second time.
  std::atomic<int64_t> doubles_avoided{0};
  // Sent although an earlier attempt may have arrived: the platform cannot say.
  std::atomic<int64_t> possible_doubles{0};
  std::atomic<int64_t> not_attempted{0};
};

// When a platform last took something and last did not. Thread-safe.
class LastTimes {
 public:
  struct Times {
    absl::Time delivered = absl::InfinitePast();
    absl::Time failed = absl::InfinitePast();
  };
  using Key = std::pair<std::string, std::string>;  // platform, workspace

  void Note(const v1::Endpoint& endpoint, bool delivered, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    Times& times = times_[{endpoint.platform(), endpoint.workspace()}];
    (delivered ? times.delivered : times.failed) = now;
  }
  std::map<Key, Times> All() const {
    absl::MutexLock lock(&mutex_);
    return times_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<Key, Times> times_ ABSL_GUARDED_BY(mutex_);
};

// As Prometheus reads it.
std::string StatsText(const WorkerStats& stats, const std::vector<Gate::GroupState>& groups,
                      const std::map<LastTimes::Key, LastTimes::Times>& last);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_STATS_H_
