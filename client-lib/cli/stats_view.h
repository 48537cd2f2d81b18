// Measures as text: for a terminal, and as rows.
#ifndef BELFRY_CLIENT_LIB_CLI_STATS_VIEW_H_
#define BELFRY_CLIENT_LIB_CLI_STATS_VIEW_H_

#include <string>

#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/measures_service.pb.h"
#include "client-lib/cli/terminal.h"

namespace belfry::cli {

// Which lists are printed whole.
enum class StatsDetail { kOverview, kDuties, kClauses };

// Tables and charts, as wide as the terminal. `policy` gives titles and the zone.
std::string RenderStats(const v1::GetMeasuresResponse& measures, const policy::v1::Policy& policy,
                        StatsDetail detail, const Terminal& terminal);

// Every figure as one row "table,key,figure,value": CSV of RFC 4180. Times are in milliseconds.
std::string StatsCsv(const v1::GetMeasuresResponse& measures);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_STATS_VIEW_H_
