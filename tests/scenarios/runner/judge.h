// Compares what happened with what had to happen.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/scenarios/runner/player.h"

namespace belfry::scenario {

// Asks the server for everything and returns all differences, those of the play first.
absl::StatusOr<std::vector<Difference>> Judge(Site& site, const testing::v1::Scenario& scenario,
                                              absl::TimeZone zone, const Played& played);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_
