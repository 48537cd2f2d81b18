// Incidents of every kind on a real server, for what goes out and comes back in other formats.
#ifndef BELFRY_TESTS_SUPPORT_EXCHANGE_WORLD_H_
#define BELFRY_TESTS_SUPPORT_EXCHANGE_WORLD_H_

#include <string>
#include <vector>

#include "tests/support/test_server.h"

namespace belfry::testing {

// Texts that break formats: quotes, markup, formulas, characters beyond the basic plane,
// right-to-left, line ends, path and shell. All of them the server takes; the control characters
// that it refuses are a matter of the unit tests.
const std::vector<std::string>& HostileTexts();

// Reports `count` incidents: all categories and their details, severities, entities; restricted
// ones, drills, dismissed, merged, closed; notes, devices, costs, tickets, documents. The same each
// time. Returns their names.
std::vector<std::string> PlayIncidents(TestServer& server, int count);

// Leads an incident of DOP through everything to CLOSED. False when some step was refused.
bool CloseIncident(TestServer& server, const std::string& name);

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_EXCHANGE_WORLD_H_
