// Figures over several records, worked out by hand.
#include "server/measures/measures.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"
#include "tests/unit/server/measures/record.h"

namespace belfry::measures {
namespace {

using ::testing::ElementsAre;
using testing::ShippedPolicy;
using Request = v1::GetMeasuresRequest;

// A Monday, 08:00 in New York.
const absl::Time kStart = absl::FromCivil(absl::CivilMinute(2026, 10, 5, 8, 0), [] {
  absl::TimeZone zone;
  absl::LoadTimeZone("America/New_York", &zone);
  return zone;
}());
constexpr int64_t kHourMs = 60 * kMinuteMs;

class MeasuresTest : public ::testing::Test {
 protected:
  MeasuresTest() {
    question_.zone = policy_->TimeZone();
    question_.now = kStart + absl::Hours(100);
  }

  v1::GetMeasuresResponse Of(const std::vector<Record>& records,
                             const std::vector<Record>& earlier = {}) const {
    Measures measures(question_);
    for (const Record& record : records) measures.Add(*policy_, record.events());
    for (const Record& record : earlier) {
      measures.AddEarlier(*policy_, Fold(*policy_, record.events()).state);
    }
    v1::GetMeasuresResponse response;
    measures.Finish(response);
    return response;
  }

  const std::shared_ptr<const core::PolicyIndex> policy_ = ShippedPolicy();
  Question question_;
};

Record Reported(const std::string& id, absl::Duration after = absl::ZeroDuration(),
                const std::string& category = "CAT-14",
                const std::string& entity = "entities/dop") {
  Record record(kStart + after, id, entity,
                entity == "entities/bor" ? "secretariats/eoy" : "secretariats/eox");
  record.Category(category);
  return record;
}

TEST_F(MeasuresTest, TimesOfThoseThatReachedItAndOfThoseThatDidNot) {
  Record fast = Reported("A");
  fast.Ack(absl::Minutes(10), "people/dop.contact");
  fast.State(absl::Hours(2), "CONTAINED", "TC");
  fast.State(absl::Hours(8), "RESOLVED", "TS");
  Record slow = Reported("B", absl::Hours(20));
  slow.Ack(absl::Minutes(50), "people/dop.contact");
  const Record silent = Reported("C", absl::Hours(90));
  Record dismissed = Reported("D");
  dismissed.State(absl::Hours(1), "DISMISSED");
  const v1::IncidentFigures total = Of({fast, slow, silent, dismissed}).total();

  EXPECT_EQ(total.incident_count(), 4);
  EXPECT_EQ(total.open_count(), 3);
  EXPECT_EQ(total.withdrawn_count(), 1);
  EXPECT_EQ(total.acknowledge().reached().count(), 2);
  EXPECT_EQ(total.acknowledge().reached().p50(), 10 * kMinuteMs);
  EXPECT_EQ(total.acknowledge().reached().max(), 50 * kMinuteMs);
  EXPECT_EQ(total.acknowledge().reached().mean(), 30 * kMinuteMs);
  EXPECT_EQ(total.acknowledge().waiting().count(), 1);
  EXPECT_EQ(total.acknowledge().waiting().max(), 10 * kHourMs);
  EXPECT_EQ(total.acknowledge().never_count(), 1);
  EXPECT_EQ(total.contain().reached().sum(), 2 * kHourMs);
  EXPECT_EQ(total.contain().waiting().sum(), 80 * kHourMs + 10 * kHourMs);
  EXPECT_EQ(total.resolve().reached().sum(), 8 * kHourMs);
  EXPECT_EQ(total.resolve().never_count(), 1);
}

TEST_F(MeasuresTest, APackWithoutTheClocksIsSaidToHaveNone) {
  policy::v1::Policy pack = policy_->proto();
  for (auto& state : *pack.mutable_states()) state.clear_sets_clock();
  const auto old = core::PolicyIndex::OfKept(pack);
  Record record = Reported("A");
  record.State(absl::Hours(2), "CONTAINED");
  Record dismissed = Reported("B");
  dismissed.State(absl::Hours(2), "DISMISSED");
  Measures measures(question_);
  measures.Add(*old, record.events());
  measures.Add(*old, dismissed.events());
  v1::GetMeasuresResponse response;
  measures.Finish(response);
  EXPECT_EQ(response.total().contain().unmarked_count(), 2);
  EXPECT_EQ(response.total().contain().reached().count(), 0);
  EXPECT_EQ(response.total().acknowledge().unmarked_count(), 0);
  EXPECT_EQ(response.total().withdrawn_count(), 1);
}

std::vector<std::string> Keys(const google::protobuf::RepeatedPtrField<v1::IncidentFigures>& rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) keys.push_back(row.key());
  return keys;
}

TEST_F(MeasuresTest, GroupsAreRowsByKey) {
  Record both = Reported("A");
  both.Category("CAT-01");
  // 4 October in Boston, the 5th in Greenwich.
  const Record other = Reported("B", -absl::Hours(9), "CAT-01", "entities/bor");
  const Record last_month = Reported("C", -absl::Hours(24 * 5), "CAT-14");
  const std::vector<Record> records = {both, other, last_month};
  question_.group_by = Request::GROUP_BY_CATEGORY;
  EXPECT_THAT(Keys(Of(records).groups()), ElementsAre("CAT-01", "CAT-14"));
  EXPECT_EQ(Of(records).groups(0).incident_count(), 2);
  question_.group_by = Request::GROUP_BY_AGENCY;
  EXPECT_THAT(Keys(Of(records).groups()), ElementsAre("entities/bor", "entities/dop"));
  question_.group_by = Request::GROUP_BY_MONTH;
  EXPECT_THAT(Keys(Of(records).groups()), ElementsAre("2026-09", "2026-10"));
  question_.group_by = Request::GROUP_BY_SEVERITY;
  EXPECT_THAT(Keys(Of(records).groups()), ElementsAre("SEV3"));
  question_.group_by = Request::GROUP_BY_UNSPECIFIED;
  EXPECT_THAT(Keys(Of(records).groups()), ElementsAre());
}

TEST_F(MeasuresTest, WithoutACategoryAnIncidentIsInARowOfItsOwn) {
  question_.group_by = Request::GROUP_BY_CATEGORY;
  EXPECT_THAT(Keys(Of({Record(kStart)}).groups()), ElementsAre("NONE"));
}

TEST_F(MeasuresTest, DutiesByCodeByWhomTheyFallOnAndByClause) {
  Record record = Reported("A");
  record.Opened(absl::ZeroDuration(), "FOLLOWUP-24H", absl::Hours(24), "entities/dop");
  record.Opened(absl::ZeroDuration(), "INIT-REPORT", absl::Hours(1), "entities/dop");
  record.Opened(absl::ZeroDuration(), "CSIRT-CONTACT", absl::Hours(4));
  record.Settled(absl::Hours(1), "INIT-REPORT", v1::Obligation::STATE_SATISFIED);
  record.Settled(absl::Hours(30), "FOLLOWUP-24H", v1::Obligation::STATE_SATISFIED_LATE);
  const v1::GetMeasuresResponse response = Of({record});
  EXPECT_EQ(response.duties().arose_count(), 3);
  EXPECT_EQ(response.duties().late_count(), 1);
  EXPECT_EQ(response.duties().lateness().sum(), 6 * kHourMs);
  EXPECT_EQ(response.duties().overdue_count(), 1);
  EXPECT_EQ(response.duties().overdue().sum(), 96 * kHourMs);
  std::vector<std::string> agencies;
  for (const auto& row : response.duties_by_agency()) agencies.push_back(row.key());
  EXPECT_THAT(agencies, ElementsAre("central", "entities/dop"));
  EXPECT_EQ(response.duties_by_code(1).key(), "FOLLOWUP-24H");
  EXPECT_EQ(response.duties_by_code(1).late_count(), 1);
  std::vector<std::string> clauses;
  for (const auto& row : response.duties_by_clause()) clauses.push_back(row.key());
  // INIT-REPORT has two.
  EXPECT_THAT(clauses, ElementsAre("POL-3.11", "POL-5.16", "POL-5.17", "POL-5.24"));
}

TEST_F(MeasuresTest, AScopeCountsItsOwnIncidentsAndItsOwnDuties) {
  Record of_dop = Reported("A");
  of_dop.Opened(absl::ZeroDuration(), "FOLLOWUP-24H", absl::Hours(24), "entities/dop",
                "FOLLOWUP-24H[dop]");
  of_dop.Opened(absl::ZeroDuration(), "FOLLOWUP-24H", absl::Hours(24), "entities/bor",
                "FOLLOWUP-24H[bor]");
  const Record of_bor = Reported("B", absl::ZeroDuration(), "CAT-14", "entities/bor");
  question_.scope = "entities/bor";
  const v1::GetMeasuresResponse bor = Of({of_dop, of_bor});
  EXPECT_EQ(bor.total().incident_count(), 1);
  EXPECT_EQ(bor.duties().arose_count(), 1);
  EXPECT_EQ(bor.workload().days_size(), 1);
  question_.scope = "secretariats/eox";
  const v1::GetMeasuresResponse eox = Of({of_dop, of_bor});
  EXPECT_EQ(eox.total().incident_count(), 1);
  EXPECT_EQ(eox.duties().arose_count(), 1);
}

TEST_F(MeasuresTest, AsksBySeverityCategoryAndDrill) {
  record::v1::IncidentState state = Fold(*policy_, Reported("A").events()).state;
  EXPECT_TRUE(Measures(question_).Asks(state));
  question_.severity = "SEV1";
  EXPECT_FALSE(Measures(question_).Asks(state));
  question_.severity = "SEV3";
  question_.category = "CAT-13";
  EXPECT_FALSE(Measures(question_).Asks(state));
  question_.category = "CAT-14";
  EXPECT_TRUE(Measures(question_).Asks(state));
  state.set_drill(true);
  EXPECT_FALSE(Measures(question_).Asks(state));
  question_.include_drills = true;
  EXPECT_TRUE(Measures(question_).Asks(state));
  state.set_standing_register(true);
  EXPECT_FALSE(Measures(question_).Asks(state));
}

TEST_F(MeasuresTest, AgainIsTheSameCategoryAtTheSameAgencyWithinTheTime) {
  question_.repeat_within = absl::Hours(48);
  const v1::RepeatFigures repeats =
      Of({Reported("A"), Reported("B", absl::Hours(48)),             // again
          Reported("C", absl::Hours(96) + absl::Milliseconds(1)),    // too late
          Reported("D", absl::Hours(1), "CAT-01"),                   // another kind
          Reported("E", absl::Hours(1), "CAT-14", "entities/bor")})  // elsewhere
          .repeats();
  EXPECT_EQ(repeats.repeat_count(), 1);
  EXPECT_EQ(repeats.interval().sum(), 48 * kHourMs);
  ASSERT_EQ(repeats.rows_size(), 1);
  EXPECT_EQ(repeats.rows(0).entity(), "entities/dop");
  EXPECT_EQ(repeats.rows(0).category(), "CAT-14");
  EXPECT_EQ(repeats.rows(0).incident_count(), 3);
  EXPECT_EQ(repeats.rows(0).repeat_count(), 1);
}

TEST_F(MeasuresTest, AnEarlierIncidentIsRepeatedAndDoesNotCount) {
  const v1::GetMeasuresResponse response = Of({Reported("A")}, {Reported("0", -absl::Hours(24))});
  EXPECT_EQ(response.total().incident_count(), 1);
  EXPECT_EQ(response.repeats().repeat_count(), 1);
  EXPECT_EQ(response.repeats().rows(0).incident_count(), 1);
}

TEST_F(MeasuresTest, WhatWasDismissedIsNotRepeated) {
  Record dismissed = Reported("A");
  dismissed.State(absl::Hours(1), "DISMISSED");
  EXPECT_EQ(Of({dismissed, Reported("B", absl::Hours(5))}).repeats().repeat_count(), 0);
}

TEST_F(MeasuresTest, AnIncidentThatRepeatsInTwoCategoriesIsOne) {
  Record both = Reported("C", absl::Hours(30), "CAT-01");
  both.Category("CAT-14");
  const v1::RepeatFigures repeats =
      Of({Reported("A"), Reported("B", absl::Hours(10), "CAT-01"), both}).repeats();
  EXPECT_EQ(repeats.repeat_count(), 1);
  EXPECT_EQ(repeats.rows_size(), 2);
  EXPECT_EQ(repeats.interval().sum(), 20 * kHourMs);
}

TEST_F(MeasuresTest, ContactsByLevel) {
  Record record = Reported("A");
  record.Page(absl::Minutes(0), 1, {"people/a"});
  record.Delivered(absl::Minutes(1), "people/a", false);
  record.Page(absl::Minutes(30), 2, {"people/b", "people/c"});
  record.Delivered(absl::Minutes(31), "people/b");
  record.Delivered(absl::Minutes(31), "people/c");
  record.Ack(absl::Minutes(45), "people/c");
  const v1::GetMeasuresResponse response = Of({record});
  ASSERT_EQ(response.reach_size(), 2);
  EXPECT_EQ(response.reach(0).level(), 1);
  EXPECT_EQ(response.reach(0).failed_count(), 1);
  EXPECT_EQ(response.reach(0).unanswered_count(), 1);
  EXPECT_EQ(response.reach(1).people_count(), 2);
  EXPECT_EQ(response.reach(1).delivered_count(), 2);
  EXPECT_EQ(response.reach(1).answered_count(), 1);
  EXPECT_EQ(response.reach(1).answer().sum(), 15 * kMinuteMs);
}

TEST_F(MeasuresTest, WorkByWeekDayAndLead) {
  Record led = Reported("A");
  led.At(absl::Hours(1), "people/x").mutable_details_changed()->set_lead("people/x");
  led.At(absl::Hours(2), "people/x").mutable_note_added()->set_text("n");
  led.At(absl::Hours(3), "people/y").mutable_note_added()->set_text("n");
  // Sunday 23:30 in New York is still last week.
  const Record sunday = Reported("B", -absl::Hours(8) - absl::Minutes(30));
  const v1::WorkloadFigures work = Of({led, sunday}).workload();
  ASSERT_EQ(work.leads_size(), 2);
  EXPECT_EQ(work.leads(0).lead(), "");
  EXPECT_EQ(work.leads(1).lead(), "people/x");
  ASSERT_EQ(work.weeks_size(), 2);
  EXPECT_EQ(work.weeks(0).monday(), "2026-09-28");
  EXPECT_EQ(work.weeks(1).monday(), "2026-10-05");
  // The clerk's report, the handler's category, two acts of x, one of y.
  EXPECT_EQ(work.weeks(1).act_count(), 5);
  EXPECT_EQ(work.weeks(1).person_count(), 4);
  EXPECT_EQ(work.weeks(1).acts_per_person().max(), 2);
  ASSERT_EQ(work.days_size(), 2);
  EXPECT_EQ(work.days(0).date(), "2026-10-04");
  EXPECT_EQ(work.days(1).date(), "2026-10-05");
}

TEST_F(MeasuresTest, TheOrderOfIncidentsChangesNothing) {
  std::vector<Record> records;
  for (int i = 0; i < 6; ++i) {
    records.push_back(Reported(std::string(1, static_cast<char>('A' + i)), absl::Hours(i * 7)));
    records.back().Ack(absl::Minutes(3 + i), "people/dop.contact");
  }
  const std::string once = Of(records).SerializeAsString();
  std::reverse(records.begin(), records.end());
  EXPECT_EQ(Of(records).SerializeAsString(), once);
}

TEST_F(MeasuresTest, NothingIsNothing) {
  const v1::GetMeasuresResponse response = Of({});
  EXPECT_EQ(response.total().incident_count(), 0);
  EXPECT_EQ(response.workload().weeks_size(), 0);
}

// The county's pack has one phase for containment, eradication and recovery, and no clock for it.
TEST(ShippedPacksTest, SetTheClocksThatAreMeasured) {
  const auto itd = ShippedPolicy();
  EXPECT_TRUE(HasClock(*itd, kContainedClock));
  EXPECT_TRUE(HasClock(*itd, kResolvedClock));
  const auto county = ShippedPolicy("deploy/policy/county-nist-800-61.textproto");
  EXPECT_FALSE(HasClock(*county, kContainedClock));
  EXPECT_TRUE(HasClock(*county, kResolvedClock));
}

}  // namespace
}  // namespace belfry::measures
