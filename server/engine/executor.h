// Carries one command through the core into a batch.
#ifndef BELFRY_SERVER_ENGINE_EXECUTOR_H_
#define BELFRY_SERVER_ENGINE_EXECUTOR_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/random.h"
#include "server/core/command.h"
#include "server/core/core.h"
#include "server/engine/policy_shelf.h"
#include "server/engine/quiet_window.h"
#include "server/engine/state_cache.h"
#include "server/engine/work.h"

namespace belfry::engine {

struct Executed {
  StatePtr state;
  std::vector<record::v1::Event> events;
  // How many of `events` come first and are not the command's own, as in core::Decision.
  size_t caught_up = 0;
  // As in Outcome.
  std::optional<record::v1::Event> standing;
  // Where the record keeps the act's own events.
  std::optional<v1::Receipt> receipt;
  // After an act on one item of evidence: the item.
  std::optional<record::v1::EvidenceState> evidence;
};

// Used by the writer thread only.
class Executor {
 public:
  // All outlive the executor.
  // `newest_checkpoint` is what digests tell of the record.
  Executor(const PolicyShelf* shelf, StateCache* cache, Random* random,
           const std::function<std::string()>* newest_checkpoint)
      : shelf_(*shelf), cache_(*cache), random_(*random), newest_checkpoint_(*newest_checkpoint) {}

  // The state as this batch sees it. NOT_FOUND (INCIDENT_NOT_FOUND).
  absl::StatusOr<StatePtr> Load(Batch& batch, absl::string_view incident);
  // Decides and writes: events, projection, notices. A refusal leaves the batch as it was; a store
  // error is also put into batch.failure.
  absl::StatusOr<Executed> Execute(Batch& batch, absl::string_view incident, core::Command command);

  // An incident is decided under the pack it is pinned to; what is new, and registers whenever the
  // directory or the policy changes, under the one in force.
  core::Context ContextFor(const Batch& batch, const record::v1::IncidentState& state) const;

 private:
  // Brings what the registers know of the devices that the command is about.
  absl::Status AddHistory(Batch& batch, const record::v1::IncidentState& state,
                          core::Command& command);
  // Brings what the record says of the message that a note is made from; nothing when it is new.
  absl::StatusOr<std::optional<record::v1::Event>> AddEarlierNote(
      Batch& batch, const record::v1::IncidentState& state, core::Command& command);
  // Brings the event whose payload is to be expunged.
  absl::Status AddToExpunge(Batch& batch, const record::v1::IncidentState& state,
                            core::Command& command);
  absl::Status ReserveId(Batch& batch, const core::Caller& caller, core::Report& report);
  // What other incidents have to do because of this.
  absl::Status Follow(Batch& batch, const core::PolicyIndex& policy, const StatePtr& before,
                      const Executed& executed, int depth);
  absl::Status Write(Batch& batch, const core::Context& context, Executed& executed);
  // The notices of fresh events, into the queue.
  absl::Status Tell(Batch& batch, const core::Context& context, const StatePtr& state,
                    const std::vector<record::v1::Event>& events,
                    std::vector<core::DeliveryOutcome>& lost);
  // True when the same was just said to the same person, and was counted there.
  absl::StatusOr<bool> Fold(Batch& batch, const core::Context& context,
                            const record::v1::IncidentState& state, const core::NoticeDraft& draft);
  absl::Status AddNotice(Batch& batch, const core::Context& context,
                         const record::v1::IncidentState& state, core::NoticeDraft draft,
                         std::vector<core::DeliveryOutcome>& lost);

  const PolicyShelf& shelf_;
  StateCache& cache_;
  QuietWindow quiet_;
  Random& random_;
  const std::function<std::string()>& newest_checkpoint_;
};

// The name of none. Looking for it costs what looking for any other one costs that does not exist.
inline constexpr char kNoIncident[] = "-";

// "There is no such incident", also for those one may not see.
absl::Status IncidentNotFound(absl::string_view incident);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_EXECUTOR_H_
