// Follows incidents through lost connections and restarts of the server.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_WATCH_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_WATCH_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "belfry/connection.h"
#include "belfry/options.h"

namespace belfry::client {

struct WatchOptions {
  // Pauses between attempts; `attempts_max` counts failures in a row, 0 is without end.
  RetryPolicy retry = {.attempts_max = 0};
  // Hears of every lost stream before the pause that follows.
  std::function<void(const absl::Status&)> on_lost;
  // For tests, as in Options.
  std::function<void(absl::Duration)> sleeper;
  std::function<double()> random;
};

// Reads WatchIncidents and, when the stream breaks, opens it again with the last token, so that
// nothing is missed and nothing is seen twice. Movable; Next() is for one thread, Cancel() for any.
class Watcher {
 public:
  Watcher(std::shared_ptr<Connection> connection, v1::WatchIncidentsRequest request,
          WatchOptions options, CallOptions call);
  Watcher(Watcher&&) noexcept;
  Watcher& operator=(Watcher&&) noexcept;
  ~Watcher();

  // Waits for the next message. Messages that only carry a token are used and not returned.
  // False after Cancel() and after an error that another attempt would not cure; see status().
  bool Next(v1::WatchIncidentsResponse* response);
  // Makes a waiting Next() and all later ones return false.
  void Cancel();
  // OK while watching and after Cancel().
  absl::Status status() const;
  // Where a later watch would go on.
  std::string resume_token() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_WATCH_H_
