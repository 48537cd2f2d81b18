#include "server/storage/sqlite/chat_tables.h"

#include "server/base/status_macros.h"
#include "server/storage/sqlite/sqlite_transaction.h"

namespace belfry::storage {
namespace {

// One message is about few incidents; more would be an attempt to fill an answer.
constexpr int kIncidentsOfAPlaceMax = 20;

absl::StatusOr<std::vector<int64_t>> ReadTimes(Statement& select) {
  std::vector<int64_t> times;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return times;
    times.push_back(select.Int(0));
  }
}

}  // namespace

absl::StatusOr<std::vector<PlaceRow>> ReadPlaces(Connection& connection, absl::string_view platform,
                                                 absl::string_view workspace,
                                                 absl::string_view channel,
                                                 absl::string_view message) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT incident, origin, time_us FROM places WHERE platform = ? "
                        "AND workspace = ? AND channel = ? AND message = ? "
                        "ORDER BY origin, time_us DESC, incident LIMIT ?"));
  select->Bind(1, platform)
      .Bind(2, workspace)
      .Bind(3, channel)
      .Bind(4, message)
      .Bind(5, kIncidentsOfAPlaceMax);
  std::vector<PlaceRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    PlaceRow& row = rows.emplace_back();
    row.platform = std::string(platform);
    row.workspace = std::string(workspace);
    row.channel = std::string(channel);
    row.message = std::string(message);
    row.incident = select->Text(0);
    row.origin = static_cast<PlaceRow::Origin>(select->Int(1));
    row.time_us = select->Int(2);
  }
}

absl::StatusOr<std::optional<ConversationRow>> ReadConversation(Connection& connection,
                                                                absl::string_view platform,
                                                                absl::string_view workspace,
                                                                absl::string_view address) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT reference, gone FROM conversations WHERE platform = ? "
                        "AND workspace = ? AND address = ?"));
  select->Bind(1, platform).Bind(2, workspace).Bind(3, address);
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
  if (!found) return std::nullopt;
  ConversationRow row{std::string(platform), std::string(workspace), std::string(address),
                      select->Text(0), select->Int(1) != 0};
  select->Reset();
  return row;
}

absl::StatusOr<std::vector<ConversationRow>> ReadConversations(Connection& connection,
                                                               absl::string_view platform,
                                                               absl::string_view workspace,
                                                               absl::string_view after, int limit) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection.Cached("SELECT address, reference, gone FROM conversations WHERE platform = ? "
                        "AND workspace = ? AND address > ? ORDER BY address LIMIT ?"));
  select->Bind(1, platform).Bind(2, workspace).Bind(3, after).Bind(4, limit);
  std::vector<ConversationRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back({std::string(platform), std::string(workspace), select->Text(0), select->Text(1),
                    select->Int(2) != 0});
  }
}

absl::Status SqliteTransaction::PutPlace(const PlaceRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO places (platform, workspace, channel, message, incident, "
                          "origin, time_us) VALUES (?, ?, ?, ?, ?, ?, ?) "
                          "ON CONFLICT DO UPDATE SET time_us = max(time_us, excluded.time_us)"));
  return upsert->Bind(1, row.platform)
      .Bind(2, row.workspace)
      .Bind(3, row.channel)
      .Bind(4, row.message)
      .Bind(5, row.incident)
      .Bind(6, static_cast<int64_t>(row.origin))
      .Bind(7, row.time_us)
      .Run();
}

absl::Status SqliteTransaction::PutConversation(const ConversationRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * upsert,
      connection_->Cached("INSERT INTO conversations (platform, workspace, address, reference, "
                          "gone) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                          "reference = CASE WHEN excluded.gone AND excluded.reference = x'' "
                          "THEN reference ELSE excluded.reference END, gone = excluded.gone"));
  return upsert->Bind(1, row.platform)
      .Bind(2, row.workspace)
      .Bind(3, row.address)
      .BindBlob(4, row.reference)
      .Bind(5, static_cast<int64_t>(row.gone))
      .Run();
}

absl::Status SqliteTransaction::AddLinkCode(const LinkCodeRow& row) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached(
          "INSERT INTO link_codes (hash, principal, expire_time_us) VALUES (?, ?, ?)"));
  return insert->BindBlob(1, row.hash).Bind(2, row.principal).Bind(3, row.expire_time_us).Run();
}

absl::StatusOr<std::optional<LinkCodeRow>> SqliteTransaction::FindLinkCode(absl::string_view hash) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT principal, expire_time_us FROM link_codes WHERE hash = ?"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->BindBlob(1, hash).Step());
  if (!found) return std::nullopt;
  LinkCodeRow row{std::string(hash), select->Text(0), select->Int(1)};
  select->Reset();
  return row;
}

absl::Status SqliteTransaction::DeleteLinkCode(absl::string_view hash) {
  BELFRY_ASSIGN_OR_RETURN(Statement * remove,
                          connection_->Cached("DELETE FROM link_codes WHERE hash = ?"));
  return remove->BindBlob(1, hash).Run();
}

absl::StatusOr<std::vector<int64_t>> SqliteTransaction::LinkCodeExpiries(
    absl::string_view principal, int64_t now_us) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT expire_time_us FROM link_codes WHERE principal = ? "
                          "AND expire_time_us > ? ORDER BY expire_time_us"));
  return ReadTimes(select->Bind(1, principal).Bind(2, now_us));
}

absl::Status SqliteTransaction::AddAttempt(absl::string_view action, absl::string_view principal,
                                           int64_t time_us) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * insert,
      connection_->Cached("INSERT INTO attempts (action, principal, time_us) VALUES (?, ?, ?)"));
  return insert->Bind(1, action).Bind(2, principal).Bind(3, time_us).Run();
}

absl::StatusOr<std::vector<int64_t>> SqliteTransaction::ListAttempts(absl::string_view action,
                                                                     absl::string_view principal,
                                                                     int64_t after_us) {
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      connection_->Cached("SELECT time_us FROM attempts WHERE action = ? AND principal = ? "
                          "AND time_us > ? ORDER BY time_us"));
  return ReadTimes(select->Bind(1, action).Bind(2, principal).Bind(3, after_us));
}

absl::Status SqliteTransaction::ForgetOldAttempts(int64_t until_us) {
  BELFRY_ASSIGN_OR_RETURN(Statement * attempts,
                          connection_->Cached("DELETE FROM attempts WHERE time_us <= ?"));
  BELFRY_RETURN_IF_ERROR(attempts->Bind(1, until_us).Run());
  BELFRY_ASSIGN_OR_RETURN(Statement * codes,
                          connection_->Cached("DELETE FROM link_codes WHERE expire_time_us <= ?"));
  return codes->Bind(1, until_us).Run();
}

}  // namespace belfry::storage
