#include "server/storage/sqlite/sqlite_record.h"

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/storage/sqlite/delivery_columns.h"

namespace belfry::storage {
namespace {

#define BELFRY_LEAF_COLUMNS "log, idx, leaf, salt, payload_kind, payload_ref"
#define BELFRY_CHECKPOINT_COLUMNS "log, size, note, cosigned, time_us, super_index"
#define BELFRY_HEAD_COLUMNS "log, origin, size, frontier, root, published"

LogHeadRow ReadHead(const Statement& select) {
  return {select.Text(0), select.Text(1), select.Int(2),
          select.Text(3), select.Text(4), select.Int(5)};
}

LogLeafRow ReadLeaf(const Statement& select) {
  return {select.Text(0),
          select.Int(1),
          select.Text(2),
          select.Text(3),
          static_cast<PayloadKind>(select.Int(4)),
          select.Int(5)};
}

CheckpointRow ReadCheckpoint(const Statement& select) {
  return {select.Text(0),     select.Int(1), select.Text(2),
          select.Int(3) != 0, select.Int(4), select.Int(5)};
}

// Where the blobs of a kind of payload stand.
const char* PayloadQuery(PayloadKind kind) {
  switch (kind) {
    case PayloadKind::kEvent:
      return "SELECT blob FROM events WHERE position = ?";
    case PayloadKind::kDirectoryChange:
      return "SELECT blob FROM directory_changes WHERE position = ?";
    case PayloadKind::kPolicy:
      return "SELECT text FROM policies WHERE sequence = ?";
    case PayloadKind::kRecord:
      return "SELECT blob FROM record_events WHERE position = ?";
    case PayloadKind::kAccessChange:
      return "SELECT blob FROM access_changes WHERE position = ?";
    case PayloadKind::kNone:
      break;
  }
  return nullptr;
}

// The only row of a query, or none.
template <typename Read>
auto ReadOne(Statement& select, Read read)
    -> absl::StatusOr<std::optional<decltype(read(select))>> {
  BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::nullopt;
  auto row = read(select);
  select.Reset();
  return row;
}

template <typename Read>
auto ReadAll(Statement& select, Read read) -> absl::StatusOr<std::vector<decltype(read(select))>> {
  std::vector<decltype(read(select))> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    rows.push_back(read(select));
  }
}

std::string FirstText(const Statement& select) { return select.Text(0); }

}  // namespace

absl::StatusOr<std::vector<LogHeadRow>> SqliteRecord::ListLogHeads() {
  BELFRY_ASSIGN_OR_RETURN(Statement * select, connection_.Cached("SELECT " BELFRY_HEAD_COLUMNS
                                                                 " FROM log_heads ORDER BY log"));
  return ReadAll(*select, ReadHead);
}

absl::StatusOr<std::optional<LogHeadRow>> SqliteRecord::FindLogHead(absl::string_view log) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select, connection_.Cached("SELECT " BELFRY_HEAD_COLUMNS
                                                                 " FROM log_heads WHERE log = ?"));
  return ReadOne(select->Bind(1, log), ReadHead);
}

absl::StatusOr<std::vector<LogLeafRow>> SqliteRecord::ListLeaves(absl::string_view log,
                                                                 int64_t first, int64_t count) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection_.Cached("SELECT " BELFRY_LEAF_COLUMNS
                                             " FROM log_leaves WHERE log = ? AND idx >= ? "
                                             "ORDER BY idx LIMIT ?"));
  return ReadAll(select->Bind(1, log).Bind(2, first).Bind(3, count), ReadLeaf);
}

absl::StatusOr<std::optional<LogLeafRow>> SqliteRecord::FindLeafOf(PayloadKind kind, int64_t ref) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT " BELFRY_LEAF_COLUMNS " FROM log_leaves "
                         "WHERE payload_kind = ? AND payload_ref = ? AND payload_kind > 0"));
  return ReadOne(select->Bind(1, static_cast<int64_t>(kind)).Bind(2, ref), ReadLeaf);
}

absl::StatusOr<int64_t> SqliteRecord::LastLogged(PayloadKind kind) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection_.Cached("SELECT payload_ref FROM log_leaves "
                                             "WHERE payload_kind = ? AND payload_kind > 0 "
                                             "ORDER BY payload_ref DESC LIMIT 1"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, static_cast<int64_t>(kind)).Step());
  const int64_t last = found ? select->Int(0) : 0;
  select->Reset();
  return last;
}

absl::StatusOr<std::optional<std::string>> SqliteRecord::ReadTile(absl::string_view log, int level,
                                                                  int64_t number) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached(
          "SELECT hashes FROM log_tiles WHERE log = ? AND level = ? AND number = ?"));
  return ReadOne(select->Bind(1, log).Bind(2, level).Bind(3, number), FirstText);
}

absl::StatusOr<std::optional<CheckpointRow>> SqliteRecord::FindCheckpoint(absl::string_view log,
                                                                          int64_t size_min,
                                                                          bool newest) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      newest ? connection_.Cached("SELECT " BELFRY_CHECKPOINT_COLUMNS " FROM checkpoints "
                                  "WHERE log = ? AND size >= ? ORDER BY size DESC LIMIT 1")
             : connection_.Cached("SELECT " BELFRY_CHECKPOINT_COLUMNS " FROM checkpoints "
                                  "WHERE log = ? AND size >= ? ORDER BY size LIMIT 1"));
  return ReadOne(select->Bind(1, log).Bind(2, size_min), ReadCheckpoint);
}

absl::StatusOr<std::optional<CheckpointRow>> SqliteRecord::FindCosigned(absl::string_view log) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT " BELFRY_CHECKPOINT_COLUMNS " FROM checkpoints "
                         "WHERE log = ? AND cosigned = 1 ORDER BY size DESC LIMIT 1"));
  return ReadOne(select->Bind(1, log), ReadCheckpoint);
}

absl::StatusOr<std::optional<std::string>> SqliteRecord::ReadPayload(PayloadKind kind,
                                                                     int64_t ref) {
  const char* const query = PayloadQuery(kind);
  if (query == nullptr) return std::nullopt;
  BELFRY_ASSIGN_OR_RETURN(Statement * select, connection_.Cached(query));
  return ReadOne(select->Bind(1, ref), FirstText);
}

absl::StatusOr<std::optional<EventRow>> SqliteRecord::FindEvent(absl::string_view incident,
                                                                int64_t version) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT position, incident, version, time_us, blob FROM events "
                         "WHERE incident = ? AND version = ?"));
  return ReadOne(select->Bind(1, incident).Bind(2, version), [](const Statement& row) {
    return EventRow{row.Int(0), row.Text(1), row.Int(2), row.Int(3), row.Text(4)};
  });
}

absl::StatusOr<std::vector<DirectoryChangeRow>> SqliteRecord::ListDirectoryChanges(
    int64_t after_position, int limit) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT position, time_us, principal, change, blob FROM directory_changes "
                         "WHERE position > ? ORDER BY position LIMIT ?"));
  return ReadAll(select->Bind(1, after_position).Bind(2, limit), [](const Statement& row) {
    return DirectoryChangeRow{row.Int(0), row.Int(1), row.Text(2), row.Text(3), row.Text(4)};
  });
}

absl::Status SqliteRecord::PutLogHead(const LogHeadRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_.Cached("INSERT INTO log_heads (" BELFRY_HEAD_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (log) DO UPDATE SET "
                         "size = excluded.size, frontier = excluded.frontier, "
                         "root = excluded.root, published = excluded.published"));
  return upsert->Bind(1, row.log)
      .Bind(2, row.origin)
      .Bind(3, row.size)
      .BindBlob(4, row.frontier)
      .BindBlob(5, row.root)
      .Bind(6, row.published)
      .Run();
}

absl::Status SqliteRecord::AppendLeaf(const LogLeafRow& row) {
  BELFRY_ASSIGN_OR_RETURN(Statement * insert,
                          connection_.Cached("INSERT INTO log_leaves (" BELFRY_LEAF_COLUMNS
                                             ") VALUES (?, ?, ?, ?, ?, ?)"));
  return insert->Bind(1, row.log)
      .Bind(2, row.index)
      .BindBlob(3, row.leaf)
      .BindBlob(4, row.salt)
      .Bind(5, static_cast<int64_t>(row.payload_kind))
      .Bind(6, row.payload_ref)
      .Run();
}

absl::Status SqliteRecord::AddTile(absl::string_view log, int level, int64_t number,
                                   absl::string_view hashes) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_.Cached("INSERT INTO log_tiles (log, level, number, hashes) VALUES (?, ?, ?, ?)"));
  return insert->Bind(1, log).Bind(2, level).Bind(3, number).BindBlob(4, hashes).Run();
}

absl::Status SqliteRecord::PutCheckpoint(const CheckpointRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_.Cached("INSERT INTO checkpoints (" BELFRY_CHECKPOINT_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (log, size) DO UPDATE SET "
                         "note = excluded.note, cosigned = excluded.cosigned"));
  return upsert->Bind(1, row.log)
      .Bind(2, row.size)
      .BindBlob(3, row.note)
      .Bind(4, row.cosigned ? 1 : 0)
      .Bind(5, row.time_us)
      .Bind(6, row.super_index)
      .Run();
}

absl::Status SqliteRecord::ForgetCheckpoints(absl::string_view log, int64_t size,
                                             int64_t until_us) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * remove,
      connection_.Cached("DELETE FROM checkpoints WHERE log = ? AND size < ? AND cosigned = 0 "
                         "AND time_us < ?"));
  return remove->Bind(1, log).Bind(2, size).Bind(3, until_us).Run();
}

absl::Status SqliteRecord::AddRecordEvent(RecordEventRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_.Cached("INSERT INTO record_events (time_us, principal, kind, blob) "
                         "VALUES (?, ?, ?, ?)"));
  BELFRY_RETURN_IF_ERROR(insert->Bind(1, row.time_us)
                             .Bind(2, row.principal)
                             .Bind(3, row.kind)
                             .BindBlob(4, row.blob)
                             .Run());
  row.position = sqlite3_last_insert_rowid(connection_.handle());
  return absl::OkStatus();
}

absl::Status SqliteRecord::Scrub() {
  if (scrubbed_) return absl::OkStatus();
  scrubbed_ = true;
  BELFRY_ASSIGN_OR_RETURN(const std::string on, connection_.QueryText("PRAGMA secure_delete=ON"));
  return on == "1" ? absl::OkStatus()
                   : absl::FailedPreconditionError("this SQLite cannot overwrite what it deletes");
}

absl::Status SqliteRecord::ReplaceEvent(int64_t position, absl::string_view blob) {
  BELFRY_RETURN_IF_ERROR(Scrub());
  BELFRY_ASSIGN_OR_RETURN(Statement * update,
                          connection_.Cached("UPDATE events SET blob = ? WHERE position = ?"));
  return update->BindBlob(1, blob).Bind(2, position).Run();
}

absl::Status SqliteRecord::DropSalt(absl::string_view log, int64_t index) {
  BELFRY_RETURN_IF_ERROR(Scrub());
  BELFRY_ASSIGN_OR_RETURN(
      Statement * update,
      connection_.Cached("UPDATE log_leaves SET salt = x'' WHERE log = ? AND idx = ?"));
  return update->Bind(1, log).Bind(2, index).Run();
}

absl::StatusOr<std::vector<RequestRow>> SqliteRecord::ListResponses(absl::string_view principal,
                                                                    absl::string_view text) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT principal, request_id, fingerprint, response_blob, time_us "
                         "FROM requests WHERE principal = ? AND instr(response_blob, ?) > 0"));
  return ReadAll(select->Bind(1, principal).BindBlob(2, text), [](const Statement& row) {
    return RequestRow{row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int(4)};
  });
}

absl::Status SqliteRecord::ReplaceResponse(absl::string_view principal,
                                           absl::string_view request_id, absl::string_view blob) {
  BELFRY_RETURN_IF_ERROR(Scrub());
  BELFRY_ASSIGN_OR_RETURN(Statement * update,
                          connection_.Cached("UPDATE requests SET response_blob = ? "
                                             "WHERE principal = ? AND request_id = ?"));
  return update->BindBlob(1, blob).Bind(2, principal).Bind(3, request_id).Run();
}

absl::StatusOr<std::vector<DeliveryRow>> SqliteRecord::ListDeliveriesAbout(
    absl::string_view incident) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_.Cached("SELECT " BELFRY_DELIVERY_COLUMNS
                         " FROM deliveries WHERE incident = ? ORDER BY sequence"));
  return ReadAll(select->Bind(1, incident), ReadDelivery);
}

absl::Status SqliteRecord::ReplaceDelivery(absl::string_view id, absl::string_view blob) {
  BELFRY_RETURN_IF_ERROR(Scrub());
  BELFRY_ASSIGN_OR_RETURN(Statement * update,
                          connection_.Cached("UPDATE deliveries SET blob = ? WHERE id = ?"));
  return update->BindBlob(1, blob).Bind(2, id).Run();
}

}  // namespace belfry::storage
