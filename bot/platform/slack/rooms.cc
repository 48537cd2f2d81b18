#include "bot/platform/slack/rooms.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr size_t kNameMax = 76;  // of Slack's 80; a suffix needs the rest
constexpr int kSuffixMax = 9;
constexpr size_t kTopicMax = 250;
constexpr size_t kInviteMax = 30;
constexpr int kPagesMax = 10;
constexpr absl::Duration kSettleTime = absl::Seconds(2);

bool Ends(const SendResult& result, absl::string_view error) {
  return absl::EndsWith(result.detail, absl::StrCat(": ", error));
}

// All of this may be repeated, so what may have happened is simply done again.
SendResult Repeatable(SendResult result) {
  if (result.failure == SendFailure::kAmbiguous) result.failure = SendFailure::kRetryLater;
  return result;
}

// Worth another attempt of the whole; anything else is about one person or one setting.
bool IsAboutSlack(const SendResult& result) {
  switch (result.failure) {
    case SendFailure::kNotSent:
    case SendFailure::kRetryLater:
    case SendFailure::kAmbiguous:
    case SendFailure::kWorkspaceBroken:
      return true;
    default:
      return false;
  }
}

// Private channels that this bot itself has made, by name. Of the bot's own channels only: the list
// of a whole workspace is long and rate-limited.
SendResult OwnChannels(const WebApi& api, std::map<std::string, std::string>* ids) {
  Json me;
  SendResult result = api.Post("auth.test", Json::object(), &me);
  if (!result.ok()) return result;
  const std::string bot = TextAt(me, {"user_id"});
  std::string cursor;
  for (int page = 0; page < kPagesMax; ++page) {
    WebApi::Query query = {
        {"types", "private_channel"}, {"exclude_archived", "true"}, {"limit", "200"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    Json answer;
    result = api.Get("users.conversations", query, &answer);
    if (!result.ok()) return result;
    const Json& channels = ValueAt(answer, {"channels"});
    if (!channels.is_array()) break;
    for (const Json& channel : channels) {
      if (TextAt(channel, {"creator"}) != bot || bot.empty()) continue;
      ids->emplace(TextAt(channel, {"name"}), TextAt(channel, {"id"}));
    }
    cursor = TextAt(answer, {"response_metadata", "next_cursor"});
    if (cursor.empty()) break;
  }
  return SendResult();
}

// The id of a new channel, or of the one that an earlier attempt made without hearing of it.
SendResult Create(const WebApi& api, const std::string& wanted, std::string* id) {
  std::optional<std::map<std::string, std::string>> own;
  for (int suffix = 1; suffix <= kSuffixMax; ++suffix) {
    const std::string name = suffix == 1 ? wanted : absl::StrCat(wanted, "-", suffix);
    Json answer;
    SendResult result =
        api.Post("conversations.create", {{"name", name}, {"is_private", true}}, &answer);
    if (result.ok()) {
      *id = TextAt(answer, {"channel", "id"});
      if (!id->empty()) return result;
      return SendResult::Failed(SendFailure::kBug, "conversations.create: answers without an id");
    }
    if (!Ends(result, "name_taken")) return result;
    if (!own.has_value()) {
      own.emplace();
      result = OwnChannels(api, &*own);
      if (!result.ok()) return result;
    }
    if (const auto found = own->find(name); found != own->end()) {
      *id = found->second;
      return SendResult();
    }
  }
  return SendResult::Failed(SendFailure::kTargetBroken,
                            absl::StrCat("conversations.create: ", wanted, " and ", kSuffixMax - 1,
                                         " names like it are taken by others"));
}

std::vector<std::string> Accounts(const v1::RoomRequest& room) {
  std::vector<std::string> accounts;
  std::set<std::string> seen;
  for (const v1::ChatAccount& member : room.members()) {
    if (member.user_id().empty() || !seen.insert(member.user_id()).second) continue;
    accounts.push_back(member.user_id());
  }
  return accounts;
}

// Whom an answer names as those who cannot come, or are there already.
std::set<std::string> Refused(const Json& answer) {
  std::set<std::string> refused;
  const Json& errors = ValueAt(answer, {"errors"});
  if (!errors.is_array()) return refused;
  for (const Json& error : errors) refused.insert(TextAt(error, {"user"}));
  return refused;
}

SendResult InviteSome(const WebApi& api, const std::string& channel,
                      std::vector<std::string> accounts) {
  while (!accounts.empty()) {
    // Forced: one account that cannot come should not keep the others out.
    const Json body = {
        {"channel", channel}, {"users", absl::StrJoin(accounts, ",")}, {"force", true}};
    Json answer;
    SendResult result = api.Post("conversations.invite", body, &answer);
    if (result.ok()) break;
    // Slack knows a new channel a moment later in some places than in others.
    if (Ends(result, "channel_not_found")) {
      return SendResult::Failed(SendFailure::kRetryLater, result.detail, kSettleTime);
    }
    if (IsAboutSlack(result) || Ends(result, "is_archived") || Ends(result, "not_in_channel")) {
      return result;
    }
    if (!Ends(result, "already_in_channel") && !Ends(result, "cant_invite_self")) {
      spdlog::warn("somebody could not be invited into {}: {}", channel, result.detail);
    }
    // Should it keep them out all the same: the others once more, without those who were named.
    const std::set<std::string> refused = Refused(answer);
    const auto gone =
        std::remove_if(accounts.begin(), accounts.end(),
                       [&](const std::string& account) { return refused.count(account) > 0; });
    if (gone == accounts.end()) break;
    accounts.erase(gone, accounts.end());
  }
  return SendResult();
}

SendResult Invite(const WebApi& api, const std::string& channel, const v1::RoomRequest& room) {
  const std::vector<std::string> accounts = Accounts(room);
  for (size_t from = 0; from < accounts.size(); from += kInviteMax) {
    const auto begin = accounts.begin() + static_cast<std::ptrdiff_t>(from);
    const size_t count = std::min(kInviteMax, accounts.size() - from);
    SendResult result =
        InviteSome(api, channel, {begin, begin + static_cast<std::ptrdiff_t>(count)});
    if (!result.ok()) return result;
  }
  return SendResult();
}

// Whoever the incident is about. One who is not there any more is out.
SendResult TakeOut(const WebApi& api, const std::string& channel, const v1::RoomRequest& room) {
  for (const v1::ChatAccount& account : room.removed_members()) {
    Json answer;
    SendResult result = api.Post("conversations.kick",
                                 {{"channel", channel}, {"user", account.user_id()}}, &answer);
    if (!result.ok() && !Ends(result, "not_in_channel") && !Ends(result, "user_not_found")) {
      return result;
    }
  }
  return SendResult();
}

SendResult CloseTopic(const WebApi& api, const std::string& channel, const v1::RoomRequest& room) {
  Json answer;
  return api.Post("conversations.setTopic",
                  {{"channel", channel}, {"topic", Plain(room.topic(), kTopicMax)}}, &answer);
}

}  // namespace

std::string RoomName(absl::string_view wanted) {
  std::string name;
  for (const char c : wanted) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '_') {
      name += absl::ascii_tolower(byte);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
    if (name.size() == kNameMax) break;
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "incident" : name;
}

SendResult OpenRoom(const WebApi& api, const v1::RoomRequest& room, const std::string& /*delivery*/,
                    const v1::MessageRef* existing) {
  std::string channel = existing != nullptr ? existing->channel() : "";
  if (channel.empty()) {
    SendResult result = Create(api, RoomName(room.name()), &channel);
    if (!result.ok()) return Repeatable(std::move(result));
    if (!room.topic().empty()) {
      Json answer;
      result = api.Post("conversations.setTopic",
                        {{"channel", channel}, {"topic", Plain(room.topic(), kTopicMax)}}, &answer);
      if (!result.ok() && IsAboutSlack(result)) return Repeatable(std::move(result));
      if (!result.ok()) spdlog::warn("the topic of {} was not set: {}", channel, result.detail);
    }
  }
  SendResult result = TakeOut(api, channel, room);
  if (result.ok() && room.closed()) result = CloseTopic(api, channel, room);
  if (result.ok()) result = Invite(api, channel, room);
  if (!result.ok()) return Repeatable(std::move(result));
  v1::MessageRef ref;
  ref.set_channel(channel);
  return SendResult::Sent(std::move(ref));
}

}  // namespace belfry::bot::slack
