// A write transaction on the writer connection.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_SQLITE_TRANSACTION_H_
#define BELFRY_SERVER_STORAGE_SQLITE_SQLITE_TRANSACTION_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/sqlite/connection.h"
#include "server/storage/sqlite/sqlite_record.h"
#include "server/storage/store.h"

namespace belfry::storage {

// Reads one incident on any connection.
absl::StatusOr<std::optional<IncidentRow>> ReadIncident(Connection& connection,
                                                        absl::string_view id);

// BEGIN IMMEDIATE has been run; rolls back when dropped.
class SqliteTransaction final : public Transaction {
 public:
  // `on_failed_commit` is told when COMMIT itself failed, `on_scrubbed` when something was deleted
  // for good.
  SqliteTransaction(Connection* connection, std::function<void()> on_failed_commit,
                    std::function<void()> on_scrubbed)
      : connection_(connection),
        record_(connection),
        on_failed_commit_(std::move(on_failed_commit)),
        on_scrubbed_(std::move(on_scrubbed)) {}
  ~SqliteTransaction() override;

  absl::StatusOr<std::optional<IncidentRow>> LoadIncident(absl::string_view id) override;
  absl::StatusOr<std::optional<EventRow>> LoadEvent(absl::string_view incident,
                                                    int64_t version) override;
  absl::StatusOr<std::optional<RequestRow>> FindRequest(absl::string_view principal,
                                                        absl::string_view request_id) override;
  absl::StatusOr<int64_t> NextCounter(absl::string_view name) override;
  absl::Status PutIncident(const IncidentRow& row) override;
  absl::Status AppendEvent(EventRow& row) override;
  absl::Status PutRequest(const RequestRow& row) override;
  absl::Status AddDelivery(DeliveryRow& row) override;
  absl::StatusOr<std::optional<DeliveryRow>> LoadDelivery(absl::string_view id) override;
  absl::Status UpdateDelivery(const DeliveryRow& row) override;
  absl::StatusOr<std::vector<DeliveryRow>> LeaseDeliveries(
      absl::string_view holder, absl::string_view incarnation,
      const std::vector<std::string>& platforms, int64_t now_us, int64_t lease_until_us,
      int max) override;
  absl::StatusOr<std::optional<DeliveryState>> LastConcluded(absl::string_view incident,
                                                             absl::string_view conversation,
                                                             int64_t sequence) override;
  absl::Status PutCard(const CardRow& row) override;
  absl::Status DropCard(absl::string_view incident, absl::string_view target,
                        absl::string_view topic) override;
  absl::StatusOr<std::optional<CardRow>> FindCard(absl::string_view incident,
                                                  absl::string_view target,
                                                  absl::string_view topic) override;
  absl::StatusOr<std::vector<CardRow>> ListCards(absl::string_view incident,
                                                 absl::string_view topic) override;
  absl::StatusOr<std::vector<IncidentRow>> ListIncidents(const IncidentQuery& query) override;
  absl::StatusOr<std::vector<EventRow>> ListEventsSince(absl::string_view incident,
                                                        int64_t since_us, int limit) override;
  absl::Status PutDirectory(const DirectoryRow& row) override;
  absl::Status DeleteDirectory(absl::string_view key) override;
  absl::StatusOr<int64_t> AppendDirectoryChange(int64_t time_us, absl::string_view principal,
                                                absl::string_view change,
                                                absl::string_view blob) override;
  absl::Status AddPolicy(PolicyRow& row) override;
  // In evidence_tables.cc.
  absl::StatusOr<std::optional<EvidenceRow>> FindEvidence(absl::string_view incident,
                                                          int32_t number) override;
  absl::Status PutEvidence(const EvidenceRow& row) override;
  absl::Status AppendCustody(const CustodyRow& row) override;
  // In chat_tables.cc.
  absl::Status PutPlace(const PlaceRow& row) override;
  absl::Status PutConversation(const ConversationRow& row) override;
  absl::Status AddLinkCode(const LinkCodeRow& row) override;
  absl::StatusOr<std::optional<LinkCodeRow>> FindLinkCode(absl::string_view hash) override;
  absl::Status DeleteLinkCode(absl::string_view hash) override;
  absl::StatusOr<std::vector<int64_t>> LinkCodeExpiries(absl::string_view principal,
                                                        int64_t now_us) override;
  absl::Status AddAttempt(absl::string_view action, absl::string_view principal,
                          int64_t time_us) override;
  absl::StatusOr<std::vector<int64_t>> ListAttempts(absl::string_view action,
                                                    absl::string_view principal,
                                                    int64_t after_us) override;
  absl::Status ForgetOldAttempts(int64_t until_us) override;
  RecordWriter& record() override { return record_; }
  // In token_table.cc.
  absl::Status PutToken(const TokenRow& row) override;
  absl::Status DeleteToken(absl::string_view name) override;
  absl::StatusOr<std::optional<TokenRow>> LoadToken(absl::string_view name) override;
  absl::StatusOr<std::vector<TokenRow>> ListTokensOf(absl::string_view principal) override;
  absl::Status TouchToken(absl::string_view name, int64_t last_use_time_us) override;
  absl::Status AppendAccessChange(AccessChangeRow& row) override;
  absl::Status Commit() override;

 private:
  absl::Status ReleaseLeases(absl::string_view holder, absl::string_view incarnation,
                             int64_t now_us);

  Connection* const connection_;
  SqliteRecord record_;
  const std::function<void()> on_failed_commit_;
  const std::function<void()> on_scrubbed_;
  bool finished_ = false;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_SQLITE_TRANSACTION_H_
