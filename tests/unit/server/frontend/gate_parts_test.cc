// What the gate is made of, one part at a time: rates, lock-out, scopes, files, reach, logins.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "belfry/v1/directory.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/frontend/bot_reach.h"
#include "server/frontend/gate.h"
#include "server/frontend/lockout.h"
#include "server/frontend/oidc.h"
#include "server/frontend/rate_limit.h"
#include "server/frontend/reloaded.h"
#include "server/frontend/rules.h"
#include "server/frontend/scopes.h"
#include "tests/support/core_world.h"
#include "tests/support/jwt_issuer.h"

namespace belfry::frontend {
namespace {

using ::testing::HasSubstr;
using testing::JwkSet;
using testing::JwtIssuer;

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

TEST(RateLimiterTest, ABurstThenARate) {
  RateLimiter limiter(2, 3, 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("a", kNow), absl::ZeroDuration());
  const absl::Duration wait = limiter.Take("a", kNow);
  EXPECT_GT(wait, absl::Milliseconds(499));
  EXPECT_LT(wait, absl::Milliseconds(502));
  EXPECT_EQ(limiter.Take("b", kNow), absl::ZeroDuration()) << "others are not touched";
  EXPECT_GT(limiter.Take("a", kNow + absl::Milliseconds(400)), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", kNow + wait), absl::ZeroDuration()) << "as it was told";
  EXPECT_GT(limiter.Take("a", kNow + wait), absl::ZeroDuration());
  // Never more than the burst, however long nothing was asked; and a clock that stands or goes back
  // gives nothing away.
  const absl::Time later = kNow + absl::Hours(24);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("a", later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", kNow), absl::ZeroDuration());
}

TEST(RecentMapTest, ForgetsWhatWasUsedLongestAgo) {
  RecentMap<int> map(2);
  map.Get("a", 1);
  map.Get("b", 2);
  ASSERT_NE(map.Find("a"), nullptr);
  map.Get("c", 3);
  EXPECT_EQ(map.Find("b"), nullptr);
  EXPECT_NE(map.Find("a"), nullptr);
  for (int i = 0; i < 10'000; ++i) map.Get(absl::StrCat(i), i);
  EXPECT_EQ(map.size(), 2u);
}

TEST(LockoutTest, EachFurtherFailureDoublesTheWait) {
  Lockout lockout(3, absl::Seconds(60), 100);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(lockout.Failed("ipv4:10.0.0.1", kNow));
  EXPECT_EQ(lockout.WaitFor("ipv4:10.0.0.1", "guess", kNow), absl::ZeroDuration());
  absl::Time now = kNow;
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_TRUE(lockout.Failed("ipv4:10.0.0.1", now));
    EXPECT_EQ(lockout.WaitFor("ipv4:10.0.0.1", "guess", now), absl::Seconds(seconds));
    now += absl::Seconds(seconds);
    EXPECT_EQ(lockout.WaitFor("ipv4:10.0.0.1", "guess", now), absl::ZeroDuration());
  }
  EXPECT_EQ(lockout.WaitFor("ipv4:10.0.0.2", "guess", now - absl::Seconds(1)),
            absl::ZeroDuration());
  // Forgotten when it was quiet for long enough.
  now += absl::Seconds(181);
  EXPECT_FALSE(lockout.Failed("ipv4:10.0.0.1", now));
}

TEST(LockoutTest, WhoHasProvenThemselvesPasses) {
  Lockout lockout(1, absl::Seconds(60), 100);
  lockout.Proven("good", kNow);
  lockout.Failed("unix", kNow);
  EXPECT_TRUE(lockout.Failed("unix", kNow));
  EXPECT_GT(lockout.WaitFor("unix", "guess", kNow), absl::ZeroDuration());
  EXPECT_EQ(lockout.WaitFor("unix", "good", kNow), absl::ZeroDuration());
  // Not for ever: it may have been stolen since.
  const absl::Time later = kNow + Lockout::kProvenKept;
  for (int i = 0; i < 3; ++i) lockout.Failed("unix", later);
  EXPECT_GT(lockout.WaitFor("unix", "good", later), absl::ZeroDuration());
}

TEST(LockoutTest, AddressesAreThoseOfACustomer) {
  EXPECT_EQ(AddressOf("ipv4:10.1.2.3:5000"), "ipv4:10.1.2.3");
  EXPECT_EQ(AddressOf("ipv4:10.1.2.3:5001"), AddressOf("ipv4:10.1.2.3:1"));
  EXPECT_EQ(AddressOf("ipv6:[2001:db8::1]:5000"), AddressOf("ipv6:%5B2001:db8::ffff%5D:1"));
  EXPECT_NE(AddressOf("ipv6:[2001:db8::1]:5000"), AddressOf("ipv6:[2001:db8:0:1::1]:5000"));
  EXPECT_EQ(AddressOf("ipv6:[::ffff:10.1.2.3]:5000"), "ipv4:10.1.2.3");
  EXPECT_EQ(AddressOf("ipv6:[fe80::1%eth0]:5"), AddressOf("ipv6:[fe80::2]:6"));
  EXPECT_EQ(AddressOf("unix:/run/a"), "unix");
  EXPECT_EQ(AddressOf("unix:"), "unix");
  EXPECT_EQ(AddressOf("ipv6:nonsense"), "ipv6");
}

// A new method without a scope cannot be called with narrowed credentials; this says so earlier.
TEST(ScopesTest, EveryMethodHasOne) {
  int open = 0;
  for (const Rule& rule : Rules()) {
    open += rule.audience == Audience::kOpen ? 1 : 0;
    EXPECT_EQ(FindMethodScope(rule.method) == nullptr, rule.audience == Audience::kOpen)
        << rule.method << ": scopes are for whoever has credentials";
  }
  EXPECT_GT(Rules().size(), 90u);
  EXPECT_EQ(open, 2) << "those of the virtual clock";
}

TEST(ScopesTest, NarrowCredentialsDoWhatTheyWereMadeFor) {
  const ScopeSet read = {Scope::kIncidentsRead};
  EXPECT_TRUE(CheckScopes(read, "GetIncident").ok());
  EXPECT_TRUE(CheckScopes(read, "WatchIncidents").ok());
  EXPECT_TRUE(CheckScopes(read, "WhoAmI").ok());
  const absl::Status refused = CheckScopes(read, "CreateIncident");
  EXPECT_EQ(ErrorReason(refused), "SCOPE_REQUIRED");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("incidents.write"));
  EXPECT_EQ(ErrorReason(CheckScopes(read, "NobodyKnowsThis")), "SCOPE_REQUIRED");
  EXPECT_TRUE(CheckScopes(ScopeSet::All(), "NobodyKnowsThis").ok());
  EXPECT_EQ(ErrorReason(CheckScopes({}, "GetIncident")), "SCOPE_REQUIRED");
}

TEST(BotReachTest, ReachesWhoHasAnAccountThere) {
  config::v1::PrincipalConfig config;
  config.set_name("systems/bot");
  config.add_workspaces("slack/T1");
  config.add_workspaces("console");
  const absl::StatusOr<BotReach> reach = BotReach::Create(config);
  ASSERT_TRUE(reach.ok());
  v1::Person person;
  EXPECT_FALSE(reach->Reaches(person));
  v1::ChatAccount* account = person.add_chat_accounts();
  account->set_platform("slack");
  account->set_workspace("T2");
  EXPECT_FALSE(reach->Reaches(person));
  account->set_workspace("T1");
  EXPECT_TRUE(reach->Reaches(person));
  EXPECT_TRUE(reach->Serves("console", ""));
  EXPECT_FALSE(reach->Serves("console", "x"));
  EXPECT_FALSE(reach->Serves("slack", ""));
  EXPECT_EQ(ErrorReason(reach->Check("teams", "t")), "WORKSPACE_NOT_SERVED");
  EXPECT_FALSE(BotReach().Reaches(person));
  for (const char* wrong : {"", "/T1", "slack/"}) {
    config.clear_workspaces();
    config.add_workspaces(wrong);
    EXPECT_FALSE(BotReach::Create(config).ok()) << wrong;
  }
}

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    std::string pattern = ::testing::TempDir() + "belfry-files-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(directory_); }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  // As everybody should: beside it, then in its place.
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name) + ".new") << text;
    std::filesystem::rename(Path(name) + ".new", Path(name));
  }

  std::string directory_;
};

TEST_F(FilesTest, WhatCannotBeUsedLeavesTheOldOneThere) {
  Write("a", "1");
  Reloaded<std::string> file("a", {Path("a")}, [](const std::vector<std::string>& texts) {
    return texts[0] == "bad" ? absl::StatusOr<std::string>(absl::InvalidArgumentError("is bad"))
                             : texts[0];
  });
  ASSERT_TRUE(file.Load().ok());
  EXPECT_EQ(file.Refresh(), Reload::kUnchanged);
  Write("a", "2");
  EXPECT_EQ(file.Refresh(), Reload::kTaken);
  EXPECT_EQ(*file.Get(), "2");
  Write("a", "bad");
  EXPECT_EQ(file.Refresh(), Reload::kRefused);
  EXPECT_EQ(*file.Get(), "2");
  EXPECT_EQ(file.Refresh(), Reload::kUnchanged) << "said once, not every second";
  std::filesystem::remove(Path("a"));
  EXPECT_EQ(file.Refresh(), Reload::kRefused);
  EXPECT_EQ(*file.Get(), "2");
  Write("a", "");
  EXPECT_EQ(file.Refresh(), Reload::kRefused) << "somebody may be about to write it";
  Write("a", "3");
  EXPECT_EQ(file.Refresh(), Reload::kTaken);
  EXPECT_EQ(*file.Get(), "3");
  // A link that is pointed elsewhere is another file.
  Write("b", "4");
  std::filesystem::create_symlink(Path("b"), Path("link"));
  std::filesystem::rename(Path("link"), Path("a"));
  EXPECT_EQ(file.Refresh(), Reload::kTaken);
  EXPECT_EQ(*file.Get(), "4");
}

class OidcTest : public FilesTest {
 protected:
  OidcTest() {
    Write("jwks", JwkSet({issuer_.Jwk()}));
    config::v1::OidcIssuerConfig* one = config_.add_oidc_issuers();
    one->set_issuer("https://login.example/");
    one->add_audiences("belfry");
    one->set_jwks_file(Path("jwks"));
    one->set_person_claim("email");
    one->set_contact_platform("email");
    government_ = testing::DemoDirectory();
    Mail("people/dop.iso", "Iso@dop.example");
    Mail("people/dop.clerk", "desk@dop.example");
    Mail("people/dop.contact", "desk@dop.example");
    Load();
  }

  void Mail(const std::string& person, const std::string& address) {
    for (v1::Person& one : *government_.mutable_people()) {
      if (one.name() != person) continue;
      v1::Contact* contact = one.add_contacts();
      contact->set_platform("email");
      contact->set_address(address);
    }
  }
  void Load() {
    directory_in_force_ = *core::Directory::Create(government_, *testing::ShippedPolicy());
    auto issuers = OidcIssuers::Create(config_);
    ASSERT_TRUE(issuers.ok()) << issuers.status();
    issuers_ = *std::move(issuers);
  }
  Json Claims() const {
    const int64_t now = absl::ToUnixSeconds(kNow);
    return {{"iss", "https://login.example/"}, {"aud", "belfry"}, {"email", "iso@DOP.example"},
            {"email_verified", true},          {"iat", now},      {"exp", now + 600}};
  }
  // "people/…", or the reason and what did not fit.
  std::string Login(const Json& changes = Json::object()) {
    Json claims = Claims();
    claims.update(changes);
    const auto login = issuers_->Check(issuer_.Token(claims), directory_in_force_, kNow);
    return login.ok() ? login->person : ErrorReason(login.status());
  }

  const JwtIssuer issuer_{"key-1"};
  config::v1::AccessConfig config_;
  v1::Directory government_;
  DirectoryPtr directory_in_force_;
  std::unique_ptr<OidcIssuers> issuers_;
};

TEST_F(OidcTest, AVerifiedAddressThatOnePersonHasIsThatPerson) {
  EXPECT_EQ(Login(), "people/dop.iso");
  EXPECT_EQ(Login({{"email", "desk@dop.example"}}), "PERSON_UNKNOWN") << "two people have it";
  EXPECT_EQ(Login({{"email", "nobody@dop.example"}}), "PERSON_UNKNOWN");
  EXPECT_EQ(Login({{"email_verified", false}}), "CREDENTIALS_INVALID");
  EXPECT_EQ(Login({{"email_verified", "true"}}), "CREDENTIALS_INVALID");
  EXPECT_EQ(Login({{"email", Json::array({"iso@dop.example"})}}), "CREDENTIALS_INVALID");
  EXPECT_EQ(Login({{"email", ""}}), "CREDENTIALS_INVALID");
  EXPECT_EQ(Login({{"exp", absl::ToUnixSeconds(kNow) - 60}}), "CREDENTIALS_EXPIRED");
  EXPECT_EQ(Login({{"aud", "mail"}}), "CREDENTIALS_INVALID");
  EXPECT_EQ(Login({{"iss", "https://other.example/"}}), "CREDENTIALS_INVALID");
}

TEST_F(OidcTest, AnAddressMovesWithTheDirectory) {
  ASSERT_EQ(Login(), "people/dop.iso");
  for (v1::Person& one : *government_.mutable_people()) {
    if (one.name() == "people/dop.iso") one.mutable_contacts()->RemoveLast();
  }
  directory_in_force_ = *core::Directory::Create(government_, *testing::ShippedPolicy());
  EXPECT_EQ(Login(), "PERSON_UNKNOWN");
}

TEST_F(OidcTest, OtherClaimsNameOtherThings) {
  config::v1::OidcIssuerConfig* one = config_.mutable_oidc_issuers(0);
  one->set_person_claim("sub");
  one->set_id_suffix("@login");
  Load();
  EXPECT_EQ(Login({{"sub", "DOP.iso@login"}}), "people/dop.iso");
  EXPECT_EQ(Login({{"sub", "dop.iso"}}), "PERSON_UNKNOWN") << "of another realm";
  EXPECT_EQ(Login({{"sub", "dop.iso@login@login"}}), "PERSON_UNKNOWN");
  one->set_chat_workspace("console");
  Load();
  EXPECT_EQ(Login({{"sub", "dop.iso"}}), "people/dop.iso");
  EXPECT_EQ(Login({{"sub", "stranger"}}), "PERSON_UNKNOWN");
}

TEST_F(OidcTest, KeysComeAndGoWithTheirFile) {
  const JwtIssuer next("key-2", JwtIssuer::Kind::kP256);
  const auto check = [&] {
    return issuers_->Check(next.Token(Claims()), directory_in_force_, kNow);
  };
  int told = 0;
  const auto tell = [&told](Reload) { ++told; };
  EXPECT_FALSE(check().ok());
  Write("jwks", JwkSet({issuer_.Jwk(), next.Jwk()}));
  issuers_->Refresh(tell);
  EXPECT_TRUE(check().ok());
  EXPECT_EQ(Login(), "people/dop.iso");
  Write("jwks", "{\"keys\":");
  issuers_->Refresh(tell);
  EXPECT_TRUE(check().ok()) << "a broken file takes nothing away";
  Write("jwks", JwkSet({next.Jwk()}));
  issuers_->Refresh(tell);
  issuers_->Refresh(tell);
  EXPECT_EQ(told, 3);
  EXPECT_EQ(Login(), "CREDENTIALS_INVALID") << "a key that was withdrawn";
  EXPECT_TRUE(issuers_->HasKey("https://login.example/", "key-2"));
  EXPECT_FALSE(issuers_->HasKey("https://login.example/", "key-1"));
  EXPECT_FALSE(issuers_->HasKey("https://other.example/", "key-2"));
}

TEST_F(OidcTest, SettingsThatMeanNothingAreRefused) {
  const auto wrong = [this](const std::function<void(config::v1::OidcIssuerConfig&)>& change) {
    config::v1::AccessConfig config = config_;
    change(*config.mutable_oidc_issuers(0));
    return std::string(OidcIssuers::Create(config).status().message());
  };
  EXPECT_THAT(wrong([](auto& one) { one.clear_issuer(); }), HasSubstr("issuer"));
  EXPECT_THAT(wrong([](auto& one) { one.clear_audiences(); }), HasSubstr("audiences"));
  EXPECT_THAT(wrong([](auto& one) { one.add_audiences(""); }), HasSubstr("audiences"));
  EXPECT_THAT(wrong([](auto& one) { one.clear_person_claim(); }), HasSubstr("person_claim"));
  EXPECT_THAT(wrong([](auto& one) { one.clear_person(); }), HasSubstr("id_suffix"));
  EXPECT_THAT(wrong([](auto& one) { one.set_jwks_file("/nowhere"); }), HasSubstr("/nowhere"));
  EXPECT_THAT(wrong([](auto& one) { one.set_leeway_seconds(301); }), HasSubstr("leeway"));
  EXPECT_THAT(wrong([](auto& one) { one.set_lifetime_hours_max(-1); }), HasSubstr("lifetime"));
  EXPECT_THAT(wrong([](auto& one) { one.add_scopes("all"); }), HasSubstr("incidents.read"));
}

TEST(AccessConfigTest, RatesAndDaysHaveRanges) {
  const auto wrong = [](const std::function<void(config::v1::AccessConfig&)>& change) {
    config::v1::AccessConfig config;
    change(config);
    return std::string(CheckAccess(config).message());
  };
  EXPECT_TRUE(CheckAccess({}).ok());
  EXPECT_THAT(wrong([](auto& one) { one.mutable_people()->set_burst(5); }), HasSubstr("people"));
  EXPECT_THAT(wrong([](auto& one) { one.mutable_systems()->set_per_second(5); }),
              HasSubstr("systems"));
  EXPECT_THAT(wrong([](auto& one) { one.set_person_token_days_max(-1); }), HasSubstr("person"));
  EXPECT_THAT(wrong([](auto& one) { one.set_lockout_seconds_max(1 << 30); }), HasSubstr("lockout"));
}

}  // namespace
}  // namespace belfry::frontend
