// Power Automate workflows that post an Adaptive Card: post only, one URL for one channel.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_WORKFLOW_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_TEAMS_WORKFLOW_PLATFORM_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "bot/http/client.h"
#include "bot/platform/platform.h"

namespace belfry::bot::teams {

// The address of an endpoint is the name of a webhook in the configuration; the URL is a secret.
// That a workflow took a card means that it was queued, not that anybody can see it. Thread-safe.
class WorkflowPlatform final : public Platform {
 public:
  // URLs by name. `http` outlives the platform. INVALID_ARGUMENT names the webhook whose URL is one
  // of the connectors that Microsoft switched off.
  static absl::StatusOr<std::shared_ptr<Platform>> Make(std::map<std::string, std::string> urls,
                                                        HttpClient* http);

  absl::string_view name() const override { return "teams-workflow"; }
  SendResult Post(const Outgoing& message) override;
  // There is nothing to edit: the platform never says what became of a message.
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

 private:
  WorkflowPlatform(std::map<std::string, std::string> urls, HttpClient* http)
      : urls_(std::move(urls)), http_(*http) {}

  const std::map<std::string, std::string> urls_;
  HttpClient& http_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_WORKFLOW_PLATFORM_H_
