#include "server/core/network.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
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

// The subnet a device is on; empty when nobody knows.
std::string SubnetOf(const Draft& draft, absl::string_view entity, absl::string_view device) {
  const v1::Device* involved = FindDevice(draft.state(), entity, device);
  if (involved != nullptr && !involved->subnet().empty()) return involved->subnet();
  const v1::RegisteredDevice* known =
      FindRegistered(draft.context().directory.proto(), entity, device);
  return known == nullptr ? "" : known->subnet();
}

class Planner {
 public:
  Planner(const Draft& draft, absl::string_view entity) : draft_(draft), entity_(entity) {}

  void AddDevice(const std::string& device, const std::string& subnet) {
    if (!devices_.insert(device).second) return;
    v1::NetworkRemoval::Target* target = removal_.add_targets();
    target->set_device(device);
    target->set_entity(entity_);
    target->set_subnet(subnet);
  }
  void AddSubnet(const std::string& cidr) {
    if (subnets_.insert(cidr).second) removal_.add_subnets(cidr);
  }

  // Every system known on the subnets goes with them.
  void Close() {
    for (const v1::Device& device : draft_.state().devices()) {
      if (subnets_.count(device.subnet()) > 0 && device.entity() == entity_) {
        AddDevice(device.device(), device.subnet());
        safety_ |= device.public_safety();
      }
    }
    for (const v1::RegisteredDevice& device : draft_.context().directory.proto().devices()) {
      if (subnets_.count(device.subnet()) > 0 && device.entity() == entity_) {
        AddDevice(device.device(), device.subnet());
        safety_ |= device.public_safety();
      }
    }
    for (const v1::Subnet& subnet : draft_.context().directory.proto().subnets()) {
      if (subnets_.count(subnet.cidr()) > 0) safety_ |= subnet.public_safety();
    }
    // The block itself is a target, confirmed on its own.
    for (const std::string& cidr : subnets_) {
      v1::NetworkRemoval::Target* target = removal_.add_targets();
      target->set_entity(entity_);
      target->set_subnet(cidr);
    }
  }

  bool safety() const { return safety_; }
  v1::NetworkRemoval Take() && { return std::move(removal_); }

 private:
  const Draft& draft_;
  const std::string entity_;
  v1::NetworkRemoval removal_;
  std::set<std::string> devices_;
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

}  // namespace

const v1::Device* FindDevice(const record::v1::IncidentState& state, absl::string_view entity,
                             absl::string_view device) {
  for (const v1::Device& known : state.devices()) {
    if (known.entity() == entity && known.device() == device) return &known;
  }
  return nullptr;
}

bool IsCidr(absl::string_view text) {
  const size_t slash = text.find('/');
  int bits = 0;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(text.substr(slash + 1), &bits)) {
    return false;
  }
  const std::string address(text.substr(0, slash));
  in6_addr parsed;
  if (inet_pton(AF_INET, address.c_str(), &parsed) == 1) return bits >= 0 && bits <= 32;
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1 && bits >= 0 && bits <= 128;
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
    planner.AddDevice(device, subnet);
    if (!subnet.empty()) planner.AddSubnet(subnet);
  }
  for (int i = 0; i < act.removal_subnets_size(); ++i) {
    if (!IsCidr(act.removal_subnets(i))) {
      return InvalidField(absl::StrCat("removal_subnets[", i, "]"),
                          "is an address block such as 10.20.4.0/24");
    }
    planner.AddSubnet(act.removal_subnets(i));
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
  v1::NetworkRemoval removal = std::move(planner).Take();
  removal.set_id(draft.state().version() + 1);
  removal.set_state(v1::NetworkRemoval::STATE_DECIDED);
  removal.set_decider(draft.actor().principal());
  removal.set_proposer("system");
  *removal.mutable_decide_time() = ToProto(draft.context().now);
  return removal;
}

}  // namespace belfry::core
