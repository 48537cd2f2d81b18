#include "server/frontend/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/status_macros.h"
#include "server/frontend/certificates.h"
#include "server/frontend/reloaded.h"

namespace belfry::frontend {
namespace {

struct TlsTexts {
  std::string chain;
  std::string key;
  std::string client_ca;
};

std::unique_ptr<Reloaded<TlsTexts>> Files(const config::v1::TlsConfig& tls,
                                          std::function<absl::Time()> now) {
  return std::make_unique<Reloaded<TlsTexts>>(
      "tls: certificate_file, private_key_file or client_ca_file",
      std::vector<std::string>{tls.certificate_file(), tls.private_key_file(),
                               tls.client_ca_file()},
      [now = std::move(now)](const std::vector<std::string>& texts) -> absl::StatusOr<TlsTexts> {
        BELFRY_RETURN_IF_ERROR(CheckServerCertificate(texts[0], texts[1], texts[2], now()));
        return TlsTexts{texts[0], texts[1], texts[2]};
      });
}

absl::Status Prefixed(const absl::Status& status) {
  return status.ok() ? status : absl::InvalidArgumentError(absl::StrCat("tls: ", status.message()));
}

// The C++ interface of this gRPC has no certificates that change, but for an experimental one that
// forgets the old ones before it has tried the new; the C interface below it asks at every
// handshake.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(std::unique_ptr<Reloaded<TlsTexts>> files)
      : files_(std::move(files)),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, &Fetch, this))) {}
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  // Callers are authenticated in the handlers.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingCredentials*>(self)->FetchNow(config);
  }

  grpc_ssl_certificate_config_reload_status FetchNow(grpc_ssl_server_certificate_config** config) {
    files_->Refresh();
    const std::shared_ptr<const TlsTexts> texts = files_->Get();
    absl::MutexLock lock(&mutex_);
    if (texts == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {texts->key.c_str(), texts->chain.c_str()};
    *config = grpc_ssl_server_certificate_config_create(texts->client_ca.c_str(), &pair, 1);
    given_ = texts;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const std::unique_ptr<Reloaded<TlsTexts>> files_;
  absl::Mutex mutex_;
  std::shared_ptr<const TlsTexts> given_ ABSL_GUARDED_BY(mutex_);
  grpc_server_credentials* const credentials_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const config::v1::TlsConfig& tls, std::function<absl::Time()> now) {
  std::unique_ptr<Reloaded<TlsTexts>> files = Files(tls, std::move(now));
  BELFRY_RETURN_IF_ERROR(Prefixed(files->Load()));
  return std::make_shared<ReloadingCredentials>(std::move(files));
}

absl::Status CheckTls(const config::v1::TlsConfig& tls, absl::Time now) {
  return Prefixed(Files(tls, [now] { return now; })->Load());
}

}  // namespace belfry::frontend
