// Client certificates, judged at every call.
//
// The handshake has checked the chain, but a connection may live for an hour: what ran out, was
// revoked or lost its authority meanwhile must not be believed any longer.
#ifndef BELFRY_SERVER_FRONTEND_CERTIFICATES_H_
#define BELFRY_SERVER_FRONTEND_CERTIFICATES_H_

#include <openssl/x509_vfy.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry::frontend {

// What a certificate says of its holder. Common names are no part of it: they are for other
// purposes and easy to confuse.
struct ClientCertificate {
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  absl::Time not_after;  // of the whole chain
};

// The authorities that may sign client certificates, and what they revoked. Immutable but for what
// it remembers; thread-safe.
class ClientAuthority {
 public:
  // `ca_pem`: at least one certificate. `crl_pem`: revocation lists, each signed by one of them;
  // empty: nothing is revoked. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<std::shared_ptr<const ClientAuthority>> Create(absl::string_view ca_pem,
                                                                       absl::string_view crl_pem);

  // `leaf_pem` as the peer showed it, `chain_pem` what came with it. UNAUTHENTICATED
  // (CERTIFICATE_REFUSED) when it is expired, revoked or signed by nobody known at `now`. A list
  // that was due to be renewed still counts: no news revokes nobody, and frees nobody.
  absl::StatusOr<std::shared_ptr<const ClientCertificate>> Judge(absl::string_view leaf_pem,
                                                                 absl::string_view chain_pem,
                                                                 absl::Time now) const;

  struct StoreDeleter {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  explicit ClientAuthority(std::unique_ptr<X509_STORE, StoreDeleter> store)
      : store_(std::move(store)) {}

 private:
  absl::StatusOr<std::shared_ptr<const ClientCertificate>> Verify(absl::string_view leaf_pem,
                                                                  absl::string_view chain_pem,
                                                                  absl::Time now) const;

  const std::unique_ptr<X509_STORE, StoreDeleter> store_;
  // Good ones, by leaf: verifying costs a signature, and every call asks.
  mutable absl::Mutex mutex_;
  mutable absl::flat_hash_map<std::string, std::shared_ptr<const ClientCertificate>> known_
      ABSL_GUARDED_BY(mutex_);
};

// That a private key belongs to the first certificate of a chain, that the chain is valid at `now`,
// and that the authorities can be read. INVALID_ARGUMENT says what is wrong.
absl::Status CheckServerCertificate(absl::string_view chain_pem, absl::string_view key_pem,
                                    absl::string_view client_ca_pem, absl::Time now);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_CERTIFICATES_H_
