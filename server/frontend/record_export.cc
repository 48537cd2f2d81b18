#include "server/frontend/record_export.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/status_macros.h"
#include "server/record/hash.h"
#include "server/record/leaf.h"

namespace belfry::frontend {
namespace {

constexpr int64_t kLeavesAtOnce = 256;
constexpr size_t kKnownMax = 100'000;
constexpr char kSuperLog[] = "";

// "DOP-2026-0007" of "incidents/DOP-2026-0007".
std::string IdOf(absl::string_view subject) {
  const std::vector<std::string> parts = absl::StrSplit(subject, absl::MaxSplits('/', 1));
  return parts.size() == 2 ? parts[1] : std::string();
}

// The payload of a leaf, when it is where the leaf says. An event that was moved to another place
// in a record is as wrong as one that was rewritten.
absl::StatusOr<std::optional<std::string>> ReadPayload(storage::RecordReader& tables,
                                                       const storage::LogLeafRow& row,
                                                       const record::Leaf& leaf) {
  if (row.payload_kind != storage::PayloadKind::kEvent) {
    return tables.ReadPayload(row.payload_kind, row.payload_ref);
  }
  BELFRY_ASSIGN_OR_RETURN(std::optional<storage::EventRow> event,
                          tables.FindEvent(IdOf(leaf.subject), static_cast<int64_t>(leaf.version)));
  if (!event.has_value() || event->position != row.payload_ref ||
      event->time_us != static_cast<int64_t>(leaf.time_us)) {
    return std::nullopt;
  }
  return std::move(event->blob);
}

}  // namespace

RecordExport::RecordExport(std::string instance, engine::MadeCheckpoint checkpoint,
                           std::optional<std::string> log, Readable readable)
    : instance_(std::move(instance)),
      checkpoint_(std::move(checkpoint)),
      readable_(std::move(readable)),
      ready_(record::ExportWriter::Begin()) {
  if (log.has_value()) {
    logs_.push_back(*std::move(log));
    return;
  }
  for (const auto& [name, covered] : checkpoint_.logs) {
    if (name != kSuperLog) logs_.push_back(name);
  }
  logs_.push_back(kSuperLog);
}

absl::StatusOr<std::string> RecordExport::Next(storage::Store& store, size_t size) {
  while (ready_.size() - given_ < size && !ended_) BELFRY_RETURN_IF_ERROR(Produce(store));
  std::string piece = ready_.substr(given_, size);
  given_ += piece.size();
  if (given_ == ready_.size()) {
    ready_.clear();
    given_ = 0;
  } else if (given_ > size) {
    ready_.erase(0, given_);
    given_ = 0;
  }
  return piece;
}

absl::Status RecordExport::Produce(storage::Store& store) {
  if (at_ == logs_.size()) {
    ready_ += writer_.End();
    ended_ = true;
    return absl::OkStatus();
  }
  const std::string& log = logs_[at_];
  if (index_ < 0) {
    ready_ += log == kSuperLog ? writer_.SuperLog(record::SuperOrigin(instance_))
                               : writer_.Origin(record::LogOrigin(instance_, log));
    index_ = 0;
  }
  const auto covered = checkpoint_.logs.find(log);
  if (covered != checkpoint_.logs.end() && index_ < covered->second.size) {
    return AddLeaves(store.record());
  }
  return EndLog(store.record());
}

absl::Status RecordExport::AddLeaves(storage::RecordReader& tables) {
  const std::string& log = logs_[at_];
  const int64_t size = checkpoint_.logs.at(log).size;
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogLeafRow> rows,
                          tables.ListLeaves(log, index_, std::min(kLeavesAtOnce, size - index_)));
  for (const storage::LogLeafRow& row : rows) {
    // Whoever reads the file sees which one is missing better than we could say it.
    ready_ += writer_.Leaf(row.leaf);
    BELFRY_RETURN_IF_ERROR(AddPayload(tables, row));
    ++index_;
  }
  if (rows.empty()) index_ = size;
  return absl::OkStatus();
}

absl::Status RecordExport::AddPayload(storage::RecordReader& tables,
                                      const storage::LogLeafRow& row) {
  if (row.payload_kind == storage::PayloadKind::kNone) return absl::OkStatus();
  if (row.salt.empty()) {
    ready_ += writer_.Expunged();
    return absl::OkStatus();
  }
  const absl::StatusOr<record::Leaf> leaf = record::ParseLeaf(row.leaf);
  // A leaf that cannot be read was changed; the file shows it.
  if (!leaf.ok()) {
    ready_ += writer_.Withheld();
    return absl::OkStatus();
  }
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> payload,
                          ReadPayload(tables, row, *leaf));
  const bool readable = MayRead(row, leaf->subject);
  if (!payload.has_value() || record::Commitment(row.salt, *payload) != leaf->commitment) {
    // It may have been expunged between the two readings.
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogLeafRow> again,
                            tables.ListLeaves(row.log, row.index, 1));
    if (!again.empty() && again.front().salt.empty()) {
      ready_ += writer_.Expunged();
      return absl::OkStatus();
    }
    // Nobody can check what is withheld, so a payload that is not the recorded one is never called
    // that: all who are given the file see that it is wrong, and what it says now only those who
    // may.
    ready_ += readable ? writer_.Payload(row.salt, payload.value_or(""))
                       : writer_.Payload(std::string(record::kSaltSize, '\0'), "");
    return absl::OkStatus();
  }
  ready_ += readable ? writer_.Payload(row.salt, *payload) : writer_.Withheld();
  return absl::OkStatus();
}

absl::Status RecordExport::EndLog(storage::RecordReader& tables) {
  const std::string& log = logs_[at_];
  if (log == kSuperLog) {
    // What witnesses have seen, which may be a little less than all.
    BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> cosigned,
                            tables.FindCosigned(log));
    const auto covered = checkpoint_.logs.find(log);
    const int64_t size = covered == checkpoint_.logs.end() ? 0 : covered->second.size;
    if (cosigned.has_value() && cosigned->size <= size) {
      ready_ += writer_.Checkpoint(cosigned->note);
      if (cosigned->size == size) {
        ++at_;
        index_ = -1;
        return absl::OkStatus();
      }
    }
  }
  if (const auto covered = checkpoint_.logs.find(log); covered != checkpoint_.logs.end()) {
    ready_ += writer_.Checkpoint(covered->second.note);
  }
  ++at_;
  index_ = -1;
  return absl::OkStatus();
}

bool RecordExport::MayRead(const storage::LogLeafRow& row, absl::string_view subject) {
  // What belongs to no incident is for everybody who may have this log.
  if (row.payload_kind != storage::PayloadKind::kEvent) return true;
  const std::string id = IdOf(subject);
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  if (known_.size() >= kKnownMax) known_.clear();
  return known_[id] = readable_(id);
}

}  // namespace belfry::frontend
