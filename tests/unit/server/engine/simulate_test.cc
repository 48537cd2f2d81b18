// A simulation says what the policy says, and what the server would then do.
#include "server/engine/simulate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using v1::SimulatePolicyResponse;

engine::Simulation Base(const CoreWorld& world) {
  engine::Simulation simulation;
  simulation.reporter.actor.set_principal("people/dop.clerk");
  simulation.reporter.entity = "entities/dop";
  simulation.report.set_title("Something is wrong");
  simulation.report.set_entity("entities/dop");
  simulation.report.set_severity("SEV3");
  simulation.start = world.start();
  simulation.horizon = absl::Hours(72);
  return simulation;
}

std::vector<std::string> Lines(const SimulatePolicyResponse& response, absl::Time start) {
  std::vector<std::string> lines;
  for (const auto& step : response.steps()) {
    lines.push_back(absl::StrCat(absl::ToInt64Minutes(FromProto(step.entry().time()) - start), " ",
                                 step.entry().text()));
  }
  return lines;
}

const v1::Obligation* Duty(const SimulatePolicyResponse& response, const std::string& instance) {
  for (const v1::Obligation& duty : response.duties()) {
    if (duty.instance() == instance) return &duty;
  }
  return nullptr;
}

TEST(SimulateTest, SaysWhatTheCoreDoesWhenNobodyReacts) {
  CoreWorld world;
  v1::CreateIncidentRequest report = Base(world).report;
  ASSERT_THAT(world.Report("dop.clerk", report), IsOk());
  world.Advance(absl::Hours(72));
  const auto simulated = engine::Simulate(world.policy(), world.directory(), Base(world));
  ASSERT_THAT(simulated, IsOk());
  EXPECT_FALSE(simulated->incomplete());
  EXPECT_EQ(simulated->policy(), world.policy().Name());
  EXPECT_EQ(simulated->state(), world.state().state());
  // Duty for duty what really comes about.
  ASSERT_EQ(simulated->duties_size(), world.state().obligations_size());
  for (int i = 0; i < simulated->duties_size(); ++i) {
    const auto& row = world.state().obligations(i);
    EXPECT_EQ(simulated->duties(i).instance(), row.instance());
    EXPECT_EQ(simulated->duties(i).state(), row.state()) << row.instance();
    EXPECT_EQ(FromProto(simulated->duties(i).due_time()), FromProto(row.due_time()))
        << row.instance();
  }
  EXPECT_EQ(Duty(*simulated, "FOLLOWUP-24H")->state(), v1::Obligation::STATE_OVERDUE);
}

TEST(SimulateTest, SaysWhoIsToldAndWhy) {
  CoreWorld world;
  const auto simulated = engine::Simulate(world.policy(), world.directory(), Base(world));
  ASSERT_THAT(simulated, IsOk());
  const auto paged =
      std::find_if(simulated->steps().begin(), simulated->steps().end(), [](const auto& step) {
        return step.entry().kind() == "PAGED" ||
               std::any_of(step.told().begin(), step.told().end(),
                           [](const auto& told) { return told.kind() == v1::Notice::KIND_PAGE; });
      });
  ASSERT_NE(paged, simulated->steps().end());
  EXPECT_FALSE(paged->entry().clauses().empty());
  std::vector<std::string> targets;
  for (const auto& told : paged->told()) targets.push_back(told.target());
  EXPECT_THAT(targets, Contains(HasSubstr("people/")));
}

TEST(SimulateTest, PeopleWhoReactKeepTheirDutiesInTime) {
  CoreWorld world;
  engine::Simulation simulation = Base(world);
  simulation.people_react = true;
  const auto simulated = engine::Simulate(world.policy(), world.directory(), simulation);
  ASSERT_THAT(simulated, IsOk());
  EXPECT_FALSE(simulated->incomplete());
  EXPECT_EQ(FromProto(simulated->end_time()), simulation.start + simulation.horizon);
  EXPECT_EQ(Duty(*simulated, "FOLLOWUP-24H")->state(), v1::Obligation::STATE_SATISFIED);
  EXPECT_EQ(Duty(*simulated, "E2E-TICKET")->state(), v1::Obligation::STATE_SATISFIED);
  // Where somebody of the level answers, nothing climbs and nobody is paged a second time.
  EXPECT_THAT(Lines(*simulated, simulation.start), Each(Not(HasSubstr("Nobody acknowledged"))));
  engine::Simulation silent = simulation;
  silent.people_react = false;
  EXPECT_THAT(Lines(*engine::Simulate(world.policy(), world.directory(), silent), silent.start),
              Contains(HasSubstr("Nobody acknowledged")));
  // The way that the pack names first: declared, not dismissed; and what is in the way of it.
  const auto triage = std::find_if(simulated->refusals().begin(), simulated->refusals().end(),
                                   [](const auto& one) { return one.instance() == "TRIAGE-DONE"; });
  ASSERT_NE(triage, simulated->refusals().end());
  EXPECT_THAT(triage->message(), HasSubstr("cannot declare yet"));
  // What they cannot do alone is said, with the duty and the refusal.
  for (const auto& refusal : simulated->refusals()) {
    EXPECT_FALSE(refusal.instance().empty());
    EXPECT_FALSE(refusal.message().empty());
  }
}

TEST(SimulateTest, AnotherPackAnotherStory) {
  const auto policy = ShippedPolicy("deploy/policy/county-nist-800-61.textproto");
  CoreWorld world;
  engine::Simulation simulation = Base(world);
  simulation.report.set_severity("HIGH");
  simulation.horizon = absl::Hours(24) * 15;
  const auto simulated = engine::Simulate(*policy, world.directory(), simulation);
  ASSERT_THAT(simulated, IsOk());
  EXPECT_EQ(simulated->state(), "DETECTED");
  ASSERT_NE(Duty(*simulated, "COUNTY-REPORT"), nullptr);
  EXPECT_EQ(FromProto(Duty(*simulated, "COUNTY-REPORT")->due_time()),
            simulation.start + absl::Hours(72));
  EXPECT_EQ(Duty(*simulated, "WEEKLY-STATUS#1")->state(), v1::Obligation::STATE_MISSED);
}

TEST(SimulateTest, RefusesWhatTheReportWouldBeRefusedFor) {
  CoreWorld world;
  engine::Simulation simulation = Base(world);
  simulation.report.set_severity("SEV9");
  EXPECT_THAT(engine::Simulate(world.policy(), world.directory(), simulation),
              RefusedBecause("FIELD_INVALID", "SEV9"));
}

TEST(SimulateTest, EndsWhateverThePackAsksFor) {
  CoreWorld world;
  engine::Simulation simulation = Base(world);
  simulation.report.set_severity("SEV1");
  simulation.horizon = engine::kSimulationHorizonMax;
  // SEV1 pages every five minutes until somebody answers.
  const auto simulated = engine::Simulate(world.policy(), world.directory(), simulation);
  ASSERT_THAT(simulated, IsOk());
  EXPECT_TRUE(simulated->incomplete());
  EXPECT_LE(simulated->steps_size(), engine::kSimulationStepsMax + 100);
}

TEST(SimulateTest, TheSameInputsGiveTheSameAnswer) {
  CoreWorld world;
  engine::Simulation simulation = Base(world);
  simulation.people_react = true;
  const auto first = engine::Simulate(world.policy(), world.directory(), simulation);
  const auto second = engine::Simulate(world.policy(), world.directory(), simulation);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
}

}  // namespace
}  // namespace belfry::testing
