// Where Teams sends activities: /api/messages.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_ROUTES_H_
#define BELFRY_BOT_PLATFORM_TEAMS_ROUTES_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bot/http/listener.h"
#include "bot/platform/teams/activity.h"
#include "bot/platform/teams/conversations.h"
#include "bot/platform/teams/repeats.h"
#include "bot/platform/teams/responder.h"
#include "bot/platform/teams/signing_keys.h"
#include "bot/platform/teams/token_check.h"

namespace belfry::bot::teams {

// One tenant's bot. Tenants may share an application.
struct Tenant {
  std::string id;
  TokenRules rules;
  std::shared_ptr<SigningKeys> keys;
  std::shared_ptr<ServiceHosts> hosts;
  std::shared_ptr<Conversations> conversations;
  std::shared_ptr<TeamsPlatform> platform;
};

struct RoutesOptions {
  // No token is asked for: for emulators, on loopback only.
  bool anonymous = false;
};

// Checks the token before anything reads the body, answers in time, lets the dispatcher work.
// Whoever is refused is told nothing but that. Thread-safe.
class TeamsRoutes {
 public:
  // `responder` and `clock` outlive the routes. `rejected` counts refused requests by reason.
  TeamsRoutes(RoutesOptions options, std::vector<Tenant> tenants, Responder* responder,
              Clock* clock, std::function<void(const char*)> rejected)
      : options_(options),
        tenants_(std::move(tenants)),
        responder_(*responder),
        clock_(*clock),
        rejected_(std::move(rejected)) {}

  void Handle(HttpRequest request, HttpListener::Respond respond);

 private:
  // An invoke is sent again within seconds, a message within minutes.
  static constexpr absl::Duration kInvokeRepeat = absl::Seconds(15);
  static constexpr absl::Duration kMessageRepeat = absl::Minutes(10);

  void Refuse(int status, const char* reason, const HttpListener::Respond& respond);
  // The token is signed by a key of Microsoft's. Null `jwt` and `key`: none was asked for.
  void Accept(const std::string& body, const Jwt* jwt, const SigningKey* key,
              HttpListener::Respond respond);
  void Run(const Tenant& tenant, const ServiceUrl& service, const Activity& activity,
           HttpListener::Respond respond);
  void Learn(const Tenant& tenant, const Activity& activity, Incoming::Kind kind);

  const RoutesOptions options_;
  const std::vector<Tenant> tenants_;
  Responder& responder_;
  Clock& clock_;
  const std::function<void(const char*)> rejected_;
  Repeats invokes_{kInvokeRepeat};
  Repeats messages_{kMessageRepeat};
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_ROUTES_H_
