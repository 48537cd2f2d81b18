#include "server/engine/checkpointer.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/log_tiles.h"
#include "server/record/proof.h"
#include "spdlog/spdlog.h"

namespace belfry::engine {
namespace {

constexpr char kSuperLog[] = "";
// Witnesses have that long to cosign one before it is forgotten for newer ones.
constexpr absl::Duration kKeepFor = absl::Hours(1);

absl::Status Unreadable(absl::string_view why) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "ANCHOR_UNREADABLE",
                      absl::StrCat("record.anchor_file: ", why,
                                   "; name the key that signed it in record.former_keys, or find "
                                   "out who changed the file"))
      .Build();
}

absl::Status KeepFailure(Batch& batch, absl::Status status) {
  if (!status.ok() && batch.failure.ok()) batch.failure = status;
  return status;
}

std::string Short(const record::Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.size, " ", absl::Base64Escape(record::View(checkpoint.root)));
}

// The root that the super-log had at a size that it has reached.
absl::StatusOr<record::Hash> SuperRootAt(storage::RecordReader& tables, uint64_t have,
                                         uint64_t size) {
  LogTiles tiles(&tables, kSuperLog);
  record::NodeReader nodes(&tiles, have);
  return record::RootAt(nodes, size);
}

}  // namespace

absl::StatusOr<AnchorVerdict> CheckAnchor(storage::RecordReader& tables,
                                          const RecordOptions& options) {
  AnchorVerdict verdict;
  if (options.anchor == nullptr) return verdict;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> text, options.anchor->Read());
  if (!text.has_value()) return verdict;
  const absl::StatusOr<record::SignedNote> note = record::ParseNote(*text);
  if (!note.ok()) return Unreadable(note.status().message());
  std::vector<record::VerifierKey> keys = options.former_keys;
  if (options.signer != nullptr) keys.push_back(options.signer->verifier());
  const bool known = std::any_of(keys.begin(), keys.end(), [&](const record::VerifierKey& key) {
    return record::VerifyNote(*note, key).ok();
  });
  if (!known && !keys.empty()) return Unreadable("no key of this instance signed it");
  const absl::StatusOr<record::Checkpoint> last = record::ParseCheckpoint(note->text);
  if (!last.ok()) return Unreadable(last.status().message());
  if (last->origin != record::SuperOrigin(options.instance)) {
    return Unreadable(absl::StrCat("it is of ", last->origin));
  }
  verdict.last = *last;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::LogHeadRow> head,
                          tables.FindLogHead(kSuperLog));
  const uint64_t have = head.has_value() ? static_cast<uint64_t>(head->size) : 0;
  if (have < last->size) {
    verdict.older = absl::StrCat("the anchor knows a record of ", last->size,
                                 " checkpoints, the database has ", have);
    return verdict;
  }
  const absl::StatusOr<record::Hash> root = SuperRootAt(tables, have, last->size);
  if (!root.ok() || *root != last->root) {
    verdict.older = absl::StrCat("the database's first ", last->size,
                                 " checkpoints are not those that the anchor knows");
  }
  return verdict;
}

absl::Status OlderRecord(const AnchorVerdict& verdict) {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "RECORD_OLDER",
             absl::StrCat(verdict.older,
                          ": an older copy was restored, or somebody changed it. Restore a newer "
                          "backup; or, knowing that what came after it is lost, start once with "
                          "--accept-older-record, which is recorded"))
      .Build();
}

Checkpointer::Checkpointer(RecordOptions options, std::optional<record::Checkpoint> last)
    : options_(std::move(options)), last_(std::move(last)) {
  if (last_.has_value()) newest_ = Short(*last_);
}

bool Checkpointer::Due(absl::Time machine_now, const LogBook& logs) const {
  return options_.signer != nullptr && machine_now - last_time_ >= options_.interval &&
         logs.HasNews();
}

absl::Status Checkpointer::CheckContinues(Batch& batch) const {
  if (!last_.has_value()) return absl::OkStatus();
  const uint64_t have = batch.logs->SuperSize();
  std::string why;
  if (have < last_->size) {
    why = absl::StrCat("it has ", have, " checkpoints, and ", last_->size, " were signed");
  } else {
    BELFRY_ASSIGN_OR_RETURN(const record::Hash root,
                            SuperRootAt(batch.transaction->record(), have, last_->size));
    if (root != last_->root) {
      why = absl::StrCat("its first ", last_->size, " checkpoints are not those that were signed");
    }
  }
  if (why.empty()) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "RECORD_CONTRADICTS",
                      absl::StrCat("the record is not signed: ", why,
                                   "; somebody changed the database, restore a backup"))
      .Build();
}

absl::Status Checkpointer::Sign(Batch& batch) {
  const std::vector<LogBook::Grown> grown = batch.logs->ListGrown();
  if (grown.empty()) return absl::OkStatus();
  const absl::Status continues = CheckContinues(batch);
  if (!continues.ok()) {
    // Again in a second, and not at every batch.
    last_time_ = batch.machine_now;
    spdlog::critical("{}", std::string(continues.message()));
    return continues;
  }
  storage::RecordWriter& tables = batch.transaction->record();
  // All signatures first, so that a key that does not work leaves nothing half done.
  absl::StatusOr<record::Frontier> super = batch.logs->SuperAfter(tables, grown);
  if (!super.ok()) return KeepFailure(batch, super.status());
  const int64_t now_us = absl::ToUnixMicros(batch.machine_now);
  std::vector<storage::CheckpointRow> rows;
  const auto sign = [&](const std::string& log, const record::Checkpoint& checkpoint,
                        int64_t super_index) -> absl::Status {
    BELFRY_ASSIGN_OR_RETURN(const record::SignedNote note,
                            record::SignCheckpoint(checkpoint, *options_.signer));
    rows.push_back({log, static_cast<int64_t>(checkpoint.size), record::FormatNote(note),
                    /*cosigned=*/false, now_us, super_index});
    return absl::OkStatus();
  };
  int64_t super_index = static_cast<int64_t>(batch.logs->SuperSize());
  for (const LogBook::Grown& one : grown) {
    BELFRY_RETURN_IF_ERROR(
        sign(one.log, {one.leaf.origin, one.leaf.size, one.leaf.root}, super_index++));
  }
  const record::Checkpoint whole{record::SuperOrigin(options_.instance), super->size(),
                                 super->Root()};
  BELFRY_RETURN_IF_ERROR(sign(kSuperLog, whole, -1));
  BELFRY_RETURN_IF_ERROR(KeepFailure(batch, batch.logs->Publish(tables, grown)));
  for (const storage::CheckpointRow& row : rows) {
    BELFRY_RETURN_IF_ERROR(KeepFailure(batch, tables.PutCheckpoint(row)));
    BELFRY_RETURN_IF_ERROR(KeepFailure(
        batch,
        tables.ForgetCheckpoints(row.log, row.size, now_us - absl::ToInt64Microseconds(kKeepFor))));
  }
  batch.dirty = true;
  signed_ = whole;
  signed_note_ = rows.back().note;
  signed_time_ = batch.machine_now;
  return absl::OkStatus();
}

void Checkpointer::Finish(const absl::Status& commit) {
  if (!signed_.has_value()) return;
  if (commit.ok()) {
    last_ = *signed_;
    last_time_ = signed_time_;
    {
      absl::MutexLock lock(&mutex_);
      newest_ = Short(*signed_);
    }
    // After the commit: an anchor that is behind is true, one that is ahead would accuse us.
    if (options_.anchor != nullptr) {
      const absl::Status anchored = options_.anchor->Write(signed_note_);
      if (!anchored.ok()) spdlog::error("{}", std::string(anchored.message()));
    }
  }
  signed_.reset();
}

std::string Checkpointer::newest() const {
  absl::MutexLock lock(&mutex_);
  return newest_;
}

absl::StatusOr<MadeCheckpoint> CheckpointWork::Make(Batch& batch) {
  BELFRY_RETURN_IF_ERROR(checkpointer_.Sign(batch));
  MadeCheckpoint made;
  if (!done_) return made;
  storage::RecordWriter& tables = batch.transaction->record();
  // The heads on disk do not know of this batch yet.
  BELFRY_RETURN_IF_ERROR(KeepFailure(batch, batch.logs->WriteHeads(tables)));
  absl::StatusOr<std::vector<storage::LogHeadRow>> heads = tables.ListLogHeads();
  if (!heads.ok()) return KeepFailure(batch, heads.status());
  for (const storage::LogHeadRow& head : *heads) {
    absl::StatusOr<std::optional<storage::CheckpointRow>> row =
        tables.FindCheckpoint(head.log, head.size, /*newest=*/false);
    if (!row.ok()) return KeepFailure(batch, row.status());
    if (!row->has_value()) {
      return absl::DataLossError(
          absl::StrCat("the checkpoint of the log \"", head.log, "\" is missing"));
    }
    made.logs[head.log] = {head.size, std::move((*row)->note)};
  }
  return made;
}

void CheckpointWork::Run(Batch& batch) { made_ = Make(batch); }

void CheckpointWork::Finish(const absl::Status& commit) {
  checkpointer_.Finish(commit);
  if (!commit.ok()) made_ = commit;
  if (done_) done_(std::move(made_));
}

}  // namespace belfry::engine
