// belfry-bot's settings and secrets.
#ifndef BELFRY_BOT_CONFIG_H_
#define BELFRY_BOT_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "belfry/config/v1/config.pb.h"

namespace belfry::bot {

// Reads the file and checks it. INVALID_ARGUMENT names the line, or the field and the remedy.
absl::StatusOr<config::v1::BotConfig> ReadConfig(const std::string& path);

// The first line of a file, without white space around it. INVALID_ARGUMENT names the setting.
absl::StatusOr<std::string> ReadSecret(const std::string& path, const std::string& setting);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_CONFIG_H_
