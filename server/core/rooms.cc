#include "server/core/rooms.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/room_name.h"
#include "server/core/confidentiality.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using record::v1::IncidentState;

constexpr size_t kTopicCharactersMax = 250;

const v1::ChatAccount* AccountOn(const v1::Person& person, absl::string_view platform,
                                 absl::string_view workspace) {
  for (const v1::ChatAccount& account : person.chat_accounts()) {
    if (account.platform() == platform && account.workspace() == workspace) return &account;
  }
  return nullptr;
}

const record::v1::Room* FindRoom(const IncidentState& state, absl::string_view platform,
                                 absl::string_view workspace) {
  for (const record::v1::Room& room : state.rooms()) {
    if (room.platform() == platform && room.workspace() == workspace) return &room;
  }
  return nullptr;
}

// Nothing of the others leaves the record for a chat, and what ended needs no place to work in.
bool MayHaveRooms(const PolicyIndex& policy, const IncidentState& state) {
  return !state.standing_register() && !IsClosed(state) && !IsEnded(policy, state);
}

// Called upon, at work by themselves, or in the lead; never those it is about, nor anybody who may
// not see all of it.
std::vector<const v1::Person*> PeopleAtWork(const Context& context, const IncidentState& state) {
  std::set<std::string> names(state.called_people().begin(), state.called_people().end());
  for (const auto& acknowledgement : state.acknowledgements()) {
    names.insert(acknowledgement.person());
  }
  if (!state.lead().empty()) names.insert(state.lead());
  std::vector<const v1::Person*> people;
  for (const std::string& name : names) {
    const auto& subjects = state.subjects();
    if (std::find(subjects.begin(), subjects.end(), name) != subjects.end()) continue;
    const v1::Person* person = context.directory.FindPerson(name);
    if (person == nullptr) continue;
    Caller reader;
    reader.actor.set_principal(name);
    reader.entity = person->entity();
    if (SightOf(context.policy, context.directory, reader, state) != Sight::kAll) continue;
    people.push_back(person);
  }
  return people;
}

void WantRoom(Draft& draft, const v1::Channel& channel,
              const std::vector<const v1::Person*>& people) {
  const record::v1::Room* room = FindRoom(draft.state(), channel.platform(), channel.workspace());
  record::v1::Event event = draft.NewEvent();
  record::v1::RoomWanted* body = event.mutable_room_wanted();
  body->set_channel(channel.name());
  body->set_platform(channel.platform());
  body->set_workspace(channel.workspace());
  for (const v1::Person* person : people) {
    if (AccountOn(*person, channel.platform(), channel.workspace()) == nullptr) continue;
    if (room != nullptr && std::find(room->people().begin(), room->people().end(),
                                     person->name()) != room->people().end()) {
      continue;
    }
    body->add_people(person->name());
  }
  // A room that nobody could enter is of no use.
  if (!body->people().empty()) draft.Record(std::move(event));
}

}  // namespace

void WantRooms(Draft& draft) {
  const Context& context = draft.context();
  // Who only looks does not work.
  const bool work =
      std::any_of(draft.events().begin(), draft.events().end(),
                  [](const record::v1::Event& event) { return !event.has_incident_read(); });
  if (!work || !MayHaveRooms(context.policy, draft.state())) return;
  std::vector<const v1::Channel*> wanting;
  for (const record::v1::EntityPart& part : draft.state().entities()) {
    if (!IsReporting(part)) continue;
    for (const v1::Channel* channel : context.directory.ChannelsFor(part.entity())) {
      const bool known = std::any_of(wanting.begin(), wanting.end(), [&](const v1::Channel* other) {
        return other->platform() == channel->platform() &&
               other->workspace() == channel->workspace();
      });
      if (channel->incident_rooms() && !known) wanting.push_back(channel);
    }
  }
  if (wanting.empty()) return;
  const std::vector<const v1::Person*> people = PeopleAtWork(context, draft.state());
  for (const v1::Channel* channel : wanting) WantRoom(draft, *channel, people);
}

void RecordRoom(Draft& draft, const DeliveryOutcome& act) {
  const record::v1::Room* room =
      FindRoom(draft.state(), act.endpoint.platform(), act.endpoint.workspace());
  if (room == nullptr || !room->channel().empty() || act.message.channel().empty()) return;
  record::v1::Event event = draft.NewEvent();
  record::v1::RoomOpened* body = event.mutable_room_opened();
  body->set_platform(act.endpoint.platform());
  body->set_workspace(act.endpoint.workspace());
  body->set_channel(act.message.channel());
  draft.Record(std::move(event));
}

std::vector<record::v1::Room> RoomsWith(const IncidentState& state, absl::string_view person) {
  std::vector<record::v1::Room> rooms;
  for (const record::v1::Room& room : state.rooms()) {
    const auto& people = room.people();
    if (!room.channel().empty() &&
        std::find(people.begin(), people.end(), person) != people.end()) {
      rooms.push_back(room);
    }
  }
  return rooms;
}

void LeaveRooms(Draft& draft, const std::vector<record::v1::Room>& rooms,
                const std::string& person) {
  for (const record::v1::Room& room : rooms) {
    record::v1::Event event = draft.NewEvent();
    record::v1::RoomWanted* body = event.mutable_room_wanted();
    body->set_channel(FormatRoomName({room.platform(), room.workspace(), room.channel()}));
    body->set_platform(room.platform());
    body->set_workspace(room.workspace());
    body->add_removed_people(person);
    draft.Record(std::move(event));
  }
}

v1::RoomRequest ClosedRoomRequest(const IncidentState& state) {
  v1::RoomRequest request;
  request.set_closed(true);
  request.set_topic(absl::StrCat(state.drill() ? "DRILL " : "", state.id(), " · restricted"));
  return request;
}

v1::RoomRequest RoomRequestFor(const Context& context, const IncidentState& state,
                               const record::v1::RoomWanted& wanted) {
  v1::RoomRequest request;
  request.set_name(
      absl::StrCat(state.drill() ? "drill-" : "inc-", absl::AsciiStrToLower(state.id())));
  request.set_topic(IsClosed(state)
                        ? ClosedRoomRequest(state).topic()
                        : FirstLine(absl::StrCat(state.drill() ? "DRILL " : "", state.id(), " · ",
                                                 state.severity(), " · ", state.title()),
                                    kTopicCharactersMax));
  request.set_closed(IsClosed(state));
  for (const std::string& name : wanted.removed_people()) {
    const v1::Person* person = context.directory.FindPerson(name);
    if (person == nullptr) continue;
    const auto* account = AccountOn(*person, wanted.platform(), wanted.workspace());
    if (account != nullptr) *request.add_removed_members() = *account;
  }
  const record::v1::Room* room = FindRoom(state, wanted.platform(), wanted.workspace());
  if (room == nullptr || IsClosed(state)) return request;
  for (const std::string& name : room->people()) {
    const v1::Person* person = context.directory.FindPerson(name);
    if (person == nullptr) continue;
    const auto* account = AccountOn(*person, wanted.platform(), wanted.workspace());
    if (account != nullptr) *request.add_members() = *account;
  }
  return request;
}

}  // namespace belfry::core
