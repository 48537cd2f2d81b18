#include "server/core/network.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/core/cidr.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

const v1::RegisteredDevice* FindRegistered(const v1::Directory& directory, absl::string_view entity,
                                           absl::string_view device) {
  for (const v1::RegisteredDevice& known : directory.devices()) {
    if (known.entity() == entity && known.device() == device) return &known;
  }
  return nullptr;
}

// The subnet a device is on; empty when nobody knows. The incident knows better than the directory.
std::string SubnetOf(const Draft& draft, absl::string_view entity, absl::string_view device) {
  const v1::Device* involved = FindDevice(draft.state(), entity, device);
  if (involved != nullptr && !involved->subnet().empty()) return NormalCidr(involved->subnet());
  const v1::RegisteredDevice* known =
      FindRegistered(draft.context().directory.proto(), entity, device);
  return known == nullptr ? "" : NormalCidr(known->subnet());
}

class Planner {
 public:
  Planner(const Draft& draft, absl::string_view entity) : draft_(draft), entity_(entity) {}

  void AddDevice(const std::string& entity, const std::string& device, const std::string& subnet) {
    if (!devices_.emplace(entity, device).second) return;
    v1::NetworkRemoval::Target* target = removal_.add_targets();
    target->set_device(device);
    target->set_entity(entity);
    target->set_subnet(subnet);
  }
  void AddSubnet(const std::string& cidr) {
    if (subnets_.insert(cidr).second) removal_.add_subnets(cidr);
  }

  // Every system known on the subnets goes with them, and every narrower subnet in them.
  void Close() {
    const v1::Directory& directory = draft_.context().directory.proto();
    for (const v1::Device& device : draft_.state().devices()) {
      Take(device.entity(), device.device(), device.public_safety());
    }
    for (const v1::RegisteredDevice& device : directory.devices()) {
      Take(device.entity(), device.device(), device.public_safety());
    }
    for (const v1::Subnet& subnet : directory.subnets()) {
      const std::string cidr = NormalCidr(subnet.cidr());
      if (IsRemoved(cidr)) AddSubnet(cidr);
      // Of a wider block a part is lost, and it may be that part.
      safety_ |= subnet.public_safety() && (IsRemoved(cidr) || LosesAPart(cidr));
    }
    // The blocks themselves are targets, each confirmed on its own.
    for (const std::string& cidr : subnets_) {
      v1::NetworkRemoval::Target* target = removal_.add_targets();
      target->set_entity(OwnerOf(cidr));
      target->set_subnet(cidr);
    }
  }

  bool safety() const { return safety_; }
  v1::NetworkRemoval Finish() && { return std::move(removal_); }

 private:
  bool IsRemoved(absl::string_view cidr) const {
    return std::any_of(subnets_.begin(), subnets_.end(),
                       [&](const std::string& removed) { return BlockContains(removed, cidr); });
  }
  bool LosesAPart(absl::string_view cidr) const {
    return std::any_of(subnets_.begin(), subnets_.end(),
                       [&](const std::string& removed) { return BlockContains(cidr, removed); });
  }

  void Take(const std::string& entity, const std::string& device, bool public_safety) {
    const std::string subnet = SubnetOf(draft_, entity, device);
    const bool named = devices_.count({entity, device}) > 0;
    if (!named && (subnet.empty() || !IsRemoved(subnet))) return;
    AddDevice(entity, device, subnet);
    if (!subnet.empty()) AddSubnet(subnet);
    safety_ |= public_safety;
  }

  // Whose block it is by the directory; else that of the entity decided about.
  std::string OwnerOf(absl::string_view cidr) const {
    for (const v1::Subnet& subnet : draft_.context().directory.proto().subnets()) {
      if (!subnet.entity().empty() && NormalCidr(subnet.cidr()) == cidr) return subnet.entity();
    }
    return entity_;
  }

  const Draft& draft_;
  const std::string entity_;
  v1::NetworkRemoval removal_;
  std::set<std::pair<std::string, std::string>> devices_;  // entity, device
  std::set<std::string> subnets_;
  bool safety_ = false;
};

// Public safety depends on the incident as a whole, or on one of the targets.
bool NeedsWarning(const Draft& draft, const Planner& planner) {
  if (draft.context().policy.proto().network_removal().public_safety_warning().empty()) {
    return false;
  }
  const std::string public_safety = FactValue(draft.state(), "public_safety").value_or("");
  return planner.safety() || public_safety == "YES" || public_safety == "POSSIBLE";
}

bool IsTarget(const v1::NetworkRemoval& removal, const v1::Device& device) {
  return std::any_of(removal.targets().begin(), removal.targets().end(),
                     [&](const v1::NetworkRemoval::Target& target) {
                       return target.device() == device.device() &&
                              target.entity() == device.entity();
                     });
}

bool WasInfectedThere(const v1::NetworkRemoval& removal, const v1::Device& device) {
  if (!device.has_infect_time()) return false;
  return IsTarget(removal, device) ||
         std::any_of(removal.subnets().begin(), removal.subnets().end(),
                     [&](const std::string& removed) {
                       return BlockContains(removed, device.subnet()) ||
                              BlockContains(removed, device.infect_subnet());
                     });
}

}  // namespace

void KeepHistory(const v1::Device& earlier, v1::Device& device) {
  if (device.subnet().empty()) device.set_subnet(earlier.subnet());
  if (earlier.ever_infected()) device.set_ever_infected(true);
  if (earlier.ever_restored() && !device.ever_restored()) {
    device.set_ever_restored(true);
    device.set_restored_family(earlier.restored_family());
  }
  if (!earlier.has_infect_time()) return;
  if (!device.has_infect_time() ||
      FromProto(earlier.infect_time()) > FromProto(device.infect_time())) {
    *device.mutable_infect_time() = earlier.infect_time();
    device.set_infect_subnet(earlier.infect_subnet());
  }
}

bool IsInfected(v1::Device::Status status) {
  return status == v1::Device::STATUS_INFECTED || status == v1::Device::STATUS_REINFECTED;
}

const v1::Device* FindDevice(const record::v1::IncidentState& state, absl::string_view entity,
                             absl::string_view device) {
  for (const v1::Device& known : state.devices()) {
    if (known.entity() == entity && known.device() == device) return &known;
  }
  return nullptr;
}

std::string TargetName(const v1::NetworkRemoval& removal, int index) {
  const v1::NetworkRemoval::Target& target = removal.targets(index);
  if (target.device().empty()) return target.subnet();
  const bool alone =
      std::none_of(removal.targets().begin(), removal.targets().end(),
                   [&](const v1::NetworkRemoval::Target& other) {
                     return other.device() == target.device() && other.entity() != target.entity();
                   });
  return alone
             ? target.device()
             : absl::StrCat(absl::StripPrefix(target.entity(), "entities/"), "/", target.device());
}

absl::Time NewestFinding(const record::v1::IncidentState& state, const v1::NetworkRemoval& removal,
                         const DeviceHistory& history) {
  absl::Time newest = absl::InfinitePast();
  const auto look = [&](const v1::Device& device) {
    if (WasInfectedThere(removal, device)) {
      newest = std::max(newest, FromProto(device.infect_time()));
    }
  };
  for (const v1::Device& device : state.devices()) look(device);
  for (const v1::Device& device : history) look(device);
  for (const record::v1::SubnetFinding& finding : state.findings()) {
    const bool there = std::any_of(
        removal.subnets().begin(), removal.subnets().end(),
        [&](const std::string& removed) { return BlockContains(removed, finding.subnet()); });
    if (there) newest = std::max(newest, FromProto(finding.time()));
  }
  for (const v1::Scan& scan : removal.scans()) {
    if (scan.verdict() != v1::Scan::VERDICT_CLEAN) {
      newest = std::max(newest, FromProto(scan.scan_time()));
    }
  }
  return newest;
}

bool Covers(const v1::NetworkRemoval& removal, const v1::Scan& scan) {
  return std::all_of(
      removal.subnets().begin(), removal.subnets().end(), [&](const std::string& removed) {
        return std::any_of(
            scan.subnets().begin(), scan.subnets().end(),
            [&](const std::string& scanned) { return BlockContains(scanned, removed); });
      });
}

absl::StatusOr<v1::NetworkRemoval> PlanRemoval(const Draft& draft, absl::string_view entity,
                                               const v1::RecordDecisionRequest& act) {
  Planner planner(draft, entity);
  for (int i = 0; i < act.removal_devices_size(); ++i) {
    const std::string& device = act.removal_devices(i);
    if (FindDevice(draft.state(), entity, device) == nullptr &&
        FindRegistered(draft.context().directory.proto(), entity, device) == nullptr) {
      return InvalidField(absl::StrCat("removal_devices[", i, "]"),
                          absl::StrCat("nobody knows a device \"", device, "\" of ", entity,
                                       "; record it first, as in device NAME INFECTED"));
    }
    const std::string subnet = SubnetOf(draft, entity, device);
    planner.AddDevice(std::string(entity), device, subnet);
    if (!subnet.empty()) planner.AddSubnet(subnet);
  }
  for (int i = 0; i < act.removal_subnets_size(); ++i) {
    if (!IsCidr(act.removal_subnets(i))) {
      return InvalidField(absl::StrCat("removal_subnets[", i, "]"),
                          "is an address block such as 10.20.4.0/24");
    }
    planner.AddSubnet(NormalCidr(act.removal_subnets(i)));
  }
  if (act.removal_devices().empty() && act.removal_subnets().empty()) {
    return InvalidField("removal_devices", "is needed: which devices or subnets are to be removed");
  }
  planner.Close();
  if (NeedsWarning(draft, planner) && !act.public_safety_acknowledged()) {
    const std::string& warning =
        draft.context().policy.proto().network_removal().public_safety_warning();
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "PUBLIC_SAFETY_WARNING", warning)
        .Field("public_safety_acknowledged", "must say that this was read")
        .Build();
  }
  v1::NetworkRemoval removal = std::move(planner).Finish();
  removal.set_id(draft.state().version() + 1);
  removal.set_state(v1::NetworkRemoval::STATE_DECIDED);
  removal.set_decider(draft.actor().principal());
  removal.set_proposer("system");
  *removal.mutable_decide_time() = ToProto(draft.context().now);
  return removal;
}

}  // namespace belfry::core
