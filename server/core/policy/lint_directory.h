// A policy pack against the people who are to act under it.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_DIRECTORY_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_DIRECTORY_H_

#include <vector>

#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/directory.pb.h"
#include "server/core/policy/lint.h"

namespace belfry::core {

// Roles that nobody holds where they are needed, people on the ladder who cannot be reached,
// recipients without a holder, duties that nobody could satisfy: warnings that name who and where.
// A directory that does not fit the pack at all is an error. For a pack without errors.
std::vector<Finding> LintDirectory(const policy::v1::Policy& pack, v1::Directory directory);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_DIRECTORY_H_
