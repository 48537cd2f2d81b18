#include "server/frontend/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/status_macros.h"
#include "server/frontend/access_service.h"
#include "server/frontend/admission.h"
#include "server/frontend/audit_service.h"
#include "server/frontend/chat_service.h"
#include "server/frontend/compartment_service.h"
#include "server/frontend/document_service.h"
#include "server/frontend/evidence_service.h"
#include "server/frontend/gate.h"
#include "server/frontend/incident_service.h"
#include "server/frontend/measures_service.h"
#include "server/frontend/other_services.h"
#include "server/frontend/policy_service.h"
#include "server/frontend/public_records_service.h"
#include "server/frontend/rules.h"
#include "server/frontend/tls_credentials.h"
#include "server/frontend/vault_desk.h"
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

bool NeedsTls(const std::string& address, const config::v1::TlsConfig& tls) {
  return !IsLocal(address) || (tls.loopback() && !absl::StartsWith(address, "unix:"));
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
  ServerImpl(const config::v1::ServerConfig& config, engine::Engine* engine,
             Authenticator* authenticator, Metrics* metrics, int watchers_max, vault::Vault* vault,
             VaultDesk::Options desk)
      : engine_(*engine),
        authenticator_(*authenticator),
        metrics_(*metrics),
        gate_(config.access(), engine, authenticator, metrics),
        admission_(kCallsMax, kCallsPerPrincipalMax),
        waiting_(kWaitingMax, kWaitingPerPrincipalMax),
        services_{engine, authenticator, &admission_, &waiting_, metrics, &gate_},
        watchers_(&services_, static_cast<size_t>(watchers_max)),
        incidents_(&services_, &watchers_),
        timeline_(&services_),
        compartments_(&services_),
        deliveries_(&services_),
        directory_(&services_),
        policy_(&services_),
        chat_(&services_),
        audit_(&services_),
        documents_(&services_),
        access_(&services_),
        desk_(vault, &machine_clock_, desk),
        evidence_(&services_, &desk_),
        public_records_(&services_),
        measures_(&services_),
        clock_(engine) {}

  absl::Status Listen(const config::v1::ServerConfig& config, bool virtual_clock);
  const std::vector<int>& ports() const override { return ports_; }
  void SetServing(bool serving) override {
    server_->GetHealthCheckService()->SetServingStatus(serving);
  }
  void RefreshCredentials() override {
    bool taken = false;
    authenticator_.Refresh([this, &taken](absl::string_view what, Reload outcome) {
      metrics_.CountReload(what, outcome == Reload::kTaken);
      taken |= outcome == Reload::kTaken;
    });
    if (taken) watchers_.WakeAll();
  }
  void Stop(absl::Duration grace) override;

 private:
  engine::Engine& engine_;
  Authenticator& authenticator_;
  Metrics& metrics_;
  Gate gate_;
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
  AuditServiceImpl audit_;
  DocumentServiceImpl documents_;
  AccessServiceImpl access_;
  SystemClock machine_clock_;
  VaultDesk desk_;
  EvidenceServiceImpl evidence_;
  PublicRecordsServiceImpl public_records_;
  MeasuresServiceImpl measures_;
  ClockServiceImpl clock_;
  std::vector<int> ports_;
  std::vector<std::shared_ptr<grpc::ServerCredentials>> tls_;  // gRPC keeps pointers to them
  std::unique_ptr<grpc::Server> server_;
};

absl::Status ServerImpl::Listen(const config::v1::ServerConfig& config, bool virtual_clock) {
  grpc::ServerBuilder builder;
  SetLimits(builder);
  ports_.resize(static_cast<size_t>(config.listen_size()));
  for (int i = 0; i < config.listen_size(); ++i) {
    const std::string& address = config.listen(i);
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (NeedsTls(address, config.tls())) {
      BELFRY_ASSIGN_OR_RETURN(
          credentials, MakeTlsCredentials(config.tls(), [this] { return engine_.MachineNow(); }));
      tls_.push_back(credentials);
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
  offer.Add<v1::AuditService>(&audit_);
  offer.Add<v1::AccessService>(&access_);
  offer.Add<v1::DocumentService>(&documents_);
  offer.Add<v1::EvidenceService>(&evidence_);
  offer.Add<v1::PublicRecordsService>(&public_records_);
  offer.Add<v1::MeasuresService>(&measures_);
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
  desk_.StopStreams();
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
    const config::v1::TlsConfig& tls = config.tls();
    if (!NeedsTls(address, tls)) continue;
    if (tls.certificate_file().empty() || tls.private_key_file().empty() ||
        tls.client_ca_file().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "listen: ", address,
          IsLocal(address) ? " has TLS by tls.loopback" : " can be reached from other machines",
          "; it needs tls with "
          "certificate_file, private_key_file and client_ca_file. Plaintext is for loopback "
          "addresses and Unix sockets only"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckConnecting(const config::v1::ServerConfig& config, absl::Time now) {
  BELFRY_RETURN_IF_ERROR(CheckListeners(config));
  BELFRY_RETURN_IF_ERROR(CheckAccess(config.access()));
  const bool tls =
      std::any_of(config.listen().begin(), config.listen().end(),
                  [&](const std::string& address) { return NeedsTls(address, config.tls()); });
  if (tls) BELFRY_RETURN_IF_ERROR(CheckTls(config.tls(), now));
  return Authenticator::Create(config).status();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::ServerConfig& config,
                                                      engine::Engine* engine,
                                                      Authenticator* authenticator,
                                                      Metrics* metrics, bool virtual_clock,
                                                      vault::Vault* vault) {
  BELFRY_RETURN_IF_ERROR(CheckListeners(config));
  BELFRY_RETURN_IF_ERROR(CheckAccess(config.access()));
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
  VaultDesk::Options desk;
  if (config.vault().threads() > 0) desk.threads = config.vault().threads();
  if (config.vault().idle_seconds() > 0) {
    desk.idle = absl::Seconds(config.vault().idle_seconds());
  }
  auto server = std::make_unique<ServerImpl>(config, engine, authenticator, metrics, watchers_max,
                                             vault, desk);
  BELFRY_RETURN_IF_ERROR(server->Listen(config, virtual_clock));
  server->SetServing(true);
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace belfry::frontend
