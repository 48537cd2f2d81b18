// What the tamper-evident record keeps in a store: logs, their leaves, tiles and checkpoints.
//
// The store knows nothing of trees and signatures; it keeps bytes in their places. Logs are named
// by the last part of their origin ("dop", "_instance"); the super-log's name is empty.
#ifndef BELFRY_SERVER_STORAGE_RECORD_TABLES_H_
#define BELFRY_SERVER_STORAGE_RECORD_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/rows.h"

namespace belfry::storage {

// How far a log has come. One write for each log and batch.
struct LogHeadRow {
  std::string log;
  std::string origin;  // the line that checkpoints begin with
  int64_t size = 0;
  std::string frontier;  // roots of the complete subtrees, 32 bytes each, largest first
  std::string root;
  int64_t published = 0;  // how far the super-log knows of it
};

// Where the payload that a leaf commits to is kept.
enum class PayloadKind {
  kNone = 0,  // the leaf commits to none: leaves of the super-log
  kEvent = 1,
  kDirectoryChange = 2,
  kPolicy = 3,
  kRecord = 4,        // about the record itself
  kAccessChange = 5,  // what became of tokens
};

struct LogLeafRow {
  std::string log;
  int64_t index = 0;  // from 0 without gaps
  std::string leaf;   // as it is hashed
  std::string salt;   // 32 bytes; empty when the payload was expunged, or when there is none
  PayloadKind payload_kind = PayloadKind::kNone;
  int64_t payload_ref = 0;  // position or sequence in the payload's own table
};

struct CheckpointRow {
  std::string log;
  int64_t size = 0;
  std::string note;  // the signed note with its cosignatures
  bool cosigned = false;
  int64_t time_us = 0;  // the machine's time
  // Where the super-log says this; -1 for its own checkpoints.
  int64_t super_index = -1;
};

// Something about the record itself, such as that an older one was accepted.
struct RecordEventRow {
  int64_t position = 0;  // the store assigns it
  int64_t time_us = 0;
  std::string principal;
  std::string kind;
  std::string blob;
};

// One change of the directory, as its own record has it.
struct DirectoryChangeRow {
  int64_t position = 0;
  int64_t time_us = 0;
  std::string principal;
  std::string change;
  std::string blob;
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // By name; the super-log first.
  virtual absl::StatusOr<std::vector<LogHeadRow>> ListLogHeads() = 0;
  virtual absl::StatusOr<std::optional<LogHeadRow>> FindLogHead(absl::string_view log) = 0;
  // In order, from `first` on, at most `count`.
  virtual absl::StatusOr<std::vector<LogLeafRow>> ListLeaves(absl::string_view log, int64_t first,
                                                             int64_t count) = 0;
  // The leaf that commits to a payload.
  virtual absl::StatusOr<std::optional<LogLeafRow>> FindLeafOf(PayloadKind kind, int64_t ref) = 0;
  // The greatest payload_ref of a kind that has a leaf; zero when none has.
  virtual absl::StatusOr<int64_t> LastLogged(PayloadKind kind) = 0;
  // 256 hashes of 32 bytes.
  virtual absl::StatusOr<std::optional<std::string>> ReadTile(absl::string_view log, int level,
                                                              int64_t number) = 0;
  // The smallest one of at least `size_min` leaves; the newest one when `newest`.
  virtual absl::StatusOr<std::optional<CheckpointRow>> FindCheckpoint(absl::string_view log,
                                                                      int64_t size_min,
                                                                      bool newest) = 0;
  // The newest one that witnesses cosigned.
  virtual absl::StatusOr<std::optional<CheckpointRow>> FindCosigned(absl::string_view log) = 0;
  // The bytes that a leaf commits to, as they are kept now.
  virtual absl::StatusOr<std::optional<std::string>> ReadPayload(PayloadKind kind, int64_t ref) = 0;
  virtual absl::StatusOr<std::optional<EventRow>> FindEvent(absl::string_view incident,
                                                            int64_t version) = 0;
  // With position > after, in order.
  virtual absl::StatusOr<std::vector<DirectoryChangeRow>> ListDirectoryChanges(
      int64_t after_position, int limit) = 0;
};

// Within a transaction; sees what it has written.
class RecordWriter : public RecordReader {
 public:
  virtual absl::Status PutLogHead(const LogHeadRow& row) = 0;
  // ABORTED when the place is taken, or when the payload has a leaf already.
  virtual absl::Status AppendLeaf(const LogLeafRow& row) = 0;
  // Written once. ABORTED when it was written before.
  virtual absl::Status AddTile(absl::string_view log, int level, int64_t number,
                               absl::string_view hashes) = 0;
  // Adds it, or replaces the note of the same log and size.
  virtual absl::Status PutCheckpoint(const CheckpointRow& row) = 0;
  // Forgets those of a log that are smaller than `size`, nobody cosigned, and older than that.
  virtual absl::Status ForgetCheckpoints(absl::string_view log, int64_t size, int64_t until_us) = 0;
  // Fills in `position`.
  virtual absl::Status AddRecordEvent(RecordEventRow& row) = 0;

  // Lawful deletion. What stood there is overwritten on the disk, too.

  // Replaces the blob of an event.
  virtual absl::Status ReplaceEvent(int64_t position, absl::string_view blob) = 0;
  // Deletes the salt of a leaf: its commitment says nothing any more.
  virtual absl::Status DropSalt(absl::string_view log, int64_t index) = 0;
  // Stored answers to requests of a principal that hold `text`.
  virtual absl::StatusOr<std::vector<RequestRow>> ListResponses(absl::string_view principal,
                                                                absl::string_view text) = 0;
  // Replaces the stored answer to a request, if there is one.
  virtual absl::Status ReplaceResponse(absl::string_view principal, absl::string_view request_id,
                                       absl::string_view blob) = 0;
  // All notices about an incident, delivered ones too.
  virtual absl::StatusOr<std::vector<DeliveryRow>> ListDeliveriesAbout(
      absl::string_view incident) = 0;
  virtual absl::Status ReplaceDelivery(absl::string_view id, absl::string_view blob) = 0;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_RECORD_TABLES_H_
