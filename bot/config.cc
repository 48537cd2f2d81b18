#include "bot/config.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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
  for (const config::v1::SlackConfig& slack : config.slack()) {
    if (slack.workspace().empty() || slack.bot_token_file().empty() ||
        slack.signing_secret_files().empty()) {
      return absl::InvalidArgumentError(
          "slack: needs workspace, bot_token_file and signing_secret_files");
    }
    if (slack.signing_secret_files_size() > 2) {
      return absl::InvalidArgumentError(
          "slack.signing_secret_files: at most two, the new and the old one");
    }
    if (config.listen().empty()) {
      return absl::InvalidArgumentError("listen: is needed so that Slack can reach the bot");
    }
    if (!slack.api_base_url().empty() && !absl::EndsWith(slack.api_base_url(), "/")) {
      return absl::InvalidArgumentError("slack.api_base_url: must end with a slash");
    }
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
