// Counters of the server in Prometheus' exposition format.
#ifndef BELFRY_SERVER_FRONTEND_METRICS_H_
#define BELFRY_SERVER_FRONTEND_METRICS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::engine {
class Engine;
}

namespace belfry::frontend {

// Counts calls, and reads the engine's and the store's own counts when scraped. Thread-safe.
class Metrics {
 public:
  // `engine` outlives the metrics, or is detached first.
  explicit Metrics(engine::Engine* engine);
  ~Metrics();

  void CountCall(absl::string_view method, absl::string_view code, absl::Duration latency);
  void CountAuthenticationFailure(absl::string_view reason);
  // A call that was refused because of a limit of its "principal", "person" or "address".
  void CountLimited(absl::string_view limit);
  // An address that showed wrong credentials too often must wait from now on.
  void CountLockout();
  // A file of credentials that changed while the server ran, and whether it could be used.
  void CountReload(absl::string_view what, bool taken);

  // Serves "GET /metrics" on "host:port".
  absl::Status Serve(const std::string& address);
  // Stops serving; the engine may go away.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_METRICS_H_
