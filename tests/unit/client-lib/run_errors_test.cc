// What people read when something is refused: what, why (the clause), what to type next.
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/error_card.h"
#include "client-lib/chat/run.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunErrorsTest : public testing::Test {
 protected:
  RunErrorsTest() {
    context_.via = "slack";
    context_.now = TestNow();
    context_.root = "/incident";
    connection_->GetIncident_answer->mutable_incident()->CopyFrom(TestIncident());
  }

  std::string Text(const std::string& line) {
    const CommandResult result = runner_.Run(context_, line);
    EXPECT_FALSE(result.ok);
    return result.card.PlainText();
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  CommandRunner runner_{client::Client(connection_)};
  CommandContext context_;
};

TEST_F(RunErrorsTest, AClosingGuardNamesEachMissingThingItsClauseAndItsRemedy) {
  connection_->TransitionIncident_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "close is not possible yet")
          .Violation("POL-5.12", "NO_OPEN_DUTIES",
                     "Duties are still open. duties DOP-2026-0007 all")
          .Violation("POL-5.17", "FOLLOWUP-24H[dop]", "followup DOP-2026-0007 description:x")
          .Violation("POL-3.6", "WEAKNESSES", "No weakness is listed")
          .Status();
  EXPECT_EQ(Text("close DOP-2026-0007"),
            "DOP-2026-0007: \"close\" refused; 3 things are missing\n"
            "- Duties are still open, Clause POL-5.12\n"
            "- FOLLOWUP-24H[dop] is open, Clause POL-5.17\n"
            "- No weakness is listed, Clause POL-3.6\n"
            "Next: /incident duties DOP-2026-0007 all\n"
            "Next: /incident followup DOP-2026-0007 description:x\n"
            "Next: /incident duties DOP-2026-0007\n"
            "POL-5.12, POL-5.17, POL-3.6 · GUARD_FAILED");
}

TEST_F(RunErrorsTest, AWrongStepComesWithTheRightOnes) {
  connection_->TransitionIncident_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED",
              "An incident in DECLARED cannot be closed.")
          .Status();
  EXPECT_EQ(Text("close DOP-2026-0007"),
            "DOP-2026-0007: \"close\" is not possible now\n"
            "An incident in DECLARED cannot be closed.\n"
            "State: Declared\n"
            "Next: /incident contain DOP-2026-0007\n"
            "Next: /incident resolve DOP-2026-0007\n"
            "Next: /incident duties DOP-2026-0007\n"
            "TRANSITION_NOT_ALLOWED");
}

TEST_F(RunErrorsTest, NoRightNamesTheRolesOfThePack) {
  connection_->TransitionIncident_answer =
      Refusal(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED", "Your roles do not allow it.")
          .Status();
  EXPECT_EQ(Text("declare DOP-2026-0007"),
            "You may not \"declare\" here\n"
            "Your roles do not allow it.\n"
            "Needs one of the roles: CSIRT_H, ISO\n"
            "Next: /incident who   (who holds the role; ask them)\n"
            "Next: /incident whoami   (your own roles)\n"
            "ROLE_REQUIRED");
}

TEST_F(RunErrorsTest, AnUnknownIncidentDoesNotSayWhetherItExists) {
  connection_->GetIncident_answer =
      Refusal(absl::StatusCode::kNotFound, "INCIDENT_NOT_FOUND", "no such incident").Status();
  EXPECT_EQ(Text("show DOP-2026-0999"),
            "There is no incident DOP-2026-0999\n"
            "Or it is not one that you may see. Check the number.\n"
            "Next: /incident list\n"
            "Next: /incident whoami\n"
            "INCIDENT_NOT_FOUND");
}

TEST_F(RunErrorsTest, AWrongFieldIsNamed) {
  connection_->CreateIncident_answer =
      Refusal(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "entity: unknown")
          .Field("entity", "there is no entity ZZZ")
          .Status();
  const std::string text = Text("open x agency:ZZZ");
  EXPECT_THAT(text, HasSubstr("entity: there is no entity ZZZ"));
  EXPECT_THAT(text, HasSubstr("Next: /incident help open"));
  EXPECT_THAT(text, HasSubstr("open x agency:ZZZ"));
}

TEST_F(RunErrorsTest, WhatWasTypedSurvivesAServerThatIsDown) {
  connection_->AddNote_answer =
      absl::UnavailableError("failed to connect to all addresses; last error: refused");
  const std::string text = Text("note DOP-2026-0007 the firewall log\nis saved");
  EXPECT_THAT(text, HasSubstr("Belfry cannot be reached\nNothing was changed. Try again"));
  EXPECT_THAT(text, HasSubstr("note DOP-2026-0007 the firewall log\nis saved"));
}

TEST_F(RunErrorsTest, ALostAnswerIsNotCalledNothing) {
  connection_->AddNote_answer = absl::UnavailableError("Socket closed");
  const std::string text = Text("note DOP-2026-0007 x");
  EXPECT_THAT(text, HasSubstr("It is not known whether this was done."));
  EXPECT_THAT(text, HasSubstr("Next: /incident show DOP-2026-0007"));
  EXPECT_THAT(text, Not(HasSubstr("Nothing was changed")));
}

TEST_F(RunErrorsTest, AFullStoreSaysThatNothingWasChanged) {
  connection_->AddNote_answer =
      Refusal(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "disk full").Status();
  EXPECT_THAT(Text("note DOP-2026-0007 x"),
              HasSubstr("Belfry cannot write to its store\nNothing was changed."));
}

TEST_F(RunErrorsTest, ABusyServerSaysWhen) {
  connection_->AddNote_answer = Refusal(absl::StatusCode::kResourceExhausted, "OVERLOADED", "full")
                                    .RetryAfter(absl::Seconds(2))
                                    .Status();
  EXPECT_THAT(Text("note DOP-2026-0007 x"), HasSubstr("Try again in 2 s."));
}

TEST_F(RunErrorsTest, AnInternalErrorShowsNoInsides) {
  connection_->AddNote_answer =
      absl::InternalError("sqlite3_step: #0 0x7f8 in Decide() core.cc:42");
  const std::string text = Text("note DOP-2026-0007 x");
  EXPECT_THAT(text, Not(HasSubstr("core.cc")));
  EXPECT_THAT(text, HasSubstr("INTERNAL"));
}

TEST_F(RunErrorsTest, TextThatIsNotTextIsNotRepeated) {
  const std::string text = Text("note \xC3\x28");
  EXPECT_TRUE(IsUtf8(text));
  EXPECT_THAT(text, HasSubstr("not valid UTF-8"));
}

TEST_F(RunErrorsTest, UnknownVerbShowsTheNearestAndHelp) {
  EXPECT_EQ(Text("escallate now"),
            "Not done yet\n"
            "\"escallate\" is not a command. The nearest:\n"
            "Next: /incident escalate [id] [to:role,…|to:level] <reason>\n"
            "Next: /incident relate [id] <other id> [reason]\n"
            "Next: /incident declare [id]\n"
            "Next: /incident help");
}

// Every code of gRPC, with and without details, for every verb: an answer, never silence.
TEST_F(RunErrorsTest, EveryRefusalHasAnAnswer) {
  const Grammar grammar(TestPolicy());
  const View view = TestView();
  for (int code = 1; code <= 16; ++code) {
    for (const std::string& name : grammar.VerbNames()) {
      FailedCommand command;
      command.grammar = &grammar;
      command.view = &view;
      command.verb = *grammar.FindVerb(name);
      command.line = name;
      const auto status = static_cast<absl::StatusCode>(code);
      for (const absl::Status& failure :
           {absl::Status(status, "m"), Refusal(status, "REASON", "m").Status()}) {
        const Card card = ErrorCard(failure, command);
        EXPECT_FALSE(card.title.empty());
        EXPECT_FALSE(card.context.empty());
        EXPECT_LE(card.fields.size(), 10u);
      }
    }
  }
}

TEST_F(RunErrorsTest, SurvivesAnythingThatIsTyped) {
  std::mt19937 random(17);
  const std::vector<std::string> pieces = {"open",
                                           "update",
                                           "ack",
                                           "fact",
                                           "list",
                                           "who",
                                           "timeline",
                                           "deliveries",
                                           "retry",
                                           "sev",
                                           "type",
                                           "agency",
                                           "ticket",
                                           "notify",
                                           "escalate",
                                           "document",
                                           "police",
                                           "decide",
                                           "REMOVAL",
                                           "remove",
                                           "devices:a,",
                                           "waive",
                                           "hold",
                                           "release",
                                           "explain",
                                           "93H-AGO#2[dop]",
                                           "device",
                                           "devices",
                                           "infected",
                                           "scan",
                                           "removed",
                                           "lift",
                                           "removal:9",
                                           "cost",
                                           "$1,190.00",
                                           "assess",
                                           "costs",
                                           "link",
                                           "merge",
                                           "parent:",
                                           "DOP-2026-0007",
                                           "sev:",
                                           "3",
                                           "\"",
                                           "“x”",
                                           "limit:9",
                                           "at:1:2",
                                           "attack:",
                                           "\n",
                                           "<@U1>",
                                           "to:",
                                           "SCIO",
                                           "-1",
                                           "99999999999999999999",
                                           "\xFF",
                                           "é"};
  for (int i = 0; i < 3'000; ++i) {
    std::string line;
    for (size_t n = random() % 7; n > 0; --n) {
      absl::StrAppend(&line, pieces[random() % pieces.size()], random() % 4 == 0 ? "" : " ");
    }
    const CommandResult result = runner_.Run(context_, line);
    EXPECT_FALSE(result.card.title.empty()) << line;
    EXPECT_EQ(result.ok, result.status.ok()) << line;
    EXPECT_LE(result.card.buttons.size(), 5u);
  }
}

}  // namespace
}  // namespace belfry::chat
