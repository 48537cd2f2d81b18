// What people do in a scenario, as calls of the public API.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_ACTS_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_ACTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "tests/scenarios/runner/rows.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {

// Names that the scenario gave its incidents.
class Incidents {
 public:
  void Add(const std::string& alias, const std::string& name);
  // "incidents/…"; the only one there is for an empty alias.
  absl::StatusOr<std::string> Find(const std::string& alias) const;
  // In the order in which they were reported.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::string> by_alias_;
  std::vector<std::string> names_;
};

// What became of an act.
struct Outcome {
  // The server's refusal when it was refused.
  absl::Status answer;
  // What was to be seen and was not, or the other way round.
  std::vector<Difference> seen;
};

// Does it; an error when the scenario itself is wrong, so that the server was not even asked.
absl::StatusOr<Outcome> Perform(Site& site, const testing::v1::Step& step, absl::TimeZone zone,
                                Incidents& incidents);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_ACTS_H_
