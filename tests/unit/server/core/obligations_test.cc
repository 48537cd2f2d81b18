// Duties: clocks, deadlines, reminders, lateness; one test for each sentence that has a number.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

using State = v1::Obligation;

// "minute: instance done" of the reminders so far.
std::vector<std::string> Reminders(const CoreWorld& world, const std::string& instance) {
  std::vector<std::string> reminders;
  for (const auto& event : world.events()) {
    if (event.reminder_sent().instance() != instance) continue;
    reminders.push_back(
        std::to_string((event.time().seconds() - absl::ToUnixSeconds(world.start())) / 60));
  }
  return reminders;
}

std::vector<std::string> Told(const CoreWorld& world, const std::string& instance) {
  std::vector<std::string> told;
  for (const auto& event : world.events()) {
    if (event.overdue_step_taken().instance() != instance) continue;
    std::string text =
        std::to_string((event.time().seconds() - absl::ToUnixSeconds(world.start())) / 60);
    for (const std::string& role : event.overdue_step_taken().roles()) text += " " + role;
    told.push_back(text);
  }
  return told;
}

TEST(ObligationsTest, ThoseOfAReportAreOwedAtOnceAndOnTheRightClock) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  EXPECT_EQ(world.Duty("INIT-REPORT"), State::STATE_SATISFIED);
  EXPECT_EQ(world.DueAfter("E2E-TICKET"), absl::Minutes(15));
  EXPECT_EQ(world.DueAfter("CSIRT-CONTACT"), absl::Minutes(30));
  EXPECT_EQ(world.DueAfter("TRIAGE-DONE"), absl::Hours(4));
  EXPECT_EQ(world.DueAfter("SCIO-NOTICE"), absl::Hours(4));
  EXPECT_EQ(world.DueAfter("CCIO-CSO-VIA-SCIO"), absl::Hours(4));
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(24));
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_UNSPECIFIED);
}

struct SpanCase {
  const char* severity;
  absl::Duration triage, scio, ccio;
};

class SpanTest : public ::testing::TestWithParam<SpanCase> {};

TEST_P(SpanTest, FollowsTheSeverity) {
  CoreWorld world;
  if (absl::string_view(GetParam().severity) == "SEV5") {
    // Nobody reports something as milder than the policy takes it; its score may say so.
    v1::CreateIncidentRequest report;
    report.set_title("Log-ins that failed");
    for (const auto& [name, value] :
         {std::pair("functional", "0"), std::pair("activity", "70"), std::pair("location", "40"),
          std::pair("actor", "50"), std::pair("information", "0"),
          std::pair("recoverability", "20"), std::pair("sector", "40"),
          std::pair("potential", "0")}) {
      v1::Fact* fact = report.add_facts();
      fact->set_name(absl::StrCat("nciss_", name));
      fact->set_value(value);
    }
    ASSERT_THAT(world.Report("dop.contact", report), IsOk());
  } else {
    ASSERT_THAT(world.Open("dop.clerk", "", GetParam().severity), IsOk());
  }
  ASSERT_EQ(world.state().severity(), GetParam().severity);
  EXPECT_EQ(world.DueAfter("TRIAGE-DONE"), GetParam().triage);
  EXPECT_EQ(world.DueAfter("SCIO-NOTICE"), GetParam().scio);
  EXPECT_EQ(world.DueAfter("CCIO-CSO-VIA-SCIO"), GetParam().ccio);
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(24));
}

INSTANTIATE_TEST_SUITE_P(
    Obligations, SpanTest,
    ::testing::Values(SpanCase{"SEV1", absl::Hours(1), absl::Minutes(15), absl::Hours(1)},
                      SpanCase{"SEV2", absl::Hours(1), absl::Minutes(30), absl::Hours(1)},
                      SpanCase{"SEV3", absl::Hours(4), absl::Hours(4), absl::Hours(4)},
                      SpanCase{"SEV4", absl::Hours(4), absl::Hours(24), absl::Hours(24)},
                      SpanCase{"SEV5", absl::Hours(24), absl::Hours(24), absl::Hours(24)}),
    [](const auto& span) { return std::string(span.param.severity); });

TEST(ObligationsTest, The24HoursCountFromTheDetectionNotFromTheReport) {
  CoreWorld world;
  world.At(absl::Hours(2));
  v1::CreateIncidentRequest request;
  request.set_title("Found this morning");
  request.set_entity("entities/dop");
  request.mutable_detect_time()->set_seconds(absl::ToUnixSeconds(world.start()));
  ASSERT_THAT(world.Report("dop.clerk", request), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(24));
  // An hour late: kept on record, and nobody is paged for the past.
  EXPECT_EQ(world.Duty("INIT-REPORT"), State::STATE_SATISFIED_LATE);
}

TEST(ObligationsTest, TheFollowUpIsRemindedOf12And4And1HoursBefore) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(24) - absl::Minutes(1));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("720", "1200", "1380"));
}

TEST(ObligationsTest, ALateFollowUpClimbsToIsoAndScioThenItdThenTheCommonwealth) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(49));
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), State::STATE_OVERDUE);
  EXPECT_THAT(Told(world, "FOLLOWUP-24H"),
              ElementsAre("1440 ISO SCIO", "1680 CSIRT_X CISO", "2880 CCIO CSO"));
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), State::STATE_SATISFIED_LATE);
}

TEST(ObligationsTest, WhatItdOwesDoesNotGoToTheAgencysOfficer) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Minutes(20));
  EXPECT_THAT(Told(world, "E2E-TICKET"), ElementsAre("15 CSIRT_X CISO"));
}

TEST(ObligationsTest, ADocumentAtTheVeryDeadlineIsInTime) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(23));
  world.At(absl::Hours(24));  // acts come before what falls due at the same instant
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), State::STATE_SATISFIED);
}

TEST(ObligationsTest, TheDailyStatusHasAGridThatLatenessDoesNotMove) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(24));
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_PENDING);  // opens at the previous point
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#1"), absl::Hours(48));
  world.Advance(absl::Hours(48));
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_MISSED);
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#2"), absl::Hours(72));
  EXPECT_THAT(Reminders(world, "DAILY-STATUS#1"), ElementsAre("2640", "2820"));
  world.Advance(absl::Hours(48) + absl::Minutes(1));
  ASSERT_THAT(world.DailyStatus("dop.contact"), IsOk());
  // A missed day is never filled in afterwards.
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_MISSED);
  EXPECT_EQ(world.Duty("DAILY-STATUS#2"), State::STATE_SATISFIED);
  world.Advance(absl::Hours(72));
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#3"), absl::Hours(96));
}

TEST(ObligationsTest, ReminderGoesToTheAgencysChannelWithAWayToAnswer) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(44));
  bool in_channel = false;
  for (const auto& draft : world.notices()) {
    if (draft.target != "channels/dop-incidents" ||
        draft.notice.kind() != v1::Notice::KIND_REMINDER) {
      continue;
    }
    in_channel = true;
    EXPECT_EQ(draft.notice.obligation(), "DAILY-STATUS#1");
    EXPECT_THAT(draft.notice.actions(), Contains("update"));
    EXPECT_THAT(draft.notice.clauses(), Contains("POL-5.18"));
    EXPECT_THAT(draft.notice.text(), ::testing::HasSubstr("update DOP-2026-0001"));
  }
  EXPECT_TRUE(in_channel);
}

TEST(ObligationsTest, OnlyTheSecondMissInARowProposesACase) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  world.Advance(absl::Hours(77));
  std::vector<std::string> cases;
  for (const auto& event : world.events()) {
    if (event.overdue_step_taken().proposes_case()) {
      cases.push_back(event.overdue_step_taken().instance());
    }
  }
  EXPECT_THAT(cases, ElementsAre("DAILY-STATUS#2"));
}

TEST(ObligationsTest, NoStatusIsOwedAfterTheResolution) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  world.Advance(absl::Hours(30));
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_PENDING);
  world.Resolve();
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_VOID);
  world.Advance(absl::Hours(100));
  EXPECT_EQ(world.Duty("DAILY-STATUS#2"), State::STATE_UNSPECIFIED);
}

TEST(ObligationsTest, ARegressContinuesTheGridAfterTwelveHours) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  world.Triage();
  world.Advance(absl::Hours(30));
  world.Resolve();
  world.Advance(absl::Hours(65));
  ASSERT_THAT(world.Verb("csirt.handler", "regress", "it came back"), IsOk());
  EXPECT_EQ(core::ClockOf(world.state(), "TS"), std::nullopt);
  // The point at 72 h is less than 12 h away; the next one is at 96 h.
  world.Advance(absl::Hours(73));
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#3"), absl::Hours(96));
  EXPECT_EQ(world.Duty("DAILY-STATUS#2"), State::STATE_UNSPECIFIED);
  EXPECT_EQ(world.Duty("FOLLOWUP-24H(2)"), State::STATE_UNSPECIFIED);
}

TEST(ObligationsTest, ReopeningStartsFreshClocks) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  world.Triage();
  world.Resolve();
  world.SettleAll();
  ASSERT_THAT(world.Facts("dop.iso", {{"weaknesses_settled", "MITIGATED"},
                                      {"records_reviewed", "YES"},
                                      {"iso_sign_off", "YES"}}),
              IsOk());
  ASSERT_THAT(world.Verb("csirt.handler", "close"), IsOk());
  world.At(absl::Hours(500));
  EXPECT_THAT(world.Verb("csirt.handler", "reopen", "new facts"),
              RefusedBecause("ROLE_REQUIRED", "CSIRT_X"));
  ASSERT_THAT(world.Verb("csirt.executive", "reopen", "new facts"), IsOk());
  EXPECT_EQ(world.state().reopened_count(), 1);
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), State::STATE_SATISFIED);
  EXPECT_EQ(world.Duty("FOLLOWUP-24H(2)"), State::STATE_PENDING);
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H(2)"), absl::Hours(524));
  world.Advance(absl::Hours(525));
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#1"), absl::Hours(548));
}

TEST(ObligationsTest, ARaiseShortensButLeavesTimeToAnswerAndLoweringMovesNothing) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());  // SEV4: SCIO in 24 h
  world.Advance(absl::Hours(2));
  ASSERT_THAT(world.Severity("dop.iso", "SEV2"), IsOk());
  // 30 min from the report is past; the change plus the window of SEV2 is what remains.
  EXPECT_EQ(world.DueAfter("SCIO-NOTICE"), absl::Hours(2) + absl::Minutes(15));
  ASSERT_THAT(world.Severity("csirt.executive", "SEV5"), IsOk());
  EXPECT_EQ(world.DueAfter("SCIO-NOTICE"), absl::Hours(2) + absl::Minutes(15));
}

v1::AddEntityRequest Corrected(const CoreWorld& world, absl::Duration detected) {
  v1::AddEntityRequest request;
  request.mutable_entity()->set_entity("entities/dop");
  request.mutable_entity()->mutable_detect_time()->set_seconds(
      absl::ToUnixSeconds(world.start() + detected));
  return request;
}

TEST(ObligationsTest, DetectionIsCorrectedToEarlierAndDeadlinesFollow) {
  CoreWorld world;
  world.At(absl::Hours(3));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.At(absl::Hours(30));
  const v1::AddEntityRequest earlier = Corrected(world, absl::Hours(1));
  EXPECT_THAT(world.Act("dop.contact", earlier), RefusedBecause("ROLE_REQUIRED", "ISO"));
  ASSERT_THAT(world.Act("dop.iso", earlier), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(25));
  // The grid moves as a whole.
  EXPECT_EQ(world.DueAfter("DAILY-STATUS#1"), absl::Hours(49));
}

TEST(ObligationsTest, MovingDetectionLaterTakesTheExecutiveAndAReason) {
  CoreWorld world;
  world.At(absl::Hours(3));
  v1::CreateIncidentRequest report;
  report.set_title("What was seen an hour ago");
  report.mutable_detect_time()->set_seconds(absl::ToUnixSeconds(world.start() + absl::Hours(1)));
  ASSERT_THAT(world.Report("dop.clerk", report), IsOk());
  v1::AddEntityRequest later = Corrected(world, absl::Hours(2));
  later.set_reason("the first alert was another matter");
  EXPECT_THAT(world.Act("dop.iso", later), RefusedBecause("ROLE_REQUIRED", "CSIRT_X"));
  EXPECT_THAT(world.Act("csirt.executive", Corrected(world, absl::Hours(2))),
              RefusedBecause("FIELD_INVALID", "reason"));
  v1::AddEntityRequest future = Corrected(world, absl::Hours(4));
  future.set_reason("no");
  EXPECT_THAT(world.Act("csirt.executive", future), RefusedBecause("FIELD_INVALID", "future"));
  ASSERT_THAT(world.Act("csirt.executive", later), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(26));
}

TEST(ObligationsTest, EveryReportingEntityOwesItsOwnAndPotentialOnesOweNothing) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.At(absl::Hours(1));
  v1::AddEntityRequest request;
  request.mutable_entity()->set_entity("entities/bor");
  request.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_POTENTIAL);
  ASSERT_THAT(world.Act("csirt.handler", request), IsOk());
  EXPECT_EQ(world.Duty("FOLLOWUP-24H[bor]"), State::STATE_UNSPECIFIED);
  request.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  ASSERT_THAT(world.Act("csirt.handler", request), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H[bor]"), absl::Hours(25));
  EXPECT_EQ(world.Duty("SCIO-NOTICE[eoy]"), State::STATE_PENDING);
  EXPECT_EQ(world.state().severity(), "SEV2");  // two secretariats
  // The officer of one secretariat does not answer for another.
  ASSERT_THAT(world.Ack("eox.scio"), IsOk());
  EXPECT_EQ(world.Duty("SCIO-NOTICE"), State::STATE_SATISFIED);
  EXPECT_EQ(world.Duty("SCIO-NOTICE[eoy]"), State::STATE_PENDING);
}

TEST(ObligationsTest, AnIncompleteDocumentIsRefusedWithEveryMissingPart) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  const absl::Status status = world.Document("dop.contact", "FOLLOWUP", {{"summary", "s"}});
  EXPECT_THAT(status, RefusedBecause("DOCUMENT_INCOMPLETE", "impact"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("POL-5.17"));
  EXPECT_THAT(world.Document("dop.contact", "FOLLOWUP", {{"sumary", "s"}}),
              RefusedBecause("FIELD_INVALID", "it has summary"));
}

TEST(ObligationsTest, ANoticeCountsWhenItHasReachedEveryRole) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  v1::SendObligationNoticeRequest request;
  request.set_obligation("CCIO-CSO-VIA-SCIO");
  EXPECT_THAT(world.Act("dop.iso", request), RefusedBecause("ROLE_REQUIRED", "SCIO"));
  // Who sees nothing of the incident sees no duty of it.
  EXPECT_THAT(world.Act("eoy.scio", request), RefusedBecause("FIELD_INVALID", "no open duty"));
  ASSERT_THAT(world.Act("eox.scio", request), IsOk());
  EXPECT_EQ(world.Duty("CCIO-CSO-VIA-SCIO"), State::STATE_PENDING);
  ASSERT_THAT(world.Delivered("CCIO-CSO-VIA-SCIO", "ccio"), IsOk());
  EXPECT_EQ(world.Duty("CCIO-CSO-VIA-SCIO"), State::STATE_PENDING);
  ASSERT_THAT(world.Delivered("CCIO-CSO-VIA-SCIO", "cso"), IsOk());
  EXPECT_EQ(world.Duty("CCIO-CSO-VIA-SCIO"), State::STATE_SATISFIED);
}

TEST(ObligationsTest, AfterAnOutageEveryMissedDayIsOnRecordAndRemindersAreNotReplayed) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Jump(absl::Hours(97));
  EXPECT_EQ(world.Duty("DAILY-STATUS#1"), State::STATE_MISSED);
  EXPECT_EQ(world.Duty("DAILY-STATUS#2"), State::STATE_MISSED);
  EXPECT_EQ(world.Duty("DAILY-STATUS#3"), State::STATE_MISSED);
  EXPECT_EQ(world.Duty("DAILY-STATUS#4"), State::STATE_PENDING);
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), State::STATE_OVERDUE);
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre());
  EXPECT_THAT(Told(world, "FOLLOWUP-24H"),
              ElementsAre("5820 ISO SCIO", "5820 CSIRT_X CISO", "5820 CCIO CSO"));
}

TEST(ObligationsTest, DaylightSavingMovesNothing) {
  // 2026-11-01 02:00 the clocks go back in Boston.
  CoreWorld world;
  world.At(absl::Hours(24) * 25);  // 31 October 08:00
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(24) * 26);
}

}  // namespace
}  // namespace belfry::testing
