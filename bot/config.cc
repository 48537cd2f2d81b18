#include "bot/config.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/textproto.h"

namespace belfry::bot {
namespace {

absl::Status Check(const config::v1::BotConfig& config) {
  if (config.server().empty()) {
    return absl::InvalidArgumentError("server: is needed, the address of belfryd");
  }
  if (config.token_file().empty()) return absl::InvalidArgumentError("token_file: is needed");
  if (config.holder().empty()) {
    return absl::InvalidArgumentError("holder: is needed, a name that no other bot has");
  }
  if (config.console().enabled() &&
      (config.console().person().empty() || config.console().transcript_file().empty())) {
    return absl::InvalidArgumentError("console: needs person and transcript_file");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<config::v1::BotConfig> ReadConfig(const std::string& path) {
  config::v1::BotConfig config;
  if (absl::Status status = ReadTextProto(path, "--config", config); !status.ok()) return status;
  if (absl::Status status = Check(config); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
  }
  return config;
}

absl::StatusOr<std::string> ReadSecret(const std::string& path, const std::string& setting) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line) || absl::StripAsciiWhitespace(line).empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(setting, ": ", path, " must hold the secret on its first line"));
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

}  // namespace belfry::bot
