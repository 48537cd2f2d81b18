// Leases deliveries, sends them, reports what became of them; for as long as the bot runs.
#ifndef BELFRY_BOT_DELIVERY_WORKER_H_
#define BELFRY_BOT_DELIVERY_WORKER_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "belfry/client.h"
#include "bot/delivery/gate.h"
#include "bot/delivery/sender.h"
#include "bot/delivery/stats.h"
#include "bot/platform/registry.h"
#include "client-lib/chat/view.h"
#include "server/base/clock.h"
#include "server/base/random.h"

namespace belfry::bot {

struct WorkerOptions {
  // Stable name of this bot; two bots must differ.
  std::string holder;
  // New at each start, so that the server releases at once what the last process had in hand.
  std::string incarnation;
  // Each waits for one platform at a time: enough that a slow one does not hold up the others.
  int senders = 16;
  // An attempt that a dead bot began, or that timed out, may still be on its way to the platform:
  // what is not found is looked for once more after so long, before it is sent again.
  absl::Duration settle = absl::Seconds(2);
};

// Owns one leasing thread and some senders. The server leases at most one delivery for each
// conversation, so senders never overtake one another.
class DeliveryWorker {
 public:
  // `view` is asked for each message. `platforms`, `clock` and `random` outlive the worker; the
  // clock only measures.
  DeliveryWorker(client::Client client, const PlatformRegistry* platforms,
                 std::function<chat::View()> view, Clock* clock, Random* random,
                 WorkerOptions options);
  ~DeliveryWorker();

  void Start();
  // Finishes what is being sent and gives back the rest. What it could not report, the server
  // leases again.
  void Stop();
  const WorkerStats& stats() const { return stats_; }
  // For /metrics.
  std::string StatsText() const { return bot::StatsText(stats_, gate_.Groups(), last_.All()); }
  // The server answered the last lease call.
  bool connected() const { return connected_; }

 private:
  // A leased delivery.
  struct Item {
    v1::Delivery delivery;
    // After this the lease might end while the attempt is under way.
    absl::Time begin_before;
    // The earlier attempt was looked for, and not found, once.
    bool settled = false;
    int failed_looks = 0;
  };

  void LeaseLoop();
  // False while something is still unreported because the server cannot be reached.
  bool ReportBacklog();
  void SendLoop();
  void Handle(Item item);
  // Nothing, when the item was put back.
  void Attempt(Item item);
  void PutBack(Item item, absl::Duration wait);
  void Count(const v1::Delivery& delivery, const SendOutcome& outcome);
  void Report(v1::ReportDeliveryRequest report);
  // The server knows, or never wants to.
  bool TryReport(const v1::ReportDeliveryRequest& report);
  // Before the report: what is leased again because of it is a new item.
  void LetGo(const v1::Delivery& delivery) ABSL_LOCKS_EXCLUDED(mutex_);

  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || (!queue_.empty() && queue_.begin()->first <= clock_.Now());
  }
  bool HasRoomOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || in_hand_.size() < in_hand_max_;
  }

  const client::Client client_;
  const PlatformRegistry* const platforms_;
  const std::function<chat::View()> view_;
  Clock& clock_;
  const WorkerOptions options_;
  // Leased ahead is only what can be sent at once: the rest is better with another bot.
  const size_t in_hand_max_;
  WorkerStats stats_;
  LastTimes last_;
  Gate gate_;
  std::atomic<bool> connected_{false};

  mutable absl::Mutex mutex_;
  // By when they may be sent.
  std::multimap<absl::Time, Item> queue_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> in_hand_ ABSL_GUARDED_BY(mutex_);
  // What the server could not be told yet; nothing is leased meanwhile.
  std::map<std::string, v1::ReportDeliveryRequest> unreported_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_WORKER_H_
