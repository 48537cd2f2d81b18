// Slack's incoming webhooks: post only, one URL for one channel.
#ifndef BELFRY_BOT_PLATFORM_SLACK_WEBHOOK_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_SLACK_WEBHOOK_PLATFORM_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "bot/http/client.h"
#include "bot/platform/platform.h"

namespace belfry::bot::slack {

// The address of an endpoint is the name of a webhook in the configuration; the URL is a secret.
// Thread-safe.
class WebhookPlatform final : public Platform {
 public:
  // `http` outlives the platform.
  WebhookPlatform(std::map<std::string, std::string> urls, HttpClient* http)
      : urls_(std::move(urls)), http_(*http) {}

  absl::string_view name() const override { return "slack-webhook"; }
  SendResult Post(const Outgoing& message) override;
  // There is nothing to edit: the platform never says what became of a message.
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

 private:
  const std::map<std::string, std::string> urls_;
  HttpClient& http_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_WEBHOOK_PLATFORM_H_
