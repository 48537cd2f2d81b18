#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/platform/slack/webhook_platform.h"
#include "server/base/status_macros.h"

namespace belfry::bot {

absl::Status AddWebhooks(Assembly& assembly) {
  std::map<std::string, std::string> slack_hooks;
  for (const config::v1::WebhookConfig& webhook : assembly.config.webhooks()) {
    if (webhook.kind() != config::v1::WebhookConfig::KIND_UNSPECIFIED) {
      return absl::UnimplementedError("webhooks.kind: is not there yet");
    }
    BELFRY_ASSIGN_OR_RETURN(slack_hooks[webhook.name()],
                            ReadSecret(webhook.url_file(), "webhooks.url_file"));
  }
  if (slack_hooks.empty()) return absl::OkStatus();
  assembly.platforms.Add(
      "", std::make_shared<slack::WebhookPlatform>(std::move(slack_hooks), &assembly.http));
  return absl::OkStatus();
}

}  // namespace belfry::bot
