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

// Whatever is no letter, digit, '.', '_' or '-' is percent-encoded, so that no part can end early.
std::string FormatAccountName(const AccountName& account);
// Nothing unless `name` is exactly what FormatAccountName() makes of non-empty platform and user.
std::optional<AccountName> ParseAccountName(absl::string_view name);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_ACCOUNT_NAME_H_
