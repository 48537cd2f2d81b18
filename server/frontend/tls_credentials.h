// TLS of the listeners, with files that may change while the server runs.
#ifndef BELFRY_SERVER_FRONTEND_TLS_CREDENTIALS_H_
#define BELFRY_SERVER_FRONTEND_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/config/v1/config.pb.h"

namespace belfry::frontend {

// Clients must show a certificate: strangers are dropped in the handshake, and no frame of theirs
// reaches the HTTP/2 parser. The files are looked at in every handshake; a key that is not the
// certificate's, an expired certificate or a half-written file is refused with a line in the log,
// and handshakes go on with what was there before. Connections that exist are left alone.
//
// For one address: each asks for its first certificate by itself. gRPC keeps a pointer to what this
// returns; it must outlive the server that listens with it. `now` is called from any thread.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const config::v1::TlsConfig& tls, std::function<absl::Time()> now);

// That the files can be used now.
absl::Status CheckTls(const config::v1::TlsConfig& tls, absl::Time now);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_TLS_CREDENTIALS_H_
