// How the parts of the bot are put together: one function for each platform, called by main().
#ifndef BELFRY_BOT_ASSEMBLY_ASSEMBLY_H_
#define BELFRY_BOT_ASSEMBLY_ASSEMBLY_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "belfry/client.h"
#include "belfry/config/v1/config.pb.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/client.h"
#include "bot/http/router.h"
#include "bot/platform/registry.h"

namespace belfry::bot {

// What main() was told beside the configuration.
struct Flags {
  // Teams activities without a token, for Microsoft's Agents Playground: only on a listener bound
  // to loopback.
  bool teams_anonymous = false;
};

// What a platform's part gets, and where it adds itself. All references outlive the parts.
struct Assembly {
  const config::v1::BotConfig& config;
  const Flags& flags;
  client::Client client;
  HttpClient& http;
  CommandDispatcher& dispatcher;
  AnswerClock& answers;
  PlatformRegistry& platforms;
  Router& router;
  // Counts a refused request by its reason.
  std::function<void(const char*)> rejected;
  // Kept until the bot has stopped, dropped in reverse order.
  std::vector<std::shared_ptr<void>> parts;
  // Called in order when everything is there, and in reverse before anything goes.
  std::vector<std::function<void()>> starts;
  std::vector<std::function<void()>> stops;
  // What each part has to say on /metrics.
  std::vector<std::function<std::string()>> metrics;

  template <typename Part>
  Part& Keep(std::shared_ptr<Part> part) {
    parts.push_back(part);
    return *part;
  }
};

// Each checks and adds what the configuration names of its platform; nothing when it names none.
// INVALID_ARGUMENT names the setting and the remedy.
absl::Status AddSlack(Assembly& assembly);
absl::Status AddTeams(Assembly& assembly);
absl::Status AddMattermost(Assembly& assembly);
absl::Status AddEmail(Assembly& assembly);
absl::Status AddWebhooks(Assembly& assembly);
// Carries checkpoints to witnesses of the record.
absl::Status AddWitnesses(Assembly& assembly);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_ASSEMBLY_ASSEMBLY_H_
