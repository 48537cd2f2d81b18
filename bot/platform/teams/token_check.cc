#include "bot/platform/teams/token_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {
namespace {

constexpr absl::Duration kLeeway = absl::Seconds(300);

// What the library finds, in the words of the metrics here.
TokenVerdict FromJwtVerdict(JwtVerdict verdict) {
  switch (verdict) {
    case JwtVerdict::kOk:
      return TokenVerdict::kOk;
    case JwtVerdict::kAlgorithm:
      return TokenVerdict::kAlgorithm;
    case JwtVerdict::kKeyId:
      return TokenVerdict::kKeyUnknown;
    case JwtVerdict::kIssuer:
      return TokenVerdict::kIssuer;
    case JwtVerdict::kAudience:
      return TokenVerdict::kAudience;
    case JwtVerdict::kExpired:
      return TokenVerdict::kExpired;
    case JwtVerdict::kNotYet:
      return TokenVerdict::kNotYet;
    case JwtVerdict::kType:
    case JwtVerdict::kLifetime:
      break;  // not asked for below
  }
  return TokenVerdict::kMalformed;
}

}  // namespace

const char* VerdictName(TokenVerdict verdict) {
  switch (verdict) {
    case TokenVerdict::kOk:
      return "ok";
    case TokenVerdict::kMissing:
      return "missing";
    case TokenVerdict::kDuplicate:
      return "duplicate";
    case TokenVerdict::kMalformed:
      return "malformed";
    case TokenVerdict::kAlgorithm:
      return "algorithm";
    case TokenVerdict::kIssuer:
      return "issuer";
    case TokenVerdict::kAudience:
      return "audience";
    case TokenVerdict::kExpired:
      return "expired";
    case TokenVerdict::kNotYet:
      return "not_yet";
    case TokenVerdict::kKeyUnknown:
      return "key_unknown";
    case TokenVerdict::kKeysUnreachable:
      return "keys_unreachable";
    case TokenVerdict::kSignature:
      return "signature";
    case TokenVerdict::kServiceUrl:
      return "service_url";
    case TokenVerdict::kEndorsement:
      return "endorsement";
  }
  return "unknown";
}

TokenVerdict ReadToken(const HttpRequest& request, Jwt* jwt) {
  int count = 0;
  const std::string header = request.Header("Authorization", &count);
  if (count == 0) return TokenVerdict::kMissing;
  if (count > 1) return TokenVerdict::kDuplicate;
  absl::string_view token = header;
  if (!absl::ConsumePrefix(&token, "Bearer ")) return TokenVerdict::kMalformed;
  absl::StatusOr<Jwt> parsed = ParseJwt(token);
  if (!parsed.ok()) return TokenVerdict::kMalformed;
  *jwt = *std::move(parsed);
  return TokenVerdict::kOk;
}

TokenVerdict CheckClaims(const Jwt& jwt, const TokenRules& rules, absl::Time now) {
  JwtRules wanted;
  wanted.issuer = rules.issuer;
  wanted.audiences = {rules.audience};
  wanted.algorithms = {JwtAlgorithm::kRs256};
  wanted.leeway = kLeeway;
  return FromJwtVerdict(CheckJwt(jwt, wanted, now));
}

TokenVerdict CheckSignature(const Jwt& jwt, const SigningKey& key) {
  return key.key.Verifies(jwt) ? TokenVerdict::kOk : TokenVerdict::kSignature;
}

TokenVerdict CheckActivity(const Jwt& jwt, const SigningKey& key, absl::string_view service_url,
                           absl::string_view channel) {
  if (service_url.empty() || TextAt(jwt.claims, {"serviceurl"}) != service_url) {
    return TokenVerdict::kServiceUrl;
  }
  const auto& endorsed = key.endorsements;
  if (!endorsed.empty() && std::find(endorsed.begin(), endorsed.end(), channel) == endorsed.end()) {
    return TokenVerdict::kEndorsement;
  }
  return TokenVerdict::kOk;
}

}  // namespace belfry::bot::teams
