// Acts with legal effect are asked about; personal information stays out of public places.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunAskTest : public RunFixture {
 protected:
  RunAskTest() {
    context_.incident = "incidents/DOP-2026-0007";
    context_.asks_first = true;
  }

  // The line is answered with a question and nothing is done.
  Card Asked(const std::string& line) {
    const CommandResult result = Run(line);
    EXPECT_TRUE(result.asks) << line << "\n" << result.card.PlainText();
    EXPECT_FALSE(result.ok);
    EXPECT_FALSE(result.changed);
    for (const std::string& call : connection_->calls) {
      EXPECT_THAT(call, testing::AnyOf("GetPolicy", "GetIncident", "ListIncidents")) << line;
    }
    return result.card;
  }

  CommandResult Press(const Card& card, size_t button) {
    return Run(card.buttons.at(button).command);
  }
};

TEST_F(RunAskTest, AStepWithWordsInThePackIsAskedAbout) {
  const Card card = Asked("contain all is isolated");
  EXPECT_EQ(card.PlainText(),
            "DOP-2026-0007 · contain?\n"
            "Containing stops the daily pages.\n"
            "Nothing was done yet.\n"
            "Incident: DOP-2026-0007 · SEV3 · Ransom note on three workstations\n"
            "Agency: DOP\n"
            "State: Declared\n"
            "What: contain\n"
            "Why: all is isolated");
  ASSERT_EQ(card.buttons.size(), 2u);
  EXPECT_EQ(card.buttons[0].label, "Contain it");
  EXPECT_EQ(card.buttons[0].command, "contain DOP-2026-0007 all is isolated confirm:yes");
  EXPECT_EQ(card.buttons[0].tone, Tone::kDanger);
  EXPECT_EQ(card.buttons[1].label, "Not now");

  const CommandResult done = Press(card, 0);
  EXPECT_TRUE(done.ok);
  EXPECT_EQ(connection_->TransitionIncident_request.verb(), "contain");
  EXPECT_EQ(connection_->TransitionIncident_request.reason(), "all is isolated");

  const CommandResult no = Press(card, 1);
  EXPECT_TRUE(no.ok);
  EXPECT_FALSE(no.changed);
  EXPECT_EQ(no.card.title, "Nothing was done");
}

TEST_F(RunAskTest, OnlyWhereItIsAsked) {
  EXPECT_TRUE(Run("contain confirm:yes").ok);
  // The pack has no words for it.
  EXPECT_TRUE(Run("declare").ok);
  context_.asks_first = false;
  EXPECT_TRUE(Run("contain").ok);
  EXPECT_EQ(connection_->TransitionIncident_request.verb(), "contain");
}

TEST_F(RunAskTest, AnyOtherWordBehindConfirmIsText) {
  EXPECT_TRUE(Run("declare we confirm:later confirm:no").ok);
  EXPECT_EQ(connection_->TransitionIncident_request.reason(), "we confirm:later confirm:no");
}

// What cannot be done from here is refused at once, not after a question.
TEST_F(RunAskTest, AStepThatIsNotPossibleIsNotAskedAbout) {
  connection_->GetIncident_answer->mutable_incident()->set_state("CLOSED");
  connection_->TransitionIncident_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED", "no").Status();
  const CommandResult result = Run("contain");
  EXPECT_FALSE(result.asks);
  EXPECT_THAT(result.card.title, HasSubstr("not possible now"));
}

TEST_F(RunAskTest, AnIncidentThatOneMayNotSeeIsNotAskedAbout) {
  connection_->GetIncident_answer =
      Refusal(absl::StatusCode::kNotFound, "INCIDENT_NOT_FOUND", "no such incident").Status();
  const CommandResult result = Run("contain");
  EXPECT_FALSE(result.asks);
  EXPECT_EQ(result.card.title, "There is no incident DOP-2026-0007");
}

TEST_F(RunAskTest, ADocumentIsRepeatedBeforeItIsSent) {
  const Card card = Asked("document police agency:\"State police\" channel:phone");
  EXPECT_THAT(card.PlainText(), HasSubstr("DOP-2026-0007 · Contact with law enforcement?\n"
                                          "Counsel hears of it first.\n"));
  EXPECT_THAT(card.PlainText(), HasSubstr("Who was called: State police\nchannel: PHONE\n"));
  EXPECT_EQ(card.context, "POL-3.12");
  EXPECT_TRUE(Press(card, 0).ok);
  EXPECT_EQ(connection_->SubmitDocument_request.fields_size(), 2);
  // What is incomplete is not asked about.
  EXPECT_FALSE(Run("document police agency:x").asks);
  // And what has no words in the pack is sent.
  EXPECT_TRUE(Run("update conditions:x actions:y").ok);
}

TEST_F(RunAskTest, ADecisionIsRepeatedBeforeItIsRecorded) {
  const Card card = Asked("decide exec-notify yes the payroll stands still");
  EXPECT_THAT(card.PlainText(), HasSubstr("The CCIO and the CSO are called at once."));
  EXPECT_THAT(card.PlainText(), HasSubstr("What: EXEC_NOTIFY: YES\n"
                                          "Question: Are the CCIO and the CSO notified?\n"
                                          "Why: the payroll stands still"));
  EXPECT_TRUE(Press(card, 0).ok);
  EXPECT_EQ(connection_->RecordDecision_request.answer(), "YES");
  EXPECT_EQ(connection_->RecordDecision_request.reason(), "the payroll stands still");
}

TEST_F(RunAskTest, ARestrictedIncidentIsAskedAboutWithoutItsContent) {
  connection_->GetIncident_answer->mutable_incident()->set_restricted(true);
  const std::string text =
      Asked("document police agency:\"State police\" channel:phone").PlainText();
  EXPECT_THAT(text, HasSubstr("Incident: DOP-2026-0007 · restricted"));
  for (const char* secret : {"Ransom", "Declared", "State police"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
}

TEST_F(RunAskTest, AFormIsAnsweredWithTheQuestionToo) {
  context_.shows_forms = true;
  const Form form = *Run("document police").form;
  const Card card =
      Asked(CompleteLine(form.command, {{"agency", "State police"}, {"channel", "PHONE"}}));
  EXPECT_TRUE(Press(card, 0).ok);
  EXPECT_EQ(connection_->SubmitDocument_request.fields(0).value(), "State police");
}

// A button keeps 2,000 bytes. Nobody types a filing twice.
TEST_F(RunAskTest, ALongFormAsksByItself) {
  context_.shows_forms = true;
  FormValues values = {{"agency", std::string(2'500, 'x')}, {"channel", "PHONE"}};
  const Form form = *Run("document police").form;
  const CommandResult result = Run(CompleteLine(form.command, values));
  EXPECT_TRUE(result.asks);
  EXPECT_THAT(result.card.buttons, IsEmpty());
  EXPECT_THAT(result.field_errors, IsEmpty());
  ASSERT_TRUE(result.form.has_value());
  EXPECT_EQ(result.form->fields[0].value, values["agency"]);
  const FormField& question = result.form->fields.back();
  EXPECT_EQ(question.name, "confirm");
  EXPECT_TRUE(question.required);
  values["confirm"] = "yes";
  EXPECT_TRUE(Run(CompleteLine(result.form->command, values)).ok);
  EXPECT_EQ(connection_->SubmitDocument_request.fields(0).value(), values["agency"]);
}

TEST_F(RunAskTest, ALongLineIsToldWhatToAdd) {
  const CommandResult result =
      Run(absl::StrCat("document police channel:phone agency:\"", std::string(2'500, 'x'), "\""));
  EXPECT_TRUE(result.asks);
  EXPECT_THAT(result.card.buttons, IsEmpty());
  EXPECT_THAT(result.card.hints, Contains(HasSubstr("confirm:yes at its end")));
}

class RunPersonalTest : public RunAskTest {
 protected:
  RunPersonalTest() { context_.public_place = true; }

  static std::string Everything(const CommandResult& result) {
    std::string text = result.card.PlainText();
    for (const CardButton& button : result.card.buttons) {
      absl::StrAppend(&text, "\n", button.label, button.confirm);
    }
    for (const auto& [name, error] : result.field_errors) absl::StrAppend(&text, "\n", error);
    return text;
  }
};

TEST_F(RunPersonalTest, ALineThatHoldsItIsNotRun) {
  for (const char* line :
       {"note his number is 078-05-1120", "note \"078-05-1120\"", "open Fraud with 078-05-1120",
        "update conditions:\"SSN 078-05-1120\" actions:x", "ack 078-05-1120",
        "escalate to:SCIO reason:\"078-05-1120\"",
        "document police agency:078-05-1120 channel:phone", "contain 078-05-1120",
        "note card 4111 1111 1111 1111"}) {
    connection_->calls.clear();
    const CommandResult result = Run(line);
    EXPECT_TRUE(result.asks) << line;
    EXPECT_FALSE(result.ok) << line;
    EXPECT_THAT(connection_->calls, testing::Each("GetPolicy")) << line;
    EXPECT_EQ(result.card.title, "This looks like personal information");
    EXPECT_THAT(result.card.body, HasSubstr("Nothing was recorded and nothing was posted."));
    EXPECT_THAT(result.card.body, HasSubstr("delete your message"));
    EXPECT_THAT(Everything(result), Not(HasSubstr("1120"))) << line;
    EXPECT_THAT(Everything(result), Not(HasSubstr("4111"))) << line;
  }
  EXPECT_THAT(Run("note 078-05-1120").card.body, HasSubstr("a Social Security number"));
  EXPECT_EQ(Run("note 078-05-1120").card.context, "POL-3.14");
  EXPECT_TRUE(Run("note card 4111 1111 1111 1112").ok) << "fails the check";
}

TEST_F(RunPersonalTest, ItMayBeRecordedAndIsMaskedInTheAnswer) {
  const Card card = Asked("note his number is 078-05-1120");
  ASSERT_EQ(card.buttons.size(), 2u);
  EXPECT_EQ(card.buttons[0].label, "Record it (masked in chat)");
  EXPECT_EQ(card.buttons[0].command,
            "note DOP-2026-0007 his number is 078-05-1120 personal:record");
  connection_->AddNote_answer->mutable_entry()->set_text("his number is 078-05-1120");
  const CommandResult result = Press(card, 0);
  ASSERT_TRUE(result.ok);
  EXPECT_EQ(connection_->AddNote_request.text(), "his number is 078-05-1120");
  EXPECT_EQ(result.card.body, "his number is ●●●");
}

// Buttons hold it too, and become something to type where there are none.
TEST_F(RunPersonalTest, AnAnswerThatOthersReadDoesNotKeepTheLine) {
  context_.public_answer = true;
  for (const char* line :
       {"note his number is 078-05-1120", "update form:no conditions:078-05-1120"}) {
    const CommandResult result = Run(line);
    EXPECT_TRUE(result.asks) << line;
    EXPECT_FALSE(result.form.has_value()) << line;
    EXPECT_THAT(result.card.PlainText(), HasSubstr("personal:record")) << line;
    EXPECT_THAT(Everything(result), Not(HasSubstr("1120"))) << line;
    for (const CardButton& button : result.card.buttons) {
      EXPECT_THAT(button.command, Not(HasSubstr("1120"))) << line;
    }
  }
}

TEST_F(RunPersonalTest, InADirectConversationItIsTakenAndStillNotShown) {
  context_.public_place = false;
  connection_->AddNote_answer->mutable_entry()->set_text("his number is 078-05-1120");
  const CommandResult result = Run("note his number is 078-05-1120");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.card.body, "his number is ●●●");
  context_.via = "cli";
  EXPECT_THAT(Run("note his number is 078-05-1120").card.body, HasSubstr("078-05-1120"));
}

TEST_F(RunPersonalTest, AnErrorDoesNotRepeatItEither) {
  context_.public_place = false;
  connection_->AddNote_answer = absl::UnavailableError("failed to connect");
  const CommandResult result = Run("note 078-05-1120");
  EXPECT_THAT(result.card.body, HasSubstr("Your text, to send again:\nnote ●●●"));
  EXPECT_THAT(Run("nopte 078-05-1120").card.PlainText(), Not(HasSubstr("1120")));
  EXPECT_THAT(Run("decide 078-05-1120").card.PlainText(), Not(HasSubstr("1120")));
}

TEST_F(RunPersonalTest, AFormFieldIsLookedAtToo) {
  context_.shows_forms = true;
  const Form form = *Run("note").form;
  const Card card = Asked(CompleteLine(form.command, {{"", "his number is\n078-05-1120"}}));
  EXPECT_TRUE(Press(card, 0).ok);
  EXPECT_EQ(connection_->AddNote_request.text(), "his number is\n078-05-1120");
}

// Both questions, one after the other, by a form that is too long for any button.
TEST_F(RunPersonalTest, ALongFormIsAskedBothQuestions) {
  context_.shows_forms = true;
  FormValues values = {{"agency", absl::StrCat("078-05-1120 ", std::string(2'500, 'x'))},
                       {"channel", "PHONE"}};
  const Form first = *Run("document police").form;
  const CommandResult personal = Run(CompleteLine(first.command, values));
  ASSERT_TRUE(personal.form.has_value());
  EXPECT_EQ(personal.form->fields.back().name, "personal");
  values["personal"] = "record";
  const CommandResult legal = Run(CompleteLine(personal.form->command, values));
  ASSERT_TRUE(legal.form.has_value());
  EXPECT_EQ(legal.form->fields.back().name, "confirm");
  values.erase("personal");
  values["confirm"] = "yes";
  EXPECT_TRUE(Run(CompleteLine(legal.form->command, values)).ok);
}

TEST_F(RunPersonalTest, AFormIsNotFilledWithItFromTheRecord) {
  context_.shows_forms = true;
  connection_->GetIncident_answer->mutable_incident()->set_summary("of 078-05-1120");
  connection_->GetIncident_answer->mutable_incident()->set_title("Fraud with 078-05-1120");
  const Form form = *Run("followup").form;
  EXPECT_EQ(form.fields[0].value, "");
  EXPECT_THAT(form.intro, HasSubstr("Fraud with ●●●"));
}

TEST_F(RunPersonalTest, AnUnlinkedReporterIsAskedToo) {
  context_.unlinked = true;
  context_.act_for = "accounts/slack/T1/U1";
  EXPECT_TRUE(Run("open Fraud with 078-05-1120").asks);
  EXPECT_TRUE(Run("not-now").ok);
  EXPECT_TRUE(Run("open Fraud with 078-05-1120 personal:record").ok);
}

}  // namespace
}  // namespace belfry::chat
