// What one record says: when something was reached, who was paged and answered, who did something.
#include "server/measures/history.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"
#include "tests/unit/server/measures/record.h"

namespace belfry::measures {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;
using testing::ShippedPolicy;

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);

class HistoryTest : public ::testing::Test {
 protected:
  History Folded() const { return Fold(*policy_, record_.events()); }

  const std::shared_ptr<const core::PolicyIndex> policy_ = ShippedPolicy();
  Record record_{kStart};
};

TEST_F(HistoryTest, TheFirstAcknowledgementCounts) {
  record_.Ack(absl::Minutes(10), "people/dop.contact");
  record_.Ack(absl::Minutes(20), "people/dop.iso");
  EXPECT_THAT(Folded().acknowledge_time, Optional(kStart + absl::Minutes(10)));
}

TEST_F(HistoryTest, NothingIsReachedThatWasNot) {
  const History history = Folded();
  EXPECT_EQ(history.acknowledge_time, std::nullopt);
  EXPECT_EQ(history.contain_time, std::nullopt);
  EXPECT_EQ(history.resolve_time, std::nullopt);
  EXPECT_EQ(history.report_time, kStart);
}

TEST_F(HistoryTest, LaterStatesKeepTheTimeOfTheFirst) {
  record_.State(absl::Hours(1), "DECLARED");
  record_.State(absl::Hours(2), "CONTAINED", "TC");
  record_.State(absl::Hours(3), "ERADICATED");
  record_.State(absl::Hours(5), "RESOLVED", "TS");
  record_.State(absl::Hours(9), "CLOSED");
  EXPECT_THAT(Folded().contain_time, Optional(kStart + absl::Hours(2)));
  EXPECT_THAT(Folded().resolve_time, Optional(kStart + absl::Hours(5)));
}

TEST_F(HistoryTest, AContainmentThatDidNotHoldIsNone) {
  record_.State(absl::Hours(2), "CONTAINED", "TC");
  record_.State(absl::Hours(3), "DECLARED", "", {"TC"});
  EXPECT_EQ(Folded().contain_time, std::nullopt);
  record_.State(absl::Hours(6), "CONTAINED", "TC");
  EXPECT_THAT(Folded().contain_time, Optional(kStart + absl::Hours(6)));
}

TEST_F(HistoryTest, APageIsAnsweredUntilTheNextOne) {
  record_.Page(absl::Minutes(0), 1, {"people/a"});
  record_.Page(absl::Minutes(30), 1, {"people/a"});
  record_.Page(absl::Minutes(60), 2, {"people/b", "people/c"});
  record_.Ack(absl::Minutes(72), "people/a");
  const std::vector<Page> pages = Folded().pages;
  ASSERT_EQ(pages.size(), 3u);
  EXPECT_EQ(pages[0].answer, std::nullopt);
  EXPECT_FALSE(pages[0].waiting);
  EXPECT_EQ(pages[1].answer, std::nullopt);
  EXPECT_THAT(pages[2].answer, Optional(absl::Minutes(12)));
  EXPECT_EQ(pages[2].level, 2);
}

TEST_F(HistoryTest, TheLatestPageWaitsWhileItsChainDoes) {
  record_.Page(absl::Minutes(0), 1, {"people/a"});
  record_.Page(absl::Minutes(30), 2, {"people/a"});
  EXPECT_FALSE(Folded().pages[0].waiting);
  EXPECT_TRUE(Folded().pages[1].waiting);
  record_.State(absl::Hours(1), "DISMISSED");
  EXPECT_FALSE(Folded().pages[1].waiting);
}

TEST_F(HistoryTest, AnotherChainsAcknowledgementAnswersNothing) {
  record_.Page(absl::Minutes(0), 1, {"people/a"});
  record_.Ack(absl::Minutes(5), "people/b", {"entities/bor"});
  record_.Ack(absl::Minutes(6), "people/b", {});
  EXPECT_EQ(Folded().pages[0].answer, std::nullopt);
}

TEST_F(HistoryTest, ADeliveryBelongsToTheLatestPageThatWentThere) {
  record_.Page(absl::Minutes(0), 1, {"people/a"});
  record_.Page(absl::Minutes(30), 2, {"people/b"});
  record_.Delivered(absl::Minutes(31), "people/b");
  record_.Delivered(absl::Minutes(40), "people/a", false);
  record_.Delivered(absl::Minutes(41), "people/z");
  const std::vector<Page> pages = Folded().pages;
  EXPECT_EQ(pages[0].delivered, 0);
  EXPECT_EQ(pages[0].failed, 1);
  EXPECT_EQ(pages[1].delivered, 1);
  EXPECT_EQ(pages[1].failed, 0);
}

TEST_F(HistoryTest, OneActOfSeveralEventsIsOne) {
  const auto note = [&](absl::Duration after, const std::string& who, const std::string& id) {
    auto& event = record_.At(after, who);
    event.set_request_id(id);
    event.mutable_note_added()->set_text("x");
  };
  note(absl::Minutes(1), "people/a", "r1");
  note(absl::Minutes(1), "people/a", "r1");
  note(absl::Minutes(1), "people/a", "r2");
  note(absl::Minutes(1), "people/b", "r2");
  note(absl::Minutes(2), "systems/siem", "r3");
  record_.At(absl::Minutes(3), "people/c").mutable_incident_read()->set_person("people/c");
  std::vector<std::string> people;
  for (const Act& act : Folded().acts) people.push_back(act.person);
  // The report is the clerk's act.
  EXPECT_THAT(people, ElementsAre("people/dop.clerk", "people/a", "people/a", "people/b"));
}

TEST_F(HistoryTest, ADutyNamesItsEventsAndWhatSatisfiedIt) {
  record_.Opened(absl::Minutes(0), "FOLLOWUP-24H", absl::Hours(24), "entities/dop");
  auto& reminded = record_.At(absl::Hours(12), "system");
  reminded.mutable_reminder_sent()->set_instance("FOLLOWUP-24H");
  record_.At(absl::Hours(13), "people/dop.contact")
      .mutable_document_submitted()
      ->set_type("FOLLOWUP");
  record_.Settled(absl::Hours(13), "FOLLOWUP-24H", v1::Obligation::STATE_SATISFIED);
  const History history = Folded();
  std::vector<std::string> kinds;
  for (const auto& event : history.duty_events.at("FOLLOWUP-24H")) {
    kinds.push_back(absl::StrCat(event.version(), " ", event.kind()));
  }
  EXPECT_THAT(kinds, ElementsAre("3 OBLIGATION_OPENED", "4 REMINDER_SENT", "5 DOCUMENT_SUBMITTED",
                                 "6 OBLIGATION_SETTLED"));
}

TEST_F(HistoryTest, WhatFellDueByItselfHasNoCause) {
  record_.Opened(absl::Minutes(0), "DAILY-STATUS", absl::Hours(24), "entities/dop");
  record_.Page(absl::Hours(24), 1, {"people/a"});
  record_.Settled(absl::Hours(24), "DAILY-STATUS", v1::Obligation::STATE_MISSED, "system");
  EXPECT_EQ(Folded().duty_events.at("DAILY-STATUS").size(), 2u);
}

TEST_F(HistoryTest, ReinfectionsAreCountedByDevice) {
  auto& body = *record_.At(absl::Hours(1)).mutable_devices_recorded();
  body.add_reinfected("web1");
  body.add_reinfected("web2");
  EXPECT_EQ(Folded().reinfections, 2);
}

TEST_F(HistoryTest, WhatEndedUnresolvedWasWithdrawn) {
  EXPECT_FALSE(WasWithdrawn(*policy_, Folded().state));
  record_.State(absl::Hours(1), "DISMISSED");
  EXPECT_TRUE(WasWithdrawn(*policy_, Folded().state));
  record_.State(absl::Hours(1), "MERGED");
  EXPECT_TRUE(WasWithdrawn(*policy_, Folded().state));
  record_.State(absl::Hours(2), "RESOLVED", "TS");
  record_.State(absl::Hours(3), "CLOSED", "TX");
  EXPECT_FALSE(WasWithdrawn(*policy_, Folded().state));
  EXPECT_TRUE(HasEnded(*policy_, Folded().state));
}

// A record that the core made: the fold of its events is the core's own state.
TEST(HistoryOfAWorldTest, IsTheStateOfTheCore) {
  testing::CoreWorld world;
  ASSERT_TRUE(world.Open("dop.clerk", "CAT-14").ok());
  world.Advance(absl::Hours(2));
  ASSERT_TRUE(world.Ack("dop.contact").ok());
  world.Triage();
  world.Advance(absl::Hours(40));
  const History history = Fold(world.policy(), world.events());
  EXPECT_EQ(history.state.SerializeAsString(), world.state().SerializeAsString());
  EXPECT_THAT(history.acknowledge_time, Optional(Eq(world.start() + absl::Hours(2))));
  for (const auto& row : world.state().obligations()) {
    ASSERT_EQ(history.duty_events.count(row.instance()), 1u) << row.instance();
    EXPECT_EQ(history.duty_events.at(row.instance()).front().kind(), "OBLIGATION_OPENED");
  }
}

}  // namespace
}  // namespace belfry::measures
