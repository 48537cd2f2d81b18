#include "server/storage/sqlite/connection.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::storage {
namespace {

// Only another program can hold the file; waiting longer than a caller would helps nobody.
constexpr int kBusyTimeoutMs = 2000;

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode) {
  const int flags = mode == Mode::kWriter
                        ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
                        : SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) return SqliteError(db, code, absl::StrCat("open ", path));
  BELFRY_RETURN_IF_ERROR(connection->Configure(mode));
  return connection;
}

absl::Status Connection::Configure(Mode mode) {
  sqlite3_extended_result_codes(db_.get(), 1);
  sqlite3_busy_timeout(db_.get(), kBusyTimeoutMs);
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  struct Setting {
    const char* set;
    const char* get;
    const char* value;
  };
  static constexpr Setting kSettings[] = {
      {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
      {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
      {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"},
      {"PRAGMA mmap_size=0", "PRAGMA mmap_size", "0"},
      {"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
      {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
      {"PRAGMA cache_size=-65536", "PRAGMA cache_size", "-65536"},
  };
  for (const Setting& setting : kSettings) {
    BELFRY_RETURN_IF_ERROR(Execute(setting.set));
    BELFRY_ASSIGN_OR_RETURN(const std::string value, QueryText(setting.get));
    // mmap_size answers nothing where mapping is compiled out.
    if (value != setting.value && !value.empty()) {
      return absl::FailedPreconditionError(absl::StrCat("the database refuses \"", setting.set,
                                                        "\" and stays at ", value,
                                                        "; put the file on a local disk"));
    }
  }
  if (mode == Mode::kReader) return Execute("PRAGMA query_only=ON");
  // What is deleted or moved leaves no bytes behind where that costs no writing.
  return Execute("PRAGMA secure_delete=FAST");
}

absl::Status Connection::Execute(absl::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(db_.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return SqliteError(db_.get(), code, absl::StrCat("run \"", sql.substr(0, 60), "\""));
}

absl::StatusOr<std::string> Connection::QueryText(absl::string_view sql) {
  BELFRY_ASSIGN_OR_RETURN(Statement statement, Statement::Prepare(db_.get(), sql));
  BELFRY_ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? statement.Text(0) : std::string();
}

absl::StatusOr<Statement*> Connection::Cached(const char* sql) {
  std::unique_ptr<Statement>& slot = statements_[sql];
  if (slot == nullptr) {
    BELFRY_ASSIGN_OR_RETURN(Statement statement, Statement::Prepare(db_.get(), sql));
    slot = std::make_unique<Statement>(std::move(statement));
  }
  return slot.get();
}

}  // namespace belfry::storage
