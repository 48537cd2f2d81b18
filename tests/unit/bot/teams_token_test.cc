// Tokens of the Bot Framework, as an attacker makes them, and the keys behind them.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "bot/platform/teams/access_token.h"
#include "bot/platform/teams/service_url.h"
#include "bot/platform/teams/signing_keys.h"
#include "bot/platform/teams/token_check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_http.h"
#include "tests/support/teams_token.h"

namespace belfry::bot::teams {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kApp[] = "11111111-2222-3333-4444-555555555555";
constexpr char kIssuer[] = "https://api.botframework.com";
constexpr char kService[] = "https://smba.trafficmanager.net/amer/";
constexpr char kMetadata[] = "https://login.example/openid";
constexpr char kJwks[] = "https://login.example/keys";

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

const TokenIssuer& Issuer() {
  static const TokenIssuer* const issuer = new TokenIssuer("key-1");
  return *issuer;
}

Json GoodClaims() {
  return {{"iss", kIssuer},
          {"aud", kApp},
          {"serviceurl", kService},
          {"nbf", absl::ToUnixSeconds(kNow) - 10},
          {"exp", absl::ToUnixSeconds(kNow) + 3600}};
}

SigningKey KeyOf(const TokenIssuer& issuer, std::vector<std::string> endorsements = {}) {
  return {*JwtKey::FromJwk(issuer.Jwk()), std::move(endorsements)};
}

// What becomes of a request with these headers, in the order the routes ask.
TokenVerdict Judge(std::vector<std::pair<std::string, std::string>> headers, const SigningKey& key,
                   absl::string_view service = kService, absl::string_view channel = "msteams") {
  HttpRequest request;
  request.headers = std::move(headers);
  Jwt jwt;
  TokenVerdict verdict = ReadToken(request, &jwt);
  if (verdict == TokenVerdict::kOk) verdict = CheckClaims(jwt, {kIssuer, kApp}, kNow);
  if (verdict == TokenVerdict::kOk) verdict = CheckSignature(jwt, key);
  if (verdict == TokenVerdict::kOk) verdict = CheckActivity(jwt, key, service, channel);
  return verdict;
}

TokenVerdict JudgeToken(const std::string& token, const SigningKey& key = KeyOf(Issuer())) {
  return Judge({{"Authorization", absl::StrCat("Bearer ", token)}}, key);
}

TokenVerdict JudgeClaims(const Json& changes) {
  Json claims = GoodClaims();
  for (const auto& [name, value] : changes.items()) {
    if (value.is_null()) {
      claims.erase(name);
    } else {
      claims[name] = value;
    }
  }
  return JudgeToken(Issuer().Token(claims));
}

TEST(TeamsTokenTest, AGoodTokenIsGood) {
  EXPECT_EQ(JudgeToken(Issuer().Token(GoodClaims())), TokenVerdict::kOk);
}

TEST(TeamsTokenTest, ClaimsMustBeExactlyOurs) {
  EXPECT_EQ(JudgeClaims({{"iss", "https://api.botframework.com/"}}), TokenVerdict::kIssuer);
  EXPECT_EQ(JudgeClaims({{"iss", nullptr}}), TokenVerdict::kIssuer);
  EXPECT_EQ(JudgeClaims({{"aud", "another"}}), TokenVerdict::kAudience);
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({kApp})}}), TokenVerdict::kAudience);
  EXPECT_EQ(JudgeClaims({{"serviceurl", "https://evil.example/"}}), TokenVerdict::kServiceUrl);
  EXPECT_EQ(JudgeClaims({{"serviceurl", nullptr}}), TokenVerdict::kServiceUrl);
}

TEST(TeamsTokenTest, FiveMinutesOffIsForgivenAndNotASecondMore) {
  const int64_t now = absl::ToUnixSeconds(kNow);
  EXPECT_EQ(JudgeClaims({{"exp", now - 299}}), TokenVerdict::kOk);
  EXPECT_EQ(JudgeClaims({{"exp", now - 300}}), TokenVerdict::kExpired);
  EXPECT_EQ(JudgeClaims({{"nbf", now + 300}}), TokenVerdict::kOk);
  EXPECT_EQ(JudgeClaims({{"nbf", now + 301}}), TokenVerdict::kNotYet);
  EXPECT_EQ(JudgeClaims({{"nbf", nullptr}}), TokenVerdict::kOk);
  EXPECT_EQ(JudgeClaims({{"exp", nullptr}}), TokenVerdict::kExpired);
  EXPECT_EQ(JudgeClaims({{"exp", "tomorrow"}}), TokenVerdict::kExpired);
  EXPECT_EQ(JudgeClaims({{"exp", 1e300}}), TokenVerdict::kExpired);
  EXPECT_EQ(JudgeClaims({{"exp", -1}}), TokenVerdict::kExpired);
  EXPECT_EQ(JudgeClaims({{"nbf", "now"}}), TokenVerdict::kNotYet);
}

TEST(TeamsTokenTest, OnlyRs256IsASignature) {
  for (const char* algorithm : {"none", "None", "HS256", "RS512", "PS256", "rs256", ""}) {
    EXPECT_EQ(JudgeToken(Issuer().Token(GoodClaims(), {{"alg", algorithm}})),
              TokenVerdict::kAlgorithm)
        << algorithm;
  }
  EXPECT_EQ(JudgeToken(Issuer().Token(GoodClaims(), {{"crit", Json::array({"exp"})}})),
            TokenVerdict::kMalformed);
}

TEST(TeamsTokenTest, WhoeverSignsMustHaveTheKey) {
  const TokenIssuer other("key-1");
  EXPECT_EQ(JudgeToken(other.Token(GoodClaims())), TokenVerdict::kSignature);
  const std::string good = Issuer().Token(GoodClaims());
  const std::vector<std::string> parts = absl::StrSplit(good, '.');
  Json claims = GoodClaims();
  claims["exp"] = absl::ToUnixSeconds(kNow) + 9999;
  const std::string tampered = absl::StrCat(parts[0], ".", Base64Url(claims.dump()), ".", parts[2]);
  EXPECT_EQ(JudgeToken(tampered), TokenVerdict::kSignature);
  EXPECT_EQ(JudgeToken(absl::StrCat(parts[0], ".", parts[1], ".")), TokenVerdict::kSignature);
}

TEST(TeamsTokenTest, EveryFlippedCharacterIsNoticed) {
  const std::string good = Issuer().Token(GoodClaims());
  const SigningKey key = KeyOf(Issuer());
  ASSERT_EQ(JudgeToken(good, key), TokenVerdict::kOk);
  for (size_t i = 0; i + 1 < good.size(); ++i) {
    if (good[i] == '.') continue;
    std::string flipped = good;
    flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
    // The last character of a part may hold bits that no byte has.
    if (i + 1 < good.size() && good[i + 1] == '.') continue;
    EXPECT_NE(JudgeToken(flipped, key), TokenVerdict::kOk) << i;
  }
}

TEST(TeamsTokenTest, OneHeaderWithOneBearerToken) {
  const std::string token = Issuer().Token(GoodClaims());
  const SigningKey key = KeyOf(Issuer());
  const std::string bearer = absl::StrCat("Bearer ", token);
  EXPECT_EQ(Judge({}, key), TokenVerdict::kMissing);
  EXPECT_EQ(Judge({{"Authorization", bearer}, {"authorization", bearer}}, key),
            TokenVerdict::kDuplicate);
  for (const std::string& header :
       {token, absl::StrCat("Basic ", token), absl::StrCat("bearer", token), std::string("Bearer "),
        absl::StrCat(bearer, " x"), absl::StrCat(bearer, ".x"), absl::StrCat("Bearer  ", token),
        absl::StrCat("Bearer ", std::string(20'000, 'a')), std::string("Bearer a.b.c")}) {
    EXPECT_EQ(Judge({{"Authorization", header}}, key), TokenVerdict::kMalformed) << header;
  }
}

TEST(TeamsTokenTest, AKeySignsForTheChannelsItIsEndorsedFor) {
  const std::string token = absl::StrCat("Bearer ", Issuer().Token(GoodClaims()));
  EXPECT_EQ(Judge({{"Authorization", token}}, KeyOf(Issuer(), {"webchat"})),
            TokenVerdict::kEndorsement);
  EXPECT_EQ(Judge({{"Authorization", token}}, KeyOf(Issuer(), {"webchat", "msteams"})),
            TokenVerdict::kOk);
  EXPECT_EQ(Judge({{"Authorization", token}}, KeyOf(Issuer()), "https://other.example/"),
            TokenVerdict::kServiceUrl);
}

KeyMap Keys(const std::string& id) {
  return {{id, std::make_shared<const SigningKey>(KeyOf(Issuer()))}};
}

TEST(KeyCacheTest, KeysAreFetchedWhenThereAreNoneAndAgainAfterADay) {
  KeyCache cache;
  KeyCache::Answer answer = cache.Look("a", kNow);
  EXPECT_TRUE(answer.fetch && answer.wait && !answer.have_keys);
  cache.Fetched(Keys("a"), kNow);
  answer = cache.Look("a", kNow + absl::Hours(24));
  EXPECT_TRUE(answer.key != nullptr && !answer.fetch);
  answer = cache.Look("a", kNow + absl::Hours(24) + absl::Seconds(1));
  EXPECT_TRUE(answer.key != nullptr && answer.fetch && !answer.wait) << "used meanwhile";
}

TEST(KeyCacheTest, AnUnknownKeyIsAskedForAtMostOnceAnHour) {
  KeyCache cache;
  cache.Fetched(Keys("a"), kNow);
  EXPECT_FALSE(cache.Look("b", kNow + absl::Minutes(59)).fetch);
  const KeyCache::Answer answer = cache.Look("b", kNow + absl::Hours(1));
  EXPECT_TRUE(answer.fetch && answer.wait && answer.key == nullptr && answer.have_keys);
  cache.Fetched(Keys("b"), kNow + absl::Hours(1));
  EXPECT_NE(cache.Look("b", kNow + absl::Hours(1)).key, nullptr);
  EXPECT_EQ(cache.Look("a", kNow + absl::Hours(1)).key, nullptr) << "a withdrawn key is gone";
}

TEST(KeyCacheTest, StaleKeysServeForADayAndNoLonger) {
  KeyCache cache;
  cache.Fetched(Keys("a"), kNow);
  cache.Fetched(absl::UnavailableError("down"), kNow + absl::Hours(25));
  EXPECT_NE(cache.Look("a", kNow + absl::Hours(48)).key, nullptr);
  const KeyCache::Answer answer = cache.Look("a", kNow + absl::Hours(48) + absl::Seconds(1));
  EXPECT_TRUE(answer.key == nullptr && !answer.have_keys && answer.wait);
}

TEST(KeyCacheTest, AfterAFailureTheEndpointIsLeftAloneForAMoment) {
  KeyCache cache;
  cache.Fetched(absl::UnavailableError("down"), kNow);
  EXPECT_FALSE(cache.Look("a", kNow + absl::Seconds(29)).fetch);
  EXPECT_TRUE(cache.Look("a", kNow + absl::Seconds(30)).fetch);
}

absl::StatusOr<HttpResponse> ServeKeys(const OutgoingRequest& request, const Json& keys) {
  HttpResponse response;
  if (request.url == kMetadata) {
    response.body = Json({{"jwks_uri", kJwks}}).dump();
  } else if (request.url == kJwks) {
    response.body = Json({{"keys", keys}}).dump();
  } else {
    response.status = 404;
  }
  return response;
}

TEST(FetchKeysTest, BrokenKeysAreSkippedAndNoneAtAllIsAnError) {
  Json keys = Json::array({Issuer().Jwk({"msteams"}),
                           7,
                           {{"kty", "EC"}, {"kid", "ec"}},
                           {{"kty", "RSA"}, {"kid", "broken"}, {"n", "!"}, {"e", "AQAB"}}});
  FakeHttp http([&](const OutgoingRequest& request) { return ServeKeys(request, keys); });
  const auto found = FetchKeys(http, kMetadata);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_THAT(found->at("key-1")->endorsements, ::testing::ElementsAre("msteams"));
  keys = Json::array();
  EXPECT_TRUE(absl::IsUnavailable(FetchKeys(http, kMetadata).status()));
  for (const char* body : {"", "[]", "{}", "{\"jwks_uri\":7}", "\xff"}) {
    FakeHttp garbage([&](const OutgoingRequest&) {
      HttpResponse response;
      response.body = body;
      return response;
    });
    EXPECT_TRUE(absl::IsUnavailable(FetchKeys(garbage, kMetadata).status())) << body;
  }
}

TEST(SigningKeysTest, WhoeverComesFirstWaitsForTheKeysAndTheRestNeedNot) {
  VirtualClock clock(kNow);
  FakeHttp http([](const OutgoingRequest& request) {
    return ServeKeys(request, Json::array({Issuer().Jwk()}));
  });
  SigningKeys keys(kMetadata, &http, &clock);
  for (int i = 0; i < 3; ++i) {
    absl::Notification done;
    SigningKeys::Outcome got = SigningKeys::Outcome::kUnreachable;
    keys.Find("key-1", [&](SigningKeys::Outcome outcome, const KeyPtr& key) {
      got = outcome;
      EXPECT_NE(key, nullptr);
      done.Notify();
    });
    done.WaitForNotification();
    EXPECT_EQ(got, SigningKeys::Outcome::kFound);
  }
  EXPECT_EQ(http.sent().size(), 2u) << "the metadata and the keys, once";
}

TEST(SigningKeysTest, UnreachableKeysAreNoKeys) {
  VirtualClock clock(kNow);
  FakeHttp http([](const OutgoingRequest&) -> absl::StatusOr<HttpResponse> {
    return absl::UnavailableError("no route");
  });
  SigningKeys keys(kMetadata, &http, &clock);
  absl::Notification done;
  keys.Find("key-1", [&](SigningKeys::Outcome outcome, const KeyPtr& key) {
    EXPECT_EQ(outcome, SigningKeys::Outcome::kUnreachable);
    EXPECT_EQ(key, nullptr);
    done.Notify();
  });
  done.WaitForNotification();
}

TEST(ServiceHostsTest, OnlyMicrosoftsHostsAndThoseOfTheConfiguration) {
  const ServiceHosts hosts = *ServiceHosts::Make({"localhost", ".bots.example.gov"});
  for (const char* url :
       {"https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net",
        "https://smba.trafficmanager.net:443/emea/tenant/",
        "https://smba.infra.gcc.teams.microsoft.com/teams", "https://SMBA.trafficmanager.net/x/",
        "https://pilot.botframework.com/", "http://localhost:56150/_connector",
        "https://a.bots.example.gov:8443/"}) {
    EXPECT_TRUE(hosts.Check(url).ok()) << url;
  }
  for (const char* url : {"",
                          "http://smba.trafficmanager.net/amer/",
                          "https://evil.trafficmanager.net/",
                          "https://smba.trafficmanager.net.evil.example/",
                          "https://smba.trafficmanager.net@evil/",
                          "https://evil.example/smba.trafficmanager.net",
                          "https://evilbotframework.com/",
                          "https://smba.trafficmanager.net:8443/",
                          "https://smba.trafficmanager.net/?x=1",
                          "https://smba.trafficmanager.net/#x",
                          "https://smba.trafficmanager.net/..%2f",
                          "https://smba.trafficmanager.net/../x",
                          "ftp://smba.trafficmanager.net/",
                          "https://smba.trafficmanager.net\\@evil.example/",
                          "https://smba.trafficmanager.net /",
                          "http://a.bots.example.gov/",
                          "https://bots.example.gov/",
                          "https://",
                          "https:///x",
                          "https://smba.trafficmanager.net:/",
                          "https://smba.trafficmanager.net:99999999/",
                          "https://smba.trafficmanager.net\n/",
                          "//smba.trafficmanager.net/"}) {
    EXPECT_FALSE(hosts.Check(url).ok()) << url;
  }
  for (const char* host : {"", ".net", "a b", "https://x", "x/y", ".", ".."}) {
    EXPECT_THAT(std::string(ServiceHosts::Make({host}).status().message()),
                HasSubstr("extra_service_hosts"))
        << host;
  }
}

TEST(ServiceUrlTest, JoinsWithOneSlashAndEncodesParts) {
  const ServiceHosts hosts = *ServiceHosts::Make({"localhost"});
  EXPECT_EQ(hosts.Check("http://localhost:1/_connector")->Join("v3/conversations"),
            "http://localhost:1/_connector/v3/conversations");
  EXPECT_EQ(hosts.Check("https://smba.trafficmanager.net/amer/")->Join("v3/conversations"),
            "https://smba.trafficmanager.net/amer/v3/conversations");
  EXPECT_EQ(PercentEncode("19:a@thread.tacv2;messageid=1/../x?"),
            "19%3Aa%40thread.tacv2%3Bmessageid%3D1%2F..%2Fx%3F");
}

Credentials TestCredentials() {
  return {"https://login.example/token", kApp, "se cret&+",
          "https://api.botframework.com/.default"};
}

HttpResponse TokenAnswer(const std::string& token, int seconds) {
  HttpResponse response;
  response.body = Json({{"access_token", token}, {"expires_in", seconds}}).dump();
  return response;
}

TEST(AccessTokenTest, IsKeptUntilFiveMinutesBeforeItEnds) {
  VirtualClock clock(kNow);
  int count = 0;
  FakeHttp http(
      [&](const OutgoingRequest&) { return TokenAnswer(absl::StrCat("token-", ++count), 3600); });
  AccessToken token(TestCredentials(), &http, &clock);
  EXPECT_EQ(*token.Get(), "token-1");
  clock.AdvanceTo(kNow + absl::Minutes(54));
  EXPECT_EQ(*token.Get(), "token-1");
  clock.AdvanceTo(kNow + absl::Minutes(55));
  EXPECT_EQ(*token.Get(), "token-2");
  token.Reject("token-1");  // long replaced
  EXPECT_EQ(*token.Get(), "token-2");
  token.Reject("token-2");
  EXPECT_EQ(*token.Get(), "token-3");
  EXPECT_THAT(http.sent()[0].body, HasSubstr("client_secret=se%20cret%26%2B"));
}

TEST(AccessTokenTest, SaysWhoHasToActAndNeverTheSecret) {
  VirtualClock clock(kNow);
  HttpResponse refused;
  refused.status = 401;
  refused.body = R"({"error":"invalid_client","error_description":"secret 'se cret&+' is wrong"})";
  FakeHttp http([&](const OutgoingRequest&) { return refused; });
  AccessToken token(TestCredentials(), &http, &clock);
  const absl::Status status = token.Get().status();
  EXPECT_TRUE(absl::IsUnauthenticated(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("invalid_client"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("se cret")));
  EXPECT_FALSE(token.Get().ok());
  EXPECT_EQ(http.sent().size(), 1u) << "left alone for a moment";
  clock.AdvanceTo(kNow + absl::Seconds(5));
  http.SetAnswer([](const OutgoingRequest&) { return TokenAnswer("token", 60); });
  EXPECT_EQ(*token.Get(), "token");
}

TEST(AccessTokenTest, GarbageIsNoToken) {
  for (const char* body : {"", "{}", "[]", R"({"access_token":7,"expires_in":60})",
                           R"({"access_token":"a","expires_in":"60"})",
                           R"({"access_token":"a\r\nX: y","expires_in":60})"}) {
    VirtualClock clock(kNow);
    FakeHttp http([&](const OutgoingRequest&) {
      HttpResponse response;
      response.body = body;
      return response;
    });
    AccessToken token(TestCredentials(), &http, &clock);
    EXPECT_TRUE(absl::IsUnavailable(token.Get().status())) << body;
  }
}

}  // namespace
}  // namespace belfry::bot::teams
