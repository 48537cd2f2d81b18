#include "server/engine/due_index.h"

namespace belfry::engine {

void DueIndex::Set(absl::string_view incident, absl::Time due) {
  absl::MutexLock lock(&mutex_);
  const std::string id(incident);
  const auto found = times_.find(id);
  if (found != times_.end()) {
    if (found->second == due) return;
    order_.erase({found->second, id});
    times_.erase(found);
  }
  if (due != absl::InfiniteFuture()) {
    times_.emplace(id, due);
    order_.emplace(due, id);
    if (order_.begin()->second == id) changed_ = true;  // the sleeper waits for a later time
  }
}

std::vector<std::string> DueIndex::TakeDue(absl::Time until, size_t max) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> due;
  while (!order_.empty() && order_.begin()->first <= until && due.size() < max) {
    due.push_back(order_.begin()->second);
    times_.erase(order_.begin()->second);
    order_.erase(order_.begin());
  }
  return due;
}

absl::Time DueIndex::Earliest() const {
  absl::MutexLock lock(&mutex_);
  return order_.empty() ? absl::InfiniteFuture() : order_.begin()->first;
}

void DueIndex::WaitForChange(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (!closed_) mutex_.AwaitWithTimeout(absl::Condition(&changed_), timeout);
  changed_ = closed_;
}

void DueIndex::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  changed_ = true;
}

}  // namespace belfry::engine
