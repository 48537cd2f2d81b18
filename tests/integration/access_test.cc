// Who connects, and as whom, over the public API: tokens, scopes, logins, bots, rates, lock-out.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/secret_token.h"
#include "server/base/sha256.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/core_world.h"
#include "tests/support/jwt_issuer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A refusal as it crossed the wire.
MATCHER_P(Refused, reason, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason;
}

// Server and credentials run on a machine's clock that is turned by hand.
class AccessTest : public ::testing::Test {
 protected:
  AccessTest() : machine_(absl::FromUnixSeconds(1'764'000'000)) {
    engine::EngineOptions options;
    options.machine_clock = &machine_;
    jwks_ = ::testing::TempDir() + absl::StrCat("jwks-", getpid());
    std::ofstream(jwks_) << JwkSet({login_.Jwk()});
    server_ = std::make_unique<TestServer>(
        [this](config::v1::ServerConfig& config, const std::string&) {
          config::v1::AccessConfig& access = *config.mutable_access();
          access.mutable_people()->set_per_second(1);
          access.mutable_people()->set_burst(50);
          access.mutable_systems()->set_per_second(10);
          access.mutable_systems()->set_burst(100);
          access.set_failures_free(3);
          access.set_tokens_per_principal_max(3);
          config::v1::OidcIssuerConfig* issuer = access.add_oidc_issuers();
          issuer->set_issuer("https://login.example/");
          issuer->add_audiences("belfry");
          issuer->set_jwks_file(jwks_);
          issuer->set_person_claim("sub");
          issuer->set_id_suffix("*");
        },
        options);
  }
  ~AccessTest() override { std::filesystem::remove(jwks_); }

  static v1::CreateTokenRequest Order(const std::vector<std::string>& scopes,
                                      const std::string& principal = "") {
    v1::CreateTokenRequest request;
    request.set_principal(principal);
    request.set_display_name("a script");
    for (const std::string& scope : scopes) request.add_scopes(scope);
    return request;
  }
  v1::CreateTokenResponse Make(const std::string& who, const std::vector<std::string>& scopes,
                               const std::string& principal = "") {
    const auto made = server_->As(who).CreateToken(Order(scopes, principal));
    EXPECT_THAT(made, IsOk());
    return made.ok() ? *made : v1::CreateTokenResponse();
  }
  absl::Status Revoke(const std::string& who, const std::string& name) {
    v1::RevokeTokenRequest request;
    request.set_name(name);
    request.set_reason("it was lost");
    return server_->As(who).RevokeToken(request).status();
  }
  client::Client With(const std::string& token) { return server_->WithToken(token); }
  static std::string WhoIs(const client::Client& client) {
    const auto who = client.WhoAmI(v1::WhoAmIRequest());
    return who.ok() ? who->principal() : client::DescribeError(who.status()).reason;
  }
  std::string Login(const std::string& person) {
    const int64_t now = absl::ToUnixSeconds(machine_.Now());
    return login_.Token({{"iss", "https://login.example/"},
                         {"aud", "belfry"},
                         {"sub", person},
                         {"iat", now},
                         {"exp", now + 600}});
  }
  // Until a stream that was just begun tells of one.
  void OpenUntil(const std::atomic<bool>& seen) {
    for (int i = 0; i < 45 && !seen; ++i) server_->Open("dop.contact");
    ASSERT_TRUE(seen);
  }
  void Pass(absl::Duration time) { machine_.AdvanceTo(machine_.Now() + time); }

  VirtualClock machine_;
  const JwtIssuer login_{"key-1"};
  std::string jwks_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(AccessTest, ATokenStandsForItsOwnerUntilItRunsOut) {
  v1::CreateTokenRequest order = Order({"incidents.read", "incidents.write"});
  order.mutable_lifetime()->set_seconds(3600);
  const auto made = server_->As("dop.clerk").CreateToken(order);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(ShapeOfToken(made->secret()), TokenShape::kWhole);
  EXPECT_EQ(made->token().principal(), "people/dop.clerk");
  EXPECT_EQ(made->token().state(), v1::AccessToken::STATE_ACTIVE);
  const client::Client script = With(made->secret());
  EXPECT_EQ(WhoIs(script), "people/dop.clerk");
  v1::CreateIncidentRequest report;
  report.set_title("Something is wrong");
  EXPECT_THAT(script.CreateIncident(report), IsOk());
  Pass(absl::Minutes(59));
  EXPECT_EQ(WhoIs(script), "people/dop.clerk");
  Pass(absl::Minutes(1));
  EXPECT_EQ(WhoIs(script), "CREDENTIALS_EXPIRED");
}

TEST_F(AccessTest, TheSecretIsInOneAnswerAndNowhereElse) {
  const auto made = Make("dop.clerk", {"incidents.read", "tokens"});
  EXPECT_EQ(WhoIs(With(made.secret())), "people/dop.clerk");
  v1::ListTokensRequest all;
  all.set_show_ended(true);
  const auto list = server_->As("dop.clerk").ListTokens(all);
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(list->tokens(), SizeIs(1));
  EXPECT_THAT(list->ShortDebugString(), Not(HasSubstr(made.secret().substr(4, 20))));
  EXPECT_EQ(absl::FromUnixSeconds(list->tokens(0).last_use_time().seconds()),
            absl::FromUnixSeconds(1'764'000'000 / 3600 * 3600))
      << "to the hour";
  // Neither in the store: not as it is, not as hexadecimal.
  server_->Restart();
  EXPECT_EQ(WhoIs(With(made.secret())), "people/dop.clerk") << "it survives a restart";
  for (const auto& file : std::filesystem::directory_iterator(server_->directory())) {
    std::stringstream bytes;
    bytes << std::ifstream(file.path(), std::ios::binary).rdbuf();
    EXPECT_EQ(bytes.str().find(made.secret().substr(4, 20)), std::string::npos) << file.path();
  }
}

TEST_F(AccessTest, ARevokedTokenEndsAtOnceAlsoItsStreams) {
  const auto made = Make("dop.clerk", {"incidents.read"});
  const client::Client script = With(made.secret());
  client::Watcher watcher = script.Watch(v1::WatchIncidentsRequest());
  std::atomic<bool> seen{false};
  std::thread reader([&] {
    v1::WatchIncidentsResponse message;
    while (watcher.Next(&message)) seen = true;
  });
  OpenUntil(seen);
  EXPECT_THAT(Revoke("dop.clerk", made.token().name()), IsOk());
  reader.join();  // nothing happened in any incident, and yet it ends
  EXPECT_THAT(watcher.status(), Refused("CREDENTIALS_EXPIRED"));
  EXPECT_EQ(WhoIs(script), "CREDENTIALS_EXPIRED");
  EXPECT_THAT(Revoke("dop.clerk", made.token().name()), IsOk()) << "twice is once";
  server_->Restart();
  EXPECT_EQ(WhoIs(With(made.secret())), "CREDENTIALS_EXPIRED");
}

TEST_F(AccessTest, ALeaseThatWaitsIsNotAnsweredToARevokedToken) {
  const auto made = Make("admin", {"deliveries"}, "systems/bot");
  const client::Client bot = With(made.secret());
  v1::LeaseDeliveriesRequest lease;
  lease.set_holder("b");
  lease.set_incarnation("1");
  lease.add_platforms("console");
  lease.mutable_wait()->set_seconds(20);
  absl::Status answer;
  std::thread waiting([&] { answer = bot.LeaseDeliveries(lease).status(); });
  // The order of the two does not matter: either way it must not get the notice.
  EXPECT_THAT(Revoke("admin", made.token().name()), IsOk());
  server_->Open();
  waiting.join();
  EXPECT_THAT(answer, Refused("CREDENTIALS_EXPIRED"));
}

TEST_F(AccessTest, ScopesNarrowAndNeverWiden) {
  const std::string incident = server_->Open();
  const client::Client reader = With(Make("dop.clerk", {"incidents.read"}).secret());
  v1::GetIncidentRequest get;
  get.set_name(incident);
  EXPECT_THAT(reader.GetIncident(get), IsOk());
  v1::AddNoteRequest note;
  note.set_name(incident);
  note.set_text("hello");
  EXPECT_THAT(reader.AddNote(note), Refused("SCOPE_REQUIRED"));
  EXPECT_THAT(reader.ListTokens(v1::ListTokensRequest()), Refused("SCOPE_REQUIRED"));
  // With every scope a clerk is still no administrator, and sees no more than before.
  const client::Client all =
      With(Make("bor.contact", {"directory.admin", "policy.admin", "deliveries", "incidents.read"})
               .secret());
  EXPECT_THAT(all.GetDirectory(v1::GetDirectoryRequest()), Refused("RIGHT_REQUIRED"));
  EXPECT_THAT(all.GetIncident(get), Refused("INCIDENT_NOT_FOUND"));
  v1::CreateTokenRequest unknown = Order({"incidents.read", "everything"});
  EXPECT_THAT(server_->As("dop.clerk").CreateToken(unknown), Refused("FIELD_INVALID"));
  EXPECT_THAT(server_->As("dop.clerk").CreateToken(Order({})), Refused("FIELD_INVALID"));
}

TEST_F(AccessTest, PeopleMakeTheirOwnAndAdministratorsThoseOfSystems) {
  EXPECT_THAT(server_->As("dop.clerk").CreateToken(Order({"incidents.read"}, "people/dop.iso")),
              Refused("TOKEN_FOR_OTHERS"));
  EXPECT_THAT(server_->As("dop.clerk").CreateToken(Order({"incidents.read"}, "systems/siem.dop")),
              Refused("TOKEN_FOR_OTHERS"));
  EXPECT_THAT(server_->As("siem.dop").CreateToken(Order({"incidents.read"})),
              Refused("TOKEN_FOR_OTHERS"));
  EXPECT_THAT(server_->As("admin").CreateToken(Order({"incidents.read"}, "people/dop.iso")),
              Refused("TOKEN_FOR_OTHERS"))
      << "an administrator cannot become somebody";
  EXPECT_THAT(server_->As("admin").CreateToken(Order({"incidents.read"}, "systems/nobody")),
              Refused("PRINCIPAL_NOT_FOUND"));
  const auto made = Make("admin", {"incidents.write"}, "systems/siem.dop");
  v1::CreateIncidentRequest report;
  report.set_title("Sensor alarm");
  const auto created = With(made.secret()).CreateIncident(report);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->incident().entity(), "entities/dop") << "as the configuration says";
  // Others' tokens are none.
  EXPECT_THAT(Revoke("dop.clerk", made.token().name()), Refused("TOKEN_NOT_FOUND"));
  EXPECT_THAT(Revoke("dop.clerk", "tokens/nothing"), Refused("TOKEN_NOT_FOUND"));
  v1::ListTokensRequest others;
  others.set_principal("systems/siem.dop");
  EXPECT_THAT(server_->As("dop.clerk").ListTokens(others), Refused("TOKEN_FOR_OTHERS"));
  EXPECT_THAT(server_->As("dop.clerk").ListTokens(v1::ListTokensRequest())->tokens(), IsEmpty());
  EXPECT_THAT(server_->As("admin").ListTokens(others)->tokens(), SizeIs(1));
  EXPECT_THAT(Revoke("admin", made.token().name()), IsOk());
  EXPECT_EQ(WhoIs(With(made.secret())), "CREDENTIALS_EXPIRED");
}

TEST_F(AccessTest, NoTokenMakesTokensAndNoBotStandsInForAnybody) {
  const auto made = Make("dop.clerk", {"tokens", "incidents.read"});
  const client::Client script = With(made.secret());
  EXPECT_THAT(script.CreateToken(Order({"tokens"})), Refused("OWN_CREDENTIALS_NEEDED"));
  v1::RotateTokenRequest rotate;
  rotate.set_name(made.token().name());
  EXPECT_THAT(script.RotateToken(rotate), Refused("OWN_CREDENTIALS_NEEDED"));
  EXPECT_THAT(script.ListTokens(v1::ListTokensRequest()), IsOk());
  const client::Client bot = server_->BotFor("dop.clerk");
  EXPECT_THAT(bot.CreateToken(Order({"tokens"})), Refused("OWN_CREDENTIALS_NEEDED"));
  EXPECT_THAT(bot.ListTokens(v1::ListTokensRequest()), Refused("OWN_CREDENTIALS_NEEDED"));
  EXPECT_THAT(server_->BotAs("").CreateToken(Order({"tokens"})), Refused("ACT_FOR_NEEDED"));
  // What a stolen one can do is to end itself.
  v1::RevokeTokenRequest revoke;
  revoke.set_name(made.token().name());
  EXPECT_THAT(script.RevokeToken(revoke), IsOk());
}

TEST_F(AccessTest, LimitsOfTokensAreKept) {
  for (int i = 0; i < 3; ++i) Make("dop.clerk", {"incidents.read"});
  EXPECT_THAT(server_->As("dop.clerk").CreateToken(Order({"incidents.read"})),
              Refused("TOO_MANY_TOKENS"));
  v1::CreateTokenRequest order = Order({"incidents.read"});
  order.mutable_lifetime()->set_seconds(91 * 86'400);
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  order.mutable_lifetime()->set_seconds(59);
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  order.mutable_lifetime()->set_seconds(int64_t{1} << 62);
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  order.mutable_lifetime()->set_seconds(90 * 86'400);
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), IsOk());
  order.set_principal("systems/siem.dop");
  order.mutable_lifetime()->set_seconds(365 * 86'400);
  EXPECT_THAT(server_->As("admin").CreateToken(order), IsOk());
  order = Order({"incidents.read"});
  order.set_display_name(std::string(101, 'x'));
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  order.set_display_name("two\nlines");
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  order.set_display_name("");
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
  for (int i = 0; i < 11; ++i) order.add_scopes("incidents.read");
  order.set_display_name("x");
  EXPECT_THAT(server_->As("dop.iso").CreateToken(order), Refused("FIELD_INVALID"));
}

TEST_F(AccessTest, RotationLeavesTimeToExchange) {
  const auto first = Make("dop.clerk", {"incidents.read"});
  v1::RotateTokenRequest rotate;
  rotate.set_name(first.token().name());
  rotate.mutable_overlap()->set_seconds(3600);
  const auto second = server_->As("dop.clerk").RotateToken(rotate);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->token().replaces(), first.token().name());
  EXPECT_THAT(second->token().scopes(), ElementsAre("incidents.read"));
  EXPECT_EQ(WhoIs(With(first.secret())), "people/dop.clerk");
  EXPECT_EQ(WhoIs(With(second->secret())), "people/dop.clerk");
  Pass(absl::Hours(1));
  EXPECT_EQ(WhoIs(With(first.secret())), "CREDENTIALS_EXPIRED");
  EXPECT_EQ(WhoIs(With(second->secret())), "people/dop.clerk");
  EXPECT_THAT(server_->As("dop.clerk").RotateToken(rotate), Refused("TOKEN_ENDED"));
  rotate.set_name(second->token().name());
  EXPECT_THAT(server_->As("dop.iso").RotateToken(rotate), Refused("TOKEN_NOT_FOUND"));
  rotate.mutable_overlap()->set_seconds(8 * 86'400);
  EXPECT_THAT(server_->As("dop.clerk").RotateToken(rotate), Refused("FIELD_INVALID"));
}

TEST_F(AccessTest, EveryChangeIsInTheRecord) {
  const auto made = Make("dop.clerk", {"incidents.read"});
  v1::RotateTokenRequest rotate;
  rotate.set_name(made.token().name());
  ASSERT_THAT(server_->As("dop.clerk").RotateToken(rotate), IsOk());
  ASSERT_THAT(Revoke("admin", made.token().name()), IsOk());
  ASSERT_THAT(Revoke("admin", made.token().name()), IsOk());
  const auto changes = server_->engine().store().ListAccessChanges(0, 100);
  ASSERT_THAT(changes, IsOk());
  std::vector<std::string> told;
  for (const storage::AccessChangeRow& row : *changes) {
    v1::AccessToken token;
    EXPECT_TRUE(token.ParseFromString(row.blob));
    EXPECT_EQ(token.name(), row.subject);
    told.push_back(absl::StrCat(row.kind, " by ", row.principal));
  }
  EXPECT_THAT(told,
              ElementsAre("token.created by people/dop.clerk", "token.created by people/dop.clerk",
                          "token.shortened by people/dop.clerk", "token.revoked by systems/admin"));
}

TEST_F(AccessTest, WhoHasLeftTheDirectoryHasNoToken) {
  const auto made = Make("dop.clerk", {"incidents.read"});
  const std::string login = Login("dop.clerk");
  EXPECT_EQ(WhoIs(With(login)), "people/dop.clerk");
  v1::ReplaceDirectoryRequest replace;
  *replace.mutable_directory() = server_->engine().directory()->proto();
  auto* people = replace.mutable_directory()->mutable_people();
  for (int i = 0; i < people->size(); ++i) {
    if (people->Get(i).name() == "people/dop.clerk") people->DeleteSubrange(i, 1);
  }
  ASSERT_THAT(server_->As("admin").ReplaceDirectory(replace), IsOk());
  EXPECT_EQ(WhoIs(With(made.secret())), "PERSON_UNKNOWN");
  EXPECT_EQ(WhoIs(With(login)), "PERSON_UNKNOWN");
}

TEST_F(AccessTest, ALoginIsThePersonAndMayMakeATokenForThem) {
  const client::Client person = With(Login("dop.iso"));
  EXPECT_EQ(WhoIs(person), "people/dop.iso");
  EXPECT_EQ(WhoIs(With(Login("nobody"))), "PERSON_UNKNOWN");
  const auto made = person.CreateToken(Order({"incidents.read"}));
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->token().creator(), "people/dop.iso");
  EXPECT_EQ(WhoIs(With(made->secret())), "people/dop.iso");
  Pass(absl::Seconds(660));
  EXPECT_EQ(WhoIs(person), "CREDENTIALS_EXPIRED");
  // A forger has the name of the key, and another key.
  const JwtIssuer forger("key-1");
  const int64_t now = absl::ToUnixSeconds(machine_.Now());
  EXPECT_EQ(WhoIs(With(forger.Token({{"iss", "https://login.example/"},
                                     {"aud", "belfry"},
                                     {"sub", "dop.iso"},
                                     {"iat", now},
                                     {"exp", now + 600}}))),
            "CREDENTIALS_INVALID");
}

TEST_F(AccessTest, TokensOfTheConfigurationAreExchangedWithoutARestart) {
  const std::string file = absl::StrCat(server_->directory(), "/dop.clerk.sha256");
  const auto write = [&file](const std::string& text) {
    std::ofstream(file + ".new") << text;
    std::filesystem::rename(file + ".new", file);
  };
  const std::string old_hash = Sha256Hex("token-of-dop.clerk");
  write(absl::StrCat("# the old one goes on Friday\n", old_hash, "\n", Sha256Hex("fresh"), "\n"));
  EXPECT_EQ(WhoIs(With("fresh")), "CREDENTIALS_INVALID") << "not before the file was looked at";
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(With("fresh")), "people/dop.clerk");
  EXPECT_EQ(WhoIs(server_->As("dop.clerk")), "people/dop.clerk");
  write("half a ha");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(With("fresh")), "people/dop.clerk");
  // Another one's token would make two people one.
  write(absl::StrCat(Sha256Hex("token-of-dop.iso"), "\n"));
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "people/dop.iso");
  EXPECT_EQ(WhoIs(With("fresh")), "people/dop.clerk");
  write(absl::StrCat(Sha256Hex("fresh"), "\n"));
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(server_->As("dop.clerk")), "CREDENTIALS_INVALID");
  write("# nobody\n");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(With("fresh")), "CREDENTIALS_INVALID");
}

TEST_F(AccessTest, ABotReachesItsWorkspacesAndNoFurther) {
  EXPECT_EQ(WhoIs(server_->BotFor("dop.clerk")), "people/dop.clerk");
  // In the directory, but without an account anywhere.
  EXPECT_EQ(WhoIs(server_->BotFor("dop.head")), "ACT_FOR_DENIED");
  EXPECT_EQ(WhoIs(server_->BotFor("nobody")), "ACT_FOR_DENIED");
  EXPECT_EQ(WhoIs(server_->BotAs("systems/admin")), "ACT_FOR_DENIED");
  EXPECT_EQ(WhoIs(server_->BotAs("accounts/slack/T1/U1")), "ACCOUNT_NOT_LINKED");
  EXPECT_EQ(WhoIs(server_->BotAs("accounts/slack/T2/U1")), "ACT_FOR_DENIED");
  const client::Client bot = server_->BotAs("");
  v1::LookupChatAccountRequest lookup;
  lookup.mutable_account()->set_platform("slack");
  lookup.mutable_account()->set_workspace("T2");
  lookup.mutable_account()->set_user_id("U1");
  EXPECT_THAT(bot.LookupChatAccount(lookup), Refused("WORKSPACE_NOT_SERVED"));
  v1::StartAccountLinkRequest link;
  *link.mutable_account() = lookup.account();
  EXPECT_THAT(bot.StartAccountLink(link), Refused("WORKSPACE_NOT_SERVED"));
  v1::CompleteAccountLinkRequest complete;
  *complete.mutable_account() = lookup.account();
  complete.set_code("0000-0000");
  EXPECT_THAT(bot.CompleteAccountLink(complete), Refused("WORKSPACE_NOT_SERVED"));
  v1::LookupPlaceRequest place;
  place.mutable_account()->set_platform("slack");
  place.mutable_account()->set_workspace("T1");
  place.mutable_account()->set_user_id("U1");
  place.mutable_place()->set_platform("slack");
  place.mutable_place()->set_workspace("T2");
  place.mutable_place()->set_channel("C1");
  EXPECT_THAT(bot.LookupPlace(place), Refused("WORKSPACE_NOT_SERVED"));
  v1::SaveConversationRequest save;
  save.mutable_conversation()->set_platform("teams");
  save.mutable_conversation()->set_workspace("another");
  save.mutable_conversation()->set_address("x");
  save.mutable_conversation()->set_reference("y");
  EXPECT_THAT(bot.SaveConversation(save), Refused("WORKSPACE_NOT_SERVED"));
  v1::ListConversationsRequest conversations;
  conversations.set_platform("teams");
  conversations.set_workspace("another");
  EXPECT_THAT(bot.ListConversations(conversations), Refused("WORKSPACE_NOT_SERVED"));
  // Nothing of what people and administrators do.
  EXPECT_THAT(bot.ListDeliveries(v1::ListDeliveriesRequest()), Refused("ACT_FOR_NEEDED"));
  EXPECT_THAT(bot.ListIncidents(v1::ListIncidentsRequest()), Refused("ACT_FOR_NEEDED"));
  EXPECT_THAT(bot.GetDirectory(v1::GetDirectoryRequest()), Refused("RIGHT_REQUIRED"));
}

TEST_F(AccessTest, APersonWhoseAccountIsUnlinkedIsOutOfTheBotsReach) {
  const client::Client bot = server_->BotFor("dop.clerk");
  client::Watcher watcher = bot.Watch(v1::WatchIncidentsRequest());
  std::atomic<bool> seen{false};
  std::thread reader([&] {
    v1::WatchIncidentsResponse message;
    while (watcher.Next(&message)) seen = true;
  });
  OpenUntil(seen);
  v1::UnlinkAccountRequest unlink;
  unlink.mutable_account()->set_platform("console");
  unlink.mutable_account()->set_user_id("dop.clerk");
  ASSERT_THAT(server_->As("dop.clerk").UnlinkAccount(unlink), IsOk());
  EXPECT_EQ(WhoIs(bot), "ACT_FOR_DENIED");
  server_->Open("dop.contact");
  reader.join();
  EXPECT_THAT(watcher.status(), Refused("ACT_FOR_DENIED"));
}

TEST_F(AccessTest, WhoAsksTooOftenIsToldWhenToComeBack) {
  const client::Client clerk = server_->As("dop.clerk");
  for (int i = 0; i < 50; ++i) ASSERT_EQ(WhoIs(clerk), "people/dop.clerk") << i;
  const auto refused = clerk.WhoAmI(v1::WhoAmIRequest());
  EXPECT_THAT(refused, Refused("RATE_LIMITED"));
  const auto retry = client::DescribeError(refused.status()).retry_after;
  ASSERT_TRUE(retry.has_value());
  EXPECT_GT(*retry, absl::Milliseconds(900));
  EXPECT_LT(*retry, absl::Milliseconds(1100));
  // The same person through a bot is the same person; others are others.
  EXPECT_EQ(WhoIs(server_->BotFor("dop.clerk")), "RATE_LIMITED");
  EXPECT_EQ(WhoIs(server_->BotFor("dop.iso")), "people/dop.iso");
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "people/dop.iso");
  Pass(*retry);
  EXPECT_EQ(WhoIs(clerk), "people/dop.clerk");
  EXPECT_EQ(WhoIs(clerk), "RATE_LIMITED");
}

TEST_F(AccessTest, ABotHasALimitOfItsOwn) {
  const client::Client bot = server_->BotAs("");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(WhoIs(bot), "systems/bot") << i;
  EXPECT_EQ(WhoIs(bot), "RATE_LIMITED");
  EXPECT_EQ(WhoIs(server_->BotFor("dop.iso")), "RATE_LIMITED");
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "people/dop.iso");
}

TEST_F(AccessTest, AnAddressThatGuessesMustWaitAndItsNeighboursNeedNot) {
  const client::Client neighbour = server_->As("dop.clerk");
  ASSERT_EQ(WhoIs(neighbour), "people/dop.clerk");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(WhoIs(With(absl::StrCat("guess-", i))), "CREDENTIALS_INVALID");
  }
  const auto locked = With("guess-4").WhoAmI(v1::WhoAmIRequest());
  EXPECT_THAT(locked, Refused("ADDRESS_LOCKED_OUT"));
  EXPECT_EQ(client::DescribeError(locked.status()).retry_after, absl::Seconds(1));
  // Not even a right one is looked at, so that guessing is not worth it.
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "ADDRESS_LOCKED_OUT");
  EXPECT_EQ(WhoIs(neighbour), "people/dop.clerk");
  Pass(absl::Seconds(1));
  EXPECT_EQ(WhoIs(With("guess-5")), "CREDENTIALS_INVALID");
  Pass(absl::Milliseconds(1999));
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "ADDRESS_LOCKED_OUT");
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(WhoIs(server_->As("dop.iso")), "people/dop.iso");
}

TEST_F(AccessTest, WhatWasGoodOnceIsNoGuess) {
  const auto made = Make("dop.clerk", {"incidents.read"});
  ASSERT_THAT(Revoke("dop.clerk", made.token().name()), IsOk());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(WhoIs(With(made.secret())), "CREDENTIALS_EXPIRED");
  EXPECT_EQ(WhoIs(With("")), "CREDENTIALS_MISSING");
  std::string typo = made.secret();
  typo[10] = typo[10] == 'a' ? 'b' : 'a';
  const auto wrong = With(typo).WhoAmI(v1::WhoAmIRequest());
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("checksum"));
}

TEST(AccessSettingsTest, MistakesAreNamedAtTheStart) {
  const auto wrong = [](const std::function<void(config::v1::PrincipalConfig&)>& change) {
    config::v1::ServerConfig config;
    config::v1::PrincipalConfig* principal = config.add_principals();
    principal->set_name("systems/a");
    change(*principal);
    return std::string(frontend::Authenticator::Create(config).status().message());
  };
  using Right = config::v1::PrincipalConfig;
  EXPECT_EQ(wrong([](auto&) {}), "") << "a system may get its tokens over the API";
  EXPECT_THAT(wrong([](auto& one) { one.set_name("people/a"); }), HasSubstr("token_sha256_file"));
  EXPECT_THAT(wrong([](auto& one) { one.set_name("ana"); }), HasSubstr("people/…"));
  EXPECT_THAT(wrong([](auto& one) { one.add_workspaces("slack/T1"); }), HasSubstr("RIGHT_BOT"));
  EXPECT_THAT(wrong([](auto& one) {
                one.add_rights(Right::RIGHT_BOT);
                one.add_rights(Right::RIGHT_ADMIN);
              }),
              HasSubstr("stands alone"));
  EXPECT_THAT(wrong([](auto& one) {
                one.set_name("people/a");
                one.add_rights(Right::RIGHT_BOT);
              }),
              HasSubstr("systems/…"));
  EXPECT_THAT(wrong([](auto& one) { one.add_scopes("all"); }), HasSubstr("incidents.read"));
  EXPECT_THAT(wrong([](auto& one) { one.set_token_sha256_file("/nowhere"); }),
              HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace belfry::testing
