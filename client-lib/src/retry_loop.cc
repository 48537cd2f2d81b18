#include "client-lib/src/retry_loop.h"

#include <algorithm>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "belfry/error.h"

namespace belfry::client {
namespace {

double DrawUniform() {
  thread_local absl::BitGen generator;
  return absl::Uniform(generator, 0.0, 1.0);
}

}  // namespace

RetryEnvironment WithDefaults(RetryEnvironment environment) {
  if (!environment.sleeper) environment.sleeper = [](absl::Duration nap) { absl::SleepFor(nap); };
  if (!environment.random) environment.random = DrawUniform;
  if (!environment.now) environment.now = absl::Now;
  return environment;
}

absl::Duration Backoff::Next() {
  const absl::Duration whole = next_;
  next_ = std::min(next_ * policy_.backoff_factor, policy_.backoff_max);
  return whole * (1.0 - 0.5 * random_());
}

bool WorthRetrying(const absl::Status& status, const CallTraits& traits) {
  if (!traits.idempotent) return false;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return true;
    case absl::StatusCode::kResourceExhausted:
      // Without RetryInfo it is a limit, such as a message that is too large.
      return DescribeError(status).retry_after.has_value();
    case absl::StatusCode::kAborted:
      return !traits.has_etag && DescribeError(status).reason != "ETAG_MISMATCH";
    default:
      return false;
  }
}

absl::Status RetryLoop(const RetryPolicy& policy, const CallTraits& traits,
                       const RetryEnvironment& environment, absl::Duration deadline,
                       absl::FunctionRef<absl::Status(absl::Duration left)> attempt) {
  const absl::Time end = environment.now() + deadline;
  Backoff backoff(policy, environment.random);
  absl::Duration left = deadline;
  for (int attempts = 1;; ++attempts) {
    absl::Status status = attempt(left);
    if (status.ok() || attempts >= policy.attempts_max || !WorthRetrying(status, traits)) {
      return status;
    }
    const absl::Duration pause =
        std::max(backoff.Next(), DescribeError(status).retry_after.value_or(absl::ZeroDuration()));
    // The reason of the last failure tells more than DEADLINE_EXCEEDED would.
    if (environment.now() + pause >= end) return status;
    environment.sleeper(pause);
    left = end - environment.now();
    if (left <= absl::ZeroDuration()) return status;
  }
}

}  // namespace belfry::client
