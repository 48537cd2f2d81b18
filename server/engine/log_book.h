// The logs of the record while they are written: what happens becomes a leaf in the same
// transaction.
#ifndef BELFRY_SERVER_ENGINE_LOG_BOOK_H_
#define BELFRY_SERVER_ENGINE_LOG_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/audit.pb.h"
#include "server/base/random.h"
#include "server/record/leaf.h"
#include "server/record/tree.h"
#include "server/storage/record_tables.h"

namespace belfry::engine {

// What a leaf says, beside its place.
struct LogEntry {
  int64_t time_us = 0;
  std::string kind;
  std::string subject;
  int64_t version = 0;
  std::string principal;
  std::string request_id;
  absl::string_view payload;  // what the leaf commits to
  storage::PayloadKind payload_kind = storage::PayloadKind::kNone;
  int64_t payload_ref = 0;
};

// The name of the log that an incident or register is written into: that of the agency it is
// numbered under.
std::string LogOf(const record::v1::IncidentState& state);
// The entry for an event of an incident, or of a register.
LogEntry EntryOf(bool standing_register, const record::v1::Event& event,
                 const storage::EventRow& row);

// The same for changes of the directory and of tokens, and for a pack; they belong to no agency.
LogEntry EntryOf(const storage::DirectoryChangeRow& row);
LogEntry EntryOf(const storage::AccessChangeRow& row);
LogEntry EntryOf(const storage::PolicyRow& row);

// Makes one receipt of what an act did in one log, one thing after the other.
void AddReceipt(std::optional<v1::Receipt>& receipts, const v1::Receipt& receipt);

// Used by the writer thread only. Heads are kept in memory and written once for each log and batch.
class LogBook {
 public:
  // `random` outlives the book.
  LogBook(std::string instance, Random* random)
      : instance_(std::move(instance)), random_(*random) {}

  // Reads all heads. FAILED_PRECONDITION (RECORD_INSTANCE) when they are another instance's.
  absl::Status Load(storage::RecordReader& tables);

  const std::string& instance() const { return instance_; }

  // Appends one leaf; its place, as a receipt of one entry.
  absl::StatusOr<v1::Receipt> Append(storage::RecordWriter& tables, const std::string& log,
                                     const LogEntry& entry);

  // A log that has grown since the super-log last heard of it, with the leaf that would say so.
  struct Grown {
    std::string log;
    record::SuperLeaf leaf;
  };
  std::vector<Grown> ListGrown() const;
  bool HasNews() const;
  // The super-log with these leaves, before they are appended.
  absl::StatusOr<record::Frontier> SuperAfter(storage::RecordReader& tables,
                                              const std::vector<Grown>& grown);
  // Appends them to the super-log.
  absl::Status Publish(storage::RecordWriter& tables, const std::vector<Grown>& grown);
  uint64_t SuperSize() const;

  // At the end of a batch: writes the heads that have changed.
  absl::Status WriteHeads(storage::RecordWriter& tables);
  // What became of the batch.
  void Committed();
  void RolledBack();

 private:
  struct Log {
    record::Frontier frontier;
    // Read when something is appended first.
    std::optional<record::TileTail> tail;
    int64_t published = 0;
    bool changed = false;
    // As they were before the batch, when it has changed them.
    record::Frontier frontier_before;
    int64_t published_before = 0;
  };

  static void Touch(Log& log);
  static absl::StatusOr<Log> FromRow(const storage::LogHeadRow& row);
  std::string OriginOf(const std::string& log) const;
  // The log, which may be a new one.
  absl::StatusOr<Log*> Find(storage::RecordReader& tables, const std::string& log);
  // Hash and tiles of a framed leaf that is appended to `log`.
  absl::Status Keep(storage::RecordWriter& tables, Log& log, const storage::LogLeafRow& row,
                    const record::Hash& hash);

  const std::string instance_;
  Random& random_;
  std::map<std::string, Log> logs_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_LOG_BOOK_H_
