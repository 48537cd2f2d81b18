// Policy packs: both shipped ones run, and a changed text changes what happens. bad_packs_test.cc
// has those that are refused.
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
