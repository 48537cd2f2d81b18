// Reading evidence and its custody. Writing them is the transaction's.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_EVIDENCE_TABLES_H_
#define BELFRY_SERVER_STORAGE_SQLITE_EVIDENCE_TABLES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/rows.h"
#include "server/storage/sqlite/connection.h"

namespace belfry::storage {

// As the methods of Store say, on any connection.
absl::StatusOr<std::optional<EvidenceRow>> ReadEvidence(Connection& connection,
                                                        absl::string_view incident, int32_t number);
absl::StatusOr<std::vector<EvidenceRow>> ReadEvidenceList(Connection& connection,
                                                          absl::string_view incident, int32_t after,
                                                          int limit);
absl::StatusOr<std::vector<CustodyRow>> ReadCustody(Connection& connection,
                                                    absl::string_view incident, int32_t number,
                                                    int32_t after, int limit);
absl::StatusOr<bool> ReadHasObject(Connection& connection, absl::string_view object);

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_EVIDENCE_TABLES_H_
