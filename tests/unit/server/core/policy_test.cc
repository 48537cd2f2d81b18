// Policy packs: both shipped ones load, and broken ones are refused with the line and the remedy.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kCounty[] = "deploy/policy/county-nist-800-61.textproto";

TEST(PolicyPackTest, TheShippedPacksHaveNoFindings) {
  for (const char* path : {kPack, kCounty}) {
    for (const core::Finding& finding : core::CheckPolicyText(ReadSourceFile(path))) {
      ADD_FAILURE() << path << ":" << finding.line << " " << finding.path << ": "
                    << finding.message;
    }
  }
}

struct Breakage {
  const char* name;
  const char* from;  // in the shipped pack
  const char* to;
  const char* complaint;
};

class BrokenPackTest : public ::testing::TestWithParam<Breakage> {};

TEST_P(BrokenPackTest, IsRefusedWithItsLineAndARemedy) {
  const std::string text = ReadSourceFile(kPack);
  ASSERT_THAT(text, HasSubstr(GetParam().from));
  const std::string broken = absl::StrReplaceAll(text, {{GetParam().from, GetParam().to}});
  const auto policy = core::ReadPolicy(broken);
  ASSERT_FALSE(policy.ok());
  const std::string message(policy.status().message());
  EXPECT_THAT(message, HasSubstr(GetParam().complaint));
  // Where the breakage leaves an item in the text, its line is named.
  EXPECT_THAT(message.substr(0, message.find('\n')), HasSubstr("line "));
}

INSTANTIATE_TEST_SUITE_P(
    Policy, BrokenPackTest,
    ::testing::Values(
        Breakage{"Syntax", "revision: 2", "revision: two", "column"},
        Breakage{"UnknownField", "revision: 2", "revison: 2", "revison"},
        Breakage{"NoRevision", "revision: 2\n", "\n", "counts from 1"},
        Breakage{"NoZone", "America/New_York", "America/Gotham", "no IANA zone"},
        Breakage{"RoleTwice", "code: \"SC\" title", "code: \"PC\" title", "is there twice"},
        Breakage{"NoScope", "title: \"primary contact\" scope: SCOPE_ENTITY",
                 "title: \"primary contact\"", "needs a scope"},
        Breakage{"FloorWithoutSeverity", "code: \"F3\" at_least: \"SEV3\"",
                 "code: \"F3\" at_least: \"SEV9\"", "no severity \"SEV9\""},
        Breakage{"InitialSeverity", "initial_severity: \"SEV4\"", "initial_severity: \"HIGH\"",
                 "no severity \"HIGH\""},
        Breakage{"FactInFloor", "fact { name: \"lives_at_risk\" is: \"YES\" }",
                 "fact { name: \"lives_in_danger\" is: \"YES\" }", "no question"},
        Breakage{"ValueInFloor", "fact { name: \"lives_at_risk\" is: \"YES\" }",
                 "fact { name: \"lives_at_risk\" is: \"MAYBE\" }", "no answer to lives_at_risk"},
        Breakage{"UnreachableState", "to: \"TRIAGE\"", "to: \"REPORTED\"",
                 "no transition leads to TRIAGE"},
        Breakage{"NoWayOut", "states { code: \"CLOSED\" title: \"Closed\" terminal: true",
                 "states { code: \"ARCHIVED\" title: \"Closed\"", "no state \"CLOSED\""},
        Breakage{"VerbTwice", "id: \"L4\" verb: \"dismiss\" from: \"REPORTED\"",
                 "id: \"L4\" verb: \"take\" from: \"REPORTED\"", "one verb, one way"},
        Breakage{"ActWithoutPermission", "permissions { act: \"DECLARE\"",
                 "permissions { act: \"DECLARED\"", "no permission for the act \"DECLARE\""},
        Breakage{"MissingAct", "permissions { act: \"NOTE\"", "permissions { act: \"NOTES\"",
                 "nothing says who may do NOTE"},
        Breakage{"GuardWithoutRemedy", "remedy: \"ticket {incident} number\" clauses: \"POL-5.24\"",
                 "clauses: \"POL-5.24\"", "needs a remedy"},
        Breakage{"LadderGap", "levels { number: 3", "levels { number: 6", "without gaps"},
        Breakage{"NoPace", "paces { severity: \"SEV5\" start_level: 1",
                 "paces { severity: \"SEV4\" start_level: 1", "no pace for SEV5"},
        Breakage{"StartAboveTop", "severity: \"SEV1\" start_level: 4",
                 "severity: \"SEV1\" start_level: 6", "the start not above the top"},
        Breakage{"NoAlarm", "  exhausted_roles: \"CSIRT_X\"\n  exhausted_roles: \"CH\"\n", "",
                 "somebody must hear of a silent ladder"},
        Breakage{"Unsatisfiable", "satisfied_by { document { type: \"FOLLOWUP\" } }", "",
                 "nothing satisfies FOLLOWUP-24H"},
        Breakage{"NoSuchDocument", "satisfied_by { document { type: \"FOLLOWUP\" } }",
                 "satisfied_by { document { type: \"REPORT\" } }", "no document \"REPORT\""},
        Breakage{"NoOwner",
                 "owner_roles: \"SCIO\" accountable_roles: \"ISO\" recipient_roles: \"SCIO\"",
                 "accountable_roles: \"ISO\"", "has no owner"},
        Breakage{"NoClock", "clock: CLOCK_DETECTED due { any { seconds: 3600 } }",
                 "due { any { seconds: 3600 } }", "needs a clock"},
        Breakage{"ZeroSpan", "due { any { seconds: 900 } }", "due { any { seconds: 0 } }",
                 "longer than zero"},
        Breakage{"SpanWithoutSeverity",
                 "    by_severity { severity: \"SEV5\" span { seconds: 86400 } }\n  }\n  "
                 "owner_roles: \"CSIRT_H\"",
                 "  }\n  owner_roles: \"CSIRT_H\"", "says nothing about SEV5"},
        Breakage{"NoSuchReminder", "reminders: \"hard\"", "reminders: \"gentle\"",
                 "no reminder schedule \"gentle\""},
        Breakage{"NoSuchOverdue", "overdue: \"itd\"", "overdue: \"itd2\"",
                 "no overdue schedule \"itd2\""},
        Breakage{"Fraction", "at_fraction: 0.5", "at_fraction: 1.5", "between 0 and 1"},
        Breakage{"Placeholder", "is due in {left}\"", "is due in {leftover}\"", "no placeholder"},
        Breakage{"NoPageNotice", "notices { key: \"PAGE\"", "notices { key: \"PAGES\"",
                 "there is no notice PAGE"}),
    [](const auto& test) { return test.param.name; });

TEST(PolicyPackTest, FindingsNameTheLineOfTheItem) {
  std::string text = ReadSourceFile(kPack);
  const size_t at = text.find("code: \"F3\" at_least: \"SEV3\"");
  ASSERT_NE(at, std::string::npos);
  // The finding is about at_least of that floor; the floor begins on the line before it.
  const int line =
      static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n')) + 1;
  text = absl::StrReplaceAll(
      text, {{"code: \"F3\" at_least: \"SEV3\"", "code: \"F3\" at_least: \"SEV9\""}});
  const auto findings = core::CheckPolicyText(text);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].line, line - 1);
}

// A change of the text changes what happens, with no recompile.
TEST(PolicyPackTest, AChangedNumberTakesEffect) {
  const std::string text = absl::StrReplaceAll(
      ReadSourceFile(kPack),
      {{"clock: CLOCK_DETECTED due { any { seconds: 86400 } }\n  owner_roles: \"PC\" owner_roles: "
        "\"SC\" accountable_roles: \"ISO\" recipient_roles: \"CSIRT_H\"\n  satisfied_by { document "
        "{ type: \"FOLLOWUP\" } }",
        "clock: CLOCK_DETECTED due { any { seconds: 43200 } }\n  owner_roles: \"PC\" owner_roles: "
        "\"SC\" accountable_roles: \"ISO\" recipient_roles: \"CSIRT_H\"\n  satisfied_by { document "
        "{ type: \"FOLLOWUP\" } }"}});
  const auto policy = core::ReadPolicy(text);
  ASSERT_THAT(policy, IsOk());
  CoreWorld world(*core::PolicyIndex::Create(*policy));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(12));
}

// A pack of another shape runs with the same program.
TEST(SecondPackTest, ACountyRunsAfterNistWithoutItd) {
  const auto policy = ShippedPolicy(kCounty);
  v1::Directory directory;
  auto* entity = directory.add_entities();
  entity->set_name("entities/dop");
  entity->set_title("County Roads");
  for (const auto& [person, role] : std::vector<std::pair<std::string, std::string>>{
           {"people/dop.clerk", ""}, {"people/lead", "LEAD"}, {"people/manager", "MANAGER"}}) {
    auto* added = directory.add_people();
    added->set_name(person);
    added->set_entity("entities/dop");
    auto* contact = added->add_contacts();
    contact->set_platform("console");
    contact->set_address(person);
    if (role.empty()) continue;
    auto* held = directory.add_role_assignments();
    held->set_person(person);
    held->set_role(role);
    held->set_scope("entities/dop");
  }
  CoreWorld world(policy, directory);
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_EQ(world.state().state(), "DETECTED");
  EXPECT_EQ(world.DueAfter("COUNTY-REPORT"), absl::Hours(72));
  ASSERT_THAT(world.Verb("lead", "analyze"), IsOk());
  ASSERT_THAT(world.Verb("lead", "contain"), IsOk());
  EXPECT_THAT(world.Verb("lead", "finish"), RefusedBecause("GUARD_FAILED", "COUNTY-REPORT"));
  ASSERT_THAT(world.Document("lead", "REPORT", {{"what", "a virus"}, {"impact", "none"}}), IsOk());
  ASSERT_THAT(world.Verb("lead", "finish"), IsOk());
  EXPECT_EQ(world.state().state(), "POST_INCIDENT");
}

}  // namespace
}  // namespace belfry::testing
