// Where every call enters: lock-out, credentials, rate, scope.
#ifndef BELFRY_SERVER_FRONTEND_GATE_H_
#define BELFRY_SERVER_FRONTEND_GATE_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/config/v1/config.pb.h"
#include "server/frontend/authenticator.h"
#include "server/frontend/lockout.h"
#include "server/frontend/rate_limit.h"

namespace belfry::engine {
class Engine;
}

namespace belfry::frontend {

class Metrics;

// INVALID_ARGUMENT for a setting out of its range; names it.
absl::Status CheckAccess(const config::v1::AccessConfig& config);

// Lets callers in or says why not, in this order: an address that guesses waits; credentials are
// checked; the principal, and for a bot the one it acts for, must not ask too often; the
// credentials must be meant for the method. Limits of this gRPC mean nothing to a peer that never
// acknowledges settings, so these are ours. Thread-safe.
class Gate {
 public:
  // All outlive the gate.
  Gate(const config::v1::AccessConfig& config, engine::Engine* engine,
       const Authenticator* authenticator, Metrics* metrics);

  // RESOURCE_EXHAUSTED (ADDRESS_LOCKED_OUT, RATE_LIMITED) with RetryInfo; as
  // Authenticator::Authenticate(); PERMISSION_DENIED (SCOPE_REQUIRED).
  absl::StatusOr<Identity> Admit(const grpc::CallbackServerContext& context,
                                 absl::string_view method);
  // As Authenticator::CheckStill(), now.
  absl::Status CheckStill(const Identity& identity) const;

  const Authenticator& authenticator() const { return authenticator_; }
  const config::v1::AccessConfig& config() const { return config_; }

 private:
  absl::StatusOr<Identity> Authenticate(const grpc::CallbackServerContext& context, absl::Time now);
  absl::Status CheckRate(const Identity& identity, absl::Time now);

  const config::v1::AccessConfig config_;
  engine::Engine& engine_;
  const Authenticator& authenticator_;
  Metrics& metrics_;
  Lockout lockout_;
  RateLimiter people_;
  RateLimiter systems_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_GATE_H_
