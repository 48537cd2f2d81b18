#include "server/base/room_name.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/account_name.h"

namespace belfry {
namespace {

constexpr absl::string_view kPrefix = "rooms/";
constexpr absl::string_view kAccountPrefix = "accounts/";

}  // namespace

std::string FormatRoomName(const RoomName& room) {
  const std::string account = FormatAccountName({room.platform, room.workspace, room.channel});
  return absl::StrCat(kPrefix, absl::StripPrefix(account, kAccountPrefix));
}

std::optional<RoomName> ParseRoomName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kPrefix)) return std::nullopt;
  std::optional<AccountName> account = ParseAccountName(absl::StrCat(kAccountPrefix, name));
  if (!account.has_value()) return std::nullopt;
  return RoomName{std::move(account->platform), std::move(account->workspace),
                  std::move(account->user_id)};
}

}  // namespace belfry
