// Slack's addresses as an attacker and an unlucky responder meet them, over real sockets.
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/client.h"
#include "bot/http/listener.h"
#include "bot/platform/slack/routes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;

// A server that knows one account and one incident, and counts what was done.
class FakeServer final : public client::Connection {
 public:
  absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest& request, const client::CallOptions&) override {
    if (down) return absl::UnavailableError("no server");
    if (request.account().user_id() != "U1") return absl::NotFoundError("nobody");
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

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest()
      : server_(std::make_shared<FakeServer>()),
        runner_(client::Client(server_)),
        dispatcher_(client::Client(server_), &runner_, 2),
        desk_(Workspaces(), Staff(), &clock_),
        routes_({{"T1", {"new", "old"}}, {"T3", {"theirs"}}, {"T4", {}}}, &desk_,
                [this](const char* reason) { Count(reason); }) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    listener_ =
        *HttpListener::Start(options, [this](HttpRequest request, HttpListener::Respond respond) {
          routes_.Handle(request, std::move(respond));
        });
  }
  ~RoutesTest() override {
    listener_->Stop(absl::Seconds(5));
    dispatcher_.Stop();
  }

  void Count(const char* reason) {
    absl::MutexLock lock(&mutex_);
    ++rejected_[reason];
  }
  DeskStaff Staff() {
    DeskStaff staff;
    staff.submit = [this](ChatRequest request, std::string root, CommandDispatcher::Done done) {
      return dispatcher_.Submit(std::move(request), std::move(root), std::move(done));
    };
    staff.rejected = [this](const char* reason) { Count(reason); };
    return staff;
  }
  std::map<std::string, Workspace> Workspaces() {
    SlackOptions options;
    options.workspace = "T1";
    options.api_base_url = "http://127.0.0.1:1/";
    Workspace workspace;
    workspace.platform = std::make_shared<SlackPlatform>(options, &http_);
    workspace.root = "/incident";
    return {{"T1", workspace}};
  }

  HttpResponse Send(const std::string& path, const std::string& body,
                    const std::string& secret = "new", absl::Duration age = absl::ZeroDuration()) {
    OutgoingRequest request;
    request.url = absl::StrCat("http://127.0.0.1:", listener_->port(), path);
    const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(absl::Now() - age));
    request.headers = {{"X-Slack-Request-Timestamp", timestamp},
                       {"X-Slack-Signature", Sign(secret, timestamp, body)}};
    request.body = body;
    auto response = http_.Send(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : HttpResponse();
  }
  static std::string Command(const std::string& text, const std::string& user = "U1",
                             const std::string& team = "T1") {
    static int trigger = 0;
    return absl::StrCat("team_id=", team, "&user_id=", user, "&channel_id=C1&text=", text,
                        "&trigger_id=", ++trigger);
  }
  int Acknowledged() {
    absl::MutexLock lock(&server_->mutex);
    return server_->acknowledged;
  }
  int Rejected(const std::string& reason) {
    absl::MutexLock lock(&mutex_);
    return rejected_[reason];
  }

  CurlHttpClient http_;
  std::shared_ptr<FakeServer> server_;
  chat::CommandRunner runner_;
  CommandDispatcher dispatcher_;
  AnswerClock clock_;
  absl::Mutex mutex_;
  std::map<std::string, int> rejected_ ABSL_GUARDED_BY(mutex_);
  SlackDesk desk_;
  SlackRoutes routes_;
  std::unique_ptr<HttpListener> listener_;
};

TEST_F(RoutesTest, ASignedCommandActsAsTheLinkedPerson) {
  const HttpResponse answer = Send("/slack/commands", Command("ack+DOP-2026-0001"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("ephemeral"));
  absl::MutexLock lock(&server_->mutex);
  EXPECT_EQ(server_->act_for, "people/dop.iso");
  EXPECT_THAT(server_->request_id, HasSubstr("slack:T1:"));
}

TEST_F(RoutesTest, TheOldSecretIsGoodDuringARotation) {
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001"), "old").status, 200);
}

// Whoever has one workspace's secret must not speak for another's people.
TEST_F(RoutesTest, ASecretSpeaksForItsOwnWorkspaceOnly) {
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001"), "theirs").status, 401);
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001", "U1", "T3"), "new").status, 401);
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001", "U1", "T4"), "new").status, 401);
  EXPECT_EQ(Rejected("workspace"), 3);
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(RoutesTest, ATriggerOfAnyLengthIsAnAct) {
  std::string body = Command("ack+DOP-2026-0001");
  body += std::string(250, 'x');
  EXPECT_EQ(Send("/slack/commands", body).status, 200);
  EXPECT_EQ(Acknowledged(), 1);
  absl::MutexLock lock(&server_->mutex);
  EXPECT_LE(server_->request_id.size(), 100u);
}

TEST_F(RoutesTest, WrongOldAndReplayedSignaturesDoNothingAndAreCounted) {
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001"), "guess").status, 401);
  EXPECT_EQ(Send("/slack/commands", Command("ack+DOP-2026-0001"), "new", absl::Minutes(6)).status,
            401);
  const std::string body = Command("ack+DOP-2026-0001");
  EXPECT_EQ(Send("/slack/commands", body).status, 200);
  EXPECT_EQ(Send("/slack/commands", body).status, 401);
  EXPECT_EQ(Rejected("wrong"), 1);
  EXPECT_EQ(Rejected("stale"), 1);
  EXPECT_EQ(Rejected("replayed"), 1);
  EXPECT_EQ(Acknowledged(), 1);
}

TEST_F(RoutesTest, WithoutASignatureThereIsNothing) {
  OutgoingRequest request;
  request.url = absl::StrCat("http://127.0.0.1:", listener_->port(), "/slack/commands");
  request.body = Command("ack+DOP-2026-0001");
  EXPECT_EQ(http_.Send(request)->status, 401);
  request.method = "GET";
  EXPECT_EQ(http_.Send(request)->status, 405);
  EXPECT_EQ(Rejected("missing"), 1);
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(RoutesTest, MalformedBodiesAreRefusedEarly) {
  EXPECT_EQ(Send("/slack/commands", "text=%FF&team_id=T1&user_id=U1&trigger_id=1").status, 400);
  EXPECT_EQ(Send("/slack/interactions", "payload=nonsense").status, 400);
  EXPECT_EQ(Send("/slack/events", "{").status, 400);
  EXPECT_EQ(Send("/slack/elsewhere", "x=1").status, 404);
  EXPECT_EQ(Rejected("malformed"), 3);
}

TEST_F(RoutesTest, AnUnlinkedPersonIsToldWhatToDoAndNothingHappens) {
  const HttpResponse answer = Send("/slack/commands", Command("ack+DOP-2026-0001", "U2"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("linked to no person"));
  EXPECT_EQ(Acknowledged(), 0);
}

TEST_F(RoutesTest, AnotherWorkspaceIsNotOurs) {
  const HttpResponse answer = Send("/slack/commands", Command("list", "U1", "T2"));
  EXPECT_THAT(answer.body, HasSubstr("not connected"));
  EXPECT_EQ(Rejected("workspace"), 1);
}

TEST_F(RoutesTest, WhileTheServerIsDownTheAnswerSaysSoAndKeepsTheText) {
  server_->down = true;
  const HttpResponse answer =
      Send("/slack/commands", Command("open+%22Mail+is+encrypted%22", "U1"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("Mail is encrypted"));
  EXPECT_THAT(answer.body, HasSubstr("cannot be reached"));
}

TEST_F(RoutesTest, UnknownCommandsSayWhatToType) {
  const HttpResponse answer = Send("/slack/commands", Command("acknowlege+DOP-2026-0001"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("ack"));
  EXPECT_THAT(answer.body, HasSubstr("help"));
  EXPECT_EQ(Acknowledged(), 0);
}

}  // namespace
}  // namespace belfry::bot::slack
