// What the Bot Framework sends, as values.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_ACTIVITY_H_
#define BELFRY_BOT_PLATFORM_TEAMS_ACTIVITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

struct Activity {
  Json json;
  std::string type;  // "message", "invoke", …
  std::string name;  // of an invoke: "adaptiveCard/action"
  std::string id;
  std::string channel_id;   // the Bot Framework's channel: "msteams"
  std::string service_url;  // not checked yet
  std::string tenant;
  std::string conversation;       // with ";messageid=…" in a channel's thread
  std::string conversation_type;  // "personal", "groupChat", "channel"
  std::string place;              // the conversation without its thread
  std::string thread;             // id of the thread's first message; empty outside channels
  std::string reply_to;
  std::string user_id;          // the account: Entra object id, else Teams' own id
  std::string user_channel_id;  // Teams' own id, "29:…"
  std::string bot_id;           // "28:…"
  std::string bot_name;
  std::string timestamp;

  bool direct() const { return conversation_type == "personal"; }
};

// INVALID_ARGUMENT names the field that is missing or too long; unknown fields are ignored.
absl::StatusOr<Activity> ParseActivity(absl::string_view body);

// Conversation ids of a channel name the thread: "19:…@thread.tacv2;messageid=1700000000000".
// The id of its first message; empty when there is none.
std::string ThreadOf(absl::string_view conversation);
std::string ThreadIn(absl::string_view channel, absl::string_view message);

// A GUID in lower case, everything else as it is: Microsoft writes one account both ways.
std::string NormalizeId(absl::string_view id);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_ACTIVITY_H_
