// Slack's three addresses: commands, interactions, events.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
#define BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/listener.h"
#include "bot/platform/slack/replay_guard.h"
#include "bot/platform/slack/signature.h"
#include "bot/platform/slack/slack_platform.h"

namespace belfry::bot::slack {

struct Workspace {
  std::vector<std::string> signing_secrets;
  std::shared_ptr<SlackPlatform> platform;
  std::string root;  // "/incident"
};

// Verifies, parses, acknowledges within three seconds, and lets the dispatcher work. Thread-safe.
class SlackRoutes {
 public:
  // All outlive the routes. `rejected` counts refused requests by reason.
  SlackRoutes(std::map<std::string, Workspace> workspaces, CommandDispatcher* dispatcher,
              AnswerClock* clock, std::function<void(const char*)> rejected)
      : workspaces_(std::move(workspaces)),
        dispatcher_(*dispatcher),
        clock_(*clock),
        rejected_(std::move(rejected)) {}

  // Answers requests to /slack/…
  void Handle(const HttpRequest& request, HttpListener::Respond respond);

 private:
  // Not kOk: why nothing will be done.
  Verdict Check(const HttpRequest& request);
  void Run(const HttpRequest& request, ChatRequest chat, HttpListener::Respond respond);

  const std::map<std::string, Workspace> workspaces_;
  CommandDispatcher& dispatcher_;
  AnswerClock& clock_;
  const std::function<void(const char*)> rejected_;
  ReplayGuard replays_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ROUTES_H_
