// Where callers wait for deliveries.
#ifndef BELFRY_SERVER_ENGINE_LEASE_DESK_H_
#define BELFRY_SERVER_ENGINE_LEASE_DESK_H_

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/engine/delivery_work.h"

namespace belfry::engine {

// Holds parked requests and lets them try again when something may be ready, and at the end of
// their wait. Thread-safe; owns one thread.
class LeaseDesk {
 public:
  // `retry` submits a request again; `next_ready` says when a delivery may become ready by itself.
  LeaseDesk(std::function<void(LeaseRequest)> retry,
            std::function<std::optional<absl::Time>(const std::vector<std::string>&)> next_ready);
  ~LeaseDesk() { Stop(); }

  void Park(LeaseRequest request);
  // Something changed: everybody may try again.
  void Wake();
  // Gives everybody an empty answer; later requests get one at once.
  void Stop();

 private:
  void Loop();

  const std::function<void(LeaseRequest)> retry_;
  const std::function<std::optional<absl::Time>(const std::vector<std::string>&)> next_ready_;
  absl::Mutex mutex_;
  std::vector<LeaseRequest> parked_ ABSL_GUARDED_BY(mutex_);
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_LEASE_DESK_H_
