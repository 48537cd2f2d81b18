// Channels of their own that incidents have on chat platforms.
#ifndef BELFRY_SERVER_CORE_ROOMS_H_
#define BELFRY_SERVER_CORE_ROOMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/v1/delivery.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// Asks for the rooms that the directory's channels want and the incident does not have, and for the
// people who work on it and are not in them yet: once, at the end of a decision.
void WantRooms(Draft& draft);

// The bot has opened one. Only the first on a platform and workspace counts.
void RecordRoom(Draft& draft, const DeliveryOutcome& act);

// Rooms that somebody was invited into.
std::vector<record::v1::Room> RoomsWith(const record::v1::IncidentState& state,
                                        absl::string_view person);
// Asks the bot to take them out.
void LeaveRooms(Draft& draft, const std::vector<record::v1::Room>& rooms,
                const std::string& person);

// The room of an incident that was closed: its topic says so, and nothing else.
v1::RoomRequest ClosedRoomRequest(const record::v1::IncidentState& state);

// What the bot is asked for: everybody who is to be in the room by now, so that a request that was
// overtaken loses nobody.
v1::RoomRequest RoomRequestFor(const Context& context, const record::v1::IncidentState& state,
                               const record::v1::RoomWanted& wanted);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_ROOMS_H_
