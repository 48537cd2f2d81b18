// What somebody may do here, now, as lists.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/access.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() { EXPECT_THAT(world_.Open("dop.clerk"), IsOk()); }

  CoreWorld world_;
};

core::Caller CallerFor(const CoreWorld& world, const std::string& who) {
  core::Caller caller;
  caller.actor.set_principal(absl::StrCat("people/", who));
  if (const auto* person = world.directory().FindPerson(caller.actor.principal())) {
    caller.entity = person->entity();
  }
  return caller;
}

// The list is what RequireAct() says, act by act, for everybody there is.
TEST_F(AccessTest, AllowedActsAreThoseThatAreNotRefused) {
  for (const v1::Person& person : world_.directory().proto().people()) {
    const core::Caller caller = CallerFor(world_, person.name().substr(sizeof("people/") - 1));
    const std::vector<std::string> allowed =
        core::AllowedActs(world_.context(), caller, world_.state());
    for (const auto& permission : world_.policy().proto().permissions()) {
      const bool listed =
          std::find(allowed.begin(), allowed.end(), permission.act()) != allowed.end();
      EXPECT_EQ(listed,
                core::RequireAct(world_.context(), caller, world_.state(), permission.act()).ok())
          << person.name() << " " << permission.act();
    }
  }
}

TEST_F(AccessTest, AllowedActsFollowTheRolesAndTheirReach) {
  const auto here = [&](const std::string& who) {
    return core::AllowedActs(world_.context(), CallerFor(world_, who), world_.state());
  };
  const auto anywhere = [&](const std::string& who) {
    return core::AllowedActsAnywhere(world_.policy(), world_.directory(), CallerFor(world_, who));
  };
  EXPECT_THAT(here("dop.clerk"), Not(Contains("SUBMIT_FOLLOWUP")));
  EXPECT_THAT(here("dop.contact"), IsSupersetOf({"NOTE", "SUBMIT_FOLLOWUP"}));
  // The same office of another agency: somewhere, but not here.
  EXPECT_THAT(here("bor.contact"), Not(Contains("SUBMIT_FOLLOWUP")));
  EXPECT_THAT(anywhere("bor.contact"), Contains("SUBMIT_FOLLOWUP"));
  EXPECT_THAT(anywhere("dop.clerk"), Not(Contains("SUBMIT_FOLLOWUP")));
  core::Caller siem;
  siem.system = true;
  siem.entity = "entities/dop";
  siem.actor.set_principal("systems/siem.dop");
  EXPECT_THAT(core::AllowedActs(world_.context(), siem, world_.state()), Contains("RECORD_FACTS"));
  siem.entity = "entities/bor";
  EXPECT_THAT(core::AllowedActs(world_.context(), siem, world_.state()), IsEmpty());
}

}  // namespace
}  // namespace belfry::testing
