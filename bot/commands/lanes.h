// A bounded queue for several threads in which nobody gets in everybody's way.
#ifndef BELFRY_BOT_COMMANDS_LANES_H_
#define BELFRY_BOT_COMMANDS_LANES_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace belfry::bot {

// Items in lanes, for example one lane for each workspace. A lane has at most `share` items that
// are ready or in work, so that one whose items hang leaves threads to the others; the rest of it
// waits. Items of a lane are taken in the order they came. Thread-safe.
template <typename Item>
class Lanes {
 public:
  struct Limits {
    int share = 0;             // items of one lane that are ready or in work
    size_t lane_waiting = 0;   // items of one lane beyond that
    size_t total_waiting = 0;  // items of all lanes that are not yet in work
  };
  struct Taken {
    std::string lane;
    Item item;
  };

  explicit Lanes(const Limits& limits) : limits_(limits) {}

  // False when it is closed, or the lane or the whole is full.
  bool Push(const std::string& lane, Item item) {
    absl::MutexLock lock(&mutex_);
    if (closed_ || queued_ >= limits_.total_waiting) return false;
    Lane& entry = lanes_[lane];
    if (entry.active < limits_.share) {
      ++entry.active;
      ready_.push_back({lane, std::move(item)});
    } else if (entry.waiting.size() < limits_.lane_waiting) {
      entry.waiting.push_back(std::move(item));
    } else {
      return false;
    }
    ++queued_;
    return true;
  }

  // Waits for the next item; call Done() with its lane after the work. Nothing when the queue is
  // closed and everything was taken, or is in the hands of others who will take the rest.
  std::optional<Taken> Take() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Lanes::IsReadyOrClosed));
    if (ready_.empty()) return std::nullopt;
    Taken taken = std::move(ready_.front());
    ready_.pop_front();
    --queued_;
    return taken;
  }

  void Done(const std::string& lane) {
    absl::MutexLock lock(&mutex_);
    const auto found = lanes_.find(lane);
    Lane& entry = found->second;
    if (!entry.waiting.empty()) {
      ready_.push_back({lane, std::move(entry.waiting.front())});
      entry.waiting.pop_front();
    } else if (--entry.active == 0) {
      lanes_.erase(found);
    }
  }

  // Takes no more; what is in it will still be taken.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

 private:
  struct Lane {
    int active = 0;
    std::deque<Item> waiting;
  };

  bool IsReadyOrClosed() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || !ready_.empty();
  }

  const Limits limits_;
  absl::Mutex mutex_;
  std::deque<Taken> ready_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  size_t queued_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_LANES_H_
