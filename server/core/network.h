// Devices and subnets of an incident: what belongs to a removal from the network.
#ifndef BELFRY_SERVER_CORE_NETWORK_H_
#define BELFRY_SERVER_CORE_NETWORK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// What the registers of standing duties know of devices (Command::device_history).
using DeviceHistory = std::vector<v1::Device>;

// The order that a decision gives: the named devices and subnets, the subnets of the devices, every
// narrower subnet in them, and every system known on them, whoever owns it (POL-4.4). Refused
// without targets, and when public safety depends on one of them and the warning was not
// acknowledged.
absl::StatusOr<v1::NetworkRemoval> PlanRemoval(const Draft& draft, absl::string_view entity,
                                               const v1::RecordDecisionRequest& act);

// "pc-1", or "dop/pc-1" where another entity's system among the targets has the same name.
std::string TargetName(const v1::NetworkRemoval& removal, int index);

// When an infection was last found on what was removed; InfinitePast when never. A device that was
// cleaned since, or moved away, counts as what it was then.
absl::Time NewestFinding(const record::v1::IncidentState& state, const v1::NetworkRemoval& removal,
                         const DeviceHistory& history);

// Does the scan cover every removed subnet?
bool Covers(const v1::NetworkRemoval& removal, const v1::Scan& scan);

// What was ever found on the device stays known, whatever was recorded later elsewhere.
void KeepHistory(const v1::Device& earlier, v1::Device& device);

bool IsInfected(v1::Device::Status status);

const v1::Device* FindDevice(const record::v1::IncidentState& state, absl::string_view entity,
                             absl::string_view device);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_NETWORK_H_
