// Outgoing webhooks of a team: somebody mentions one, Teams asks us, our answer is the reply.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_OUTGOING_WEBHOOK_H_
#define BELFRY_BOT_PLATFORM_TEAMS_OUTGOING_WEBHOOK_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/listener.h"
#include "bot/platform/teams/repeats.h"
#include "server/base/clock.h"

namespace belfry::bot::teams {

struct OutgoingWebhookSecret {
  std::string tenant;
  std::string name;  // for logs
  std::string key;   // the token's bytes, never logged
};

// The bytes of the token that Teams shows once. INVALID_ARGUMENT unless it is base64.
absl::StatusOr<std::string> DecodeWebhookToken(absl::string_view token);

// "HMAC <base64>" over the raw body.
std::string SignWebhook(absl::string_view key, absl::string_view body);

// Answers POST /teams/outgoing. There is no clock in the signature, so a request may be played
// again for ever: a repeat gets the first answer, and the act itself is known by the message's id.
// Thread-safe.
class OutgoingWebhooks {
 public:
  // All outlive the object. `answers` is patient: Teams waits five seconds, and nothing can be said
  // afterwards.
  OutgoingWebhooks(std::vector<OutgoingWebhookSecret> secrets, CommandDispatcher* dispatcher,
                   AnswerClock* answers, Clock* clock, std::function<void(const char*)> rejected)
      : secrets_(std::move(secrets)),
        dispatcher_(*dispatcher),
        answers_(*answers),
        clock_(*clock),
        rejected_(std::move(rejected)) {}

  void Handle(const HttpRequest& request, HttpListener::Respond respond);

 private:
  // Whose signature it is; null when nobody's.
  const OutgoingWebhookSecret* Signer(const HttpRequest& request) const;

  const std::vector<OutgoingWebhookSecret> secrets_;
  CommandDispatcher& dispatcher_;
  AnswerClock& answers_;
  Clock& clock_;
  const std::function<void(const char*)> rejected_;
  Repeats repeats_{absl::Minutes(10)};
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_OUTGOING_WEBHOOK_H_
