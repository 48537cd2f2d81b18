// The gRPC server: listeners, limits, services, health; start and graceful stop.
#ifndef BELFRY_SERVER_FRONTEND_SERVER_H_
#define BELFRY_SERVER_FRONTEND_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/config/v1/config.pb.h"
#include "server/engine/engine.h"
#include "server/frontend/authenticator.h"
#include "server/frontend/metrics.h"
#include "server/vault/vault.h"

namespace belfry::frontend {

// A loopback address or a Unix socket: nobody from another machine can reach it.
bool IsLocal(absl::string_view listen);

// FAILED_PRECONDITION for plaintext on an address that others can reach.
absl::Status CheckListeners(const config::v1::ServerConfig& config);

// Everything about who may connect that can be said before anything runs: the files of credentials,
// certificates, keys and rates. INVALID_ARGUMENT or FAILED_PRECONDITION names what is wrong.
absl::Status CheckConnecting(const config::v1::ServerConfig& config, absl::Time now);

// Owns the gRPC server and its services. The engine, the authenticator, the metrics and the vault,
// which may be null, outlive it.
class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(const config::v1::ServerConfig& config,
                                                       engine::Engine* engine,
                                                       Authenticator* authenticator,
                                                       Metrics* metrics, bool virtual_clock,
                                                       vault::Vault* vault = nullptr);
  virtual ~Server() = default;

  // The port of each TCP listener, in the order of the configuration; 0 for Unix sockets.
  virtual const std::vector<int>& ports() const = 0;
  virtual void SetServing(bool serving) = 0;
  // Looks whether files of credentials have changed; streams whose credentials ended thereby end.
  virtual void RefreshCredentials() = 0;
  // Tells health checks, takes nothing new, lets what runs finish for at most `grace`.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_SERVER_H_
