// When each incident next has something due: the scheduler's memory of the store's index.
#ifndef BELFRY_SERVER_ENGINE_DUE_INDEX_H_
#define BELFRY_SERVER_ENGINE_DUE_INDEX_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry::engine {

// Thread-safe.
class DueIndex {
 public:
  // InfiniteFuture takes the incident out.
  void Set(absl::string_view incident, absl::Time due);
  // Earliest first, at most `max`; each is taken out until Set() puts it back.
  std::vector<std::string> TakeDue(absl::Time until, size_t max);
  // InfiniteFuture when nothing is due ever.
  absl::Time Earliest() const;
  // Waits until something may be due at or before Earliest() changes, at most `timeout`.
  void WaitForChange(absl::Duration timeout);
  // Ends all waiting, now and later.
  void Close();

 private:
  mutable absl::Mutex mutex_;
  std::set<std::pair<absl::Time, std::string>> order_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, absl::Time> times_ ABSL_GUARDED_BY(mutex_);
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_DUE_INDEX_H_
