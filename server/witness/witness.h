// A witness (C2SP tlog-witness): vouches that a log only grew, and for one history only.
//
// It remembers of each log the newest checkpoint it has cosigned and cosigns the next one only when
// a proof shows that it continues that one. Two who see cosignatures of one witness have therefore
// seen the same history, whatever the server shows to whom.
#ifndef BELFRY_SERVER_WITNESS_WITNESS_H_
#define BELFRY_SERVER_WITNESS_WITNESS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/base/clock.h"
#include "server/record/checkpoint.h"
#include "server/record/note.h"

namespace belfry::witness {

// Where the newest cosigned checkpoints are kept.
class StateStore {
 public:
  virtual ~StateStore() = default;
  // Nothing when no checkpoint of that log was saved. DATA_LOSS when what is there is damaged: then
  // nothing can be vouched for.
  virtual absl::StatusOr<std::optional<record::Checkpoint>> Load(const std::string& origin) = 0;
  // On disk when this returns OK. After an error it may be there or not.
  virtual absl::Status Save(const record::Checkpoint& checkpoint, absl::string_view note) = 0;
};

// An HTTP answer.
struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// What speaks against a log: a signed checkpoint, and a proof that does not lead to it from the one
// cosigned. Anybody can send a bad proof.
struct SplitView {
  // Two roots of one size, both signed: nothing else is needed.
  bool proven() const { return cosigned.size == offered.size; }

  record::Checkpoint cosigned;
  record::Checkpoint offered;
  std::string note;  // of the one offered
};

class Witness {
 public:
  // Logs by origin, each with the keys that sign it.
  using Logs = std::map<std::string, std::vector<record::VerifierKey>>;

  // `store` and `clock` outlive the witness; the clock is the machine's.
  Witness(record::Cosigner cosigner, Logs logs, StateStore* store, Clock* clock);

  // Answers the body of POST add-checkpoint: 200 with a signature line; 400 malformed; 403 not
  // signed by a key of the log; 404 unknown log; 409 with the size that was cosigned last; 422 a
  // proof that does not prove it; 500 when the state cannot be read or saved. `split`, when not
  // null, gets what speaks against the log. Thread-safe; waits for the disk.
  Answer AddCheckpoint(absl::string_view body, std::optional<SplitView>* split = nullptr);

  const record::VerifierKey& verifier() const { return cosigner_.verifier(); }

 private:
  const record::Cosigner cosigner_;
  const Logs logs_;
  Clock& clock_;
  // Held from looking at the state until it is saved: two checkpoints of one log must not pass each
  // other.
  absl::Mutex mutex_;
  StateStore& store_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::witness

#endif  // BELFRY_SERVER_WITNESS_WITNESS_H_
