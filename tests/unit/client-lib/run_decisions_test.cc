// Decisions, and what else than doing it ends or explains a duty.
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunDecisionsTest : public RunFixture {
 protected:
  RunDecisionsTest() { context_.incident = "incidents/DOP-2026-0007"; }

  v1::Obligation Duty(v1::Obligation::State state) {
    v1::Obligation duty;
    duty.set_instance("93H-AGO[dop]");
    duty.set_code("93H-AGO");
    duty.set_title("Notify the attorney general");
    duty.set_state(state);
    duty.set_kind("STATUTORY");
    duty.add_clauses("LAW-93H-3");
    duty.mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 86'400);
    return duty;
  }
};

TEST_F(RunDecisionsTest, ADecisionNamesItsQuestionAnswerAndReason) {
  connection_->RecordDecision_answer->add_satisfied()->set_instance("EXEC-DECIDE");
  const CommandResult result =
      Run("decide dop-2026-0009 olc y reason:\"a crime is likely\" for:DOR");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  const v1::RecordDecisionRequest& request = connection_->RecordDecision_request;
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(request.question(), "OLC");
  EXPECT_EQ(request.answer(), "YES");
  EXPECT_EQ(request.reason(), "a crime is likely");
  EXPECT_EQ(request.entity(), "entities/dor");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_FALSE(request.public_safety_acknowledged());
  EXPECT_TRUE(result.changed);
  EXPECT_THAT(result.card.title, HasSubstr("OLC decided: YES"));
  EXPECT_THAT(result.card.body, HasSubstr("EXEC-DECIDE is done."));

  EXPECT_TRUE(Run("decide counsel no nothing points to a crime").ok);
  EXPECT_EQ(request.question(), "OLC");
  EXPECT_EQ(request.answer(), "NO");
  EXPECT_EQ(request.reason(), "nothing points to a crime");
  EXPECT_TRUE(Run("decide exec-notify yes").ok);
  EXPECT_EQ(request.question(), "EXEC_NOTIFY");
  EXPECT_EQ(request.reason(), "");
}

TEST_F(RunDecisionsTest, WithoutAnAnswerTheQuestionIsShown) {
  EXPECT_EQ(RefusedHere("decide olc"),
            "OLC · to be decided\n"
            "Is it referred to counsel?\n"
            "Answers: YES, NO\n"
            "Decided by: CSIRT_H, ISO\n"
            "Reason: needed\n"
            "- Whether it is a crime was asked., Clause POL-3.11\n"
            "Next: /incident decide DOP-2026-0007 OLC YES reason:\"…\"\n"
            "Next: /incident decide DOP-2026-0007 OLC NO reason:\"…\"\n"
            "POL-5.26");
  // A reason cannot be pressed, but filled into a form; a plain answer can be pressed.
  const Card reasoned = Run("decide olc").card;
  ASSERT_EQ(reasoned.buttons.size(), 1u);
  EXPECT_EQ(reasoned.buttons[0].command, "decide DOP-2026-0007 OLC");
  EXPECT_TRUE(reasoned.buttons[0].form);
  const Card card = Run("decide exec_notify").card;
  ASSERT_EQ(card.buttons.size(), 3u);
  EXPECT_EQ(card.buttons[0].command, "decide DOP-2026-0007 EXEC_NOTIFY YES");
  EXPECT_FALSE(card.buttons[0].form);
}

TEST_F(RunDecisionsTest, WhatIsNotUnderstoodComesWithWhatIs) {
  const std::string which = RefusedHere("decide");
  EXPECT_THAT(which, HasSubstr("Which question?"));
  EXPECT_THAT(which, HasSubstr("- OLC, Answers YES, NO, Meaning Is it referred to counsel?, Also "
                               "typed counsel"));
  EXPECT_THAT(RefusedHere("decide old yes"),
              HasSubstr("\"old\" is not a question of the policy. Possible: OLC, EXEC_NOTIFY, "
                        "REMOVAL."));
  EXPECT_THAT(RefusedHere("decide olc maybe"),
              HasSubstr("\"maybe\" is not an answer to OLC. Possible: YES, NO."));
  EXPECT_THAT(RefusedHere("decide olc yes"),
              HasSubstr("Say why: OLC needs a reason (POL-5.26).\n"
                        "Next: /incident decide DOP-2026-0007 OLC YES reason:\"…\""));
  EXPECT_THAT(RefusedHere("decide olc yes reson:x"), HasSubstr("Did you mean \"reason:\"?"));
}

TEST_F(RunDecisionsTest, ARemovalNamesItsTargets) {
  EXPECT_TRUE(Run("decide removal remove devices:ws-14, ws-15 devices:db1 "
                  "subnets:10.20.4.0/24,10.20.5.0/24 safety:ack spreading")
                  .ok);
  const v1::RecordDecisionRequest& request = connection_->RecordDecision_request;
  EXPECT_THAT(request.removal_devices(), ElementsAre("ws-14", "ws-15", "db1"));
  EXPECT_THAT(request.removal_subnets(), ElementsAre("10.20.4.0/24", "10.20.5.0/24"));
  EXPECT_TRUE(request.public_safety_acknowledged());
  EXPECT_EQ(request.reason(), "spreading");

  EXPECT_THAT(RefusedHere("decide removal remove"), HasSubstr("Say what is to be removed"));
  EXPECT_THAT(RefusedHere("decide removal remove devices:a safety:perhaps"),
              HasSubstr("\"safety:\" takes ack, not \"perhaps\"."));
  EXPECT_TRUE(Run("decide removal keep safety:no").ok);
  EXPECT_FALSE(request.public_safety_acknowledged());
  EXPECT_THAT(
      RefusedHere("decide removal"),
      HasSubstr("Before REMOVE: Public safety depends on a target. Say safety:ack when this "
                "was read."));
}

TEST_F(RunDecisionsTest, TheSafetyWarningSaysHowToGoOn) {
  connection_->RecordDecision_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "PUBLIC_SAFETY_WARNING",
              "Public safety depends on a target.")
          .Field("public_safety_acknowledged", "must say that this was read")
          .Status();
  const std::string text =
      Run("decide DOP-2026-0007 removal remove devices:ws-14").card.PlainText();
  EXPECT_THAT(text, HasSubstr("DOP-2026-0007: public safety may depend on it\n"
                              "Public safety depends on a target.\n"));
  EXPECT_THAT(text, HasSubstr("Next: /incident decide DOP-2026-0007 removal remove devices:ws-14 "
                              "safety:ack\n"));
}

TEST_F(RunDecisionsTest, DutiesAreWaivedHeldAndReleasedByName) {
  *connection_->WaiveObligation_answer->mutable_obligation() =
      Duty(v1::Obligation::STATE_NOT_APPLICABLE);
  CommandResult result = Run("waive 93h_ago[dop] no personal information");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  EXPECT_EQ(connection_->WaiveObligation_request.obligation(), "93H-AGO[dop]");
  EXPECT_EQ(connection_->WaiveObligation_request.reason(), "no personal information");
  EXPECT_EQ(connection_->WaiveObligation_request.request_id(), "r1");
  EXPECT_EQ(result.card.title, "DOP-2026-0007 · 93H-AGO[dop] is not applicable");
  EXPECT_THAT(result.card.body, HasSubstr("Declared"));
  EXPECT_TRUE(result.changed);

  *connection_->HoldObligation_answer->mutable_obligation() = Duty(v1::Obligation::STATE_HELD);
  result = Run("hold DOP-2026-0009 93H-AGO reason:\"State police, by letter\"");
  EXPECT_EQ(connection_->HoldObligation_request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(connection_->HoldObligation_request.reason(), "State police, by letter");
  EXPECT_THAT(result.card.title, HasSubstr("93H-AGO[dop] is held: its clock stands"));

  *connection_->ReleaseObligation_answer->mutable_obligation() =
      Duty(v1::Obligation::STATE_PENDING);
  result = Run("release 93H-AGO");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(connection_->ReleaseObligation_request.reason(), "");
  EXPECT_THAT(result.card.title, HasSubstr("runs again, due Wed 25 Nov 14:05 EST (in 24 h)"));
  EXPECT_TRUE(Run("release 93H-AGO#2 reason:done").ok);
  EXPECT_EQ(connection_->ReleaseObligation_request.obligation(), "93H-AGO#2");
  EXPECT_EQ(connection_->ReleaseObligation_request.reason(), "done");
}

TEST_F(RunDecisionsTest, AWaiverIsSaidAndNothingElseWhenTheIncidentCannotBeReadAgain) {
  *connection_->WaiveObligation_answer->mutable_obligation() = Duty(v1::Obligation::STATE_WAIVED);
  connection_->GetIncident_answer = absl::UnavailableError("Socket closed");
  const CommandResult result = Run("waive 93h-ago why not");
  EXPECT_TRUE(result.ok);
  EXPECT_TRUE(result.changed);
  // It might have become restricted: that it was done is all that may be said.
  EXPECT_THAT(result.card.title, HasSubstr("DOP-2026-0007"));
  EXPECT_THAT(result.card.title, HasSubstr("done"));
  EXPECT_THAT(result.card.PlainText(), ::testing::Not(HasSubstr("93H-AGO")));
}

TEST_F(RunDecisionsTest, ADutysReasonAndNameAreAskedFor) {
  EXPECT_THAT(RefusedHere("waive 93H-AGO"),
              HasSubstr("Say why: a duty is not waived without a reason on record.\n"
                        "Next: /incident waive DOP-2026-0007 93H-AGO reason:\"…\""));
  EXPECT_THAT(RefusedHere("hold 93h-ago"), HasSubstr("how the attorney general was told"));
  // Only those that may be waived are offered.
  EXPECT_THAT(RefusedHere("waive"), HasSubstr("Say which duty. Possible: 93H-AGO.\n"
                                              "Next: /incident duties DOP-2026-0007\n"));
  EXPECT_THAT(RefusedHere("explain"), HasSubstr("Possible: 93H-AGO, DAILY-STATUS, FOLLOWUP-24H, "
                                                "CCIO-CSO-VIA-SCIO."));
  EXPECT_THAT(RefusedHere("waive 93H-AG0 because"),
              HasSubstr("\"93H-AG0\" is not a duty of the policy. Possible: 93H-AGO,"));
}

TEST_F(RunDecisionsTest, ARefusedWaiverNamesItsReason) {
  connection_->WaiveObligation_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "NOT_WAIVABLE", "Nobody may waive it.")
          .Status();
  const CommandResult result = Run("waive 93H-AGO because");
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.card.PlainText(), HasSubstr("Nobody may waive it.\n"));
  EXPECT_THAT(result.card.context, HasSubstr("NOT_WAIVABLE"));
}

TEST_F(RunDecisionsTest, ExplainTellsWhyAndWhatEndsIt) {
  v1::ExplainObligationResponse& answer = *connection_->ExplainObligation_answer;
  *answer.mutable_obligation() = Duty(v1::Obligation::STATE_OVERDUE);
  answer.mutable_obligation()->set_remedy("notify {incident} 93H-AGO");
  answer.mutable_obligation()->set_advisory(true);
  answer.mutable_obligation()->add_owner_roles("ISO");
  answer.mutable_obligation()->add_sources("CASE:17");
  answer.mutable_obligation()->mutable_late_line_time()->set_seconds(
      absl::ToUnixSeconds(TestNow()));
  answer.add_reasons("personal_information is CONFIRMED");
  answer.add_reasons("DOP is an executive agency");
  answer.add_clock("known Tue 24 Nov 14:05 EST");
  answer.add_ways("a notice that reached AGO");
  answer.add_other_ends("CSIRT_H may waive it");
  const CommandResult result = Run("explain 93h-ago[dop]");
  ASSERT_TRUE(result.ok);
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(connection_->ExplainObligation_request.obligation(), "93H-AGO[dop]");
  EXPECT_EQ(result.card.tone, Tone::kDanger);
  EXPECT_EQ(result.card.PlainText(),
            "DOP-2026-0007 · 93H-AGO[dop]\n"
            "Notify the attorney general\n"
            "State: OVERDUE\n"
            "Due: Wed 25 Nov 14:05 EST (in 24 h)\n"
            "Who: ISO\n"
            "Why: personal_information is CONFIRMED\n"
            "DOP is an executive agency\n"
            "Clock: known Tue 24 Nov 14:05 EST\n"
            "Done by: a notice that reached AGO\n"
            "Otherwise ended by: CSIRT_H may waive it\n"
            "Remarks: from CASE:17; advisory; late line passed Tue 24 Nov 14:05 EST\n"
            "Next: /incident notify DOP-2026-0007 93H-AGO\n"
            "Next: /incident duties DOP-2026-0007\n"
            "LAW-93H-3 · STATUTORY");
}

TEST_F(RunDecisionsTest, DutiesHaveRemarksOnlyWhereThereAreSome) {
  *connection_->ListObligations_answer->add_obligations() = Duty(v1::Obligation::STATE_PENDING);
  EXPECT_THAT(Run("duties").card.table[0], ElementsAre("Duty", "What", "Who", "Due", "State"));
  v1::Obligation* late = connection_->ListObligations_answer->add_obligations();
  *late = Duty(v1::Obligation::STATE_PENDING);
  late->mutable_late_line_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 3'600);
  const Card card = Run("duties").card;
  EXPECT_EQ(card.table[0].back(), "Remarks");
  EXPECT_EQ(card.table[1].back(), "");
  EXPECT_EQ(card.table[2].back(), "late line Tue 24 Nov 15:05 EST (in 1 h)");
}

}  // namespace
}  // namespace belfry::chat
