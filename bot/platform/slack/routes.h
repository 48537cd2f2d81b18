// Slack's three addresses: commands, interactions, events.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
#define BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bot/http/listener.h"
#include "bot/platform/slack/desk.h"
#include "bot/platform/slack/replay_guard.h"
#include "bot/platform/slack/signature.h"

namespace belfry::bot::slack {

// The door of HTTP: verifies, parses, hands over to the desk. Thread-safe.
class SlackRoutes {
 public:
  // Which workspace a request is from stands in its body, which nobody may read before the
  // signature is checked; so all workspaces' secrets are tried. `desk` outlives the routes;
  // `rejected` counts refused requests by reason.
  SlackRoutes(std::vector<std::string> signing_secrets, SlackDesk* desk,
              std::function<void(const char*)> rejected)
      : secrets_(std::move(signing_secrets)), desk_(*desk), rejected_(std::move(rejected)) {}

  // Answers requests to /slack/…
  void Handle(const HttpRequest& request, HttpListener::Respond respond);

 private:
  // Not kOk: why nothing will be done.
  Verdict Check(const HttpRequest& request);

  const std::vector<std::string> secrets_;
  SlackDesk& desk_;
  const std::function<void(const char*)> rejected_;
  ReplayGuard replays_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
