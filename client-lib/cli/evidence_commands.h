// `belfry evidence upload`, `download` and `rekey`: what moves files or needs an administrator. The
// rest of `evidence` belongs to the grammar of chat.
#ifndef BELFRY_CLIENT_LIB_CLI_EVIDENCE_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_EVIDENCE_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "belfry/evidence_transfer.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Words begin with "evidence".
bool IsEvidenceFileVerb(const std::vector<std::string>& words);
int RunEvidenceFiles(const Desk& desk, const std::vector<std::string>& words);

// "sending  512.0 MiB of 2.0 GiB  25 %  480.3 MiB/s  3 s left".
std::string ProgressLine(const client::TransferProgress& progress, int64_t began_bytes,
                         absl::Duration spent);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_EVIDENCE_COMMANDS_H_
