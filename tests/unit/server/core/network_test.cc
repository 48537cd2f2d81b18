// Devices, and their removal from the network and return to it (POL-3.5, POL-4.1 to POL-4.5).
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "server/core/cidr.h"
#include "server/core/network.h"
#include "server/core/policy/read.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using core::BlockContains;
using core::NormalCidr;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using v1::Device;

constexpr char kPc[] = "dop.contact";

Device Dev(const std::string& name, Device::Status status, const std::string& subnet = "",
           const std::string& family = "") {
  Device device;
  device.set_device(name);
  device.set_status(status);
  device.set_subnet(subnet);
  device.set_family(family);
  // Restoring asks how; the others take a reason too.
  if (status == Device::STATUS_RESTORED) device.set_reason("rebuilt");
  return device;
}

Device Infected(const std::string& name, const std::string& subnet = "",
                const std::string& family = "") {
  return Dev(name, Device::STATUS_INFECTED, subnet, family);
}
Device Restored(const std::string& name) { return Dev(name, Device::STATUS_RESTORED); }

absl::Status Record(CoreWorld& world, const std::vector<Device>& devices) {
  v1::RecordDevicesRequest request;
  for (const Device& device : devices) *request.add_devices() = device;
  return world.Act(kPc, std::move(request));
}

// pc-9 comes back and infects again.
absl::Status Reinfect(CoreWorld& world, const std::string& subnet = "10.20.5.0/24") {
  return Record(world, {Infected("pc-9", subnet), Restored("pc-9"), Infected("pc-9")});
}

Device::Status StatusOf(const CoreWorld& world, const std::string& name) {
  const Device* device = core::FindDevice(world.state(), "entities/dop", name);
  return device == nullptr ? Device::STATUS_UNSPECIFIED : device->status();
}

v1::RecordDecisionRequest Remove(const std::string& question, const std::string& device,
                                 const std::string& subnet) {
  v1::RecordDecisionRequest request;
  request.set_question(question);
  request.set_answer("REMOVE");
  request.set_reason("it spreads");
  if (!device.empty()) request.add_removal_devices(device);
  if (!subnet.empty()) request.add_removal_subnets(subnet);
  return request;
}

absl::Status Removed(CoreWorld& world, const std::string& who, const std::string& target = "") {
  v1::ConfirmRemovalRequest request;
  if (!target.empty()) request.add_targets(target);
  return world.Act(who, std::move(request));
}

absl::Status Scan(CoreWorld& world, const std::string& subnet) {
  v1::RecordScanRequest request;
  request.mutable_scan()->add_subnets(subnet);
  request.mutable_scan()->set_verdict(v1::Scan::VERDICT_CLEAN);
  request.set_verify(true);
  return world.Act("csirt.handler", std::move(request));
}

absl::Status Lift(CoreWorld& world) { return world.Act("itd.duty", v1::LiftRemovalRequest()); }

std::vector<std::string> Targets(const CoreWorld& world) {
  std::vector<std::string> names;
  const v1::NetworkRemoval& removal = *world.state().removals().rbegin();
  for (const auto& target : removal.targets()) {
    names.push_back(target.entity() + " " +
                    (target.device().empty() ? target.subnet() : target.device()));
  }
  return names;
}

void AddSubnet(v1::Directory& directory, const std::string& cidr, const std::string& entity,
               bool public_safety = false) {
  v1::Subnet* subnet = directory.add_subnets();
  subnet->set_cidr(cidr);
  subnet->set_entity(entity);
  subnet->set_public_safety(public_safety);
}

void AddDevice(v1::Directory& directory, const std::string& name, const std::string& entity,
               const std::string& subnet) {
  v1::RegisteredDevice* device = directory.add_devices();
  device->set_device(name);
  device->set_entity(entity);
  device->set_subnet(subnet);
}

// DECLARED, with everything done that containment asks for except what a test is about.
void Declare(CoreWorld& world) {
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  world.Respond();
  ASSERT_THAT(world.Facts("csirt.handler", {{"devices_contained", "ALL"}}), IsOk());
}

// ---- Blocks ----

TEST(CidrTest, ContainsByAddressNotByText) {
  EXPECT_TRUE(BlockContains("10.20.4.0/23", "10.20.5.0/24"));
  EXPECT_TRUE(BlockContains("10.20.4.0/24", "10.20.4.0/24"));
  EXPECT_TRUE(BlockContains("10.20.4.9/24", "10.20.4.0/24"));
  EXPECT_TRUE(BlockContains("0.0.0.0/0", "10.20.5.0/24"));
  EXPECT_FALSE(BlockContains("10.20.5.0/24", "10.20.4.0/23"));
  EXPECT_FALSE(BlockContains("10.20.4.0/23", "10.20.6.0/24"));
  EXPECT_TRUE(BlockContains("2001:db8::/32", "2001:db8:5::/48"));
  EXPECT_FALSE(BlockContains("2001:db8::/47", "2001:db8:2::/48"));
  EXPECT_FALSE(BlockContains("::/0", "10.20.5.0/24"));
  EXPECT_FALSE(BlockContains("10.20.4.0/23", ""));
}

TEST(CidrTest, IsWrittenInOneWay) {
  EXPECT_EQ(NormalCidr("10.20.4.7/24"), "10.20.4.0/24");
  EXPECT_EQ(NormalCidr("2001:DB8:0::1/32"), "2001:db8::/32");
  EXPECT_EQ(NormalCidr("front office"), "front office");
  EXPECT_FALSE(core::IsCidr("10.20.4.0/33"));
  EXPECT_FALSE(core::IsCidr("2001:db8::/129"));
}

// ---- What a removal takes ----

TEST(RemovalTest, TakesEveryKnownSystemOfTheSubnetWhoeverOwnsIt) {
  v1::Directory directory = DemoDirectory();
  AddDevice(directory, "printer", "entities/dor", "10.20.5.0/24");
  AddDevice(directory, "elsewhere", "entities/dor", "10.20.6.0/24");
  CoreWorld world(ShippedPolicy(), std::move(directory));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  v1::AddEntityRequest bor;
  bor.mutable_entity()->set_entity("entities/bor");
  bor.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  ASSERT_THAT(world.Act("dop.iso", bor), IsOk());
  Device theirs = Dev("pc-9", Device::STATUS_SUSPECT, "10.20.5.0/24");
  theirs.set_entity("entities/bor");
  ASSERT_THAT(Record(world, {theirs}), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());

  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());

  EXPECT_THAT(Targets(world),
              UnorderedElementsAre("entities/dop pc-9", "entities/bor pc-9", "entities/dor printer",
                                   "entities/dop 10.20.5.0/24"));
  // Two systems of one name are confirmed one by one.
  EXPECT_THAT(Removed(world, "commonhelp", "pc-9"), RefusedBecause("FIELD_INVALID", "dop/pc-9"));
  ASSERT_THAT(Removed(world, "commonhelp", "bor/pc-9"), IsOk());
  EXPECT_EQ(world.state().removals(0).state(), v1::NetworkRemoval::STATE_DECIDED);
  ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  EXPECT_EQ(world.state().removals(0).state(), v1::NetworkRemoval::STATE_ACTIVE);
}

TEST(RemovalTest, AWiderBlockTakesTheNarrowerOnesAndTheirDevices) {
  v1::Directory directory = DemoDirectory();
  AddSubnet(directory, "10.20.4.128/25", "entities/dor");
  AddDevice(directory, "pc-5", "entities/dop", "10.20.5.0/24");
  AddDevice(directory, "pc-6", "entities/dop", "10.20.6.0/24");
  AddDevice(directory, "v6", "entities/dop", "2001:db8:5::/48");
  CoreWorld world(ShippedPolicy(), std::move(directory));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world, "10.9.9.0/24"), IsOk());

  v1::RecordDecisionRequest act = Remove("REMOVAL_REINFECTION", "", "10.20.4.0/23");
  act.add_removal_subnets("2001:db8::/32");
  ASSERT_THAT(world.Act("commonhelp", act), IsOk());

  EXPECT_THAT(
      Targets(world),
      UnorderedElementsAre("entities/dop pc-5", "entities/dop v6", "entities/dop 10.20.4.0/23",
                           "entities/dor 10.20.4.128/25", "entities/dop 10.20.5.0/24",
                           "entities/dop 2001:db8::/32", "entities/dop 2001:db8:5::/48"));
}

TEST(RemovalTest, WarnsWhenAPartOfAPublicSafetySubnetGoes) {
  v1::Directory directory = DemoDirectory();
  AddSubnet(directory, "10.20.4.0/23", "entities/dop", /*public_safety=*/true);
  CoreWorld world(ShippedPolicy(), std::move(directory));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  EXPECT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")),
              RefusedBecause("PUBLIC_SAFETY_WARNING", "dispatch"));
}

TEST(RemovalTest, NeedsAReinfectionButShowsThePublicSafetyWarningFirst) {
  v1::Directory directory = DemoDirectory();
  AddSubnet(directory, "10.60.1.0/24", "entities/dop", /*public_safety=*/true);
  CoreWorld world(ShippedPolicy(), std::move(directory));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9", "10.60.1.0/24")}), IsOk());
  v1::RecordDecisionRequest act = Remove("REMOVAL_REINFECTION", "pc-9", "");
  EXPECT_THAT(world.Act("commonhelp", act), RefusedBecause("PUBLIC_SAFETY_WARNING", ""));
  act.set_public_safety_acknowledged(true);
  EXPECT_THAT(world.Act("commonhelp", act), RefusedBecause("GUARD_FAILED", "POL-4.2"));
  ASSERT_THAT(Record(world, {Restored("pc-9"), Infected("pc-9")}), IsOk());
  EXPECT_THAT(world.Act("commonhelp", act), IsOk());
}

TEST(RemovalTest, OnlyAgainstACaseItTakesASecondPersonToCarryItOut) {
  v1::Directory directory = DemoDirectory();
  v1::RoleAssignment* both = directory.add_role_assignments();
  both->set_person("people/csirt.executive");
  both->set_role("CH");
  CoreWorld world(ShippedPolicy(), std::move(directory));
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  EXPECT_THAT(Removed(world, "commonhelp"), IsOk());

  world.Advance(absl::Hours(29));
  v1::RecordDecisionRequest confirmed;
  confirmed.set_question("CASE");
  confirmed.set_answer("CONFIRMED");
  confirmed.set_reason("nothing came");
  ASSERT_THAT(world.Act("csirt.executive", confirmed), IsOk());
  ASSERT_THAT(world.Act("csirt.executive", Remove("REMOVAL_CASE", "", "10.20.7.0/24")), IsOk());
  EXPECT_THAT(Removed(world, "csirt.executive"), RefusedBecause("SAME_PERSON", ""));
  EXPECT_THAT(Removed(world, "commonhelp"), IsOk());
}

// ---- The way back ----

TEST(ReturnTest, NeedsAScanNewerThanTheLastInfectionEverFoundThere) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  world.At(absl::Hours(1));
  ASSERT_THAT(Scan(world, "10.20.5.0/24"), IsOk());
  // Found on a machine that is new there, which then is cleaned by hand and moved.
  world.At(absl::Hours(2));
  ASSERT_THAT(Record(world, {Infected("pc-10", "10.20.5.0/24")}), IsOk());
  world.At(absl::Hours(3));
  ASSERT_THAT(Record(world, {Dev("pc-10", Device::STATUS_CLEANED, "10.99.0.0/24")}), IsOk());
  EXPECT_THAT(Lift(world), RefusedBecause("NO_CLEAN_SCAN", ""));

  world.At(absl::Hours(4));
  ASSERT_THAT(Scan(world, "10.20.4.0/23"), IsOk());  // the wider block covers it
  EXPECT_THAT(Lift(world), IsOk());
}

TEST(ReturnTest, CountsWhatAnotherIncidentFoundThere) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  world.At(absl::Hours(1));
  ASSERT_THAT(Scan(world, "10.20.5.0/24"), IsOk());
  EXPECT_THAT(core::RegistersFor(v1::LiftRemovalRequest(), world.state()),
              ElementsAre("DOP-REGISTER"));
  Device elsewhere = Dev("pc-7", Device::STATUS_CLEANED, "10.20.5.0/24");
  elsewhere.set_entity("entities/dop");
  *elsewhere.mutable_infect_time() = ToProto(world.start() + absl::Hours(2));
  world.Know({elsewhere});
  world.At(absl::Hours(3));
  EXPECT_THAT(Lift(world), RefusedBecause("NO_CLEAN_SCAN", ""));
  ASSERT_THAT(Scan(world, "10.20.5.0/24"), IsOk());
  EXPECT_THAT(Lift(world), IsOk());
}

TEST(ReturnTest, AScanCountsForEveryRemovalItTouches) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  for (const char* block : {"10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"}) {
    ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "", block)), IsOk());
    ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  }
  ASSERT_THAT(Scan(world, "10.20.4.0/23"), IsOk());
  EXPECT_EQ(world.state().removals(0).scans_size(), 1);
  EXPECT_EQ(world.state().removals(1).scans_size(), 1);
  EXPECT_EQ(world.state().removals(2).scans_size(), 0);
  EXPECT_THAT(Scan(world, "10.99.0.0/24"), RefusedBecause("FIELD_INVALID", "scan.subnets"));
}

TEST(ReturnTest, TheOfficerIsRemindedEveryDayOfTheScan) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  world.Advance(absl::Hours(49));
  std::vector<std::vector<std::string>> reminded;
  for (const record::v1::Event& event : world.events()) {
    if (event.reminder_sent().instance() != "WAN-SCAN") continue;
    reminded.emplace_back(event.reminder_sent().people().begin(),
                          event.reminder_sent().people().end());
  }
  EXPECT_THAT(reminded, ElementsAre(Contains("people/dop.iso"), Contains("people/dop.iso")));
  EXPECT_THAT(reminded, ::testing::Each(Contains("people/csirt.handler")));
}

// ---- Reinfection ----

TEST(ReinfectionTest, EntriesOfOneRequestSeeEachOther) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9")}), IsOk());
  ASSERT_THAT(Record(world, {Restored("pc-9"), Infected("pc-9")}), IsOk());
  EXPECT_EQ(StatusOf(world, "pc-9"), Device::STATUS_REINFECTED);
  EXPECT_EQ(world.Duty("WAN-DECIDE"), v1::Obligation::STATE_PENDING);
  Device restored = Dev("pc-8", Device::STATUS_RESTORED);
  restored.clear_reason();
  EXPECT_THAT(Record(world, {Dev("pc-8", Device::STATUS_SCAN_CLEAN), restored}), IsOk());
  EXPECT_THAT(Record(world, {Infected("pc-8"), restored}),
              RefusedBecause("NOT_SCANNED_CLEAN", "pc-8"));
}

TEST(ReinfectionTest, IsOneOnlyByTheCodeItWasRestoredFrom) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "w32"), Restored("pc-9")}), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "zeus")}), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9", "10.20.5.0/24")}), IsOk());  // still zeus
  EXPECT_EQ(StatusOf(world, "pc-9"), Device::STATUS_INFECTED);
  EXPECT_EQ(world.Duty("WAN-DECIDE"), v1::Obligation::STATE_UNSPECIFIED);
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "W32")}), IsOk());
  EXPECT_EQ(StatusOf(world, "pc-9"), Device::STATUS_REINFECTED);
  EXPECT_EQ(world.state().reinfections_size(), 1);
  // Told once more, it is the same one.
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "w32")}), IsOk());
  EXPECT_EQ(world.state().reinfections_size(), 1);
}

TEST(ReinfectionTest, ARestoredDeviceThatInfectsAnotherOneRePropagates) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "w32"), Restored("pc-9")}), IsOk());
  Device victim = Infected("pc-2", "", "w32");
  victim.set_infected_by("pc-77");
  EXPECT_THAT(Record(world, {victim}), RefusedBecause("FIELD_INVALID", "infected_by"));
  victim.set_infected_by("pc-9");
  ASSERT_THAT(Record(world, {victim}), IsOk());
  EXPECT_EQ(StatusOf(world, "pc-2"), Device::STATUS_INFECTED);
  EXPECT_EQ(StatusOf(world, "pc-9"), Device::STATUS_REINFECTED);
  EXPECT_EQ(world.Duty("WAN-DECIDE"), v1::Obligation::STATE_PENDING);
}

// The register of DOP, opened and continued as the engine does it.
class Register {
 public:
  explicit Register(const CoreWorld& world) : context_(world.context()) {
    core::OpenRegister act;
    act.id = "DOP-REGISTER";
    act.entity = "entities/dop";
    Do(nullptr, std::move(act));
  }
  // Follow-ups of the last act of `world`.
  int Follow(const CoreWorld& world) {
    int notes = 0;
    for (core::FollowUp& next :
         core::FollowUps(world.policy(), nullptr, world.state(), world.fresh())) {
      if (next.incident != "DOP-REGISTER") continue;
      ++notes;
      Do(&state_, std::move(next.act));
    }
    return notes;
  }
  std::vector<Device> devices() const { return {state_.devices().begin(), state_.devices().end()}; }
  const record::v1::IncidentState& state() const { return state_; }
  std::vector<core::NoticeDraft> notices() const {
    return core::Notices(context_, state_, events_);
  }
  const std::vector<record::v1::Event>& events() const { return events_; }

 private:
  void Do(const record::v1::IncidentState* state, core::Act act) {
    core::Command command;
    command.caller.internal = true;
    command.caller.actor.set_principal("people/dop.contact");
    command.act = std::move(act);
    auto decision = core::Decide(context_, state, command);
    ASSERT_THAT(decision, IsOk());
    state_ = std::move(decision->state);
    events_ = std::move(decision->events);
  }

  const core::Context context_;
  record::v1::IncidentState state_;
  std::vector<record::v1::Event> events_;
};

TEST(HistoryTest, ADeviceRestoredInOneIncidentIsReinfectedInTheNext) {
  CoreWorld first;
  ASSERT_THAT(first.Open("dop.clerk"), IsOk());
  Register dop(first);
  ASSERT_THAT(Record(first, {Infected("pc-9", "10.20.5.0/24", "w32"), Infected("pc-3", "", "w32"),
                             Dev("pc-4", Device::STATUS_SUSPECT)}),
              IsOk());
  ASSERT_EQ(dop.Follow(first), 1);
  ASSERT_THAT(Record(first, {Restored("pc-9")}), IsOk());
  ASSERT_EQ(dop.Follow(first), 1);
  // What was only suspected is no history.
  EXPECT_EQ(dop.devices().size(), 2u);

  CoreWorld second;
  ASSERT_THAT(second.Open("dop.clerk"), IsOk());
  v1::RecordDevicesRequest asks;
  *asks.add_devices() = Infected("pc-9");
  EXPECT_THAT(core::RegistersFor(asks, second.state()), ElementsAre("DOP-REGISTER"));
  second.Know(dop.devices());
  ASSERT_THAT(Record(second, {Infected("pc-3", "", "w32")}), IsOk());
  EXPECT_EQ(StatusOf(second, "pc-3"), Device::STATUS_INFECTED);
  ASSERT_THAT(Record(second, {Infected("pc-9", "", "zeus")}), IsOk());
  EXPECT_EQ(StatusOf(second, "pc-9"), Device::STATUS_INFECTED);
  ASSERT_THAT(Record(second, {Infected("pc-9", "", "W32")}), IsOk());
  EXPECT_EQ(StatusOf(second, "pc-9"), Device::STATUS_REINFECTED);
  EXPECT_EQ(second.Duty("WAN-DECIDE"), v1::Obligation::STATE_PENDING);
  EXPECT_EQ(second.DueAfter("WAN-DECIDE"), absl::Minutes(15));
  EXPECT_EQ(core::FindDevice(second.state(), "entities/dop", "pc-9")->subnet(), "10.20.5.0/24");
}

TEST(HistoryTest, IsKeptQuietlyAndShownToNobody) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  Register dop(world);
  ASSERT_THAT(Record(world, {Infected("pc-9", "", "w32")}), IsOk());
  ASSERT_EQ(dop.Follow(world), 1);
  EXPECT_THAT(dop.notices(), IsEmpty());
  EXPECT_THAT(core::ToIncident(world.policy(), dop.state()).devices(), IsEmpty());
  ASSERT_EQ(dop.events().size(), 1u);
  const auto entry = core::ToTimelineEntry(world.policy(), dop.state(), dop.events()[0]);
  EXPECT_EQ(entry.actor(), "system");
  EXPECT_THAT(entry.text(), Not(::testing::HasSubstr("pc-9")));
  EXPECT_FALSE(entry.clauses().empty());
}

TEST(HistoryTest, AnExerciseLeavesNone) {
  CoreWorld world;
  v1::CreateIncidentRequest drill;
  drill.set_title("An exercise");
  drill.set_entity("entities/dop");
  drill.set_drill(true);
  ASSERT_THAT(world.Report("dop.contact", drill), IsOk());
  Register dop(world);
  ASSERT_THAT(Record(world, {Infected("pc-9")}), IsOk());
  EXPECT_EQ(dop.Follow(world), 0);
}

// ---- Containment, recovery, and the way back to declared ----

TEST(ContainmentTest, NoWordMakesAnInfectedDeviceAnIsolatedOne) {
  for (const Device::Status status : {Device::STATUS_SUSPECT, Device::STATUS_INFECTED}) {
    CoreWorld world;
    Declare(world);
    ASSERT_THAT(Record(world, {Dev("pc-2", status)}), IsOk());
    EXPECT_THAT(world.Verb(kPc, "contain"), RefusedBecause("GUARD_FAILED", "POL-3.5"));
    ASSERT_THAT(Record(world, {Dev("pc-2", Device::STATUS_ISOLATED)}), IsOk());
    EXPECT_THAT(world.Verb(kPc, "contain"), IsOk());
  }
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(Record(world, {Infected("pc-2")}), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler", {{"devices_contained", "ACCEPTED_RISK"}}), IsOk());
  EXPECT_THAT(world.Verb(kPc, "contain"), IsOk());
}

TEST(ContainmentTest, EveryAffectedAgencyRunsTheProcedures) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler", {{"attack_intrusion", "YES"}}), IsOk());
  for (const auto& [entity, relation] :
       std::vector<std::pair<std::string, v1::IncidentEntity::Relation>>{
           {"entities/bor", v1::IncidentEntity::RELATION_AFFECTED},
           {"entities/dor", v1::IncidentEntity::RELATION_POTENTIAL}}) {
    v1::AddEntityRequest request;
    request.mutable_entity()->set_entity(entity);
    request.mutable_entity()->set_relation(relation);
    ASSERT_THAT(world.Act("dop.iso", request), IsOk());
  }
  world.Triage();
  world.Respond();
  ASSERT_THAT(world.Facts("csirt.handler", {{"devices_contained", "ALL"}}), IsOk());
  EXPECT_THAT(world.Verb(kPc, "contain"), RefusedBecause("GUARD_FAILED", "POL-3.19"));
  ASSERT_THAT(world.Document("bor.contact", "AINP_CHECKLIST", {{"steps", "done"}}, "entities/bor"),
              IsOk());
  EXPECT_THAT(world.Verb(kPc, "contain"), IsOk());
}

TEST(ContainmentTest, RecoveryWaitsForASuspectDevice) {
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(world.Verb(kPc, "contain"), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler",
                          {{"cause", "x"}, {"weaknesses", "NONE_FOUND"}, {"devices_clean", "YES"}}),
              IsOk());
  ASSERT_THAT(world.Verb(kPc, "eradicate"), IsOk());
  ASSERT_THAT(Record(world, {Dev("pc-2", Device::STATUS_SUSPECT)}), IsOk());
  EXPECT_THAT(world.Verb(kPc, "recover"), RefusedBecause("GUARD_FAILED", "POL-4.2"));
  ASSERT_THAT(Record(world, {Dev("pc-2", Device::STATUS_SCAN_CLEAN)}), IsOk());
  EXPECT_THAT(world.Verb(kPc, "recover"), IsOk());
}

// The last change of state of the record.
const record::v1::Event* LastChange(const CoreWorld& world) {
  const record::v1::Event* found = nullptr;
  for (const record::v1::Event& event : world.events()) {
    if (event.has_state_changed()) found = &event;
  }
  return found;
}

TEST(RegressTest, ANewInfectionLeadsBackToDeclaredByRule) {
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(Record(world, {Dev("pc-1", Device::STATUS_ISOLATED)}), IsOk());
  ASSERT_THAT(world.Verb(kPc, "contain"), IsOk());
  ASSERT_THAT(Record(world, {Dev("pc-1", Device::STATUS_CLEANED), Restored("pc-1")}), IsOk());
  EXPECT_EQ(world.state().state(), "CONTAINED");
  ASSERT_THAT(Record(world, {Infected("pc-1")}), IsOk());

  EXPECT_EQ(world.state().state(), "DECLARED");
  const record::v1::Event& change = *LastChange(world);
  EXPECT_EQ(change.actor().principal(), "system");
  EXPECT_EQ(change.state_changed().reason(), "pc-1 was infected again");
  EXPECT_EQ(change.state_changed().transition(), "L11");
  EXPECT_THAT(change.clauses(), Contains("POL-4.2"));
  EXPECT_FALSE(core::ClockOf(world.state(), "TC").has_value());
  // The daily status goes on from the grid, twelve hours from now at the earliest.
  EXPECT_EQ(FromProto(world.state().recurrence_not_before()), world.now() + absl::Hours(12));
}

TEST(RegressTest, ANewlyAffectedAgencyLeadsBackToDeclaredByRule) {
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(world.Verb(kPc, "contain"), IsOk());
  v1::AddEntityRequest request;
  request.mutable_entity()->set_entity("entities/bor");
  request.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_POTENTIAL);
  ASSERT_THAT(world.Act("dop.iso", request), IsOk());
  EXPECT_EQ(world.state().state(), "CONTAINED");
  request.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  ASSERT_THAT(world.Act("dop.iso", request), IsOk());
  EXPECT_EQ(world.state().state(), "DECLARED");
  EXPECT_EQ(LastChange(world)->actor().principal(), "system");
  EXPECT_EQ(LastChange(world)->state_changed().reason(), "affected as well: bor");
}

TEST(RegressTest, KnownInfectionsMoveNothing) {
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(Record(world, {Infected("pc-1")}), IsOk());
  ASSERT_THAT(world.Facts("csirt.handler", {{"devices_contained", "ACCEPTED_RISK"}}), IsOk());
  ASSERT_THAT(world.Verb(kPc, "contain"), IsOk());
  ASSERT_THAT(Record(world, {Infected("pc-1", "10.20.5.0/24")}), IsOk());
  EXPECT_EQ(world.state().state(), "CONTAINED");
  ASSERT_THAT(Record(world, {Infected("pc-2")}), IsOk());
  EXPECT_EQ(world.state().state(), "DECLARED");
}

// ---- Mergers ----

// `from` goes on in `world`.
core::Decision Merged(const CoreWorld& world, const CoreWorld& from) {
  core::Command command;
  command.caller.internal = true;
  command.caller.actor.set_principal("people/csirt.handler");
  command.act = core::Absorb{std::make_shared<const record::v1::IncidentState>(from.state())};
  auto decision = core::Decide(world.context(), &world.state(), command);
  EXPECT_THAT(decision, IsOk());
  return *std::move(decision);
}

TEST(MergerTest, BringsTheDevicesAndWhatIsUndecidedAboutThem) {
  CoreWorld from;
  ASSERT_THAT(from.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(from), IsOk());
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.At(absl::Minutes(5));
  ASSERT_THAT(Record(world, {Dev("pc-9", Device::STATUS_ISOLATED)}), IsOk());

  const record::v1::IncidentState after = Merged(world, from).state;

  const Device* device = core::FindDevice(after, "entities/dop", "pc-9");
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(device->status(), Device::STATUS_ISOLATED);  // the newer record
  EXPECT_TRUE(device->ever_restored());
  EXPECT_EQ(device->infect_subnet(), "10.20.5.0/24");
  // Asked once, from when it happened.
  int asked = 0;
  for (const auto& row : after.obligations()) {
    if (row.code() != "WAN-DECIDE") continue;
    ++asked;
    EXPECT_EQ(FromProto(row.due_time()), world.start() + absl::Minutes(15));
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(after.reinfections_size(), 1);
}

TEST(MergerTest, LeavesWhatWasDecidedWhereItWas) {
  CoreWorld from;
  ASSERT_THAT(from.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(from), IsOk());
  v1::RecordDecisionRequest refused;
  refused.set_question("REMOVAL_REINFECTION");
  refused.set_answer("REFUSE");
  refused.set_reason("it is unplugged");
  ASSERT_THAT(from.Act("commonhelp", refused), IsOk());
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  const record::v1::IncidentState after = Merged(world, from).state;
  for (const auto& row : after.obligations()) {
    EXPECT_FALSE(row.code() == "WAN-DECIDE" && core::IsOpen(row));
  }
}

TEST(MergerTest, WhatRaisedADutyThereHidesNothingHere) {
  CoreWorld from;
  ASSERT_THAT(from.Open("dop.clerk"), IsOk());
  core::Command command;
  command.caller.internal = true;
  record::v1::IncidentState other = from.state();
  record::v1::ObligationRow* row = other.add_obligations();
  row->set_instance("WAN-DECIDE(9)");
  row->set_code("WAN-DECIDE");
  row->set_state(v1::Obligation::STATE_PENDING);
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  row->add_sources("REINFECTION:1");
  command.act = core::Absorb{std::make_shared<const record::v1::IncidentState>(other)};
  const auto merged = core::Decide(world.context(), &world.state(), command);
  ASSERT_THAT(merged, IsOk());
  const auto* moved = core::FindObligation(merged->state, "WAN-DECIDE(9)");
  ASSERT_NE(moved, nullptr);
  EXPECT_THAT(moved->sources(), ElementsAre("REINFECTION:1@" + other.id()));
}

TEST(MergerTest, WaitsForTheReturnOfWhatWasRemoved) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  v1::LinkIncidentRequest merge;
  merge.set_parent("incidents/DOP-2026-0002");
  merge.set_merge(true);
  merge.set_reason("the same worm");
  EXPECT_THAT(world.Act("csirt.handler", merge), RefusedBecause("GUARD_FAILED", "POL-4.5"));
}

// ---- What the pack says of it ----

// What is wrong with the shipped pack and `more`.
std::vector<std::string> Faults(const std::string& more) {
  std::vector<std::string> faults;
  const std::string pack = ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  for (const core::Finding& finding : core::CheckPolicyText(pack + "\n" + more)) {
    faults.push_back(finding.path + ": " + finding.message);
  }
  return faults;
}

TEST(NetworkPackTest, SaysNothingThatMeansNothing) {
  EXPECT_THAT(Faults(""), IsEmpty());
  EXPECT_THAT(Faults("questions { code: \"NEW\" question: \"?\" answers: \"A\" act: \"OPEN\" "
                     "clauses: \"c\" executor_not_decider: true }"),
              ElementsAre(::testing::HasSubstr(".executor_not_decider: NEW orders nothing")));
  EXPECT_THAT(Faults("transitions { id: \"NEW\" verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\" "
                     "done: \"Done\" act: \"WORK\" clauses: \"c\" by_rule {} }"),
              ElementsAre(::testing::HasSubstr(".by_rule: nothing takes it")));
  EXPECT_THAT(Faults("reminder_schedules { name: \"new\" every { seconds: 9 } roles: \"BAD\" }"),
              Contains(::testing::HasSubstr(".roles[0]: there is no role \"BAD\"")));
}

TEST(NetworkRecordTest, FoldsToTheSameState) {
  CoreWorld world;
  Declare(world);
  ASSERT_THAT(Reinfect(world), IsOk());
  ASSERT_THAT(world.Act("commonhelp", Remove("REMOVAL_REINFECTION", "pc-9", "")), IsOk());
  ASSERT_THAT(Removed(world, "commonhelp"), IsOk());
  ASSERT_THAT(Scan(world, "10.20.0.0/16"), IsOk());
  ASSERT_THAT(Lift(world), IsOk());
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

}  // namespace
}  // namespace belfry::testing
