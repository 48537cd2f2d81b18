// When a failed call is made again, and after which pause.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_RETRY_POLICY_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_RETRY_POLICY_H_

#include "absl/time/time.h"

namespace belfry::client {

// A call is made again only when a second one cannot have a second effect (reads, and changes that
// carry a request id), only within its deadline, and only after
//   UNAVAILABLE         the server is not there, or its store refuses
//   RESOURCE_EXHAUSTED  with RetryInfo: its queue is full, and it says how long to wait
//   ABORTED             of a request without an etag: it lost a race and may run again
// Pauses grow from `backoff_first` by `backoff_factor` up to `backoff_max`, each shortened at
// random by up to half so that many clients do not come back together. RetryInfo is the least
// pause.
struct RetryPolicy {
  int attempts_max = 4;  // 1: never again
  absl::Duration backoff_first = absl::Milliseconds(100);
  absl::Duration backoff_max = absl::Seconds(3);
  double backoff_factor = 2.0;
};

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_RETRY_POLICY_H_
