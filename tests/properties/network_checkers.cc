// Property 6: removal from the network and the way back.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/proto_time.h"
#include "tests/properties/checker.h"

namespace belfry::properties {
namespace {

struct Block {
  uint32_t address = 0;
  int bits = 0;
};

// IPv4 only; that is all that is generated.
std::optional<Block> Parse(absl::string_view cidr) {
  const std::vector<std::string> parts = absl::StrSplit(cidr, absl::ByAnyChar("./"));
  if (parts.size() != 5) return std::nullopt;
  Block block;
  for (size_t i = 0; i < 4; ++i) {
    int octet = 0;
    if (!absl::SimpleAtoi(parts[i], &octet)) return std::nullopt;
    block.address = block.address << 8 | static_cast<uint32_t>(octet);
  }
  if (!absl::SimpleAtoi(parts[4], &block.bits)) return std::nullopt;
  return block;
}

bool Contains(absl::string_view outer, absl::string_view inner) {
  if (outer == inner) return true;
  const auto wide = Parse(outer);
  const auto narrow = Parse(inner);
  if (!wide.has_value() || !narrow.has_value() || wide->bits > narrow->bits) return false;
  const uint32_t mask = wide->bits == 0 ? 0 : ~uint32_t{0} << (32 - wide->bits);
  return (wide->address & mask) == (narrow->address & mask);
}

bool IsInfection(v1::Device::Status status) {
  return status == v1::Device::STATUS_INFECTED || status == v1::Device::STATUS_REINFECTED;
}

class RemovalChecker : public Checker {
 public:
  explicit RemovalChecker(Findings& findings) : Checker(6, findings) {}

  void See(const Moment& moment) override {
    Network& network = network_[static_cast<size_t>(moment.slot)];
    for (const Event& event : *moment.events) {
      if (event.has_devices_recorded()) {
        for (const v1::Device& device : event.devices_recorded().devices()) {
          if (IsInfection(device.status())) {
            network.infections.push_back({device.subnet(), moment.now});
            Reinfected(moment, network, device);
          }
          if (device.status() == v1::Device::STATUS_RESTORED ||
              device.status() == v1::Device::STATUS_RELEASED) {
            network.restored.insert(absl::StrCat(device.entity(), " ", device.device()));
          }
        }
      }
      if (event.has_decision_recorded() && event.decision_recorded().has_removal()) {
        Closed(moment, event.decision_recorded().removal());
      }
      if (event.has_removal_confirmed()) Confirmed(moment, event);
      if (event.has_scan_recorded()) {
        network.scans.push_back({event.scan_recorded().removal(), event.scan_recorded().scan()});
        Saw("6: scan");
      }
      if (event.has_removal_lifted()) Lifted(moment, network, event);
    }
  }

  void Refused(const Moment& moment, const absl::Status& /*status*/) override {
    if (std::holds_alternative<v1::LiftRemovalRequest>(moment.command->act)) {
      Saw("6: return refused");
    }
  }

 private:
  struct Infection {
    std::string subnet;
    absl::Time time;
  };
  struct Scan {
    int64_t removal;
    v1::Scan scan;
  };
  struct Network {
    std::vector<Infection> infections;
    std::vector<Scan> scans;
    std::set<std::string> restored;
  };

  void Reinfected(const Moment& moment, const Network& network, const v1::Device& device) {
    if (network.restored.count(absl::StrCat(device.entity(), " ", device.device())) == 0) return;
    Saw("6: reinfection");
    const auto& rows = moment.after->obligations();
    const bool asked = std::any_of(rows.begin(), rows.end(), [](const ObligationRow& row) {
      return row.code() == "WAN-DECIDE";
    });
    if (!asked) Fail("6/reinfection", absl::StrCat(device.device(), " raised no WAN-DECIDE"));
  }

  // Infected devices and every known system of their subnets.
  void Closed(const Moment& moment, const v1::NetworkRemoval& removal) {
    Saw("6: removal decided");
    const auto is_target = [&](const std::string& entity, const std::string& device) {
      return std::any_of(removal.targets().begin(), removal.targets().end(),
                         [&](const v1::NetworkRemoval::Target& target) {
                           return target.device() == device && target.entity() == entity;
                         });
    };
    const auto look = [&](const std::string& entity, const std::string& device,
                          const std::string& subnet) {
      for (const std::string& removed : removal.subnets()) {
        if (subnet.empty() || !Contains(removed, subnet) || is_target(entity, device)) continue;
        Fail("6/open", absl::StrCat(removed, " is removed and ", device, " of ", entity, " on ",
                                    subnet, " is no target"));
      }
    };
    for (const v1::Device& device : moment.before->devices()) {
      look(device.entity(), device.device(), device.subnet());
    }
    for (const v1::RegisteredDevice& device : moment.directory().devices()) {
      // Where the incident knows better than the register, it is believed.
      const bool moved = std::any_of(moment.before->devices().begin(),
                                     moment.before->devices().end(), [&](const v1::Device& known) {
                                       return known.entity() == device.entity() &&
                                              known.device() == device.device() &&
                                              !known.subnet().empty() &&
                                              known.subnet() != device.subnet();
                                     });
      if (!moved) look(device.entity(), device.device(), device.subnet());
    }
    for (const v1::NetworkRemoval::Target& target : removal.targets()) {
      const auto& subnets = removal.subnets();
      if (target.subnet().empty() ||
          std::find(subnets.begin(), subnets.end(), target.subnet()) != subnets.end()) {
        continue;
      }
      Fail("6/subnet",
           absl::StrCat(target.device(), " goes and its subnet ", target.subnet(), " does not"));
    }
  }

  static const v1::NetworkRemoval* RemovalOf(const IncidentState& state, int64_t id) {
    for (const v1::NetworkRemoval& removal : state.removals()) {
      if (removal.id() == id) return &removal;
    }
    return nullptr;
  }

  void Confirmed(const Moment& moment, const Event& event) {
    const auto* removal = RemovalOf(*moment.after, event.removal_confirmed().removal());
    if (removal == nullptr) return;
    Saw("6: confirmed");
    const bool all = std::all_of(
        removal->targets().begin(), removal->targets().end(),
        [](const v1::NetworkRemoval::Target& target) { return !target.confirmed_by().empty(); });
    if (all != (removal->state() == v1::NetworkRemoval::STATE_ACTIVE)) {
      Fail("6/active", absl::StrCat("removal ", removal->id(),
                                    " is active before all targets are "
                                    "confirmed, or is not afterwards"));
    }
    // A reinfection CommonHelp decides alone.
    const auto& decisions = moment.after->decisions();
    const bool by_case =
        std::any_of(decisions.begin(), decisions.end(), [&](const v1::Decision& decision) {
          return decision.event_version() == removal->id() && decision.question() == "REMOVAL_CASE";
        });
    if (by_case && event.actor().principal() == removal->decider()) {
      Fail("6/same-person", absl::StrCat(removal->decider(), " decided and carried out"));
    }
  }

  void Lifted(const Moment& moment, const Network& network, const Event& event) {
    Saw("6: returned to the network");
    const auto* removal = RemovalOf(*moment.before, event.removal_lifted().removal());
    if (removal == nullptr) {
      Fail("6/unknown", "what was never removed came back");
      return;
    }
    if (removal->state() != v1::NetworkRemoval::STATE_ACTIVE) {
      Fail("6/not-active", absl::StrCat("removal ", removal->id()));
    }
    if (!Holds(moment.directory(), event.actor().principal(), "", {"ITD_DM"})) {
      Fail("6/who", event.actor().principal());
    }
    absl::Time finding = absl::InfinitePast();
    for (const Infection& infection : network.infections) {
      for (const std::string& subnet : removal->subnets()) {
        if (Contains(subnet, infection.subnet)) finding = std::max(finding, infection.time);
      }
    }
    for (const Scan& scan : network.scans) {
      if (scan.removal == removal->id() && scan.scan.verdict() == v1::Scan::VERDICT_INFECTED) {
        finding = std::max(finding, FromProto(scan.scan.scan_time()));
      }
    }
    const auto clean = [&](const Scan& scan, absl::Time after) {
      return scan.removal == removal->id() && scan.scan.verdict() == v1::Scan::VERDICT_CLEAN &&
             !scan.scan.verified_by().empty() && FromProto(scan.scan.scan_time()) >= after &&
             std::all_of(
                 removal->subnets().begin(), removal->subnets().end(),
                 [&](const std::string& removed) {
                   return std::any_of(
                       scan.scan.subnets().begin(), scan.scan.subnets().end(),
                       [&](const std::string& scanned) { return Contains(scanned, removed); });
                 });
    };
    const auto any = [&](absl::Time after) {
      return std::any_of(network.scans.begin(), network.scans.end(),
                         [&](const Scan& scan) { return clean(scan, after); });
    };
    if (!any(absl::InfinitePast())) {
      Fail("6/no-scan", absl::StrCat("removal ", removal->id(),
                                     " was lifted without any verified "
                                     "clean scan of ",
                                     removal->subnets().empty() ? std::string("(no subnet)")
                                                                : removal->subnets(0)));
    } else if (!any(finding)) {
      Fail("6/older-scan", absl::StrCat("removal ", removal->id(),
                                        " was lifted; the newest finding "
                                        "is of ",
                                        When(finding), ", after every clean scan"));
    }
  }

  std::array<Network, World::kSlots> network_;
};

}  // namespace

std::unique_ptr<Checker> MakeRemovalChecker(Findings& findings) {
  return std::make_unique<RemovalChecker>(findings);
}

}  // namespace belfry::properties
