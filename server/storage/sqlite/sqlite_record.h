// The record's tables on one connection.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_SQLITE_RECORD_H_
#define BELFRY_SERVER_STORAGE_SQLITE_SQLITE_RECORD_H_

#include <optional>
#include <string>
#include <vector>

#include "server/storage/record_tables.h"
#include "server/storage/sqlite/connection.h"

namespace belfry::storage {

// Writes only on a connection that is in a transaction.
class SqliteRecord final : public RecordWriter {
 public:
  // The connection outlives it.
  explicit SqliteRecord(Connection* connection) : connection_(*connection) {}

  absl::StatusOr<std::vector<LogHeadRow>> ListLogHeads() override;
  absl::StatusOr<std::optional<LogHeadRow>> FindLogHead(absl::string_view log) override;
  absl::StatusOr<std::vector<LogLeafRow>> ListLeaves(absl::string_view log, int64_t first,
                                                     int64_t count) override;
  absl::StatusOr<std::optional<LogLeafRow>> FindLeafOf(PayloadKind kind, int64_t ref) override;
  absl::StatusOr<int64_t> LastLogged(PayloadKind kind) override;
  absl::StatusOr<std::optional<std::string>> ReadTile(absl::string_view log, int level,
                                                      int64_t number) override;
  absl::StatusOr<std::optional<CheckpointRow>> FindCheckpoint(absl::string_view log,
                                                              int64_t size_min,
                                                              bool newest) override;
  absl::StatusOr<std::optional<CheckpointRow>> FindCosigned(absl::string_view log) override;
  absl::StatusOr<std::optional<std::string>> ReadPayload(PayloadKind kind, int64_t ref) override;
  absl::StatusOr<std::optional<EventRow>> FindEvent(absl::string_view incident,
                                                    int64_t version) override;
  absl::StatusOr<std::vector<DirectoryChangeRow>> ListDirectoryChanges(int64_t after_position,
                                                                       int limit) override;

  absl::Status PutLogHead(const LogHeadRow& row) override;
  absl::Status AppendLeaf(const LogLeafRow& row) override;
  absl::Status AddTile(absl::string_view log, int level, int64_t number,
                       absl::string_view hashes) override;
  absl::Status PutCheckpoint(const CheckpointRow& row) override;
  absl::Status ForgetCheckpoints(absl::string_view log, int64_t size, int64_t until_us) override;
  absl::Status AddRecordEvent(RecordEventRow& row) override;
  absl::Status ReplaceEvent(int64_t position, absl::string_view blob) override;
  absl::Status DropSalt(absl::string_view log, int64_t index) override;
  absl::StatusOr<std::vector<RequestRow>> ListResponses(absl::string_view principal,
                                                        absl::string_view text) override;
  absl::Status ReplaceResponse(absl::string_view principal, absl::string_view request_id,
                               absl::string_view blob) override;
  absl::StatusOr<std::vector<DeliveryRow>> ListDeliveriesAbout(absl::string_view incident) override;
  absl::Status ReplaceDelivery(absl::string_view id, absl::string_view blob) override;

  // Something was deleted for good in this transaction.
  bool scrubbed() const { return scrubbed_; }

 private:
  // From here on freed bytes are overwritten.
  absl::Status Scrub();

  Connection& connection_;
  bool scrubbed_ = false;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_SQLITE_RECORD_H_
