#include "server/base/clock.h"

#include <algorithm>

namespace belfry {
namespace {

absl::Time WholeMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

absl::Time SystemClock::Now() {
  const absl::Time now = WholeMicros(absl::Now());
  absl::MutexLock lock(&mutex_);
  last_ = std::max(last_, now);
  return last_;
}

VirtualClock::VirtualClock(absl::Time start) : now_(WholeMicros(start)) {}

absl::Time VirtualClock::Now() {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void VirtualClock::AdvanceTo(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  now_ = std::max(now_, WholeMicros(time));
}

}  // namespace belfry
