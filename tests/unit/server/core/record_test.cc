// The record: replay, privacy, severity floors, refusals in order.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SeverityTest, FloorsHoldUntilTheirFactIsCorrected) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Facts("dop.contact", {{"attack_intrusion", "SUSPECTED"}}), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV3");
  EXPECT_THAT(world.Severity("csirt.executive", "SEV5"),
              RefusedBecause("SEVERITY_FLOOR", "an attack intrusion is confirmed or suspected"));
  ASSERT_THAT(world.Facts("csirt.handler", {{"attack_intrusion", "NO"}}), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV4");
  EXPECT_THAT(world.Severity("csirt.handler", "SEV5"), RefusedBecause("ROLE_REQUIRED", "CSIRT_X"));
  EXPECT_THAT(world.Severity("csirt.executive", "SEV5"), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV5");
}

TEST(SeverityTest, LoweringNeedsAReasonAndTheRightRole) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(world.Severity("dop.contact", "SEV5"), RefusedBecause("ROLE_REQUIRED", "CSIRT_H"));
  EXPECT_THAT(world.Severity("csirt.handler", "SEV5", ""),
              RefusedBecause("FIELD_INVALID", "reason"));
  EXPECT_THAT(world.Severity("csirt.handler", "HIGH"),
              RefusedBecause("FIELD_INVALID", "SEV1, SEV2, SEV3, SEV4, SEV5"));
  EXPECT_THAT(world.Severity("dop.contact", "SEV2"), IsOk());
}

TEST(SeverityTest, ThreatsAndChildrenAreSevereWhateverElseIsKnown) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Threatening mails");
  request.set_entity("entities/dop");
  auto* category = request.add_categories();
  category->set_category("threat");
  category->add_sub_values("THREAT");
  ASSERT_THAT(world.Report("dop.clerk", request), IsOk());
  EXPECT_EQ(world.state().severity(), "SEV2");
}

TEST(ReportTest, ADescriptionIsEnough) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_summary("The printer prints ransom notes.\nAll of them.");
  ASSERT_THAT(world.Report("dop.clerk", request), IsOk());
  EXPECT_EQ(world.state().title(), "The printer prints ransom notes.…");
  EXPECT_EQ(world.state().entity(), "entities/dop");  // the clerk's own
}

TEST(ReportTest, WrongFieldsAreNamedWithTheRemedy) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  EXPECT_THAT(world.Report("dop.clerk", request), RefusedBecause("FIELD_INVALID", "title"));
  request.set_title(std::string(201, 'x'));
  EXPECT_THAT(world.Report("dop.clerk", request), RefusedBecause("FIELD_INVALID", "at most 200"));
  request.set_title("x\x1b[2J");
  EXPECT_THAT(world.Report("dop.clerk", request), RefusedBecause("FIELD_INVALID", "control"));
  request.set_title("x");
  request.set_entity("entities/nope");
  EXPECT_THAT(world.Report("dop.clerk", request),
              RefusedBecause("FIELD_INVALID", "there is no entities/nope"));
  request.set_entity("entities/dop");
  request.mutable_detect_time()->set_seconds(absl::ToUnixSeconds(world.now()) + 3600);
  EXPECT_THAT(world.Report("dop.clerk", request), RefusedBecause("FIELD_INVALID", "detect_time"));
  request.clear_detect_time();
  request.add_categories()->set_category("CAT-77");
  EXPECT_THAT(world.Report("dop.clerk", request),
              RefusedBecause("FIELD_INVALID", "categories[0].category"));
  request.clear_categories();
  auto* fact = request.add_facts();
  fact->set_name("criminal");
  fact->set_value("MAYBE");
  EXPECT_THAT(world.Report("dop.clerk", request),
              RefusedBecause("FIELD_INVALID", "SUSPECTED, RULED_OUT, UNKNOWN"));
}

TEST(PrivacyTest, NothingOfARestrictedIncidentIsInANotice) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("CANARY threats by a colleague");
  request.set_summary("CANARY summary");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  int notices = 0;
  const auto check = [&] {
    for (const auto& draft : world.notices()) {
      ++notices;
      EXPECT_THAT(draft.notice.SerializeAsString(), Not(HasSubstr("CANARY")));
      EXPECT_THAT(draft.target, Not(HasSubstr("channels/")));
    }
  };
  check();
  ASSERT_THAT(world.Note("dop.iso", "CANARY note"), IsOk());
  check();
  world.Advance(absl::Hours(50));
  check();
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  check();
  EXPECT_GT(notices, 5);
}

TEST(PrivacyTest, OnlyThoseConcernedMayRead) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  const auto may = [&](const char* who) {
    core::Caller caller;
    caller.actor.set_principal(absl::StrCat("people/", who));
    const auto* person = world.directory().FindPerson(caller.actor.principal());
    if (person != nullptr) caller.entity = person->entity();
    return core::MayRead(world.policy(), world.directory(), caller, world.state());
  };
  for (const char* who :
       {"dop.clerk", "dop.contact", "dop.iso", "eox.scio", "csirt.handler", "commonhelp", "ccio"}) {
    EXPECT_TRUE(may(who)) << who;
  }
  for (const char* who : {"bor.contact", "dor.contact", "eoy.scio", "nobody"}) {
    EXPECT_FALSE(may(who)) << who;
  }
}

// Random acts by random people at random times. Whatever they do, folding the record again gives
// the same bytes, deadlines are never lost, and every refusal has a reason.
TEST(ReplayTest, FoldingARandomRecordGivesTheSameBytes) {
  const auto policy = ShippedPolicy();
  const std::vector<std::string> people = {"dop.clerk",       "dop.contact", "dop.deputy",
                                           "dop.iso",         "eox.scio",    "csirt.handler",
                                           "csirt.executive", "commonhelp"};
  const std::vector<std::vector<std::pair<std::string, std::string>>> facts = {
      {{"attack_intrusion", "YES"}},
      {{"attack_intrusion", "NO"}, {"personal_information", "NONE"}},
      {{"personal_information", "CONFIRMED"}, {"residents_affected", "12000"}},
      {{"public_safety", "YES"}},
      {{"verdict", "FALSE_POSITIVE"}},
      {{"verdict", "CONFIRMED"},
       {"criminal", "UNKNOWN"},
       {"public_safety", "NO"},
       {"third_party", "NO"},
       {"statewide", "NO"},
       {"attack_intrusion", "SUSPECTED"},
       {"personal_information", "POSSIBLE"}},
      {{"devices_contained", "ALL"},
       {"cause", "mail"},
       {"weaknesses", "macros"},
       {"devices_clean", "YES"},
       {"services_restored", "YES"}},
      {{"weaknesses_settled", "MITIGATED"}, {"iso_sign_off", "YES"}}};
  int64_t events = 0;
  std::set<std::string> states;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const auto pick = [&](const auto& list) { return list[random() % list.size()]; };
    CoreWorld world(policy);
    ASSERT_THAT(world.Open(pick(people), random() % 2 ? "CAT-13" : ""), IsOk());
    absl::Duration time;
    for (int step = 0; step < 60; ++step) {
      time += absl::Minutes(random() % 180);
      if (random() % 8 == 0) {
        world.Jump(time);
      } else {
        world.Advance(time);
      }
      const std::string who = pick(people);
      absl::Status status;
      switch (random() % 9) {
        case 0:
        case 1:
          // A step that leads out of the present state, most often by somebody who may.
          status = [&] {
            std::vector<std::string> verbs;
            for (const auto& transition : policy->proto().transitions()) {
              const auto& from = transition.from();
              if (std::find(from.begin(), from.end(), world.state().state()) != from.end()) {
                verbs.push_back(transition.verb());
              }
            }
            if (verbs.empty()) return absl::OkStatus();
            return world.Verb(random() % 4 ? "csirt.handler" : who, pick(verbs), "because");
          }();
          break;
        case 2:
        case 3:
          status = world.Facts(random() % 2 ? "dop.iso" : who, pick(facts));
          break;
        case 4:
          status = world.Ack(who);
          break;
        case 5:
          status = world.FollowUp(who);
          break;
        case 6:
          status = world.DailyStatus(who);
          break;
        case 7:
          status = random() % 2
                       ? world.Document("dop.iso", "CISO_COORDINATOR", {{"coordinator", "c"}})
                       : world.Document("csirt.handler", "EVIDENCE_PLAN",
                                        {{"plan", "COLLECT"}, {"steps", "s"}});
          break;
        case 8:
          status = world.Ticket("commonhelp", absl::StrCat(step));
          break;
        default:
          status = world.Severity(who, absl::StrCat("SEV", 1 + random() % 5));
          break;
      }
      if (!status.ok()) {
        ASSERT_NE(ErrorReason(status), "") << status;
      }
      states.insert(world.state().state());
      // What is due lies ahead, or Decide(Tick) would have taken it.
      ASSERT_GE(core::NextDue(world.policy(), world.state()), world.now());
    }
    ASSERT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
    for (const auto& row : world.state().obligations()) {
      // A hard duty is never waived, and a late one never looks punctual.
      ASSERT_NE(row.state(), v1::Obligation::STATE_WAIVED);
      if (row.state() == v1::Obligation::STATE_SATISFIED && row.has_due_time()) {
        ASSERT_LE(FromProto(row.settle_time()), FromProto(row.due_time())) << row.instance();
      }
    }
    events += static_cast<int64_t>(world.events().size());
  }
  EXPECT_GT(events, 2000);
  EXPECT_GE(states.size(), 5u);  // the walk really goes places
}

// Whoever answers a note or puts down what followed from it must not take the clock's work for it.
TEST(RecordTest, AnActKnowsItsOwnEventsFromThoseCaughtUpBeforeIt) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.iso"), IsOk());
  world.At(absl::Hours(5));  // and nobody has ticked
  core::Command command;
  command.caller.actor.set_principal("people/dop.iso");
  command.caller.entity = "entities/dop";
  v1::AddNoteRequest note;
  note.set_text("the server is off the network");
  command.act = note;
  const auto decision = core::Decide(world.context(), &world.state(), command);
  ASSERT_THAT(decision.status(), IsOk());
  ASSERT_GT(decision->caught_up, 0u);
  ASSERT_LT(decision->caught_up, decision->events.size());
  for (size_t i = 0; i < decision->caught_up; ++i) {
    EXPECT_EQ(decision->events[i].actor().principal(), "system");
  }
  EXPECT_TRUE(decision->events[decision->caught_up].has_note_added());
}

}  // namespace
}  // namespace belfry::testing
