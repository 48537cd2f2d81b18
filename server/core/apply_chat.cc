#include "server/core/apply_chat.h"

#include <set>
#include <string>

#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using record::v1::IncidentState;

record::v1::Room& RoomOn(IncidentState& state, const std::string& platform,
                         const std::string& workspace) {
  for (record::v1::Room& room : *state.mutable_rooms()) {
    if (room.platform() == platform && room.workspace() == workspace) return room;
  }
  record::v1::Room& room = *state.add_rooms();
  room.set_platform(platform);
  room.set_workspace(workspace);
  return room;
}

}  // namespace

void ApplyRoomWanted(IncidentState& state, const record::v1::RoomWanted& body) {
  record::v1::Room& room = RoomOn(state, body.platform(), body.workspace());
  std::set<std::string> people(room.people().begin(), room.people().end());
  people.insert(body.people().begin(), body.people().end());
  for (const std::string& gone : body.removed_people()) people.erase(gone);
  room.mutable_people()->Assign(people.begin(), people.end());
}

void ApplyRoomOpened(IncidentState& state, const record::v1::RoomOpened& body) {
  RoomOn(state, body.platform(), body.workspace()).set_channel(body.channel());
}

void ApplySnoozed(IncidentState& state, const record::v1::ReminderSnoozed& body) {
  if (auto* row = FindMutableObligation(state, body.instance())) {
    *row->mutable_snooze_until_time() = body.until_time();
  }
}

void ApplyDigest(IncidentState& state, const record::v1::Event& event) {
  const record::v1::DigestDue& body = event.digest_due();
  record::v1::DigestRow* row = nullptr;
  for (record::v1::DigestRow& known : *state.mutable_digests()) {
    if (known.code() == body.code()) row = &known;
  }
  if (row == nullptr) row = state.add_digests();
  row->set_code(body.code());
  row->set_date(body.date());
  *row->mutable_time() = event.time();
}

}  // namespace belfry::core
