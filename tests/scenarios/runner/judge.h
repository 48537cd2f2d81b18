// Compares what happened with what had to happen.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/scenarios/runner/player.h"

namespace belfry::scenario {

struct Verdict {
  // Those of the play first.
  std::vector<Difference> differences;
  // Every duty there was, as a scenario expects it; a comment before those of each incident.
  std::vector<std::string> duties;
};

// Asks the server for everything.
absl::StatusOr<Verdict> Judge(Site& site, const testing::v1::Scenario& scenario,
                              absl::TimeZone zone, const Played& played);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_JUDGE_H_
