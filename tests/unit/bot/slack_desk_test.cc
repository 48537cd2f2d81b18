// What becomes of the things people do in Slack: where the answer is shown, and that it is shown.
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "bot/platform/slack/desk.h"
#include "fake_slack_api.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;
using Kind = ChatRequest::Kind;
using Surface = Inbound::Surface;

chat::CommandResult Done(const std::string& title) {
  chat::CommandResult result;
  result.ok = true;
  result.changed = true;
  result.card.title = title;
  return result;
}

chat::CommandResult Failed(absl::Status status, const std::string& title) {
  chat::CommandResult result;
  result.status = std::move(status);
  result.card.title = title;
  return result;
}

chat::CommandResult Asks(const std::string& command) {
  chat::CommandResult result;
  result.asks = true;
  result.card.title = "Do it?";
  result.card.buttons = {{"Do it", absl::StrCat(command, " confirm:yes"), chat::Tone::kDanger, ""}};
  return result;
}

chat::CommandResult Blanks(const std::string& command) {
  chat::CommandResult result;
  chat::Form& form = result.form.emplace();
  form.title = "Daily status";
  form.command = command;
  auto& title = form.fields.emplace_back();
  title.name = "";
  title.label = "What happened";
  auto& conditions = form.fields.emplace_back();
  conditions.name = "conditions";
  conditions.kind = chat::FormField::Kind::kText;
  return result;
}

// Commands are answered from a script, at once or when the test says so.
class Staff {
 public:
  bool Submit(ChatRequest request, std::function<void(chat::CommandResult)> done) {
    chat::CommandResult result;
    {
      absl::MutexLock lock(&mutex_);
      if (full) return false;
      requests_.push_back(std::move(request));
      if (held) {
        waiting_.push_back(std::move(done));
        return true;
      }
      result = Next();
    }
    done(std::move(result));
    return true;
  }
  void Will(chat::CommandResult result) {
    absl::MutexLock lock(&mutex_);
    results_.push_back(std::move(result));
  }
  void Release() {
    std::function<void(chat::CommandResult)> done;
    chat::CommandResult result;
    {
      absl::MutexLock lock(&mutex_);
      held = false;
      done = std::move(waiting_.front());
      waiting_.pop_front();
      result = Next();
    }
    done(std::move(result));
  }
  std::vector<ChatRequest> requests() {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

  bool full = false;
  bool held = false;

 private:
  chat::CommandResult Next() {
    if (results_.empty()) return Done("Done");
    chat::CommandResult result = std::move(results_.front());
    results_.pop_front();
    return result;
  }

  absl::Mutex mutex_;
  std::vector<ChatRequest> requests_;
  std::deque<chat::CommandResult> results_;
  std::deque<std::function<void(chat::CommandResult)>> waiting_;
};

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() {
    SlackOptions options;
    options.workspace = "T1";
    options.bot_token = "xoxb-secret";
    options.api_base_url = FakeSlackApi::kBase;
    options.response_hosts = {"hooks.slack.com"};
    Workspace workspace;
    workspace.platform = std::make_shared<SlackPlatform>(options, &api_);
    workspace.root = "/incident";
    DeskStaff staff;
    staff.submit = [this](ChatRequest request, const std::string&,
                          std::function<void(chat::CommandResult)> done) {
      return staff_.Submit(std::move(request), std::move(done));
    };
    staff.wants_form = [](absl::string_view line) { return line == "update"; };
    staff.rejected = [this](const char* reason) {
      absl::MutexLock lock(&mutex_);
      ++rejected_[reason];
    };
    desk_ = std::make_unique<SlackDesk>(std::map<std::string, Workspace>{{"T1", workspace}},
                                        std::move(staff), &clock_);
  }

  Inbound Act(Kind kind, Surface surface, const std::string& text) {
    Inbound in;
    in.chat.kind = kind;
    in.chat.platform = "slack";
    in.chat.workspace = "T1";
    in.chat.user_id = "U1";
    in.chat.channel_id = "C1";
    in.chat.message.set_channel("C1");
    in.chat.message.set_id("1.2");
    in.chat.text = text;
    in.chat.trigger_id = "trigger";
    in.chat.idempotency_key = absl::StrCat("key ", ++keys_);
    if (surface == Surface::kCommand || surface == Surface::kMessage) {
      in.chat.response_url = kResponse;
    }
    in.surface = surface;
    return in;
  }
  Inbound Sent(const std::string& command) {
    Inbound in = Act(Kind::kForm, Surface::kModal, command);
    in.view_id = "V1";
    in.view_hash = "h1";
    in.blocks = {{"conditions", "block"}};
    in.chat.form = {{"conditions", "all is down"}};
    return in;
  }

  // The acknowledgement, which has to come.
  Json Handle(Inbound in) {
    auto done = std::make_shared<absl::Notification>();
    auto answer = std::make_shared<Json>();
    desk_->Handle(std::move(in), [done, answer](Json payload) {
      *answer = std::move(payload);
      done->Notify();
    });
    EXPECT_TRUE(done->WaitForNotificationWithTimeout(absl::Seconds(10))) << "not acknowledged";
    return *answer;
  }
  void OpensView() {
    api_.Answer("views.open", {{"ok", true}, {"view", {{"id", "V1"}, {"hash", "h0"}}}});
  }
  int Rejected(const std::string& reason) {
    absl::MutexLock lock(&mutex_);
    return rejected_[reason];
  }

  static constexpr char kResponse[] = "https://hooks.slack.com/commands/1";
  FakeSlackApi api_;
  Staff staff_;
  AnswerClock clock_{absl::Milliseconds(300)};
  absl::Mutex mutex_;
  std::map<std::string, int> rejected_;
  int keys_ = 0;
  std::unique_ptr<SlackDesk> desk_;
};

// A request is signed, but what it names decides where the answer goes.
TEST(SlackPlatformTest, AnAnswerGoesToSlackOnly) {
  FakeSlackApi api;
  SlackOptions options;
  options.api_base_url = FakeSlackApi::kBase;
  options.response_hosts = {"hooks.slack.com"};
  SlackPlatform platform(options, &api);
  for (const char* url :
       {"https://evil.example/x", "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com:x@evil.example/x", "https://hooks.slack.com\\@evil.example/x",
        "https://hooks.slack.com.evil.example/x", "hooks.slack.com/x", ""}) {
    EXPECT_FALSE(platform.Respond(url, chat::Card()).ok()) << url;
  }
  EXPECT_THAT(api.Calls(), testing::IsEmpty());
}

TEST_F(DeskTest, ACommandIsAnsweredInItsAcknowledgement) {
  staff_.Will(Done("Acknowledged"));
  const Json answer = Handle(Act(Kind::kCommand, Surface::kCommand, "ack DOP-2026-0001"));
  EXPECT_EQ(answer["response_type"], "ephemeral");
  EXPECT_THAT(answer.dump(), HasSubstr("Acknowledged"));
  EXPECT_THAT(api_.Calls(), IsEmpty());
}

TEST_F(DeskTest, ASlowCommandIsAnsweredLater) {
  staff_.held = true;
  const Json answer = Handle(Act(Kind::kCommand, Surface::kCommand, "list"));
  EXPECT_THAT(answer.dump(), HasSubstr("the answer follows"));
  staff_.Will(Done("The list"));
  staff_.Release();
  ASSERT_TRUE(api_.Await(kResponse));
  EXPECT_THAT(api_.Calls(kResponse)[0].body.dump(), HasSubstr("The list"));
  EXPECT_EQ(api_.Calls(kResponse)[0].authorization, "");  // the token is for the API alone
}

TEST_F(DeskTest, AFormIsOpenedEmptyAndFilledThen) {
  OpensView();
  staff_.Will(Blanks("update DOP-2026-0001"));
  EXPECT_TRUE(Handle(Act(Kind::kCommand, Surface::kCommand, "update")).is_null());
  ASSERT_TRUE(api_.Await("views.update"));
  const auto opened = api_.Calls("views.open")[0].body;
  EXPECT_EQ(opened["trigger_id"], "trigger");
  EXPECT_THAT(opened["view"].dump(), HasSubstr("One moment"));
  const auto updated = api_.Calls("views.update")[0].body;
  EXPECT_EQ(updated["view_id"], "V1");
  EXPECT_EQ(updated["hash"], "h0");
  EXPECT_EQ(updated["view"]["title"]["text"], "Daily status");
  EXPECT_EQ(DecodeState(updated["view"]["private_metadata"].get<std::string>())->command,
            "update DOP-2026-0001");
}

TEST_F(DeskTest, AFormWhoseTriggerIsDeadLeavesAButton) {
  api_.Answer("views.open", {{"ok", false}, {"error", "expired_trigger_id"}});
  staff_.Will(Blanks("update DOP-2026-0001"));
  Handle(Act(Kind::kCommand, Surface::kCommand, "update"));
  ASSERT_TRUE(api_.Await(kResponse));
  const std::string said = api_.Calls(kResponse)[0].body.dump();
  EXPECT_THAT(said, HasSubstr("Fill in the form"));
  EXPECT_THAT(said, HasSubstr("belfry:form:"));
}

TEST_F(DeskTest, AModalThatWasClosedMeanwhileLosesNoAnswer) {
  OpensView();
  api_.Answer("views.update", {{"ok", false}, {"error", "not_found"}});
  staff_.Will(Done("Acknowledged"));
  Handle(Act(Kind::kCommand, Surface::kCommand, "update"));
  ASSERT_TRUE(api_.Await(kResponse));
  EXPECT_THAT(api_.Calls(kResponse)[0].body.dump(), HasSubstr("Acknowledged"));
}

TEST_F(DeskTest, AFormNobodyExpectedIsOpenedWithTheButtonsTrigger) {
  OpensView();
  staff_.Will(Blanks("escalate DOP-2026-0001"));
  Handle(Act(Kind::kButton, Surface::kMessage, "escalate DOP-2026-0001"));
  ASSERT_TRUE(api_.Await("views.open"));
  EXPECT_EQ(api_.Calls("views.open")[0].body["view"]["title"]["text"], "Daily status");
  EXPECT_THAT(api_.Calls(kResponse), IsEmpty());
}

TEST_F(DeskTest, AMessageBecomesAFormThatBeginsWithIt) {
  OpensView();
  staff_.Will(Blanks("open"));
  Inbound in = Act(Kind::kCommand, Surface::kShortcut, "open");
  in.wants_form = true;
  in.prefill = "Ransom note\non three PCs";
  Handle(std::move(in));
  ASSERT_TRUE(api_.Await("views.update"));
  const Json view = api_.Calls("views.update")[0].body["view"];
  EXPECT_EQ(view["blocks"][0]["element"]["initial_value"], "Ransom note");
}

TEST_F(DeskTest, WhatWasSentIsAnsweredInTheModal) {
  staff_.Will(Done("Status received"));
  const Json answer = Handle(Sent("update DOP-2026-0001"));
  EXPECT_EQ(answer["response_action"], "update");
  EXPECT_THAT(answer["view"].dump(), HasSubstr("Status received"));
  EXPECT_FALSE(answer["view"].contains("submit"));
  const ChatRequest request = staff_.requests()[0];
  EXPECT_EQ(request.form.at("conditions"), "all is down");
  EXPECT_EQ(request.text, "update DOP-2026-0001");
}

TEST_F(DeskTest, MistakesStandAtTheirFieldsAndNothingTypedIsLost) {
  chat::CommandResult wrong = Failed(absl::InvalidArgumentError("x"), "Something is missing");
  wrong.field_errors = {{"conditions", "must say more"}};
  staff_.Will(std::move(wrong));
  EXPECT_EQ(Handle(Sent("update DOP-2026-0001")),
            (Json{{"response_action", "errors"}, {"errors", {{"block", "must say more"}}}}));
  // A failure that belongs to no field, too.
  staff_.Will(Failed(absl::UnavailableError("x"), "Belfry cannot be reached"));
  const Json answer = Handle(Sent("update DOP-2026-0001"));
  EXPECT_EQ(answer["response_action"], "errors");
  EXPECT_THAT(answer["errors"]["block"].get<std::string>(), HasSubstr("cannot be reached"));
}

TEST_F(DeskTest, AFormThatFailsLateComesBackWithWhatWasTyped) {
  staff_.held = true;
  const Json answer = Handle(Sent("update DOP-2026-0001"));
  EXPECT_EQ(answer["response_action"], "update");
  EXPECT_THAT(answer.dump(), HasSubstr("One moment"));
  staff_.Will(Failed(absl::UnavailableError("x"), "Belfry cannot be reached"));
  staff_.Will(Blanks("update DOP-2026-0001"));
  staff_.Release();
  ASSERT_TRUE(api_.Await("views.update"));
  const Json view = api_.Calls("views.update")[0].body["view"];
  EXPECT_THAT(view.dump(), HasSubstr("cannot be reached"));
  EXPECT_THAT(view.dump(), HasSubstr("all is down"));
  EXPECT_TRUE(view.contains("submit"));
}

TEST_F(DeskTest, AQuestionIsAskedInTheModalAndAnsweredByItsButton) {
  staff_.Will(Asks("close DOP-2026-0001"));
  const Json answer = Handle(Sent("close DOP-2026-0001"));
  EXPECT_EQ(answer["response_action"], "update");
  EXPECT_EQ(answer["view"]["submit"]["text"], "Do it");
  EXPECT_EQ(DecodeState(answer["view"]["private_metadata"].get<std::string>())->command,
            "close DOP-2026-0001 confirm:yes");
}

TEST_F(DeskTest, AResultWithNothingToSayClosesTheModal) {
  staff_.Will(Done(""));
  EXPECT_EQ(Handle(Sent("note DOP-2026-0001")), (Json{{"response_action", "clear"}}));
}

TEST_F(DeskTest, AButtonInAModalChangesThatModal) {
  staff_.Will(Done("Shown"));
  Inbound in = Act(Kind::kButton, Surface::kModal, "show DOP-2026-0001");
  in.view_id = "V1";
  in.view_hash = "h1";
  EXPECT_TRUE(Handle(std::move(in)).is_null());
  const Json call = api_.Calls("views.update")[0].body;
  EXPECT_EQ(call["view_id"], "V1");
  EXPECT_EQ(call["hash"], "h1");
}

TEST_F(DeskTest, AStaleButtonIsAnsweredToTheOneWhoPressedIt) {
  staff_.Will(Failed(absl::FailedPreconditionError("x"), "It is closed already"));
  Handle(Act(Kind::kButton, Surface::kMessage, "ack DOP-2026-0001"));
  const Json said = api_.Calls(kResponse)[0].body;
  EXPECT_EQ(said["response_type"], "ephemeral");
  EXPECT_EQ(said["replace_original"], false);
}

TEST_F(DeskTest, AMentionIsAnsweredInItsThread) {
  Inbound in = Act(Kind::kCommand, Surface::kMention, "list");
  staff_.Will(Done("The list"));
  Handle(std::move(in));
  const Json said = api_.Calls("chat.postMessage")[0].body;
  EXPECT_EQ(said["channel"], "C1");
  EXPECT_EQ(said["thread_ts"], "1.2");
}

TEST_F(DeskTest, TheHomeTabIsPublishedAndItsButtonsOpenModals) {
  Inbound opened = Act(Kind::kHome, Surface::kEvent, "");
  opened.chat.channel_id.clear();
  staff_.Will(Done("My duties"));
  Handle(opened);
  const Json home = api_.Calls("views.publish")[0].body;
  EXPECT_EQ(home["user_id"], "U1");
  EXPECT_EQ(home["view"]["type"], "home");
  EXPECT_THAT(home.dump(), HasSubstr("My duties"));

  OpensView();
  Inbound pressed = Act(Kind::kButton, Surface::kHome, "ack DOP-2026-0001");
  pressed.chat.channel_id.clear();
  staff_.Will(Done("Acknowledged"));
  Handle(std::move(pressed));
  ASSERT_TRUE(api_.Await("views.publish", 2));  // what it showed has changed
  EXPECT_THAT(api_.Calls("views.update")[0].body.dump(), HasSubstr("Acknowledged"));
}

Json Message(const std::string& text) {
  return {{"ok", true},
          {"messages",
           Json::array({{{"ts", "5.6"}, {"thread_ts", "5.0"}, {"user", "U2"}, {"text", text}}})}};
}

TEST_F(DeskTest, AReactionTakesTheMessageIntoTheTimeline) {
  api_.Answer("conversations.history", {{"ok", true}, {"messages", Json::array()}});
  api_.Answer("conversations.replies", Message("files &lt;all&gt; gone"));
  Inbound in = Act(Kind::kNote, Surface::kEvent, "");
  in.reaction = "memo";
  in.chat.source.set_channel("C1");
  in.chat.source.set_id("5.6");
  staff_.Will(Done(""));
  Handle(std::move(in));
  ASSERT_TRUE(api_.Await("conversations.replies"));
  desk_->Stop();
  const ChatRequest request = staff_.requests().at(0);
  EXPECT_EQ(request.text, "files <all> gone");
  EXPECT_EQ(request.message.id(), "5.0");
  EXPECT_EQ(request.user_id, "U1");
  EXPECT_THAT(api_.Calls("chat.postEphemeral"), IsEmpty());
}

TEST_F(DeskTest, OtherReactionsAreNobodysBusiness) {
  Inbound in = Act(Kind::kNote, Surface::kEvent, "");
  in.reaction = "tada";
  EXPECT_TRUE(Handle(std::move(in)).is_null());
  desk_->Stop();
  EXPECT_THAT(api_.Calls(), IsEmpty());
  EXPECT_THAT(staff_.requests(), IsEmpty());
}

TEST_F(DeskTest, AMessageThatCannotBeReadIsSaidToTheOneWhoMarkedIt) {
  api_.Answer("conversations.history", {{"ok", false}, {"error", "not_in_channel"}});
  api_.Answer("conversations.replies", {{"ok", false}, {"error", "not_in_channel"}});
  Inbound in = Act(Kind::kNote, Surface::kEvent, "");
  in.reaction = "pushpin";
  in.chat.source.set_id("5.6");
  in.chat.message.set_id("5.6");
  Handle(std::move(in));
  ASSERT_TRUE(api_.Await("chat.postEphemeral"));
  // It stands in no thread, and in a thread of its own nobody would see the answer.
  EXPECT_FALSE(api_.Calls("chat.postEphemeral")[0].body.contains("thread_ts"));
  EXPECT_EQ(api_.Calls("chat.postEphemeral")[0].body["user"], "U1");
  EXPECT_THAT(staff_.requests(), IsEmpty());
}

TEST_F(DeskTest, TheMenuOfAMessageSaysThatItWasTaken) {
  Inbound in = Act(Kind::kNote, Surface::kShortcut, "files are gone");
  in.chat.response_url = kResponse;
  chat::CommandResult noted = Done("");
  noted.incident = "incidents/DOP-2026-0001";
  staff_.Will(std::move(noted));
  Handle(std::move(in));
  EXPECT_THAT(api_.Calls(kResponse)[0].body.dump(), HasSubstr("DOP-2026-0001"));
}

TEST_F(DeskTest, TheSameActIsDoneOnceAndAcknowledgedAsOftenAsItComes) {
  const Inbound in = Act(Kind::kCommand, Surface::kMention, "list");
  Handle(in);
  EXPECT_TRUE(Handle(in).is_null());
  EXPECT_EQ(staff_.requests().size(), 1u);
  EXPECT_EQ(api_.Calls("chat.postMessage").size(), 1u);
}

TEST_F(DeskTest, WhatCouldNotBeTriedMayComeAgain) {
  const Inbound in = Act(Kind::kButton, Surface::kMessage, "ack DOP-2026-0001");
  staff_.Will(Failed(absl::UnavailableError("x"), "Belfry cannot be reached"));
  Handle(in);
  Handle(in);
  EXPECT_EQ(staff_.requests().size(), 2u);
}

TEST_F(DeskTest, TooMuchAtOnceIsSaid) {
  staff_.full = true;
  EXPECT_THAT(Handle(Act(Kind::kCommand, Surface::kCommand, "list")).dump(), HasSubstr("too busy"));
  EXPECT_EQ(Handle(Sent("update DOP-2026-0001"))["response_action"], "errors");
}

TEST_F(DeskTest, NobodyElsesWorkspaceAndNoOtherHostIsAnswered) {
  Inbound in = Act(Kind::kCommand, Surface::kCommand, "list");
  in.chat.workspace = "T2";
  EXPECT_THAT(Handle(std::move(in)).dump(), HasSubstr("not connected"));
  EXPECT_EQ(Rejected("workspace"), 1);
  for (const char* url :
       {"https://evil.test/hooks.slack.com", "https://hooks.slack.com.evil.test/",
        "https://hooks.slack.com@evil.test/", "http://hooks.slack.com/x", "hooks.slack.com"}) {
    Inbound button = Act(Kind::kButton, Surface::kMessage, "list");
    button.chat.response_url = url;
    Handle(std::move(button));
  }
  // http is refused by the client that sends; everything else is not even tried.
  for (const auto& call : api_.Calls()) EXPECT_EQ(call.method, "http://hooks.slack.com/x");
}

}  // namespace
}  // namespace belfry::bot::slack
