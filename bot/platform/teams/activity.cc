#include "bot/platform/teams/activity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kIdMax = 512;
constexpr char kThreadMark[] = ";messageid=";

bool IsGuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

// Ids go into addresses, keys and the record: no control characters, no novels.
absl::Status CheckId(absl::string_view field, absl::string_view id) {
  if (id.size() > kIdMax) return absl::InvalidArgumentError(absl::StrCat(field, ": is too long"));
  const bool clean = std::all_of(id.begin(), id.end(), [](char c) {
    return !absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (!clean) return absl::InvalidArgumentError(absl::StrCat(field, ": has control characters"));
  return absl::OkStatus();
}

}  // namespace

std::string NormalizeId(absl::string_view id) {
  return IsGuid(id) ? absl::AsciiStrToLower(id) : std::string(id);
}

std::string ThreadOf(absl::string_view conversation) {
  const size_t mark = conversation.find(kThreadMark);
  if (mark == absl::string_view::npos) return "";
  return std::string(conversation.substr(mark + sizeof(kThreadMark) - 1));
}

std::string ThreadIn(absl::string_view channel, absl::string_view message) {
  return absl::StrCat(channel, kThreadMark, message);
}

absl::StatusOr<Activity> ParseActivity(absl::string_view body) {
  absl::StatusOr<Json> json = ParseJsonObject(body, "body");
  if (!json.ok()) return json.status();
  Activity activity;
  const auto text = [&](std::initializer_list<const char*> path) { return TextAt(*json, path); };
  activity.type = text({"type"});
  activity.name = text({"name"});
  activity.id = text({"id"});
  activity.channel_id = text({"channelId"});
  activity.service_url = text({"serviceUrl"});
  activity.conversation = text({"conversation", "id"});
  activity.conversation_type = text({"conversation", "conversationType"});
  activity.reply_to = text({"replyToId"});
  activity.user_channel_id = text({"from", "id"});
  activity.user_id = NormalizeId(text({"from", "aadObjectId"}));
  if (activity.user_id.empty()) activity.user_id = activity.user_channel_id;
  activity.bot_id = text({"recipient", "id"});
  activity.bot_name = text({"recipient", "name"});
  activity.timestamp = text({"timestamp"});
  // Two places for one thing: they must not say different things.
  activity.tenant = NormalizeId(text({"conversation", "tenantId"}));
  const std::string tenant = NormalizeId(text({"channelData", "tenant", "id"}));
  if (activity.tenant.empty()) activity.tenant = tenant;
  if (!tenant.empty() && tenant != activity.tenant) {
    return absl::InvalidArgumentError(
        "channelData.tenant.id: is another tenant than conversation.tenantId");
  }
  const std::pair<const char*, const std::string*> ids[] = {
      {"type", &activity.type},
      {"name", &activity.name},
      {"id", &activity.id},
      {"conversation.id", &activity.conversation},
      {"replyToId", &activity.reply_to},
      {"from.id", &activity.user_channel_id},
      {"from.aadObjectId", &activity.user_id},
      {"recipient.id", &activity.bot_id},
      {"recipient.name", &activity.bot_name},
      {"timestamp", &activity.timestamp},
      {"conversation.tenantId", &activity.tenant}};
  for (const auto& [field, id] : ids) {
    if (absl::Status status = CheckId(field, *id); !status.ok()) return status;
  }
  if (activity.type.empty()) return absl::InvalidArgumentError("type: is missing");
  if (activity.conversation.empty()) {
    return absl::InvalidArgumentError("conversation.id: is missing");
  }
  if (activity.user_id.empty()) return absl::InvalidArgumentError("from.id: is missing");
  activity.place = activity.conversation.substr(0, activity.conversation.find(kThreadMark));
  activity.thread = ThreadOf(activity.conversation);
  activity.json = *std::move(json);
  return activity;
}

}  // namespace belfry::bot::teams
