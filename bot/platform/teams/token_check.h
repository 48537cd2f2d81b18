// Whether a request comes from the Bot Framework, and is meant for us.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_TOKEN_CHECK_H_
#define BELFRY_BOT_PLATFORM_TEAMS_TOKEN_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bot/http/message.h"
#include "bot/platform/teams/signing_keys.h"
#include "server/base/jwt.h"

namespace belfry::bot::teams {

enum class TokenVerdict {
  kOk,
  kMissing,
  kDuplicate,  // the header stands more than once
  kMalformed,
  kAlgorithm,
  kIssuer,
  kAudience,
  kExpired,
  kNotYet,
  kKeyUnknown,
  kKeysUnreachable,  // nobody can say
  kSignature,
  kServiceUrl,
  kEndorsement,
};
// For metrics: "signature".
const char* VerdictName(TokenVerdict verdict);

// Whom a token must be from and for.
struct TokenRules {
  std::string issuer;
  std::string audience;
};

// The one bearer token of a request, taken apart; nothing of it verified.
TokenVerdict ReadToken(const HttpRequest& request, Jwt* jwt);

// Everything that can be said without a key. Cheap, so that nobody makes us look for keys with a
// token that could not be good anyway.
TokenVerdict CheckClaims(const Jwt& jwt, const TokenRules& rules, absl::Time now);

TokenVerdict CheckSignature(const Jwt& jwt, const SigningKey& key);

// That the token was made for this activity: its serviceUrl, and a key that may sign for the
// channel. Only after the others.
TokenVerdict CheckActivity(const Jwt& jwt, const SigningKey& key, absl::string_view service_url,
                           absl::string_view channel);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_TOKEN_CHECK_H_
