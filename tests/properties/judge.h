// Plays histories before all checkers, and those that are to be played twice a second time.
#ifndef BELFRY_TESTS_PROPERTIES_JUDGE_H_
#define BELFRY_TESTS_PROPERTIES_JUDGE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "server/core/policy/policy_index.h"
#include "tests/properties/checker.h"
#include "tests/properties/history.h"

namespace belfry::properties {

// Makes the history of a seed and checks it. `property` 0: all.
std::pair<History, Findings> JudgeSeed(uint64_t seed, const core::PolicyIndex& policy,
                                       int property = 0);

// Plays a history again and checks it.
Findings JudgeHistory(const History& history, const core::PolicyIndex& policy, int property = 0);

// Every step with its answer; with `events` also all that it did and that fell due.
std::string Trace(const History& history, const core::PolicyIndex& policy, bool events);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_JUDGE_H_
