// JSON Web Tokens as attackers make them.
#include "server/base/jwt.h"

#include <openssl/hmac.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/jwt_issuer.h"

namespace belfry {
namespace {

using testing::Base64Url;
using ::testing::HasSubstr;
using testing::JwkSet;
using testing::JwtIssuer;

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

const JwtIssuer& Rsa() {
  static const JwtIssuer* const issuer = new JwtIssuer("rsa-1");
  return *issuer;
}
const JwtIssuer& P256() {
  static const JwtIssuer* const issuer = new JwtIssuer("p256-1", JwtIssuer::Kind::kP256);
  return *issuer;
}
const JwtIssuer& Ed25519() {
  static const JwtIssuer* const issuer = new JwtIssuer("ed-1", JwtIssuer::Kind::kEd25519);
  return *issuer;
}

JwtRules Rules() {
  JwtRules rules;
  rules.issuer = "https://login.example/";
  rules.audiences = {"belfry"};
  rules.audience_lists = true;
  rules.types = {"JWT", "at+jwt"};
  rules.lifetime_max = absl::Hours(24);
  return rules;
}

Json Claims() {
  const int64_t now = absl::ToUnixSeconds(kNow);
  return {{"iss", "https://login.example/"},
          {"aud", "belfry"},
          {"sub", "ana"},
          {"iat", now - 10},
          {"exp", now + 3600}};
}

Json With(const Json& changes) {
  Json claims = Claims();
  for (const auto& [name, value] : changes.items()) {
    if (value.is_null()) {
      claims.erase(name);
    } else {
      claims[name] = value;
    }
  }
  return claims;
}

JwtKeys KeysOf(const JwtIssuer& issuer) { return *ReadJwks(JwkSet({issuer.Jwk()})); }

// Everything that a server asks of a token, in its order: "ok", or what was wrong.
std::string Judge(const std::string& token, const JwtKeys& keys, const JwtRules& rules = Rules()) {
  const absl::StatusOr<Jwt> jwt = ParseJwt(token);
  if (!jwt.ok()) return "malformed";
  const JwtVerdict verdict = CheckJwt(*jwt, rules, kNow);
  if (verdict != JwtVerdict::kOk) return std::string(JwtVerdictName(verdict));
  const auto key = keys.find(jwt->key_id);
  if (key == keys.end()) return "key_unknown";
  return key->second.Verifies(*jwt) ? "ok" : "signature";
}

std::string Judge(const std::string& token, const JwtIssuer& issuer,
                  const JwtRules& rules = Rules()) {
  return Judge(token, KeysOf(issuer), rules);
}

std::string JudgeClaims(const Json& changes, const JwtRules& rules = Rules()) {
  return Judge(Rsa().Token(With(changes)), Rsa(), rules);
}

TEST(JwtTest, EachAlgorithmHasItsKeys) {
  for (const JwtIssuer* issuer : {&Rsa(), &P256(), &Ed25519()}) {
    EXPECT_EQ(Judge(issuer->Token(Claims()), *issuer), "ok") << issuer->algorithm();
  }
}

TEST(JwtTest, AKeyVerifiesItsOwnAlgorithmOnly) {
  for (const JwtIssuer* issuer : {&Rsa(), &P256(), &Ed25519()}) {
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"}) {
      const std::string wanted = algorithm == std::string(issuer->algorithm()) ? "ok" : "signature";
      EXPECT_EQ(Judge(issuer->Token(Claims(), {{"alg", algorithm}}), *issuer), wanted)
          << issuer->algorithm() << " as " << algorithm;
    }
    for (const char* algorithm : {"none", "None", "NONE", "", "HS256", "RS384", "RS512", "PS256",
                                  "ES384", "rs256", "RS256 ", "Ed25519"}) {
      EXPECT_EQ(Judge(issuer->Token(Claims(), {{"alg", algorithm}}), *issuer), "algorithm")
          << algorithm;
    }
    EXPECT_EQ(Judge(issuer->Token(Claims(), {{"alg", 1}}), *issuer), "algorithm");
  }
}

TEST(JwtTest, WithoutASignatureNothingCounts) {
  const std::vector<std::string> parts = absl::StrSplit(Rsa().Token(Claims()), '.');
  EXPECT_EQ(Judge(absl::StrCat(parts[0], ".", parts[1], "."), Rsa()), "signature");
  const std::string none = Base64Url(R"({"alg":"none","typ":"JWT","kid":"rsa-1"})");
  EXPECT_EQ(Judge(absl::StrCat(none, ".", parts[1], "."), Rsa()), "algorithm");
  EXPECT_EQ(Judge(absl::StrCat(none, ".", parts[1], ".", parts[2]), Rsa()), "algorithm");
}

// The public key, which everybody has, used as the secret of an HMAC.
TEST(JwtTest, APublicKeyIsNoSecret) {
  for (const char* algorithm : {"HS256", "RS256"}) {
    const Json header = {{"alg", algorithm}, {"typ", "JWT"}, {"kid", "rsa-1"}};
    const std::string text =
        absl::StrCat(Base64Url(header.dump()), ".", Base64Url(Claims().dump()));
    const std::string secret = Rsa().PublicPem();
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    const std::string token =
        absl::StrCat(text, ".", Base64Url(std::string(reinterpret_cast<const char*>(mac), size)));
    EXPECT_EQ(Judge(token, Rsa()), algorithm == std::string("HS256") ? "algorithm" : "signature");
  }
}

TEST(JwtTest, AKeyInTheTokenIsNotLookedAt) {
  const JwtIssuer forger("rsa-1");
  const Json jwk = forger.Jwk();
  EXPECT_EQ(Judge(forger.Token(Claims(), {{"jwk", jwk}, {"jku", "https://evil.example/"}}), Rsa()),
            "signature");
  EXPECT_EQ(Judge(forger.Token(Claims(), {{"kid", "other"}}), Rsa()), "key_unknown");
  EXPECT_EQ(Judge(forger.Token(Claims(), {{"kid", ""}}), Rsa()), "key_id");
  EXPECT_EQ(Judge(forger.Token(Claims(), {{"kid", Json::array({"rsa-1"})}}), Rsa()), "key_id");
}

TEST(JwtTest, IssuerAndAudienceAreExactlyOurs) {
  EXPECT_EQ(JudgeClaims({{"iss", "https://login.example"}}), "issuer");
  EXPECT_EQ(JudgeClaims({{"iss", "HTTPS://login.example/"}}), "issuer");
  EXPECT_EQ(JudgeClaims({{"iss", nullptr}}), "issuer");
  EXPECT_EQ(JudgeClaims({{"iss", Json::array({"https://login.example/"})}}), "issuer");
  EXPECT_EQ(JudgeClaims({{"aud", "other"}}), "audience");
  EXPECT_EQ(JudgeClaims({{"aud", nullptr}}), "audience");
  EXPECT_EQ(JudgeClaims({{"aud", ""}}), "audience");
  JwtRules nobody = Rules();
  nobody.audiences = {""};
  EXPECT_EQ(JudgeClaims({{"aud", ""}}, nobody), "audience");
  nobody.issuer = "";
  EXPECT_EQ(JudgeClaims({{"iss", ""}}, nobody), "issuer");
}

TEST(JwtTest, AListOfAudiencesSaysWhoseTokenItIs) {
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry"})}}), "ok");
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry", "mail"})}}), "audience");
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry", "mail"})}, {"azp", "mail"}}), "audience");
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry", "mail"})}, {"azp", "belfry"}}), "ok");
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry", 1})}, {"azp", "belfry"}}), "audience");
  EXPECT_EQ(JudgeClaims({{"aud", Json::array()}}), "audience");
  JwtRules single = Rules();
  single.audience_lists = false;
  EXPECT_EQ(JudgeClaims({{"aud", Json::array({"belfry"})}}, single), "audience");
}

TEST(JwtTest, TimesAreKeptToTheSecond) {
  const int64_t now = absl::ToUnixSeconds(kNow);
  EXPECT_EQ(JudgeClaims({{"exp", now - 59}}), "ok");
  EXPECT_EQ(JudgeClaims({{"exp", now - 60}}), "expired");
  EXPECT_EQ(JudgeClaims({{"exp", nullptr}}), "expired");
  EXPECT_EQ(JudgeClaims({{"exp", "9999999999"}}), "expired");
  EXPECT_EQ(JudgeClaims({{"exp", 1e300}}), "expired");
  EXPECT_EQ(JudgeClaims({{"exp", -1}}), "expired");
  EXPECT_EQ(JudgeClaims({{"nbf", now + 60}}), "ok");
  EXPECT_EQ(JudgeClaims({{"nbf", now + 61}}), "not_yet");
  EXPECT_EQ(JudgeClaims({{"nbf", "now"}}), "not_yet");
  EXPECT_EQ(JudgeClaims({{"iat", now + 60}}), "ok");
  EXPECT_EQ(JudgeClaims({{"iat", now + 61}}), "not_yet");
  EXPECT_EQ(JudgeClaims({{"iat", nullptr}}), "lifetime");
  EXPECT_EQ(JudgeClaims({{"exp", now + 86'390}}), "ok");
  EXPECT_EQ(JudgeClaims({{"exp", now + 86'391}}), "lifetime");
}

TEST(JwtTest, ATokenForSomethingElseSaysSo) {
  const auto typed = [](const Json& type) {
    return Judge(Rsa().Token(Claims(), {{"typ", type}}), Rsa());
  };
  EXPECT_EQ(typed("jwt"), "ok");
  EXPECT_EQ(typed("application/at+jwt"), "ok");
  EXPECT_EQ(typed("logout+jwt"), "type");
  EXPECT_EQ(typed("dpop+jwt"), "type");
  EXPECT_EQ(typed(""), "type");
  EXPECT_EQ(typed(1), "type");
}

TEST(JwtTest, NothingStandsTwice) {
  const std::string claims = Claims().dump();
  const std::string header = R"({"alg":"RS256","typ":"JWT","kid":"rsa-1"})";
  const auto judge = [](const std::string& one, const std::string& two) {
    return Judge(Rsa().TokenOfTexts(one, two), Rsa());
  };
  EXPECT_EQ(judge(header, claims), "ok");
  EXPECT_EQ(judge(header, R"({"sub":"root",)" + claims.substr(1)), "malformed");
  EXPECT_EQ(judge(header, claims.substr(0, claims.size() - 1) + R"(,"s\u0075b":"root"})"),
            "malformed");
  EXPECT_EQ(judge(R"({"alg":"none",)" + header.substr(1), claims), "malformed");
  EXPECT_EQ(judge(header, claims.substr(0, claims.size() - 1) + R"(,"a":{"b":1,"b":2}})"),
            "malformed");
  EXPECT_EQ(judge(header, claims.substr(0, claims.size() - 1) + R"(,"a":{"b":1},"c":{"b":2}})"),
            "ok")
      << "two objects may have the same names";
}

TEST(JwtTest, WhatIsCriticalIsUnknownHere) {
  EXPECT_EQ(Judge(Rsa().Token(Claims(), {{"crit", Json::array({"exp"})}}), Rsa()), "malformed");
  EXPECT_EQ(Judge(Rsa().Token(Claims(), {{"crit", Json::array()}}), Rsa()), "malformed");
}

TEST(JwtTest, ThereIsOneWayToWriteAToken) {
  const std::string good = Rsa().Token(Claims());
  ASSERT_EQ(Judge(good, Rsa()), "ok");
  for (const std::string& other :
       {good + "=", " " + good, good + "\n", good + ".", "." + good, absl::StrCat(good, ".x"),
        std::string(), std::string(".."), std::string("a.b"), std::string("a.b.c"),
        std::string(kJwtBytesMax + 1, 'a')}) {
    EXPECT_EQ(Judge(other, Rsa()), "malformed") << other.substr(0, 20);
  }
  // Bits of the last character that belong to no byte: 256 bytes leave two characters with four.
  std::string last = good;
  last.back() = static_cast<char>(last.back() + 1);
  EXPECT_EQ(Judge(last, Rsa()), "malformed");
}

TEST(JwtTest, DeepAndBrokenJsonIsNone) {
  const std::string header = R"({"alg":"RS256","typ":"JWT","kid":"rsa-1"})";
  for (const std::string& claims :
       {std::string("[]"), std::string("{"), std::string("null"), std::string("{\"a\":\xff}"),
        std::string("{\"a\":\"\xc0\x80\"}"), std::string("{\"a\":1e999}"),
        absl::StrCat("{\"a\":", std::string(4000, '['), std::string(4000, ']'), "}")}) {
    EXPECT_EQ(Judge(Rsa().TokenOfTexts(header, claims), Rsa()), "malformed")
        << claims.substr(0, 12);
  }
}

TEST(JwtKeyTest, WeakBrokenAndPrivateKeysAreNone) {
  EXPECT_FALSE(JwtKey::FromJwk(JwtIssuer("weak", 1024).Jwk()).ok());
  const auto changed = [](Json jwk, const char* name, const Json& value) {
    jwk[name] = value;
    return JwtKey::FromJwk(jwk).ok();
  };
  const Json rsa = Rsa().Jwk();
  EXPECT_TRUE(JwtKey::FromJwk(rsa).ok());
  EXPECT_TRUE(changed(rsa, "alg", "RS256"));
  EXPECT_FALSE(changed(rsa, "alg", "RS512"));
  EXPECT_FALSE(changed(rsa, "use", "enc"));
  EXPECT_FALSE(changed(rsa, "key_ops", Json::array({"sign"})));
  EXPECT_FALSE(changed(rsa, "kty", "oct"));
  EXPECT_FALSE(changed(rsa, "d", "AQAB")) << "a private part has no business in a key set";
  EXPECT_FALSE(changed(rsa, "e", "AQ"));  // 1
  EXPECT_FALSE(changed(rsa, "e", "Ag"));  // 2
  EXPECT_FALSE(changed(rsa, "e", ""));
  EXPECT_FALSE(changed(rsa, "n", "not base64!"));
  EXPECT_FALSE(changed(rsa, "n", 5));
  const Json p256 = P256().Jwk();
  EXPECT_FALSE(changed(p256, "crv", "P-384"));
  EXPECT_FALSE(changed(p256, "x", p256["y"])) << "a point that is not on the curve";
  EXPECT_FALSE(changed(p256, "x", "AQAB"));
  EXPECT_FALSE(changed(Ed25519().Jwk(), "x", "AQAB"));
  EXPECT_FALSE(JwtKey::FromJwk(Json::array()).ok());
}

TEST(JwtKeyTest, ASetIsGoodWhenAKeyOfItIs) {
  const absl::StatusOr<JwtKeys> keys = ReadJwks(
      JwkSet({Rsa().Jwk(), P256().Jwk(), Ed25519().Jwk(), Json{{"kty", "oct"}, {"kid", "x"}}}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 3u);
  EXPECT_THAT(std::string(ReadJwks(JwkSet({Rsa().Jwk(), Rsa().Jwk()})).status().message()),
              HasSubstr("two keys"));
  EXPECT_FALSE(ReadJwks("{}").ok());
  EXPECT_FALSE(ReadJwks("{\"keys\":[]}").ok());
  EXPECT_FALSE(ReadJwks("{\"keys\":[1]}").ok());
  EXPECT_FALSE(ReadJwks("").ok());
}

// Small changes of good tokens, many of them: none may be taken, none may crash. The signed parts
// of what is still a token are compared, so that a change which is none is not counted.
TEST(JwtTest, NoChangeOfATokenIsTaken) {
  std::mt19937 random(20261127);
  const auto below = [&random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  constexpr char kBytes[] = "ABab01-_.=+/ \n\0\xff{}\"";
  int judged = 0;
  for (const JwtIssuer* issuer : {&Rsa(), &P256(), &Ed25519()}) {
    const std::string good = issuer->Token(Claims());
    const JwtKeys keys = KeysOf(*issuer);
    for (int i = 0; i < 20'000; ++i) {
      std::string token = good;
      const size_t changes = 1 + below(3);
      for (size_t n = 0; n < changes; ++n) {
        const size_t at = below(token.size());
        const char c = kBytes[below(sizeof(kBytes) - 1)];
        switch (below(5)) {
          case 0:
            token[at] = c;
            break;
          case 1:
            token.insert(at, 1, c);
            break;
          case 2:
            token.erase(at, 1 + below(8));
            break;
          case 3:
            token[at] = static_cast<char>(token[at] ^ (1 << below(8)));
            break;
          default:
            token.insert(at, token.substr(below(token.size()), below(64)));
        }
        if (token.empty()) token = "x";
      }
      if (token == good) continue;
      ++judged;
      ASSERT_NE(Judge(token, keys), "ok") << token;
    }
  }
  EXPECT_GT(judged, 50'000);
}

// The same inside the JSON, where base64 would hide it.
TEST(JwtTest, NoChangeOfTheJsonCrashes) {
  std::mt19937 random(7);
  const auto below = [&random](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  const std::string header = R"({"alg":"RS256","typ":"JWT","kid":"rsa-1"})";
  const std::string signature = Base64Url(std::string(256, 'x'));
  constexpr char kBytes[] = "{}[]\",:0123456789eE+-.\\u\0\xed\xa0\x80 tfn";
  const JwtKeys keys = KeysOf(Rsa());
  for (int i = 0; i < 40'000; ++i) {
    std::string texts[] = {header, Claims().dump()};
    for (std::string& text : texts) {
      for (size_t n = below(6); n > 0; --n) {
        const size_t at = below(text.size());
        if (below(2) == 0) {
          text[at] = kBytes[below(sizeof(kBytes) - 1)];
        } else {
          text.insert(at, 1, kBytes[below(sizeof(kBytes) - 1)]);
        }
      }
    }
    EXPECT_NE(
        Judge(absl::StrCat(Base64Url(texts[0]), ".", Base64Url(texts[1]), ".", signature), keys),
        "ok");
  }
}

}  // namespace
}  // namespace belfry
