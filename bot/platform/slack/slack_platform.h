// Slack as a place to post to, over its Web API.
#ifndef BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bot/http/client.h"
#include "bot/platform/platform.h"
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

  // Answers a command or button through its response URL, to the one who asked only.
  SendResult Respond(const std::string& response_url, const chat::Card& card);

 private:
  SendResult Call(const char* method, const nlohmann::json& body, nlohmann::json* answer);

  const SlackOptions options_;
  HttpClient& http_;
};

// What an answer of the Web API means for the next attempt. `body` is null when it was no JSON.
SendResult Classify(const HttpResponse& response, const nlohmann::json& body);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_SLACK_PLATFORM_H_
