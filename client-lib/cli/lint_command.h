// `belfry policy lint`: findings in the form that editors and scripts know from compilers.
#ifndef BELFRY_CLIENT_LIB_CLI_LINT_COMMAND_H_
#define BELFRY_CLIENT_LIB_CLI_LINT_COMMAND_H_

#include <string>

#include "belfry/v1/policy_service.pb.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

using Findings = google::protobuf::RepeatedPtrField<v1::LintPolicyResponse::Finding>;

// Checks the pack in the file; --directory FILE or --with-directory also against the people.
// 0: no errors, 1: errors, 2: a file cannot be read, 3: no server.
int RunLint(const Desk& desk, const std::string& path);

// "FILE:LINE: error: path: message", one on a line; "warning" for what does not keep a pack out.
std::string RenderFindings(const std::string& path, const Findings& findings);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_LINT_COMMAND_H_
