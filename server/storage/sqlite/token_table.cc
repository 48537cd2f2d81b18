#include "server/storage/sqlite/token_table.h"

#include "server/base/status_macros.h"
#include "server/storage/sqlite/sqlite_transaction.h"

namespace belfry::storage {
namespace {

TokenRow ReadRow(const Statement& select) {
  TokenRow row;
  row.name = select.Text(0);
  row.hash = select.Text(1);
  row.principal = select.Text(2);
  row.blob = select.Text(3);
  row.expire_time_us = select.Int(4);
  row.revoke_time_us = select.Int(5);
  row.last_use_time_us = select.Int(6);
  return row;
}

absl::StatusOr<std::vector<TokenRow>> ReadRows(Statement& select) {
  std::vector<TokenRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    rows.push_back(ReadRow(select));
  }
}

}  // namespace

absl::StatusOr<std::vector<TokenRow>> ReadTokens(Connection& connection) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT name, hash, principal, blob, expire_time_us, revoke_time_us, "
                        "last_use_time_us FROM tokens ORDER BY name"));
  return ReadRows(*select);
}

absl::StatusOr<std::vector<AccessChangeRow>> ReadAccessChanges(Connection& connection,
                                                               int64_t after_position, int limit) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT position, time_us, principal, kind, subject, blob "
                        "FROM access_changes WHERE position > ? ORDER BY position LIMIT ?"));
  select->Bind(1, after_position).Bind(2, limit);
  std::vector<AccessChangeRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    AccessChangeRow& row = rows.emplace_back();
    row.position = select->Int(0);
    row.time_us = select->Int(1);
    row.principal = select->Text(2);
    row.kind = select->Text(3);
    row.subject = select->Text(4);
    row.blob = select->Text(5);
  }
}

absl::Status SqliteTransaction::PutToken(const TokenRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached(
          "INSERT INTO tokens (name, hash, principal, blob, expire_time_us, revoke_time_us, "
          "last_use_time_us) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
          "hash = excluded.hash, principal = excluded.principal, blob = excluded.blob, "
          "expire_time_us = excluded.expire_time_us, revoke_time_us = excluded.revoke_time_us, "
          "last_use_time_us = excluded.last_use_time_us"));
  return upsert->Bind(1, row.name)
      .BindBlob(2, row.hash)
      .Bind(3, row.principal)
      .BindBlob(4, row.blob)
      .Bind(5, row.expire_time_us)
      .Bind(6, row.revoke_time_us)
      .Bind(7, row.last_use_time_us)
      .Run();
}

absl::Status SqliteTransaction::DeleteToken(absl::string_view name) {
  BELFRY_ASSIGN_OR_RETURN(Statement * remove,
                          connection_->Cached("DELETE FROM tokens WHERE name = ?"));
  return remove->Bind(1, name).Run();
}

absl::StatusOr<std::optional<TokenRow>> SqliteTransaction::LoadToken(absl::string_view name) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT name, hash, principal, blob, expire_time_us, revoke_time_us, "
                          "last_use_time_us FROM tokens WHERE name = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, name).Step());
  if (!found) return std::nullopt;
  TokenRow row = ReadRow(*select);
  select->Reset();
  return row;
}

absl::StatusOr<std::vector<TokenRow>> SqliteTransaction::ListTokensOf(absl::string_view principal) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT name, hash, principal, blob, expire_time_us, revoke_time_us, "
                          "last_use_time_us FROM tokens WHERE principal = ? ORDER BY name"));
  return ReadRows(select->Bind(1, principal));
}

absl::Status SqliteTransaction::TouchToken(absl::string_view name, int64_t last_use_time_us) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * update,
      connection_->Cached("UPDATE tokens SET last_use_time_us = max(last_use_time_us, ?) "
                          "WHERE name = ?"));
  return update->Bind(1, last_use_time_us).Bind(2, name).Run();
}

absl::Status SqliteTransaction::AppendAccessChange(AccessChangeRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO access_changes (time_us, principal, kind, subject, blob) "
                          "VALUES (?, ?, ?, ?, ?)"));
  BELFRY_RETURN_IF_ERROR(insert->Bind(1, row.time_us)
                             .Bind(2, row.principal)
                             .Bind(3, row.kind)
                             .Bind(4, row.subject)
                             .BindBlob(5, row.blob)
                             .Run());
  row.position = sqlite3_last_insert_rowid(connection_->handle());
  return absl::OkStatus();
}

}  // namespace belfry::storage
