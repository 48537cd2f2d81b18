// A small policy pack, so that the tests say what they depend on.
#ifndef BELFRY_TESTS_UNIT_CLIENT_LIB_TEST_POLICY_H_
#define BELFRY_TESTS_UNIT_CLIENT_LIB_TEST_POLICY_H_

#include <memory>

#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/chat/view.h"

namespace belfry {

std::shared_ptr<const policy::v1::Policy> TestPolicy();

// 24 November 2026, 14:05 in the zone of the test pack.
absl::Time TestNow();

// The test pack, its zone, its now, and "/incident" before every hint.
chat::View TestView();

}  // namespace belfry

#endif  // BELFRY_TESTS_UNIT_CLIENT_LIB_TEST_POLICY_H_
