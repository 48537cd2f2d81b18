// Devices, their removal from the network, scans, and their return.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/limits.h"
#include "server/core/network.h"
#include "server/core/obligations.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using v1::Device;
using v1::NetworkRemoval;
using v1::Scan;

bool IsInfected(Device::Status status) {
  return status == Device::STATUS_INFECTED || status == Device::STATUS_REINFECTED;
}

std::string NetworkClauses(const Draft& draft) {
  return absl::StrJoin(draft.context().policy.proto().network_removal().clauses(), ", ");
}

absl::Status CheckDevice(const Draft& draft, const Device& device, const std::string& path) {
  BELFRY_RETURN_IF_ERROR(CheckNeeded(path + ".device", device.device(), kDeviceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText(path + ".family", device.family(), kDeviceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText(path + ".reason", device.reason(), kReasonCharactersMax));
  if (device.status() == Device::STATUS_UNSPECIFIED || !Device::Status_IsValid(device.status())) {
    return InvalidField(path + ".status",
                        "is needed: SUSPECT, INFECTED, ISOLATED, CLEANED, SCAN_CLEAN, RESTORED, "
                        "REMOVED, RELEASED or RETIRED");
  }
  if (!device.subnet().empty() && !IsCidr(device.subnet())) {
    return InvalidField(path + ".subnet", "is an address block such as 10.20.4.0/24");
  }
  if (!device.entity().empty() && FindPart(draft.state(), device.entity()) == nullptr) {
    return InvalidField(path + ".entity",
                        absl::StrCat(device.entity(), " has no part in ", draft.state().id()));
  }
  const std::string& entity = device.entity().empty() ? draft.state().entity() : device.entity();
  const Device* known = FindDevice(draft.state(), entity, device.device());
  // What might carry the infection does not come back unscanned.
  if (device.status() == Device::STATUS_RESTORED && device.reason().empty() &&
      (known == nullptr || known->status() != Device::STATUS_SCAN_CLEAN)) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_SCANNED_CLEAN",
                        absl::StrCat(device.device(),
                                     " was not scanned clean; restoring it could re-propagate the "
                                     "infection. Record SCAN_CLEAN first, or give the reason: how "
                                     "it was rebuilt"))
        .Violation(NetworkClauses(draft), device.device(), "was not scanned clean")
        .Build();
  }
  return absl::OkStatus();
}

// The device as it is afterwards.
Device Merged(const Draft& draft, const Device& given) {
  const std::string& entity = given.entity().empty() ? draft.state().entity() : given.entity();
  Device device;
  if (const Device* known = FindDevice(draft.state(), entity, given.device()); known != nullptr) {
    device = *known;
  } else {
    device.set_device(given.device());
    device.set_entity(entity);
    for (const v1::RegisteredDevice& registered : draft.context().directory.proto().devices()) {
      if (registered.entity() != entity || registered.device() != given.device()) continue;
      device.set_subnet(registered.subnet());
      device.set_public_safety(registered.public_safety());
    }
  }
  device.set_status(given.status());
  if (IsInfected(given.status()) && device.ever_restored()) {
    device.set_status(Device::STATUS_REINFECTED);
  }
  if (!given.subnet().empty()) device.set_subnet(given.subnet());
  if (!given.family().empty()) device.set_family(given.family());
  device.set_reason(given.reason());
  if (given.public_safety()) device.set_public_safety(true);
  if (IsInfected(device.status())) device.set_ever_infected(true);
  if (device.status() == Device::STATUS_RESTORED || device.status() == Device::STATUS_RELEASED) {
    device.set_ever_restored(true);
  }
  *device.mutable_update_time() = ToProto(draft.context().now);
  return device;
}

// The removal with this id, or the only one in `state` for zero.
absl::StatusOr<const NetworkRemoval*> FindRemoval(const record::v1::IncidentState& state,
                                                  int64_t id, NetworkRemoval::State wanted) {
  std::vector<const NetworkRemoval*> found;
  for (const NetworkRemoval& removal : state.removals()) {
    if (removal.state() != wanted) continue;
    if (id == 0 || removal.id() == id) found.push_back(&removal);
  }
  if (found.size() == 1) return found.front();
  std::vector<int64_t> ids;
  for (const NetworkRemoval* removal : found) ids.push_back(removal->id());
  return InvalidField("removal",
                      found.empty() ? absl::StrCat(state.id(), " has no removal that is ",
                                                   NetworkRemoval::State_Name(wanted).substr(6))
                                    : absl::StrCat("is needed: one of ", absl::StrJoin(ids, ", ")));
}

absl::Status SamePerson(absl::string_view what) {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
             absl::StrCat("whoever decided a removal must not ", what, "; somebody else has to"))
      .Build();
}

bool Covers(const NetworkRemoval& removal, const Scan& scan) {
  return std::all_of(removal.subnets().begin(), removal.subnets().end(),
                     [&](const std::string& subnet) {
                       return std::find(scan.subnets().begin(), scan.subnets().end(), subnet) !=
                              scan.subnets().end();
                     });
}

// The newest finding of an infection on what was removed.
absl::Time NewestFinding(const record::v1::IncidentState& state, const NetworkRemoval& removal) {
  absl::Time newest = absl::InfinitePast();
  for (const Device& device : state.devices()) {
    const bool there = std::find(removal.subnets().begin(), removal.subnets().end(),
                                 device.subnet()) != removal.subnets().end();
    if (there && IsInfected(device.status())) {
      newest = std::max(newest, FromProto(device.update_time()));
    }
  }
  for (const Scan& scan : removal.scans()) {
    if (scan.verdict() != Scan::VERDICT_CLEAN) {
      newest = std::max(newest, FromProto(scan.scan_time()));
    }
  }
  return newest;
}

void AddRemovalClauses(const Draft& draft, record::v1::Event& event) {
  AddClauses(event, draft.context().policy.proto().network_removal().clauses());
}

}  // namespace

absl::Status DecideDevices(Draft& draft, const Caller& caller,
                           const v1::RecordDevicesRequest& act) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "RECORD_DEVICES"));
  if (act.devices().empty()) return InvalidField("devices", "is empty; name at least one");
  if (act.devices_size() > kDevicesPerRequestMax) {
    return InvalidField("devices",
                        absl::StrCat("at most ", kDevicesPerRequestMax, " in one request"));
  }
  if (draft.state().devices_size() + act.devices_size() > kDevicesMax) {
    return InvalidField("devices", absl::StrCat("at most ", kDevicesMax, " in one incident"));
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::DevicesRecorded* body = event.mutable_devices_recorded();
  for (int i = 0; i < act.devices_size(); ++i) {
    BELFRY_RETURN_IF_ERROR(CheckDevice(draft, act.devices(i), absl::StrCat("devices[", i, "]")));
    Device device = Merged(draft, act.devices(i));
    if (device.status() == Device::STATUS_REINFECTED) body->add_reinfected(device.device());
    *body->add_devices() = std::move(device);
  }
  AddPermissionClauses(draft, "RECORD_DEVICES", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideConfirmRemoval(Draft& draft, const Caller& caller,
                                  const v1::ConfirmRemovalRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "EXECUTE_REMOVAL"));
  BELFRY_ASSIGN_OR_RETURN(const NetworkRemoval* removal,
                          FindRemoval(draft.state(), act.removal(), NetworkRemoval::STATE_DECIDED));
  if (context.policy.proto().network_removal().executor_not_decider() &&
      removal->decider() == caller.actor.principal()) {
    return SamePerson("carry it out");
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::RemovalConfirmed* body = event.mutable_removal_confirmed();
  body->set_removal(removal->id());
  int left = 0;
  for (int i = 0; i < removal->targets_size(); ++i) {
    const NetworkRemoval::Target& target = removal->targets(i);
    if (!target.confirmed_by().empty()) continue;
    const std::string& name = target.device().empty() ? target.subnet() : target.device();
    if (act.targets().empty() ||
        std::find(act.targets().begin(), act.targets().end(), name) != act.targets().end()) {
      body->add_targets(i);
    } else {
      ++left;
    }
  }
  if (body->targets().empty()) {
    return InvalidField("targets", "names nothing that is left to be confirmed");
  }
  body->set_active(left == 0);
  AddRemovalClauses(draft, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideScan(Draft& draft, const Caller& caller, const v1::RecordScanRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "RECORD_SCAN"));
  if (act.verify()) {
    BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "VERIFY_SCAN"));
  }
  if (act.scan().verdict() == Scan::VERDICT_UNSPECIFIED) {
    return InvalidField("scan.verdict", "is needed: CLEAN, INFECTED or INCONCLUSIVE");
  }
  if (act.scan().subnets().empty()) {
    return InvalidField("scan.subnets", "is empty; name the address blocks that were scanned");
  }
  for (int i = 0; i < act.scan().subnets_size(); ++i) {
    if (!IsCidr(act.scan().subnets(i))) {
      return InvalidField(absl::StrCat("scan.subnets[", i, "]"),
                          "is an address block such as 10.20.4.0/24");
    }
  }
  const absl::Time time =
      act.scan().has_scan_time() ? FromProto(act.scan().scan_time()) : context.now;
  if (time > context.now + kFutureTolerance) {
    return InvalidField("scan.scan_time", "is in the future");
  }
  BELFRY_ASSIGN_OR_RETURN(const NetworkRemoval* removal,
                          FindRemoval(draft.state(), 0, NetworkRemoval::STATE_ACTIVE));
  record::v1::Event event = draft.NewEvent();
  record::v1::ScanRecorded* body = event.mutable_scan_recorded();
  body->set_removal(removal->id());
  Scan& scan = *body->mutable_scan();
  scan = act.scan();
  *scan.mutable_scan_time() = ToProto(time);
  scan.set_recorded_by(caller.actor.principal());
  scan.set_verified_by(act.verify() ? caller.actor.principal() : "");
  AddRemovalClauses(draft, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideLift(Draft& draft, const Caller& caller, const v1::LiftRemovalRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "LIFT_REMOVAL"));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const NetworkRemoval* removal,
                          FindRemoval(draft.state(), act.removal(), NetworkRemoval::STATE_ACTIVE));
  const absl::Time newest = NewestFinding(draft.state(), *removal);
  const bool clean =
      std::any_of(removal->scans().begin(), removal->scans().end(), [&](const Scan& scan) {
        return scan.verdict() == Scan::VERDICT_CLEAN && !scan.verified_by().empty() &&
               FromProto(scan.scan_time()) >= newest && Covers(*removal, scan);
      });
  if (context.policy.proto().network_removal().clean_scan_lifts() && !clean) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_CLEAN_SCAN",
                        absl::StrCat("no clean scan that ITD verified covers ",
                                     absl::StrJoin(removal->subnets(), ", "),
                                     " after the newest finding; scan, and verify it"))
        .Violation(NetworkClauses(draft), absl::StrCat("removal ", removal->id()),
                   "no covering clean scan")
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  event.mutable_removal_lifted()->set_removal(removal->id());
  event.mutable_removal_lifted()->set_reason(act.reason());
  AddRemovalClauses(draft, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
