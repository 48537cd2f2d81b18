// One connection to the database file, with every setting that durability rests on.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_CONNECTION_H_
#define BELFRY_SERVER_STORAGE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/sqlite/statement.h"

namespace belfry::storage {

// Owns a handle and its prepared statements. Not thread-safe.
//
// Hard rule: one process has one writing connection, and that one does every checkpoint. SQLite
// 3.40.1 can lose committed pages when another connection checkpoints while it commits.
class Connection {
 public:
  enum class Mode { kWriter, kReader };

  // WAL, synchronous=FULL and the rest are set and read back; a file that refuses one of them is
  // not opened.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode);

  sqlite3* handle() { return db_.get(); }
  absl::Status Execute(absl::string_view sql);
  // The first column of the first row.
  absl::StatusOr<std::string> QueryText(absl::string_view sql);
  // A statement that is prepared at its first use; `sql` is its name and must be a literal.
  absl::StatusOr<Statement*> Cached(const char* sql);

 private:
  struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };

  explicit Connection(sqlite3* db) : db_(db) {}
  absl::Status Configure(Mode mode);

  std::unique_ptr<sqlite3, Closer> db_;
  absl::flat_hash_map<const void*, std::unique_ptr<Statement>> statements_;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_CONNECTION_H_
