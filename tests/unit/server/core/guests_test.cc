// Chat accounts that are linked to nobody: what they may do, see and hear.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/account_name.h"
#include "server/core/access.h"
#include "server/core/sight.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kGuest[] = "accounts/slack/T1/U9";

core::View ViewOf(const CoreWorld& world, const std::string& principal) {
  static core::Caller caller;
  caller = core::Caller();
  caller.actor.set_principal(principal);
  return {world.policy(), world.directory(), caller, world.state()};
}

v1::CreateIncidentRequest AReport() {
  v1::CreateIncidentRequest request;
  request.set_title("Strange mail");
  request.set_summary("CANARY of the guest");
  request.set_entity("entities/dop");
  return request;
}

TEST(GuestTest, AReportIsTakenAndPagesPeopleOnly) {
  CoreWorld world;
  ASSERT_THAT(world.Report(kGuest, AReport()), IsOk());
  EXPECT_EQ(world.state().reporter(), kGuest);
  bool paged = false;
  for (const core::NoticeDraft& draft : world.notices()) {
    EXPECT_FALSE(IsAccountName(draft.target)) << draft.notice.ShortDebugString();
    paged = paged || draft.notice.kind() == v1::Notice::KIND_PAGE;
  }
  EXPECT_TRUE(paged);
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
  // Life goes on with such a reporter.
  world.Triage();
  world.Respond();
  world.Resolve();
  world.Advance(absl::Hours(24 * 30));
  for (const std::string& told : world.state().told_people()) {
    EXPECT_TRUE(absl::StartsWith(told, "people/")) << told;
  }
}

TEST(GuestTest, SeesThatItsReportArrivedAndNothingElse) {
  CoreWorld world;
  ASSERT_THAT(world.Report(kGuest, AReport()), IsOk());
  // Somebody who, like the guest, belongs to no agency.
  ASSERT_THAT(world.Note("csirt.handler", "CANARY"), IsOk());
  const core::View view = ViewOf(world, kGuest);
  EXPECT_EQ(view.sight(), core::Sight::kOwnReport);
  v1::Incident expected;
  expected.set_name("incidents/DOP-2026-0001");
  expected.set_title("Strange mail");
  expected.set_state("REPORTED");
  expected.set_severity(world.state().severity());
  EXPECT_EQ(view.Incident().SerializeAsString(), expected.SerializeAsString());
  for (const auto& row : world.state().obligations()) EXPECT_FALSE(view.Shows(row));
  for (const auto& event : world.events()) EXPECT_FALSE(view.Shows(event));
  EXPECT_FALSE(view.ShowsDeliveryTo("people/dop.iso"));
  for (const char* other : {"accounts/slack/T1/U8", "accounts/slack/T1", "accounts/"}) {
    EXPECT_EQ(ViewOf(world, other).sight(), core::Sight::kNothing) << other;
  }
}

TEST(GuestTest, OfARestrictedReportItLearnsNoMore) {
  CoreWorld world;
  v1::CreateIncidentRequest request = AReport();
  request.set_restricted(true);
  ASSERT_THAT(world.Report(kGuest, request), IsOk());
  EXPECT_EQ(ViewOf(world, kGuest).sight(), core::Sight::kOwnReport);
}

TEST(GuestTest, MustNameTheAgency) {
  CoreWorld world;
  v1::CreateIncidentRequest request = AReport();
  request.clear_entity();
  EXPECT_THAT(world.Report(kGuest, request), RefusedBecause("FIELD_INVALID", "entity: is needed"));
}

// Names of people in a report could keep it from those who should hear of it, and tell who exists.
TEST(GuestTest, NamesNobody) {
  for (const char* person : {"people/dop.iso", "people/not.there"}) {
    CoreWorld world;
    v1::CreateIncidentRequest request = AReport();
    request.add_subjects(person);
    EXPECT_THAT(world.Report(kGuest, request), RefusedBecause("ACCOUNT_NOT_LINKED", "subjects"));
    request.clear_subjects();
    request.add_readers(person);
    EXPECT_THAT(world.Report(kGuest, request), RefusedBecause("ACCOUNT_NOT_LINKED", "readers"));
  }
  CoreWorld world;
  v1::CreateIncidentRequest request = AReport();
  request.add_other_entities()->set_entity("entities/bor");
  EXPECT_THAT(world.Report(kGuest, request),
              RefusedBecause("ACCOUNT_NOT_LINKED", "other_entities"));
}

TEST(GuestTest, NothingElseIsAllowedWhateverThePackSays) {
  CoreWorld world;
  ASSERT_THAT(world.Report(kGuest, AReport()), IsOk());
  EXPECT_THAT(world.Ack(kGuest), RefusedBecause("ACCOUNT_NOT_LINKED", "link"));
  EXPECT_THAT(world.Escalate(kGuest), RefusedBecause("ACCOUNT_NOT_LINKED", "link"));
  core::Caller guest;
  guest.actor.set_principal(kGuest);
  EXPECT_THAT(core::AllowedActs(world.context(), guest, world.state()),
              ElementsAre("OPEN", "NOTE"));
}

TEST(GuestTest, IsToldToDeleteASecretAndNothingOfTheIncident) {
  CoreWorld world;
  v1::CreateIncidentRequest request = AReport();
  request.set_summary("CANARY, and the password: Sommer2026!");
  ASSERT_THAT(world.Report(kGuest, request), IsOk());
  ASSERT_THAT(world.Note("csirt.handler", "CANARY"), IsOk());
  std::vector<v1::Notice> told;
  for (const core::NoticeDraft& draft :
       core::Notices(world.context(), world.state(), world.events())) {
    if (draft.target == kGuest) told.push_back(draft.notice);
  }
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].reason(), "SECRET_MASKED");
  EXPECT_THAT(told[0].text(), HasSubstr("delete"));
  EXPECT_THAT(told[0].ShortDebugString(), Not(HasSubstr("CANARY")));
  EXPECT_THAT(told[0].incident().escalations(), IsEmpty());
}

TEST(AccountNameTest, HasOneSpelling) {
  for (const AccountName& account : std::vector<AccountName>{
           {"slack", "T1", "U1"}, {"email", "", "a@b.example"}, {"teams", "t/1", "29:x y%2F"}}) {
    const std::string name = FormatAccountName(account);
    const auto read = ParseAccountName(name);
    ASSERT_TRUE(read.has_value()) << name;
    EXPECT_EQ(read->platform, account.platform);
    EXPECT_EQ(read->workspace, account.workspace);
    EXPECT_EQ(read->user_id, account.user_id);
  }
  for (const char* name :
       {"", "accounts/", "accounts/slack/T1", "accounts/slack/T1/U1/x", "accounts/slack/T1/",
        "accounts//T1/U1", "accounts/slack/T1/%55", "accounts/slack/T1/%zz", "people/slack/T1/U1",
        "accounts/slack/T1%0AU1/x", "accounts/slack/T1/a b", "accounts/slack/T1/%2f"}) {
    EXPECT_FALSE(ParseAccountName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace belfry::testing
