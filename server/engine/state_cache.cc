#include "server/engine/state_cache.h"

namespace belfry::engine {

StatePtr StateCache::Find(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return *found->second;
}

void StateCache::Put(StatePtr state) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(state->id());
  if (found != entries_.end()) {
    if ((*found->second)->version() <= state->version()) *found->second = std::move(state);
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  order_.push_front(std::move(state));
  entries_.emplace(order_.front()->id(), order_.begin());
  if (entries_.size() > entries_max_) {
    entries_.erase(order_.back()->id());
    order_.pop_back();
  }
}

}  // namespace belfry::engine
