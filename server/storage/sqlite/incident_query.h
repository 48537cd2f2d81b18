// Lists of incidents, on any connection.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_INCIDENT_QUERY_H_
#define BELFRY_SERVER_STORAGE_SQLITE_INCIDENT_QUERY_H_

#include <vector>

#include "server/storage/rows.h"
#include "server/storage/sqlite/connection.h"

namespace belfry::storage {

absl::StatusOr<std::vector<IncidentRow>> QueryIncidents(Connection& connection,
                                                        const IncidentQuery& query);

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_INCIDENT_QUERY_H_
