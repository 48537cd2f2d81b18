// What time it is for the server.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_SERVER_CLOCK_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_SERVER_CLOCK_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/options.h"

namespace belfry::client {

// Tells the server's time when it runs on a virtual clock, and this machine's otherwise, so that
// "in 2 h" means the same to everybody in tests and demonstrations. A server is asked only on
// loopback and Unix sockets, the only places where a virtual clock exists, and not again once it
// has said that it has none. Thread-safe.
absl::StatusOr<std::function<absl::Time()>> MakeServerClock(Options options);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_SERVER_CLOCK_H_
