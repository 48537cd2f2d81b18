#include "server/engine/conversation.h"

#include "absl/strings/str_cat.h"
#include "server/base/account_name.h"
#include "server/base/room_name.h"

namespace belfry::engine {

std::optional<v1::Endpoint> EndpointOf(const core::Directory& directory, absl::string_view target,
                                       int index) {
  v1::Endpoint endpoint;
  if (const v1::Channel* channel = directory.FindChannel(target); channel != nullptr) {
    if (index > 0) return std::nullopt;
    endpoint.set_platform(channel->platform());
    endpoint.set_workspace(channel->workspace());
    endpoint.set_address(channel->address());
    return endpoint;
  }
  // What a chat account that is nobody's pasted is told to itself.
  if (const std::optional<AccountName> account = ParseAccountName(target); account.has_value()) {
    if (index > 0) return std::nullopt;
    endpoint.set_platform(account->platform);
    endpoint.set_workspace(account->workspace);
    endpoint.set_address(account->user_id);
    return endpoint;
  }
  // A room is where it is, whatever the directory says by now.
  if (const std::optional<RoomName> room = ParseRoomName(target); room.has_value()) {
    if (index > 0) return std::nullopt;
    endpoint.set_platform(room->platform);
    endpoint.set_workspace(room->workspace);
    endpoint.set_address(room->channel);
    return endpoint;
  }
  const v1::Person* person = directory.FindPerson(target);
  if (person == nullptr || index >= person->contacts_size()) return std::nullopt;
  const v1::Contact& contact = person->contacts(index);
  endpoint.set_platform(contact.platform());
  endpoint.set_workspace(contact.workspace());
  endpoint.set_address(contact.address());
  return endpoint;
}

int IndexBeside(const core::Directory& directory, absl::string_view target,
                absl::string_view platform) {
  const v1::Person* person = directory.FindPerson(target);
  if (person == nullptr || platform.empty()) return 0;
  // "slack-webhook" is down when "slack" is.
  const auto family = [](absl::string_view name) { return name.substr(0, name.find('-')); };
  for (int i = 0; i < person->contacts_size(); ++i) {
    if (family(person->contacts(i).platform()) != family(platform)) return i;
  }
  return 0;
}

std::string ConversationOf(const v1::Endpoint& endpoint) {
  return absl::StrCat(endpoint.platform(), "\n", endpoint.workspace(), "\n", endpoint.address());
}

}  // namespace belfry::engine
