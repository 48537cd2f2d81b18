// `belfry stats`: figures over incidents.
#ifndef BELFRY_CLIENT_LIB_CLI_STATS_COMMAND_H_
#define BELFRY_CLIENT_LIB_CLI_STATS_COMMAND_H_

#include <string>
#include <vector>

#include "client-lib/cli/commands.h"

namespace belfry::cli {

int RunStats(const Desk& desk, const std::vector<std::string>& words);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_STATS_COMMAND_H_
