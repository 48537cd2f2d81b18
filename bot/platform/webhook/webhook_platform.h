// Signed webhooks to systems of one's own.
#ifndef BELFRY_BOT_PLATFORM_WEBHOOK_WEBHOOK_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_WEBHOOK_WEBHOOK_PLATFORM_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bot/http/client.h"
#include "bot/platform/platform.h"
#include "server/base/clock.h"

namespace belfry::bot::webhook {

struct Webhook {
  std::string url;                // a secret; only the operator's configuration says where to
  std::vector<std::string> keys;  // the new one and, during a rotation, the old one
};

// The address of an endpoint is the name of a webhook in the configuration. At least once; the
// webhook-id is the delivery's, so that a receiver can tell a repeat. Thread-safe.
class WebhookPlatform final : public Platform {
 public:
  // Both outlive the platform.
  WebhookPlatform(std::map<std::string, Webhook> webhooks, HttpClient* http, Clock* clock)
      : webhooks_(std::move(webhooks)), http_(*http), clock_(*clock) {}

  absl::string_view name() const override { return "webhook"; }
  SendResult Post(const Outgoing& message) override;
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

 private:
  const std::map<std::string, Webhook> webhooks_;
  HttpClient& http_;
  Clock& clock_;
};

// What a receiver's answer means for the next attempt.
SendResult Classify(const HttpResponse& response);

}  // namespace belfry::bot::webhook

#endif  // BELFRY_BOT_PLATFORM_WEBHOOK_WEBHOOK_PLATFORM_H_
