// `belfry token`: tokens of one's own, and of systems for administrators.
#ifndef BELFRY_CLIENT_LIB_CLI_TOKEN_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_TOKEN_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/chat/card.h"
#include "belfry/v1/access_service.pb.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// create, list, rotate and revoke. `words` begins with "token".
int RunToken(const Desk& desk, const std::vector<std::string>& words);

// What a line asks for; the file that is to hold the secret is apart, because it is nothing of the
// server's.
struct TokenLine {
  v1::CreateTokenRequest request;
  std::string file;
};
// The words behind "token create". INVALID_ARGUMENT with one sentence.
absl::StatusOr<TokenLine> ParseTokenLine(const std::vector<std::string>& words);

// "90d", "12h", "30m", "1d12h".
absl::StatusOr<absl::Duration> ParseLifetime(absl::string_view text);

// As a table, times in UTC.
chat::Card TokensCard(const v1::ListTokensResponse& tokens);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_TOKEN_COMMANDS_H_
