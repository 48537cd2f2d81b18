// A token issuer of our own, in the place of Microsoft's.
#ifndef BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_
#define BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_

#include <string>
#include <vector>

#include "bot/platform/json.h"
#include "tests/support/jwt_issuer.h"

namespace belfry::bot::teams {

using belfry::testing::Base64Url;

class TokenIssuer : public belfry::testing::JwtIssuer {
 public:
  using JwtIssuer::JwtIssuer;

  Json Jwk(const std::vector<std::string>& endorsements = {}) const {
    Json jwk = JwtIssuer::Jwk();
    if (!endorsements.empty()) jwk["endorsements"] = endorsements;
    return jwk;
  }
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_TESTS_SUPPORT_TEAMS_TOKEN_H_
