#include "server/engine/lease_desk.h"

#include <algorithm>
#include <utility>

namespace belfry::engine {
namespace {

// Also when nothing wakes it: clocks step, and a missed wake must not last.
constexpr absl::Duration kNapMax = absl::Seconds(1);

}  // namespace

LeaseDesk::LeaseDesk(
    std::function<void(LeaseRequest)> retry,
    std::function<std::optional<absl::Time>(const std::vector<std::string>&)> next_ready)
    : retry_(std::move(retry)), next_ready_(std::move(next_ready)), thread_([this] { Loop(); }) {}

void LeaseDesk::Park(LeaseRequest request) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) {
      parked_.push_back(std::move(request));
      return;
    }
  }
  request.done(v1::LeaseDeliveriesResponse());
}

void LeaseDesk::Wake() {
  absl::MutexLock lock(&mutex_);
  if (!parked_.empty()) changed_ = true;
}

void LeaseDesk::Stop() {
  std::vector<LeaseRequest> parked;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_ = true;
    parked = std::move(parked_);
    parked_.clear();
  }
  for (LeaseRequest& request : parked) request.done(v1::LeaseDeliveriesResponse());
  if (thread_.joinable()) thread_.join();
}

void LeaseDesk::Loop() {
  for (;;) {
    std::vector<LeaseRequest> again;
    std::vector<LeaseRequest> expired;
    absl::Time wake_at = absl::Now() + kNapMax;
    {
      absl::MutexLock lock(&mutex_);
      for (const LeaseRequest& request : parked_) {
        wake_at = std::min(wake_at, request.wait_until);
        const std::vector<std::string> platforms(request.request.platforms().begin(),
                                                 request.request.platforms().end());
        if (const auto ready = next_ready_(platforms); ready.has_value() && *ready > absl::Now()) {
          wake_at = std::min(wake_at, *ready);
        }
      }
      const bool woken = mutex_.AwaitWithDeadline(absl::Condition(&changed_), wake_at);
      if (stopping_) return;
      changed_ = false;
      const absl::Time now = absl::Now();
      const bool may_be_ready = woken || now >= wake_at;
      std::vector<LeaseRequest> keep;
      for (LeaseRequest& request : parked_) {
        if (now >= request.wait_until) {
          expired.push_back(std::move(request));
        } else if (may_be_ready) {
          again.push_back(std::move(request));
        } else {
          keep.push_back(std::move(request));
        }
      }
      parked_ = std::move(keep);
    }
    for (LeaseRequest& request : expired) request.done(v1::LeaseDeliveriesResponse());
    for (LeaseRequest& request : again) retry_(std::move(request));
  }
}

}  // namespace belfry::engine
