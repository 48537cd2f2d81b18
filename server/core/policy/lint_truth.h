// Whether a predicate can hold at all, and whether it can fail, judged from the pack alone.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_TRUTH_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_TRUTH_H_

#include "belfry/policy/v1/policy.pb.h"

namespace belfry::core {

struct Truth {
  bool can_hold = true;
  bool can_fail = true;
};

// Tries every combination of the answers, states, severities and numbers the predicate speaks of,
// as long as there are few. What it cannot relate to each other it takes to be independent, so that
// "can" may be too generous and "cannot" is never wrong.
Truth TruthOf(const policy::v1::Policy& policy, const policy::v1::Predicate& predicate);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_TRUTH_H_
