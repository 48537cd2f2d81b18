// Makes a call again while that can help and can do no harm.
#ifndef BELFRY_CLIENT_LIB_SRC_RETRY_LOOP_H_
#define BELFRY_CLIENT_LIB_SRC_RETRY_LOOP_H_

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "belfry/options.h"
#include "belfry/retry_policy.h"
#include "client-lib/src/idempotency.h"

namespace belfry::client {

// The world as the loop sees it; tests record naps instead of taking them.
struct RetryEnvironment {
  std::function<void(absl::Duration)> sleeper;
  std::function<double()> random;
  std::function<absl::Time()> now;
};

// Fills what `environment` leaves empty with the real thing.
RetryEnvironment WithDefaults(RetryEnvironment environment);

// The pauses of one call, each longer than the one before.
class Backoff {
 public:
  Backoff(const RetryPolicy& policy, const std::function<double()>& random)
      : policy_(policy), random_(random), next_(policy.backoff_first) {}
  absl::Duration Next();

 private:
  RetryPolicy policy_;
  std::function<double()> random_;
  absl::Duration next_;
};

// Whether another attempt may succeed without a second effect.
bool WorthRetrying(const absl::Status& status, const CallTraits& traits);

// Runs `attempt` with the time left until it succeeds, until another attempt is not worth it, or
// until the next pause would not end before the deadline; returns the last status.
absl::Status RetryLoop(const RetryPolicy& policy, const CallTraits& traits,
                       const RetryEnvironment& environment, absl::Duration deadline,
                       absl::FunctionRef<absl::Status(absl::Duration left)> attempt);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_SRC_RETRY_LOOP_H_
