// Devices and subnets of an incident: what belongs to a removal from the network.
#ifndef BELFRY_SERVER_CORE_NETWORK_H_
#define BELFRY_SERVER_CORE_NETWORK_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// The order that a decision gives: the named devices and subnets, the subnets of the devices, and
// every system known on them (POL-4.4). Refused without targets, and when public safety depends on
// one of them and the warning was not acknowledged.
absl::StatusOr<v1::NetworkRemoval> PlanRemoval(const Draft& draft, absl::string_view entity,
                                               const v1::RecordDecisionRequest& act);

const v1::Device* FindDevice(const record::v1::IncidentState& state, absl::string_view entity,
                             absl::string_view device);

// "10.20.4.0/24": an IPv4 or IPv6 block.
bool IsCidr(absl::string_view text);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_NETWORK_H_
