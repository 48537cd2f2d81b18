// Mattermost's three addresses: commands, actions, dialogs.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_ROUTES_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_ROUTES_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/listener.h"
#include "bot/platform/mattermost/mattermost_platform.h"
#include "server/base/clock.h"

namespace belfry::bot::mattermost {

struct Workspace {
  std::vector<std::string> command_tokens;
  std::shared_ptr<MattermostPlatform> platform;
};

// Checks who sent it, acknowledges in time, and lets the dispatcher work. Thread-safe.
class MattermostRoutes {
 public:
  // All outlive the routes. `rejected` counts refused requests by reason.
  MattermostRoutes(std::map<std::string, Workspace> workspaces, CommandDispatcher* dispatcher,
                   AnswerClock* clock, Clock* time, std::function<void(const char*)> rejected)
      : workspaces_(std::move(workspaces)),
        dispatcher_(*dispatcher),
        clock_(*clock),
        time_(*time),
        rejected_(std::move(rejected)) {}

  // Answer requests to /mattermost/commands, /mattermost/actions and /mattermost/dialogs.
  void HandleCommand(const HttpRequest& request, HttpListener::Respond respond);
  void HandleAction(const HttpRequest& request, HttpListener::Respond respond);
  void HandleDialog(const HttpRequest& request, HttpListener::Respond respond);

 private:
  void Refuse(const char* reason, int status, const char* text,
              const HttpListener::Respond& respond);
  void Malformed(const absl::Status& status, const HttpListener::Respond& respond);
  // Null when it is none of ours.
  const Workspace* Find(const std::string& workspace) const;
  // The result of a command or button: opens the form it asks for, and gives what is to be shown.
  chat::Card ShowForm(MattermostPlatform& platform, const ChatRequest& request,
                      chat::CommandResult result);

  const std::map<std::string, Workspace> workspaces_;
  CommandDispatcher& dispatcher_;
  AnswerClock& clock_;
  Clock& time_;
  const std::function<void(const char*)> rejected_;
};

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_ROUTES_H_
