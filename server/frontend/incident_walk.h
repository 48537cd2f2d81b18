// Goes through many incidents with the caller's eyes, a little at a time.
#ifndef BELFRY_SERVER_FRONTEND_INCIDENT_WALK_H_
#define BELFRY_SERVER_FRONTEND_INCIDENT_WALK_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "belfry/record/v1/state.pb.h"
#include "server/frontend/call.h"
#include "server/storage/store.h"

namespace belfry::frontend {

// The reader threads are few and everybody's: a long walk gives its thread back after each slice
// and queues again behind whoever came meanwhile.
class IncidentWalk : public std::enable_shared_from_this<IncidentWalk> {
 public:
  // For each incident that the caller sees all of. An error ends the walk.
  using Visit = std::function<absl::Status(storage::Store& store, const storage::IncidentRow& row,
                                           const record::v1::IncidentState& state)>;
  using Done = std::function<void(const absl::Status& status)>;

  // `query`: limit and visibility are set here; newest first, from its cursor on. `oldest_us`: none
  // that was reported before is visited.
  IncidentWalk(CallPtr call, storage::IncidentQuery query, int64_t oldest_us, Visit visit,
               Done done);

  // Calls `done` once, on a reader thread or, when there is no room, here. DEADLINE_EXCEEDED after
  // the caller's deadline, CANCELLED when nobody waits any more.
  void Start();

 private:
  absl::Status Slice(storage::Store& store, bool* more);
  void Queue();

  const CallPtr call_;
  storage::IncidentQuery query_;
  const int64_t oldest_us_;
  const Visit visit_;
  const Done done_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_INCIDENT_WALK_H_
