// The bytes of an export file, a piece at a time.
#ifndef BELFRY_SERVER_FRONTEND_RECORD_EXPORT_H_
#define BELFRY_SERVER_FRONTEND_RECORD_EXPORT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/checkpointer.h"
#include "server/record/export_frames.h"
#include "server/storage/store.h"

namespace belfry::frontend {

// Goes through logs up to a checkpoint. They only grow, so that what is read over many transactions
// is one state all the same. Not thread-safe.
class RecordExport {
 public:
  // May the payload about this incident or register ("DOP-2026-0007") go into the file?
  using Readable = std::function<bool(const std::string& id)>;

  // `log`: that one alone, which must be among those of the checkpoint; nothing: all, and the
  // super-log.
  RecordExport(std::string instance, engine::MadeCheckpoint checkpoint,
               std::optional<std::string> log, Readable readable);

  // The next bytes, at most `size`; empty at the end.
  absl::StatusOr<std::string> Next(storage::Store& store, size_t size);

 private:
  // Adds some frames to what is ready.
  absl::Status Produce(storage::Store& store);
  absl::Status AddLeaves(storage::RecordReader& tables);
  absl::Status AddPayload(storage::RecordReader& tables, const storage::LogLeafRow& row);
  absl::Status EndLog(storage::RecordReader& tables);
  bool MayRead(const storage::LogLeafRow& row, absl::string_view subject);

  const std::string instance_;
  const engine::MadeCheckpoint checkpoint_;
  const Readable readable_;
  record::ExportWriter writer_;
  std::vector<std::string> logs_;  // in their order in the file; the super-log last
  size_t at_ = 0;                  // in logs_
  int64_t index_ = -1;             // the next leaf; -1: the log has not begun
  bool ended_ = false;
  std::string ready_;
  size_t given_ = 0;  // of ready_
  absl::flat_hash_map<std::string, bool> known_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_RECORD_EXPORT_H_
