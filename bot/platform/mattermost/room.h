// Private channels of incidents.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_ROOM_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_ROOM_H_

#include <string>

#include "belfry/v1/delivery.pb.h"
#include "bot/platform/mattermost/rest.h"

namespace belfry::bot::mattermost {

// Opens a private channel of `team`, or takes the one that an earlier attempt at `delivery` opened;
// with `existing` takes that. Then adds the members; those whom Mattermost does not know, or who
// are not of the team, are left out and named in the log.
SendResult OpenRoom(Rest& rest, const std::string& team, const v1::RoomRequest& room,
                    const std::string& delivery, const v1::MessageRef* existing);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_ROOM_H_
