// Streams of changes.
#ifndef BELFRY_SERVER_FRONTEND_WATCH_H_
#define BELFRY_SERVER_FRONTEND_WATCH_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class Watcher;

// Opens streams, wakes them after commits, ends them at the stop. Thread-safe.
class WatchHub {
 public:
  explicit WatchHub(const Services* services, size_t watchers_max);
  ~WatchHub();

  grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* Open(
      grpc::CallbackServerContext* context, const v1::WatchIncidentsRequest& request);
  // Every stream looks whether there is something to tell, and whether it may still be told.
  void WakeAll();
  // Ends every stream; later ones are refused.
  void Stop();

 private:
  friend class Watcher;
  void Remove(Watcher* watcher);

  const Services& services_;
  const size_t watchers_max_;
  absl::Mutex mutex_;
  std::set<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<void> subscription_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_WATCH_H_
