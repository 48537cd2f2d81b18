// What was found, for people.
#ifndef BELFRY_TESTS_PROPERTIES_REPORT_H_
#define BELFRY_TESTS_PROPERTIES_REPORT_H_

#include <string>
#include <vector>

#include "server/core/policy/policy_index.h"
#include "tests/properties/checker.h"
#include "tests/properties/history.h"

namespace belfry::properties {

// The shrunk history with its seed, property, trace and the rows that differ.
std::string FailureText(const Failure& failure, const History& history,
                        const core::PolicyIndex& policy);

// Share of accepted acts, events, duties, states, outcomes, and what each property had to look at.
std::string CoverageText(const Findings& findings);

// What of the pack and of the properties never occurred; empty when nothing is missing.
std::vector<std::string> Unexercised(const Findings& findings, const core::PolicyIndex& policy);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_REPORT_H_
