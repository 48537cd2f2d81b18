// The words that everybody's bot knows, and what they are here.
#include <string>
#include <vector>

#include "client-lib/chat/parser.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class VocabularyTest : public RunFixture {
 protected:
  static std::vector<std::string> Commands(const Card& card) {
    std::vector<std::string> commands;
    for (const CardButton& button : card.buttons) commands.push_back(button.command);
    return commands;
  }
};

TEST_F(VocabularyTest, WordsAndWhatTheyAre) {
  struct Case {
    const char* line;
    VerbKind kind;
    const char* name;
    const char* text;
  };
  const Grammar grammar(TestPolicy());
  for (const Case& c : {
           Case{"new Mail is down", VerbKind::kOpen, "open", "Mail is down"},
           Case{"create Mail is down", VerbKind::kOpen, "open", "Mail is down"},
           Case{"report Mail is down", VerbKind::kOpen, "open", "Mail is down"},
           Case{"report", VerbKind::kReport, "report", ""},
           Case{"drill open Mail is down", VerbKind::kDrill, "drill", "Mail is down"},
           Case{"Exercise new x", VerbKind::kDrill, "drill", "x"},
           // The pack has a step of that name.
           Case{"declare why", VerbKind::kTransition, "declare", "why"},
           Case{"phase contain", VerbKind::kTransition, "contain", ""},
           Case{"phase DOP-2026-0007 Contained all is well", VerbKind::kTransition, "contain",
                "all is well"},
           Case{"status closed", VerbKind::kTransition, "close", ""},
           Case{"status", VerbKind::kStatus, "status", ""},
           Case{"status DOP-2026-0007", VerbKind::kStatus, "status", ""},
           Case{"phase", VerbKind::kPhase, "phase", ""},
           Case{"summary DOP-2026-0007", VerbKind::kShow, "show", ""},
           Case{"commander DOP-2026-0007 @dop.contact", VerbKind::kLead, "lead", "@dop.contact"},
           Case{"silence FOLLOWUP-24H 2h because", VerbKind::kSnooze, "snooze",
                "FOLLOWUP-24H 2h because"},
           Case{"late", VerbKind::kList, "list", ""},
           Case{"mine", VerbKind::kHome, "home", ""},
           Case{"link K7QF-2MRD", VerbKind::kLink, "link", "K7QF-2MRD"},
       }) {
    const auto command = Parse(c.line, grammar);
    ASSERT_TRUE(command.ok()) << c.line << ": " << command.status();
    EXPECT_EQ(command->verb.kind, c.kind) << c.line;
    EXPECT_EQ(command->verb.name, c.name) << c.line;
    EXPECT_EQ(command->text, c.text) << c.line;
  }
}

TEST_F(VocabularyTest, AStepThatIsNoneComesWithTheNearest) {
  EXPECT_THAT(RefusedHere("phase DOP-2026-0007 contian"),
              HasSubstr("\"contian\" is no step of the life cycle. The nearest:"));
  // Several steps lead there.
  const std::string text = RefusedHere("phase DOP-2026-0007 DECLARED");
  EXPECT_THAT(text, HasSubstr("Next: /incident declare DOP-2026-0007"));
  EXPECT_THAT(text, HasSubstr("Next: /incident reopen DOP-2026-0007"));
  EXPECT_THAT(RefusedHere("drill"), HasSubstr("A drill is opened like an incident"));
  EXPECT_THAT(RefusedHere("drill Mail is down"), HasSubstr("drill open"));
}

TEST_F(VocabularyTest, WordsWithTwoMeaningsAreAnsweredWithBoth) {
  context_.incident = "incidents/DOP-2026-0007";
  const CommandResult status = Run("status");
  EXPECT_TRUE(status.ok);
  EXPECT_FALSE(status.changed);
  EXPECT_THAT(Commands(status.card), ElementsAre("show DOP-2026-0007", "update DOP-2026-0007",
                                                 "phase DOP-2026-0007", "duties DOP-2026-0007"));
  EXPECT_TRUE(status.card.buttons[1].form);
  EXPECT_THAT(Commands(Run("report").card),
              ElementsAre("open", "update DOP-2026-0007", "followup DOP-2026-0007",
                          "timeline DOP-2026-0007"));
  context_.incident.clear();
  EXPECT_THAT(Commands(Run("status").card), ElementsAre("home", "list", "list late"));
  EXPECT_THAT(Commands(Run("report").card), ElementsAre("open", "update", "followup", "timeline"));
  // With an id it is clear.
  EXPECT_EQ(Run("status DOP-2026-0007").card.title,
            "DOP-2026-0007 · SEV3 · Ransom note on three workstations");
}

TEST_F(VocabularyTest, PhaseAloneShowsTheStepsFromHere) {
  context_.incident = "incidents/DOP-2026-0007";
  const Card card = Run("phase").card;
  EXPECT_EQ(card.title, "DOP-2026-0007 · Declared");
  EXPECT_THAT(Commands(card), ElementsAre("contain DOP-2026-0007", "resolve DOP-2026-0007"));
  connection_->GetIncident_answer->mutable_incident()->set_restricted(true);
  EXPECT_EQ(Run("phase").card.title, "DOP-2026-0007 · restricted");
}

TEST_F(VocabularyTest, LateIsAListOfItsOwn) {
  EXPECT_TRUE(Run("late").ok);
  EXPECT_EQ(connection_->list_requests.back().filter(), "overdue = true AND open = true");
}

TEST_F(VocabularyTest, DrillsAreMarked) {
  EXPECT_TRUE(Run("drill open Ransom note sev:3").ok);
  EXPECT_TRUE(connection_->CreateIncident_request.drill());
  EXPECT_EQ(connection_->CreateIncident_request.title(), "Ransom note");
  EXPECT_EQ(connection_->CreateIncident_request.severity(), "SEV3");
}

TEST_F(VocabularyTest, SnoozingByWords) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("snooze DAILY-STATUS#1[dop] 90m the report comes at noon").ok);
  EXPECT_EQ(connection_->SnoozeObligation_request.obligation(), "DAILY-STATUS#1[dop]");
  EXPECT_EQ(connection_->SnoozeObligation_request.until_time().seconds(),
            absl::ToUnixSeconds(TestNow()) + 5'400);
  EXPECT_EQ(connection_->SnoozeObligation_request.reason(), "the report comes at noon");
  EXPECT_TRUE(Run("snooze daily-status for:2h reason:\"noon\"").ok);
  EXPECT_EQ(connection_->SnoozeObligation_request.reason(), "noon");
  EXPECT_THAT(RefusedHere("snooze DAILY-STATUS"), HasSubstr("Say for how long"));
  EXPECT_THAT(RefusedHere("snooze DAILY-STATUS 2h"), HasSubstr("Say why"));
  for (const char* bad : {"2", "-2h", "0h", "25h", "inf", "noon"}) {
    EXPECT_TRUE(IsUsageError(Run(std::string("snooze DAILY-STATUS ") + bad + " why").status))
        << bad;
  }
}

TEST_F(VocabularyTest, AgenciesAsChannelsAreMentioned) {
  EXPECT_TRUE(Run("agency DOP-2026-0007 #dor potential").ok);
  EXPECT_EQ(connection_->AddEntity_request.entity().entity(), "entities/dor");
  EXPECT_TRUE(Run("agency DOP-2026-0007 <#C0123|dor>").ok);
  EXPECT_EQ(connection_->AddEntity_request.entity().entity(), "entities/dor");
  EXPECT_TRUE(IsUsageError(Run("agency DOP-2026-0007 <#C0123|>").status));
}

}  // namespace
}  // namespace belfry::chat
