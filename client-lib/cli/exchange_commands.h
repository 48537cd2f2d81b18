// `belfry export` and `belfry import`.
#ifndef BELFRY_CLIENT_LIB_CLI_EXCHANGE_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_EXCHANGE_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Writes the named incidents, or all, to --output or to standard output, after it was recorded.
// What was left out is said on standard error, too.
int RunExport(const Desk& desk, const std::vector<std::string>& words);

// Opens what is in a file.
int RunImport(const Desk& desk, const std::vector<std::string>& words);

// The whole of it or nothing, for its owner alone: an export is not for everybody on the machine.
absl::Status WriteWhole(const std::string& path, absl::string_view bytes);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_EXCHANGE_COMMANDS_H_
