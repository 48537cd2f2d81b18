// Activities of Teams as ChatRequests.
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/inbound.h"
#include "bot/platform/teams/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/mutate.h"

namespace belfry::bot::teams {
namespace {

using ::testing::HasSubstr;
using Kind = Incoming::Kind;
using ChatKind = ChatRequest::Kind;

constexpr char kTenant[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kUser[] = "bbbbbbbb-0000-4000-8000-000000000002";
constexpr char kChannel[] = "19:abc@thread.tacv2";

Json Base(const char* type) {
  return {{"type", type},
          {"id", "1700000000001"},
          {"timestamp", "2026-11-24T10:00:00.000Z"},
          {"serviceUrl", "https://smba.trafficmanager.net/amer/"},
          {"channelId", "msteams"},
          {"from", {{"id", "29:user"}, {"name", "Somebody"}, {"aadObjectId", kUser}}},
          {"recipient", {{"id", "28:bot"}, {"name", "Belfry"}}},
          {"conversation",
           {{"id", absl::StrCat(kChannel, ";messageid=1700000000000")},
            {"conversationType", "channel"},
            {"tenantId", kTenant}}},
          {"channelData", {{"tenant", {{"id", kTenant}}}, {"channel", {{"id", kChannel}}}}}};
}

Json Message(const std::string& text) {
  Json json = Base("message");
  json["text"] = text;
  json["entities"] = Json::array({{{"type", "mention"},
                                   {"text", "<at>Belfry</at>"},
                                   {"mentioned", {{"id", "28:bot"}, {"name", "Belfry"}}}}});
  return json;
}

Incoming Read(const Json& json) {
  const absl::StatusOr<Activity> activity = ParseActivity(json.dump());
  EXPECT_TRUE(activity.ok()) << activity.status();
  if (!activity.ok()) return Incoming();
  absl::StatusOr<Incoming> incoming = ReadActivity(*activity);
  EXPECT_TRUE(incoming.ok()) << incoming.status();
  return incoming.ok() ? *std::move(incoming) : Incoming();
}

std::string ErrorOf(const Json& json) {
  const absl::StatusOr<Activity> activity = ParseActivity(json.dump());
  if (!activity.ok()) return std::string(activity.status().message());
  return std::string(ReadActivity(*activity).status().message());
}

TEST(TeamsInboundTest, AMessageIsACommandInItsThread) {
  const Incoming incoming = Read(Message("<at>Belfry</at> ack DOP-2026-0001\n"));
  EXPECT_EQ(incoming.kind, Kind::kMessage);
  const ChatRequest& request = incoming.request;
  EXPECT_EQ(request.kind, ChatKind::kCommand);
  EXPECT_EQ(request.text, "ack DOP-2026-0001");
  EXPECT_EQ(request.platform, "teams");
  EXPECT_EQ(request.workspace, kTenant);
  EXPECT_EQ(request.user_id, kUser);
  EXPECT_EQ(request.channel_id, kChannel);
  EXPECT_EQ(request.message.channel(), kChannel);
  EXPECT_EQ(request.message.id(), "1700000000000");
  EXPECT_FALSE(request.direct);
}

TEST(TeamsInboundTest, TheSameMessageHasTheSameKeyAndAnotherOneHasNot) {
  Json other = Message("list");
  other["id"] = "1700000000002";
  EXPECT_EQ(Read(Message("list")).request.idempotency_key,
            Read(Message("list")).request.idempotency_key);
  EXPECT_NE(Read(Message("list")).request.idempotency_key, Read(other).request.idempotency_key);
}

TEST(TeamsInboundTest, TheAddressIsNotTheCommand) {
  const auto text = [](const std::string& typed) { return Read(Message(typed)).request.text; };
  EXPECT_EQ(text("&nbsp;<at>Belfry</at>&nbsp;open &quot;a &lt;b&gt;&quot;"), "open \"a <b>\"");
  EXPECT_EQ(text("list <at>Belfry</at>"), "list");
  EXPECT_EQ(text("@belfry ack DOP-2026-0001"), "ack DOP-2026-0001");
  EXPECT_EQ(text("/incident list"), "list");
  EXPECT_EQ(text("@belfrytower list"), "@belfrytower list");
  EXPECT_EQ(text("open &amp;lt; &#x41;&#66; &#0; &bogus; & &#xD800;"),
            "open &lt; AB &#0; &bogus; & &#xD800;");
  EXPECT_EQ(text("<at>Belfry</at>"), "help");
}

TEST(TeamsInboundTest, PeopleAreMentionedByAccount) {
  Json json = Message("<at>Belfry</at> assign <at>Jane</at>");
  json["entities"].push_back({{"type", "mention"},
                              {"text", "<at>Jane</at>"},
                              {"mentioned", {{"id", "29:ja>ne"}, {"name", "Jane"}}}});
  EXPECT_EQ(Read(json).request.text, "assign <@29:jane>");
  json["entities"][1]["mentioned"]["aadObjectId"] = kUser;
  EXPECT_EQ(Read(json).request.text, absl::StrCat("assign <@", kUser, ">"));
}

TEST(TeamsInboundTest, AOneToOneChatIsDirectAndAGuidHasOneForm) {
  Json json = Message("home");
  json["conversation"] = {{"id", "a:1x"}, {"conversationType", "personal"}};
  json["from"]["aadObjectId"] = "BBBBBBBB-0000-4000-8000-000000000002";
  const Incoming incoming = Read(json);
  EXPECT_TRUE(incoming.request.direct);
  EXPECT_EQ(incoming.request.user_id, kUser);
  EXPECT_EQ(incoming.request.channel_id, "a:1x");
}

Json Press(const Json& data) {
  Json json = Base("invoke");
  json["name"] = "adaptiveCard/action";
  json["replyToId"] = "1700000000000";
  json["value"] = {{"action", {{"type", "Action.Execute"}, {"verb", "belfry"}, {"data", data}}}};
  return json;
}

TEST(TeamsInboundTest, AButtonRunsItsCommand) {
  CardData data;
  data.command = "ack DOP-2026-0001";
  const Incoming incoming = Read(Press(ToData(data)));
  EXPECT_EQ(incoming.kind, Kind::kCardAction);
  EXPECT_EQ(incoming.request.kind, ChatKind::kButton);
  EXPECT_EQ(incoming.request.text, "ack DOP-2026-0001");
  EXPECT_FALSE(incoming.on_answer);
}

TEST(TeamsInboundTest, ARepeatedPressIsKnownAndALaterOneIsAnother) {
  CardData data;
  data.command = "ack DOP-2026-0001";
  Json again = Press(ToData(data));
  again["id"] = "f:other";
  const Incoming first = Read(Press(ToData(data)));
  const Incoming second = Read(again);
  EXPECT_EQ(first.repeat_key, second.repeat_key);
  EXPECT_NE(first.request.idempotency_key, second.request.idempotency_key);
  again["from"]["aadObjectId"] = "cccccccc-0000-4000-8000-000000000003";
  EXPECT_NE(first.repeat_key, Read(again).repeat_key) << "somebody else pressed it";
  data.command = "ack DOP-2026-0002";
  EXPECT_NE(first.repeat_key, Read(Press(ToData(data))).repeat_key);
}

TEST(TeamsInboundTest, AFormBringsItsValues) {
  CardData data;
  data.command = "update DOP-2026-0001";
  data.form = true;
  data.on_answer = true;
  Json json = ToData(data);
  json[InputId("conditions")] = "two PCs are \"locked\"";
  json[InputId("")] = "text";
  json[InputId("needs")] = nullptr;
  json["foreign"] = 7;
  const Incoming incoming = Read(Press(json));
  EXPECT_EQ(incoming.request.kind, ChatKind::kForm);
  EXPECT_TRUE(incoming.on_answer);
  EXPECT_THAT(incoming.request.form, ::testing::UnorderedElementsAre(
                                         ::testing::Pair("conditions", "two PCs are \"locked\""),
                                         ::testing::Pair("", "text")));
}

TEST(TeamsInboundTest, WhatACardCannotSendIsNamed) {
  EXPECT_THAT(ErrorOf(Press({{"other", "app"}})), HasSubstr("value.action.data"));
  EXPECT_THAT(ErrorOf(Press({{"belfry", 7}})), HasSubstr("belfry"));
  EXPECT_THAT(ErrorOf(Press({{"belfry", std::string(40'000, 'a')}})), HasSubstr("belfry"));
  EXPECT_THAT(ErrorOf(Press({{"belfry", "x"}, {"field.a", 7}})), HasSubstr("field.a"));
  Json json = Base("message");
  json["conversation"].erase("id");
  EXPECT_THAT(ErrorOf(json), HasSubstr("conversation.id"));
  json = Base("message");
  json["channelData"]["tenant"]["id"] = "another";
  EXPECT_THAT(ErrorOf(json), HasSubstr("channelData.tenant.id"));
  json = Base("message");
  json["id"] = "1\n2";
  EXPECT_THAT(ErrorOf(json), HasSubstr("id"));
  json = Base("message");
  json["from"] = 7;
  EXPECT_THAT(ErrorOf(json), HasSubstr("from.id"));
}

TEST(TeamsInboundTest, OldClientsSendAButtonAsAMessageWithoutWords) {
  CardData data;
  data.command = "ack DOP-2026-0001";
  Json json = Base("message");
  json["value"] = ToData(data);
  const Incoming incoming = Read(json);
  EXPECT_EQ(incoming.kind, Kind::kMessage);
  EXPECT_EQ(incoming.request.kind, ChatKind::kButton);
  EXPECT_EQ(incoming.request.text, "ack DOP-2026-0001");
  json["value"] = {{"of", "another bot"}};
  EXPECT_EQ(Read(json).kind, Kind::kIgnored);
}

TEST(TeamsInboundTest, DialogsOpenAndAreSent) {
  CardData data;
  data.command = "update DOP-2026-0001";
  Json json = Base("invoke");
  json["name"] = "task/fetch";
  json["value"] = {{"data", ToData(data)}};
  EXPECT_EQ(Read(json).kind, Kind::kDialogOpen);
  json["name"] = "task/submit";
  data.form = true;
  json["value"]["data"] = ToData(data);
  EXPECT_EQ(Read(json).kind, Kind::kDialogSubmit);
  EXPECT_EQ(Read(json).request.kind, ChatKind::kForm);
  json["name"] = "signin/verifyState";
  EXPECT_EQ(Read(json).kind, Kind::kUnknownInvoke);
}

Json Menu(const char* command) {
  Json json = Base("invoke");
  json["name"] = "composeExtension/fetchTask";
  json["value"] = {{"commandId", command},
                   {"messagePayload",
                    {{"id", "1700000000009"},
                     {"body",
                      {{"contentType", "html"},
                       {"content", "<p>PCs show a <b>note</b></p><p>&amp; beep</p>"}}}}}};
  return json;
}

TEST(TeamsInboundTest, TheMenuOfAMessageOpensAnIncidentOrTakesANote) {
  const Incoming open = Read(Menu("open"));
  EXPECT_EQ(open.kind, Kind::kDialogOpen);
  EXPECT_EQ(open.request.text, "open") << "never with words: nothing may be opened by a click";
  EXPECT_EQ(open.prefill, "PCs show a note\n& beep");
  const Incoming note = Read(Menu("note"));
  EXPECT_EQ(note.request.kind, ChatKind::kNote);
  EXPECT_EQ(note.request.text, "PCs show a note\n& beep");
  EXPECT_EQ(note.request.source.id(), "1700000000009");
  EXPECT_EQ(note.request.source.channel(), kChannel);
  EXPECT_THAT(ErrorOf(Menu("delete")), HasSubstr("commandId"));
}

TEST(TeamsInboundTest, EditsAndDeletionsFollowTheirMessage) {
  Json json = Message("<at>Belfry</at> three PCs");
  json["type"] = "messageUpdate";
  Incoming incoming = Read(json);
  EXPECT_EQ(incoming.kind, Kind::kQuiet);
  EXPECT_EQ(incoming.request.kind, ChatKind::kNoteEdited);
  EXPECT_EQ(incoming.request.text, "three PCs");
  EXPECT_EQ(incoming.request.source.id(), "1700000000001");
  const std::string key = incoming.request.idempotency_key;
  json["timestamp"] = "2026-11-24T10:05:00.000Z";
  EXPECT_NE(Read(json).request.idempotency_key, key) << "a second edit";
  json["type"] = "messageDelete";
  EXPECT_EQ(Read(json).request.kind, ChatKind::kNoteDeleted);
}

TEST(TeamsInboundTest, ComingGoingAndReactions) {
  Json json = Base("installationUpdate");
  json["action"] = "add-upgrade";
  EXPECT_EQ(Read(json).kind, Kind::kInstalled);
  json["action"] = "remove";
  EXPECT_EQ(Read(json).kind, Kind::kRemoved);
  json = Base("conversationUpdate");
  EXPECT_EQ(Read(json).kind, Kind::kIgnored);
  json["membersRemoved"] = Json::array({{{"id", "28:bot"}}});
  EXPECT_EQ(Read(json).kind, Kind::kRemoved);
  json = Base("messageReaction");
  json["reactionsAdded"] = Json::array({{{"type", "like"}}});
  EXPECT_EQ(Read(json).kind, Kind::kIgnored);
  json["reactionsAdded"][0]["type"] = "1f4cc_pushpin";
  EXPECT_EQ(Read(json).kind, Kind::kPinned);
  json = Message("list");
  json["from"]["id"] = "28:bot";
  EXPECT_EQ(Read(json).kind, Kind::kIgnored) << "our own voice";
  EXPECT_EQ(Read(Base("typing")).kind, Kind::kIgnored);
}

TEST(TeamsInboundTest, DeepAndBrokenJsonIsRefused) {
  EXPECT_FALSE(ParseActivity("").ok());
  EXPECT_FALSE(ParseActivity("[]").ok());
  EXPECT_FALSE(ParseActivity("{\"type\":\"\xff\"}").ok());
  EXPECT_FALSE(
      ParseActivity(absl::StrCat(std::string(10'000, '['), std::string(10'000, ']'))).ok());
}

// Whatever arrives, it is read or refused; run under the sanitizers this is a fuzzer.
TEST(TeamsInboundTest, MutatedActivitiesNeverCrash) {
  CardData data;
  data.command = "update DOP-2026-0001";
  data.form = true;
  Json form = ToData(data);
  form[InputId("conditions")] = "x";
  Json update = Message("<at>Belfry</at> x &#x41; <at>y</at>");
  update["type"] = "messageUpdate";
  const std::string corpus[] = {Message("<at>Belfry</at> open \"x\" &amp;").dump(),
                                Press(form).dump(),
                                Menu("open").dump(),
                                Menu("note").dump(),
                                update.dump(),
                                Base("installationUpdate").dump()};
  std::mt19937_64 random(7);  // the same each time
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string body = belfry::testing::Mutate(corpus[random() % std::size(corpus)], random);
    const absl::StatusOr<Activity> activity = ParseActivity(body);
    if (activity.ok() && ReadActivity(*activity).ok()) ++read;
  }
  EXPECT_GT(read, 500) << "the mutations leave something to read";
}

TEST(HtmlTextTest, WordsRemainAndTagsGo) {
  EXPECT_EQ(HtmlText("<div>a<br>b</div><ul><li>c</li></ul>&nbsp;"), "a\nb\nc");
  EXPECT_EQ(HtmlText("a <b"), "a");
  EXPECT_EQ(HtmlText(""), "");
}

}  // namespace
}  // namespace belfry::bot::teams
