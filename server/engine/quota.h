// What may be done only so often.
#ifndef BELFRY_SERVER_ENGINE_QUOTA_H_
#define BELFRY_SERVER_ENGINE_QUOTA_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/engine/work.h"

namespace belfry::engine {

// At most `max` times within `window` for each principal, by the machine's time. Counted in the
// store, so that a restart forgives nothing and several servers count together.
struct Quota {
  std::string action = {};  // "link-code"; what is counted together
  int max = 0;              // zero: no limit
  absl::Duration window = {};
  std::string reason = {};   // of the refusal, "TOO_MANY_CODES"
  std::string message = {};  // what to do instead
};

// Windows are not longer than this: what is older is forgotten.
inline constexpr absl::Duration kQuotaWindowMax = absl::Hours(1);

// RESOURCE_EXHAUSTED with RetryInfo when it is used up. Store errors go to batch.failure.
absl::Status CheckQuota(Batch& batch, const Quota& quota, const std::string& principal);
// Counts one more.
absl::Status UseQuota(Batch& batch, const Quota& quota, const std::string& principal);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_QUOTA_H_
