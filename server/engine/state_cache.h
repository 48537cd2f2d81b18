// States of incidents that were used lately.
#ifndef BELFRY_SERVER_ENGINE_STATE_CACHE_H_
#define BELFRY_SERVER_ENGINE_STATE_CACHE_H_

#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "belfry/record/v1/state.pb.h"

namespace belfry::engine {

using StatePtr = std::shared_ptr<const record::v1::IncidentState>;

// Bounded, least recently used out first. Holds committed states only. Thread-safe.
class StateCache {
 public:
  explicit StateCache(size_t entries_max) : entries_max_(entries_max) {}

  StatePtr Find(absl::string_view id);
  // Keeps the newer of two states: a slow reader must not put back what a writer has replaced.
  void Put(StatePtr state);

 private:
  using Order = std::list<StatePtr>;

  const size_t entries_max_;
  absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // newest use first
  absl::flat_hash_map<std::string, Order::iterator> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_STATE_CACHE_H_
