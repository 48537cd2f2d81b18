// What would happen under a pack: an incident played through the core, in memory.
#ifndef BELFRY_SERVER_ENGINE_SIMULATE_H_
#define BELFRY_SERVER_ENGINE_SIMULATE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/policy_service.pb.h"
#include "server/core/command.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"

namespace belfry::engine {

struct Simulation {
  core::Caller reporter;
  v1::CreateIncidentRequest report;
  absl::Time start;
  absl::Duration horizon;
  bool people_react = false;
};

inline constexpr absl::Duration kSimulationHorizonMax = absl::Hours(24 * 400);
inline constexpr int kSimulationDecisionsMax = 4'000;
inline constexpr int kSimulationStepsMax = 10'000;

// Pure: stores nothing, tells nobody; the same inputs give the same answer. Refused like the report
// would be.
absl::StatusOr<v1::SimulatePolicyResponse> Simulate(const core::PolicyIndex& policy,
                                                    const core::Directory& directory,
                                                    const Simulation& simulation);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_SIMULATE_H_
