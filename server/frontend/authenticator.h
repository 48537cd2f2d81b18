// Who is calling.
#ifndef BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_
#define BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "belfry/config/v1/config.pb.h"
#include "server/core/command.h"
#include "server/core/directory.h"

namespace belfry::frontend {

// A caller whose credentials were checked.
struct Identity {
  core::Caller caller;
  // The principal that presented the credentials; differs from the caller's for a bot that acts for
  // a person.
  std::string principal;
  bool bot = false;
  bool admin = false;
  // A bot that acts for a chat account which is linked to nobody.
  bool guest = false;
  // A bot on its own account: may deliver, look up accounts and read what everybody may.
  bool bare_bot = false;
};

// Finds the principal by bearer token or client certificate. Tokens are known by their SHA-256
// only; they are random, so the hash needs no salt. Immutable, thread-safe.
class Authenticator {
 public:
  // Reads the token files. INVALID_ARGUMENT names the principal that is wrong.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(
      const config::v1::ServerConfig& config);

  // UNAUTHENTICATED (CREDENTIALS_MISSING, CREDENTIALS_INVALID), or PERMISSION_DENIED when somebody
  // without that right acts for another.
  absl::StatusOr<Identity> Authenticate(const grpc::CallbackServerContext& context,
                                        const core::Directory& directory) const;

 private:
  absl::flat_hash_map<std::string, config::v1::PrincipalConfig> by_token_;  // raw SHA-256
  absl::flat_hash_map<std::string, config::v1::PrincipalConfig> by_uri_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_
