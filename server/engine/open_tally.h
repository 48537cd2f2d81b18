// What is open just now, counted as it changes: for metrics, which must not search for it.
#ifndef BELFRY_SERVER_ENGINE_OPEN_TALLY_H_
#define BELFRY_SERVER_ENGINE_OPEN_TALLY_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::engine {

// Thread-safe. Metrics are read by whoever reaches their port, so nothing of a restricted incident
// is in here, not even its number in a sum; drills are left out as well.
class OpenTally {
 public:
  // Upper bounds of the histogram, seconds.
  static constexpr std::array<double, 11> kAckSeconds = {60,   300,   600,   900,   1800,  3600,
                                                         7200, 14400, 28800, 86400, 259200};

  struct Counts {
    std::map<std::string, int64_t> open_by_severity;
    // Overdue duties of open incidents and of registers.
    std::map<std::string, int64_t> overdue_by_code;
    // From the report to the first acknowledgement, since the start of the process; one more than
    // there are bounds, not cumulative.
    std::array<int64_t, kAckSeconds.size() + 1> ack_buckets = {};
    double ack_seconds_sum = 0;
  };

  // As it is after a commit, or as it was found at the start. Takes the place of what was known of
  // it.
  void Set(const core::PolicyIndex& policy, const record::v1::IncidentState& state);
  Counts Read() const;

 private:
  // What one incident adds to the counts.
  struct Share {
    std::string severity;  // empty: it does not count as an incident
    std::vector<std::string> overdue;
    bool acknowledged = false;
  };

  static Share ShareOf(const record::v1::IncidentState& state);
  void Add(const Share& share, int64_t sign) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ObserveAck(absl::Duration time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Share> shares_ ABSL_GUARDED_BY(mutex_);
  // A severity or code that was counted once stays, with zero: a series must not vanish.
  Counts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_OPEN_TALLY_H_
