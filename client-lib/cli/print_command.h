// `belfry print`: a document as a file.
#ifndef BELFRY_CLIENT_LIB_CLI_PRINT_COMMAND_H_
#define BELFRY_CLIENT_LIB_CLI_PRINT_COMMAND_H_

#include <string>
#include <vector>

#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Writes a document that was sent, or a draft, as text, HTML or PDF to --output or to standard
// output. PDF needs a file, or a standard output that is no terminal.
int RunPrint(const Desk& desk, const std::vector<std::string>& words);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_PRINT_COMMAND_H_
