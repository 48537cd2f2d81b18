// Reading tokens and what became of them. Writing is the transaction's.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_TOKEN_TABLE_H_
#define BELFRY_SERVER_STORAGE_SQLITE_TOKEN_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/rows.h"
#include "server/storage/sqlite/connection.h"

namespace belfry::storage {

// As the methods of Store say, on any connection.
absl::StatusOr<std::vector<TokenRow>> ReadTokens(Connection& connection);
absl::StatusOr<std::vector<AccessChangeRow>> ReadAccessChanges(Connection& connection,
                                                               int64_t after_position, int limit);

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_TOKEN_TABLE_H_
