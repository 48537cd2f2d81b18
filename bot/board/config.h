// belfry-board's settings.
#ifndef BELFRY_BOT_BOARD_CONFIG_H_
#define BELFRY_BOT_BOARD_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "belfry/config/v1/board.pb.h"
#include "belfry/options.h"
#include "bot/board/sessions.h"

namespace belfry::board {

// Reads the file and checks it; what is left out is filled in. INVALID_ARGUMENT names the line, or
// the field and the remedy.
absl::StatusOr<config::v1::BoardConfig> ReadConfig(const std::string& path);

// How to reach the server, without any token.
client::Options ClientOptions(const config::v1::BoardConfig& config);

SessionLimits LimitsOf(const config::v1::BoardConfig& config);

// The wall's secret; empty when there is no wall or it needs none.
absl::StatusOr<std::string> WallSecret(const config::v1::BoardConfig& config);

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_CONFIG_H_
