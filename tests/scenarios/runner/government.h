// The directory of a scenario, from its short form.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_GOVERNMENT_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_GOVERNMENT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "belfry/v1/directory.pb.h"

namespace belfry::scenario {

v1::Directory ExpandGovernment(const testing::v1::Government& government);

// Roles that the short form gives out, whatever the pack calls its own.
std::vector<std::string> ShortFormRoles();

// "entities/dop" for "dop"; a full name stays, and nothing stays nothing.
std::string EntityName(absl::string_view id);
// "people/dop.pc" for "dop.pc".
std::string PersonName(absl::string_view id);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_GOVERNMENT_H_
