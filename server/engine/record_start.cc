#include "server/engine/record_start.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace belfry::engine {
namespace {

constexpr int kRowsAtOnce = 5'000;
constexpr size_t kSubjectsMax = 100'000;  // remembered at once; some megabytes
constexpr int64_t kProgressEvery = 50'000;

// Where the events of one incident or register go.
struct Subject {
  std::string log;
  bool standing_register = false;
};

absl::Status Contradiction(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      what, "; the database was changed by hand or is damaged: restore the newest backup"));
}

// Events and leaves are written together, so none may be there without the other. The newest ones
// are looked at; everything is by exporting and verifying.
absl::Status CheckEnds(storage::Store& store) {
  storage::RecordReader& tables = store.record();
  BELFRY_ASSIGN_OR_RETURN(const int64_t events, store.LastPosition());
  BELFRY_ASSIGN_OR_RETURN(const int64_t logged, tables.LastLogged(storage::PayloadKind::kEvent));
  if (logged > events) {
    return Contradiction(
        absl::StrCat("the record has an event ", logged, ", the events end with ", events));
  }
  // What happened before there was a record gets its leaves before anything is signed. Later, an
  // event without a leaf was put there by somebody else, and must not get one.
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> checkpoint,
                          tables.FindCheckpoint("", 0, /*newest=*/true));
  if (checkpoint.has_value() && events > logged) {
    return Contradiction(
        absl::StrCat("the events end with ", events, ", the record has none behind ", logged));
  }
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogHeadRow> heads, tables.ListLogHeads());
  for (const storage::LogHeadRow& head : heads) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogLeafRow> rows,
                            tables.ListLeaves(head.log, head.size - 1, 2));
    if (rows.size() != 1 || rows.front().index != head.size - 1) {
      return Contradiction(
          absl::StrCat("the log \"", head.log, "\" does not end with leaf ", head.size - 1));
    }
  }
  return absl::OkStatus();
}

class Importer {
 public:
  Importer(storage::Store* store, LogBook* logs) : store_(*store), logs_(*logs) {}

  // Packs and changes of the directory by their time, then events in order of commit.
  absl::Status Run() {
    BELFRY_RETURN_IF_ERROR(ImportPoliciesAndDirectory());
    BELFRY_RETURN_IF_ERROR(ImportEvents());
    if (count_ > 0) spdlog::info("the record has a leaf for each of {} earlier entries", count_);
    return absl::OkStatus();
  }

 private:
  absl::Status ImportPoliciesAndDirectory();
  absl::Status ImportEvents();
  absl::StatusOr<Subject> SubjectOf(storage::Transaction& transaction, const std::string& incident);
  absl::Status Commit(storage::Transaction& transaction);
  absl::Status Append(storage::Transaction& transaction, const std::string& log,
                      const LogEntry& entry) {
    ++count_;
    return logs_.Append(transaction.record(), log, entry).status();
  }

  storage::Store& store_;
  LogBook& logs_;
  absl::flat_hash_map<std::string, Subject> subjects_;
  int64_t count_ = 0;
};

absl::Status Importer::Commit(storage::Transaction& transaction) {
  BELFRY_RETURN_IF_ERROR(logs_.WriteHeads(transaction.record()));
  BELFRY_RETURN_IF_ERROR(transaction.Commit());
  logs_.Committed();
  return store_.Maintain();
}

absl::Status Importer::ImportPoliciesAndDirectory() {
  storage::RecordReader& tables = store_.record();
  BELFRY_ASSIGN_OR_RETURN(int64_t policy, tables.LastLogged(storage::PayloadKind::kPolicy));
  BELFRY_ASSIGN_OR_RETURN(std::vector<storage::PolicyRow> policies, store_.LoadPolicies());
  auto next = policies.begin();
  while (next != policies.end() && next->sequence <= policy) ++next;
  BELFRY_ASSIGN_OR_RETURN(int64_t position,
                          tables.LastLogged(storage::PayloadKind::kDirectoryChange));
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::DirectoryChangeRow> changes,
                            tables.ListDirectoryChanges(position, kRowsAtOnce));
    if (changes.empty() && next == policies.end()) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction,
                            store_.Begin());
    const auto adopt = [&]() -> absl::Status {
      return Append(*transaction, record::kInstanceLog, EntryOf(*next++));
    };
    for (const storage::DirectoryChangeRow& change : changes) {
      while (next != policies.end() && next->time_us <= change.time_us) {
        BELFRY_RETURN_IF_ERROR(adopt());
      }
      BELFRY_RETURN_IF_ERROR(Append(*transaction, record::kInstanceLog, EntryOf(change)));
      position = change.position;
    }
    while (changes.empty() && next != policies.end()) BELFRY_RETURN_IF_ERROR(adopt());
    BELFRY_RETURN_IF_ERROR(Commit(*transaction));
  }
}

absl::StatusOr<Subject> Importer::SubjectOf(storage::Transaction& transaction,
                                            const std::string& incident) {
  if (const auto known = subjects_.find(incident); known != subjects_.end()) return known->second;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::IncidentRow> row,
                          transaction.LoadIncident(incident));
  record::v1::IncidentState state;
  if (!row.has_value() || !state.ParseFromString(row->state_blob)) {
    return absl::DataLossError(absl::StrCat("the state of ", incident, " cannot be read"));
  }
  if (subjects_.size() >= kSubjectsMax) subjects_.clear();
  return subjects_[incident] = {LogOf(state), state.standing_register()};
}

absl::Status Importer::ImportEvents() {
  BELFRY_ASSIGN_OR_RETURN(int64_t position,
                          store_.record().LastLogged(storage::PayloadKind::kEvent));
  BELFRY_ASSIGN_OR_RETURN(const int64_t last, store_.LastPosition());
  if (last > position) {
    spdlog::info("{} earlier events get their leaves in the record", last - position);
  }
  while (position < last) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::EventRow> rows,
                            store_.ListEventsAfter(position, kRowsAtOnce));
    if (rows.empty()) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction,
                            store_.Begin());
    for (const storage::EventRow& row : rows) {
      record::v1::Event event;
      if (!event.ParseFromString(row.blob)) {
        return absl::DataLossError(
            absl::StrCat("event ", row.version, " of ", row.incident, " cannot be read"));
      }
      BELFRY_ASSIGN_OR_RETURN(const Subject subject, SubjectOf(*transaction, row.incident));
      BELFRY_RETURN_IF_ERROR(
          Append(*transaction, subject.log, EntryOf(subject.standing_register, event, row)));
    }
    const int64_t before = position;
    position = rows.back().position;
    BELFRY_RETURN_IF_ERROR(Commit(*transaction));
    if (before / kProgressEvery != position / kProgressEvery) {
      spdlog::info("{} of {} events have their leaves", position, last);
    }
  }
  return absl::OkStatus();
}

// That an older record was accepted is the first thing that the record says from then on.
absl::Status RecordAcceptance(storage::Store& store, LogBook& logs, const AnchorVerdict& verdict,
                              absl::Time now) {
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction, store.Begin());
  storage::RecordEventRow row;
  row.time_us = absl::ToUnixMicros(now);
  row.principal = "system";
  row.kind = "record.older_accepted";
  row.blob = absl::StrCat(verdict.older, "; it was accepted with --accept-older-record");
  BELFRY_RETURN_IF_ERROR(transaction->record().AddRecordEvent(row));
  LogEntry entry;
  entry.time_us = row.time_us;
  entry.kind = row.kind;
  entry.subject = "record";
  entry.principal = row.principal;
  entry.payload = row.blob;
  entry.payload_kind = storage::PayloadKind::kRecord;
  entry.payload_ref = row.position;
  BELFRY_RETURN_IF_ERROR(logs.Append(transaction->record(), record::kInstanceLog, entry).status());
  BELFRY_RETURN_IF_ERROR(logs.WriteHeads(transaction->record()));
  BELFRY_RETURN_IF_ERROR(transaction->Commit());
  logs.Committed();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<record::Checkpoint>> StartRecord(storage::Store& store, LogBook& logs,
                                                              const RecordOptions& options,
                                                              absl::Time now) {
  BELFRY_RETURN_IF_ERROR(logs.Load(store.record()));
  BELFRY_RETURN_IF_ERROR(CheckEnds(store));
  BELFRY_ASSIGN_OR_RETURN(AnchorVerdict verdict, CheckAnchor(store.record(), options));
  if (!verdict.older.empty() && !options.accept_older) return OlderRecord(verdict);
  BELFRY_RETURN_IF_ERROR(Importer(&store, &logs).Run());
  if (verdict.older.empty()) {
    if (options.accept_older) {
      spdlog::warn("--accept-older-record was not needed; leave it out");
    }
    return verdict.last;
  }
  spdlog::warn("{}; it was accepted", verdict.older);
  BELFRY_RETURN_IF_ERROR(RecordAcceptance(store, logs, verdict, now));
  return std::nullopt;
}

}  // namespace belfry::engine
