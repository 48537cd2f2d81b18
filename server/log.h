// Structured log: one JSON object for each line on standard error.
#ifndef BELFRY_SERVER_LOG_H_
#define BELFRY_SERVER_LOG_H_

#include <string>

namespace belfry {

// Makes spdlog's default logger write JSON. `level`: trace, debug, info, warn or error; "info" when
// empty or unknown.
void InstallLog(const std::string& level);

}  // namespace belfry

#endif  // BELFRY_SERVER_LOG_H_
