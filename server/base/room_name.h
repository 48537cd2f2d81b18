// Channels of their own that incidents have on chat platforms: "rooms/slack/T0123/C0456".
#ifndef BELFRY_SERVER_BASE_ROOM_NAME_H_
#define BELFRY_SERVER_BASE_ROOM_NAME_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry {

struct RoomName {
  std::string platform;
  std::string workspace;
  std::string channel;
};

// Encoded as names of accounts are, so that no part can end early.
std::string FormatRoomName(const RoomName& room);
// Nothing unless `name` is exactly what FormatRoomName() makes of non-empty platform and channel.
std::optional<RoomName> ParseRoomName(absl::string_view name);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_ROOM_NAME_H_
