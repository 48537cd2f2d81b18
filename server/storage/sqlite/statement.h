// SQLite's C interface, wrapped once: a prepared statement.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_STATEMENT_H_
#define BELFRY_SERVER_STORAGE_SQLITE_STATEMENT_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::storage {

// What an error of SQLite means to a caller: RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE for a
// lock somebody else holds, DATA_LOSS for corruption, INTERNAL otherwise. Says what to do.
absl::Status SqliteError(sqlite3* db, int code, absl::string_view doing);

// Prepared once, run often: bind, step, read, reset.
//
//   BELFRY_ASSIGN_OR_RETURN(Row row, statement.Bind(1, id).Step());
//
// Not thread-safe; belongs to one connection.
class Statement {
 public:
  static absl::StatusOr<Statement> Prepare(sqlite3* db, absl::string_view sql);

  Statement() = default;

  // Parameters count from 1. Text and blobs are copied.
  Statement& Bind(int index, int64_t value);
  Statement& Bind(int index, absl::string_view value);
  Statement& BindBlob(int index, absl::string_view value);
  Statement& BindNull(int index);
  template <typename T>
  Statement& BindOptional(int index, const std::optional<T>& value) {
    return value.has_value() ? Bind(index, *value) : BindNull(index);
  }

  // True: a row can be read. False: no more rows. Resets itself at the end and after errors.
  absl::StatusOr<bool> Step();
  // For statements without rows.
  absl::Status Run();
  // Call when leaving rows unread, so that no read transaction stays open.
  void Reset();

  // Columns count from 0.
  int64_t Int(int column) const;
  std::string Text(int column) const;
  bool IsNull(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_STATEMENT_H_
