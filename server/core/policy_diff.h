// What is different between two policy packs, as people read it.
#ifndef BELFRY_SERVER_CORE_POLICY_DIFF_H_
#define BELFRY_SERVER_CORE_POLICY_DIFF_H_

#include <vector>

#include "belfry/v1/policy_service.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// Item by item, in the order of the pack's lists; items are known by their codes. Empty when the
// packs say the same. `open_duties` stays 0.
std::vector<v1::PolicyChange> DiffPolicies(const PolicyIndex& before, const PolicyIndex& after);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_DIFF_H_
