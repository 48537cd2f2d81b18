#include "server/storage/sqlite/evidence_tables.h"

#include "server/base/status_macros.h"
#include "server/storage/sqlite/sqlite_transaction.h"

namespace belfry::storage {

absl::StatusOr<std::optional<EvidenceRow>> ReadEvidence(Connection& connection,
                                                        absl::string_view incident,
                                                        int32_t number) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT object, blob FROM evidence WHERE incident = ? AND number = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, incident).Bind(2, number).Step());
  if (!found) return std::nullopt;
  EvidenceRow row{std::string(incident), number, select->Text(0), select->Text(1)};
  select->Reset();
  return row;
}

absl::StatusOr<std::vector<EvidenceRow>> ReadEvidenceList(Connection& connection,
                                                          absl::string_view incident, int32_t after,
                                                          int limit) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection.Cached("SELECT number, object, blob FROM evidence "
                                            "WHERE incident = ? AND number > ? "
                                            "ORDER BY number LIMIT ?"));
  select->Bind(1, incident).Bind(2, after).Bind(3, limit);
  std::vector<EvidenceRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back({std::string(incident), static_cast<int32_t>(select->Int(0)), select->Text(1),
                    select->Text(2)});
  }
}

absl::StatusOr<std::vector<CustodyRow>> ReadCustody(Connection& connection,
                                                    absl::string_view incident, int32_t number,
                                                    int32_t after, int limit) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection.Cached("SELECT sequence, blob FROM custody "
                                            "WHERE incident = ? AND number = ? AND sequence > ? "
                                            "ORDER BY sequence LIMIT ?"));
  select->Bind(1, incident).Bind(2, number).Bind(3, after).Bind(4, limit);
  std::vector<CustodyRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back(
        {std::string(incident), number, static_cast<int32_t>(select->Int(0)), select->Text(1)});
  }
}

absl::StatusOr<bool> ReadHasObject(Connection& connection, absl::string_view object) {
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          connection.Cached("SELECT 1 FROM evidence WHERE object = ? "
                                            "AND object <> ''"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Bind(1, object).Step());
  if (found) select->Reset();
  return found;
}

absl::StatusOr<std::optional<EvidenceRow>> SqliteTransaction::FindEvidence(
    absl::string_view incident, int32_t number) {
  return ReadEvidence(*connection_, incident, number);
}

absl::Status SqliteTransaction::PutEvidence(const EvidenceRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO evidence (incident, number, object, blob) "
                          "VALUES (?, ?, ?, ?) ON CONFLICT (incident, number) "
                          "DO UPDATE SET object = excluded.object, blob = excluded.blob"));
  return upsert->Bind(1, row.incident)
      .Bind(2, row.number)
      .Bind(3, row.object)
      .BindBlob(4, row.blob)
      .Run();
}

absl::Status SqliteTransaction::AppendCustody(const CustodyRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO custody (incident, number, sequence, blob) "
                          "VALUES (?, ?, ?, ?)"));
  return insert->Bind(1, row.incident)
      .Bind(2, row.number)
      .Bind(3, row.sequence)
      .BindBlob(4, row.blob)
      .Run();
}

}  // namespace belfry::storage
