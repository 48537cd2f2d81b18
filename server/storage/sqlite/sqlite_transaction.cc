#include "server/storage/sqlite/sqlite_transaction.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/storage/sqlite/delivery_columns.h"
#include "server/storage/sqlite/incident_query.h"

namespace belfry::storage {

absl::StatusOr<std::optional<IncidentRow>> ReadIncident(Connection& connection,
                                                        absl::string_view id) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT id, version, state_blob, state, severity, open, overdue, "
                        "restricted, create_time_us, update_time_us, next_due_us, policy "
                        "FROM incidents WHERE id = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, id).Step());
  if (!found) return std::nullopt;
  IncidentRow row;
  row.id = select->Text(0);
  row.version = select->Int(1);
  row.state_blob = select->Text(2);
  row.state = select->Text(3);
  row.severity = select->Text(4);
  row.open = select->Int(5) != 0;
  row.overdue = select->Int(6) != 0;
  row.restricted = select->Int(7) != 0;
  row.create_time_us = select->Int(8);
  row.update_time_us = select->Int(9);
  if (!select->IsNull(10)) row.next_due_us = select->Int(10);
  row.policy = select->Text(11);
  select->Reset();
  return row;
}

SqliteTransaction::~SqliteTransaction() {
  // Nothing to do about a failing rollback: the connection is closed soon after, which undoes too.
  if (!finished_) connection_->Execute("ROLLBACK").IgnoreError();
  if (record_.scrubbed()) connection_->Execute("PRAGMA secure_delete=FAST").IgnoreError();
}

absl::StatusOr<std::optional<IncidentRow>> SqliteTransaction::LoadIncident(absl::string_view id) {
  return ReadIncident(*connection_, id);
}

absl::StatusOr<std::optional<EventRow>> SqliteTransaction::LoadEvent(absl::string_view incident,
                                                                     int64_t version) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection_->Cached("SELECT position, time_us, blob FROM events "
                                              "WHERE incident = ? AND version = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, incident).Bind(2, version).Step());
  if (!found) return std::nullopt;
  EventRow row{select->Int(0), std::string(incident), version, select->Int(1), select->Text(2)};
  select->Reset();
  return row;
}

absl::StatusOr<std::optional<RequestRow>> SqliteTransaction::FindRequest(
    absl::string_view principal, absl::string_view request_id) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT fingerprint, response_blob, time_us FROM requests "
                          "WHERE principal = ? AND request_id = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, principal).Bind(2, request_id).Step());
  if (!found) return std::nullopt;
  RequestRow row;
  row.principal = std::string(principal);
  row.request_id = std::string(request_id);
  row.fingerprint = select->Text(0);
  row.response_blob = select->Text(1);
  row.time_us = select->Int(2);
  select->Reset();
  return row;
}

absl::StatusOr<int64_t> SqliteTransaction::NextCounter(absl::string_view name) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO counters (name, value) VALUES (?, 1) "
                          "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"));
  BELFRY_ASSIGN_OR_RETURN(const bool row, upsert->Bind(1, name).Step());
  if (!row) return absl::InternalError("a counter returned nothing");
  const int64_t value = upsert->Int(0);
  upsert->Reset();
  return value;
}

absl::Status SqliteTransaction::PutIncident(const IncidentRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO incidents (id, version, state_blob, state, severity, open, "
                          "overdue, restricted, create_time_us, update_time_us, next_due_us, "
                          "policy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                          "ON CONFLICT (id) DO UPDATE SET version = excluded.version, "
                          "state_blob = excluded.state_blob, state = excluded.state, "
                          "severity = excluded.severity, open = excluded.open, "
                          "overdue = excluded.overdue, restricted = excluded.restricted, "
                          "update_time_us = excluded.update_time_us, "
                          "next_due_us = excluded.next_due_us, policy = excluded.policy"));
  upsert->Bind(1, row.id)
      .Bind(2, row.version)
      .BindBlob(3, row.state_blob)
      .Bind(4, row.state)
      .Bind(5, row.severity)
      .Bind(6, row.open)
      .Bind(7, row.overdue)
      .Bind(8, row.restricted)
      .Bind(9, row.create_time_us)
      .Bind(10, row.update_time_us)
      .BindOptional(11, row.next_due_us)
      .Bind(12, row.policy);
  BELFRY_RETURN_IF_ERROR(upsert->Run());
  BELFRY_ASSIGN_OR_RETURN(
      Statement * scope,
      connection_->Cached("INSERT OR IGNORE INTO incident_scopes (scope, incident) VALUES (?, ?)"));
  for (const std::string& name : row.scopes) {
    BELFRY_RETURN_IF_ERROR(scope->Bind(1, name).Bind(2, row.id).Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::AppendEvent(EventRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO events (incident, version, time_us, blob) "
                          "VALUES (?, ?, ?, ?)"));
  BELFRY_RETURN_IF_ERROR(insert->Bind(1, row.incident)
                             .Bind(2, row.version)
                             .Bind(3, row.time_us)
                             .BindBlob(4, row.blob)
                             .Run());
  row.position = sqlite3_last_insert_rowid(connection_->handle());
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutRequest(const RequestRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO requests (principal, request_id, fingerprint, "
                          "response_blob, time_us) VALUES (?, ?, ?, ?, ?)"));
  return insert->Bind(1, row.principal)
      .Bind(2, row.request_id)
      .BindBlob(3, row.fingerprint)
      .BindBlob(4, row.response_blob)
      .Bind(5, row.time_us)
      .Run();
}

absl::Status SqliteTransaction::AddDelivery(DeliveryRow& row) {
  if (!row.conflation_key.empty()) {
    // In place, so that it keeps its turn: what hangs on it comes after it.
    BELFRY_ASSIGN_OR_RETURN(
        Statement * conflate,
        connection_->Cached("UPDATE deliveries SET blob = ?, target = ?, platform = ?, "
                            "conversation = ?, endpoint_index = ? WHERE conflation_key = ? "
                            "AND state = 1 AND attempt = 0 RETURNING id, sequence"));
    conflate->BindBlob(1, row.blob)
        .Bind(2, row.target)
        .Bind(3, row.platform)
        .Bind(4, row.conversation)
        .Bind(5, row.endpoint_index)
        .Bind(6, row.conflation_key);
    BELFRY_ASSIGN_OR_RETURN(const bool found, conflate->Step());
    if (found) {
      row.id = conflate->Text(0);
      row.sequence = conflate->Int(1);
      conflate->Reset();
      return absl::OkStatus();
    }
  }
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO deliveries (" BELFRY_DELIVERY_COLUMNS
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                          "NULL)"));
  BindDelivery(*insert, row);
  BELFRY_RETURN_IF_ERROR(insert->Run());
  row.sequence = sqlite3_last_insert_rowid(connection_->handle());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DeliveryRow>> SqliteTransaction::LoadDelivery(absl::string_view id) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select, connection_->Cached("SELECT " BELFRY_DELIVERY_COLUMNS
                                                                  " FROM deliveries WHERE id = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, id).Step());
  if (!found) return std::nullopt;
  DeliveryRow row = ReadDelivery(*select);
  select->Reset();
  return row;
}

absl::Status SqliteTransaction::UpdateDelivery(const DeliveryRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * update,
      connection_->Cached(
          "UPDATE deliveries SET incident = ?2, target = ?3, platform = ?4, conversation = ?5, "
          "blob = ?6, state = ?7, conflation_key = ?8, attempt = ?9, ambiguous = ?10, "
          "endpoint_index = ?11, not_before_us = ?12, create_time_us = ?13, lease_holder = ?14, "
          "lease_incarnation = ?15, lease_until_us = ?16, message_blob = ?17, last_error = ?18, "
          "queued_us = ?19 "
          "WHERE id = ?1"));
  BindDelivery(*update, row);
  return update->Run();
}

absl::Status SqliteTransaction::ReleaseLeases(absl::string_view holder,
                                              absl::string_view incarnation, int64_t now_us) {
  // Whoever held it may have sent it: ambiguous. Incarnations sort by time: a call that a bot left
  // waiting here when it died must not take away what its next incarnation holds by now.
  BELFRY_ASSIGN_OR_RETURN(
      Statement * expired,
      connection_->Cached("UPDATE deliveries SET state = 1, ambiguous = 1, lease_holder = '', "
                          "lease_incarnation = '', lease_until_us = 0 "
                          "WHERE state = 2 AND (lease_until_us <= ?1 OR "
                          "(lease_holder = ?2 AND lease_incarnation < ?3))"));
  return expired->Bind(1, now_us).Bind(2, holder).Bind(3, incarnation).Run();
}

absl::StatusOr<std::vector<DeliveryRow>> SqliteTransaction::LeaseDeliveries(
    absl::string_view holder, absl::string_view incarnation,
    const std::vector<std::string>& platforms, int64_t now_us, int64_t lease_until_us, int max) {
  BELFRY_RETURN_IF_ERROR(ReleaseLeases(holder, incarnation, now_us));
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT " BELFRY_DELIVERY_COLUMNS " FROM deliveries AS d "
                          "WHERE state = 1 AND platform = ?1 AND not_before_us <= ?2 "
                          "AND NOT EXISTS (SELECT 1 FROM deliveries AS e "
                          "  WHERE e.conversation = d.conversation AND e.state IN (1, 2) "
                          "  AND e.sequence < d.sequence) "
                          "ORDER BY sequence LIMIT ?3"));
  std::vector<DeliveryRow> leased;
  // Named twice, a platform would give every row twice.
  std::set<std::string> seen;
  for (const std::string& platform : platforms) {
    if (!seen.insert(platform).second) continue;
    const int room = max - static_cast<int>(leased.size());
    if (room <= 0) break;
    select->Bind(1, platform).Bind(2, now_us).Bind(3, room);
    for (;;) {
      BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
      if (!found) break;
      leased.push_back(ReadDelivery(*select));
    }
  }
  for (DeliveryRow& row : leased) {
    row.state = DeliveryState::kLeased;
    row.attempt += 1;
    row.lease_holder = std::string(holder);
    row.lease_incarnation = std::string(incarnation);
    row.lease_until_us = lease_until_us;
    BELFRY_RETURN_IF_ERROR(UpdateDelivery(row));
  }
  return leased;
}

absl::StatusOr<std::optional<DeliveryState>> SqliteTransaction::LastConcluded(
    absl::string_view incident, absl::string_view conversation, int64_t sequence) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached(
          "SELECT state FROM deliveries WHERE incident = ? AND sequence < ? "
          "AND conversation = ? AND state IN (3, 4) ORDER BY sequence DESC LIMIT 1"));
  BELFRY_ASSIGN_OR_RETURN(const bool found,
                          select->Bind(1, incident).Bind(2, sequence).Bind(3, conversation).Step());
  if (!found) return std::nullopt;
  const auto state = static_cast<DeliveryState>(select->Int(0));
  select->Reset();
  return state;
}

absl::Status SqliteTransaction::PutCard(const CardRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO cards (incident, topic, target, message_blob, "
                          "endpoint_blob, delivery) VALUES (?, ?, ?, ?, ?, ?) "
                          "ON CONFLICT (incident, topic, target) "
                          "DO UPDATE SET message_blob = excluded.message_blob, "
                          "endpoint_blob = excluded.endpoint_blob, delivery = excluded.delivery"));
  return upsert->Bind(1, row.incident)
      .Bind(2, row.topic)
      .Bind(3, row.target)
      .BindBlob(4, row.message_blob)
      .BindBlob(5, row.endpoint_blob)
      .Bind(6, row.delivery)
      .Run();
}

absl::Status SqliteTransaction::DropCard(absl::string_view incident, absl::string_view target,
                                         absl::string_view topic) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * remove,
      connection_->Cached("DELETE FROM cards WHERE incident = ? AND topic = ? AND target = ?"));
  return remove->Bind(1, incident).Bind(2, topic).Bind(3, target).Run();
}

absl::StatusOr<std::optional<CardRow>> SqliteTransaction::FindCard(absl::string_view incident,
                                                                   absl::string_view target,
                                                                   absl::string_view topic) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT message_blob, endpoint_blob, delivery FROM cards "
                          "WHERE incident = ? AND topic = ? AND target = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found,
                          select->Bind(1, incident).Bind(2, topic).Bind(3, target).Step());
  if (!found) return std::nullopt;
  CardRow row{std::string(incident), std::string(target), std::string(topic),
              select->Text(0),       select->Text(1),     select->Text(2)};
  select->Reset();
  return row;
}

absl::StatusOr<std::vector<CardRow>> SqliteTransaction::ListCards(absl::string_view incident,
                                                                  absl::string_view topic) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT target, message_blob, endpoint_blob, delivery FROM cards "
                          "WHERE incident = ? AND topic = ? ORDER BY target"));
  select->Bind(1, incident).Bind(2, topic);
  std::vector<CardRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back({std::string(incident), select->Text(0), std::string(topic), select->Text(1),
                    select->Text(2), select->Text(3)});
  }
}

absl::StatusOr<std::vector<IncidentRow>> SqliteTransaction::ListIncidents(
    const IncidentQuery& query) {
  return QueryIncidents(*connection_, query);
}

absl::StatusOr<std::vector<EventRow>> SqliteTransaction::ListEventsSince(absl::string_view incident,
                                                                         int64_t since_us,
                                                                         int limit) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT position, incident, version, time_us, blob FROM events "
                          "WHERE incident = ? ORDER BY version DESC LIMIT ?"));
  select->Bind(1, incident).Bind(2, limit);
  std::vector<EventRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    // Later ones of a record are never older.
    if (select->Int(3) < since_us) break;
    rows.push_back(
        {select->Int(0), select->Text(1), select->Int(2), select->Int(3), select->Text(4)});
  }
  select->Reset();
  return rows;
}

absl::Status SqliteTransaction::PutDirectory(const DirectoryRow& row) {
  BELFRY_ASSIGN_OR_RETURN(Statement * upsert,
                          connection_->Cached("INSERT INTO directory (key, blob) VALUES (?, ?) "
                                              "ON CONFLICT (key) DO UPDATE SET blob = "
                                              "excluded.blob"));
  return upsert->Bind(1, row.key).BindBlob(2, row.blob).Run();
}

absl::Status SqliteTransaction::DeleteDirectory(absl::string_view key) {
  BELFRY_ASSIGN_OR_RETURN(Statement * remove,
                          connection_->Cached("DELETE FROM directory WHERE key = ?"));
  return remove->Bind(1, key).Run();
}

absl::StatusOr<int64_t> SqliteTransaction::AppendDirectoryChange(int64_t time_us,
                                                                 absl::string_view principal,
                                                                 absl::string_view change,
                                                                 absl::string_view blob) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO directory_changes (time_us, principal, change, blob) "
                          "VALUES (?, ?, ?, ?)"));
  BELFRY_RETURN_IF_ERROR(
      insert->Bind(1, time_us).Bind(2, principal).Bind(3, change).BindBlob(4, blob).Run());
  return sqlite3_last_insert_rowid(connection_->handle());
}

absl::Status SqliteTransaction::AddPolicy(PolicyRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO policies (name, text, time_us, principal) "
                          "VALUES (?, ?, ?, ?)"));
  BELFRY_RETURN_IF_ERROR(insert->Bind(1, row.name)
                             .BindBlob(2, row.text)
                             .Bind(3, row.time_us)
                             .Bind(4, row.principal)
                             .Run());
  row.sequence = sqlite3_last_insert_rowid(connection_->handle());
  return absl::OkStatus();
}

absl::Status SqliteTransaction::Commit() {
  const absl::Status status = connection_->Execute("COMMIT");
  finished_ = status.ok();
  if (!status.ok()) on_failed_commit_();
  if (status.ok() && record_.scrubbed()) on_scrubbed_();
  return status;
}

}  // namespace belfry::storage
