// When a duty is late, whom it falls on, and that nothing is counted twice or lost.
#include "server/measures/duty.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "tests/support/core_world.h"
#include "tests/unit/server/measures/record.h"

namespace belfry::measures {
namespace {

using record::v1::ObligationRow;
using testing::ShippedPolicy;
using v1::Obligation;

const absl::Time kDue = absl::FromUnixSeconds(1'800'000'000);

ObligationRow Row(Obligation::State state, absl::Duration settled_after = absl::ZeroDuration()) {
  ObligationRow row;
  row.set_state(state);
  *row.mutable_due_time() = ToProto(kDue);
  *row.mutable_settle_time() = ToProto(kDue + settled_after);
  return row;
}

TEST(JudgeTest, ADutyIsOverdueFromTheFirstMomentAfterItsDeadline) {
  EXPECT_EQ(Judge(Row(Obligation::STATE_PENDING), kDue).outcome, Outcome::kPending);
  const Judgement after = Judge(Row(Obligation::STATE_PENDING), kDue + absl::Milliseconds(1));
  EXPECT_EQ(after.outcome, Outcome::kOverdue);
  EXPECT_EQ(after.late_ms, 1);
}

TEST(JudgeTest, WhatTheSchedulerCallsOverdueIsOverdue) {
  const Judgement judged = Judge(Row(Obligation::STATE_OVERDUE), kDue + absl::Hours(2));
  EXPECT_EQ(judged.outcome, Outcome::kOverdue);
  EXPECT_EQ(judged.late_ms, 120 * kMinuteMs);
  EXPECT_EQ(Judge(Row(Obligation::STATE_OVERDUE), kDue).outcome, Outcome::kOverdue);
}

TEST(JudgeTest, LatenessEndsWhenItIsSatisfied) {
  const auto row = Row(Obligation::STATE_SATISFIED_LATE, absl::Minutes(7));
  const Judgement judged = Judge(row, kDue + absl::Hours(100));
  EXPECT_EQ(judged.outcome, Outcome::kLate);
  EXPECT_EQ(judged.late_ms, 7 * kMinuteMs);
}

TEST(JudgeTest, WithoutADeadlineNothingIsOverdue) {
  ObligationRow row;
  row.set_state(Obligation::STATE_PENDING);
  EXPECT_EQ(Judge(row, absl::InfiniteFuture()).outcome, Outcome::kPending);
}

TEST(JudgeTest, WhatFellAwayIsNotLate) {
  for (const auto& [state, outcome] :
       {std::pair{Obligation::STATE_VOID, Outcome::kVoid},
        std::pair{Obligation::STATE_WAIVED, Outcome::kWaived},
        std::pair{Obligation::STATE_HELD, Outcome::kHeld},
        std::pair{Obligation::STATE_MISSED, Outcome::kMissed},
        std::pair{Obligation::STATE_NOT_APPLICABLE, Outcome::kNotApplicable},
        std::pair{Obligation::STATE_SATISFIED, Outcome::kInTime}}) {
    const Judgement judged = Judge(Row(state, absl::Hours(5)), kDue + absl::Hours(9));
    EXPECT_EQ(judged.outcome, outcome);
    EXPECT_EQ(judged.late_ms, 0);
  }
}

class FallsOnTest : public ::testing::Test {
 protected:
  std::string Of(const std::string& code, const std::string& subject = "") {
    ObligationRow row;
    row.set_code(code);
    row.set_subject(subject);
    return FallsOn(*policy_, state_, row);
  }

  FallsOnTest() {
    const Record record(kDue);
    for (const auto& event : record.events()) core::Apply(state_, event);
  }

  const std::shared_ptr<const core::PolicyIndex> policy_ = ShippedPolicy();
  record::v1::IncidentState state_;
};

TEST_F(FallsOnTest, TheSubjectOfAnAgencysDuty) {
  EXPECT_EQ(Of("FOLLOWUP-24H", "entities/bor"), "entities/bor");
}

TEST_F(FallsOnTest, TheReportingAgencyWithoutASubject) {
  EXPECT_EQ(Of("CISO-COORD"), "entities/dop");  // the ISO's
}

TEST_F(FallsOnTest, TheCentralOfficesWhatTheyAreAskedFirst) {
  EXPECT_EQ(Of("CSIRT-CONTACT"), kCentral);
  EXPECT_EQ(Of("E2E-TICKET"), kCentral);
}

TEST_F(FallsOnTest, TheSecretariatWhatItsCioIsAskedFirst) {
  EXPECT_EQ(Of("SCIO-JUSTIFY"), "secretariats/eox");
  EXPECT_EQ(Of("SCIO-NOTICE", "secretariats/eoy"), "secretariats/eoy");
}

TEST_F(FallsOnTest, TheAgencyWhatNoPackKnowsAnyMore) { EXPECT_EQ(Of("GONE"), "entities/dop"); }

TEST_F(FallsOnTest, AScopeHoldsItsEntities) {
  EXPECT_TRUE(IsWithin(state_, "entities/dop", ""));
  EXPECT_TRUE(IsWithin(state_, "entities/dop", "entities/dop"));
  EXPECT_TRUE(IsWithin(state_, "entities/dop", "secretariats/eox"));
  EXPECT_FALSE(IsWithin(state_, "entities/dop", "secretariats/eoy"));
  EXPECT_FALSE(IsWithin(state_, "entities/bor", "secretariats/eox"));
  EXPECT_FALSE(IsWithin(state_, kCentral, "secretariats/eox"));
}

TEST(DutyTallyTest, CountsEachOutcomeOnce) {
  DutyTally tally;
  for (const Outcome outcome :
       {Outcome::kInTime, Outcome::kLate, Outcome::kMissed, Outcome::kOverdue, Outcome::kPending,
        Outcome::kHeld, Outcome::kVoid, Outcome::kWaived, Outcome::kNotApplicable}) {
    tally.Add({outcome, 5});
  }
  const v1::DutyFigures f = tally.Figures("X");
  EXPECT_EQ(f.key(), "X");
  EXPECT_EQ(f.arose_count(), 9);
  EXPECT_EQ(f.in_time_count() + f.late_count() + f.missed_count() + f.overdue_count() +
                f.pending_count() + f.held_count() + f.void_count() + f.waived_count() +
                f.not_applicable_count(),
            9);
  EXPECT_EQ(f.late_count(), 1);
  EXPECT_EQ(f.lateness().sum(), 5);
  EXPECT_EQ(f.overdue().sum(), 5);
}

}  // namespace
}  // namespace belfry::measures
