// Makes a failing history as small as it gets.
#ifndef BELFRY_TESTS_PROPERTIES_SHRINK_H_
#define BELFRY_TESTS_PROPERTIES_SHRINK_H_

#include <string>

#include "server/core/policy/policy_index.h"
#include "tests/properties/history.h"

namespace belfry::properties {

// Leaves out acts while the failure `tag` remains (delta debugging). Returns the history unchanged
// when playing it again does not show the failure.
History Shrink(History history, const core::PolicyIndex& policy, int property,
               const std::string& tag);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_SHRINK_H_
