// Makes histories: acts that mostly succeed, by people who mostly may, at awkward times.
#ifndef BELFRY_TESTS_PROPERTIES_GENERATOR_H_
#define BELFRY_TESTS_PROPERTIES_GENERATOR_H_

#include <cstdint>

#include "server/core/policy/policy_index.h"
#include "tests/properties/history.h"
#include "tests/properties/world.h"

namespace belfry::properties {

Profile ProfileOf(uint64_t seed);

// Plays while it makes: what is generated follows from what is there. `witness` sees all of it.
History Generate(uint64_t seed, const core::PolicyIndex& policy, Witness* witness);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_GENERATOR_H_
