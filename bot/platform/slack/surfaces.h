// Modals, the home tab and messages of people, over the Web API.
#ifndef BELFRY_BOT_PLATFORM_SLACK_SURFACES_H_
#define BELFRY_BOT_PLATFORM_SLACK_SURFACES_H_

#include <string>

#include "absl/status/statusor.h"
#include "bot/platform/send_result.h"
#include "bot/platform/slack/web_api.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

struct OpenedView {
  std::string id;
  std::string hash;
};

// `trigger` lives three seconds and works once.
SendResult OpenView(const WebApi& api, const std::string& trigger, const nlohmann::json& view,
                    OpenedView* opened);
// Does nothing when the view has changed since `hash`; empty: whatever it shows.
SendResult UpdateView(const WebApi& api, const OpenedView& which, const nlohmann::json& view);
SendResult PublishHome(const WebApi& api, const std::string& user, const nlohmann::json& view);

struct FoundMessage {
  std::string text;    // as people read it
  std::string author;  // user id; empty for messages of apps
  std::string thread;  // of a reply: the message it answers
};
// NOT_FOUND when there is no such message that the bot may see.
absl::StatusOr<FoundMessage> FetchMessage(const WebApi& api, const std::string& channel,
                                          const std::string& ts);

// Who the token belongs to, for the log: "Commonwealth (T0GOV)". Warns when that is not `expected`.
SendResult CheckIdentity(const WebApi& api, const std::string& expected);

// Socket Mode's single-use address, a secret; `api` has the app-level token.
SendResult OpenSocketAddress(const WebApi& api, std::string* url);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_SURFACES_H_
