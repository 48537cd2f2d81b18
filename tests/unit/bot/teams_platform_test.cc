// Posting to Teams: where it goes, what each answer means, and who gets the token.
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/teams/conversations.h"
#include "bot/platform/teams/teams_platform.h"
#include "bot/platform/teams/workflow_platform.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_http.h"
#include "tests/support/teams_samples.h"

namespace belfry::bot::teams {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTenant[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kApp[] = "11111111-2222-3333-4444-555555555555";
constexpr char kUser[] = "bbbbbbbb-0000-4000-8000-000000000002";
constexpr char kChannel[] = "19:abc@thread.tacv2";
constexpr char kService[] = "https://smba.trafficmanager.net/amer/";

// Keeps what the bot saves, as the server does.
class FakeStore final : public client::Connection {
 public:
  absl::StatusOr<v1::SaveConversationResponse> SaveConversation(
      const v1::SaveConversationRequest& request, const client::CallOptions& call) override {
    absl::MutexLock lock(&mutex);
    EXPECT_EQ(call.act_for, "") << "the bot asks for itself";
    if (failures > 0) {
      --failures;
      return absl::UnavailableError("no server");
    }
    saved[request.conversation().address()] = request.conversation();
    return v1::SaveConversationResponse();
  }
  absl::StatusOr<v1::ListConversationsResponse> ListConversations(
      const v1::ListConversationsRequest&, const client::CallOptions&) override {
    absl::MutexLock lock(&mutex);
    ++lists;
    v1::ListConversationsResponse response;
    for (const auto& [address, conversation] : saved) {
      *response.add_conversations() = conversation;
    }
    return response;
  }

  absl::Mutex mutex;
  std::map<std::string, v1::Conversation> saved ABSL_GUARDED_BY(mutex);
  int failures ABSL_GUARDED_BY(mutex) = 0;
  int lists ABSL_GUARDED_BY(mutex) = 0;
};

HttpResponse Answer(int status, const Json& body = Json::object(), int retry_after = 0) {
  HttpResponse response;
  response.status = status;
  response.body = body.dump();
  response.retry_after = absl::Seconds(retry_after);
  return response;
}

class TeamsPlatformTest : public ::testing::Test {
 protected:
  TeamsPlatformTest()
      : store_(std::make_shared<FakeStore>()),
        http_([this](const OutgoingRequest& request) -> absl::StatusOr<HttpResponse> {
          if (absl::StrContains(request.url, "/token")) {
            return Answer(
                200, {{"access_token", absl::StrCat("token-", ++tokens_)}, {"expires_in", 3600}});
          }
          return answer_(request);
        }),
        token_({"https://login.example/token", kApp, "secret", "scope"}, &http_, &clock_),
        connector_(&http_, &token_),
        conversations_(client::Client(store_), kTenant, &clock_),
        platform_({.tenant = kTenant, .app_id = kApp}, &connector_, &hosts_, &conversations_) {
    Reference channel;
    channel.address = channel.conversation = kChannel;
    channel.service_url = kService;
    conversations_.Remember(channel);
  }

  Outgoing To(const std::string& address) {
    Outgoing message;
    message.endpoint.set_platform("teams");
    message.endpoint.set_workspace(kTenant);
    message.endpoint.set_address(address);
    message.card.title = "DOP-2026-0001 · Mail is encrypted";
    return message;
  }
  // Requests to the connector, without those for tokens.
  std::vector<OutgoingRequest> Calls() {
    std::vector<OutgoingRequest> calls;
    for (const OutgoingRequest& request : http_.sent()) {
      if (!absl::StrContains(request.url, "/token")) calls.push_back(request);
    }
    return calls;
  }
  static std::string HeaderOf(const OutgoingRequest& request, const std::string& name) {
    for (const auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return "";
  }

  std::shared_ptr<FakeStore> store_;
  VirtualClock clock_{absl::FromUnixSeconds(1'764'000'000)};
  std::atomic<int> tokens_{0};
  FakeHttp::Answer answer_ = [](const OutgoingRequest&) {
    return Answer(201, {{"id", "1700000000005"}});
  };
  FakeHttp http_;
  AccessToken token_;
  Connector connector_;
  ServiceHosts hosts_ = *ServiceHosts::Make({});
  Conversations conversations_;
  TeamsPlatform platform_;
};

TEST_F(TeamsPlatformTest, ANewMessageInAChannelIsAThreadOfItsOwn) {
  answer_ = [](const OutgoingRequest&) {
    return Answer(201, {{"id", absl::StrCat(kChannel, ";messageid=1700000000001")},
                        {"activityId", "1700000000001"}});
  };
  const SendResult sent = platform_.Post(To(kChannel));
  ASSERT_TRUE(sent.ok()) << sent.detail;
  EXPECT_EQ(sent.message.channel(), kChannel);
  EXPECT_EQ(sent.message.id(), "1700000000001");
  EXPECT_EQ(sent.message.workspace(), kTenant);
  ASSERT_THAT(Calls(), SizeIs(1));
  const OutgoingRequest call = Calls()[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://smba.trafficmanager.net/amer/v3/conversations");
  EXPECT_EQ(HeaderOf(call, "Authorization"), "Bearer token-1");
  const Json body = Json::parse(call.body);
  EXPECT_EQ(body["channelData"]["channel"]["id"], kChannel);
  EXPECT_EQ(body["activity"]["attachments"][0]["contentType"],
            "application/vnd.microsoft.card.adaptive");
  EXPECT_EQ(body["activity"]["summary"], "DOP-2026-0001 · Mail is encrypted");
}

TEST_F(TeamsPlatformTest, AnAnswerWithoutActivityIdNamesTheThread) {
  answer_ = [](const OutgoingRequest&) {
    return Answer(201, {{"id", absl::StrCat(kChannel, ";messageid=1700000000001")}});
  };
  EXPECT_EQ(platform_.Post(To(kChannel)).message.id(), "1700000000001");
}

TEST_F(TeamsPlatformTest, AReplyGoesIntoItsThread) {
  Outgoing reply = To(kChannel);
  reply.thread.emplace().set_id("1700000000001");
  const SendResult sent = platform_.Post(reply);
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent.message.channel(), kChannel);
  EXPECT_EQ(sent.message.id(), "1700000000005");
  EXPECT_EQ(Calls()[0].url,
            "https://smba.trafficmanager.net/amer/v3/conversations/"
            "19%3Aabc%40thread.tacv2%3Bmessageid%3D1700000000001/activities");
}

TEST_F(TeamsPlatformTest, AnEditReplacesTheMessage) {
  v1::MessageRef target;
  target.set_channel(kChannel);
  target.set_id("17/../00");
  const SendResult sent = platform_.Update(target, To(kChannel));
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(Calls()[0].method, "PUT");
  EXPECT_THAT(Calls()[0].url, HasSubstr("/19%3Aabc%40thread.tacv2/activities/17%2F..%2F00"));
  answer_ = [](const OutgoingRequest&) {
    return Answer(404, {{"error", {{"code", "ActivityNotFoundInConversation"}}}});
  };
  EXPECT_EQ(platform_.Update(target, To(kChannel)).failure, SendFailure::kMessageGone);
}

TEST_F(TeamsPlatformTest, APersonIsWrittenToInAChatThatIsOpenedOnce) {
  answer_ = [](const OutgoingRequest& request) {
    return absl::EndsWith(request.url, "v3/conversations") ? Answer(201, {{"id", "a:1x"}})
                                                           : Answer(201, {{"id", "m"}});
  };
  const SendResult sent = platform_.Post(To(kUser));
  ASSERT_TRUE(sent.ok()) << sent.detail;
  EXPECT_EQ(sent.message.channel(), "a:1x");
  ASSERT_THAT(Calls(), SizeIs(2));
  const Json body = Json::parse(Calls()[0].body);
  EXPECT_EQ(body["members"][0]["id"], kUser);
  EXPECT_EQ(body["tenantId"], kTenant);
  EXPECT_TRUE(platform_.Post(To(kUser)).ok());
  EXPECT_THAT(Calls(), SizeIs(3)) << "the chat is known by now";
}

TEST_F(TeamsPlatformTest, SomebodyWhoWroteIsKnownByBothIds) {
  Reference person;
  person.address = kUser;
  person.conversation = "a:chat";
  person.service_url = kService;
  person.user_channel_id = "29:user";
  conversations_.Remember(person);
  EXPECT_TRUE(platform_.Post(To("29:user")).ok());
  EXPECT_THAT(Calls()[0].url, HasSubstr("/conversations/a%3Achat/activities"));
}

TEST_F(TeamsPlatformTest, WhatWasSavedBeforeARestartIsFoundAgain) {
  {
    absl::MutexLock lock(&store_->mutex);
    v1::Conversation& kept = store_->saved["19:other@thread.tacv2"];
    kept.set_address("19:other@thread.tacv2");
    kept.set_reference(Serialize({.address = "",
                                  .conversation = "19:other@thread.tacv2",
                                  .service_url = "https://smba.trafficmanager.net/emea/",
                                  .bot_id = "28:bot",
                                  .user_channel_id = ""}));
  }
  EXPECT_TRUE(platform_.Post(To("19:other@thread.tacv2")).ok());
  EXPECT_THAT(Calls()[0].url, HasSubstr("/emea/"));
  for (int i = 0; i < 5; ++i) platform_.Post(To("19:unknown@thread.tacv2"));
  absl::MutexLock lock(&store_->mutex);
  EXPECT_EQ(store_->lists, 1) << "the server is asked twice a minute at most";
}

TEST_F(TeamsPlatformTest, TheTokenGoesToNoOtherHostWhateverTheStoreSays) {
  Reference evil;
  evil.address = evil.conversation = kChannel;
  evil.service_url = "https://evil.example/";
  conversations_.Remember(evil);
  EXPECT_EQ(platform_.Post(To(kChannel)).failure, SendFailure::kTargetBroken);
  EXPECT_THAT(http_.sent(), SizeIs(0)) << "not even a token was fetched";
}

TEST_F(TeamsPlatformTest, ARefusedTokenIsReplacedOnce) {
  answer_ = [](const OutgoingRequest& request) {
    return HeaderOf(request, "Authorization") == "Bearer token-1"
               ? Answer(401)
               : Answer(201, {{"id", "m"}, {"activityId", "m"}});
  };
  EXPECT_TRUE(platform_.Post(To(kChannel)).ok());
  answer_ = [](const OutgoingRequest&) { return Answer(401); };
  EXPECT_EQ(platform_.Post(To(kChannel)).failure, SendFailure::kWorkspaceBroken);
  EXPECT_THAT(Calls(), SizeIs(4));
}

TEST_F(TeamsPlatformTest, WithoutATokenNothingIsSent) {
  http_.SetAnswer([](const OutgoingRequest& request) {
    EXPECT_THAT(request.url, HasSubstr("/token"));
    return Answer(400, {{"error", "unauthorized_client"}});
  });
  EXPECT_EQ(platform_.Post(To(kChannel)).failure, SendFailure::kWorkspaceBroken);
  EXPECT_THAT(Calls(), SizeIs(0));
}

TEST_F(TeamsPlatformTest, ATooLargeMessageIsSentOnceMoreSmaller) {
  size_t first = 0;
  answer_ = [&](const OutgoingRequest& request) {
    if (first == 0) {
      first = request.body.size();
      return Answer(413, {{"error", {{"code", "MessageSizeTooBig"}}}});
    }
    return Answer(201, {{"activityId", "m"}});
  };
  Outgoing large = To(kChannel);
  large.card.body = std::string(20'000, 'x');
  EXPECT_TRUE(platform_.Post(large).ok());
  ASSERT_THAT(Calls(), SizeIs(2));
  EXPECT_LT(Calls()[1].body.size(), first / 2);
  answer_ = [](const OutgoingRequest&) { return Answer(413); };
  EXPECT_EQ(platform_.Post(large).failure, SendFailure::kBug);
  EXPECT_THAT(Calls(), SizeIs(4)) << "and not a third time";
}

TEST_F(TeamsPlatformTest, APlaceThatRefusesIsMarkedGone) {
  answer_ = [](const OutgoingRequest&) {
    return Answer(403, {{"error", {{"code", "BotNotInConversationRoster"}}}});
  };
  const SendResult sent = platform_.Post(To(kChannel));
  EXPECT_EQ(sent.failure, SendFailure::kTargetBroken);
  EXPECT_THAT(sent.detail, HasSubstr("BotNotInConversationRoster"));
  conversations_.Stop();
  absl::MutexLock lock(&store_->mutex);
  EXPECT_TRUE(store_->saved[kChannel].gone());
}

TEST_F(TeamsPlatformTest, NobodyHasEverWritten) {
  Conversations empty(client::Client(store_), "another", &clock_);
  TeamsPlatform platform({.tenant = "another", .app_id = kApp}, &connector_, &hosts_, &empty);
  {
    absl::MutexLock lock(&store_->mutex);
    store_->saved.clear();
  }
  const SendResult sent = platform.Post(To(kUser));
  EXPECT_EQ(sent.failure, SendFailure::kTargetBroken);
  EXPECT_THAT(sent.detail, HasSubstr("add the app"));
}

TEST(ConversationsTest, ASaveThatFailsIsTriedAgainAtTheEnd) {
  auto store = std::make_shared<FakeStore>();
  {
    absl::MutexLock lock(&store->mutex);
    store->failures = 1;
  }
  VirtualClock clock(absl::FromUnixSeconds(1'764'000'000));
  Conversations conversations(client::Client(store), kTenant, &clock);
  Reference reference;
  reference.address = reference.conversation = kChannel;
  reference.service_url = kService;
  conversations.Remember(reference);
  {
    // The first try has failed.
    absl::MutexLock lock(&store->mutex);
    const auto tried = [&store]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return store->failures == 0; };
    ASSERT_TRUE(store->mutex.AwaitWithTimeout(absl::Condition(&tried), absl::Seconds(10)));
  }
  conversations.Stop();
  absl::MutexLock lock(&store->mutex);
  EXPECT_EQ(store->saved.count(kChannel), 1u);
  const auto parsed = ParseReference(kChannel, store->saved[kChannel].reference());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, reference);
}

TEST(ClassifyTest, SaysWhatHelps) {
  const auto failure = [](CallKind kind, int status, const char* code = "") {
    return Classify(kind, Answer(status, {{"error", {{"code", code}}}}),
                    {{"error", {{"code", code}}}})
        .failure;
  };
  using enum SendFailure;
  for (const int status : {412, 429}) EXPECT_EQ(failure(CallKind::kPost, status), kRetryLater);
  for (const int status : {500, 502, 503, 504}) {
    EXPECT_EQ(failure(CallKind::kPost, status), kAmbiguous) << "it may have gone through";
    EXPECT_EQ(failure(CallKind::kUpdate, status), kRetryLater) << "the same again is harmless";
    EXPECT_EQ(failure(CallKind::kCreate, status), kRetryLater);
  }
  EXPECT_EQ(failure(CallKind::kPost, 401), kWorkspaceBroken);
  EXPECT_EQ(failure(CallKind::kPost, 403), kTargetBroken);
  EXPECT_EQ(failure(CallKind::kPost, 404), kTargetBroken);
  EXPECT_EQ(failure(CallKind::kUpdate, 404, "ConversationNotFound"), kTargetBroken);
  EXPECT_EQ(failure(CallKind::kUpdate, 404), kMessageGone);
  EXPECT_EQ(failure(CallKind::kPost, 400), kBug);
  EXPECT_EQ(failure(CallKind::kPost, 302), kBug);
  EXPECT_EQ(failure(CallKind::kPost, 202), kNone);
  EXPECT_EQ(Classify(CallKind::kPost, Answer(429, {}, 17), {}).retry_after, absl::Seconds(17));
  EXPECT_THAT(Classify(CallKind::kPost, Answer(400), {{"error", {{"code", "a b: secret"}}}}).detail,
              Not(HasSubstr("secret")));
}

TEST(WorkflowTest, SwitchedOffConnectorsAreNamed) {
  FakeHttp http([](const OutgoingRequest&) { return Answer(202); });
  for (const char* url :
       {"https://outlook.office.com/webhook/x", "https://OUTLOOK.office365.com:443/webhook/x",
        "https://agency.webhook.office.com/webhookb2/x", "https://u@a.webhook.office.com?x"}) {
    const auto platform = WorkflowPlatform::Make({{"dop", url}}, &http);
    EXPECT_THAT(std::string(platform.status().message()), HasSubstr("switched off")) << url;
    EXPECT_THAT(std::string(platform.status().message()), Not(HasSubstr("webhookb2")));
  }
}

TEST(WorkflowTest, PostsACardAndKnowsWhatAnswersMean) {
  int status = 202;
  FakeHttp http([&](const OutgoingRequest&) { return Answer(status); });
  const auto platform =
      *WorkflowPlatform::Make({{"dop", "https://x.logic.azure.com/y?sig=secret"}}, &http);
  Outgoing message;
  message.endpoint.set_address("dop");
  message.card.title = "x";
  message.card.buttons = {Button("Acknowledge", "ack")};
  EXPECT_TRUE(platform->Post(message).ok());
  const Json body = Json::parse(http.sent()[0].body);
  EXPECT_EQ(body["type"], "message");
  EXPECT_TRUE(body["attachments"][0]["contentUrl"].is_null());
  EXPECT_FALSE(body["attachments"][0]["content"].contains("actions"));
  using enum SendFailure;
  const std::pair<int, SendFailure> answers[] = {
      {400, kBug},        {401, kTargetBroken}, {404, kTargetBroken}, {413, kBug},
      {429, kRetryLater}, {500, kAmbiguous},    {502, kAmbiguous},    {302, kBug}};
  for (const auto& [code, failure] : answers) {
    status = code;
    EXPECT_EQ(platform->Post(message).failure, failure) << code;
  }
  message.endpoint.set_address("gone");
  EXPECT_EQ(platform->Post(message).failure, kTargetBroken);
  EXPECT_EQ(platform->Update({}, message).failure, kMessageGone);
}

}  // namespace
}  // namespace belfry::bot::teams
