// People in a simulation: what somebody would do to fulfil a duty.
#ifndef BELFRY_SERVER_ENGINE_SIMULATE_PEOPLE_H_
#define BELFRY_SERVER_ENGINE_SIMULATE_PEOPLE_H_

#include <string>
#include <vector>

#include "belfry/record/v1/state.pb.h"
#include "server/core/command.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"

namespace belfry::engine {

// One thing to do, and who may try it, the likeliest first.
struct SimulatedAct {
  core::Act act;
  std::vector<std::string> people;  // "people/…"
};

// The acts that fulfil an open duty, each an alternative; where one needs others before it (a state
// that lies several steps ahead) they are steps of one alternative. Empty where nothing a person
// types fulfils it.
std::vector<std::vector<SimulatedAct>> ActsFor(const core::PolicyIndex& policy,
                                               const core::Directory& directory,
                                               const record::v1::IncidentState& state,
                                               const record::v1::ObligationRow& row);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_SIMULATE_PEOPLE_H_
