#include "client-lib/src/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "belfry/version.h"

namespace belfry::client {
namespace {

constexpr int kMessageBytesMax = 64 << 20;

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const Options& options) {
  if (!options.tls.has_value()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  const std::vector<std::pair<const std::string*, std::string*>> files = {
      {&options.tls->ca_file, &ssl.pem_root_certs},
      {&options.tls->cert_file, &ssl.pem_cert_chain},
      {&options.tls->key_file, &ssl.pem_private_key}};
  for (const auto& [path, text] : files) {
    absl::StatusOr<std::string> pem = ReadPem(*path);
    if (!pem.ok()) return pem.status();
    *text = *std::move(pem);
  }
  return grpc::SslCredentials(ssl);
}

bool IsLoopbackV4(absl::string_view host) {
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  for (const absl::string_view part : parts) {
    int value = 0;
    if (!absl::SimpleAtoi(part, &value) || value < 0 || value > 255) return false;
  }
  return true;
}

}  // namespace

bool IsLocalTarget(absl::string_view target) {
  if (absl::StartsWith(target, "unix:") || absl::StartsWith(target, "unix-abstract:")) return true;
  for (const absl::string_view scheme : {"ipv4:", "ipv6:", "dns:///", "dns:"}) {
    if (absl::ConsumePrefix(&target, scheme)) break;
  }
  // A list of addresses may name another machine after the first comma.
  if (absl::StrContains(target, ',')) return false;
  if (absl::StartsWith(target, "[")) {
    return absl::StartsWith(target, "[::1]:") || target == "[::1]";
  }
  const absl::string_view host = target.substr(0, target.rfind(':'));
  return host == "localhost" || IsLoopbackV4(host);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const Options& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  auto credentials = MakeCredentials(options);
  if (!credentials.ok()) return credentials.status();

  grpc::ChannelArguments arguments;
  // Retries are ours: they know which requests may be made twice.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // Above the five minutes that an unconfigured gRPC server asks for between pings. Any call on a
  // dead connection is noticed much sooner: with keepalive on, unacknowledged bytes end it after
  // the timeout.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 330'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  // A restarted server is found again within a second or two.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);  // time to connect, despite its name
  if (IsLocalTarget(options.target)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix(absl::StrCat("belfry/", VersionString()));
  if (options.tls.has_value() && !options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  }
  return grpc::CreateCustomChannel(options.target, *credentials, arguments);
}

}  // namespace belfry::client
