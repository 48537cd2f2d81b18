// Devices, scans, removals, and incidents that are parts of others.
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunNetworkTest : public RunFixture {
 protected:
  RunNetworkTest() { context_.incident = "incidents/DOP-2026-0007"; }
};

TEST_F(RunNetworkTest, SeveralDevicesInOneLine) {
  const CommandResult result =
      Run("device ws-14, ws-15,Front desk 2 scan-clean subnet:10.20.4.0/24 family:emotet "
          "reason:\"imaged\" safety:yes for:DOR");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  const v1::RecordDevicesRequest& request = connection_->RecordDevices_request;
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.request_id(), "r1");
  ASSERT_EQ(request.devices_size(), 3);
  EXPECT_EQ(request.devices(0).device(), "ws-14");
  EXPECT_EQ(request.devices(2).device(), "Front desk 2");
  for (const v1::Device& device : request.devices()) {
    EXPECT_EQ(device.status(), v1::Device::STATUS_SCAN_CLEAN);
    EXPECT_EQ(device.subnet(), "10.20.4.0/24");
    EXPECT_EQ(device.family(), "emotet");
    EXPECT_EQ(device.reason(), "imaged");
    EXPECT_EQ(device.entity(), "entities/dor");
    EXPECT_TRUE(device.public_safety());
  }
  EXPECT_THAT(result.card.title, HasSubstr("ws-14, ws-15, Front desk 2 are scan clean"));
  EXPECT_TRUE(Run("device DOP-2026-0009 ws-14 INFECTED").ok);
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_FALSE(request.devices(0).public_safety());
}

TEST_F(RunNetworkTest, ADeviceSaysWhichOneInfectedIt) {
  ASSERT_TRUE(Run("device pc-2 infected by:pc-9").ok);
  EXPECT_EQ(connection_->RecordDevices_request.devices(0).infected_by(), "pc-9");
}

TEST_F(RunNetworkTest, ADeviceNeedsANameAndAStatus) {
  EXPECT_THAT(RefusedHere("device ws-14"),
              HasSubstr("Say which device and its status: suspect, infected, isolated, cleaned, "
                        "scan_clean, restored, reinfected, removed, released, retired."));
  // Never a guess: "clean" could be two of them.
  EXPECT_THAT(RefusedHere("device ws-14 clean"),
              HasSubstr("\"clean\" is not a device's status. Possible: suspect,"));
  EXPECT_THAT(RefusedHere("device , infected"), HasSubstr("Say which device."));
  EXPECT_THAT(RefusedHere("device ws-14 infected safety:maybe"),
              HasSubstr("\"safety:\" takes yes or no"));
  EXPECT_THAT(RefusedHere("device ws-14 infected sbnet:10.0.0.0/8"),
              HasSubstr("Did you mean \"subnet:\"?"));
}

TEST_F(RunNetworkTest, AScanNamesItsVerdictAndSubnets) {
  EXPECT_TRUE(
      Run("scan clean subnets:10.20.4.0/24, 10.20.5.0/24 tool:yara at:13:05 verify:yes").ok);
  const v1::RecordScanRequest& request = connection_->RecordScan_request;
  EXPECT_EQ(request.scan().verdict(), v1::Scan::VERDICT_CLEAN);
  EXPECT_THAT(request.scan().subnets(), ElementsAre("10.20.4.0/24", "10.20.5.0/24"));
  EXPECT_EQ(request.scan().tool(), "yara");
  EXPECT_EQ(request.scan().scan_time().seconds(), absl::ToUnixSeconds(TestNow()) - 3'600);
  EXPECT_TRUE(request.verify());
  EXPECT_TRUE(Run("scan INFECTED subnets:10.20.4.0/24").ok);
  EXPECT_EQ(request.scan().verdict(), v1::Scan::VERDICT_INFECTED);
  // The server's clock says when, not this one's.
  EXPECT_FALSE(request.scan().has_scan_time());
  EXPECT_FALSE(request.verify());
  EXPECT_THAT(RefusedHere("scan"), HasSubstr("clean, infected, inconclusive"));
  EXPECT_THAT(RefusedHere("scan spotless subnets:10.20.4.0/24"),
              HasSubstr("\"spotless\" is not the verdict of a scan."));
  EXPECT_THAT(RefusedHere("scan clean"), HasSubstr("Say which subnets were scanned"));
}

TEST_F(RunNetworkTest, ARemovalIsConfirmedAndLifted) {
  const v1::ConfirmRemovalRequest& removed = connection_->ConfirmRemoval_request;
  CommandResult result = Run("removed");
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(removed.targets(), IsEmpty());
  EXPECT_EQ(removed.removal(), 0);
  EXPECT_THAT(result.card.title, HasSubstr("all targets are off the network"));
  EXPECT_TRUE(Run("removed targets:ws-14, 10.20.4.0/24 removal:#17").ok);
  EXPECT_THAT(removed.targets(), ElementsAre("ws-14", "10.20.4.0/24"));
  EXPECT_EQ(removed.removal(), 17);
  // Words are targets too: they must never become "everything".
  EXPECT_TRUE(Run("removed ws-15").ok);
  EXPECT_THAT(removed.targets(), ElementsAre("ws-15"));
  EXPECT_THAT(RefusedHere("removed removal:first"), HasSubstr("takes the number of a removal"));

  result = Run("lift the scan is clean removal:17");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(connection_->LiftRemoval_request.reason(), "the scan is clean");
  EXPECT_EQ(connection_->LiftRemoval_request.removal(), 17);
  EXPECT_TRUE(Run("lift reason:\"scan 3\"").ok);
  EXPECT_EQ(connection_->LiftRemoval_request.reason(), "scan 3");
  EXPECT_EQ(connection_->LiftRemoval_request.removal(), 0);
}

TEST_F(RunNetworkTest, DevicesAreListedWithTheirRemovals) {
  v1::Incident& incident = *connection_->GetIncident_answer->mutable_incident();
  EXPECT_THAT(Run("devices").card.title, HasSubstr("no devices"));
  v1::Device* device = incident.add_devices();
  device->set_device("ws-14");
  device->set_subnet("10.20.4.0/24");
  device->set_status(v1::Device::STATUS_REINFECTED);
  device->set_family("emotet");
  device->set_public_safety(true);
  v1::NetworkRemoval* removal = incident.add_removals();
  removal->set_id(17);
  removal->set_state(v1::NetworkRemoval::STATE_ACTIVE);
  const CommandResult result = Run("devices");
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(result.card.title, "DOP-2026-0007 · 1 device");
  EXPECT_THAT(result.card.table[1], ElementsAre("ws-14", "DOP", "10.20.4.0/24", "reinfected",
                                                "emotet", "", "PUBLIC SAFETY"));
  ASSERT_EQ(result.card.fields.size(), 1u);
  EXPECT_EQ(result.card.fields[0].label, "Removal 17");
  EXPECT_EQ(result.card.fields[0].value, "active");
  incident.set_restricted(true);
  EXPECT_THAT(Run("devices").card.PlainText(), Not(HasSubstr("ws-14")));
}

TEST_F(RunNetworkTest, LinksNameTheOtherIncidentOnce) {
  const v1::LinkIncidentRequest& request = connection_->LinkIncident_request;
  CommandResult result =
      Run("link DOP-2026-0007 parent:dop-2026-0003 reason:\"the same mail wave\"");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.parent(), "incidents/DOP-2026-0003");
  EXPECT_EQ(request.reason(), "the same mail wave");
  EXPECT_FALSE(request.merge());
  EXPECT_THAT(result.card.title, HasSubstr("now a part of DOP-2026-0003"));
  EXPECT_EQ(result.card.hints[0], "/incident show DOP-2026-0003");
  EXPECT_TRUE(Run("link DOP-2026-0007 parent:DOP-2026-0003 merge:yes").ok);
  EXPECT_TRUE(request.merge());

  result = Run("merge DOP-2026-0009 DOP-2026-0003 the same mail wave");
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(request.parent(), "incidents/DOP-2026-0003");
  EXPECT_EQ(request.reason(), "the same mail wave");
  EXPECT_TRUE(request.merge());
  EXPECT_THAT(result.card.title, HasSubstr("merged into DOP-2026-0003"));

  // In the incident's own thread the one id is the other's.
  EXPECT_TRUE(Run("merge DOP-2026-0003").ok);
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.parent(), "incidents/DOP-2026-0003");
  // A pack may call it otherwise.
  EXPECT_TRUE(Run("absorb DOP-2026-0009 DOP-2026-0003").ok);
  EXPECT_TRUE(request.merge());
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
}

TEST_F(RunNetworkTest, ARelationNeedsTwoIncidents) {
  EXPECT_THAT(RefusedHere("relate"), HasSubstr("Say of which incident it is a part."));
  EXPECT_THAT(RefusedHere("merge"), HasSubstr("Say into which incident it is merged."));
  EXPECT_THAT(RefusedHere("merge DOP-2026-0007"), HasSubstr("cannot be a part of itself"));
  EXPECT_THAT(RefusedHere("link parent:yesterday"), HasSubstr("\"yesterday\" is not an incident."));
  context_.incident = "";
  EXPECT_THAT(RefusedHere("merge DOP-2026-0007"), HasSubstr("into which incident"));
}

}  // namespace
}  // namespace belfry::chat
