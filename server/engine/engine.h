// The engine: one writer that turns commands into commits, and readers that never wait for it.
#ifndef BELFRY_SERVER_ENGINE_ENGINE_H_
#define BELFRY_SERVER_ENGINE_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/v1/delivery_service.pb.h"
#include "belfry/v1/directory.pb.h"
#include "google/protobuf/message.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/core/command.h"
#include "server/core/core.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"
#include "server/engine/checkpointer.h"
#include "server/engine/cosignature_work.h"
#include "server/engine/directory_keeper.h"
#include "server/engine/link_work.h"
#include "server/engine/open_tally.h"
#include "server/engine/policy_shelf.h"
#include "server/engine/policy_work.h"
#include "server/engine/quota.h"
#include "server/storage/store.h"

namespace belfry::engine {

class TokenDesk;

// What became of a command.
struct Outcome {
  // After it; when replayed, as it is now.
  std::shared_ptr<const record::v1::IncidentState> state;
  std::vector<record::v1::Event> events;
  // The request was carried out before: the serialized answer it got then.
  bool replayed = false;
  std::string replayed_response;
  // When nothing happened because the record says so already: what says so.
  std::optional<record::v1::Event> standing;
  // Where the record keeps what the command did; nothing when it did nothing.
  std::optional<v1::Receipt> receipt;
  // After an act on one item of evidence: the item.
  std::optional<record::v1::EvidenceState> evidence;
  // What Request::render made of it.
  std::shared_ptr<google::protobuf::Message> response;
};

// One command on its way through the engine.
struct Request {
  core::Command command;
  // "DOP-2026-0007", or empty for a report.
  std::string incident;
  // SHA-256 of method and request, for recognising a repeat.
  std::string fingerprint;
  // Asked before it is carried out, and used up by it; a repeat costs nothing.
  Quota quota;
  // Not started after this.
  absl::Time deadline = absl::InfiniteFuture();
  // Builds the caller's answer from the outcome, before the commit, on the writer thread; stored
  // with the request id. May be empty.
  std::function<std::shared_ptr<google::protobuf::Message>(const Outcome&)> render;
  // Called exactly once, on the engine's thread: after the commit is durable, or with the refusal.
  // Must not block.
  std::function<void(absl::StatusOr<Outcome>)> done;
};

struct EngineOptions {
  int queue_max = 4096;
  int batch_max = 256;
  int cache_incidents_max = 10'000;
  int read_threads = 2;
  // For codes, quotas and checkpoints; outlives the engine. Null: the machine's own.
  Clock* machine_clock = nullptr;
  RecordOptions record;
};

// Counts for metrics; all since the start.
struct EngineStats {
  int64_t commands = 0;
  int64_t refusals = 0;
  int64_t replays = 0;
  int64_t commits = 0;
  int64_t events = 0;
  int64_t queue_length = 0;
  int64_t overload_refusals = 0;
  int64_t ticks = 0;
  int64_t late_ticks = 0;
};

// How far to turn a virtual clock; the fields mean what AdvanceToRequest says.
struct Advance {
  absl::Time time;
  bool before_due = false;
  bool jump = false;
  bool stop_at_first_due = false;
};

// Thread-safe. Owns the writer thread, the scheduler thread and a small pool of readers.
class Engine {
 public:
  // The clocks outlive the engine. `clock` is the policy's time (may be virtual); leases and
  // retries of deliveries always run on the machine's time, because they guard processes and not
  // duties.
  //
  // `policy_text` is the pack of --policy. A new one is put into force; one that was in force
  // before changes nothing, so that what was adopted later stays. Refused like AdoptPolicy(), and
  // with FAILED_PRECONDITION (POLICY_MISSING) when an incident is pinned to a pack that is not
  // kept.
  static absl::StatusOr<std::unique_ptr<Engine>> Create(std::unique_ptr<storage::Store> store,
                                                        absl::string_view policy_text, Clock* clock,
                                                        Random* random, EngineOptions options);
  virtual ~Engine() = default;

  // The pack in force: for what is new, and for what is no incident's. References stay valid.
  virtual const core::PolicyIndex& policy() const = 0;
  // The pack that an incident or register is pinned to.
  virtual const core::PolicyIndex& PolicyOf(const record::v1::IncidentState& state) const = 0;
  virtual const PolicyShelf& policies() const = 0;
  // Puts a pack into force, durably; `done` is called on the engine's thread.
  virtual void AdoptPolicy(PolicyAdoption adoption,
                           std::function<void(absl::StatusOr<AdoptedPolicy>)> done) = 0;
  // The directory in force.
  virtual std::shared_ptr<const core::Directory> directory() const = 0;
  virtual absl::Time Now() const = 0;
  // The machine's time: for what guards processes and accounts, and not duties.
  virtual absl::Time MachineNow() const = 0;
  // Tokens made over the API.
  virtual TokenDesk& tokens() = 0;

  // Never blocks. A full queue answers RESOURCE_EXHAUSTED (OVERLOADED) with RetryInfo at once.
  virtual void Submit(Request request) = 0;

  // Runs `work` on a reader thread; refused like Submit when too much is waiting.
  virtual void SubmitRead(std::function<void(storage::Store&)> work,
                          std::function<void(absl::Status)> refused) = 0;
  // The state if it is in memory; null otherwise (then read it through SubmitRead + LoadState).
  virtual std::shared_ptr<const record::v1::IncidentState> CachedState(absl::string_view id) = 0;
  // From memory or the store; blocks on the store. NOT_FOUND (INCIDENT_NOT_FOUND).
  virtual absl::StatusOr<std::shared_ptr<const record::v1::IncidentState>> LoadState(
      absl::string_view id) = 0;

  // Leases deliveries; `done` is called within the request's wait. Never blocks.
  virtual void LeaseDeliveries(
      v1::LeaseDeliveriesRequest request,
      std::function<void(absl::StatusOr<v1::LeaseDeliveriesResponse>)> done) = 0;
  virtual void ReportDelivery(
      v1::ReportDeliveryRequest request,
      std::function<void(absl::StatusOr<v1::ReportDeliveryResponse>)> done) = 0;
  virtual void RequeueDelivery(std::string name,
                               std::function<void(absl::StatusOr<v1::Delivery>)> done) = 0;

  // Replaces or changes the directory; `change` gets the current one and returns the new one.
  virtual void ChangeDirectory(std::string principal,
                               std::function<absl::StatusOr<v1::Directory>(v1::Directory)> change,
                               DirectoryDone done) = 0;
  // One-time codes that tie chat accounts to people; see link_work.h. Refused like Submit().
  virtual void StartLink(std::string principal,
                         std::function<void(absl::StatusOr<StartedLink>)> done) = 0;
  virtual void CompleteLink(LinkRedemption redemption,
                            std::function<void(absl::StatusOr<LinkedAccount>)> done) = 0;
  virtual void SaveConversation(storage::ConversationRow row,
                                std::function<void(absl::Status)> done) = 0;
  // Changes with every change of the directory.
  virtual std::string DirectoryEtag() const = 0;

  virtual const RecordOptions& record_options() const = 0;
  // Makes a checkpoint that covers everything so far; `done` is called when it is on disk, with its
  // note. FAILED_PRECONDITION (RECORD_NOT_SIGNED) without a key.
  virtual void MakeCheckpoint(std::function<void(absl::StatusOr<MadeCheckpoint>)> done) = 0;
  // Adds signatures of witnesses to a checkpoint of the super-log; see cosignature_work.h.
  virtual void AddCosignature(Cosignature cosignature,
                              std::function<void(absl::StatusOr<std::string>)> done) = 0;

  // Calls `wake` (from any thread, must not block) after commits that added events, until the
  // returned handle is destroyed.
  virtual std::shared_ptr<void> OnCommit(std::function<void()> wake) = 0;

  // Virtual clock only: advances it, deciding everything due on the way. Blocks. Returns the
  // number of incidents in which something fell due.
  virtual absl::StatusOr<int64_t> AdvanceTo(const Advance& advance) = 0;

  virtual EngineStats Stats() const = 0;
  // What is open, for metrics.
  virtual OpenTally::Counts OpenCounts() const = 0;
  // OK while writes are accepted; otherwise why not.
  virtual absl::Status Health() const = 0;
  virtual storage::Store& store() = 0;

  // Refuses new commands, finishes those in the queue, stops all threads. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_ENGINE_H_
