// Slack's three addresses: commands, interactions, events.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
#define BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_

#include <functional>
#include <map>
#include <set>
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
  // Secrets of every workspace that is configured, also of those that have none. Which workspace a
  // request is from stands in its body, which nobody may read before the signature is checked; so
  // all of them are tried, and the body must then be of a workspace whose secret it was. `desk`
  // outlives the routes; `rejected` counts refused requests by reason.
  using Secrets = std::map<std::string, std::vector<std::string>>;
  SlackRoutes(Secrets signing_secrets, SlackDesk* desk, std::function<void(const char*)> rejected)
      : secrets_(std::move(signing_secrets)), desk_(*desk), rejected_(std::move(rejected)) {}

  // Answers requests to /slack/…
  void Handle(const HttpRequest& request, HttpListener::Respond respond);

 private:
  // Not kOk: why nothing will be done. `signers` are the workspaces whose secret it was.
  Verdict Check(const HttpRequest& request, std::set<std::string>* signers);

  const Secrets secrets_;
  SlackDesk& desk_;
  const std::function<void(const char*)> rejected_;
  ReplayGuard replays_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
