// What Slack sends, read: every kind of act, and thousands of broken ones.
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/views.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/mutate.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using Kind = ChatRequest::Kind;
using Surface = Inbound::Surface;

Json Event(const Json& event) {
  return {{"type", "event_callback"}, {"team_id", "T1"}, {"event_id", "Ev1"}, {"event", event}};
}

Json Payload(const std::string& type) {
  return {{"type", type},
          {"team", {{"id", "T1"}}},
          {"user", {{"id", "U1"}, {"team_id", "T1"}}},
          {"channel", {{"id", "C1"}, {"name", "dop"}}},
          {"trigger_id", "3.4"},
          {"response_url", "https://hooks.slack.com/x"}};
}

Json Modal(const std::string& command = "update DOP-2026-0001") {
  chat::Form form;
  form.title = "Daily status";
  form.command = command;
  auto& field = form.fields.emplace_back();
  field.name = "conditions";
  Json view = FormView(form, {"", "C1", "1.2", "https://hooks.slack.com/y"});
  view["id"] = "V1";
  view["hash"] = "h1";
  const std::string block = view["blocks"][0]["block_id"];
  view["state"]["values"][block]["value"] = {{"type", "plain_text_input"}, {"value", "down"}};
  return view;
}

Json Press(const std::string& action_id) {
  Json payload = Payload("block_actions");
  payload["message"] = {{"ts", "5.6"}};
  payload["actions"] = Json::array(
      {{{"action_id", action_id}, {"value", "ack DOP-2026-0001"}, {"action_ts", "7.8"}}});
  return payload;
}

TEST(InteractionTest, AButtonRunsItsCommandOrOpensItsForm) {
  const auto run = FromInteraction(Press("belfry:run:0:ack"));
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->chat.kind, Kind::kButton);
  EXPECT_EQ(run->surface, Surface::kMessage);
  EXPECT_FALSE(run->wants_form);
  EXPECT_TRUE(FromInteraction(Press("belfry:form:1:update"))->wants_form);
  // Messages from before there were forms.
  EXPECT_FALSE(FromInteraction(Press("belfry:ack:0"))->wants_form);
  EXPECT_EQ(FromInteraction(Press("other:app"))->chat.kind, Kind::kIgnored);
}

TEST(InteractionTest, AButtonInAModalKnowsThePlaceItWasOpenedFrom) {
  Json payload = Press("belfry:run:0:close");
  payload.erase("channel");
  payload.erase("message");
  payload.erase("response_url");
  payload["view"] = Modal();
  payload["container"] = {{"type", "view"}, {"view_id", "V1"}};
  const auto inbound = FromInteraction(payload);
  ASSERT_TRUE(inbound.ok()) << inbound.status();
  EXPECT_EQ(inbound->surface, Surface::kModal);
  EXPECT_EQ(inbound->view_id, "V1");
  EXPECT_EQ(inbound->view_hash, "h1");
  EXPECT_EQ(inbound->chat.channel_id, "C1");
  EXPECT_EQ(inbound->chat.message.id(), "1.2");
  EXPECT_EQ(inbound->chat.response_url, "https://hooks.slack.com/y");
}

TEST(InteractionTest, TheHomeTabIsNobodyElses) {
  Json payload = Press("belfry:run:0:list");
  payload.erase("channel");
  payload.erase("message");
  payload["view"] = {{"type", "home"}, {"id", "V2"}};
  const auto inbound = FromInteraction(payload);
  ASSERT_TRUE(inbound.ok()) << inbound.status();
  EXPECT_EQ(inbound->surface, Surface::kHome);
  EXPECT_TRUE(inbound->chat.direct);
}

TEST(InteractionTest, AModalThatWasSentCompletesItsCommand) {
  Json payload = Payload("view_submission");
  payload.erase("channel");
  payload["view"] = Modal();
  const auto inbound = FromInteraction(payload);
  ASSERT_TRUE(inbound.ok()) << inbound.status();
  EXPECT_EQ(inbound->chat.kind, Kind::kForm);
  EXPECT_EQ(inbound->chat.text, "update DOP-2026-0001");
  EXPECT_EQ(inbound->chat.form, (chat::FormValues{{"conditions", "down"}}));
  EXPECT_EQ(inbound->chat.channel_id, "C1");
  // The same again is the same act; corrected it is another.
  EXPECT_EQ(FromInteraction(payload)->chat.idempotency_key, inbound->chat.idempotency_key);
  const std::string block = inbound->blocks.at("conditions");
  payload["view"]["state"]["values"][block]["value"]["value"] = "up";
  EXPECT_NE(FromInteraction(payload)->chat.idempotency_key, inbound->chat.idempotency_key);

  payload["view"]["private_metadata"] = "not ours";
  EXPECT_THAT(std::string(FromInteraction(payload).status().message()),
              HasSubstr("view.private_metadata"));
  payload["type"] = "view_closed";
  EXPECT_EQ(FromInteraction(payload)->chat.kind, Kind::kIgnored);
}

TEST(InteractionTest, ShortcutsOpenAFormOrTakeANote) {
  Json payload = Payload("message_action");
  payload["action_ts"] = "9.9";
  payload["message"] = {{"ts", "5.6"}, {"thread_ts", "5.0"}, {"text", "all &lt;files&gt; gone"}};
  payload["callback_id"] = kOpenFromMessageShortcut;
  const auto open = FromInteraction(payload);
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->chat.text, "open");
  EXPECT_TRUE(open->wants_form);
  EXPECT_EQ(open->prefill, "all <files> gone");

  payload["callback_id"] = kNoteShortcut;
  const auto note = FromInteraction(payload);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->chat.kind, Kind::kNote);
  EXPECT_EQ(note->chat.text, "all <files> gone");
  EXPECT_EQ(note->chat.source.id(), "5.6");
  EXPECT_EQ(note->chat.message.id(), "5.0");  // the thread tells the incident

  Json global = Payload("shortcut");
  global.erase("channel");
  global["callback_id"] = kOpenShortcut;
  EXPECT_TRUE(FromInteraction(global)->wants_form);
  global["callback_id"] = "somebody_elses";
  EXPECT_EQ(FromInteraction(global)->chat.kind, Kind::kIgnored);
}

TEST(EventTest, AMentionIsACommandAndSoIsALineToTheBot) {
  const auto mention =
      FromEvent(Event({{"type", "app_mention"},
                       {"user", "U1"},
                       {"channel", "C1"},
                       {"ts", "1.2"},
                       {"thread_ts", "1.0"},
                       {"text", "<@U0BOT> note &lt;b&gt; at <http://x.gov|x.gov>"}}));
  ASSERT_TRUE(mention.ok()) << mention.status();
  EXPECT_EQ(mention->surface, Surface::kMention);
  EXPECT_EQ(mention->chat.text, "note <b> at x.gov");
  EXPECT_EQ(mention->chat.message.id(), "1.0");
  EXPECT_FALSE(mention->chat.direct);
  const auto line = FromEvent(Event({{"type", "message"},
                                     {"channel_type", "im"},
                                     {"user", "U1"},
                                     {"channel", "D1"},
                                     {"ts", "1.2"},
                                     {"text", "list"}}));
  EXPECT_EQ(line->chat.text, "list");
  EXPECT_TRUE(line->chat.direct);
  // What people say to each other is none of our business.
  EXPECT_EQ(FromEvent(Event({{"type", "message"},
                             {"channel_type", "channel"},
                             {"user", "U1"},
                             {"channel", "C1"},
                             {"ts", "1.2"},
                             {"text", "list"}}))
                ->chat.kind,
            Kind::kIgnored);
}

TEST(EventTest, AnotherWorkspacesPeopleAreNotOurs) {
  const auto mention = FromEvent(Event({{"type", "app_mention"},
                                        {"user", "U1"},
                                        {"user_team", "T9"},
                                        {"channel", "C1"},
                                        {"ts", "1.2"},
                                        {"text", "<@U0BOT> list"}}));
  EXPECT_EQ(mention->chat.workspace, "T9");
}

TEST(EventTest, AReactionMarksAMessage) {
  const Json event = {{"type", "reaction_added"},
                      {"user", "U1"},
                      {"reaction", "memo::skin-tone-2"},
                      {"item", {{"type", "message"}, {"channel", "C1"}, {"ts", "5.6"}}},
                      {"event_ts", "8.8"}};
  const auto inbound = FromEvent(Event(event));
  ASSERT_TRUE(inbound.ok()) << inbound.status();
  EXPECT_EQ(inbound->chat.kind, Kind::kNote);
  EXPECT_EQ(inbound->reaction, "memo");
  EXPECT_EQ(inbound->chat.source.id(), "5.6");
  EXPECT_EQ(inbound->chat.source.channel(), "C1");
  Json file = event;
  file["item"] = {{"type", "file"}, {"file", "F1"}};
  EXPECT_EQ(FromEvent(Event(file))->chat.kind, Kind::kIgnored);
}

Json Change(const Json& message, const Json& before) {
  return Event({{"type", "message"},
                {"subtype", "message_changed"},
                {"channel", "C1"},
                {"event_ts", "9.0"},
                {"message", message},
                {"previous_message", before}});
}

TEST(EventTest, EditsAndDeletionsFollowTheirMessage) {
  const Json before = {{"user", "U1"}, {"text", "one"}, {"ts", "5.6"}};
  const auto edited = FromEvent(Change(
      {{"user", "U1"}, {"text", "two"}, {"ts", "5.6"}, {"edited", {{"user", "U2"}, {"ts", "8.0"}}}},
      before));
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->chat.kind, Kind::kNoteEdited);
  EXPECT_EQ(edited->chat.text, "two");
  EXPECT_EQ(edited->chat.user_id, "U2");
  EXPECT_EQ(edited->chat.source.id(), "5.6");
  // Slack looked up a link in it: nobody edited anything.
  EXPECT_EQ(FromEvent(Change({{"user", "U1"}, {"text", "one"}, {"ts", "5.6"}}, before))->chat.kind,
            Kind::kIgnored);
  // Our own cards change all the time.
  EXPECT_EQ(FromEvent(Change({{"bot_id", "B1"}, {"text", "x"}, {"ts", "5.6"}}, before))->chat.kind,
            Kind::kIgnored);
  // Deleted, but its replies are still there.
  EXPECT_EQ(FromEvent(Change({{"subtype", "tombstone"}, {"text", "gone"}, {"ts", "5.6"}}, before))
                ->chat.kind,
            Kind::kNoteDeleted);

  const auto deleted = FromEvent(Event({{"type", "message"},
                                        {"subtype", "message_deleted"},
                                        {"channel", "C1"},
                                        {"deleted_ts", "5.6"},
                                        {"previous_message", before}}));
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->chat.kind, Kind::kNoteDeleted);
  EXPECT_EQ(deleted->chat.user_id, "U1");
  EXPECT_EQ(deleted->chat.source.id(), "5.6");
}

TEST(EventTest, OpeningTheHomeTabAsksForIt) {
  const Json event = {{"type", "app_home_opened"},
                      {"user", "U1"},
                      {"channel", "D1"},
                      {"tab", "home"},
                      {"event_ts", "8.8"}};
  const auto inbound = FromEvent(Event(event));
  ASSERT_TRUE(inbound.ok()) << inbound.status();
  EXPECT_EQ(inbound->chat.kind, Kind::kHome);
  EXPECT_TRUE(inbound->chat.direct);
  EXPECT_EQ(inbound->chat.channel_id, "");
}

TEST(EventTest, ARetryIsTheSameAct) {
  const Json event = Event({{"type", "app_mention"},
                            {"user", "U1"},
                            {"channel", "C1"},
                            {"ts", "1.2"},
                            {"text", "<@U0BOT> list"}});
  Json retry = event;
  retry["event_id"] = "Ev2";  // a mention also comes as a message, with an id of its own
  EXPECT_EQ(FromEvent(event)->chat.idempotency_key, FromEvent(retry)->chat.idempotency_key);
}

struct WrongCase {
  const char* name;
  std::function<absl::StatusOr<Inbound>()> read;
  const char* field;
};

class WrongTest : public ::testing::TestWithParam<WrongCase> {};

TEST_P(WrongTest, NamesTheField) {
  const auto inbound = GetParam().read();
  ASSERT_FALSE(inbound.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(inbound.status()));
  EXPECT_THAT(std::string(inbound.status().message()), HasSubstr(GetParam().field));
}

Json Without(Json json, const char* field) {
  json.erase(field);
  return json;
}

INSTANTIATE_TEST_SUITE_P(
    Slack, WrongTest,
    ::testing::Values(
        WrongCase{"Team",
                  [] {
                    Json payload = Without(Press("belfry:x"), "team");
                    payload["user"].erase("team_id");
                    return FromInteraction(payload);
                  },
                  "team.id"},
        WrongCase{"User", [] { return FromInteraction(Without(Press("belfry:x"), "user")); },
                  "user.id"},
        WrongCase{"Actions", [] { return FromInteraction(Without(Press("belfry:x"), "actions")); },
                  "actions"},
        WrongCase{"View", [] { return FromInteraction(Payload("view_submission")); }, "view.id"},
        WrongCase{
            "Mention",
            [] {
              return FromEvent(Event(
                  {{"type", "app_mention"}, {"channel", "C1"}, {"ts", "1.2"}, {"text", "x"}}));
            },
            "event.user"},
        WrongCase{"Channel",
                  [] {
                    return FromEvent(Event(
                        {{"type", "app_mention"}, {"user", "U1"}, {"ts", "1.2"}, {"text", "x"}}));
                  },
                  "event.channel"},
        WrongCase{"Form", [] { return ParseInteraction("payload=%5B%5D"); }, "payload"},
        WrongCase{"Utf8", [] { return ParseEvent("{\"type\":\"\xFF\"}"); }, "body"},
        WrongCase{"Trigger", [] { return ParseCommand("team_id=T1&user_id=U1"); }, "trigger_id"}),
    [](const auto& wrong) { return wrong.param.name; });

std::string Encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text)
    absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
  return encoded;
}

// Whatever comes: an answer, never a crash; and what is accepted is whole.
void ExpectSane(const absl::StatusOr<Inbound>& inbound, const std::string& body) {
  if (!inbound.ok()) {
    EXPECT_TRUE(absl::IsInvalidArgument(inbound.status())) << inbound.status();
    EXPECT_THAT(std::string(inbound.status().message()), HasSubstr(": ")) << body;
    return;
  }
  const ChatRequest& chat = inbound->chat;
  if (chat.kind == Kind::kIgnored || chat.kind == Kind::kVerification) return;
  EXPECT_FALSE(chat.workspace.empty()) << body;
  EXPECT_FALSE(chat.user_id.empty()) << body;
  EXPECT_FALSE(chat.idempotency_key.empty()) << body;
  EXPECT_TRUE(chat::IsUtf8(chat.text)) << body;
  EXPECT_NE(inbound->surface, Surface::kNone) << body;
}

TEST(InboundFuzzTest, ThousandsOfBrokenBodiesAreAnsweredAndNeverCrash) {
  Json submission = Payload("view_submission");
  submission["view"] = Modal();
  Json shortcut = Payload("message_action");
  shortcut["callback_id"] = kNoteShortcut;
  shortcut["message"] = {{"ts", "5.6"}, {"text", "x <@U1> <http://a|b> &amp;"}};
  const std::vector<std::string> interactions = {Press("belfry:run:0:ack").dump(),
                                                 submission.dump(), shortcut.dump()};
  const std::vector<std::string> events = {
      Event({{"type", "app_mention"},
             {"user", "U1"},
             {"channel", "C1"},
             {"ts", "1.2"},
             {"text", "<@U0BOT> note <http://x|y> &lt;"}})
          .dump(),
      Change({{"user", "U1"}, {"text", "two"}, {"ts", "5.6"}}, {{"text", "one"}}).dump(),
      Event({{"type", "reaction_added"},
             {"user", "U1"},
             {"reaction", "memo"},
             {"item", {{"type", "message"}, {"channel", "C1"}, {"ts", "5.6"}}}})
          .dump(),
      Event({{"type", "app_home_opened"}, {"user", "U1"}, {"channel", "D1"}}).dump()};
  const std::string command =
      "team_id=T1&channel_id=C1&user_id=U1&command=%2Fincident&text=open+%22Caf%C3%A9%22&"
      "response_url=https%3A%2F%2Fh%2Fx&trigger_id=1.2";
  std::mt19937_64 random(20261127);
  for (int i = 0; i < 3000; ++i) {
    ExpectSane(ParseCommand(belfry::testing::Mutate(command, random)), "command");
    for (const std::string& body : interactions) {
      const std::string mutated = belfry::testing::Mutate(body, random);
      ExpectSane(ParseInteraction("payload=" + Encoded(mutated)), mutated);
    }
    ExpectSane(
        ParseInteraction(belfry::testing::Mutate("payload=" + Encoded(interactions[0]), random)),
        "form");
    for (const std::string& body : events) {
      const std::string mutated = belfry::testing::Mutate(body, random);
      ExpectSane(ParseEvent(mutated), mutated);
    }
    if (HasFailure()) return;
  }
}

// Every value of every payload, replaced by something of another kind.
void Replace(Json& json, const Json& by, const std::function<void()>& look) {
  for (auto& item : json) {
    const Json kept = std::exchange(item, by);
    look();
    item = kept;
    if (item.is_structured()) Replace(item, by, look);
  }
}

TEST(InboundFuzzTest, ValuesOfAnotherKindAreAnswered) {
  Json submission = Payload("view_submission");
  submission["view"] = Modal();
  int looked = 0;
  for (const Json& by : {Json(), Json(7), Json(true), Json::array({1}), Json{{"a", 1}}, Json(""),
                         Json(std::string(5000, 'x'))}) {
    for (Json payload : {Press("belfry:form:0:ack"), submission}) {
      Replace(payload, by, [&] {
        ++looked;
        ExpectSane(FromInteraction(payload), payload.dump());
      });
    }
    Json change = Change({{"user", "U1"}, {"text", "two"}, {"ts", "5.6"}}, {{"text", "one"}});
    Replace(change, by, [&] { ExpectSane(FromEvent(change), change.dump()); });
  }
  EXPECT_GT(looked, 300);
}

}  // namespace
}  // namespace belfry::bot::slack
