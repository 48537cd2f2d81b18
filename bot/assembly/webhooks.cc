#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/platform/slack/webhook_platform.h"
#include "bot/platform/teams/workflow_platform.h"
#include "bot/platform/webhook/standard_webhook.h"
#include "bot/platform/webhook/webhook_platform.h"
#include "server/base/clock.h"
#include "server/base/status_macros.h"

namespace belfry::bot {
namespace {

using config::v1::WebhookConfig;

absl::StatusOr<webhook::Webhook> MakeStandard(const WebhookConfig& settings, std::string url) {
  webhook::Webhook standard;
  standard.url = std::move(url);
  if (settings.secret_files().empty() || settings.secret_files_size() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("webhooks.secret_files: ", settings.name(),
                     " needs one, or two while one is being replaced"));
  }
  for (const std::string& file : settings.secret_files()) {
    BELFRY_ASSIGN_OR_RETURN(const std::string secret, ReadSecret(file, "webhooks.secret_files"));
    const absl::StatusOr<std::string> key = webhook::DecodeSecret(secret);
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("webhooks.secret_files: ", file, " ", key.status().message()));
    }
    standard.keys.push_back(*key);
  }
  return standard;
}

}  // namespace

absl::Status AddWebhooks(Assembly& assembly) {
  std::map<std::string, std::string> slack_hooks;
  std::map<std::string, std::string> workflows;
  std::map<std::string, webhook::Webhook> standard_hooks;
  for (const WebhookConfig& settings : assembly.config.webhooks()) {
    if (settings.name().empty()) {
      return absl::InvalidArgumentError("webhooks.name: is needed; endpoints use it as address");
    }
    BELFRY_ASSIGN_OR_RETURN(std::string url, ReadSecret(settings.url_file(), "webhooks.url_file"));
    if (!absl::StartsWith(url, "https://") && !absl::StartsWith(url, "http://")) {
      return absl::InvalidArgumentError(
          absl::StrCat("webhooks.url_file: that of ", settings.name(),
                       " must hold an https:// address (http:// only on loopback)"));
    }
    bool fresh = true;
    switch (settings.kind()) {
      case WebhookConfig::KIND_UNSPECIFIED:
        fresh = slack_hooks.emplace(settings.name(), std::move(url)).second;
        break;
      case WebhookConfig::KIND_STANDARD: {
        BELFRY_ASSIGN_OR_RETURN(webhook::Webhook standard, MakeStandard(settings, std::move(url)));
        fresh = standard_hooks.emplace(settings.name(), std::move(standard)).second;
        break;
      }
      case WebhookConfig::KIND_TEAMS_WORKFLOW:
        fresh = workflows.emplace(settings.name(), std::move(url)).second;
        break;
      default:
        return absl::InvalidArgumentError(
            absl::StrCat("webhooks.kind: that of ", settings.name(), " is none that is known"));
    }
    if (!fresh) {
      return absl::InvalidArgumentError(
          absl::StrCat("webhooks.name: ", settings.name(), " is there twice"));
    }
  }
  if (!slack_hooks.empty()) {
    assembly.platforms.Add(
        "", std::make_shared<slack::WebhookPlatform>(std::move(slack_hooks), &assembly.http));
  }
  if (!workflows.empty()) {
    BELFRY_ASSIGN_OR_RETURN(std::shared_ptr<Platform> platform,
                            teams::WorkflowPlatform::Make(std::move(workflows), &assembly.http));
    assembly.platforms.Add("", std::move(platform));
  }
  if (!standard_hooks.empty()) {
    SystemClock& clock = assembly.Keep(std::make_shared<SystemClock>());
    assembly.platforms.Add("", std::make_shared<webhook::WebhookPlatform>(std::move(standard_hooks),
                                                                          &assembly.http, &clock));
  }
  return absl::OkStatus();
}

}  // namespace belfry::bot
