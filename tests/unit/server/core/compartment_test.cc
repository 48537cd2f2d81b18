// Who may know: labels, readers, the people an incident is about, broken glass, and conditions of
// permissions.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/tlp.h"
#include "server/core/access.h"
#include "server/core/compartment.h"
#include "server/core/policy/read.h"
#include "server/core/sight.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

core::Caller CallerFor(const CoreWorld& world, const std::string& who) {
  core::Caller caller;
  caller.actor.set_principal(absl::StrCat("people/", who));
  const v1::Person* person = world.directory().FindPerson(caller.actor.principal());
  if (person != nullptr) caller.entity = person->entity();
  return caller;
}

bool Reads(const CoreWorld& world, const std::string& who) {
  return core::SightOf(world.policy(), world.directory(), CallerFor(world, who), world.state()) !=
         core::Sight::kNothing;
}

template <typename Request>
absl::Status About(CoreWorld& world, const std::string& by, const std::string& person) {
  Request request;
  request.set_person(absl::StrCat("people/", person));
  request.set_reason("needed");
  return world.Act(by, request);
}

absl::Status Label(CoreWorld& world, const std::string& by, const std::string& label) {
  v1::ChangeTlpRequest request;
  request.set_tlp(label);
  request.set_reason("needed");
  return world.Act(by, request);
}

absl::Status BreakGlass(CoreWorld& world, const std::string& by) {
  v1::BreakGlassRequest request;
  request.set_reason("nobody answers");
  return world.Act(by, request);
}

std::vector<std::string> Targets(const CoreWorld& world) {
  std::vector<std::string> targets;
  for (const core::NoticeDraft& draft : world.notices()) targets.push_back(draft.target);
  return targets;
}

class CompartmentTest : public ::testing::Test {
 protected:
  void OpenRestricted() {
    v1::CreateIncidentRequest request;
    request.set_title("About somebody");
    request.set_entity("entities/dop");
    request.set_restricted(true);
    request.add_readers("people/dop.iso");
    ASSERT_THAT(world_.Report("dop.clerk", request), IsOk());
  }

  CoreWorld world_;
};

TEST(TlpTest, LabelsAreReadAsPeopleTypeThemAndWrittenAsFirstDoes) {
  EXPECT_EQ(TlpName(*ParseTlp("amber+strict")), "TLP:AMBER+STRICT");
  EXPECT_EQ(TlpName(*ParseTlp(" TLP:white ")), "TLP:CLEAR");
  EXPECT_EQ(ParseTlp("TLP: RED"), std::nullopt);
  EXPECT_EQ(ParseTlp("orange"), std::nullopt);
}

TEST(TlpTest, TheStrictestPartLabelsTheWhole) {
  const std::vector<std::string> order = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT",
                                          "TLP:RED"};
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(StricterTlp(order[i], order[j]), order[std::max(i, j)]);
      EXPECT_EQ(IsStricterThan(order[i], order[j]), i > j);
    }
  }
  EXPECT_EQ(StricterTlp("", "TLP:GREEN"), "TLP:GREEN");
  EXPECT_EQ(StricterTlp("what is this", "TLP:GREEN"), "TLP:RED");
}

TEST_F(CompartmentTest, AReaderIsLetInToldByAPointerAndTakenOutAtOnce) {
  OpenRestricted();
  ASSERT_FALSE(Reads(world_, "cso"));
  ASSERT_THAT(About<v1::NameReaderRequest>(world_, "dop.iso", "cso"), IsOk());
  EXPECT_TRUE(Reads(world_, "cso"));
  ASSERT_THAT(Targets(world_), ::testing::ElementsAre("people/cso"));
  const v1::Notice pointer = world_.notices()[0].notice;
  EXPECT_THAT(pointer.title(), HasSubstr("DOP-2026-0001"));
  EXPECT_THAT(pointer.ShortDebugString(), Not(HasSubstr("About somebody")));
  EXPECT_EQ(pointer.tlp(), "TLP:RED");
  ASSERT_THAT(About<v1::RemoveReaderRequest>(world_, "dop.iso", "cso"), IsOk());
  EXPECT_FALSE(Reads(world_, "cso"));
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(CompartmentTest, WhoWasPagedLosesSightAsWellAndIsPagedNoMore) {
  OpenRestricted();
  ASSERT_TRUE(Reads(world_, "dop.contact"));
  ASSERT_THAT(About<v1::RemoveReaderRequest>(world_, "dop.iso", "dop.contact"), IsOk());
  EXPECT_FALSE(Reads(world_, "dop.contact"));
  world_.Advance(absl::Hours(20));
  for (const record::v1::Event& event : world_.events()) {
    if (FromProto(event.time()) == world_.start()) continue;
    for (const std::string& person : event.chain_paged().people()) {
      EXPECT_NE(person, "people/dop.contact");
    }
    for (const std::string& person : event.reminder_sent().people()) {
      EXPECT_NE(person, "people/dop.contact");
    }
  }
  EXPECT_FALSE(Reads(world_, "dop.contact"));
}

TEST_F(CompartmentTest, SomebodyIsAlwaysLeftWhoKnows) {
  OpenRestricted();
  ASSERT_THAT(About<v1::RemoveReaderRequest>(world_, "dop.iso", "dop.clerk"), IsOk());
  const absl::Status last = About<v1::RemoveReaderRequest>(world_, "dop.iso", "dop.iso");
  EXPECT_EQ(ErrorReason(last), "LAST_READER");
}

TEST_F(CompartmentTest, OnlyThoseNamedNameOthers) {
  OpenRestricted();
  // Paged, so that they read it; holds the office; is not named.
  ASSERT_THAT(world_.Escalate("dop.iso", {"CSIRT_X"}), IsOk());
  ASSERT_TRUE(Reads(world_, "csirt.executive"));
  EXPECT_EQ(ErrorReason(About<v1::NameReaderRequest>(world_, "csirt.executive", "cso")),
            "ROLE_REQUIRED");
  // In an open incident the office is enough.
  CoreWorld open;
  ASSERT_THAT(open.Open("dop.clerk"), IsOk());
  EXPECT_THAT(About<v1::NameReaderRequest>(open, "csirt.executive", "cso"), IsOk());
}

TEST_F(CompartmentTest, WhoeverItIsAboutIsTakenOffEverything) {
  ASSERT_THAT(world_.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world_.Ack("dop.contact"), IsOk());
  ASSERT_EQ(world_.state().chains(0).acknowledged_by(), "people/dop.contact");
  ASSERT_TRUE(Reads(world_, "dop.contact"));
  ASSERT_THAT(About<v1::NameSubjectRequest>(world_, "dop.iso", "dop.contact"), IsOk());
  EXPECT_FALSE(Reads(world_, "dop.contact"));
  EXPECT_THAT(Targets(world_), Not(Contains("people/dop.contact")));
  // That they have it is no answer: others are paged.
  EXPECT_EQ(world_.state().chains(0).state(), v1::EscalationChain::STATE_NOTIFIED);
  EXPECT_THAT(world_.state().chains(0).current_people(), Not(Contains("people/dop.contact")));
  EXPECT_THAT(world_.state().chains(0).current_people(), Not(IsEmpty()));
  EXPECT_EQ(ErrorReason(About<v1::NameReaderRequest>(world_, "dop.iso", "dop.contact")),
            "FIELD_INVALID");
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(CompartmentTest, RedClosesAnIncidentAndTakesBackWhatStandsInChannels) {
  ASSERT_THAT(world_.Open("dop.clerk"), IsOk());
  ASSERT_TRUE(Reads(world_, "cso"));
  ASSERT_THAT(Label(world_, "dop.iso", "red"), IsOk());
  EXPECT_TRUE(world_.state().restricted());
  EXPECT_EQ(world_.state().tlp(), "TLP:RED");
  EXPECT_FALSE(Reads(world_, "cso"));
  EXPECT_TRUE(Reads(world_, "dop.iso"));  // who closed it
  const auto notices = world_.notices();
  ASSERT_THAT(Targets(world_), Contains("channels/dop-incidents"));
  for (const core::NoticeDraft& draft : notices) {
    EXPECT_EQ(draft.notice.kind(), v1::Notice::KIND_HEADLINE) << draft.target;
    EXPECT_THAT(draft.notice.ShortDebugString(), Not(HasSubstr("Something is wrong")));
  }
  ASSERT_THAT(world_.Note("dop.iso", "a word"), IsOk());
  EXPECT_THAT(Targets(world_), IsEmpty());
  // Opened again by those who may.
  EXPECT_EQ(ErrorReason(Label(world_, "dop.iso", "amber")), "ROLE_REQUIRED");
  ASSERT_THAT(About<v1::NameReaderRequest>(world_, "dop.iso", "csirt.executive"), IsOk());
  ASSERT_THAT(Label(world_, "csirt.executive", "amber"), IsOk());
  EXPECT_FALSE(world_.state().restricted());
  EXPECT_TRUE(Reads(world_, "cso"));
}

TEST_F(CompartmentTest, WhatItsCategoryClosesNoLabelOpens) {
  ASSERT_THAT(world_.Open("dop.clerk", "CAT-03"), IsOk());
  v1::CreateIncidentRequest none;
  ASSERT_TRUE(world_.state().restricted());
  // The reporter and whoever is named; the executive is named by one of them.
  ASSERT_THAT(world_.Escalate("dop.clerk", {"ISO"}), IsOk());
  ASSERT_EQ(ErrorReason(Label(world_, "csirt.executive", "amber")), "ROLE_REQUIRED");
}

TEST_F(CompartmentTest, ARedNoteNeedsNamedReaders) {
  ASSERT_THAT(world_.Open("dop.clerk"), IsOk());
  v1::AddNoteRequest note;
  note.set_text("a name");
  note.set_tlp("red");
  EXPECT_EQ(ErrorReason(world_.Act("dop.clerk", note)), "FIELD_INVALID");
  note.set_tlp("green");
  ASSERT_THAT(world_.Act("dop.clerk", note), IsOk());
  // The incident is stricter than its note.
  for (const core::NoticeDraft& draft : world_.notices()) {
    EXPECT_EQ(draft.notice.tlp(), "TLP:AMBER+STRICT");
  }
}

TEST_F(CompartmentTest, GlassIsBrokenForAWhileAndEverybodyNamedHearsOfIt) {
  OpenRestricted();
  ASSERT_FALSE(Reads(world_, "ciso"));
  ASSERT_TRUE(core::MayBreakGlass(world_.context(), CallerFor(world_, "ciso"), world_.state()));
  ASSERT_THAT(BreakGlass(world_, "ciso"), IsOk());
  EXPECT_TRUE(Reads(world_, "ciso"));
  EXPECT_THAT(Targets(world_),
              ::testing::UnorderedElementsAre("people/dop.iso", "people/dop.clerk"));
  for (const core::NoticeDraft& draft : world_.notices()) {
    EXPECT_EQ(draft.notice.kind(), v1::Notice::KIND_ALARM);
    EXPECT_THAT(draft.notice.text(), HasSubstr("ciso"));
    EXPECT_THAT(draft.notice.text(), Not(HasSubstr("nobody answers")));  // why stays inside
  }
  // Reading is all that it gives: it makes no readers.
  EXPECT_EQ(ErrorReason(About<v1::NameReaderRequest>(world_, "ciso", "ciso")), "ROLE_REQUIRED");
  // The CISO is called upon when ITD's own duties are late; the duty manager never is.
  ASSERT_THAT(BreakGlass(world_, "itd.duty"), IsOk());
  world_.Advance(absl::Minutes(59));
  EXPECT_TRUE(Reads(world_, "itd.duty"));
  world_.Advance(absl::Minutes(61));
  EXPECT_FALSE(Reads(world_, "itd.duty"));
  EXPECT_THAT(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(CompartmentTest, GlassIsNotForSubjectsNorForThoseWhoWereRemoved) {
  OpenRestricted();
  EXPECT_FALSE(core::MayBreakGlass(world_.context(), CallerFor(world_, "cso"), world_.state()));
  ASSERT_THAT(About<v1::NameSubjectRequest>(world_, "dop.iso", "ciso"), IsOk());
  EXPECT_FALSE(core::MayBreakGlass(world_.context(), CallerFor(world_, "ciso"), world_.state()));
  EXPECT_EQ(ErrorReason(BreakGlass(world_, "dop.iso")), "ALREADY_READABLE");
}

TEST_F(CompartmentTest, NobodyLeadsARestrictedIncidentWhoIsNotNamed) {
  OpenRestricted();
  v1::UpdateIncidentRequest update;
  update.mutable_incident()->set_lead("people/cso");
  update.mutable_update_mask()->add_paths("lead");
  // Paged, and may change details; letting somebody in is another right.
  EXPECT_EQ(ErrorReason(world_.Act("dop.contact", update)), "ROLE_REQUIRED");
  EXPECT_THAT(world_.Act("dop.iso", update), IsOk());
  EXPECT_TRUE(Reads(world_, "cso"));
}

// Conditions of a permission: how far the role is held, in which states, not of restricted ones.
TEST(PermissionTest, ConditionsNarrowWhatARoleMayDo) {
  const auto pack = [](const std::string& condition) {
    const std::string text =
        absl::StrReplaceAll(ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"),
                            {{"permissions { act: \"UPDATE_DETAILS\"",
                              absl::StrCat("permissions { act: \"UPDATE_DETAILS\" ", condition)}});
    auto index = core::PolicyIndex::Create(*core::ReadPolicy(text));
    EXPECT_TRUE(index.ok()) << index.status();
    return *std::move(index);
  };
  const auto may = [&](const std::string& condition, const std::string& who, bool restricted) {
    CoreWorld world(pack(condition), DemoDirectory());
    v1::CreateIncidentRequest request;
    request.set_title("x");
    request.set_entity("entities/dop");
    request.set_restricted(restricted);
    request.add_readers("people/dop.iso");
    EXPECT_THAT(world.Report("dop.clerk", request), IsOk());
    return core::RequireAct(world.context(), CallerFor(world, who), world.state(),
                            "UPDATE_DETAILS");
  };
  EXPECT_THAT(may("", "dop.iso", false), IsOk());
  EXPECT_EQ(ErrorReason(may("scope: SCOPE_GLOBAL", "dop.iso", false)), "ROLE_REQUIRED");
  EXPECT_THAT(may("scope: SCOPE_GLOBAL", "csirt.handler", false), IsOk());
  EXPECT_EQ(ErrorReason(may("scope: SCOPE_ENTITY", "csirt.handler", false)), "ROLE_REQUIRED");
  EXPECT_EQ(ErrorReason(may("states: \"DECLARED\"", "dop.iso", false)), "ACT_CLOSED");
  EXPECT_EQ(ErrorReason(may("closed_states: \"REPORTED\"", "dop.iso", false)), "ACT_CLOSED");
  EXPECT_THAT(may("closed_states: \"CLOSED\"", "dop.iso", false), IsOk());
  EXPECT_EQ(ErrorReason(may("restricted: RESTRICTED_NEVER", "dop.iso", true)), "ROLE_REQUIRED");
  EXPECT_THAT(may("restricted: RESTRICTED_NEVER", "dop.iso", false), IsOk());
  EXPECT_THAT(may("restricted: RESTRICTED_NAMED", "dop.iso", true), IsOk());
  EXPECT_EQ(ErrorReason(may("restricted: RESTRICTED_NAMED", "dop.contact", true)), "ROLE_REQUIRED");
}

// An incident that stays with a pack from before packs could say who reads.
TEST(PermissionTest, UnderAnOldPackReadingIsAsItWas) {
  policy::v1::Policy old = *core::ReadPolicy(ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"));
  auto* permissions = old.mutable_permissions();
  permissions->erase(std::remove_if(permissions->begin(), permissions->end(),
                                    [](const auto& one) {
                                      return !one.standings().empty() || one.admins() ||
                                             one.act() == "LIST" || one.act() == "BREAK_GLASS";
                                    }),
                     permissions->end());
  CoreWorld world(core::PolicyIndex::OfKept(std::move(old)), DemoDirectory());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_TRUE(Reads(world, "dop.iso"));
  EXPECT_TRUE(Reads(world, "csirt.handler"));
  EXPECT_FALSE(Reads(world, "bor.iso"));
  EXPECT_THAT(core::RequireActAnywhere(world.policy(), world.directory(),
                                       CallerFor(world, "bor.iso"), "LIST"),
              IsOk());
  EXPECT_FALSE(core::MayBreakGlass(world.context(), CallerFor(world, "ciso"), world.state()));
}

}  // namespace
}  // namespace belfry::testing
