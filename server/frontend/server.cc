#include "server/frontend/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/status_macros.h"
#include "server/frontend/admission.h"
#include "server/frontend/chat_service.h"
#include "server/frontend/compartment_service.h"
#include "server/frontend/incident_service.h"
#include "server/frontend/other_services.h"
#include "server/frontend/policy_service.h"
#include "server/frontend/rules.h"
#include "server/frontend/watch.h"

namespace belfry::frontend {
namespace {

constexpr int kCallsMax = 512;
constexpr int kCallsPerPrincipalMax = 320;
constexpr int kWaitingMax = 256;
constexpr int kWaitingPerPrincipalMax = 16;
constexpr int kWatchersDefault = 256;
constexpr int kReceiveBytesMax = 256 * 1024;
constexpr int kSendBytesMax = 4 * 1024 * 1024;

absl::StatusOr<std::string> ReadFile(const std::string& path, const char* what) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("tls: cannot read ", what, " ", path));
  }
  return text.str();
}

// Strangers are dropped in the handshake: no frame of theirs reaches the HTTP/2 parser.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> TlsCredentials(
    const config::v1::TlsConfig& tls) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  BELFRY_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.client_ca_file(), "client_ca_file"));
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  BELFRY_ASSIGN_OR_RETURN(pair.private_key, ReadFile(tls.private_key_file(), "private_key_file"));
  BELFRY_ASSIGN_OR_RETURN(pair.cert_chain, ReadFile(tls.certificate_file(), "certificate_file"));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(options);
}

void SetLimits(grpc::ServerBuilder& builder) {
  // Two servers on one port would share the calls without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Identity only: this gRPC inflates before it looks at the size.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder.SetMaxSendMessageSize(kSendBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 3'600'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30'000);
  grpc::ResourceQuota quota("belfryd");
  quota.Resize(size_t{512} << 20);
  builder.SetResourceQuota(quota);
}

// The services that a server offers, all of which have rules. Health and reflection are gRPC's own:
// the one says whether the server serves, the other is on loopback and Unix sockets alone.
class Offer {
 public:
  explicit Offer(grpc::ServerBuilder* builder) : builder_(*builder) {}

  template <typename Service>
  void Add(grpc::Service* implementation) {
    services_.push_back(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        Service::service_full_name()));
    builder_.RegisterService(implementation);
  }
  absl::Status Check() const { return CheckRules(services_); }

 private:
  grpc::ServerBuilder& builder_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

class ServerImpl final : public Server {
 public:
  ServerImpl(engine::Engine* engine, const Authenticator* authenticator, Metrics* metrics,
             int watchers_max)
      : admission_(kCallsMax, kCallsPerPrincipalMax),
        waiting_(kWaitingMax, kWaitingPerPrincipalMax),
        services_{engine, authenticator, &admission_, &waiting_, metrics},
        watchers_(&services_, static_cast<size_t>(watchers_max)),
        incidents_(&services_, &watchers_),
        timeline_(&services_),
        compartments_(&services_),
        deliveries_(&services_),
        directory_(&services_),
        policy_(&services_),
        chat_(&services_),
        clock_(engine) {}

  absl::Status Listen(const config::v1::ServerConfig& config, bool virtual_clock);
  const std::vector<int>& ports() const override { return ports_; }
  void SetServing(bool serving) override {
    server_->GetHealthCheckService()->SetServingStatus(serving);
  }
  void Stop(absl::Duration grace) override;

 private:
  Admission admission_;
  Admission waiting_;
  const Services services_;
  WatchHub watchers_;
  IncidentServiceImpl incidents_;
  TimelineServiceImpl timeline_;
  CompartmentServiceImpl compartments_;
  DeliveryServiceImpl deliveries_;
  DirectoryServiceImpl directory_;
  PolicyServiceImpl policy_;
  ChatServiceImpl chat_;
  ClockServiceImpl clock_;
  std::vector<int> ports_;
  std::unique_ptr<grpc::Server> server_;
};

absl::Status ServerImpl::Listen(const config::v1::ServerConfig& config, bool virtual_clock) {
  grpc::ServerBuilder builder;
  SetLimits(builder);
  ports_.resize(static_cast<size_t>(config.listen_size()));
  for (int i = 0; i < config.listen_size(); ++i) {
    const std::string& address = config.listen(i);
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (!IsLocal(address)) {
      BELFRY_ASSIGN_OR_RETURN(credentials, TlsCredentials(config.tls()));
    }
    builder.AddListeningPort(address, credentials, &ports_[static_cast<size_t>(i)]);
  }
  // What is offered is ruled: nothing is registered that the table does not know.
  Offer offer(&builder);
  offer.Add<v1::IncidentService>(&incidents_);
  offer.Add<v1::TimelineService>(&timeline_);
  offer.Add<v1::CompartmentService>(&compartments_);
  offer.Add<v1::DeliveryService>(&deliveries_);
  offer.Add<v1::DirectoryService>(&directory_);
  offer.Add<v1::PolicyService>(&policy_);
  offer.Add<v1::ChatService>(&chat_);
  if (virtual_clock) offer.Add<testing::v1::ClockService>(&clock_);
  BELFRY_RETURN_IF_ERROR(offer.Check());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", config.listen(0),
                     config.listen_size() > 1 ? " and the other addresses" : "",
                     "; another program has the port, or the socket's directory is missing"));
  }
  return absl::OkStatus();
}

void ServerImpl::Stop(absl::Duration grace) {
  SetServing(false);
  watchers_.Stop();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
}

}  // namespace

bool IsLocal(absl::string_view listen) {
  if (absl::StartsWith(listen, "unix:")) return true;
  const size_t colon = listen.rfind(':');
  if (colon == absl::string_view::npos) return false;
  absl::string_view host = listen.substr(0, colon);
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

absl::Status CheckListeners(const config::v1::ServerConfig& config) {
  if (config.listen().empty()) {
    return absl::InvalidArgumentError(
        "listen: is needed, as in --listen 127.0.0.1:7443 or --listen unix:/run/belfry/sock");
  }
  for (const std::string& address : config.listen()) {
    if (IsLocal(address)) continue;
    const config::v1::TlsConfig& tls = config.tls();
    if (tls.certificate_file().empty() || tls.private_key_file().empty() ||
        tls.client_ca_file().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "listen: ", address,
          " can be reached from other machines; it needs tls with "
          "certificate_file, private_key_file and client_ca_file. Plaintext is for loopback "
          "addresses and Unix sockets only"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::ServerConfig& config,
                                                      engine::Engine* engine,
                                                      const Authenticator* authenticator,
                                                      Metrics* metrics, bool virtual_clock) {
  BELFRY_RETURN_IF_ERROR(CheckListeners(config));
  const bool all_local = std::all_of(config.listen().begin(), config.listen().end(),
                                     [](const std::string& address) { return IsLocal(address); });
  if (virtual_clock && !all_local) {
    return absl::FailedPreconditionError(
        "clock: a virtual clock is for loopback addresses and Unix sockets only");
  }
  grpc::EnableDefaultHealthCheckService(true);
  // Who can reach it from outside learns nothing about what it offers.
  static const bool reflection = [all_local] {
    if (all_local) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return all_local;
  }();
  if (reflection && !all_local) {
    return absl::FailedPreconditionError("reflection is on in this process; use another one");
  }
  const int watchers_max =
      config.limits().watchers_max() > 0 ? config.limits().watchers_max() : kWatchersDefault;
  auto server = std::make_unique<ServerImpl>(engine, authenticator, metrics, watchers_max);
  BELFRY_RETURN_IF_ERROR(server->Listen(config, virtual_clock));
  server->SetServing(true);
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace belfry::frontend
