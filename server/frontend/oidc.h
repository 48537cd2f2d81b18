// People who log in at an identity provider: its tokens, checked without asking it.
#ifndef BELFRY_SERVER_FRONTEND_OIDC_H_
#define BELFRY_SERVER_FRONTEND_OIDC_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/config/v1/config.pb.h"
#include "server/base/jwt.h"
#include "server/base/scope.h"
#include "server/core/directory.h"
#include "server/frontend/reloaded.h"

namespace belfry::frontend {

using DirectoryPtr = std::shared_ptr<const core::Directory>;

// Whom a token stands for.
struct OidcLogin {
  std::string person;  // "people/…", in the directory
  ScopeSet scopes;
  absl::Time expire_time;
  // To look again later whether the key still counts.
  std::string issuer;
  std::string key_id;
};

// The configured providers. Thread-safe.
class OidcIssuers {
 public:
  // Reads the key files. INVALID_ARGUMENT names the setting that is wrong.
  static absl::StatusOr<std::unique_ptr<OidcIssuers>> Create(
      const config::v1::AccessConfig& config);

  // Looks whether key files have changed; `tell` hears of each that has.
  void Refresh(const std::function<void(Reload)>& tell);

  // UNAUTHENTICATED (CREDENTIALS_INVALID, CREDENTIALS_EXPIRED), with what did not fit as metadata
  // "check"; (PERSON_UNKNOWN) for a good token that names nobody in the directory.
  absl::StatusOr<OidcLogin> Check(absl::string_view token, const DirectoryPtr& directory,
                                  absl::Time now) const;

  // That the key which signed a login is still one of its issuer's.
  bool HasKey(absl::string_view issuer, const std::string& key_id) const;

 private:
  struct Issuer {
    config::v1::OidcIssuerConfig config;
    JwtRules rules;
    ScopeSet scopes;
    std::unique_ptr<Reloaded<JwtKeys>> keys;
  };

  // "people/…", or empty.
  std::string PersonOf(const Issuer& issuer, const std::string& value,
                       const DirectoryPtr& directory) const;
  std::string PersonOfContact(const std::string& platform, const std::string& address,
                              const DirectoryPtr& directory) const;

  std::map<std::string, Issuer, std::less<>> issuers_;
  // Who has which address, "platform\naddress", of the directory that was asked last; an address
  // that several have is there with nobody.
  mutable absl::Mutex mutex_;
  mutable DirectoryPtr indexed_ ABSL_GUARDED_BY(mutex_);
  mutable std::map<std::string, std::string> contacts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_OIDC_H_
