#include "server/storage/sqlite/sqlite_store.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/status_macros.h"
#include "server/storage/sqlite/chat_tables.h"
#include "server/storage/sqlite/evidence_tables.h"
#include "server/storage/sqlite/connection.h"
#include "server/storage/sqlite/delivery_columns.h"
#include "server/storage/sqlite/incident_query.h"
#include "server/storage/sqlite/instance_lock.h"
#include "server/storage/sqlite/record_schema.h"
#include "server/storage/sqlite/schema.h"
#include "server/storage/sqlite/sqlite_record.h"
#include "server/storage/sqlite/sqlite_transaction.h"
#include "server/storage/sqlite/token_table.h"

namespace belfry::storage {
namespace {

// In pages of 4 KiB. A checkpoint now and then keeps each one short; a WAL beyond the second limit
// is rewound, waiting for readers if need be.
constexpr int64_t kCheckpointPages = 1000;
constexpr int64_t kRestartPages = 4096;
// Checking a large file takes minutes; those are checked by `belfry doctor` and after restores.
constexpr uintmax_t kQuickCheckBytesMax = 256ull << 20;

absl::Status CreateParent(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (parent.empty()) return absl::OkStatus();
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot create ", parent.string(), ": ", error.message()));
}

absl::Status CheckFile(Connection& writer, const std::string& path) {
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes > kQuickCheckBytesMax) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(const std::string result, writer.QueryText("PRAGMA quick_check(1)"));
  if (result == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " is damaged (", result,
                                          "); restore the newest backup and keep this file for "
                                          "analysis"));
}

absl::Status Migrate(Connection& writer, const std::string& path) {
  BELFRY_ASSIGN_OR_RETURN(const std::string text, writer.QueryText("PRAGMA user_version"));
  int version = 0;
  if (!absl::SimpleAtoi(text, &version)) return absl::InternalError("user_version is no number");
  BELFRY_ASSIGN_OR_RETURN(const std::string id, writer.QueryText("PRAGMA application_id"));
  BELFRY_ASSIGN_OR_RETURN(const std::string tables,
                          writer.QueryText("SELECT count(*) FROM sqlite_master"));
  if (tables != "0" && id != absl::StrCat(kApplicationId)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is another program's database; give another --store"));
  }
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has schema ", version,
                                                      ", this belfryd knows ", kSchemaVersion,
                                                      "; use the newer belfryd that wrote it"));
  }
  if (version == kSchemaVersion) return absl::OkStatus();
  BELFRY_RETURN_IF_ERROR(writer.Execute("BEGIN IMMEDIATE"));
  if (version < 1) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion1));
  if (version < 2) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion2));
  if (version < 3) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion3));
  if (version < 4) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion4));
  if (version < 5) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion5));
  if (version < 6) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion6));
  if (version < 7) BELFRY_RETURN_IF_ERROR(writer.Execute(kSchemaVersion7));
  BELFRY_RETURN_IF_ERROR(writer.Execute(absl::StrCat("PRAGMA application_id=", kApplicationId)));
  BELFRY_RETURN_IF_ERROR(writer.Execute(absl::StrCat("PRAGMA user_version=", kSchemaVersion)));
  return writer.Execute("COMMIT");
}

class SqliteStore final : public Store {
 public:
  SqliteStore(InstanceLock lock, std::unique_ptr<Connection> writer,
              std::vector<std::unique_ptr<Connection>> readers, std::string path)
      : lock_(std::move(lock)),
        writer_(std::move(writer)),
        readers_(std::move(readers)),
        path_(std::move(path)) {
    sqlite3_wal_hook(writer_->handle(), &SqliteStore::CountWalPages, this);
  }

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override;
  absl::Status Maintain() override;
  absl::StatusOr<std::optional<IncidentRow>> LoadIncident(absl::string_view id) override;
  absl::StatusOr<std::vector<IncidentRow>> ListIncidents(const IncidentQuery& query) override;
  absl::StatusOr<std::vector<EventRow>> ListEvents(absl::string_view incident,
                                                   int64_t after_version, int limit) override;
  absl::StatusOr<std::vector<EventRow>> ListEventsAfter(int64_t after_position, int limit) override;
  absl::StatusOr<int64_t> LastPosition() override;
  absl::StatusOr<std::vector<Due>> ListDue(int64_t until_us, int limit) override;
  absl::StatusOr<std::optional<int64_t>> NextDue() override;
  absl::StatusOr<std::vector<DeliveryRow>> ListDeliveries(absl::string_view incident,
                                                          std::optional<DeliveryState> state,
                                                          int64_t before_sequence,
                                                          int limit) override;
  absl::StatusOr<std::optional<int64_t>> NextDeliveryTime(
      const std::vector<std::string>& platforms) override;
  absl::StatusOr<std::vector<DirectoryRow>> LoadDirectory() override;
  absl::StatusOr<std::vector<PlaceRow>> FindPlaces(absl::string_view platform,
                                                   absl::string_view workspace,
                                                   absl::string_view channel,
                                                   absl::string_view message) override {
    Reader reader(this);
    return ReadPlaces(*reader, platform, workspace, channel, message);
  }
  absl::StatusOr<std::optional<ConversationRow>> FindConversation(
      absl::string_view platform, absl::string_view workspace, absl::string_view address) override {
    Reader reader(this);
    return ReadConversation(*reader, platform, workspace, address);
  }
  absl::StatusOr<std::vector<ConversationRow>> ListConversations(absl::string_view platform,
                                                                 absl::string_view workspace,
                                                                 absl::string_view after,
                                                                 int limit) override {
    Reader reader(this);
    return ReadConversations(*reader, platform, workspace, after, limit);
  }
  absl::StatusOr<std::vector<TokenRow>> LoadTokens() override {
    Reader reader(this);
    return ReadTokens(*reader);
  }
  absl::StatusOr<std::vector<AccessChangeRow>> ListAccessChanges(int64_t after_position,
                                                                 int limit) override {
    Reader reader(this);
    return ReadAccessChanges(*reader, after_position, limit);
  }
  absl::StatusOr<std::vector<PolicyRow>> LoadPolicies() override;
  absl::StatusOr<std::vector<Pinned>> ListPinned() override;
  absl::StatusOr<std::vector<std::string>> ListPinnedTo(absl::string_view policy,
                                                        int limit) override;
  absl::StatusOr<std::optional<EvidenceRow>> FindEvidence(absl::string_view incident,
                                                          int32_t number) override {
    Reader reader(this);
    return ReadEvidence(*reader, incident, number);
  }
  absl::StatusOr<std::vector<EvidenceRow>> ListEvidence(absl::string_view incident, int32_t after,
                                                        int limit) override {
    Reader reader(this);
    return ReadEvidenceList(*reader, incident, after, limit);
  }
  absl::StatusOr<std::vector<CustodyRow>> ListCustody(absl::string_view incident, int32_t number,
                                                      int32_t after, int limit) override {
    Reader reader(this);
    return ReadCustody(*reader, incident, number, after, limit);
  }
  absl::StatusOr<bool> HasEvidenceObject(absl::string_view object) override {
    Reader reader(this);
    return ReadHasObject(*reader, object);
  }
  absl::StatusOr<Health> CheckHealth() override;
  RecordReader& record() override { return record_; }

 private:
  // A reader on loan; goes back when destroyed.
  class Reader {
   public:
    explicit Reader(SqliteStore* store) : store_(store) {
      absl::MutexLock lock(&store_->mutex_);
      store_->mutex_.Await(absl::Condition(store_, &SqliteStore::HasReader));
      connection_ = std::move(store_->readers_.back());
      store_->readers_.pop_back();
    }
    ~Reader() {
      absl::MutexLock lock(&store_->mutex_);
      store_->readers_.push_back(std::move(connection_));
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    SqliteStore* const store_;
    std::unique_ptr<Connection> connection_;
  };

  // The record through whatever reader is free.
  class PooledRecord final : public RecordReader {
   public:
    explicit PooledRecord(SqliteStore* store) : store_(*store) {}

    template <typename Question>
    std::invoke_result_t<Question, SqliteRecord&> Ask(Question question) {
      Reader reader(&store_);
      SqliteRecord record(&*reader);
      return question(record);
    }

    absl::StatusOr<std::vector<LogHeadRow>> ListLogHeads() override {
      return Ask([](SqliteRecord& record) { return record.ListLogHeads(); });
    }
    absl::StatusOr<std::optional<LogHeadRow>> FindLogHead(absl::string_view log) override {
      return Ask([&](SqliteRecord& record) { return record.FindLogHead(log); });
    }
    absl::StatusOr<std::vector<LogLeafRow>> ListLeaves(absl::string_view log, int64_t first,
                                                       int64_t count) override {
      return Ask([&](SqliteRecord& record) { return record.ListLeaves(log, first, count); });
    }
    absl::StatusOr<std::optional<LogLeafRow>> FindLeafOf(PayloadKind kind, int64_t ref) override {
      return Ask([&](SqliteRecord& record) { return record.FindLeafOf(kind, ref); });
    }
    absl::StatusOr<int64_t> LastLogged(PayloadKind kind) override {
      return Ask([&](SqliteRecord& record) { return record.LastLogged(kind); });
    }
    absl::StatusOr<std::optional<std::string>> ReadTile(absl::string_view log, int level,
                                                        int64_t number) override {
      return Ask([&](SqliteRecord& record) { return record.ReadTile(log, level, number); });
    }
    absl::StatusOr<std::optional<CheckpointRow>> FindCheckpoint(absl::string_view log,
                                                                int64_t size_min,
                                                                bool newest) override {
      return Ask(
          [&](SqliteRecord& record) { return record.FindCheckpoint(log, size_min, newest); });
    }
    absl::StatusOr<std::optional<CheckpointRow>> FindCosigned(absl::string_view log) override {
      return Ask([&](SqliteRecord& record) { return record.FindCosigned(log); });
    }
    absl::StatusOr<std::optional<std::string>> ReadPayload(PayloadKind kind, int64_t ref) override {
      return Ask([&](SqliteRecord& record) { return record.ReadPayload(kind, ref); });
    }
    absl::StatusOr<std::optional<EventRow>> FindEvent(absl::string_view incident,
                                                      int64_t version) override {
      return Ask([&](SqliteRecord& record) { return record.FindEvent(incident, version); });
    }
    absl::StatusOr<std::vector<DirectoryChangeRow>> ListDirectoryChanges(int64_t after_position,
                                                                         int limit) override {
      return Ask(
          [&](SqliteRecord& record) { return record.ListDirectoryChanges(after_position, limit); });
    }

   private:
    SqliteStore& store_;
  };

  static int CountWalPages(void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteStore*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
  }
  bool HasReader() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !readers_.empty(); }

  const InstanceLock lock_;
  const std::unique_ptr<Connection> writer_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> readers_ ABSL_GUARDED_BY(mutex_);
  const std::string path_;
  std::atomic<int64_t> wal_pages_{0};
  std::atomic<bool> broken_{false};
  // Something was deleted for good, and older pages of the WAL still hold it.
  std::atomic<bool> scrubbed_{false};
  PooledRecord record_{this};
};

absl::StatusOr<std::unique_ptr<Transaction>> SqliteStore::Begin() {
  if (broken_) {
    return absl::FailedPreconditionError(
        "a commit failed earlier and its outcome is unknown; restart belfryd");
  }
  BELFRY_RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE"));
  return std::make_unique<SqliteTransaction>(
      writer_.get(), [this] { broken_ = true; }, [this] { scrubbed_ = true; });
}

absl::Status SqliteStore::Maintain() {
  const int64_t pages = wal_pages_;
  const bool scrub = scrubbed_;
  if (pages < kCheckpointPages && !scrub) return absl::OkStatus();
  const int mode = scrub                   ? SQLITE_CHECKPOINT_TRUNCATE
                   : pages < kRestartPages ? SQLITE_CHECKPOINT_PASSIVE
                                           : SQLITE_CHECKPOINT_RESTART;
  int in_log = 0;
  int done = 0;
  const int code = sqlite3_wal_checkpoint_v2(writer_->handle(), nullptr, mode, &in_log, &done);
  // Busy readers only postpone it.
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    return SqliteError(writer_->handle(), code, "checkpoint");
  }
  if (scrub && code == SQLITE_OK) scrubbed_ = false;
  if (done == in_log) wal_pages_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<IncidentRow>> SqliteStore::LoadIncident(absl::string_view id) {
  Reader reader(this);
  return ReadIncident(*reader, id);
}

absl::StatusOr<std::vector<IncidentRow>> SqliteStore::ListIncidents(const IncidentQuery& query) {
  Reader reader(this);
  return QueryIncidents(*reader, query);
}

absl::StatusOr<std::vector<EventRow>> ReadEvents(Statement& select) {
  std::vector<EventRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    rows.push_back({select.Int(0), select.Text(1), select.Int(2), select.Int(3), select.Text(4)});
  }
}

absl::StatusOr<std::vector<EventRow>> SqliteStore::ListEvents(absl::string_view incident,
                                                              int64_t after_version, int limit) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT position, incident, version, time_us, blob FROM events "
                     "WHERE incident = ? AND version > ? ORDER BY version LIMIT ?"));
  return ReadEvents(select->Bind(1, incident).Bind(2, after_version).Bind(3, limit));
}

absl::StatusOr<std::vector<EventRow>> SqliteStore::ListEventsAfter(int64_t after_position,
                                                                   int limit) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT position, incident, version, time_us, blob FROM events "
                     "WHERE position > ? ORDER BY position LIMIT ?"));
  return ReadEvents(select->Bind(1, after_position).Bind(2, limit));
}

absl::StatusOr<int64_t> SqliteStore::LastPosition() {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          reader->Cached("SELECT coalesce(max(position), 0) FROM events"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
  const int64_t position = found ? select->Int(0) : 0;
  select->Reset();
  return position;
}

absl::StatusOr<std::vector<Store::Due>> SqliteStore::ListDue(int64_t until_us, int limit) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT id, next_due_us FROM incidents WHERE next_due_us IS NOT NULL "
                     "AND next_due_us <= ? ORDER BY next_due_us, id LIMIT ?"));
  select->Bind(1, until_us).Bind(2, limit);
  std::vector<Due> due;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return due;
    due.push_back({select->Text(0), select->Int(1)});
  }
}

absl::StatusOr<std::optional<int64_t>> SqliteStore::NextDue() {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT next_due_us FROM incidents WHERE next_due_us IS NOT NULL "
                     "ORDER BY next_due_us LIMIT 1"));
  BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
  if (!found) return std::nullopt;
  const int64_t due = select->Int(0);
  select->Reset();
  return due;
}

absl::StatusOr<std::vector<DeliveryRow>> SqliteStore::ListDeliveries(
    absl::string_view incident, std::optional<DeliveryState> state, int64_t before_sequence,
    int limit) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          reader->Cached("SELECT " BELFRY_DELIVERY_COLUMNS
                                         " FROM deliveries WHERE (?1 = '' OR incident = ?1) "
                                         "AND (?2 = 0 OR state = ?2) AND (?3 = 0 OR sequence < ?3) "
                                         "ORDER BY sequence DESC LIMIT ?4"));
  select->Bind(1, incident)
      .Bind(2, state.has_value() ? static_cast<int64_t>(*state) : 0)
      .Bind(3, before_sequence)
      .Bind(4, limit);
  std::vector<DeliveryRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back(ReadDelivery(*select));
  }
}

absl::StatusOr<std::optional<int64_t>> SqliteStore::NextDeliveryTime(
    const std::vector<std::string>& platforms) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * pending,
      reader->Cached("SELECT min(not_before_us) FROM deliveries WHERE state = 1 AND platform = ?"));
  std::optional<int64_t> next;
  const auto consider = [&](Statement& select) -> absl::Status {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found && !select.IsNull(0)) {
      next = next.has_value() ? std::min(*next, select.Int(0)) : select.Int(0);
    }
    if (found) select.Reset();
    return absl::OkStatus();
  };
  for (const std::string& platform : platforms) {
    BELFRY_RETURN_IF_ERROR(consider(pending->Bind(1, platform)));
  }
  BELFRY_ASSIGN_OR_RETURN(
      Statement * leased,
      reader->Cached("SELECT min(lease_until_us) FROM deliveries WHERE state = 2"));
  BELFRY_RETURN_IF_ERROR(consider(*leased));
  return next;
}

absl::StatusOr<std::vector<DirectoryRow>> SqliteStore::LoadDirectory() {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(Statement * select,
                          reader->Cached("SELECT key, blob FROM directory ORDER BY key"));
  std::vector<DirectoryRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back({select->Text(0), select->Text(1)});
  }
}

absl::StatusOr<std::vector<PolicyRow>> SqliteStore::LoadPolicies() {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT sequence, name, text, time_us, principal FROM policies "
                     "ORDER BY sequence"));
  std::vector<PolicyRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return rows;
    rows.push_back(
        {select->Int(0), select->Text(1), select->Text(2), select->Int(3), select->Text(4)});
  }
}

absl::StatusOr<std::vector<Store::Pinned>> SqliteStore::ListPinned() {
  Reader reader(this);
  // From name to name along the index, so that millions of rows cost as much as one.
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT policy, id FROM incidents ORDER BY policy, id LIMIT 1"));
  std::vector<Pinned> pinned;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return pinned;
    pinned.push_back({select->Text(0), select->Text(1)});
    select->Reset();
    BELFRY_ASSIGN_OR_RETURN(select,
                            reader->Cached("SELECT policy, id FROM incidents WHERE policy > ? "
                                           "ORDER BY policy, id LIMIT 1"));
    select->Bind(1, pinned.back().policy);
  }
}

absl::StatusOr<std::vector<std::string>> SqliteStore::ListPinnedTo(absl::string_view policy,
                                                                   int limit) {
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(
      Statement * select,
      reader->Cached("SELECT id FROM incidents WHERE policy = ? ORDER BY id LIMIT ?"));
  select->Bind(1, policy).Bind(2, limit);
  std::vector<std::string> ids;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select->Step());
    if (!found) return ids;
    ids.push_back(select->Text(0));
  }
}

absl::StatusOr<Store::Health> SqliteStore::CheckHealth() {
  Health health;
  struct stat wal {};
  // stat() opens nothing, so it is harmless to SQLite's locks.
  if (stat((path_ + "-wal").c_str(), &wal) == 0) health.wal_bytes = wal.st_size;
  Reader reader(this);
  BELFRY_ASSIGN_OR_RETURN(Statement * open,
                          reader->Cached("SELECT count(*) FROM deliveries WHERE state IN (1, 2)"));
  BELFRY_ASSIGN_OR_RETURN(bool found, open->Step());
  if (found) health.open_deliveries = open->Int(0);
  open->Reset();
  BELFRY_ASSIGN_OR_RETURN(Statement * dead,
                          reader->Cached("SELECT count(*) FROM deliveries WHERE state = 4"));
  BELFRY_ASSIGN_OR_RETURN(found, dead->Step());
  if (found) health.dead_deliveries = dead->Int(0);
  dead->Reset();
  return health;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                       SqliteOptions options) {
  if (path.empty()) return absl::InvalidArgumentError("sqlite: needs a path, as in sqlite:var/db");
  BELFRY_RETURN_IF_ERROR(CreateParent(path));
  BELFRY_ASSIGN_OR_RETURN(InstanceLock lock, InstanceLock::Take(path + ".lock"));
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<Connection> writer,
                          Connection::Open(path, Connection::Mode::kWriter));
  BELFRY_RETURN_IF_ERROR(CheckFile(*writer, path));
  BELFRY_RETURN_IF_ERROR(Migrate(*writer, path));
  if (options.pages_max > 0) {
    BELFRY_RETURN_IF_ERROR(
        writer->Execute(absl::StrCat("PRAGMA max_page_count=", options.pages_max)));
  }
  std::vector<std::unique_ptr<Connection>> readers;
  for (int i = 0; i < std::max(1, options.readers); ++i) {
    BELFRY_ASSIGN_OR_RETURN(readers.emplace_back(),
                            Connection::Open(path, Connection::Mode::kReader));
  }
  return std::make_unique<SqliteStore>(std::move(lock), std::move(writer), std::move(readers),
                                       path);
}

}  // namespace belfry::storage
