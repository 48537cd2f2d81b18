// Who sees what of an incident: third parties, labels, merged secrets, recorded readings.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/reading.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// With a company that hosts something, its contact, and a colleague who holds no office.
v1::Directory WithHost() {
  v1::Directory directory = DemoDirectory();
  v1::Entity* entity = directory.add_entities();
  entity->set_name("entities/hostwell");
  entity->set_title("Hostwell");
  entity->set_kind(v1::Entity::KIND_THIRD_PARTY_COMPANY);
  for (const char* id : {"hostwell.tp", "hostwell.other"}) {
    v1::Person* person = directory.add_people();
    person->set_name(absl::StrCat("people/", id));
    person->set_display_name(id);
    person->set_entity("entities/hostwell");
    v1::Contact* contact = person->add_contacts();
    contact->set_platform("console");
    contact->set_address(absl::StrCat("@", id));
  }
  v1::RoleAssignment* held = directory.add_role_assignments();
  held->set_person("people/hostwell.tp");
  held->set_role("TP");
  held->set_scope("entities/hostwell");
  return directory;
}

core::Caller CallerFor(const CoreWorld& world, const std::string& who) {
  core::Caller caller;
  caller.actor.set_principal(absl::StrCat("people/", who));
  const v1::Person* person = world.directory().FindPerson(caller.actor.principal());
  if (person != nullptr) caller.entity = person->entity();
  return caller;
}

core::View ViewOf(const CoreWorld& world, const std::string& who) {
  return {world.policy(), world.directory(), CallerFor(world, who), world.state()};
}

core::Sight SightOf(const CoreWorld& world, const std::string& who) {
  return ViewOf(world, who).sight();
}

// Every sentence of the record that they may read.
std::string Timeline(const CoreWorld& world, const std::string& who) {
  const core::View view = ViewOf(world, who);
  std::string all;
  for (const record::v1::Event& event : world.events()) {
    if (view.Shows(event)) absl::StrAppend(&all, view.Entry(event).ShortDebugString(), "\n");
  }
  return all;
}

std::vector<std::string> Duties(const CoreWorld& world, const std::string& who) {
  const core::View view = ViewOf(world, who);
  std::vector<std::string> shown;
  for (const auto& row : world.state().obligations()) {
    if (view.Shows(row)) shown.push_back(row.instance());
  }
  return shown;
}

class ThirdPartyTest : public ::testing::Test {
 protected:
  ThirdPartyTest() : world_(ShippedPolicy(), WithHost()) {
    v1::CreateIncidentRequest request;
    request.set_title("Intrusion at the host");
    request.set_summary("SAID BY THE HOST");
    request.set_entity("entities/dop");
    for (const auto& [name, value] : std::vector<std::pair<const char*, const char*>>{
             {"third_party", "YES"}, {"attack_intrusion", "SUSPECTED"}}) {
      v1::Fact* fact = request.add_facts();
      fact->set_name(name);
      fact->set_value(value);
    }
    EXPECT_THAT(world_.Report("hostwell.tp", request), IsOk());
    EXPECT_THAT(world_.Note("csirt.handler", "CANARY of the CSIRT"), IsOk());
    EXPECT_THAT(world_.Facts("csirt.handler", {{"criminal", "SUSPECTED"}}), IsOk());
    v1::RecordDevicesRequest devices;
    devices.add_devices()->set_device("CANARY-pc");
    devices.mutable_devices(0)->set_status(v1::Device::STATUS_INFECTED);
    EXPECT_THAT(world_.Act("dop.contact", devices), IsOk());
  }

  CoreWorld world_;
};

TEST_F(ThirdPartyTest, ReadsWhatItSubmittedAndNothingElse) {
  ASSERT_EQ(SightOf(world_, "hostwell.tp"), core::Sight::kOwnParts);
  const v1::Incident seen = ViewOf(world_, "hostwell.tp").Incident();
  EXPECT_EQ(seen.title(), "Intrusion at the host");
  EXPECT_EQ(seen.summary(), "SAID BY THE HOST");
  ASSERT_EQ(seen.entities_size(), 1);
  EXPECT_EQ(seen.entities(0).entity(), "entities/hostwell");
  std::vector<std::string> facts;
  for (const v1::Fact& fact : seen.facts()) facts.push_back(fact.name());
  EXPECT_THAT(facts, UnorderedElementsAre("third_party", "attack_intrusion"));
  // State, severity, ladder, devices: the government's.
  EXPECT_EQ(seen.state(), "");
  EXPECT_EQ(seen.severity(), "");
  EXPECT_THAT(seen.severity_floors(), IsEmpty());
  EXPECT_THAT(seen.escalations(), IsEmpty());
  EXPECT_THAT(seen.devices(), IsEmpty());
  EXPECT_THAT(seen.ShortDebugString(), Not(HasSubstr("CANARY")));
  EXPECT_THAT(seen.ShortDebugString(), Not(HasSubstr("criminal")));
  EXPECT_THAT(seen.ShortDebugString(), Not(HasSubstr("csirt")));
  // What it said is no longer what is held to be so: then it is another's answer.
  ASSERT_THAT(world_.Facts("csirt.handler", {{"attack_intrusion", "YES"}}), IsOk());
  const v1::Incident later = ViewOf(world_, "hostwell.tp").Incident();
  for (const v1::Fact& fact : later.facts()) EXPECT_NE(fact.name(), "attack_intrusion");
}

TEST_F(ThirdPartyTest, ReadsOfTheRecordWhatItsPeopleWroteAndWhatReachedThem) {
  const std::string seen = Timeline(world_, "hostwell.tp");
  EXPECT_THAT(seen, HasSubstr("INCIDENT_REPORTED"));
  EXPECT_THAT(seen, HasSubstr("third_party is YES"));
  EXPECT_THAT(seen, HasSubstr("TP-REPORT is owed"));
  EXPECT_THAT(seen, Not(HasSubstr("CANARY")));
  EXPECT_THAT(seen, Not(HasSubstr("criminal")));
  EXPECT_THAT(seen, Not(HasSubstr("csirt")));
  // What follows from its report bears its name, and is not its own.
  EXPECT_THAT(seen, Not(HasSubstr("PAGED")));
  EXPECT_THAT(seen, Not(HasSubstr("CRIM-")));
  EXPECT_THAT(seen, Not(HasSubstr("SEVERITY_CHANGED")));
  ASSERT_THAT(world_.Document("hostwell.tp", "TP_ANSWER", {{"answer", "WHAT WE FOUND"}},
                              "entities/hostwell"),
              IsOk());
  EXPECT_THAT(Timeline(world_, "hostwell.tp"), HasSubstr("WHAT WE FOUND"));
}

TEST_F(ThirdPartyTest, IsShownOneOfAnothersNamesInNothingThatReachedIt) {
  v1::EscalateIncidentRequest request;
  request.set_reason("we need you");
  request.add_roles("ISO");
  ASSERT_THAT(world_.Act("csirt.handler", request), IsOk());
  EXPECT_THAT(Timeline(world_, "hostwell.tp"), Not(HasSubstr("we need you")));
  record::v1::Event event = world_.fresh().front();
  ASSERT_TRUE(event.has_roles_paged());
  event.mutable_roles_paged()->add_people("people/hostwell.tp");
  const core::View view = ViewOf(world_, "hostwell.tp");
  ASSERT_TRUE(view.Shows(event));
  EXPECT_THAT(view.Entry(event).text(), HasSubstr("hostwell.tp"));
  EXPECT_THAT(view.Entry(event).ShortDebugString(), Not(HasSubstr("dop.iso")));
  EXPECT_THAT(view.Entry(event).ShortDebugString(), Not(HasSubstr("csirt")));
  // Of its own answer, not what was held to be so before.
  record::v1::Event fact;
  fact.mutable_actor()->set_principal("people/hostwell.tp");
  fact.mutable_fact_recorded()->mutable_fact()->set_name("criminal");
  fact.mutable_fact_recorded()->mutable_fact()->set_value("UNKNOWN");
  fact.mutable_fact_recorded()->set_previous("SUSPECTED");
  EXPECT_EQ(view.Entry(fact).text(), "criminal is UNKNOWN");
}

TEST_F(ThirdPartyTest, SeesTheDutiesThatAskIt) {
  EXPECT_THAT(Duties(world_, "hostwell.tp"), ElementsAre("TP-REPORT"));
  EXPECT_GT(Duties(world_, "dop.contact").size(), 3u);
  const core::View view = ViewOf(world_, "hostwell.tp");
  EXPECT_EQ(view.Incident().open_obligation_count(), 1);
  EXPECT_EQ(view.Incident().next_duty().obligation(), "TP-REPORT");
  const auto asked = view.Explain(world_.now(), "tp-report");
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(asked->ways(), Not(IsEmpty()));
  EXPECT_THAT(asked->reasons(), IsEmpty());
  // Another's duty answers exactly like one that does not exist.
  const auto hidden = view.Explain(world_.now(), "CSIRT-CONTACT");
  EXPECT_THAT(hidden, RefusedBecause("FIELD_INVALID", "there is no duty \"CSIRT-CONTACT\""));
  EXPECT_THAT(ViewOf(world_, "dop.contact").Explain(world_.now(), "CSIRT-CONTACT"), IsOk());
}

TEST_F(ThirdPartyTest, ANoticeToItCarriesNoMore) {
  v1::EscalateIncidentRequest request;
  request.set_reason("answer us");
  request.add_roles("ISO");
  ASSERT_THAT(world_.Act("csirt.handler", request), IsOk());
  record::v1::Event event = world_.fresh().front();
  event.mutable_roles_paged()->add_people("people/hostwell.tp");
  std::set<std::string> targets;
  for (const core::NoticeDraft& draft : core::Notices(world_.context(), world_.state(), {event})) {
    if (draft.notice.kind() != v1::Notice::KIND_PAGE) continue;
    targets.insert(draft.target);
    const bool theirs = draft.target == "people/hostwell.tp";
    EXPECT_EQ(draft.notice.incident().severity().empty(), theirs) << draft.target;
    EXPECT_EQ(draft.notice.incident().title(), "Intrusion at the host");
  }
  EXPECT_THAT(targets, UnorderedElementsAre("people/dop.iso", "people/hostwell.tp"));
  const core::View view = ViewOf(world_, "hostwell.tp");
  EXPECT_TRUE(view.ShowsDeliveryTo("people/hostwell.other"));
  EXPECT_FALSE(view.ShowsDeliveryTo("people/dop.iso"));
  EXPECT_FALSE(view.ShowsDeliveryTo("channels/dop"));
}

TEST_F(ThirdPartyTest, OthersSeeAsMuchAsTheirOfficeShows) {
  EXPECT_EQ(SightOf(world_, "hostwell.other"), core::Sight::kNothing);
  EXPECT_EQ(SightOf(world_, "bor.contact"), core::Sight::kNothing);
  EXPECT_EQ(SightOf(world_, "dop.clerk"), core::Sight::kAll);
  EXPECT_EQ(SightOf(world_, "csirt.handler"), core::Sight::kAll);
  EXPECT_EQ(ViewOf(world_, "csirt.handler").Incident().SerializeAsString(),
            core::ToIncident(world_.policy(), world_.state()).SerializeAsString());
  // Of what one sees nothing of, the name that one typed.
  const v1::Incident unseen = ViewOf(world_, "bor.contact").Incident();
  v1::Incident name;
  name.set_name("incidents/DOP-2026-0001");
  EXPECT_EQ(unseen.SerializeAsString(), name.SerializeAsString());
  EXPECT_THAT(Duties(world_, "bor.contact"), IsEmpty());
  EXPECT_EQ(Timeline(world_, "bor.contact"), "");
}

TEST_F(ThirdPartyTest, WhatItDidNotReportIsNotCalledByItsTitle) {
  CoreWorld world(ShippedPolicy(), WithHost());
  v1::CreateIncidentRequest request;
  request.set_title("CANARY of the agency");
  request.set_entity("entities/dop");
  v1::IncidentEntity* host = request.add_other_entities();
  host->set_entity("entities/hostwell");
  host->set_relation(v1::IncidentEntity::RELATION_THIRD_PARTY);
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  ASSERT_EQ(SightOf(world, "hostwell.tp"), core::Sight::kOwnParts);
  EXPECT_THAT(ViewOf(world, "hostwell.tp").Incident().ShortDebugString(), Not(HasSubstr("CANARY")));
  EXPECT_THAT(Timeline(world, "hostwell.tp"), Not(HasSubstr("CANARY")));
  EXPECT_THAT(Timeline(world, "hostwell.tp"), HasSubstr("hostwell is THIRD_PARTY"));
}

// ---- Labels ----

TEST(LabelTest, EveryLineOfAThreadCarriesTheLabelOfTheIncident) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Note("dop.iso", "seen"), IsOk());
  int lines = 0;
  for (const core::NoticeDraft& draft : world.notices()) {
    if (draft.notice.kind() != v1::Notice::KIND_LOG) continue;
    ++lines;
    EXPECT_EQ(draft.notice.incident().tlp(), "TLP:AMBER+STRICT");
  }
  EXPECT_GT(lines, 0);
}

absl::Status Advise(CoreWorld& world, const std::string& tlp) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {"outcome", "SENT"}, {"threat", "a worm"}, {"advice", "patch"}};
  if (!tlp.empty()) fields.emplace_back("tlp", tlp);
  return world.Document("csirt.handler", "ADVISORY", fields);
}

TEST(LabelTest, WhatIsForNamedReadersBelongsIntoARestrictedIncident) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  for (const char* red : {"TLP:RED", "RED", "tlp:red "}) {
    EXPECT_THAT(Advise(world, red), RefusedBecause("FIELD_INVALID", "tlp")) << red;
  }
  EXPECT_THAT(Advise(world, "TLP:AMBER"), IsOk());
  EXPECT_THAT(Advise(world, ""), IsOk());
}

TEST(LabelTest, ARestrictedIncidentSendsToAListOnlyWhatIsLabelledForIt) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Threats");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  request.add_readers("people/csirt.handler");
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  EXPECT_THAT(Advise(world, ""), RefusedBecause("FIELD_INVALID", "goes to no list"));
  EXPECT_THAT(Advise(world, "TLP:RED"), RefusedBecause("FIELD_INVALID", "goes to no list"));
  EXPECT_THAT(Advise(world, "TLP:GREEN"), IsOk());
}

// ---- Merged secrets ----

std::shared_ptr<const record::v1::IncidentState> Reported(bool restricted,
                                                          const std::vector<std::string>& subjects,
                                                          const std::vector<std::string>& readers) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("The other one");
  request.set_entity("entities/dop");
  request.set_restricted(restricted);
  for (const std::string& person : subjects) request.add_subjects(person);
  for (const std::string& person : readers) request.add_readers(person);
  EXPECT_THAT(world.Report("dop.iso", request), IsOk());
  auto state = std::make_shared<record::v1::IncidentState>(world.state());
  state->set_id("DOP-2026-0002");
  return state;
}

TEST(MergeTest, TakesOverWhomItIsAboutAndWhoMayRead) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_EQ(world.state().tlp(), "TLP:AMBER+STRICT");
  ASSERT_THAT(world.Act("system",
                        core::Absorb{Reported(true, {"people/dop.contact"}, {"people/dop.head"})}),
              IsOk());
  EXPECT_TRUE(world.state().restricted());
  EXPECT_EQ(world.state().tlp(), "TLP:RED");
  EXPECT_THAT(world.state().subjects(), ElementsAre("people/dop.contact"));
  EXPECT_THAT(world.state().readers(), Contains("people/dop.head"));
  EXPECT_EQ(SightOf(world, "dop.contact"), core::Sight::kNothing);
  EXPECT_EQ(SightOf(world, "dop.head"), core::Sight::kAll);
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(MergeTest, AnOpenOneKeepsARestrictedTargetAsItIs) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Threats");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  request.add_subjects("people/dop.deputy");
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  auto from = std::make_shared<record::v1::IncidentState>(*Reported(false, {}, {}));
  from->clear_told_people();
  from->add_told_people("people/bor.contact");
  from->add_told_people("people/dop.deputy");
  ASSERT_THAT(world.Act("system", core::Absorb{from}), IsOk());
  EXPECT_TRUE(world.state().restricted());
  EXPECT_EQ(world.state().tlp(), "TLP:RED");
  EXPECT_EQ(SightOf(world, "bor.contact"), core::Sight::kNothing);
  EXPECT_THAT(world.state().told_people(), Not(Contains("people/dop.deputy")));
}

TEST(MergeTest, ASubjectIsToldNothingEvenIfToldBefore) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "CAT-13"), IsOk());
  ASSERT_THAT(world.state().told_people(), Contains("people/dop.contact"));
  ASSERT_THAT(world.Act("system", core::Absorb{Reported(false, {"people/dop.contact"}, {})}),
              IsOk());
  EXPECT_THAT(world.state().told_people(), Not(Contains("people/dop.contact")));
  ASSERT_THAT(world.Facts("csirt.handler", {{"verdict", "FALSE_POSITIVE"},
                                            {"attack_intrusion", "NO"},
                                            {"personal_information", "NONE"}}),
              IsOk());
  ASSERT_THAT(world.Verb("csirt.handler", "dismiss", "a test"), IsOk());
  bool told_others = false;
  for (const core::NoticeDraft& draft : world.notices()) {
    EXPECT_NE(draft.target, "people/dop.contact");
    told_others |= draft.notice.reason() == "TOLD_BEFORE";
  }
  EXPECT_TRUE(told_others);
}

// ---- Recorded readings ----

absl::Status Read(CoreWorld& world, const std::string& who) {
  record::v1::IncidentRead reading;
  reading.set_person(absl::StrCat("people/", who));
  reading.set_what("incident");
  return world.Act("system", reading);
}

TEST(ReadingTest, OfARestrictedIncidentIsRecordedOnceInAWhile) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Threats");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  const record::v1::IncidentState before = world.state();
  ASSERT_THAT(Read(world, "dop.iso"), IsOk());
  ASSERT_EQ(world.fresh().size(), 1u);
  const v1::TimelineEntry entry =
      core::ToTimelineEntry(world.policy(), world.state(), world.fresh().front());
  EXPECT_EQ(entry.kind(), "READ");
  EXPECT_EQ(entry.text(), "dop.iso read it (incident)");
  EXPECT_THAT(world.notices(), IsEmpty());
  // Nothing else is changed by it, so nobody's act is refused for it.
  EXPECT_EQ(core::EtagOf(world.state()), core::EtagOf(before));
  EXPECT_EQ(core::NextDue(world.policy(), world.state()), core::NextDue(world.policy(), before));
  EXPECT_EQ(world.state().update_time().seconds(), before.update_time().seconds());

  world.At(absl::Minutes(9));
  ASSERT_THAT(Read(world, "dop.iso"), IsOk());
  EXPECT_THAT(world.fresh(), IsEmpty());
  EXPECT_FALSE(core::ReadingCounts(world.policy(), world.state(), "people/dop.iso", world.now()));
  ASSERT_THAT(Read(world, "dop.head"), IsOk());
  EXPECT_EQ(world.fresh().size(), 1u);
  world.At(absl::Minutes(10));
  EXPECT_TRUE(core::ReadingCounts(world.policy(), world.state(), "people/dop.iso", world.now()));
  ASSERT_THAT(Read(world, "dop.iso"), IsOk());
  EXPECT_EQ(world.fresh().size(), 1u);
  EXPECT_EQ(world.state().readings_size(), 2);
  ASSERT_THAT(world.Note("dop.iso", "a change"), IsOk());
  EXPECT_NE(core::EtagOf(world.state()), core::EtagOf(before));
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(ReadingTest, OfAnOrdinaryOneIsNobodysBusiness) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Read(world, "dop.iso"), IsOk());
  EXPECT_THAT(world.fresh(), IsEmpty());
}

// Looking is not working: whoever acknowledged and only reads is paged again.
TEST(ReadingTest, DoesNotKeepAnAcknowledgedLadderQuiet) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("Threats");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  ASSERT_THAT(world.Report("dop.clerk", request), IsOk());
  ASSERT_THAT(world.Ack("dop.contact"), IsOk());
  const absl::Time next = core::NextDue(world.policy(), world.state());
  const auto recheck = [&] { return world.state().chains(0).next_time().seconds(); };
  ASSERT_TRUE(world.state().chains(0).has_next_time());
  const int64_t before = recheck();
  world.At(absl::Minutes(1));
  record::v1::IncidentRead reading;
  reading.set_person("people/dop.contact");
  core::Command command;
  command.caller = CallerFor(world, "dop.contact");
  command.caller.internal = true;
  command.act = reading;
  const auto decision = core::Decide(world.context(), &world.state(), command);
  ASSERT_THAT(decision, IsOk());
  ASSERT_EQ(decision->events.size(), 1u);
  EXPECT_EQ(decision->state.chains(0).next_time().seconds(), before);
  EXPECT_EQ(core::NextDue(world.policy(), decision->state), next);
}

}  // namespace
}  // namespace belfry::testing
