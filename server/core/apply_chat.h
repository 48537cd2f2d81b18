// What the record says about chat: rooms, snoozed reminders, digests.
#ifndef BELFRY_SERVER_CORE_APPLY_CHAT_H_
#define BELFRY_SERVER_CORE_APPLY_CHAT_H_

#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"

namespace belfry::core {

void ApplyRoomWanted(record::v1::IncidentState& state, const record::v1::RoomWanted& body);
void ApplyRoomOpened(record::v1::IncidentState& state, const record::v1::RoomOpened& body);
void ApplySnoozed(record::v1::IncidentState& state, const record::v1::ReminderSnoozed& body);
void ApplyDigest(record::v1::IncidentState& state, const record::v1::Event& event);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_APPLY_CHAT_H_
