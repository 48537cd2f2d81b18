// `belfry audit`: what can be checked, and made, with nothing but files and keys.
#ifndef BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_

#include <optional>
#include <string>

#include "client-lib/audit/verify.h"
#include "client-lib/cli/args.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Runs `audit verify`, `audit keygen` and `audit key`, which need no server; nothing for any other
// line. 0: done, everything holds; 1: a bad record, or the file is there already; 2: wrong usage,
// no such file, no such key.
std::optional<int> RunAuditOffline(const Arguments& arguments, const Console& console);

// One line "OK: …" or "BAD: log …, record …, byte …: why", and what else is worth knowing.
std::string RenderVerification(const audit::VerifyResult& result);
// The same as a JSON object; numbers that may be large are texts, as in the proto JSON mapping.
std::string RenderVerificationJson(const audit::VerifyResult& result);

// The keys in --verifier-key and --key, or in --witness-key. INVALID_ARGUMENT for one that is none
// or of the other kind.
absl::StatusOr<std::vector<audit::VerifierKey>> ReadVerifierKeys(
    const std::vector<std::string>& texts, bool witnesses);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_AUDIT_COMMANDS_H_
