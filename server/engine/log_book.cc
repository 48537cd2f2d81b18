#include "server/engine/log_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/engine/log_tiles.h"
#include "server/record/hash.h"

namespace belfry::engine {
namespace {

constexpr char kSuperLog[] = "";

absl::Status Damaged(const std::string& log, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the head of the log \"", log, "\" ", what,
                                          "; the database was changed by hand or is damaged: "
                                          "restore the newest backup"));
}

}  // namespace

std::string LogOf(const record::v1::IncidentState& state) {
  const absl::string_view id = absl::StripPrefix(state.entity(), "entities/");
  return std::string(record::IsLogId(id) ? id : record::kInstanceLog);
}

LogEntry EntryOf(bool standing_register, const record::v1::Event& event,
                 const storage::EventRow& row) {
  const auto* field =
      record::v1::Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
  LogEntry entry;
  entry.time_us = row.time_us;
  entry.kind = absl::StrCat(standing_register ? "register." : "incident.",
                            field == nullptr ? "unknown" : field->name());
  entry.subject = absl::StrCat(standing_register ? "registers/" : "incidents/", row.incident);
  entry.version = row.version;
  entry.principal = event.actor().principal();
  entry.request_id = event.request_id();
  entry.payload = row.blob;
  entry.payload_kind = storage::PayloadKind::kEvent;
  entry.payload_ref = row.position;
  return entry;
}

LogEntry EntryOf(const storage::DirectoryChangeRow& row) {
  // "put person people/dop.responder"
  const std::vector<std::string> words = absl::StrSplit(row.change, absl::MaxSplits(' ', 2));
  LogEntry entry;
  entry.time_us = row.time_us;
  entry.kind = absl::StrCat("directory.", words.front());
  if (words.size() > 1) absl::StrAppend(&entry.kind, "_", words[1]);
  if (words.size() > 2) entry.subject = words[2];
  entry.principal = row.principal;
  entry.payload = row.blob;
  entry.payload_kind = storage::PayloadKind::kDirectoryChange;
  entry.payload_ref = row.position;
  return entry;
}

LogEntry EntryOf(const storage::AccessChangeRow& row) {
  LogEntry entry;
  entry.time_us = row.time_us;
  entry.kind = row.kind;
  entry.subject = row.subject;
  entry.principal = row.principal;
  entry.payload = row.blob;
  entry.payload_kind = storage::PayloadKind::kAccessChange;
  entry.payload_ref = row.position;
  return entry;
}

LogEntry EntryOf(const storage::PolicyRow& row) {
  LogEntry entry;
  entry.time_us = row.time_us;
  entry.kind = "policy.adopted";
  entry.subject = absl::StrCat("policies/", row.name);
  entry.principal = row.principal;
  entry.payload = row.text;
  entry.payload_kind = storage::PayloadKind::kPolicy;
  entry.payload_ref = row.sequence;
  return entry;
}

void AddReceipt(std::optional<v1::Receipt>& receipts, const v1::Receipt& receipt) {
  if (!receipts.has_value()) {
    receipts = receipt;
    return;
  }
  const int64_t first = receipts->first_index();
  *receipts = receipt;
  receipts->set_first_index(first);
}

absl::StatusOr<LogBook::Log> LogBook::FromRow(const storage::LogHeadRow& row) {
  Log log;
  BELFRY_ASSIGN_OR_RETURN(log.frontier,
                          record::Frontier::Parse(static_cast<uint64_t>(row.size), row.frontier));
  if (record::View(log.frontier.Root()) != row.root) {
    return Damaged(row.log, "does not have the root that it says");
  }
  log.published = row.published;
  return log;
}

absl::Status LogBook::Load(storage::RecordReader& tables) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogHeadRow> rows, tables.ListLogHeads());
  logs_.clear();
  for (const storage::LogHeadRow& row : rows) {
    if (row.origin != OriginOf(row.log)) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "RECORD_INSTANCE",
                          absl::StrCat("record.instance: the store's record is that of ",
                                       row.origin, ", not of ", OriginOf(row.log),
                                       "; an instance keeps its name for ever"))
          .Build();
    }
    BELFRY_ASSIGN_OR_RETURN(logs_[row.log], FromRow(row));
  }
  return absl::OkStatus();
}

std::string LogBook::OriginOf(const std::string& log) const {
  return log == kSuperLog ? record::SuperOrigin(instance_) : record::LogOrigin(instance_, log);
}

absl::StatusOr<LogBook::Log*> LogBook::Find(storage::RecordReader& tables, const std::string& log) {
  if (const auto known = logs_.find(log); known != logs_.end()) return &known->second;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::LogHeadRow> row, tables.FindLogHead(log));
  Log found;
  if (row.has_value()) {
    BELFRY_ASSIGN_OR_RETURN(found, FromRow(*row));
  }
  return &(logs_[log] = std::move(found));
}

void LogBook::Touch(Log& log) {
  if (log.changed) return;
  log.changed = true;
  log.frontier_before = log.frontier;
  log.published_before = log.published;
}

absl::Status LogBook::Keep(storage::RecordWriter& tables, Log& log, const storage::LogLeafRow& row,
                           const record::Hash& hash) {
  if (!log.tail.has_value()) {
    LogTiles tiles(&tables, row.log);
    BELFRY_ASSIGN_OR_RETURN(log.tail, record::ReadTail(tiles, log.frontier.size()));
  }
  Touch(log);
  BELFRY_RETURN_IF_ERROR(tables.AppendLeaf(row));
  for (const record::Tile& tile : log.tail->Append(hash)) {
    BELFRY_RETURN_IF_ERROR(
        tables.AddTile(row.log, tile.level, static_cast<int64_t>(tile.number), tile.hashes));
  }
  log.frontier.Append(hash);
  return absl::OkStatus();
}

absl::StatusOr<v1::Receipt> LogBook::Append(storage::RecordWriter& tables, const std::string& log,
                                            const LogEntry& entry) {
  BELFRY_ASSIGN_OR_RETURN(Log * found, Find(tables, log));
  storage::LogLeafRow row;
  row.log = log;
  row.index = static_cast<int64_t>(found->frontier.size());
  row.salt = record::NewSalt(random_);
  row.payload_kind = entry.payload_kind;
  row.payload_ref = entry.payload_ref;
  record::Leaf leaf;
  leaf.origin = OriginOf(log);
  leaf.index = found->frontier.size();
  leaf.time_us = static_cast<uint64_t>(entry.time_us);
  leaf.kind = entry.kind;
  leaf.subject = entry.subject;
  leaf.version = static_cast<uint64_t>(entry.version);
  leaf.principal = entry.principal;
  leaf.request_id = entry.request_id;
  leaf.commitment = record::Commitment(row.salt, entry.payload);
  BELFRY_ASSIGN_OR_RETURN(row.leaf, record::FrameLeaf(leaf));
  const record::Hash hash = record::LeafHash(row.leaf);
  BELFRY_RETURN_IF_ERROR(Keep(tables, *found, row, hash));
  v1::Receipt receipt;
  receipt.set_log(leaf.origin);
  receipt.set_first_index(row.index);
  receipt.set_index(row.index);
  receipt.set_leaf_hash(hash.data(), hash.size());
  *receipt.mutable_time() = ToProto(absl::FromUnixMicros(entry.time_us));
  return receipt;
}

std::vector<LogBook::Grown> LogBook::ListGrown() const {
  std::vector<Grown> grown;
  for (const auto& [name, log] : logs_) {
    if (name == kSuperLog || static_cast<int64_t>(log.frontier.size()) <= log.published) continue;
    grown.push_back({name, {OriginOf(name), log.frontier.size(), log.frontier.Root()}});
  }
  return grown;
}

bool LogBook::HasNews() const {
  return std::any_of(logs_.begin(), logs_.end(), [](const auto& entry) {
    return entry.first != kSuperLog &&
           static_cast<int64_t>(entry.second.frontier.size()) > entry.second.published;
  });
}

uint64_t LogBook::SuperSize() const {
  const auto super = logs_.find(kSuperLog);
  return super == logs_.end() ? 0 : super->second.frontier.size();
}

absl::StatusOr<record::Frontier> LogBook::SuperAfter(storage::RecordReader& tables,
                                                     const std::vector<Grown>& grown) {
  BELFRY_ASSIGN_OR_RETURN(const Log* super, Find(tables, kSuperLog));
  record::Frontier frontier = super->frontier;
  for (const Grown& one : grown) {
    BELFRY_ASSIGN_OR_RETURN(const std::string leaf, record::FrameSuperLeaf(one.leaf));
    frontier.Append(record::LeafHash(leaf));
  }
  return frontier;
}

absl::Status LogBook::Publish(storage::RecordWriter& tables, const std::vector<Grown>& grown) {
  BELFRY_ASSIGN_OR_RETURN(Log * super, Find(tables, kSuperLog));
  for (const Grown& one : grown) {
    storage::LogLeafRow row;
    row.log = kSuperLog;
    row.index = static_cast<int64_t>(super->frontier.size());
    BELFRY_ASSIGN_OR_RETURN(row.leaf, record::FrameSuperLeaf(one.leaf));
    BELFRY_RETURN_IF_ERROR(Keep(tables, *super, row, record::LeafHash(row.leaf)));
    BELFRY_ASSIGN_OR_RETURN(Log * log, Find(tables, one.log));
    Touch(*log);
    log->published = static_cast<int64_t>(one.leaf.size);
  }
  return absl::OkStatus();
}

absl::Status LogBook::WriteHeads(storage::RecordWriter& tables) {
  for (const auto& [name, log] : logs_) {
    if (!log.changed) continue;
    const record::Hash root = log.frontier.Root();
    storage::LogHeadRow row;
    row.log = name;
    row.origin = OriginOf(name);
    row.size = static_cast<int64_t>(log.frontier.size());
    row.frontier = log.frontier.Serialize();
    row.root = std::string(record::View(root));
    row.published = log.published;
    BELFRY_RETURN_IF_ERROR(tables.PutLogHead(row));
  }
  return absl::OkStatus();
}

void LogBook::Committed() {
  for (auto& [name, log] : logs_) log.changed = false;
}

void LogBook::RolledBack() {
  for (auto& [name, log] : logs_) {
    if (!log.changed) continue;
    log.frontier = std::move(log.frontier_before);
    log.published = log.published_before;
    log.tail.reset();
    log.changed = false;
  }
}

}  // namespace belfry::engine
