// The embedded default: one SQLite file, one writer, readers that never wait.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_SQLITE_STORE_H_
#define BELFRY_SERVER_STORAGE_SQLITE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace belfry::storage {

struct SqliteOptions {
  // Connections for reading.
  int readers = 2;
  // Refuse to grow beyond this many pages; 0: no limit. For tests of a full disk.
  int pages_max = 0;
};

// Opens or creates the database at `path` and takes the instance lock beside it ("PATH.lock"): a
// second process is refused with FAILED_PRECONDITION. Checks the file (quick_check) and migrates it
// to the present schema; a newer schema is refused.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                       SqliteOptions options = {});

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_SQLITE_STORE_H_
