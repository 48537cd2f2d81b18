// Time as an object, so that tests and demonstrations can turn it by hand.
#ifndef BELFRY_SERVER_BASE_CLOCK_H_
#define BELFRY_SERVER_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry {

// Tells the time of day, in whole microseconds (what the record keeps). Never goes backwards within
// one process. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The machine's clock, kept from going backwards: after a step back it stands still until the
// machine's clock has caught up, so that no event is older than the one before it.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override;

 private:
  absl::Mutex mutex_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Moves only when told to, and only forward.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(absl::Time start);
  absl::Time Now() override;
  // Moves to `time` unless it is in the past already.
  void AdvanceTo(absl::Time time);

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_CLOCK_H_
