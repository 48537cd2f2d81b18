// The one interface to durable storage: narrow, and native behind it for each database.
//
// Life of a command: the engine opens a Transaction, reads what it needs, adds events, the new
// projection, the request's answer and its deliveries, and commits. Either all of that is on disk
// when Commit() returns OK, or none of it is.
#ifndef BELFRY_SERVER_STORAGE_STORE_H_
#define BELFRY_SERVER_STORAGE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/record_tables.h"
#include "server/storage/rows.h"

namespace belfry::storage {

// One write transaction. Used by one thread (the writer) and dropped after Commit(); dropping it
// without Commit() undoes everything. Methods that fail leave the transaction unusable.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual absl::StatusOr<std::optional<IncidentRow>> LoadIncident(absl::string_view id) = 0;
  virtual absl::StatusOr<std::optional<EventRow>> LoadEvent(absl::string_view incident,
                                                            int64_t version) = 0;
  virtual absl::StatusOr<std::optional<RequestRow>> FindRequest(absl::string_view principal,
                                                                absl::string_view request_id) = 0;
  // Adds one to a named counter and returns it; the first value is 1.
  virtual absl::StatusOr<int64_t> NextCounter(absl::string_view name) = 0;

  virtual absl::Status PutIncident(const IncidentRow& row) = 0;
  // Fills in `position`. ABORTED when (incident, version) exists.
  virtual absl::Status AppendEvent(EventRow& row) = 0;
  virtual absl::Status PutRequest(const RequestRow& row) = 0;

  // Adds a delivery; fills in `sequence`. With a conflation key, a PENDING delivery of the same key
  // that was never attempted gets the new blob and address instead, in its turn, and `row.id`
  // becomes that one's.
  virtual absl::Status AddDelivery(DeliveryRow& row) = 0;
  virtual absl::StatusOr<std::optional<DeliveryRow>> LoadDelivery(absl::string_view id) = 0;
  virtual absl::Status UpdateDelivery(const DeliveryRow& row) = 0;
  // Leases up to `max` deliveries that may be sent now: PENDING, not_before reached, on one of
  // `platforms`, and the oldest unfinished one of its conversation. Each is returned LEASED, with
  // `attempt` counted up. First releases, as ambiguous, leases that ran out and leases of the same
  // holder with another incarnation.
  virtual absl::StatusOr<std::vector<DeliveryRow>> LeaseDeliveries(
      absl::string_view holder, absl::string_view incarnation,
      const std::vector<std::string>& platforms, int64_t now_us, int64_t lease_until_us,
      int max) = 0;
  // What became of the newest delivery about `incident` in a conversation, before `sequence`, that
  // was delivered or given up; nothing when there was none.
  virtual absl::StatusOr<std::optional<DeliveryState>> LastConcluded(absl::string_view incident,
                                                                     absl::string_view conversation,
                                                                     int64_t sequence) = 0;
  virtual absl::Status PutCard(const CardRow& row) = 0;
  virtual absl::Status DropCard(absl::string_view incident, absl::string_view target,
                                absl::string_view topic) = 0;
  virtual absl::StatusOr<std::optional<CardRow>> FindCard(absl::string_view incident,
                                                          absl::string_view target,
                                                          absl::string_view topic) = 0;
  // By target.
  virtual absl::StatusOr<std::vector<CardRow>> ListCards(absl::string_view incident,
                                                         absl::string_view topic) = 0;
  // As Store::ListIncidents, with what this transaction has written.
  virtual absl::StatusOr<std::vector<IncidentRow>> ListIncidents(const IncidentQuery& query) = 0;
  // Events of one incident at or after a time, newest first.
  virtual absl::StatusOr<std::vector<EventRow>> ListEventsSince(absl::string_view incident,
                                                                int64_t since_us, int limit) = 0;

  virtual absl::Status PutDirectory(const DirectoryRow& row) = 0;
  virtual absl::Status DeleteDirectory(absl::string_view key) = 0;
  // Writes one line into the directory's own record, and returns its position.
  virtual absl::StatusOr<int64_t> AppendDirectoryChange(int64_t time_us,
                                                        absl::string_view principal,
                                                        absl::string_view change,
                                                        absl::string_view blob) = 0;

  // Keeps a pack for ever and puts it in force; fills in `sequence`. ABORTED when the name is kept.
  virtual absl::Status AddPolicy(PolicyRow& row) = 0;

  virtual absl::StatusOr<std::optional<EvidenceRow>> FindEvidence(absl::string_view incident,
                                                                  int32_t number) = 0;
  virtual absl::Status PutEvidence(const EvidenceRow& row) = 0;
  // ABORTED when there is such a link.
  virtual absl::Status AppendCustody(const CustodyRow& row) = 0;

  // Adds a place, or keeps its newest time.
  virtual absl::Status PutPlace(const PlaceRow& row) = 0;
  virtual absl::Status PutConversation(const ConversationRow& row) = 0;

  virtual absl::Status AddLinkCode(const LinkCodeRow& row) = 0;
  virtual absl::StatusOr<std::optional<LinkCodeRow>> FindLinkCode(absl::string_view hash) = 0;
  virtual absl::Status DeleteLinkCode(absl::string_view hash) = 0;
  // When the codes of a principal that are good at `now_us` run out, earliest first.
  virtual absl::StatusOr<std::vector<int64_t>> LinkCodeExpiries(absl::string_view principal,
                                                                int64_t now_us) = 0;

  // Remembers that a principal did something that may be done only so often.
  virtual absl::Status AddAttempt(absl::string_view action, absl::string_view principal,
                                  int64_t time_us) = 0;
  // When it was done after `after_us`, earliest first.
  virtual absl::StatusOr<std::vector<int64_t>> ListAttempts(absl::string_view action,
                                                            absl::string_view principal,
                                                            int64_t after_us) = 0;
  // Forgets attempts and link codes that ended at `until_us` or before.
  virtual absl::Status ForgetOldAttempts(int64_t until_us) = 0;

  // The tamper-evident record, within this transaction. As long-lived as the transaction.
  virtual RecordWriter& record() = 0;
  // Adds a token, or replaces the one of that name.
  virtual absl::Status PutToken(const TokenRow& row) = 0;
  virtual absl::Status DeleteToken(absl::string_view name) = 0;
  virtual absl::StatusOr<std::optional<TokenRow>> LoadToken(absl::string_view name) = 0;
  virtual absl::StatusOr<std::vector<TokenRow>> ListTokensOf(absl::string_view principal) = 0;
  // Keeps the latest use; nothing when there is no such token.
  virtual absl::Status TouchToken(absl::string_view name, int64_t last_use_time_us) = 0;
  // Writes one line into the record of who may connect; fills in `position`.
  virtual absl::Status AppendAccessChange(AccessChangeRow& row) = 0;

  // Makes it durable. After an error the outcome is unknown to this process: the engine stops
  // accepting writes until the store was opened anew.
  virtual absl::Status Commit() = 0;
};

// Reading methods are thread-safe and see committed data only; they never wait for the writer.
class Store {
 public:
  virtual ~Store() = default;

  // At most one at a time; call from the writer thread only.
  virtual absl::StatusOr<std::unique_ptr<Transaction>> Begin() = 0;
  // Housekeeping between transactions (checkpoints); call from the writer thread when it is idle
  // and every so often when it is not.
  virtual absl::Status Maintain() = 0;

  virtual absl::StatusOr<std::optional<IncidentRow>> LoadIncident(absl::string_view id) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<IncidentRow>> ListIncidents(const IncidentQuery& query) = 0;
  // Events of one incident with version > after, oldest first.
  virtual absl::StatusOr<std::vector<EventRow>> ListEvents(absl::string_view incident,
                                                           int64_t after_version, int limit) = 0;
  // Events of all incidents with position > after, in order of commit.
  virtual absl::StatusOr<std::vector<EventRow>> ListEventsAfter(int64_t after_position,
                                                                int limit) = 0;
  virtual absl::StatusOr<int64_t> LastPosition() = 0;

  struct Due {
    std::string incident;
    int64_t due_us = 0;
  };
  // Incidents whose next_due is at or before `until_us`, earliest first.
  virtual absl::StatusOr<std::vector<Due>> ListDue(int64_t until_us, int limit) = 0;
  // The earliest next_due of all; nothing when nothing is due ever.
  virtual absl::StatusOr<std::optional<int64_t>> NextDue() = 0;

  // Newest first, with sequence < before (zero: from the newest). Empty incident: all. No state:
  // all.
  virtual absl::StatusOr<std::vector<DeliveryRow>> ListDeliveries(
      absl::string_view incident, std::optional<DeliveryState> state, int64_t before_sequence,
      int limit) = 0;
  // The earliest time at which some delivery on `platforms` may become ready, for waiting leasers;
  // nothing when none is open.
  virtual absl::StatusOr<std::optional<int64_t>> NextDeliveryTime(
      const std::vector<std::string>& platforms) = 0;

  virtual absl::StatusOr<std::vector<DirectoryRow>> LoadDirectory() = 0;

  // Whose place it is: Belfry's own messages first, then by newest time. An empty message asks for
  // the whole channel.
  virtual absl::StatusOr<std::vector<PlaceRow>> FindPlaces(absl::string_view platform,
                                                           absl::string_view workspace,
                                                           absl::string_view channel,
                                                           absl::string_view message) = 0;
  virtual absl::StatusOr<std::optional<ConversationRow>> FindConversation(
      absl::string_view platform, absl::string_view workspace, absl::string_view address) = 0;
  // By address, with address > after.
  virtual absl::StatusOr<std::vector<ConversationRow>> ListConversations(
      absl::string_view platform, absl::string_view workspace, absl::string_view after,
      int limit) = 0;

  // All that are kept, also those that ended.
  virtual absl::StatusOr<std::vector<TokenRow>> LoadTokens() = 0;
  // With position > after, oldest first.
  virtual absl::StatusOr<std::vector<AccessChangeRow>> ListAccessChanges(int64_t after_position,
                                                                         int limit) = 0;

  // All that were ever in force, oldest first.
  virtual absl::StatusOr<std::vector<PolicyRow>> LoadPolicies() = 0;
  struct Pinned {
    std::string policy;
    std::string incident;  // the first one by id, as an example
  };
  // Each pack that some incident or register is pinned to; empty names for rows that an older
  // belfryd wrote and that do not say. Cheap however many incidents there are.
  virtual absl::StatusOr<std::vector<Pinned>> ListPinned() = 0;
  // Incidents and registers pinned to one, by id.
  virtual absl::StatusOr<std::vector<std::string>> ListPinnedTo(absl::string_view policy,
                                                                int limit) = 0;

  // The tamper-evident record. As long-lived as the store, and as thread-safe.
  virtual RecordReader& record() = 0;
  virtual absl::StatusOr<std::optional<EvidenceRow>> FindEvidence(absl::string_view incident,
                                                                  int32_t number) = 0;
  // By number, with number > after.
  virtual absl::StatusOr<std::vector<EvidenceRow>> ListEvidence(absl::string_view incident,
                                                                int32_t after, int limit) = 0;
  // By sequence, with sequence > after.
  virtual absl::StatusOr<std::vector<CustodyRow>> ListCustody(absl::string_view incident,
                                                              int32_t number, int32_t after,
                                                              int limit) = 0;
  // Does an item have this file in the vault?
  virtual absl::StatusOr<bool> HasEvidenceObject(absl::string_view object) = 0;

  // For metrics and health, cheap: for example the WAL's size in bytes.
  struct Health {
    int64_t wal_bytes = 0;
    int64_t open_deliveries = 0;
    int64_t dead_deliveries = 0;
  };
  virtual absl::StatusOr<Health> CheckHealth() = 0;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_STORE_H_
