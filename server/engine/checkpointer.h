// Signs how far the logs have come, and refuses to sign what contradicts what it signed before.
#ifndef BELFRY_SERVER_ENGINE_CHECKPOINTER_H_
#define BELFRY_SERVER_ENGINE_CHECKPOINTER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/engine/work.h"
#include "server/record/checkpoint.h"
#include "server/record/note.h"
#include "server/storage/anchor.h"

namespace belfry::engine {

// How the record is kept.
struct RecordOptions {
  // Begins the origin of every log. Never to be changed.
  std::string instance = "localhost";
  // Null: nothing is signed.
  std::shared_ptr<const record::NoteSigner> signer;
  // Keys that signed here before.
  std::vector<record::VerifierKey> former_keys;
  std::vector<record::VerifierKey> witnesses;
  // Null: none.
  std::shared_ptr<storage::Anchor> anchor;
  // Start although the database does not hold what the anchor says; recorded.
  bool accept_older = false;
  // Between two checkpoints.
  absl::Duration interval = absl::Seconds(1);
};

// What the anchor says against what the store holds.
struct AnchorVerdict {
  // What was signed last; nothing when nothing was or the anchor is not used.
  std::optional<record::Checkpoint> last;
  // Non-empty when the store does not hold it: why, for people.
  std::string older;
};
// FAILED_PRECONDITION (ANCHOR_UNREADABLE) when the anchor is no checkpoint of this instance signed
// with one of its keys.
absl::StatusOr<AnchorVerdict> CheckAnchor(storage::RecordReader& tables,
                                          const RecordOptions& options);
// FAILED_PRECONDITION (RECORD_OLDER) for a verdict of an older store: what to do about it.
absl::Status OlderRecord(const AnchorVerdict& verdict);

// How far each log was covered by a checkpoint, with the notes.
struct MadeCheckpoint {
  struct Covered {
    int64_t size = 0;
    std::string note;
  };
  // By name; the super-log's name is empty.
  std::map<std::string, Covered> logs;
};

// Used by the writer thread, apart from newest().
class Checkpointer {
 public:
  // `last` is what was signed last, as CheckAnchor() found it.
  Checkpointer(RecordOptions options, std::optional<record::Checkpoint> last);

  // There is news and the interval is over.
  bool Due(absl::Time machine_now, const LogBook& logs) const;
  // Signs what has grown into the batch. Without news nothing is written. Refuses, with nothing
  // written, what is not a continuation of what was signed last (RECORD_CONTRADICTS).
  absl::Status Sign(Batch& batch);
  // After the batch: anchors what was signed, or forgets it.
  void Finish(const absl::Status& commit);

  // "<size> <root in base64>" of the newest checkpoint that is on disk; empty before the first.
  // Thread-safe.
  std::string newest() const;

 private:
  absl::Status CheckContinues(Batch& batch) const;

  const RecordOptions options_;
  std::optional<record::Checkpoint> last_;
  absl::Time last_time_ = absl::InfinitePast();
  // Signed in the present batch.
  std::optional<record::Checkpoint> signed_;
  std::string signed_note_;
  absl::Time signed_time_;
  mutable absl::Mutex mutex_;
  std::string newest_ ABSL_GUARDED_BY(mutex_);
};

// A checkpoint among the other work of a batch: it covers what comes before it.
class CheckpointWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<MadeCheckpoint>)>;

  // `done` may be empty.
  CheckpointWork(Checkpointer* checkpointer, Done done)
      : checkpointer_(*checkpointer), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::StatusOr<MadeCheckpoint> Make(Batch& batch);

  Checkpointer& checkpointer_;
  const Done done_;
  absl::StatusOr<MadeCheckpoint> made_ = absl::UnknownError("not run");
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_CHECKPOINTER_H_
