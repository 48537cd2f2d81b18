// Writes the documents of a scenario that was played, in every format.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_DOCUMENTS_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_DOCUMENTS_H_

#include <string>

#include "absl/status/status.h"
#include "tests/scenarios/runner/acts.h"
#include "tests/scenarios/runner/reader.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {

// <file_name>.txt, .html and .pdf for each document of each incident, as whoever sent it sees it,
// and <file_name>.json with its type, fields and deliveries.
absl::Status WriteDocuments(Site& site, Reader& reader, const Incidents& incidents,
                            const std::string& directory);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_DOCUMENTS_H_
