// Histories that are played twice, with one thing changed: what must not depend on it is compared.
#ifndef BELFRY_TESTS_PROPERTIES_TWINS_H_
#define BELFRY_TESTS_PROPERTIES_TWINS_H_

#include "server/core/policy/policy_index.h"
#include "tests/properties/checker.h"
#include "tests/properties/history.h"

namespace belfry::properties {

// 13: the voluntary entity bound. 14: no personal information. 20: other ticks.
void PlayTwins(const History& history, const core::PolicyIndex& policy, int property,
               Findings& findings);

// The same history with all answers about personal information taken away.
History WithoutPersonalInformation(History history);

// Each plays `history` twice.
void ComparePersonalInformation(const History& history, const core::PolicyIndex& policy,
                                Findings& findings);
void CompareBinding(const History& history, const core::PolicyIndex& policy, Findings& findings);
// The rows of two histories, which ought to be the same.
void CompareHistories(const History& one, const History& other, const core::PolicyIndex& policy,
                      Findings& findings);
void CompareGranularity(const History& history, const core::PolicyIndex& policy,
                        Findings& findings);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_TWINS_H_
