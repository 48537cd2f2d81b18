#include "bot/platform/teams/token_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/strip.h"

namespace belfry::bot::teams {
namespace {

constexpr absl::Duration kLeeway = absl::Seconds(300);
constexpr double kSecondsMax = 253'402'300'799;  // the end of the year 9999

std::optional<absl::Time> TimeClaim(const Json& claims, const char* name) {
  const Json* value = At(claims, {name});
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->get<double>();
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
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
  if (jwt.algorithm != "RS256") return TokenVerdict::kAlgorithm;
  if (jwt.key_id.empty()) return TokenVerdict::kKeyUnknown;
  if (rules.issuer.empty() || TextAt(jwt.claims, {"iss"}) != rules.issuer) {
    return TokenVerdict::kIssuer;
  }
  if (rules.audience.empty() || TextAt(jwt.claims, {"aud"}) != rules.audience) {
    return TokenVerdict::kAudience;
  }
  const std::optional<absl::Time> expiry = TimeClaim(jwt.claims, "exp");
  if (!expiry.has_value() || now >= *expiry + kLeeway) return TokenVerdict::kExpired;
  if (jwt.claims.contains("nbf")) {
    const std::optional<absl::Time> begin = TimeClaim(jwt.claims, "nbf");
    if (!begin.has_value() || now < *begin - kLeeway) return TokenVerdict::kNotYet;
  }
  return TokenVerdict::kOk;
}

TokenVerdict CheckSignature(const Jwt& jwt, const SigningKey& key) {
  return key.key.Verifies(jwt.signed_part, jwt.signature) ? TokenVerdict::kOk
                                                          : TokenVerdict::kSignature;
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
