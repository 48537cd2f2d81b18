// The life cycle: every pair of state and verb, the guards, who may do what.
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Goes through every (state, verb) pair, so that the table of the pack is the only thing that can
// allow a transition.
TEST(LifecycleTest, IsDecidedByThePackAlone) {
  const auto policy = ShippedPolicy();
  std::set<std::string> verbs;
  for (const auto& transition : policy->proto().transitions()) verbs.insert(transition.verb());
  int refused = 0;
  for (const auto& state : policy->proto().states()) {
    for (const std::string& verb : verbs) {
      CoreWorld world(policy);
      ASSERT_THAT(world.Open("dop.clerk"), IsOk());
      record::v1::IncidentState there = world.state();
      there.set_state(state.code());
      core::Command command;
      command.caller.actor.set_principal("people/csirt.handler");
      v1::TransitionIncidentRequest request;
      request.set_verb(verb);
      request.set_reason("because");
      command.act = request;
      const auto decision = core::Decide(world.context(), &there, command);
      if (policy->FindTransition(state.code(), verb) == nullptr) {
        EXPECT_THAT(decision, RefusedBecause("TRANSITION_NOT_ALLOWED", verb))
            << state.code() << " " << verb;
        ++refused;
      } else {
        EXPECT_THAT(decision, Not(RefusedBecause("TRANSITION_NOT_ALLOWED", "")))
            << state.code() << " " << verb;
      }
    }
  }
  EXPECT_GT(refused, 50);
}

TEST(LifecycleTest, CannotCloseWhileTheFollowUpIsOwedAndNamesTheClause) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  ASSERT_THAT(world.Ack("csirt.handler"), IsOk());
  ASSERT_THAT(world.Ack("eox.scio"), IsOk());
  ASSERT_THAT(world.Act("eox.scio",
                        [] {
                          v1::SendObligationNoticeRequest request;
                          request.set_obligation("CCIO-CSO-VIA-SCIO");
                          return request;
                        }()),
              IsOk());
  ASSERT_THAT(world.Delivered("CCIO-CSO-VIA-SCIO", "ccio"), IsOk());
  ASSERT_THAT(world.Delivered("CCIO-CSO-VIA-SCIO", "cso"), IsOk());
  world.Resolve();
  ASSERT_THAT(world.Facts("dop.iso", {{"weaknesses_settled", "MITIGATED"},
                                      {"records_reviewed", "YES"},
                                      {"iso_sign_off", "YES"}}),
              IsOk());

  world.SettleAll();

  const absl::Status refused = world.Verb("csirt.handler", "close");
  EXPECT_THAT(refused, RefusedBecause("GUARD_FAILED", "FOLLOWUP-24H is open (POL-5.17)"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("followup DOP-2026-0001"));
  EXPECT_EQ(world.state().state(), "RESOLVED");

  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "close"), IsOk());
  EXPECT_EQ(world.state().state(), "CLOSED");
}

TEST(LifecycleTest, NamesEverythingThatIsMissingAtOnce) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Ticket("commonhelp"), IsOk());
  ASSERT_THAT(world.Verb("csirt.handler", "take"), IsOk());
  const std::string message(world.Verb("csirt.handler", "declare").message());
  for (const char* missing :
       {"category", "verdict", "attack_intrusion", "criminal", "personal_information",
        "public_safety", "third_party", "statewide"}) {
    EXPECT_THAT(message, HasSubstr(missing));
  }
}

TEST(LifecycleTest, UnknownIsAnAnswerAndNoAnswerIsNot) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "CAT-14"), IsOk());
  ASSERT_THAT(world.Ticket("commonhelp"), IsOk());
  ASSERT_THAT(world.Verb("csirt.handler", "take"), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler", {{"verdict", "SUSPECTED"},
                                            {"attack_intrusion", "UNKNOWN"},
                                            {"criminal", "UNKNOWN"},
                                            {"personal_information", "UNKNOWN"},
                                            {"public_safety", "UNKNOWN"},
                                            {"third_party", "UNKNOWN"}}),
              IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "declare"),
              RefusedBecause("GUARD_FAILED", "statewide is not answered"));
  ASSERT_THAT(world.Facts("csirt.handler", {{"statewide", "UNKNOWN"}}), IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "declare"), IsOk());
}

TEST(LifecycleTest, TriageWaitsForTheTicket) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "take"),
              RefusedBecause("GUARD_FAILED", "No ticket is linked (POL-5.24)"));
}

TEST(LifecycleTest, RefusesThoseWithoutTheRoleAndSaysWhoMay) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Ticket("commonhelp"), IsOk());
  EXPECT_THAT(world.Verb("dop.contact", "take"), RefusedBecause("ROLE_REQUIRED", "CSIRT_H"));
  // A contact of another agency has no say here, whatever the role.
  EXPECT_THAT(world.FollowUp("dor.contact"), RefusedBecause("ROLE_REQUIRED", "POL-5.17"));
  EXPECT_THAT(world.Ticket("dop.clerk"), RefusedBecause("ROLE_REQUIRED", "CommonHelp"));
}

TEST(LifecycleTest, TheShortPathPassesEveryStateAndRecordsEach) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  world.At(absl::Hours(2));
  world.Resolve();
  std::vector<std::string> states;
  for (const auto& event : world.fresh()) {
    if (event.has_state_changed()) states.push_back(event.state_changed().to());
  }
  EXPECT_THAT(states, ::testing::ElementsAre("CONTAINED", "ERADICATED", "RECOVERING", "RESOLVED"));
  EXPECT_EQ(*core::ClockOf(world.state(), "TS"), world.now());
}

TEST(LifecycleTest, TheShortPathStopsAtTheFirstGuardThatFails) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  world.Respond();
  ASSERT_THAT(world.Facts("csirt.handler", {{"devices_contained", "ALL"}}), IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "resolve"),
              RefusedBecause("GUARD_FAILED", "cause is not recorded"));
  EXPECT_EQ(world.state().state(), "DECLARED");  // all or nothing
}

TEST(LifecycleTest, AnAttackIntrusionIsWatchedFor72HoursBeforeItCloses) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "CAT-13"), IsOk());
  world.Triage();
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  world.Resolve();
  ASSERT_THAT(world.Facts("dop.iso", {{"weaknesses_settled", "MITIGATED"},
                                      {"records_reviewed", "YES"},
                                      {"iso_sign_off", "YES"}}),
              IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "close"), RefusedBecause("GUARD_FAILED", "72 h"));
  world.Advance(absl::Hours(72));
  EXPECT_THAT(world.Verb("csirt.handler", "close"), Not(RefusedBecause("GUARD_FAILED", "72 h")));
}

TEST(LifecycleTest, OnlyTheIsoSignsOff) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(world.Facts("csirt.handler", {{"iso_sign_off", "YES"}}),
              RefusedBecause("ROLE_REQUIRED", "ISO"));
  EXPECT_THAT(world.Facts("dop.iso", {{"iso_sign_off", "YES"}}), IsOk());
}

TEST(LifecycleTest, ADismissalVoidsWhatIsOwedAndTellsEverybodyWhoWasTold) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "CAT-13"), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler", {{"verdict", "FALSE_POSITIVE"},
                                            {"attack_intrusion", "NO"},
                                            {"personal_information", "NONE"}}),
              IsOk());
  EXPECT_THAT(world.Verb("csirt.handler", "dismiss"), RefusedBecause("FIELD_INVALID", "reason"));
  ASSERT_THAT(world.Verb("csirt.handler", "dismiss", "the test file of the scanner"), IsOk());
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), v1::Obligation::STATE_VOID);
  EXPECT_EQ(world.Duty("SCIO-NOTICE"), v1::Obligation::STATE_VOID);
  EXPECT_EQ(world.Duty("TRIAGE-DONE"), v1::Obligation::STATE_SATISFIED);
  std::set<std::string> told;
  for (const auto& draft : world.notices()) {
    if (draft.notice.reason() == "TOLD_BEFORE") told.insert(draft.target);
  }
  EXPECT_THAT(told, Contains("people/eox.scio"));
  EXPECT_THAT(told, Contains("people/dop.contact"));
  EXPECT_EQ(core::NextDue(world.policy(), world.state()), absl::InfiniteFuture());
}

TEST(LifecycleTest, AStaleEtagActsOnNothing) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  v1::TransitionIncidentRequest request;
  request.set_verb("take");
  request.set_etag("1");
  EXPECT_THAT(world.Act("csirt.handler", request), RefusedBecause("ETAG_MISMATCH", "look again"));
}

}  // namespace
}  // namespace belfry::testing
