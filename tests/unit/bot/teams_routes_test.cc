// /api/messages and /teams/outgoing as Teams, an attacker and an unlucky responder meet them.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/outgoing_webhook.h"
#include "bot/platform/teams/routes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_http.h"
#include "tests/support/teams_token.h"

namespace belfry::bot::teams {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTenant[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kApp[] = "11111111-2222-3333-4444-555555555555";
constexpr char kLinked[] = "bbbbbbbb-0000-4000-8000-000000000002";
constexpr char kIssuer[] = "https://api.botframework.com";
constexpr char kService[] = "https://smba.trafficmanager.net/amer/";
constexpr char kThread[] = "19:abc@thread.tacv2;messageid=1700000000000";

const TokenIssuer& Issuer() {
  static const TokenIssuer* const issuer = new TokenIssuer("key-1");
  return *issuer;
}

// A server that knows one account and one incident, and counts what was done.
class FakeServer final : public client::Connection {
 public:
  absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest& request, const client::CallOptions&) override {
    if (down) return absl::UnavailableError("no server");
    if (request.account().user_id() != kLinked) return absl::NotFoundError("nobody");
    v1::LookupChatAccountResponse response;
    response.mutable_person()->set_name("people/dop.iso");
    return response;
  }
  absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const v1::GetPolicyRequest&,
                                                  const client::CallOptions&) override {
    if (down) return absl::UnavailableError("no server");
    return v1::GetPolicyResponse();
  }
  absl::StatusOr<v1::AcknowledgeIncidentResponse> AcknowledgeIncident(
      const v1::AcknowledgeIncidentRequest& request, const client::CallOptions& call) override {
    absl::MutexLock lock(&mutex);
    ++acknowledged;
    act_for = call.act_for.value_or("");
    request_id = request.request_id();
    v1::AcknowledgeIncidentResponse response;
    response.mutable_incident()->set_name(request.name());
    return response;
  }

  std::atomic<bool> down{false};
  absl::Mutex mutex;
  int acknowledged ABSL_GUARDED_BY(mutex) = 0;
  std::string act_for ABSL_GUARDED_BY(mutex);
  std::string request_id ABSL_GUARDED_BY(mutex);
};

class TeamsRoutesTest : public ::testing::Test {
 protected:
  TeamsRoutesTest()
      : server_(std::make_shared<FakeServer>()),
        http_([](const OutgoingRequest& request) { return Serve(request); }),
        connector_(&http_, nullptr),
        runner_(client::Client(server_)),
        dispatcher_(client::Client(server_), &runner_, 2),
        responder_(&dispatcher_, &answers_),
        routes_({}, {MakeTenant()}, &responder_, &clock_, Count()),
        webhooks_({{kTenant, "dop", kWebhookKey}}, &dispatcher_, &answers_, &clock_, Count()) {}
  ~TeamsRoutesTest() override {
    dispatcher_.Stop();
    responder_.Stop();
  }

  static absl::StatusOr<HttpResponse> Serve(const OutgoingRequest& request) {
    HttpResponse response;
    if (absl::EndsWith(request.url, "/openid")) {
      response.body = R"({"jwks_uri":"https://login.example/keys"})";
    } else if (absl::EndsWith(request.url, "/keys")) {
      response.body = Json({{"keys", Json::array({Issuer().Jwk({"msteams"})})}}).dump();
    } else {
      response.body = R"({"id":"1700000000077"})";
    }
    return response;
  }
  std::function<void(const char*)> Count() {
    return [this](const char* reason) {
      absl::MutexLock lock(&mutex_);
      ++rejected_[reason];
    };
  }
  Tenant MakeTenant() {
    Tenant tenant;
    tenant.id = kTenant;
    tenant.rules = {kIssuer, kApp};
    tenant.keys = std::make_shared<SigningKeys>("https://login.example/openid", &http_, &clock_);
    tenant.hosts = std::make_shared<ServiceHosts>(*ServiceHosts::Make({}));
    tenant.conversations =
        std::make_shared<Conversations>(client::Client(server_), kTenant, &clock_);
    tenant.platform = std::make_shared<TeamsPlatform>(
        TeamsOptions{.tenant = kTenant, .app_id = kApp}, &connector_, tenant.hosts.get(),
        tenant.conversations.get());
    return tenant;
  }

  std::string Token(const Json& changes = Json::object()) {
    Json claims = {{"iss", kIssuer},
                   {"aud", kApp},
                   {"serviceurl", kService},
                   {"exp", absl::ToUnixSeconds(clock_.Now()) + 3600}};
    claims.update(changes);
    return Issuer().Token(claims);
  }
  Json Activity(const char* type, const std::string& user = kLinked) {
    return {{"type", type},
            {"id", absl::StrCat("17000000001", ++count_)},
            {"serviceUrl", kService},
            {"channelId", "msteams"},
            {"from", {{"id", "29:user"}, {"aadObjectId", user}}},
            {"recipient", {{"id", "28:bot"}, {"name", "Belfry"}}},
            {"conversation",
             {{"id", kThread}, {"conversationType", "channel"}, {"tenantId", kTenant}}}};
  }
  Json Typed(const std::string& text, const std::string& user = kLinked) {
    Json activity = Activity("message", user);
    activity["text"] = text;
    return activity;
  }
  Json Press(const std::string& command, bool on_answer = false) {
    Json activity = Activity("invoke");
    activity["name"] = "adaptiveCard/action";
    activity["replyToId"] = "1700000000000";
    CardData data;
    data.command = command;
    data.on_answer = on_answer;
    activity["value"]["action"] = {{"verb", "belfry"}, {"data", ToData(data)}};
    return activity;
  }

  HttpResponse Ask(HttpRequest request) {
    // Outlives an answer that comes too late.
    struct State {
      absl::Notification done;
      HttpResponse response;
    };
    const auto state = std::make_shared<State>();
    const auto respond = [state](HttpResponse response) {
      state->response = std::move(response);
      state->done.Notify();  // a second answer would abort
    };
    if (request.path == "/teams/outgoing") {
      webhooks_.Handle(request, respond);
    } else {
      routes_.Handle(std::move(request), respond);
    }
    EXPECT_TRUE(state->done.WaitForNotificationWithTimeout(absl::Seconds(10)));
    return state->response;
  }
  HttpResponse Send(const Json& activity, const std::string& token) {
    HttpRequest request{"POST", "/api/messages", "", {}};
    if (!token.empty()) {
      request.headers = {{"Authorization", absl::StrCat("Bearer ", token)}};
    }
    request.body = activity.dump();
    return Ask(std::move(request));
  }
  HttpResponse Send(const Json& activity) { return Send(activity, Token()); }
  HttpResponse Webhook(const Json& activity, const std::string& key = kWebhookKey) {
    HttpRequest request{"POST", "/teams/outgoing", "", {}};
    request.body = activity.dump();
    request.headers = {{"Authorization", SignWebhook(key, request.body)}};
    return Ask(std::move(request));
  }

  int Acknowledged() {
    absl::MutexLock lock(&server_->mutex);
    return server_->acknowledged;
  }
  int Rejected(const std::string& reason) {
    absl::MutexLock lock(&mutex_);
    return rejected_[reason];
  }
  // What was posted, after `count` requests altogether; two of them fetched the keys.
  std::string Posted(size_t count) {
    EXPECT_TRUE(http_.WaitFor(count)) << http_.sent().size();
    const auto sent = http_.sent();
    return sent.empty()
               ? ""
               : absl::StrCat(sent.back().method, " ", sent.back().url, " ", sent.back().body);
  }

  static constexpr char kWebhookKey[] = "0123456789abcdef0123456789abcdef";

  std::shared_ptr<FakeServer> server_;
  VirtualClock clock_{absl::FromUnixSeconds(1'764'000'000)};
  int count_ = 0;
  absl::Mutex mutex_;
  std::map<std::string, int> rejected_ ABSL_GUARDED_BY(mutex_);
  FakeHttp http_;
  Connector connector_;
  chat::CommandRunner runner_;
  CommandDispatcher dispatcher_;
  AnswerClock answers_;
  Responder responder_;
  TeamsRoutes routes_;
  OutgoingWebhooks webhooks_;
};

TEST_F(TeamsRoutesTest, AMessageActsAsTheLinkedPersonAndIsAnsweredInItsThread) {
  EXPECT_EQ(Send(Typed("ack DOP-2026-0001")).status, 200);
  const std::string posted = Posted(3);
  EXPECT_THAT(posted, HasSubstr("POST https://smba.trafficmanager.net/amer/v3/conversations/"
                                "19%3Aabc%40thread.tacv2%3Bmessageid%3D1700000000000/activities"));
  EXPECT_EQ(Acknowledged(), 1);
  absl::MutexLock lock(&server_->mutex);
  EXPECT_EQ(server_->act_for, "people/dop.iso");
  EXPECT_THAT(server_->request_id, HasSubstr("teams:"));
}

TEST_F(TeamsRoutesTest, ARepeatedMessageIsDoneOnce) {
  const Json message = Typed("ack DOP-2026-0001");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Send(message).status, 200);
  dispatcher_.Stop();
  EXPECT_EQ(Acknowledged(), 1);
}

TEST_F(TeamsRoutesTest, RefusalsSayNothingAndDoNothing) {
  const Json message = Typed("ack DOP-2026-0001");
  const TokenIssuer stranger("key-1");
  const TokenIssuer unknown("key-9");
  const Json claims = {{"iss", kIssuer},
                       {"aud", kApp},
                       {"serviceurl", kService},
                       {"exp", absl::ToUnixSeconds(clock_.Now()) + 60}};
  const std::pair<std::string, std::string> tokens[] = {
      {"", "missing"},
      {"garbage", "malformed"},
      {Token({{"iss", "x"}}), "issuer"},
      {Token({{"aud", "x"}}), "audience"},
      {Token({{"exp", 1}}), "expired"},
      {Issuer().Token(claims, {{"alg", "none"}}), "algorithm"},
      {stranger.Token(claims), "signature"},
      {unknown.Token(claims), "key_unknown"}};
  for (const auto& [token, reason] : tokens) {
    const HttpResponse response = Send(message, token);
    EXPECT_EQ(response.status, 401) << reason;
    EXPECT_EQ(response.body, "") << reason;
    EXPECT_EQ(Rejected(reason), 1) << reason;
  }
  EXPECT_EQ(Send(message, Token({{"serviceurl", "https://evil.example/"}})).status, 403);
  dispatcher_.Stop();
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(TeamsRoutesTest, OthersThanOurTenantAreRefused) {
  Json message = Typed("ack DOP-2026-0001");
  message["conversation"]["tenantId"] = "cccccccc-0000-4000-8000-000000000009";
  EXPECT_EQ(Send(message).status, 403);
  message = Typed("ack DOP-2026-0001");
  message["conversation"].erase("tenantId");
  EXPECT_EQ(Send(message).status, 403);
  message = Typed("ack DOP-2026-0001");
  message["from"]["tenantId"] = "cccccccc-0000-4000-8000-000000000009";
  EXPECT_EQ(Send(message).status, 403);
  EXPECT_EQ(Rejected("tenant"), 3);
  message = Typed("ack DOP-2026-0001");
  message["channelId"] = "webchat";
  EXPECT_EQ(Send(message).status, 403);
  EXPECT_EQ(Rejected("endorsement"), 1);
  dispatcher_.Stop();
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(TeamsRoutesTest, ASignedServiceUrlOfAnotherHostIsNotSpokenTo) {
  Json message = Typed("ack DOP-2026-0001");
  message["serviceUrl"] = "https://evil.example/";
  EXPECT_EQ(Send(message, Token({{"serviceurl", "https://evil.example/"}})).status, 403);
  EXPECT_EQ(Rejected("service_host"), 1);
  dispatcher_.Stop();
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(TeamsRoutesTest, HeadIsCheapAndOtherMethodsAreNot) {
  EXPECT_EQ(Ask({"HEAD", "/api/messages", "", {}}).status, 200);
  EXPECT_EQ(Ask({"GET", "/api/messages", "", {}}).status, 405);
  EXPECT_THAT(http_.sent(), ::testing::SizeIs(0));
}

TEST_F(TeamsRoutesTest, AButtonOfANoticeIsAnsweredUnderIt) {
  const HttpResponse response = Send(Press("ack DOP-2026-0001"));
  EXPECT_EQ(response.status, 200);
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["type"], "application/vnd.microsoft.activity.message");
  EXPECT_EQ(Acknowledged(), 1);
}

TEST_F(TeamsRoutesTest, APressThatIsSentAgainIsDoneOnceAndAnsweredTwice) {
  Json press = Press("ack DOP-2026-0001");
  const HttpResponse first = Send(press);
  press["id"] = "another";
  const HttpResponse second = Send(press);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(Acknowledged(), 1);
  clock_.AdvanceTo(clock_.Now() + absl::Seconds(16));
  Send(press);
  EXPECT_EQ(Acknowledged(), 2) << "a later press is another act";
}

TEST_F(TeamsRoutesTest, AnAnswerIsReplacedForTheOneAndForEverybody) {
  const HttpResponse response = Send(Press("ack DOP-2026-0001", /*on_answer=*/true));
  EXPECT_EQ(Json::parse(response.body)["type"], "application/vnd.microsoft.card.adaptive");
  EXPECT_THAT(Posted(3), HasSubstr("PUT https://smba.trafficmanager.net/amer/v3/conversations/"));
}

TEST_F(TeamsRoutesTest, AFormIsPutAsideWithoutRunningAnything) {
  Json press = Press("x", true);
  CardData cancel;
  cancel.cancel = true;
  cancel.on_answer = true;
  press["value"]["action"]["data"] = ToData(cancel);
  EXPECT_THAT(Send(press).body, HasSubstr("Put aside"));
  EXPECT_THAT(Posted(3), HasSubstr("PUT "));
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(TeamsRoutesTest, ADialogShowsWhatTheCommandSays) {
  Json fetch = Activity("invoke");
  fetch["name"] = "task/fetch";
  CardData data;
  data.command = "nonsense";
  fetch["value"]["data"] = ToData(data);
  const Json body = Json::parse(Send(fetch).body);
  EXPECT_EQ(body["task"]["type"], "continue");
  EXPECT_THAT(body["task"]["value"]["card"]["content"].dump(), HasSubstr("help"));
  fetch["name"] = "unknown/invoke";
  EXPECT_EQ(Send(fetch).status, 501);
}

TEST_F(TeamsRoutesTest, UnlinkedPeopleAreToldHowToBeKnown) {
  EXPECT_EQ(Send(Typed("ack DOP-2026-0001", "cccccccc-0000-4000-8000-000000000003")).status, 200);
  EXPECT_THAT(Posted(3), HasSubstr("linked to no person"));
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(TeamsRoutesTest, WhileTheServerIsDownTheAnswerKeepsTheText) {
  server_->down = true;
  EXPECT_EQ(Send(Typed("open \"Mail is gone\"")).status, 200);
  EXPECT_THAT(Posted(3), HasSubstr("Mail is gone"));
}

TEST_F(TeamsRoutesTest, APinSaysHowItIsDone) {
  Json reaction = Activity("messageReaction");
  reaction["reactionsAdded"] = Json::array({{{"type", "1f4cc_pushpin"}}});
  EXPECT_EQ(Send(reaction).status, 200);
  EXPECT_THAT(Posted(3), HasSubstr("Add to the timeline"));
}

TEST_F(TeamsRoutesTest, MalformedActivitiesNameTheField) {
  Json message = Typed("x");
  message.erase("conversation");
  const HttpResponse response = Send(message);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("conversation.id"));
  EXPECT_EQ(Rejected("malformed"), 1);
}

TEST_F(TeamsRoutesTest, AnEmulatorNeedsNoTokenAndABrowserCannotPost) {
  TeamsRoutes anonymous({.anonymous = true}, {MakeTenant()}, &responder_, &clock_, Count());
  HttpRequest request{"POST", "/api/messages", "", {}};
  request.body = Press("ack DOP-2026-0001").dump();
  int status = 0;
  const auto note = [&](const HttpResponse& response) { status = response.status; };
  request.headers = {{"Content-Type", "text/plain"}};
  anonymous.Handle(request, note);
  EXPECT_EQ(status, 415);
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  absl::Notification done;
  anonymous.Handle(request, [&](const HttpResponse& response) {
    status = response.status;
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(status, 200);
  dispatcher_.Stop();
  EXPECT_EQ(Acknowledged(), 1);
}

TEST_F(TeamsRoutesTest, AnOutgoingWebhookIsAnsweredAtOnce) {
  Json message = Typed("<at>Belfry</at> ack DOP-2026-0001");
  const HttpResponse first = Webhook(message);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(Json::parse(first.body)["type"], "message");
  EXPECT_THAT(first.body, Not(HasSubstr("\"actions\"")));
  EXPECT_EQ(Acknowledged(), 1);
  EXPECT_EQ(Webhook(message).body, first.body) << "played again, it says the same";
  EXPECT_EQ(Acknowledged(), 1);
}

TEST_F(TeamsRoutesTest, AnOutgoingWebhookNeedsItsKeyAndItsTenant) {
  const Json message = Typed("ack DOP-2026-0001");
  EXPECT_EQ(Webhook(message, "another key of some length").status, 401);
  HttpRequest request{"POST", "/teams/outgoing", "", {}};
  request.body = message.dump();
  EXPECT_EQ(Ask(request).status, 401);
  const std::string good = SignWebhook(kWebhookKey, request.body);
  request.headers = {{"Authorization", good}, {"Authorization", good}};
  EXPECT_EQ(Ask(request).status, 401);
  request.headers = {{"Authorization", good}};
  request.body += " ";
  EXPECT_EQ(Ask(request).status, 401);
  EXPECT_EQ(Rejected("signature"), 4);
  Json other = message;
  other["conversation"]["tenantId"] = "cccccccc-0000-4000-8000-000000000009";
  EXPECT_EQ(Webhook(other).status, 403);
  other = message;
  other.erase("id");
  EXPECT_EQ(Webhook(other).status, 400) << "without an id a repeat could not be told";
  EXPECT_EQ(Acknowledged(), 0);
}

TEST(RepeatsTest, ARepeatGetsTheFirstAnswerAndAFailureIsForgotten) {
  Repeats repeats(absl::Seconds(15));
  const absl::Time now = absl::FromUnixSeconds(1'764'000'000);
  std::vector<int> answers;
  const auto note = [&answers](const HttpResponse& response) {
    answers.push_back(response.status);
  };
  const auto first = repeats.Admit("a", now, note);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(repeats.Admit("a", now, note).has_value()) << "waits for the first";
  (*first)({.status = 200});
  EXPECT_FALSE(repeats.Admit("a", now + absl::Seconds(15), note).has_value());
  EXPECT_THAT(answers, ::testing::ElementsAre(200, 200, 200));
  EXPECT_TRUE(repeats.Admit("a", now + absl::Seconds(16), note).has_value()) << "long ago";
  const auto failed = repeats.Admit("b", now + absl::Seconds(16), note);
  (*failed)({.status = 503});
  EXPECT_TRUE(repeats.Admit("b", now + absl::Seconds(17), note).has_value());
}

TEST(OutgoingWebhookTest, SignsAsMicrosoftDoes) {
  const auto key = DecodeWebhookToken("vqF0En+Z0ucuRTM/01o2GuhMH3hKKk/N2bOmlM31zaA=");
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(SignWebhook(*key, R"({"type":"message","text":"x"})"),
            "HMAC Y1FbQJl63TPqyb1az+gp3irY95UVEcQ7MURBtJfBv64=");
  EXPECT_FALSE(DecodeWebhookToken("short").ok());
  EXPECT_FALSE(DecodeWebhookToken("not base64 at all!!").ok());
}

}  // namespace
}  // namespace belfry::bot::teams
