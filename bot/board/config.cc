#include "bot/board/config.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bot/board/guard.h"
#include "bot/http/loopback.h"
#include "server/base/textproto.h"

namespace belfry::board {
namespace {

using config::v1::BoardConfig;

constexpr size_t kSecretMin = 16;

absl::Status Limit(int value, int highest, const char* field) {
  if (value >= 1 && value <= highest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("limits.", field, ": must be between 1 and ", highest, ", or left out"));
}

void FillIn(BoardConfig& config) {
  if (config.listen().empty()) config.set_listen("127.0.0.1:8090");
  config::v1::BoardLimits& limits = *config.mutable_limits();
  if (limits.sessions_max() == 0) limits.set_sessions_max(64);
  if (limits.idle_minutes() == 0) limits.set_idle_minutes(30);
  if (limits.lifetime_minutes() == 0) limits.set_lifetime_minutes(720);
}

absl::Status Check(const BoardConfig& config) {
  if (config.server().empty()) {
    return absl::InvalidArgumentError("server: is needed, the address of belfryd");
  }
  const std::string& listen = config.listen();
  if (!bot::IsLoopbackHost(listen.substr(0, listen.rfind(':')))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "listen: must be a loopback address such as 127.0.0.1:8090, not ", listen,
        "; the board speaks plain HTTP, so browsers of other machines need a proxy with TLS"));
  }
  if (auto guard = Guard::Create(config.public_url()); !guard.ok()) return guard.status();
  if (config.has_wall()) {
    if (config.wall().token_file().empty()) {
      return absl::InvalidArgumentError("wall.token_file: is needed where there is a wall");
    }
    if (config.wall().secret_file().empty() && !config.public_url().empty()) {
      return absl::InvalidArgumentError(
          "wall.secret_file: is needed where there is a public_url, or everybody would see the "
          "wall");
    }
  }
  const config::v1::BoardLimits& limits = config.limits();
  for (const absl::Status& status :
       {Limit(limits.sessions_max(), 1024, "sessions_max"),
        Limit(limits.idle_minutes(), 1440, "idle_minutes"),
        Limit(limits.lifetime_minutes(), 10'080, "lifetime_minutes")}) {
    if (!status.ok()) return status;
  }
  return client::CheckOptions(ClientOptions(config));
}

}  // namespace

absl::StatusOr<BoardConfig> ReadConfig(const std::string& path) {
  BoardConfig config;
  if (absl::Status status = ReadTextProto(path, "--config", config); !status.ok()) return status;
  FillIn(config);
  if (absl::Status status = Check(config); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
  }
  return config;
}

client::Options ClientOptions(const BoardConfig& config) {
  client::Options options;
  options.target = config.server();
  if (config.has_tls()) {
    client::TlsFiles tls;
    tls.ca_file = config.tls().ca_file();
    tls.cert_file = config.tls().certificate_file();
    tls.key_file = config.tls().private_key_file();
    options.tls = tls;
  }
  return options;
}

SessionLimits LimitsOf(const BoardConfig& config) {
  SessionLimits limits;
  limits.sessions_max = static_cast<size_t>(config.limits().sessions_max());
  limits.idle = absl::Minutes(config.limits().idle_minutes());
  limits.lifetime = absl::Minutes(config.limits().lifetime_minutes());
  return limits;
}

absl::StatusOr<std::string> WallSecret(const BoardConfig& config) {
  const std::string& path = config.wall().secret_file();
  if (path.empty()) return std::string();
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  line = std::string(absl::StripAsciiWhitespace(line));
  if (!file || line.size() < kSecretMin) {
    return absl::InvalidArgumentError(absl::StrCat("wall.secret_file: ", path,
                                                   " must hold at least ", kSecretMin,
                                                   " characters on its first line"));
  }
  return line;
}

}  // namespace belfry::board
