// The ladder of catalogue 4.8: who is paged when, and what stops it.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> PagedBy(const CoreWorld& world) {
  std::vector<std::string> people;
  for (const auto& draft : world.notices()) {
    if (draft.notice.kind() == v1::Notice::KIND_PAGE && !draft.chain_entity.empty()) {
      people.push_back(draft.target);
    }
  }
  return people;
}

TEST(EscalationTest, Sev1StartsAtLevel4ClimbsAfterTenMinutesAndRepeatsForEver) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Dispatch is down");
  request.set_entity("entities/dop");
  v1::Fact* fact = request.add_facts();
  fact->set_name("public_safety");
  fact->set_value("YES");
  ASSERT_THAT(world.Report("commonhelp", request), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV1");
  EXPECT_THAT(PagedBy(world),
              UnorderedElementsAre("people/dop.contact", "people/dop.deputy", "people/dop.iso",
                                   "people/eox.scio", "people/dop.head", "people/csirt.executive",
                                   "people/ciso"));
  world.Advance(absl::Minutes(26));
  EXPECT_THAT(world.Pages(),
              ElementsAre("0: level 4 started", "5: level 4 repeat", "10: level 5 climb",
                          "15: level 5 repeat", "20: level 5 exhausted", "25: level 5 exhausted"));
}

TEST(EscalationTest, Sev4WaitsFourHoursRepeatsOnceAndStopsClimbingAtLevel3) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(28));
  EXPECT_THAT(world.Pages(),
              ElementsAre("0: level 1 started", "240: level 1 repeat", "480: level 2 climb",
                          "720: level 2 repeat", "960: level 3 climb", "1200: level 3 repeat",
                          "1440: level 3 exhausted", "1680: level 3 exhausted"));
}

TEST(EscalationTest, AnAcknowledgementOfTheLevelStopsTheClimb) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  world.Advance(absl::Minutes(20));
  ASSERT_THAT(world.Ack("dop.iso"), IsOk());
  const record::v1::Chain* chain = core::FindChain(world.state(), "entities/dop");
  EXPECT_EQ(chain->state(), v1::EscalationChain::STATE_ACKNOWLEDGED);
  world.Advance(absl::Minutes(100));
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 started"));
}

TEST(EscalationTest, AnAcknowledgementFromBelowDoesNotAnswerForTheLevelAbove) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  ASSERT_THAT(world.Ack("dop.contact"), IsOk());  // level 1, the chain stands at 2
  world.Advance(absl::Minutes(31));
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 started", "30: level 2 repeat"));
  // Nor does the CSIRT handler, who is not on the ladder.
  ASSERT_THAT(world.Ack("csirt.handler"), IsOk());
  world.Advance(absl::Minutes(61));
  EXPECT_THAT(world.Pages(), Contains("60: level 3 climb"));
}

TEST(EscalationTest, TheReportOfAContactIsTheAcknowledgementOfThatLevel) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.contact"), IsOk());  // SEV4 starts at level 1
  EXPECT_EQ(core::FindChain(world.state(), "entities/dop")->state(),
            v1::EscalationChain::STATE_ACKNOWLEDGED);
  CoreWorld higher;
  ASSERT_THAT(higher.Open("dop.contact", "", "SEV3"), IsOk());
  EXPECT_EQ(core::FindChain(higher.state(), "entities/dop")->state(),
            v1::EscalationChain::STATE_NOTIFIED);
}

TEST(EscalationTest, AcknowledgedButIdleOpensAgainAfterFourWindows) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  ASSERT_THAT(world.Ack("dop.iso"), IsOk());
  world.Advance(absl::Minutes(90));
  ASSERT_THAT(world.Note("dop.iso", "pulled the cable"), IsOk());
  world.Advance(absl::Minutes(209));  // work moved it to 90 + 120
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 started"));
  world.Advance(absl::Minutes(211));
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 started", "210: level 2 no_activity"));
}

TEST(EscalationTest, ARaiseOfTheSeverityPagesTheLevelsAbove) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Minutes(10));
  ASSERT_THAT(world.Facts("csirt.handler", {{"lives_at_risk", "YES"}}), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV1");
  EXPECT_THAT(PagedBy(world),
              UnorderedElementsAre("people/dop.deputy", "people/dop.iso", "people/eox.scio",
                                   "people/dop.head", "people/csirt.executive", "people/ciso"));
  world.Advance(absl::Minutes(16));
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 1 started", "10: level 4 severity_raised",
                                         "15: level 4 repeat"));
}

TEST(EscalationTest, AfterAnOutageOnePageStandsForAllThatFellDue) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  world.Jump(absl::Minutes(125));  // due: 30, 60, 90, 120
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 started", "125: level 4 climb"));
  const auto found = std::find_if(world.fresh().begin(), world.fresh().end(),
                                  [](const auto& event) { return event.has_chain_paged(); });
  ASSERT_NE(found, world.fresh().end());
  const record::v1::Event& page = *found;
  EXPECT_EQ(page.chain_paged().collapsed(), 3);
  // Nobody on the way is left out.
  EXPECT_THAT(page.chain_paged().people(), Contains("people/eox.scio"));
  EXPECT_THAT(page.chain_paged().people(), Contains("people/csirt.executive"));
  EXPECT_TRUE(core::ToTimelineEntry(world.policy(), world.state(), page).late());
  // The rhythm goes on as if nothing had happened.
  world.Advance(absl::Minutes(151));
  EXPECT_THAT(world.Pages().back(), "150: level 4 repeat");
}

TEST(EscalationTest, WhenNobodyPagedCanBeReachedTheNextLevelIsPagedAtOnce) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.PageFailed("dop.contact"), IsOk());
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 1 started", "0: level 2 unreachable"));
}

TEST(EscalationTest, ALevelThatNobodyHoldsIsPassedAtOnce) {
  v1::Directory directory = DemoDirectory();
  auto* held = directory.mutable_role_assignments();
  held->erase(std::remove_if(held->begin(), held->end(),
                             [](const auto& item) {
                               return item.scope() == "entities/dop" && item.role() == "PC";
                             }),
              held->end());
  CoreWorld world(ShippedPolicy(), directory);
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(world.Pages(), ElementsAre("0: level 2 unreachable"));
}

TEST(EscalationTest, APersonMayPageTheNextLevelOrGivenRolesWithAReason) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  v1::EscalateIncidentRequest silent;
  EXPECT_THAT(world.Act("dop.clerk", silent), RefusedBecause("FIELD_INVALID", "reason"));
  ASSERT_THAT(world.Escalate("dop.clerk"), IsOk());
  EXPECT_EQ(world.Pages().back(), "0: level 2 requested");
  ASSERT_THAT(world.Escalate("dop.clerk", {"CCIO"}), IsOk());
  EXPECT_EQ(world.fresh().front().roles_paged().people(0), "people/ccio");
  EXPECT_THAT(world.Escalate("dop.clerk", {"KING"}), RefusedBecause("FIELD_INVALID", "KING"));
  EXPECT_THAT(world.Escalate("dop.clerk", {"GCLC"}),
              RefusedBecause("NOBODY_HOLDS_ROLE", "Chief Legal Counsel"));
}

TEST(EscalationTest, EndsWithTheIncident) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  world.Resolve();
  EXPECT_EQ(core::FindChain(world.state(), "entities/dop")->state(),
            v1::EscalationChain::STATE_CLEARED);
  const size_t pages = world.Pages().size();
  world.Advance(absl::Hours(23));
  EXPECT_EQ(world.Pages().size(), pages);
}

TEST(EscalationTest, AnExhaustedLadderRaisesAnAlarm) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  world.Advance(absl::Minutes(180));
  ASSERT_EQ(world.Pages().back(), "180: level 4 exhausted");
  bool alarmed = false;
  for (const auto& draft : world.notices()) {
    alarmed |=
        draft.notice.kind() == v1::Notice::KIND_ALARM && draft.target == "people/csirt.executive";
  }
  EXPECT_TRUE(alarmed);
}

TEST(EscalationTest, ASecondPressOfTheButtonIsNoSecondEvent) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  ASSERT_THAT(world.Ack("dop.iso"), IsOk());
  ASSERT_THAT(world.Ack("dop.iso"), IsOk());
  EXPECT_THAT(world.fresh(), IsEmpty());
}

}  // namespace
}  // namespace belfry::testing
