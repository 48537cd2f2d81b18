// How often somebody may ask.
#ifndef BELFRY_SERVER_FRONTEND_RATE_LIMIT_H_
#define BELFRY_SERVER_FRONTEND_RATE_LIMIT_H_

#include <cstdint>
#include <list>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace belfry::frontend {

// A map that keeps what was used last and forgets the rest. Not thread-safe.
template <typename Value>
class RecentMap {
 public:
  // At least 1.
  explicit RecentMap(size_t entries_max) : entries_max_(entries_max) {}

  // Null when it is not there. Counts as use.
  Value* Find(absl::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // What is there, or `fresh`.
  Value& Get(absl::string_view key, Value fresh) {
    if (Value* found = Find(key); found != nullptr) return *found;
    if (index_.size() >= entries_max_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(std::string(key), std::move(fresh));
    index_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  size_t size() const { return index_.size(); }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;

  const size_t entries_max_;
  Entries entries_;  // used last first
  absl::flat_hash_map<std::string, typename Entries::iterator> index_;
};

// A token bucket for each key: `burst` at once, then `per_second`. Told the time. Memory is
// bounded: beyond `keys_max`, whoever asked longest ago starts anew. Thread-safe.
class RateLimiter {
 public:
  RateLimiter(double per_second, int burst, size_t keys_max)
      : per_second_(per_second), burst_(burst), buckets_(keys_max) {}

  // Zero when the key may ask now, and this is counted; otherwise how long until it may.
  absl::Duration Take(absl::string_view key, absl::Time now);

 private:
  struct Bucket {
    double left = 0;
    absl::Time filled;
  };

  const double per_second_;
  const double burst_;
  absl::Mutex mutex_;
  RecentMap<Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_RATE_LIMIT_H_
