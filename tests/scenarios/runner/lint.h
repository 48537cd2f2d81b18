// What is wrong with a scenario before it is played: names nobody has, codes the pack does not
// know, times that do not exist. Without this an expectation that something is absent would hold
// for ever because of a slip of the pen.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_LINT_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_LINT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/testing/v1/scenario.pb.h"

namespace belfry::scenario {

// One line for each complaint: file and line, place, what is wrong and what to write instead.
// `text` is what the scenario was read from.
absl::Status LintScenario(const std::string& file, const std::string& text,
                          const testing::v1::Scenario& scenario, const policy::v1::Policy& policy,
                          absl::TimeZone zone, absl::Time start);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_LINT_H_
