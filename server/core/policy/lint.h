// Questions a careful reviewer of a policy pack would ask.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_H_

#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"

namespace belfry::core {

struct Finding {
  int line = 0;          // of the text, from 1; 0 when unknown
  std::string path;      // "obligations[3]"
  std::string message;   // what is wrong and what to do
  bool warning = false;  // the pack can be loaded all the same
};

// References that lead nowhere, states nobody reaches or leaves, duties that nothing raises or
// nobody can satisfy, conditions that never hold, numbers that are missing or make no sense, items
// without a clause or without a use. `line` stays 0.
std::vector<Finding> LintPolicy(const policy::v1::Policy& policy);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_H_
