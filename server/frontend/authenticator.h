// Who is calling.
#ifndef BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_
#define BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/config/v1/config.pb.h"
#include "server/base/scope.h"
#include "server/core/command.h"
#include "server/core/directory.h"
#include "server/engine/token_desk.h"
#include "server/frontend/bot_reach.h"
#include "server/frontend/certificates.h"
#include "server/frontend/oidc.h"
#include "server/frontend/reloaded.h"

namespace belfry::frontend {

// What a caller showed, enough to ask later whether it still counts.
struct Credential {
  enum class Kind {
    kConfigured,   // a token whose hash is in the configuration
    kToken,        // a token made over the API
    kLogin,        // of an identity provider
    kCertificate,  // a client certificate
  };
  Kind kind = Kind::kConfigured;
  std::string key;     // hash of the token, its name, the key that signed the login, or the URI
  std::string issuer;  // of a login
  absl::Time expire_time = absl::InfiniteFuture();
  // Of the connection, whatever else was shown; empty without TLS.
  std::string certificate_pem;
  std::string chain_pem;
};

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
  // What the credentials may be used for; beside the rights, never instead of them.
  ScopeSet scopes = ScopeSet::All();
  Credential credential;
  BotReach reach;  // of a bot
};

// Finds the principal by bearer token or client certificate. Tokens are known by their SHA-256
// only; they are random, so the hash needs no salt. Thread-safe.
class Authenticator {
 public:
  // Reads every file that credentials come from. INVALID_ARGUMENT names what is wrong.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(
      const config::v1::ServerConfig& config);

  // UNAUTHENTICATED (CREDENTIALS_MISSING, CREDENTIALS_INVALID, CREDENTIALS_EXPIRED,
  // CERTIFICATE_REFUSED, PERSON_UNKNOWN), or PERMISSION_DENIED when somebody without that right
  // acts for another.
  absl::StatusOr<Identity> Authenticate(const grpc::CallbackServerContext& context,
                                        const DirectoryPtr& directory, engine::TokenDesk& tokens,
                                        absl::Time now) const;

  // OK while the credentials behind an identity would let it in again: not revoked, expired or
  // taken out of the configuration, and the person still there and still the bot's to speak for.
  absl::Status CheckStill(const Identity& identity, const core::Directory& directory,
                          const engine::TokenDesk& tokens, absl::Time now) const;

  // Whether a principal is configured, and as what; null when it is not.
  const config::v1::PrincipalConfig* FindPrincipal(absl::string_view name) const;

  // Looks whether files have changed, and takes what they say now. `tell` hears of each: "tokens",
  // "jwks" or "client_ca".
  void Refresh(const std::function<void(absl::string_view, Reload)>& tell = nullptr);

 private:
  struct Principal {
    config::v1::PrincipalConfig config;
    ScopeSet scopes = ScopeSet::All();
    BotReach reach;
    std::unique_ptr<Reloaded<std::vector<std::string>>> hashes;  // null without a token file
  };
  using PrincipalPtr = std::shared_ptr<const Principal>;
  using Table = absl::flat_hash_map<std::string, PrincipalPtr>;

  // Whom credentials stand for.
  struct Presented {
    PrincipalPtr principal;  // null: a person who is not configured
    std::string name;
    ScopeSet scopes = ScopeSet::All();
    Credential credential;
  };

  absl::Status AddPrincipal(const config::v1::PrincipalConfig& config);
  // All hashes that are good now; INVALID_ARGUMENT when two principals have the same.
  absl::StatusOr<Table> CollectHashes() const;
  PrincipalPtr FindByHash(const std::string& hash) const;
  // The certificate of the connection, judged; null without TLS.
  absl::StatusOr<std::shared_ptr<const ClientCertificate>> JudgeCertificate(
      const grpc::CallbackServerContext& context, Credential& credential, absl::Time now) const;
  PrincipalPtr FindByCertificate(const ClientCertificate& certificate) const;
  absl::StatusOr<Presented> ReadBearer(absl::string_view token, const DirectoryPtr& directory,
                                       engine::TokenDesk& tokens, absl::Time now) const;
  absl::StatusOr<Presented> ReadCredentials(const grpc::CallbackServerContext& context,
                                            const DirectoryPtr& directory,
                                            engine::TokenDesk& tokens, absl::Time now) const;

  std::map<std::string, PrincipalPtr, std::less<>> principals_;  // by name
  Table by_uri_;
  Table by_dns_;
  std::unique_ptr<OidcIssuers> issuers_;
  // Null without TLS.
  std::unique_ptr<Reloaded<std::shared_ptr<const ClientAuthority>>> authority_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Table> by_hash_ ABSL_GUARDED_BY(mutex_);  // raw SHA-256
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_AUTHENTICATOR_H_
