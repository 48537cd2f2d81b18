#include "server/frontend/rate_limit.h"

#include <algorithm>

namespace belfry::frontend {

absl::Duration RateLimiter::Take(absl::string_view key, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Bucket& bucket = buckets_.Get(key, Bucket{burst_, now});
  const double passed = std::max(0.0, absl::ToDoubleSeconds(now - bucket.filled));
  bucket.left = std::min(burst_, bucket.left + passed * per_second_);
  bucket.filled = std::max(bucket.filled, now);
  if (bucket.left >= 1) {
    bucket.left -= 1;
    return absl::ZeroDuration();
  }
  // Rounded up: who comes back just then is let in.
  return absl::Seconds((1 - bucket.left) / per_second_) + absl::Milliseconds(1);
}

}  // namespace belfry::frontend
