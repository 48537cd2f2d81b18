#include "bot/platform/mattermost/room.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/classify.h"
#include "bot/platform/mattermost/markdown.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

constexpr size_t kNameMax = 58;  // of 64: "-" and a number follow
constexpr size_t kPurposeMax = 250;
constexpr int kNamesMax = 5;

bool IsTaken(const SendResult& result, const Json& answer) {
  return !result.ok() && absl::StrContains(ErrorId(answer), "exists");
}

// The channel of that name, when the mark says that this delivery opened it.
std::string FindOwn(Rest& rest, const std::string& team, const std::string& name,
                    const std::string& delivery) {
  Json channel;
  const SendResult result =
      rest.Call("GET", absl::StrCat("teams/", team, "/channels/name/", name), Json(), &channel);
  if (!result.ok() || !absl::StrContains(TextAt(channel, {"purpose"}), delivery)) return "";
  return TextAt(channel, {"id"});
}

SendResult Create(Rest& rest, const std::string& team, const v1::RoomRequest& room,
                  const std::string& delivery, std::string* channel) {
  SendResult result;
  for (int i = 1; i <= kNamesMax; ++i) {
    const std::string name =
        absl::StrCat(room.name().substr(0, kNameMax), i == 1 ? "" : absl::StrCat("-", i));
    Json answer;
    result = rest.Call("POST", "channels",
                       {{"team_id", team},
                        {"name", name},
                        {"display_name", name},
                        {"header", Escape(room.topic())},
                        {"purpose", Cut(absl::StrCat("Opened by Belfry: ", delivery), kPurposeMax)},
                        {"type", "P"}},
                       &answer);
    if (result.ok()) {
      *channel = TextAt(answer, {"id"});
      return result;
    }
    if (!IsTaken(result, answer)) return result;
    *channel = FindOwn(rest, team, name, delivery);
    if (!channel->empty()) return SendResult();
  }
  result.failure = SendFailure::kTargetBroken;
  return result;
}

bool IsName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

}  // namespace

SendResult OpenRoom(Rest& rest, const std::string& team, const v1::RoomRequest& room,
                    const std::string& delivery, const v1::MessageRef* existing) {
  std::string channel = existing == nullptr ? "" : existing->channel();
  if (channel.empty()) {
    if (!IsName(room.name())) {
      return SendResult::Failed(SendFailure::kBug, "the name asked for is none for a channel");
    }
    const SendResult created = Create(rest, team, room, delivery, &channel);
    if (!created.ok()) return created;
  }
  if (!IsId(channel)) return SendResult::Failed(SendFailure::kAmbiguous, "channel without an id");
  for (const v1::ChatAccount& member : room.removed_members()) {
    if (!IsId(member.user_id())) continue;
    Json answer;
    const SendResult out =
        rest.Call("DELETE", absl::StrCat("channels/", channel, "/members/", member.user_id()),
                  Json(), &answer);
    // One who is not there any more is out.
    if (!out.ok() && out.failure != SendFailure::kTargetBroken) return out;
  }
  if (room.closed()) {
    Json answer;
    const SendResult changed = rest.Call("PUT", absl::StrCat("channels/", channel, "/patch"),
                                         {{"header", Escape(room.topic())}}, &answer);
    if (!changed.ok()) return changed;
  }
  for (const v1::ChatAccount& member : room.members()) {
    if (!IsId(member.user_id())) continue;
    Json answer;
    const SendResult added = rest.Call("POST", absl::StrCat("channels/", channel, "/members"),
                                       {{"user_id", member.user_id()}}, &answer);
    if (added.ok()) continue;
    // One who cannot be added is no reason to leave out the others; a server in trouble is one to
    // come back.
    if (added.failure == SendFailure::kTargetBroken || added.failure == SendFailure::kBug) {
      spdlog::warn("{}: {} could not be added: {}", delivery, member.user_id(), added.detail);
      continue;
    }
    return added;
  }
  v1::MessageRef ref;
  ref.set_platform("mattermost");
  ref.set_workspace(team);
  ref.set_channel(channel);
  return SendResult::Sent(std::move(ref));
}

}  // namespace belfry::bot::mattermost
