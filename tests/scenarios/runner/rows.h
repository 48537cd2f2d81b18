// Duties, expected and real, compared and written in one way.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_ROWS_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_ROWS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "belfry/v1/delivery.pb.h"
#include "belfry/v1/incident.pb.h"
#include "belfry/v1/obligation.pb.h"

namespace belfry::scenario {

// One row of a comparison that did not agree.
struct Difference {
  std::string what;
  std::string expected;
  std::string actual;
};

// "entities/dop" -> "dop".
std::string Tail(absl::string_view name);
// "REMINDER"; "RECEIPT" for a card whose duty has ended, whatever it asked before.
std::string KindName(const v1::Notice& notice);

std::string Describe(const testing::v1::Duty& duty);
std::string Describe(const v1::Obligation& duty, absl::TimeZone zone);
// As a scenario expects it: `duty { code: … }`.
std::string AsExpectation(const v1::Obligation& duty, absl::TimeZone zone);
// "DAILY-STATUS#2".
std::string Name(const testing::v1::Duty& duty);

// Takes the wanted duties out of `left`; differences for those that are not there as wanted. Those
// that agree go first, so that a wrong row is compared with what is really left.
std::vector<Difference> Match(std::vector<const testing::v1::Duty*> wanted,
                              std::vector<const v1::Obligation*>& left, absl::TimeZone zone,
                              const std::string& prefix);

std::string Describe(const testing::v1::Case& one);
std::string Describe(const v1::NonComplianceCase& one);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_ROWS_H_
