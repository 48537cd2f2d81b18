// A compliance file says what arose, what became of it and which events prove it, and no more.
#include "server/measures/compliance.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"
#include "tests/unit/server/measures/record.h"

namespace belfry::measures {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ShippedPolicy;

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);
const std::shared_ptr<const core::PolicyIndex>& Pack() {
  static const auto* const pack = new std::shared_ptr<const core::PolicyIndex>(ShippedPolicy());
  return *pack;
}

v1::GetComplianceFileResponse FileOf(const Record& record, absl::Time from, absl::Time to,
                                     absl::Time now, const std::string& owner = "entities/dop") {
  ComplianceFile file(owner, from, to, now);
  file.Add(*Pack(), record.events());
  v1::GetComplianceFileResponse response;
  file.Finish(response);
  return response;
}

Record SomeDuties() {
  Record record(kStart);
  record.Opened(absl::Minutes(10), "FOLLOWUP-24H", absl::Hours(24), "entities/dop");
  record.Opened(absl::Minutes(20), "DECISION-AUTH", absl::Hours(4), "entities/dop");
  record.Opened(absl::Minutes(20), "CSIRT-CONTACT", absl::Hours(4));
  record.At(absl::Hours(4), "system").mutable_obligation_overdue()->set_instance("DECISION-AUTH");
  record.Settled(absl::Hours(5), "DECISION-AUTH", v1::Obligation::STATE_SATISFIED_LATE);
  return record;
}

std::vector<std::string> Instances(const v1::GetComplianceFileResponse& file) {
  std::vector<std::string> names;
  for (const auto& duty : file.duties()) names.push_back(duty.instance());
  return names;
}

TEST(ComplianceFileTest, ListsWhatFallsOnTheAgencyInOrder) {
  const auto file = FileOf(SomeDuties(), kStart, kStart + absl::Hours(1), kStart + absl::Hours(30));
  EXPECT_THAT(Instances(file), ElementsAre("FOLLOWUP-24H", "DECISION-AUTH"));
  EXPECT_EQ(file.total().arose_count(), 2);
  EXPECT_EQ(file.total().late_count(), 1);
  EXPECT_EQ(file.total().overdue_count(), 1);
  EXPECT_EQ(file.by_clause_size(), 2);
}

TEST(ComplianceFileTest, ADutyHasItsDeadlineLatenessClauseAndEvents) {
  const auto file = FileOf(SomeDuties(), kStart, kStart + absl::Hours(1), kStart + absl::Hours(30));
  const v1::ComplianceDuty& overdue = file.duties(0);
  EXPECT_EQ(overdue.record(), "incidents/DOP-2026-0001");
  EXPECT_TRUE(overdue.overdue());
  EXPECT_TRUE(overdue.was_overdue());
  EXPECT_EQ(overdue.late_ms(), 6 * 60 * kMinuteMs);
  EXPECT_THAT(overdue.clauses(), ElementsAre("POL-5.17"));
  EXPECT_EQ(overdue.kind(), "HARD");
  const v1::ComplianceDuty& late = file.duties(1);
  EXPECT_FALSE(late.overdue());
  EXPECT_TRUE(late.was_overdue());
  EXPECT_EQ(late.late_ms(), 60 * kMinuteMs);
  ASSERT_EQ(late.events_size(), 3);
  EXPECT_EQ(late.events(1).kind(), "OBLIGATION_OVERDUE");
  EXPECT_EQ(late.events(2).version(), 7);
}

TEST(ComplianceFileTest, TheTimeHoldsItsBeginningAndNotItsEnd) {
  const absl::Time ten = kStart + absl::Minutes(10);
  const absl::Time twenty = kStart + absl::Minutes(20);
  EXPECT_THAT(Instances(FileOf(SomeDuties(), ten, twenty, twenty)), ElementsAre("FOLLOWUP-24H"));
  EXPECT_THAT(Instances(FileOf(SomeDuties(), ten + absl::Microseconds(1), twenty, twenty)),
              ElementsAre());
}

TEST(ComplianceFileTest, ADeadlineAheadIsNotLate) {
  const auto file = FileOf(SomeDuties(), kStart, kStart + absl::Hours(1), kStart + absl::Hours(24));
  EXPECT_FALSE(file.duties(0).overdue());
  EXPECT_EQ(file.duties(0).late_ms(), 0);
  EXPECT_EQ(file.total().pending_count(), 1);
}

TEST(ComplianceFileTest, SaysThatItIsNoVerdict) {
  const auto file = FileOf(SomeDuties(), kStart, kStart + absl::Hours(1), kStart);
  EXPECT_THAT(file.notice(), HasSubstr("evidence and not a verdict"));
}

}  // namespace
}  // namespace belfry::measures
