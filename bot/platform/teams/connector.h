// Calls of a Bot Framework connector, and what their answers mean.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_CONNECTOR_H_
#define BELFRY_BOT_PLATFORM_TEAMS_CONNECTOR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "bot/http/client.h"
#include "bot/platform/json.h"
#include "bot/platform/send_result.h"
#include "bot/platform/teams/access_token.h"
#include "bot/platform/teams/service_url.h"

namespace belfry::bot::teams {

// What a call does, because that decides what repeating it may do.
enum class CallKind {
  kPost,    // a message more each time
  kUpdate,  // the same again changes nothing
  kCreate,  // opening a conversation that is open gives the same one
};

struct ConnectorReply {
  SendResult result;
  int status = 0;  // 0: no answer
  Json body;
};

// Thread-safe.
class Connector {
 public:
  // `token` may be null: nothing is sent with the calls then, for emulators. Both outlive it.
  Connector(HttpClient* http, AccessToken* token) : http_(*http), token_(token) {}

  // `path` begins with "v3/". A token that is refused is replaced once.
  ConnectorReply Call(CallKind kind, const ServiceUrl& service, absl::string_view path,
                      const Json& body);

 private:
  HttpClient& http_;
  AccessToken* const token_;
};

// What an answer means for the next attempt. `body` is null when it was no JSON.
SendResult Classify(CallKind kind, const HttpResponse& response, const Json& body);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_CONNECTOR_H_
