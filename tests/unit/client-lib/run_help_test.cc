// The menu lists what this person may do here, now.
#include <set>
#include <string>
#include <vector>

#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunHelpTest : public RunFixture {
 protected:
  static std::set<std::string> Listed(const Card& card) {
    std::set<std::string> verbs;
    for (size_t i = 1; i < card.table.size(); ++i) {
      const std::string& cell = card.table[i][0];
      // A folded group has several names, with commas.
      std::string word;
      for (const char c : cell + " ") {
        if (c == ',' || c == ' ') {
          if (!word.empty()) verbs.insert(word);
          word.clear();
          if (c == ' ' && cell.find(", ") == std::string::npos) break;
        } else {
          word.push_back(c);
        }
      }
    }
    return verbs;
  }

  static std::vector<std::string> Labels(const Card& card) {
    std::vector<std::string> labels;
    for (const CardButton& button : card.buttons) labels.push_back(button.label);
    return labels;
  }
};

TEST_F(RunHelpTest, AtAnIncidentItListsThePossibleAndThePermitted) {
  context_.incident = "incidents/DOP-2026-0007";
  for (const char* act : {"OPEN", "NOTE", "ACKNOWLEDGE", "ESCALATE", "contain", "reopen"}) {
    connection_->GetIncident_answer->add_allowed_acts(act);
  }
  const Card card = Run("").card;
  const auto listed = Listed(card);
  for (const char* there : {"open", "note", "ack", "escalate", "contain", "show", "help", "home"}) {
    EXPECT_THAT(listed, Contains(there));
  }
  // Not permitted; or permitted and not possible in this state.
  for (const char* not_there : {"sev", "fact", "cost", "decide", "declare", "reopen", "close"}) {
    EXPECT_THAT(listed, Not(Contains(not_there)));
  }
  EXPECT_THAT(card.context, HasSubstr("more commands need another role"));
  EXPECT_THAT(card.context, HasSubstr("/incident help all"));
  EXPECT_THAT(Labels(card), ElementsAre("Acknowledge", "Update", "Contain", "Note", "Escalate"));

  const Card all = Run("help all").card;
  EXPECT_THAT(Listed(all), Contains("sev"));
  EXPECT_THAT(Listed(all), Contains("reopen"));
  EXPECT_THAT(all.context, Not(HasSubstr("more command")));
}

TEST_F(RunHelpTest, ElsewhereItListsWhatARoleAllowsAnywhere) {
  connection_->WhoAmI_answer->add_allowed_acts("OPEN");
  connection_->WhoAmI_answer->add_allowed_acts("RECORD_COST");
  const Card card = Run("help").card;
  const auto listed = Listed(card);
  EXPECT_THAT(listed, Contains("open"));
  EXPECT_THAT(listed, Contains("cost"));
  EXPECT_THAT(listed, Not(Contains("assess")));
  EXPECT_THAT(listed, Not(Contains("contain")));
  EXPECT_THAT(Labels(card),
              ElementsAre("Report an incident", "My duties", "Open incidents", "Late ones"));
  EXPECT_TRUE(card.buttons[0].form);
}

TEST_F(RunHelpTest, AServerThatSaysNothingHidesNothing) {
  EXPECT_EQ(Run("help").card.context, "");
  EXPECT_THAT(Listed(Run("help").card), Contains("contain"));
  connection_->WhoAmI_answer = absl::UnavailableError("down");
  const CommandResult result = Run("help");
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(Listed(result.card), Contains("contain"));
}

TEST_F(RunHelpTest, UnlinkedAccountsSeeTheirThreeWords) {
  context_.unlinked = true;
  connection_->calls.clear();
  const CommandResult result = Run("");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.card.title, "Belfry does not know you yet");
  EXPECT_THAT(Listed(result.card), ElementsAre("help", "link", "not-now", "open", "report"));
  EXPECT_THAT(Labels(result.card), ElementsAre("Report an incident", "Link my account"));
  EXPECT_THAT(connection_->calls, ElementsAre("GetPolicy"));
}

TEST_F(RunHelpTest, MoreIsTheHelpForThatIncident) {
  connection_->GetIncident_answer->add_allowed_acts("NOTE");
  const CommandResult result = Run("help DOP-2026-0007");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.card.title, "Belfry · you are at DOP-2026-0007");
  EXPECT_EQ(connection_->GetIncident_request.name(), "incidents/DOP-2026-0007");
}

TEST_F(RunHelpTest, ARestrictedIncidentsStateIsNotToldByItsMenu) {
  context_.incident = "incidents/DOP-2026-0007";
  connection_->GetIncident_answer->mutable_incident()->set_restricted(true);
  for (const char* act : {"contain", "declare", "ACKNOWLEDGE"}) {
    connection_->GetIncident_answer->add_allowed_acts(act);
  }
  const Card card = Run("").card;
  EXPECT_THAT(Listed(card), Contains("declare"));
  EXPECT_THAT(Listed(card), Contains("contain"));
  EXPECT_THAT(Labels(card), ElementsAre("Acknowledge", "Duties"));
}

TEST_F(RunHelpTest, AnUnknownVerbComesWithTheNearestThree) {
  const CommandResult result = Run("contian DOP-2026-0007");
  EXPECT_EQ(result.card.hints.size(), 4u);
  EXPECT_EQ(result.card.hints[0], "/incident contain [id]");
  EXPECT_EQ(result.card.hints[3], "/incident help");
}

}  // namespace
}  // namespace belfry::chat
