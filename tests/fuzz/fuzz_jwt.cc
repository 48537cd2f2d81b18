// Tokens that anybody may send: they are taken apart before anything is known of the sender.
#include "absl/time/time.h"
#include "bot/platform/teams/token_check.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  using namespace belfry::bot::teams;
  bot::HttpRequest request;
  request.headers = {{"authorization", "Bearer " + std::string(fuzz::Text(data, size))}};
  Jwt jwt;
  if (ReadToken(request, &jwt) != TokenVerdict::kOk) return 0;
  CheckClaims(jwt, {.issuer = "https://issuer.example", .audience = "app"},
              absl::FromUnixSeconds(1'800'000'000));
  return 0;
}
