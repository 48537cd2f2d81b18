// `belfry audit`: what can be checked, and made, with nothing but files and keys.
#ifndef BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_

#include <optional>

#include "client-lib/cli/args.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Runs `audit verify`, `audit keygen` and `audit key`, which need no server; nothing for any other
// line. 0: done, everything holds; 1: a bad record, or the file is there already; 2: wrong usage,
// no such file, no such key.
std::optional<int> RunAuditOffline(const Arguments& arguments, const Console& console);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_
