// Channels of an incident's own: opened once, whatever happens in between.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/rooms.h"
#include "bot/platform/slack/slack_platform.h"
#include "fake_slack_api.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class RoomsTest : public ::testing::Test {
 protected:
  RoomsTest() {
    room_.set_name("inc-dop-2026-0007");
    room_.set_topic("DOP-2026-0007 · Ransom note");
    for (int i = 0; i < 2; ++i) room_.add_members()->set_user_id(absl::StrCat("U", i));
  }
  SendResult Open(const v1::MessageRef* existing = nullptr) {
    return OpenRoom(WebApi(FakeSlackApi::kBase, "xoxb-secret", &api_), room_, "deliveries/1",
                    existing);
  }
  static Json Taken() { return {{"ok", false}, {"error", "name_taken"}}; }
  static Json Created(const char* id) { return {{"ok", true}, {"channel", {{"id", id}}}}; }

  FakeSlackApi api_;
  v1::RoomRequest room_;
};

TEST_F(RoomsTest, IsPrivateHasItsTopicAndItsPeople) {
  api_.Answer("conversations.create", Created("C9"));
  const SendResult opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.detail;
  EXPECT_EQ(opened.message.channel(), "C9");
  EXPECT_EQ(api_.Calls("conversations.create")[0].body,
            (Json{{"name", "inc-dop-2026-0007"}, {"is_private", true}}));
  EXPECT_EQ(api_.Calls("conversations.setTopic")[0].body["topic"], room_.topic());
  EXPECT_EQ(api_.Calls("conversations.invite")[0].body,
            (Json{{"channel", "C9"}, {"users", "U0,U1"}, {"force", true}}));
}

// The incident is about them: out, and nobody else is touched.
TEST_F(RoomsTest, WhoMustLeaveIsTakenOut) {
  room_.add_removed_members()->set_user_id("U7");
  v1::MessageRef here;
  here.set_channel("C9");
  ASSERT_TRUE(Open(&here).ok());
  EXPECT_TRUE(api_.Calls("conversations.create").empty());
  EXPECT_EQ(api_.Calls("conversations.kick")[0].body, (Json{{"channel", "C9"}, {"user", "U7"}}));
  // Who has left by themselves is out as well.
  api_.Answer("conversations.kick", {{"ok", false}, {"error", "not_in_channel"}});
  EXPECT_TRUE(Open(&here).ok());
  api_.Answer("conversations.kick", {{"ok", false}, {"error", "ratelimited"}}, 429);
  EXPECT_FALSE(Open(&here).ok());
}

TEST_F(RoomsTest, OfAClosedIncidentKeepsItsNumberAsTopicAndNothingElse) {
  room_.set_closed(true);
  room_.set_topic("DOP-2026-0007 · restricted");
  room_.clear_members();
  v1::MessageRef here;
  here.set_channel("C9");
  ASSERT_TRUE(Open(&here).ok());
  ASSERT_EQ(api_.Calls().size(), 1u);
  EXPECT_EQ(api_.Calls("conversations.setTopic")[0].body,
            (Json{{"channel", "C9"}, {"topic", "DOP-2026-0007 · restricted"}}));
}

TEST_F(RoomsTest, ManyPeopleComeThirtyAtATime) {
  api_.Answer("conversations.create", Created("C9"));
  for (int i = 0; i < 70; ++i) room_.add_members()->set_user_id(absl::StrCat("U", i));
  ASSERT_TRUE(Open().ok());
  const auto calls = api_.Calls("conversations.invite");
  ASSERT_EQ(calls.size(), 3u);  // the first two stand there twice
  const std::string last = calls[2].body["users"];
  EXPECT_EQ(std::count(last.begin(), last.end(), ','), 9);
}

TEST_F(RoomsTest, TakesTheRoomAnEarlierAttemptMade) {
  api_.Fail("conversations.create", absl::UnknownError("reset"));
  EXPECT_EQ(Open().failure, SendFailure::kRetryLater);
  api_.Answer("conversations.create", Taken());
  api_.Answer("auth.test", {{"ok", true}, {"user_id", "U0BOT"}});
  api_.Answer("users.conversations",
              {{"ok", true},
               {"channels", Json::array({{{"id", "C8"}, {"name", "other"}, {"creator", "U0BOT"}}})},
               {"response_metadata", {{"next_cursor", "c2"}}}});
  api_.Answer(
      "users.conversations",
      {{"ok", true},
       {"channels",
        Json::array({{{"id", "C9"}, {"name", "inc-dop-2026-0007"}, {"creator", "U0BOT"}}})}});
  const SendResult opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.detail;
  EXPECT_EQ(opened.message.channel(), "C9");
  EXPECT_THAT(api_.Calls("users.conversations")[1].query, HasSubstr("cursor=c2"));
  EXPECT_EQ(api_.Calls("conversations.create").size(), 2u);
}

TEST_F(RoomsTest, NeverTakesSomebodyElsesRoom) {
  api_.Answer("conversations.create", Taken());
  api_.Answer("conversations.create", Created("C10"));
  api_.Answer("auth.test", {{"ok", true}, {"user_id", "U0BOT"}});
  api_.Answer("users.conversations",
              {{"ok", true},
               {"channels",
                Json::array({{{"id", "C9"}, {"name", "inc-dop-2026-0007"}, {"creator", "U5"}}})}});
  const SendResult opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.detail;
  EXPECT_EQ(opened.message.channel(), "C10");
  EXPECT_EQ(api_.Calls("conversations.create")[1].body["name"], "inc-dop-2026-0007-2");
}

TEST_F(RoomsTest, OnlyInvitesIntoTheOneThatIsThere) {
  v1::MessageRef existing;
  existing.set_channel("C9");
  ASSERT_TRUE(Open(&existing).ok());
  EXPECT_TRUE(api_.Calls("conversations.create").empty());
  EXPECT_EQ(api_.Calls("conversations.invite").size(), 1u);
}

struct InviteCase {
  const char* error;
  int status;
  SendFailure failure;
};

class InviteTest : public RoomsTest, public ::testing::WithParamInterface<InviteCase> {};

TEST_P(InviteTest, OnePersonWhoCannotComeKeepsNobodyOut) {
  api_.Answer("conversations.create", Created("C9"));
  api_.Answer("conversations.invite", {{"ok", false}, {"error", GetParam().error}},
              GetParam().status);
  EXPECT_EQ(Open().failure, GetParam().failure);
}

INSTANTIATE_TEST_SUITE_P(
    Slack, InviteTest,
    ::testing::Values(InviteCase{"already_in_channel", 200, SendFailure::kNone},
                      InviteCase{"cant_invite_self", 200, SendFailure::kNone},
                      InviteCase{"user_is_restricted", 200, SendFailure::kNone},
                      InviteCase{"channel_not_found", 200, SendFailure::kRetryLater},
                      InviteCase{"ratelimited", 429, SendFailure::kRetryLater},
                      InviteCase{"fatal_error", 200, SendFailure::kRetryLater},
                      InviteCase{"is_archived", 200, SendFailure::kTargetBroken},
                      InviteCase{"token_revoked", 200, SendFailure::kWorkspaceBroken}),
    [](const auto& invite) { return invite.param.error; });

TEST_F(RoomsTest, TheOthersAreInvitedOnceMoreWithoutThoseWhoCannotCome) {
  api_.Answer("conversations.create", Created("C9"));
  api_.Answer("conversations.invite",
              {{"ok", false},
               {"error", "cant_invite_self"},
               {"errors", Json::array({{{"user", "U0"}, {"error", "cant_invite_self"}}})}});
  ASSERT_TRUE(Open().ok());
  const auto calls = api_.Calls("conversations.invite");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[1].body["users"], "U1");
}

TEST_F(RoomsTest, NamesAreWhatSlackTakes) {
  EXPECT_EQ(RoomName("INC DOP/2026 — 0007!"), "inc-dop-2026-0007");
  EXPECT_EQ(RoomName("---"), "incident");
  EXPECT_EQ(RoomName(std::string(200, 'a')).size(), 76u);
}

TEST_F(RoomsTest, TheHeadlineOfARoomIsPinnedAndNoOther) {
  SlackOptions options;
  options.api_base_url = FakeSlackApi::kBase;
  options.bot_token = "xoxb-secret";
  SlackPlatform platform(options, &api_);
  v1::Delivery delivery;
  delivery.mutable_notice()->set_kind(v1::Notice::KIND_HEADLINE);
  Outgoing message;
  message.card.title = "x";
  message.endpoint.set_address("C9");
  message.source = &delivery;
  delivery.set_target("channels/dop");
  const Json posted = {{"ok", true}, {"channel", "C9"}, {"ts", "1.2"}};
  api_.Answer("chat.postMessage", posted);
  ASSERT_TRUE(platform.Post(message).ok());
  EXPECT_TRUE(api_.Calls("pins.add").empty());
  delivery.set_target("rooms/slack/T1/C9");
  api_.Answer("chat.postMessage", posted);
  api_.Answer("pins.add", {{"ok", false}, {"error", "missing_scope"}});
  EXPECT_TRUE(platform.Post(message).ok());  // a pin is a convenience
  ASSERT_EQ(api_.Calls("pins.add").size(), 1u);
  EXPECT_EQ(api_.Calls("pins.add")[0].body, (Json{{"channel", "C9"}, {"timestamp", "1.2"}}));
}

}  // namespace
}  // namespace belfry::bot::slack
