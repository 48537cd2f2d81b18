// Slack as a place to post to, over its Web API.
#ifndef BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bot/http/client.h"
#include "bot/platform/platform.h"
#include "bot/platform/slack/web_api.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

struct SlackOptions {
  std::string workspace;     // "T…"
  std::string bot_token;     // never logged
  std::string api_base_url;  // "https://slack.com/api/"
  // Hosts that a response URL may have: a request is signed, but its URL decides where we post.
  std::vector<std::string> response_hosts;
};

// Thread-safe.
class SlackPlatform final : public Platform {
 public:
  // `http` outlives the platform.
  SlackPlatform(SlackOptions options, HttpClient* http);

  absl::string_view name() const override { return "slack"; }
  SendResult Post(const Outgoing& message) override;
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;
  SendResult OpenRoom(const v1::Endpoint& endpoint, const v1::RoomRequest& room,
                      const std::string& delivery, const v1::MessageRef* existing) override;

  // Answers a command or button through its response URL, to the one who asked only.
  SendResult Respond(const std::string& response_url, const chat::Card& card);
  // The same without a response URL: in a channel, or a thread of it.
  SendResult Whisper(const std::string& user, const v1::MessageRef& place, const chat::Card& card);

  const WebApi& api() const { return api_; }

 private:
  const SlackOptions options_;
  const WebApi api_;
  HttpClient& http_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_
