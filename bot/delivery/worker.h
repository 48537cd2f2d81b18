// Leases deliveries, sends them, reports what became of them; for as long as the bot runs.
#ifndef BELFRY_BOT_DELIVERY_WORKER_H_
#define BELFRY_BOT_DELIVERY_WORKER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "belfry/client.h"
#include "bot/platform/registry.h"
#include "client-lib/chat/view.h"

namespace belfry::bot {

struct WorkerOptions {
  // Stable name of this bot; two bots must differ.
  std::string holder;
  // New at each start, so that the server releases at once what the last process had in hand.
  std::string incarnation;
  int senders = 4;
};

struct WorkerStats {
  std::atomic<int64_t> delivered{0};
  std::atomic<int64_t> retried{0};
  std::atomic<int64_t> failed{0};
  std::atomic<int64_t> lease_errors{0};
};

// Owns one leasing thread and a few senders. The server leases at most one delivery for each
// conversation, so senders never overtake one another.
class DeliveryWorker {
 public:
  // `view` is asked for each message. `platforms` outlives the worker.
  DeliveryWorker(client::Client client, const PlatformRegistry* platforms,
                 std::function<chat::View()> view, WorkerOptions options);
  ~DeliveryWorker();

  void Start();
  // Finishes what was leased, then returns. What it could not report, the server leases again.
  void Stop();
  const WorkerStats& stats() const { return stats_; }
  // The server answered the last lease call.
  bool connected() const { return connected_; }

 private:
  void LeaseLoop();
  void SendLoop();
  void SendOne(const v1::Delivery& delivery);
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }
  bool HasRoomOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || in_hand_ < kInHandMax;
  }

  static constexpr int kInHandMax = 64;

  const client::Client client_;
  const PlatformRegistry* const platforms_;
  const std::function<chat::View()> view_;
  const WorkerOptions options_;
  WorkerStats stats_;
  std::atomic<bool> connected_{false};

  mutable absl::Mutex mutex_;
  std::deque<v1::Delivery> queue_ ABSL_GUARDED_BY(mutex_);
  int in_hand_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_WORKER_H_
