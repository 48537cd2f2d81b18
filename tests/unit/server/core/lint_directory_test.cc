// A pack against a directory: what it leaves to nobody.
#include "server/core/policy/lint_directory.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"

namespace belfry::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";

// Every role of the shipped pack held once wherever it is needed, by people who can be reached.
v1::Directory FullDirectory() {
  v1::Directory directory;
  directory.add_secretariats()->set_name("secretariats/eox");
  const auto add_entity = [&](const std::string& id, v1::Entity::Kind kind) {
    v1::Entity* entity = directory.add_entities();
    entity->set_name("entities/" + id);
    entity->set_secretariat(kind == v1::Entity::KIND_AGENCY ? "secretariats/eox" : "");
    entity->set_binding(v1::Entity::BINDING_MANDATORY);
    entity->set_kind(kind);
  };
  add_entity("dop", v1::Entity::KIND_AGENCY);
  add_entity("dor", v1::Entity::KIND_AGENCY);
  add_entity("host", v1::Entity::KIND_THIRD_PARTY_COMPANY);
  v1::Person* person = directory.add_people();
  person->set_name("people/everybody");
  person->add_contacts()->set_platform("console");
  person->mutable_contacts(0)->set_address("@everybody");
  const auto pack = ShippedPolicy();
  for (const policy::v1::Role& role : pack->proto().roles()) {
    std::vector<std::string> scopes = {""};
    if (role.scope() == policy::v1::Role::SCOPE_SECRETARIAT) scopes = {"secretariats/eox"};
    if (role.scope() == policy::v1::Role::SCOPE_ENTITY) scopes = {"entities/dop", "entities/dor"};
    if (role.code() == "TP") scopes = {"entities/host"};
    for (const std::string& scope : scopes) {
      v1::RoleAssignment* held = directory.add_role_assignments();
      held->set_person(person->name());
      held->set_role(role.code());
      held->set_scope(scope);
    }
  }
  return directory;
}

void Unassign(v1::Directory& directory, const std::string& role, const std::string& scope) {
  auto& held = *directory.mutable_role_assignments();
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const v1::RoleAssignment& one) {
                              return one.role() == role && one.scope() == scope;
                            }),
             held.end());
}

std::vector<core::Finding> Lint(const v1::Directory& directory) {
  return core::LintDirectory(ShippedPolicy()->proto(), directory);
}

// A warning at a path that ends so and says all this.
auto Warns(const std::string& path, const std::string& says, const std::string& also = "") {
  return AllOf(Field(&core::Finding::warning, true), Field(&core::Finding::path, EndsWith(path)),
               Field(&core::Finding::message, AllOf(HasSubstr(says), HasSubstr(also))));
}

// The path of an item of the shipped pack.
template <typename Items>
std::string PathOf(const std::string& list, const Items& items, const std::string& code) {
  for (int i = 0; i < items.size(); ++i) {
    if (items.Get(i).code() == code) return absl::StrCat(list, "[", i, "]");
  }
  return "none";
}
std::string RoleAt(const std::string& code) {
  return PathOf("roles", ShippedPolicy()->proto().roles(), code);
}
std::string DutyAt(const std::string& code) {
  return PathOf("obligations", ShippedPolicy()->proto().obligations(), code);
}

TEST(LintDirectoryTest, AFullDirectoryLeavesNothingToNobody) {
  for (const core::Finding& finding : Lint(FullDirectory())) {
    ADD_FAILURE() << finding.path << ": " << finding.message;
  }
}

TEST(LintDirectoryTest, AGlobalRoleNobodyHolds) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "CISO", "");
  EXPECT_THAT(
      Lint(directory),
      Contains(Warns(RoleAt("CISO"), "nobody holds CISO (Chief Information Security Officer);",
                     "add role_assignments { role: \"CISO\"")));
}

TEST(LintDirectoryTest, AnEntityRoleIsMissedWhereItIsMissing) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "RAO", "entities/dor");
  const auto findings = Lint(directory);
  EXPECT_THAT(findings, Contains(Warns(RoleAt("RAO"), "for entities/dor;")));
  EXPECT_THAT(findings, Not(Contains(Warns("", "entities/dop"))));
}

TEST(LintDirectoryTest, ManyPlacesAreCountedNotListed) {
  v1::Directory directory = FullDirectory();
  for (int i = 10; i < 20; ++i) {
    v1::Entity* entity = directory.add_entities();
    entity->set_name(absl::StrCat("entities/a", i));
    entity->set_secretariat("secretariats/eox");
  }
  EXPECT_THAT(Lint(directory), Contains(Warns(RoleAt("RAO"), "entities/a17 and 2 more;")));
}

TEST(LintDirectoryTest, OnlyWhoMustComplyNeedsTheRoles) {
  v1::Directory directory = FullDirectory();
  v1::Entity* entity = directory.add_entities();
  entity->set_name("entities/town");
  entity->set_binding(v1::Entity::BINDING_VOLUNTARY);
  EXPECT_THAT(Lint(directory), IsEmpty());
  // On the network one is bound.
  entity->set_network_member(true);
  EXPECT_THAT(Lint(directory), Contains(Warns(RoleAt("ISO"), "for entities/town;")));
}

TEST(LintDirectoryTest, ASecretariatRoleIsMissedBySecretariat) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "SCIO", "secretariats/eox");
  EXPECT_THAT(Lint(directory), Contains(Warns(RoleAt("SCIO"), "for secretariats/eox;")));
}

TEST(LintDirectoryTest, OutsideASecretariatTheEntityHasItsOwn) {
  v1::Directory directory = FullDirectory();
  directory.mutable_entities(1)->clear_secretariat();
  EXPECT_THAT(Lint(directory), Contains(Warns(RoleAt("SCIO"), "for entities/dor;")));
}

TEST(LintDirectoryTest, WhatThirdPartiesOweIsTheirs) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "TP", "entities/host");
  const auto findings = Lint(directory);
  EXPECT_THAT(findings, Contains(Warns(RoleAt("TP"), "for entities/host;")));
  EXPECT_THAT(findings, Not(Contains(Warns(RoleAt("TP"), "entities/dop"))));
}

TEST(LintDirectoryTest, SomebodyOnTheLadderWithoutAContact) {
  v1::Directory directory = FullDirectory();
  directory.add_people()->set_name("people/mute");
  v1::RoleAssignment* held = directory.add_role_assignments();
  held->set_person("people/mute");
  held->set_role("PC");
  held->set_scope("entities/dor");
  const auto findings = Lint(directory);
  EXPECT_THAT(findings,
              Contains(Warns("escalation.levels[0].roles[0]",
                             "people/mute is paged as PC (primary contact) of entities/dor",
                             "add contacts { … } to the person")));
  EXPECT_EQ(findings.size(), 1u);  // said once
}

TEST(LintDirectoryTest, TheAlarmOfASilentLadderHasToReachSomebody) {
  v1::Directory directory = FullDirectory();
  directory.add_people()->set_name("people/mute");
  v1::RoleAssignment* held = directory.add_role_assignments();
  held->set_person("people/mute");
  held->set_role("CH");
  EXPECT_THAT(Lint(directory), Contains(Warns("escalation.exhausted_roles[1]", "people/mute")));
  directory = FullDirectory();
  Unassign(directory, "CH", "");
  EXPECT_THAT(Lint(directory), Not(Contains(Warns("", "nobody hears"))));
  Unassign(directory, "CSIRT_X", "");
  EXPECT_THAT(Lint(directory), Contains(Warns("escalation.exhausted_roles",
                                              "nobody hears of a silent ladder", "CSIRT_X, CH")));
}

TEST(LintDirectoryTest, ALevelOfTheLadderWithNobodyOnIt) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "SC", "entities/dor");
  EXPECT_THAT(Lint(directory), Not(Contains(Warns("escalation.levels[1]", ""))));
  Unassign(directory, "ISO", "entities/dor");
  EXPECT_THAT(Lint(directory), Contains(Warns("escalation.levels[1]",
                                              "nobody is on level 2 of the ladder for entities/dor",
                                              "assign one of SC, ISO")));
}

TEST(LintDirectoryTest, RecipientsWithoutAHolder) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "DPR", "");
  const auto findings = Lint(directory);
  EXPECT_THAT(findings, Contains(Warns(".recipient_roles[1]", "the document WRITTEN_NOTICE",
                                       "reaches nobody as DPR (Division of Public Records)")));
  EXPECT_THAT(findings, Contains(Warns(DutyAt("WRITTEN-DPR") + ".recipient_roles[0]",
                                       "what WRITTEN-DPR produces reaches nobody as DPR")));
}

struct Stuck {
  const char* duty;
  std::vector<std::string> roles;  // held by nobody
  const char* lacks;
  const char* scope;
};

std::ostream& operator<<(std::ostream& out, const Stuck& stuck) { return out << stuck.duty; }

class NobodySatisfiesTest : public ::testing::TestWithParam<Stuck> {};

TEST_P(NobodySatisfiesTest, IsSaidWithTheRolesThatAreMissing) {
  v1::Directory directory = FullDirectory();
  for (const std::string& role : GetParam().roles) {
    for (const char* scope : {"", "secretariats/eox", "entities/dop", "entities/dor"}) {
      Unassign(directory, role, scope);
    }
  }
  EXPECT_THAT(
      Lint(directory),
      Contains(Warns(DutyAt(GetParam().duty) + ".satisfied_by",
                     absl::StrCat("nobody could satisfy ", GetParam().duty, GetParam().scope),
                     absl::StrCat("the directory lacks ", GetParam().lacks))));
}

INSTANTIATE_TEST_SUITE_P(
    Ways, NobodySatisfiesTest,
    ::testing::ValuesIn(std::vector<Stuck>{
        {"SCIO-NOTICE", {"SCIO"}, "SCIO", " for entities/dop, entities/dor"},
        {"PI-ASSESS", {"COUNSEL"}, "COUNSEL", " for entities/dop, entities/dor"},
        {"OLC-REFER", {"OLC"}, "OLC", ""},
        {"FUSION", {"CSIRT_X", "ITD_DM", "CSIRT_H"}, "CSIRT_H, CSIRT_X, ITD_DM", ""},
        {"EXEC-DECIDE", {"CSIRT_X"}, "CSIRT_X", ""},
        {"WAN-REMOVE", {"CH"}, "CH", ""},
        {"WAN-SCAN", {"ITD_DM"}, "ITD_DM", ""},
        {"TRIAGE-DONE",
         {"CSIRT_H", "CSIRT_X", "ISO", "PC"},
         "CSIRT_H, CSIRT_X, ISO, PC",
         " for entities/dop, entities/dor"}}),
    [](const auto& test) {
      std::string name = test.param.duty;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(LintDirectoryTest, OneHolderIsEnough) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "CSIRT_H", "");
  EXPECT_THAT(Lint(directory), Not(Contains(Warns(".satisfied_by", "CRIM-ITD"))));
}

TEST(LintDirectoryTest, ADirectoryThatDoesNotFitIsAnError) {
  v1::Directory directory = FullDirectory();
  directory.mutable_role_assignments(0)->set_role("PRESS");
  const auto findings = Lint(directory);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_FALSE(findings[0].warning);
  EXPECT_THAT(findings[0].message, HasSubstr("role_assignments[0].role"));
  EXPECT_THAT(findings[0].message, HasSubstr("\"PRESS\""));
}

// Together with the text the warnings have lines; a pack with errors is not looked at further.
TEST(LintDirectoryTest, WarningsHaveTheLinesOfTheText) {
  v1::Directory directory = FullDirectory();
  Unassign(directory, "CISO", "");
  const auto more = [&](const policy::v1::Policy& pack) {
    return core::LintDirectory(pack, directory);
  };
  const std::string text = ReadSourceFile(kPack);
  const size_t at = text.find("roles { code: \"CISO\"");
  const auto line = std::count(text.begin(), text.begin() + static_cast<long>(at), '\n') + 1;
  EXPECT_THAT(core::CheckPolicyText(text, more),
              Contains(AllOf(Warns(RoleAt("CISO"), "nobody holds CISO"),
                             Field(&core::Finding::line, line))));
  const auto broken = core::CheckPolicyText(text + "\nroles { code: \"NEW\" }", more);
  EXPECT_THAT(broken, Not(Contains(Warns("", "nobody holds CISO"))));
}

// The demonstration has gaps on purpose; it must be judged, not refused.
TEST(LintDirectoryTest, TheDemonstrationFits) {
  const auto findings = Lint(DemoDirectory());
  EXPECT_THAT(findings, Not(IsEmpty()));
  for (const core::Finding& finding : findings) {
    EXPECT_TRUE(finding.warning) << finding.message;
    EXPECT_THAT(finding.message, HasSubstr(";"));
  }
}

}  // namespace
}  // namespace belfry::testing
