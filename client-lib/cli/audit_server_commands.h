// `belfry audit` with a server: what it claims is checked here, by what it gives.
#ifndef BELFRY_CLIENT_LIB_CLI_AUDIT_SERVER_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_AUDIT_SERVER_COMMANDS_H_

#include <string>
#include <vector>

#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Words begin with "audit": export, checkpoint and proof; wrong usage when it is none of them.
// 1: refused, or something does not hold.
int RunAudit(const Desk& desk, const std::vector<std::string>& words);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_AUDIT_SERVER_COMMANDS_H_
