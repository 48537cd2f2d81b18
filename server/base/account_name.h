// Chat accounts that are linked to nobody, as principals: "accounts/slack/T0123/U0456".
#ifndef BELFRY_SERVER_BASE_ACCOUNT_NAME_H_
#define BELFRY_SERVER_BASE_ACCOUNT_NAME_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry {

struct AccountName {
  std::string platform;
  std::string workspace;
  std::string user_id;
};

// Names a chat account, well-formed or not: nobody of the directory and no system.
bool IsAccountName(absl::string_view principal);

// Whatever is no letter, digit, '.', '_' or '-' is percent-encoded, so that no part can end early.
std::string FormatAccountName(const AccountName& account);
// Nothing unless `name` is exactly what FormatAccountName() makes of non-empty platform and user,
// without control characters, and has at most 512 bytes.
std::optional<AccountName> ParseAccountName(absl::string_view name);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_ACCOUNT_NAME_H_
