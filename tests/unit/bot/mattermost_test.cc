// Mattermost: markup, seals, what its answers mean, and its three addresses as an attacker and an
// unlucky responder meet them, over real sockets.
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/client.h"
#include "bot/http/form.h"
#include "bot/http/listener.h"
#include "bot/platform/mattermost/attachments.h"
#include "bot/platform/mattermost/classify.h"
#include "bot/platform/mattermost/dialog.h"
#include "bot/platform/mattermost/inbound.h"
#include "bot/platform/mattermost/markdown.h"
#include "bot/platform/mattermost/mattermost_platform.h"
#include "bot/platform/mattermost/rest.h"
#include "bot/platform/mattermost/routes.h"
#include "bot/platform/mattermost/seal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"

namespace belfry::bot::mattermost {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr char kTeam[] = "teamteamteamteamteamteam01";
constexpr char kUser[] = "useruseruseruseruseruser01";
constexpr char kOther[] = "useruseruseruseruseruser02";
constexpr char kChannel[] = "chanchanchanchanchanchan01";
constexpr char kPost[] = "postpostpostpostpostpost01";
constexpr char kBase[] = "https://mattermost.example/";
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

chat::CardButton AckButton() {
  chat::CardButton button;
  button.label = "Acknowledge";
  button.command = "ack DOP-2026-0007";
  return button;
}

TEST(MarkdownTest, TypedTextIsNeitherMarkupNorAMention) {
  EXPECT_EQ(Escape("**bold** [x](https://evil.example)"),
            "\\*\\*bold\\*\\* \\[x\\]\\(https\\://evil.example\\)");
  EXPECT_EQ(Escape("@all"), "@\u200Ball");
  EXPECT_EQ(Escape("wake @channel"), "wake @\u200Bchannel");
  EXPECT_EQ(Escape("you@example.gov"), "you@example.gov");
  EXPECT_EQ(Escape("- item\n# title\n1. one"), "\\- item\n\\# title\n1\\. one");
  EXPECT_EQ(Escape("DOP-2026-0007 at 5.1"), "DOP-2026-0007 at 5.1");
}

TEST(MarkdownTest, ButtonsBecomeWhatToType) {
  chat::Card card;
  card.title = "Paged";
  card.buttons.push_back(AckButton());
  EXPECT_THAT(ToMarkdown(card, "/incident"), HasSubstr("`/incident ack DOP-2026-0007`"));
}

TEST(SealTest, OpensOnlyWhatItSealed) {
  const Sealer sealer("a secret of some length, for tests");
  const std::string seal = sealer.Seal("action", {"a", "b"});
  EXPECT_TRUE(sealer.Opens(seal, "action", {"a", "b"}));
  EXPECT_FALSE(sealer.Opens(seal, "dialog", {"a", "b"}));
  EXPECT_FALSE(sealer.Opens(seal, "action", {"ab", ""}));
  EXPECT_FALSE(sealer.Opens(seal, "action", {"a\nb"}));
  EXPECT_FALSE(sealer.Opens("", "action", {"a", "b"}));
  EXPECT_FALSE(Sealer("another").Opens(seal, "action", {"a", "b"}));
  // Without a secret everybody could make one.
  EXPECT_FALSE(Sealer("").Opens(Sealer("").Seal("action", {"a"}), "action", {"a"}));
}

TEST(FormTest, DecodesAndKeepsTheFirst) {
  EXPECT_EQ((*ParseForm("a=1+2%26&b=%C3%A9&a=3"))["a"], "1 2&");
  EXPECT_EQ((*ParseForm("a=1&b=%C3%A9"))["b"], "é");
  EXPECT_FALSE(ParseForm("a=%4").ok());
  EXPECT_FALSE(ParseForm("a=%zz").ok());
}

TEST(ClassifyTest, WhatAnswersMean) {
  const auto failure = [](int status, const std::string& body = "{}") {
    return Classify({.status = status}, Json::parse(body, nullptr, false)).failure;
  };
  EXPECT_EQ(failure(201), SendFailure::kNone);
  EXPECT_EQ(failure(200, "<html>"), SendFailure::kAmbiguous);
  EXPECT_EQ(failure(400), SendFailure::kBug);
  EXPECT_EQ(failure(401), SendFailure::kWorkspaceBroken);
  EXPECT_EQ(failure(403), SendFailure::kTargetBroken);
  EXPECT_EQ(failure(404), SendFailure::kTargetBroken);
  EXPECT_EQ(failure(429), SendFailure::kRetryLater);
  EXPECT_EQ(failure(500), SendFailure::kAmbiguous);
  EXPECT_EQ(failure(502, "<html>"), SendFailure::kAmbiguous);
  EXPECT_EQ(Classify({.status = 429}, Json()).retry_after, absl::Seconds(1));
  EXPECT_EQ(ErrorId(Json{{"id", "api.post.x"}}), "api.post.x");
  EXPECT_EQ(ErrorId(Json{{"id", "<script>"}}), "");
}

chat::Form MakeForm() {
  chat::Form form;
  form.title = "Status of an incident with a very long title";
  form.submit = "Send";
  form.command = "update DOP-2026-0007";
  chat::FormField conditions;
  conditions.name = "conditions";
  conditions.label = "Conditions";
  conditions.kind = chat::FormField::Kind::kText;
  conditions.required = true;
  chat::FormField severity;
  severity.name = "severity";
  severity.label = "Severity";
  severity.kind = chat::FormField::Kind::kChoice;
  severity.choices = {{"SEV1", "Severe"}, {"SEV2", "High"}};
  form.fields = {conditions, severity};
  return form;
}

class DialogTest : public ::testing::Test {
 protected:
  DialogTest() : sealer_("a secret of some length, for tests") {
    state_ = {.workspace = kTeam,
              .user_id = kUser,
              .channel_id = kChannel,
              .command = "update DOP-2026-0007"};
    dialog_ = ToDialog(MakeForm(), state_, sealer_, kNow);
    body_ = {{"state", dialog_["state"]},
             {"user_id", kUser},
             {"submission", {{"f0", "All is down"}, {"f1", "SEV1"}, {"f7", "not asked"}}}};
  }

  Sealer sealer_;
  DialogState state_;
  Json dialog_;
  Json body_;
};

TEST_F(DialogTest, KeepsToMattermostsLimits) {
  EXPECT_EQ(dialog_["title"], "Status of an incident w…");
  EXPECT_EQ(dialog_["elements"][0]["type"], "textarea");
  EXPECT_EQ(dialog_["elements"][0]["optional"], false);
  EXPECT_EQ(dialog_["elements"][1]["type"], "select");
  EXPECT_EQ(dialog_["elements"][1]["options"][0]["value"], "SEV1");
}

TEST_F(DialogTest, GivesBackWhatWasAskedForAndNothingElse) {
  const auto submission = OpenSubmission(body_, sealer_, kNow);
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_EQ(submission->state.command, "update DOP-2026-0007");
  EXPECT_EQ(submission->values.at("conditions"), "All is down");
  EXPECT_EQ(submission->values.at("severity"), "SEV1");
  EXPECT_EQ(submission->values.size(), 2u);
  EXPECT_EQ(submission->elements.at("severity"), "f1");
}

TEST_F(DialogTest, SeveralChoicesMayComeAsAList) {
  body_["submission"]["f1"] = {"SEV1", "SEV2"};
  EXPECT_EQ(OpenSubmission(body_, sealer_, kNow)->values.at("severity"), "SEV1,SEV2");
}

TEST_F(DialogTest, IsForTheOneItWasOpenedForAndNotForEver) {
  Json other = body_;
  other["user_id"] = kOther;
  EXPECT_TRUE(absl::IsPermissionDenied(OpenSubmission(other, sealer_, kNow).status()));
  EXPECT_TRUE(
      absl::IsPermissionDenied(OpenSubmission(body_, sealer_, kNow + absl::Hours(13)).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(OpenSubmission(body_, Sealer("x"), kNow).status()));
  for (const char* state : {"", "%%%", "e30="}) {
    other = body_;
    other["state"] = state;
    EXPECT_TRUE(absl::IsPermissionDenied(OpenSubmission(other, sealer_, kNow).status()));
  }
}

TEST_F(DialogTest, NoPartOfItsStateCanBeChanged) {
  std::string text;
  ASSERT_TRUE(absl::Base64Unescape(body_["state"].get<std::string>(), &text));
  const Json state = Json::parse(text);
  for (const char* part : {"issued", "workspace", "user", "channel", "command", "fields"}) {
    Json changed = state;
    changed[part] = changed[part].get<std::string>() + "1";
    body_["state"] = absl::Base64Escape(changed.dump());
    EXPECT_TRUE(absl::IsPermissionDenied(OpenSubmission(body_, sealer_, kNow).status())) << part;
  }
}

// Answers by method and path, in the order they were given.
class FakeHttp final : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override {
    absl::MutexLock lock(&mutex);
    requests.push_back(request);
    std::string path = request.url;
    if (absl::StartsWith(path, kBase)) path = path.substr(sizeof(kBase) - 1);
    const std::string key = absl::StrCat(request.method, " ", path);
    for (auto& [prefix, queue] : answers) {
      if (!absl::StartsWith(key, prefix) || queue.empty()) continue;
      const absl::StatusOr<HttpResponse> answer = queue.front();
      if (queue.size() > 1) queue.pop_front();
      return answer;
    }
    return HttpResponse{.status = 404, .body = "{}"};
  }
  void On(const std::string& prefix, int status, const Json& body) {
    absl::MutexLock lock(&mutex);
    answers[prefix].push_back(HttpResponse{.status = status, .body = body.dump()});
  }
  void OnFailure(const std::string& prefix, absl::Status status) {
    absl::MutexLock lock(&mutex);
    answers[prefix].push_back(status);
  }
  std::vector<std::string> Calls() {
    absl::MutexLock lock(&mutex);
    std::vector<std::string> calls;
    for (const OutgoingRequest& request : requests) {
      calls.push_back(absl::StrCat(request.method, " ", request.url));
    }
    return calls;
  }
  Json BodyOf(size_t index) {
    absl::MutexLock lock(&mutex);
    return Json::parse(requests.at(index).body);
  }

  absl::Mutex mutex;
  std::vector<OutgoingRequest> requests ABSL_GUARDED_BY(mutex);
  std::map<std::string, std::deque<absl::StatusOr<HttpResponse>>> answers ABSL_GUARDED_BY(mutex);
};

MattermostOptions Options() {
  MattermostOptions options;
  options.workspace = kTeam;
  options.base_url = kBase;
  options.bot_token = "bot-token";
  options.callback_url = "https://belfry.example/";
  options.action_secret = "a secret of some length, for tests";
  options.root = "/incident";
  return options;
}

class PlatformTest : public ::testing::Test {
 protected:
  PlatformTest() : clock_(kNow), platform_(Options(), &http_, &clock_) {
    message_.endpoint.set_platform("mattermost");
    message_.endpoint.set_workspace(kTeam);
    message_.endpoint.set_address(kChannel);
    message_.delivery = "deliveries/1";
    message_.card.title = "DOP-2026-0007 · Paged";
    message_.card.body = "@all look";
    message_.card.buttons.push_back(AckButton());
  }

  VirtualClock clock_;
  FakeHttp http_;
  MattermostPlatform platform_;
  Outgoing message_;
};

TEST_F(PlatformTest, PostsWithTheDeliverysMarkAndSealedButtons) {
  http_.On("POST api/v4/posts", 201, {{"id", kPost}});
  const SendResult sent = platform_.Post(message_);
  ASSERT_TRUE(sent.ok()) << sent.detail;
  EXPECT_EQ(sent.message.id(), kPost);
  EXPECT_EQ(sent.message.channel(), kChannel);
  const Json body = http_.BodyOf(0);
  EXPECT_EQ(body["channel_id"], kChannel);
  EXPECT_EQ(body["props"]["belfry_delivery"], "deliveries/1");
  const Json action = body["props"]["attachments"][0]["actions"][0];
  EXPECT_EQ(action["integration"]["url"], "https://belfry.example/mattermost/actions");
  EXPECT_EQ(action["integration"]["context"]["command"], "ack DOP-2026-0007");
  EXPECT_THAT(body.dump(), Not(HasSubstr("a secret of some length")));
  // Neither in what is shown nor in what notifications say.
  EXPECT_THAT(body.dump(), Not(HasSubstr("@all")));
}

TEST_F(PlatformTest, WithoutACallbackTheCardSaysWhatToType) {
  MattermostOptions options = Options();
  options.callback_url.clear();
  MattermostPlatform platform(options, &http_, &clock_);
  http_.On("POST api/v4/posts", 201, {{"id", kPost}});
  ASSERT_TRUE(platform.Post(message_).ok());
  EXPECT_THAT(http_.BodyOf(0).dump(), HasSubstr("/incident ack DOP-2026-0007"));
  EXPECT_FALSE(http_.BodyOf(0)["props"]["attachments"][0].contains("actions"));
}

TEST_F(PlatformTest, AThreadWhoseBeginningIsGoneLosesNoLine) {
  message_.thread.emplace();
  message_.thread->set_channel(kChannel);
  message_.thread->set_id(kPost);
  http_.On("POST api/v4/posts", 400, {{"id", "api.post.create_post.root_id.app_error"}});
  http_.On("POST api/v4/posts", 201, {{"id", kPost}});
  EXPECT_TRUE(platform_.Post(message_).ok());
  EXPECT_EQ(http_.BodyOf(0)["root_id"], kPost);
  EXPECT_FALSE(http_.BodyOf(1).contains("root_id"));
}

TEST_F(PlatformTest, APersonIsReachedThroughADirectChannel) {
  message_.endpoint.set_address(absl::StrCat("@", kUser));
  http_.On("GET api/v4/users/me", 200, {{"id", kOther}});
  http_.On("POST api/v4/channels/direct", 201, {{"id", kChannel}});
  http_.On("POST api/v4/posts", 201, {{"id", kPost}});
  ASSERT_TRUE(platform_.Post(message_).ok());
  EXPECT_EQ(http_.BodyOf(1), Json::array({kOther, kUser}));
  EXPECT_EQ(http_.BodyOf(2)["channel_id"], kChannel);
  // The second time its channel is known.
  ASSERT_TRUE(platform_.Post(message_).ok());
  EXPECT_EQ(http_.Calls().size(), 4u);
}

TEST_F(PlatformTest, WhatCameBeforeThePostIsNotAmbiguous) {
  message_.endpoint.set_address(absl::StrCat("@", kUser));
  http_.OnFailure("GET api/v4/users/me", absl::UnknownError("time-out"));
  EXPECT_EQ(platform_.Post(message_).failure, SendFailure::kNotSent);
  http_.OnFailure("POST api/v4/posts", absl::UnknownError("time-out"));
  message_.endpoint.set_address(kChannel);
  EXPECT_EQ(platform_.Post(message_).failure, SendFailure::kAmbiguous);
}

TEST_F(PlatformTest, AddressesThatAreNoIdsReachNothing) {
  for (const char* address :
       {"", "@", "town-square", "../users/me", "CHANCHANCHANCHANCHANCHAN01"}) {
    message_.endpoint.set_address(address);
    EXPECT_EQ(platform_.Post(message_).failure, SendFailure::kTargetBroken) << address;
  }
  EXPECT_TRUE(http_.Calls().empty());
}

TEST_F(PlatformTest, EditsInPlaceAndSaysWhenThatCannotBe) {
  v1::MessageRef target;
  target.set_channel(kChannel);
  target.set_id(kPost);
  http_.On("PUT api/v4/posts", 200, {{"id", kPost}});
  EXPECT_TRUE(platform_.Update(target, message_).ok());
  EXPECT_THAT(http_.Calls()[0], HasSubstr(absl::StrCat("/posts/", kPost, "/patch")));
  http_.answers.clear();
  http_.On("PUT api/v4/posts", 404, Json::object());
  EXPECT_EQ(platform_.Update(target, message_).failure, SendFailure::kMessageGone);
  http_.answers.clear();
  http_.On("PUT api/v4/posts", 400,
           {{"id", "api.post.update_post.permissions_time_limit.app_error"}});
  EXPECT_EQ(platform_.Update(target, message_).failure, SendFailure::kMessageGone);
  target.set_id("../../users/me");
  EXPECT_EQ(platform_.Update(target, message_).failure, SendFailure::kMessageGone);
}

Json Page(int from, int count, int64_t create_at, const std::string& marked = "") {
  Json page = {{"order", Json::array()}, {"posts", Json::object()}};
  for (int i = from; i < from + count; ++i) {
    const std::string id = absl::StrCat("p", i);
    page["order"].push_back(id);
    page["posts"][id] = {{"create_at", create_at}, {"props", Json::object()}};
    if (id == marked) page["posts"][id]["props"]["belfry_delivery"] = "deliveries/1";
  }
  return page;
}

TEST_F(PlatformTest, LooksThroughEveryPageSinceTheDeliveryWasMade) {
  const int64_t after = absl::ToUnixMillis(kNow);
  http_.On("GET api/v4/channels", 200, Page(0, 200, after));
  http_.On("GET api/v4/channels", 200, Page(200, 200, after));
  http_.On("GET api/v4/channels", 200, Page(400, 10, after, "p405"));
  const auto found = platform_.Find(message_, kNow);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->id(), "p405");
  EXPECT_EQ(http_.Calls().size(), 3u);
}

TEST_F(PlatformTest, StopsAtWhatIsOlderAndNeverTakesAFailureForAnAbsence) {
  http_.On("GET api/v4/channels", 200, Page(0, 200, absl::ToUnixMillis(kNow - absl::Minutes(5))));
  const auto found = platform_.Find(message_, kNow);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->has_value());
  EXPECT_EQ(http_.Calls().size(), 1u);
  http_.answers.clear();
  http_.On("GET api/v4/channels", 500, Json::object());
  EXPECT_FALSE(platform_.Find(message_, kNow).ok());
  http_.answers.clear();
  http_.On("GET api/v4/channels", 200, Json::object());
  EXPECT_FALSE(platform_.Find(message_, kNow).ok());
}

TEST_F(PlatformTest, ARoomThatAnEarlierAttemptOpenedIsTaken) {
  v1::RoomRequest room;
  room.set_name("inc-dop-2026-0007");
  room.add_members()->set_user_id(kUser);
  http_.On("POST api/v4/channels", 400,
           {{"id", "store.sql_channel.save_channel.exists.app_error"}});
  http_.On(absl::StrCat("GET api/v4/teams/", kTeam, "/channels/name/inc-dop-2026-0007"), 200,
           {{"id", kChannel}, {"purpose", "Opened by Belfry: deliveries/1"}});
  http_.On(absl::StrCat("POST api/v4/channels/", kChannel, "/members"), 201, Json::object());
  const SendResult result = platform_.OpenRoom(message_.endpoint, room, "deliveries/1", nullptr);
  ASSERT_TRUE(result.ok()) << result.detail;
  EXPECT_EQ(result.message.channel(), kChannel);
}

TEST_F(PlatformTest, ASecondRoomOfTheNameGetsANumber) {
  v1::RoomRequest room;
  room.set_name("inc-dop-2026-0007");
  http_.On("POST api/v4/channels", 400,
           {{"id", "store.sql_channel.save_channel.exists.app_error"}});
  http_.On("POST api/v4/channels", 201, {{"id", kChannel}});
  http_.On(absl::StrCat("GET api/v4/teams/", kTeam, "/channels/name/inc-dop-2026-0007"), 200,
           {{"id", kOther}, {"purpose", "Opened by Belfry: deliveries/0"}});
  const SendResult result = platform_.OpenRoom(message_.endpoint, room, "deliveries/1", nullptr);
  ASSERT_TRUE(result.ok()) << result.detail;
  EXPECT_EQ(result.message.channel(), kChannel);
  EXPECT_EQ(http_.BodyOf(2)["name"], "inc-dop-2026-0007-2");
  EXPECT_EQ(http_.BodyOf(2)["type"], "P");
}

TEST_F(PlatformTest, AnswersOnlyBelowItsOwnAddress) {
  chat::Card card;
  card.title = "Done";
  for (const char* url : {"https://evil.example/hooks/x", "https://mattermost.example.evil/x",
                          "http://mattermost.example/x", ""}) {
    EXPECT_EQ(platform_.Respond(url, card).failure, SendFailure::kBug) << url;
  }
  EXPECT_TRUE(http_.Calls().empty());
  http_.On("POST hooks/commands/x", 200, Json::object());
  EXPECT_TRUE(platform_.Respond("https://mattermost.example/hooks/commands/x", card).ok());
  EXPECT_EQ(http_.BodyOf(0)["response_type"], "ephemeral");
}

// A server that knows one account, and counts what was done.
class FakeServer final : public client::Connection {
 public:
  absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest& request, const client::CallOptions&) override {
    ++lookups;
    if (down) return absl::UnavailableError("no server");
    if (request.account().user_id() != kUser) return absl::NotFoundError("nobody");
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
    ++acknowledged;
    absl::MutexLock lock(&mutex);
    act_for = call.act_for.value_or("");
    request_ids.push_back(request.request_id());
    v1::AcknowledgeIncidentResponse response;
    response.mutable_incident()->set_name(request.name());
    return response;
  }

  std::atomic<bool> down{false};
  std::atomic<int> lookups{0};
  std::atomic<int> acknowledged{0};
  absl::Mutex mutex;
  std::string act_for ABSL_GUARDED_BY(mutex);
  std::vector<std::string> request_ids ABSL_GUARDED_BY(mutex);
};

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest()
      : time_(kNow),
        server_(std::make_shared<FakeServer>()),
        runner_(client::Client(server_)),
        dispatcher_(client::Client(server_), &runner_, 2),
        platform_(std::make_shared<MattermostPlatform>(Options(), &outgoing_, &time_)),
        routes_({{kTeam, {{"new-token", "old-token"}, platform_}}}, &dispatcher_, &clock_, &time_,
                [this](const char* reason) {
                  absl::MutexLock lock(&mutex_);
                  ++rejected_[reason];
                }) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    listener_ =
        *HttpListener::Start(options, [this](HttpRequest request, HttpListener::Respond respond) {
          if (request.path == "/mattermost/commands") {
            routes_.HandleCommand(request, std::move(respond));
          } else if (request.path == "/mattermost/actions") {
            routes_.HandleAction(request, std::move(respond));
          } else {
            routes_.HandleDialog(request, std::move(respond));
          }
        });
  }
  ~RoutesTest() override {
    listener_->Stop(absl::Seconds(5));
    dispatcher_.Stop();
  }

  HttpResponse Send(const std::string& path, const std::string& body,
                    const std::string& authorization = "") {
    OutgoingRequest request;
    request.url = absl::StrCat("http://127.0.0.1:", listener_->port(), "/mattermost/", path);
    if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
    request.body = body;
    auto response = http_.Send(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : HttpResponse();
  }
  static std::string Command(const std::string& text, const std::string& team = kTeam,
                             const std::string& user = kUser) {
    static int trigger = 0;
    return absl::StrCat("team_id=", team, "&user_id=", user, "&channel_id=", kChannel,
                        "&text=", text, "&trigger_id=t", ++trigger);
  }
  Json Action(const std::string& command = "ack DOP-2026-0001") {
    ButtonOptions options;
    options.sealer = &platform_->sealer();
    options.workspace = kTeam;
    options.now = time_.Now();
    return {{"user_id", kUser},   {"channel_id", kChannel},
            {"post_id", kPost},   {"team_id", kTeam},
            {"trigger_id", "t0"}, {"context", ButtonContext(command, options)}};
  }
  int Rejected(const std::string& reason) {
    absl::MutexLock lock(&mutex_);
    return rejected_[reason];
  }

  VirtualClock time_;
  CurlHttpClient http_;
  FakeHttp outgoing_;
  std::shared_ptr<FakeServer> server_;
  chat::CommandRunner runner_;
  CommandDispatcher dispatcher_;
  AnswerClock clock_;
  std::shared_ptr<MattermostPlatform> platform_;
  absl::Mutex mutex_;
  std::map<std::string, int> rejected_ ABSL_GUARDED_BY(mutex_);
  MattermostRoutes routes_;
  std::unique_ptr<HttpListener> listener_;
};

// Mattermost's own are over 200 characters; the server takes 128 of a request id.
TEST_F(RoutesTest, ATriggerOfAnyLengthIsAnAct) {
  const std::string body = absl::StrCat(Command("ack+DOP-2026-0001"), std::string(220, 'x'));
  EXPECT_EQ(Send("commands", body, "Token new-token").status, 200);
  EXPECT_EQ(server_->acknowledged, 1);
  absl::MutexLock lock(&server_->mutex);
  EXPECT_LE(server_->request_ids[0].size(), 100u);
}

TEST_F(RoutesTest, AButtonThatAnswersAQuestionIsGoodForAnHour) {
  const Json plain = Action("ack DOP-2026-0001");
  const Json answer = Action("ack DOP-2026-0001 confirm:yes");
  time_.AdvanceTo(time_.Now() + absl::Minutes(59));
  EXPECT_EQ(Send("actions", answer.dump()).status, 200);
  time_.AdvanceTo(time_.Now() + absl::Minutes(2));
  EXPECT_EQ(Send("actions", answer.dump()).status, 403);
  EXPECT_EQ(Send("actions", plain.dump()).status, 200);
}

TEST_F(RoutesTest, ACommandWithItsTokenActsAsTheLinkedPerson) {
  for (const char* token : {"new-token", "old-token"}) {
    const HttpResponse answer =
        Send("commands", Command("ack+DOP-2026-0001+confirm:yes"), absl::StrCat("Token ", token));
    EXPECT_EQ(answer.status, 200);
    const Json body = Json::parse(answer.body);
    EXPECT_EQ(body["response_type"], "ephemeral");
  }
  EXPECT_EQ(server_->acknowledged, 2);
  absl::MutexLock lock(&server_->mutex);
  EXPECT_EQ(server_->act_for, "people/dop.iso");
  EXPECT_THAT(server_->request_ids[0], HasSubstr(absl::StrCat("mattermost:", kTeam, ":t")));
}

TEST_F(RoutesTest, TheTokenMayStandInTheFormInstead) {
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001") + "&token=new-token").status, 200);
  // But not beside a header that is wrong.
  EXPECT_EQ(
      Send("commands", Command("ack+DOP-2026-0001") + "&token=new-token", "Token wrong").status,
      401);
  EXPECT_EQ(server_->acknowledged, 1);
}

TEST_F(RoutesTest, WithoutTheRightTokenNothingHappensAndItIsCounted) {
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001")).status, 401);
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001"), "Token ").status, 401);
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001"), "Token new-toke").status, 401);
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001"), "Token new-token1").status, 401);
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001"), "Bearer new-token").status, 401);
  EXPECT_EQ(Send("commands", Command("ack+DOP-2026-0001", "teamteamteamteamteamteam02"),
                 "Token new-token")
                .status,
            403);
  EXPECT_EQ(server_->acknowledged, 0);
  EXPECT_GE(Rejected("missing"), 2);
  EXPECT_EQ(Rejected("wrong"), 2);
  EXPECT_EQ(Rejected("workspace"), 1);
}

TEST_F(RoutesTest, MalformedBodiesAreRefusedEarly) {
  for (const char* body : {"", "text=%FF", "team_id=x&user_id=y", "%"}) {
    EXPECT_EQ(Send("commands", body, "Token new-token").status, 400) << body;
  }
  for (const char* body : {"", "[]", "{", "{}", "{\"context\":5}", "\xFF"}) {
    EXPECT_EQ(Send("actions", body).status, 400) << body;
  }
  EXPECT_EQ(Send("dialogs", "{").status, 400);
  EXPECT_EQ(Send("dialogs", "{}").status, 403);
  EXPECT_EQ(server_->acknowledged, 0);
}

TEST_F(RoutesTest, AButtonRunsTheCommandThatWasSealedIntoIt) {
  const HttpResponse answer = Send("actions", Action().dump());
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(Json::parse(answer.body).is_object());
  EXPECT_EQ(server_->acknowledged, 1);
}

TEST_F(RoutesTest, AButtonThatWasChangedForgedOrKeptTooLongDoesNothing) {
  Json action = Action();
  action["context"]["command"] = "close DOP-2026-0001";
  EXPECT_EQ(Send("actions", action.dump()).status, 403);
  action = Action();
  action["context"]["workspace"] = "teamteamteamteamteamteam02";
  EXPECT_EQ(Send("actions", action.dump()).status, 403);
  action = Action();
  action["context"]["issued"] = "1900000000";
  EXPECT_EQ(Send("actions", action.dump()).status, 403);
  action = Action();
  action["context"].erase("seal");
  EXPECT_EQ(Send("actions", action.dump()).status, 403);
  action = Action();
  time_.AdvanceTo(time_.Now() + absl::Hours(24 * 31));
  EXPECT_EQ(Send("actions", action.dump()).status, 403);
  EXPECT_EQ(Rejected("seal"), 5);
  EXPECT_EQ(server_->acknowledged, 0);
}

TEST_F(RoutesTest, AnUnlinkedPersonIsToldWhatToDo) {
  const HttpResponse answer =
      Send("commands", Command("ack+DOP-2026-0001", kTeam, kOther), "Token new-token");
  EXPECT_THAT(answer.body, HasSubstr("linked to no person"));
  EXPECT_EQ(server_->acknowledged, 0);
}

TEST_F(RoutesTest, WhileTheServerIsDownTheAnswerSaysSoAndKeepsTheText) {
  server_->down = true;
  const HttpResponse answer =
      Send("commands", Command("open+%22Mail+is+encrypted%22"), "Token new-token");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("Mail is encrypted"));
  EXPECT_THAT(answer.body, HasSubstr("cannot be reached"));
  // The next one does not wait for it again.
  EXPECT_THAT(Send("commands", Command("list"), "Token new-token").body,
              HasSubstr("cannot be reached"));
  EXPECT_EQ(server_->lookups, 1);
}

TEST_F(RoutesTest, ASubmittedFormRunsItsCommandOnceAndKeepsWhatWasTypedWhenItCannot) {
  DialogState state = {
      .workspace = kTeam, .user_id = kUser, .channel_id = kChannel, .command = "ack DOP-2026-0001"};
  chat::Form form;
  form.title = "Acknowledge";
  form.command = state.command;
  const Json dialog = ToDialog(form, state, platform_->sealer(), time_.Now());
  Json body = {{"state", dialog["state"]}, {"user_id", kUser}, {"submission", Json::object()}};
  const HttpResponse answer = Send("dialogs", body.dump());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body), Json::object());
  Send("dialogs", body.dump());
  {
    absl::MutexLock lock(&server_->mutex);
    ASSERT_EQ(server_->request_ids.size(), 2u);
    EXPECT_EQ(server_->request_ids[0], server_->request_ids[1]);
  }
  server_->down = true;
  body["user_id"] = kOther;
  EXPECT_EQ(Send("dialogs", body.dump()).status, 403);
  state.user_id = kOther;
  body["state"] = ToDialog(form, state, platform_->sealer(), time_.Now())["state"];
  const Json failed = Json::parse(Send("dialogs", body.dump()).body);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("cannot be reached"));
}

}  // namespace
}  // namespace belfry::bot::mattermost
