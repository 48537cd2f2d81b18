// What the writer does: pieces of work that share one transaction.
#ifndef BELFRY_SERVER_ENGINE_WORK_H_
#define BELFRY_SERVER_ENGINE_WORK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/command.h"
#include "server/core/core.h"
#include "server/engine/log_book.h"
#include "server/engine/policy_shelf.h"
#include "server/engine/state_cache.h"
#include "server/storage/store.h"

namespace belfry::engine {

// One transaction in the making. Belongs to the writer thread. What is decided here is seen by
// later work of the same batch, and by nobody else before the commit.
struct Batch {
  storage::Transaction* transaction = nullptr;
  // The record's logs: whatever is written goes into one, too.
  LogBook* logs = nullptr;
  absl::Time now;  // the policy's time, the same for the whole batch
  // The machine's: for what guards processes and accounts, and not duties.
  absl::Time machine_now;
  std::shared_ptr<const core::Directory> directory;
  // In force for what is new; an incident has its own.
  KeptPolicyPtr policy;
  // States decided in this batch.
  absl::flat_hash_map<std::string, StatePtr> states;
  absl::flat_hash_map<std::string, absl::Time> next_due;
  int64_t events = 0;
  // Something must be committed.
  bool dirty = false;
  // Deliveries were added or finished: somebody may be waiting for them.
  bool deliveries_changed = false;
  // Set once a store call has failed: nothing of the batch can be committed.
  absl::Status failure;
};

class Work {
 public:
  virtual ~Work() = default;
  // Decides and writes. Store errors go to batch.failure; a refusal is kept for Finish().
  virtual void Run(Batch& batch) = 0;
  // Tells the outcome to whoever asked. `commit` is not OK when nothing of the batch was stored.
  virtual void Finish(const absl::Status& commit) = 0;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_WORK_H_
