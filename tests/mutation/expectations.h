// What any pack that claims to be ITD-SEC-4.3 must do, read from expectations/*.txt and tried on
// the core. README.md explains the files.
#ifndef BELFRY_TESTS_MUTATION_EXPECTATIONS_H_
#define BELFRY_TESTS_MUTATION_EXPECTATIONS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/mutation/world.h"

namespace belfry::mutation {

struct Line {
  std::string file;
  int number = 0;
  std::string text;
};

using Macros = std::map<std::string, std::vector<Line>>;

// One pack on trial.
class Trial {
 public:
  // INVALID_ARGUMENT when the pack cannot be put in force.
  static absl::StatusOr<std::shared_ptr<Trial>> Create(policy::v1::Policy policy,
                                                       const Macros* macros);

  const core::PolicyIndex& policy() const { return *policy_; }
  World NewWorld() const { return {policy_, directory_}; }
  // Plays lines of acts and times: macros by "use", "+1h" and "=24h" for time. The first act that
  // is refused ends it with what was refused.
  absl::Status Play(World& world, absl::string_view acts, const std::string& severity = "") const;
  // A macro played from the beginning; kept.
  absl::StatusOr<World> After(const std::string& macro, const std::string& severity = "");

 private:
  PolicyPtr policy_;
  DirectoryPtr directory_;
  const Macros* macros_ = nullptr;
  std::map<std::string, World> played_;
};

// One expectation, or a small group that belongs together.
struct Check {
  std::string name;      // "duty FOLLOWUP-24H"
  std::string citation;  // of the catalogue's row or section, as the file says
  std::string where;     // "duties.txt:12"
  // What differs; empty when nothing does.
  std::function<std::vector<std::string>(Trial&)> run;
};

struct Suite {
  Macros macros;
  std::vector<Check> checks;
};

// Reads every *.txt of the folder. The errors name file and line.
absl::StatusOr<Suite> ReadSuite(const std::string& folder);

// For checks that are not in the files.
void AddComputedChecks(Suite& suite);
// Who may read, and who may say who may.
void AddAccessChecks(Suite& suite);

// Everybody who can act: each role's holder, a clerk without a role, a system of the agency.
const std::vector<std::string>& Actors();
// "DOCUMENT_INCOMPLETE summary impact": the reason of a refusal, and what it is about.
std::string Refusal(const absl::Status& status);
bool IsDenied(const absl::Status& status);

}  // namespace belfry::mutation

#endif  // BELFRY_TESTS_MUTATION_EXPECTATIONS_H_
