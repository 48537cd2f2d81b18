#include "server/engine/engine.h"
#include "server/core/standing.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/command_work.h"
#include "server/engine/conversation_work.h"
#include "server/engine/delivery_work.h"
#include "server/engine/directory_keeper.h"
#include "server/engine/due_index.h"
#include "server/engine/executor.h"
#include "server/engine/lease_desk.h"
#include "server/engine/read_pool.h"
#include "server/engine/record_start.h"
#include "server/engine/register_work.h"
#include "server/engine/state_cache.h"
#include "server/engine/tick_work.h"
#include "server/engine/token_desk.h"
#include "server/engine/work_queue.h"
#include "spdlog/spdlog.h"

namespace belfry::engine {
namespace {

constexpr absl::Duration kIdleTime = absl::Seconds(1);  // between looks at the WAL
constexpr absl::Duration kOverloadPause = absl::Milliseconds(200);
constexpr size_t kTicksAtOnce = 256;
constexpr size_t kReadQueueMax = 4096;

absl::Status Overloaded() {
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                      "too much is waiting; nothing was changed, try again in a moment")
      .RetryAfter(kOverloadPause)
      .Build();
}

absl::Status Stopping() {
  return ErrorBuilder(absl::StatusCode::kUnavailable, "STOPPING",
                      "the server is stopping; nothing was changed, try again")
      .RetryAfter(absl::Seconds(1))
      .Build();
}

// Rows of a belfryd that kept no packs do not say which one they are pinned to; their states do.
absl::Status NameUnnamedPins(storage::Store& store) {
  constexpr int kRowsAtOnce = 1000;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                            store.ListPinnedTo("", kRowsAtOnce));
    if (ids.empty()) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction, store.Begin());
    for (const std::string& id : ids) {
      BELFRY_ASSIGN_OR_RETURN(std::optional<storage::IncidentRow> row,
                              transaction->LoadIncident(id));
      record::v1::IncidentState state;
      if (!row.has_value() || !state.ParseFromString(row->state_blob) || state.policy().empty()) {
        return absl::DataLossError(absl::StrCat("the state of ", id, " cannot be read"));
      }
      row->policy = state.policy();
      BELFRY_RETURN_IF_ERROR(transaction->PutIncident(*row));
    }
    BELFRY_RETURN_IF_ERROR(transaction->Commit());
  }
}

// Functions to be called after commits, taken out when their handle dies.
class CommitHub {
 public:
  std::shared_ptr<void> Add(std::function<void()> wake) {
    auto entry = std::make_shared<Entry>();
    entry->wake = std::move(wake);
    absl::MutexLock lock(&mutex_);
    entries_.push_back(entry);
    return entry;
  }

  void Wake() {
    std::vector<std::shared_ptr<Entry>> alive;
    {
      absl::MutexLock lock(&mutex_);
      entries_.remove_if([](const std::weak_ptr<Entry>& entry) { return entry.expired(); });
      for (const std::weak_ptr<Entry>& entry : entries_) {
        if (auto strong = entry.lock(); strong != nullptr) alive.push_back(std::move(strong));
      }
    }
    for (const auto& entry : alive) entry->wake();
  }

 private:
  struct Entry {
    std::function<void()> wake;
  };
  absl::Mutex mutex_;
  std::list<std::weak_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
};

class EngineImpl final : public Engine {
 public:
  EngineImpl(std::unique_ptr<storage::Store> store, std::unique_ptr<PolicyShelf> shelf,
             Clock* clock, Random* random, EngineOptions options)
      : store_(std::move(store)),
        shelf_(std::move(shelf)),
        clock_(*clock),
        virtual_clock_(dynamic_cast<VirtualClock*>(clock)),
        machine_clock_(options.machine_clock == nullptr ? own_clock_ : *options.machine_clock),
        random_(*random),
        options_(options),
        cache_(static_cast<size_t>(options.cache_incidents_max)),
        logs_(options.record.instance, random),
        executor_(shelf_.get(), &cache_, random, &newest_checkpoint_),
        queue_(static_cast<size_t>(options.queue_max)),
        // Past the limit of the queue: who ends a token must not wait for those who use it.
        tokens_(
            [this](std::unique_ptr<Work> work) {
              return queue_.PushInternal(work) ? absl::OkStatus() : Stopping();
            },
            [this] { hub_.Wake(); }, random),
        readers_(options.read_threads, kReadQueueMax) {}

  ~EngineImpl() override { Stop(); }

  absl::Status Start(absl::string_view policy_text);

  const core::PolicyIndex& policy() const override { return *shelf_->InForce()->index; }
  const core::PolicyIndex& PolicyOf(const record::v1::IncidentState& state) const override {
    return shelf_->PolicyOf(state);
  }
  const PolicyShelf& policies() const override { return *shelf_; }
  void AdoptPolicy(PolicyAdoption adoption,
                   std::function<void(absl::StatusOr<AdoptedPolicy>)> done) override;
  std::shared_ptr<const core::Directory> directory() const override { return keeper_.Get(); }
  absl::Time Now() const override { return clock_.Now(); }
  absl::Time MachineNow() const override { return machine_clock_.Now(); }
  TokenDesk& tokens() override { return tokens_; }
  void Submit(Request request) override;
  void SubmitRead(std::function<void(storage::Store&)> work,
                  std::function<void(absl::Status)> refused) override;
  std::shared_ptr<const record::v1::IncidentState> CachedState(absl::string_view id) override {
    return cache_.Find(id);
  }
  absl::StatusOr<std::shared_ptr<const record::v1::IncidentState>> LoadState(
      absl::string_view id) override;
  void LeaseDeliveries(
      v1::LeaseDeliveriesRequest request,
      std::function<void(absl::StatusOr<v1::LeaseDeliveriesResponse>)> done) override;
  void ReportDelivery(
      v1::ReportDeliveryRequest request,
      std::function<void(absl::StatusOr<v1::ReportDeliveryResponse>)> done) override;
  void RequeueDelivery(std::string name,
                       std::function<void(absl::StatusOr<v1::Delivery>)> done) override;
  void ChangeDirectory(std::string principal,
                       std::function<absl::StatusOr<v1::Directory>(v1::Directory)> change,
                       DirectoryDone done) override;
  void StartLink(std::string principal,
                 std::function<void(absl::StatusOr<StartedLink>)> done) override;
  void CompleteLink(LinkRedemption redemption,
                    std::function<void(absl::StatusOr<LinkedAccount>)> done) override;
  void SaveConversation(storage::ConversationRow row,
                        std::function<void(absl::Status)> done) override;
  std::string DirectoryEtag() const override { return keeper_.Etag(); }
  const RecordOptions& record_options() const override { return options_.record; }
  void MakeCheckpoint(std::function<void(absl::StatusOr<MadeCheckpoint>)> done) override;
  void AddCosignature(Cosignature cosignature,
                      std::function<void(absl::StatusOr<std::string>)> done) override;
  std::shared_ptr<void> OnCommit(std::function<void()> wake) override {
    return hub_.Add(std::move(wake));
  }
  absl::StatusOr<int64_t> AdvanceTo(const Advance& advance) override;
  EngineStats Stats() const override;
  OpenTally::Counts OpenCounts() const override { return tally_.Read(); }
  absl::Status Health() const override;
  storage::Store& store() override { return *store_; }
  void Stop() override;

 private:
  // Before any thread runs.
  absl::Status StartPolicy(absl::string_view text, const v1::Directory& directory);
  // Counts once what is open; from then on each commit tells what has changed.
  absl::Status StartTally(const v1::Directory& directory);
  // After the directory or the policy changed: standing duties follow from them.
  void KeepRegisters(std::function<void()> done = [] {});
  void WriterLoop();
  bool Trusted() const {
    absl::MutexLock lock(&mutex_);
    return health_.ok();
  }
  // False when the store can no longer be trusted.
  bool RunBatch(std::vector<std::unique_ptr<Work>> works);
  void SchedulerLoop();
  // False, and counted, when there is no room.
  bool Push(std::unique_ptr<Work> work);
  absl::Status NoRoom() const { return stopping_ ? Stopping() : Overloaded(); }
  // Enqueues a tick for each; `done` is called for each.
  size_t EnqueueTicks(const std::vector<std::string>& incidents, std::function<void()> done);
  void SubmitLease(LeaseRequest request);

  const std::unique_ptr<storage::Store> store_;
  const std::unique_ptr<PolicyShelf> shelf_;
  Clock& clock_;
  VirtualClock* const virtual_clock_;  // null on the machine's time
  SystemClock own_clock_;
  Clock& machine_clock_;
  Random& random_;
  const EngineOptions options_;

  StateCache cache_;
  OpenTally tally_;
  LogBook logs_;
  std::unique_ptr<Checkpointer> checkpointer_;
  // What digests tell of the record.
  const std::function<std::string()> newest_checkpoint_ = [this] {
    return checkpointer_ == nullptr ? std::string() : checkpointer_->newest();
  };
  Executor executor_;
  WorkQueue queue_;
  DueIndex due_;
  DirectoryKeeper keeper_;
  CommitHub hub_;
  Counters counters_;
  TokenDesk tokens_;
  ReadPool readers_;
  std::unique_ptr<LeaseDesk> desk_;
  std::thread writer_;
  std::thread scheduler_;

  mutable absl::Mutex mutex_;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stopping_{false};
  // Turning the clock is for one caller at a time.
  absl::Mutex advance_mutex_;
};

// The pack of --policy, and every pack that something is pinned to.
absl::Status EngineImpl::StartPolicy(absl::string_view text, const v1::Directory& directory) {
  BELFRY_ASSIGN_OR_RETURN(const PolicyShelf::Candidate candidate,
                          shelf_->Judge(text, clock_.Now(), "system", shelf_->InForce().get()));
  BELFRY_RETURN_IF_ERROR(NameUnnamedPins(*store_));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::Store::Pinned> pinned, store_->ListPinned());
  for (const storage::Store::Pinned& pin : pinned) {
    if (shelf_->Find(pin.policy) != nullptr || pin.policy == candidate.policy->name()) continue;
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "POLICY_MISSING",
                        absl::StrCat(pin.incident, " is pinned to the policy pack ", pin.policy,
                                     ", which the store does not keep; start once with --policy ",
                                     "and that pack"))
        .Build();
  }
  const bool fresh = candidate.verdict == PolicyShelf::Verdict::kNew;
  const KeptPolicyPtr in_force = fresh ? candidate.policy : shelf_->InForce();
  const auto fits = core::Directory::Create(directory, *in_force->index);
  if (!fits.ok()) return DirectoryDoesNotFit(*in_force->index, fits.status());
  keeper_.Set(*fits);
  if (candidate.verdict == PolicyShelf::Verdict::kEarlier) {
    spdlog::warn("--policy holds {}, which was in force before; {} stays in force, adopted by {}",
                 candidate.policy->name(), in_force->name(), in_force->principal);
  }
  if (!fresh) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Transaction> transaction, store_->Begin());
  storage::PolicyRow row = ToRow(*candidate.policy);
  BELFRY_RETURN_IF_ERROR(transaction->AddPolicy(row));
  BELFRY_RETURN_IF_ERROR(
      logs_.Append(transaction->record(), record::kInstanceLog, EntryOf(row)).status());
  BELFRY_RETURN_IF_ERROR(logs_.WriteHeads(transaction->record()));
  BELFRY_RETURN_IF_ERROR(transaction->Commit());
  logs_.Committed();
  shelf_->Keep(candidate.policy);
  shelf_->PutInForce(candidate.policy);
  return absl::OkStatus();
}

absl::Status EngineImpl::Start(absl::string_view policy_text) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::DirectoryRow> rows, store_->LoadDirectory());
  BELFRY_ASSIGN_OR_RETURN(const v1::Directory directory, FromRows(rows));
  BELFRY_ASSIGN_OR_RETURN(std::optional<record::Checkpoint> last,
                          StartRecord(*store_, logs_, options_.record, clock_.Now()));
  checkpointer_ = std::make_unique<Checkpointer>(options_.record, std::move(last));
  BELFRY_RETURN_IF_ERROR(StartPolicy(policy_text, directory));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::TokenRow> tokens, store_->LoadTokens());
  BELFRY_RETURN_IF_ERROR(tokens_.Load(tokens));
  // Every open incident has a due time; what fell due while nobody ran is at the front.
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::Store::Due> due,
                          store_->ListDue(absl::ToUnixMicros(absl::InfiniteFuture()), 10'000'000));
  for (const storage::Store::Due& entry : due) {
    due_.Set(entry.incident, absl::FromUnixMicros(entry.due_us));
  }
  desk_ = std::make_unique<LeaseDesk>(
      [this](LeaseRequest request) { SubmitLease(std::move(request)); },
      [this](const std::vector<std::string>& platforms) -> std::optional<absl::Time> {
        const auto next = store_->NextDeliveryTime(platforms);
        if (!next.ok() || !next->has_value()) return std::nullopt;
        return absl::FromUnixMicros(**next);
      });
  BELFRY_RETURN_IF_ERROR(StartTally(directory));
  KeepRegisters();
  writer_ = std::thread([this] { WriterLoop(); });
  if (virtual_clock_ == nullptr) scheduler_ = std::thread([this] { SchedulerLoop(); });
  return absl::OkStatus();
}

absl::Status EngineImpl::StartTally(const v1::Directory& directory) {
  const auto count = [this](const std::string& blob) {
    record::v1::IncidentState state;
    // What cannot be read is said when somebody asks for it.
    if (state.ParseFromString(blob)) tally_.Set(shelf_->PolicyOf(state), state);
  };
  storage::IncidentQuery query;
  query.open = true;
  query.all_restricted = true;
  query.limit = 500;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::IncidentRow> rows,
                            store_->ListIncidents(query));
    for (const storage::IncidentRow& row : rows) count(row.state_blob);
    if (rows.size() < static_cast<size_t>(query.limit)) break;
    query.before_create_us = rows.back().create_time_us;
    query.before_id = rows.back().id;
  }
  std::vector<std::string> entities = {""};
  for (const v1::Entity& entity : directory.entities()) entities.push_back(entity.name());
  for (const std::string& entity : entities) {
    BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::IncidentRow> row,
                            store_->LoadIncident(core::RegisterId(entity)));
    if (row.has_value()) count(row->state_blob);
  }
  return absl::OkStatus();
}

void EngineImpl::Submit(Request request) {
  auto work = std::make_unique<CommandWork>(std::move(request), &executor_, &counters_);
  CommandWork* const command = work.get();
  std::unique_ptr<Work> item = std::move(work);
  if (queue_.Push(item)) return;
  ++counters_.overload_refusals;
  command->Refuse(stopping_ ? Stopping() : Overloaded());
}

void EngineImpl::SubmitRead(std::function<void(storage::Store&)> work,
                            std::function<void(absl::Status)> refused) {
  if (readers_.Submit([this, work = std::move(work)] { work(*store_); })) return;
  ++counters_.overload_refusals;
  refused(stopping_ ? Stopping() : Overloaded());
}

absl::StatusOr<std::shared_ptr<const record::v1::IncidentState>> EngineImpl::LoadState(
    absl::string_view id) {
  if (StatePtr cached = cache_.Find(id); cached != nullptr) return cached;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::IncidentRow> row, store_->LoadIncident(id));
  if (!row.has_value()) return IncidentNotFound(id);
  auto state = std::make_shared<record::v1::IncidentState>();
  if (!state->ParseFromString(row->state_blob)) {
    return absl::DataLossError(absl::StrCat("the state of ", id, " cannot be read"));
  }
  cache_.Put(state);
  return StatePtr(std::move(state));
}

void EngineImpl::SubmitLease(LeaseRequest request) {
  const auto done = request.done;
  std::unique_ptr<Work> work =
      std::make_unique<LeaseWork>(std::move(request), &executor_,
                                  [this](LeaseRequest parked) { desk_->Park(std::move(parked)); });
  if (!queue_.PushInternal(work)) done(v1::LeaseDeliveriesResponse());
}

void EngineImpl::LeaseDeliveries(
    v1::LeaseDeliveriesRequest request,
    std::function<void(absl::StatusOr<v1::LeaseDeliveriesResponse>)> done) {
  constexpr absl::Duration kWaitMax = absl::Seconds(30);
  const absl::Duration wait =
      std::min(absl::Seconds(request.wait().seconds()) + absl::Nanoseconds(request.wait().nanos()),
               kWaitMax);
  SubmitLease({std::move(request), absl::Now() + wait, std::move(done)});
}

void EngineImpl::ReportDelivery(
    v1::ReportDeliveryRequest request,
    std::function<void(absl::StatusOr<v1::ReportDeliveryResponse>)> done) {
  std::unique_ptr<Work> work =
      std::make_unique<ReportWork>(std::move(request), &executor_, &random_, done);
  if (!queue_.PushInternal(work)) done(Stopping());
}

void EngineImpl::RequeueDelivery(std::string name,
                                 std::function<void(absl::StatusOr<v1::Delivery>)> done) {
  std::unique_ptr<Work> work = std::make_unique<RequeueWork>(std::move(name), done);
  if (!queue_.PushInternal(work)) done(Stopping());
}

void EngineImpl::ChangeDirectory(std::string principal,
                                 std::function<absl::StatusOr<v1::Directory>(v1::Directory)> change,
                                 DirectoryDone done) {
  const auto then = [this, done](const absl::StatusOr<std::optional<v1::Receipt>>& changed) {
    if (!changed.ok()) {
      done(changed);
      return;
    }
    KeepRegisters([done, changed] { done(changed); });
  };
  std::unique_ptr<Work> work =
      std::make_unique<DirectoryWork>(std::move(principal), std::move(change), &keeper_, then);
  if (!queue_.PushInternal(work)) done(Stopping());
}

bool EngineImpl::Push(std::unique_ptr<Work> work) {
  if (queue_.Push(work)) return true;
  ++counters_.overload_refusals;
  return false;
}

void EngineImpl::StartLink(std::string principal,
                           std::function<void(absl::StatusOr<StartedLink>)> done) {
  if (!Push(std::make_unique<StartLinkWork>(std::move(principal), &random_, done))) done(NoRoom());
}

// No duty follows from an account, so the registers have nothing to do.
void EngineImpl::CompleteLink(LinkRedemption redemption,
                              std::function<void(absl::StatusOr<LinkedAccount>)> done) {
  if (!Push(std::make_unique<CompleteLinkWork>(std::move(redemption), &keeper_, done))) {
    done(NoRoom());
  }
}

void EngineImpl::SaveConversation(storage::ConversationRow row,
                                  std::function<void(absl::Status)> done) {
  if (!Push(std::make_unique<ConversationWork>(std::move(row), done))) done(NoRoom());
}

void EngineImpl::MakeCheckpoint(std::function<void(absl::StatusOr<MadeCheckpoint>)> done) {
  if (options_.record.signer == nullptr) {
    done(ErrorBuilder(absl::StatusCode::kFailedPrecondition, "RECORD_NOT_SIGNED",
                      "this server has no signing key, so it makes no checkpoints; `belfry audit "
                      "keygen` makes a key for record.signing_key_file")
             .Build());
    return;
  }
  if (!Push(std::make_unique<CheckpointWork>(checkpointer_.get(), done))) done(NoRoom());
}

void EngineImpl::AddCosignature(Cosignature cosignature,
                                std::function<void(absl::StatusOr<std::string>)> done) {
  if (!Push(std::make_unique<CosignatureWork>(std::move(cosignature), &options_.record.witnesses,
                                              done))) {
    done(NoRoom());
  }
}

void EngineImpl::AdoptPolicy(PolicyAdoption adoption,
                             std::function<void(absl::StatusOr<AdoptedPolicy>)> done) {
  const auto then = [this, done](const absl::StatusOr<AdoptedPolicy>& adopted) {
    if (!adopted.ok() || adopted->replayed || adopted->verdict != PolicyShelf::Verdict::kNew) {
      done(adopted);
      return;
    }
    spdlog::info("policy {} is in force, adopted by {}", adopted->policy->name(),
                 adopted->policy->principal);
    // Answered when the standing duties have followed.
    KeepRegisters([done, adopted] { done(adopted); });
  };
  std::unique_ptr<Work> work =
      std::make_unique<PolicyWork>(std::move(adoption), shelf_.get(), then);
  if (!queue_.PushInternal(work)) done(Stopping());
}

void EngineImpl::KeepRegisters(std::function<void()> done) {
  std::unique_ptr<Work> work = std::make_unique<RegisterWork>(&executor_, &random_, done);
  // When nothing is taken any more the next start does it.
  if (!queue_.PushInternal(work)) done();
}

void EngineImpl::WriterLoop() {
  while (!queue_.Drained()) {
    std::vector<std::unique_ptr<Work>> works =
        queue_.Take(static_cast<size_t>(options_.batch_max), kIdleTime);
    if (checkpointer_->Due(machine_clock_.Now(), logs_)) {
      // Last, so that it covers what the batch does.
      works.push_back(std::make_unique<CheckpointWork>(checkpointer_.get(), nullptr));
    }
    if (!works.empty() && !RunBatch(std::move(works))) break;
    if (const absl::Status status = store_->Maintain(); !status.ok()) {
      spdlog::error("the store's housekeeping failed: {}", std::string(status.message()));
    }
  }
  // What was told to anybody is signed before leaving.
  if (Trusted() && options_.record.signer != nullptr && logs_.HasNews()) {
    std::vector<std::unique_ptr<Work>> last;
    last.push_back(std::make_unique<CheckpointWork>(checkpointer_.get(), nullptr));
    RunBatch(std::move(last));
  }
  // After a failed commit nobody may be told that anything was kept.
  while (!queue_.Drained()) {
    for (std::unique_ptr<Work>& work : queue_.Take(1024, kIdleTime)) work->Finish(Health());
  }
}

bool EngineImpl::RunBatch(std::vector<std::unique_ptr<Work>> works) {
  Batch batch;
  batch.now = clock_.Now();
  batch.machine_now = machine_clock_.Now();
  batch.directory = keeper_.Get();
  batch.policy = shelf_->InForce();
  batch.logs = &logs_;
  bool trusted = true;
  absl::Status commit;
  absl::StatusOr<std::unique_ptr<storage::Transaction>> transaction = store_->Begin();
  if (!transaction.ok()) {
    commit = StoreUnavailable(transaction.status());
  } else {
    batch.transaction = transaction->get();
    for (std::unique_ptr<Work>& work : works) {
      if (!batch.failure.ok()) break;
      work->Run(batch);
    }
    if (batch.failure.ok() && batch.dirty) {
      batch.failure = logs_.WriteHeads((*transaction)->record());
    }
    if (!batch.failure.ok()) {
      commit = StoreUnavailable(batch.failure);
    } else if (batch.dirty) {
      if (const absl::Status status = (*transaction)->Commit(); !status.ok()) {
        // Nobody knows what is on disk now. Say so, and take nothing more: a restart will see.
        trusted = false;
        commit = ErrorBuilder(absl::StatusCode::kUnavailable, "OUTCOME_UNKNOWN",
                              absl::StrCat("the store failed while committing: ", status.message(),
                                           "; ask again with the same request id"))
                     .RetryAfter(absl::Seconds(5))
                     .Build();
      }
    }
    transaction->reset();
  }
  if (commit.ok() && batch.dirty) {
    ++counters_.commits;
    counters_.events += batch.events;
    for (auto& [id, state] : batch.states) {
      tally_.Set(shelf_->PolicyOf(*state), *state);
      cache_.Put(std::move(state));
    }
    logs_.Committed();
  } else {
    logs_.RolledBack();
  }
  if (commit.ok()) {
    for (const auto& [id, due] : batch.next_due) due_.Set(id, due);
  }
  if (!trusted) {
    spdlog::critical("{}", std::string(commit.message()));
    absl::MutexLock lock(&mutex_);
    health_ = commit;
  }
  for (std::unique_ptr<Work>& work : works) work->Finish(commit);
  if (commit.ok() && batch.events > 0) hub_.Wake();
  if (commit.ok() && batch.deliveries_changed) desk_->Wake();
  return trusted;
}

size_t EngineImpl::EnqueueTicks(const std::vector<std::string>& incidents,
                                std::function<void()> done) {
  size_t enqueued = 0;
  for (const std::string& incident : incidents) {
    std::unique_ptr<Work> work =
        std::make_unique<TickWork>(incident, &executor_, &due_, &counters_, done);
    if (!queue_.PushInternal(work)) break;
    ++enqueued;
  }
  return enqueued;
}

void EngineImpl::SchedulerLoop() {
  while (!stopping_) {
    const absl::Time now = clock_.Now();
    const std::vector<std::string> due = due_.TakeDue(now, kTicksAtOnce);
    if (!due.empty()) {
      // In slices, one after the other: commands of people come in between.
      absl::BlockingCounter done(static_cast<int>(due.size()));
      const size_t enqueued = EnqueueTicks(due, [&done] { done.DecrementCount(); });
      for (size_t i = enqueued; i < due.size(); ++i) done.DecrementCount();
      done.Wait();
      continue;
    }
    // At most a second, so that a step of the machine's clock is noticed.
    due_.WaitForChange(std::min(kIdleTime, std::max(absl::ZeroDuration(), due_.Earliest() - now)));
  }
}

absl::StatusOr<int64_t> EngineImpl::AdvanceTo(const Advance& advance) {
  if (virtual_clock_ == nullptr) {
    return absl::FailedPreconditionError("the server runs on the machine's clock");
  }
  absl::MutexLock lock(&advance_mutex_);
  const absl::Time time = advance.time;
  if (time < clock_.Now()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TIME_IN_THE_PAST",
                        "time: is in the past; the clock only moves forward")
        .Field("time", "is in the past")
        .Build();
  }
  if (advance.jump) virtual_clock_->AdvanceTo(time);
  int64_t touched = 0;
  for (;;) {
    const absl::Time earliest = due_.Earliest();
    if (advance.before_due ? earliest >= time : earliest > time) break;
    virtual_clock_->AdvanceTo(earliest);
    const std::vector<std::string> due = due_.TakeDue(clock_.Now(), kTicksAtOnce);
    absl::BlockingCounter done(static_cast<int>(due.size()));
    const size_t enqueued = EnqueueTicks(due, [&done] { done.DecrementCount(); });
    for (size_t i = enqueued; i < due.size(); ++i) done.DecrementCount();
    done.Wait();
    touched += static_cast<int64_t>(enqueued);
    if (enqueued < due.size()) return Stopping();
    if (advance.stop_at_first_due && touched > 0) return touched;
  }
  virtual_clock_->AdvanceTo(time);
  return touched;
}

EngineStats EngineImpl::Stats() const {
  EngineStats stats;
  stats.commands = counters_.commands;
  stats.refusals = counters_.refusals;
  stats.replays = counters_.replays;
  stats.commits = counters_.commits;
  stats.events = counters_.events;
  stats.queue_length = queue_.size();
  stats.overload_refusals = counters_.overload_refusals;
  stats.ticks = counters_.ticks;
  stats.late_ticks = counters_.late_ticks;
  return stats;
}

absl::Status EngineImpl::Health() const {
  absl::MutexLock lock(&mutex_);
  return stopped_ ? Stopping() : health_;
}

void EngineImpl::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  stopping_ = true;
  due_.Close();
  if (scheduler_.joinable()) scheduler_.join();
  if (desk_ != nullptr) desk_->Stop();
  queue_.Close();
  if (writer_.joinable()) writer_.join();
  readers_.Stop();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Create(std::unique_ptr<storage::Store> store,
                                                       absl::string_view policy_text, Clock* clock,
                                                       Random* random, EngineOptions options) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::PolicyRow> kept, store->LoadPolicies());
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<PolicyShelf> shelf, PolicyShelf::Load(kept));
  auto engine =
      std::make_unique<EngineImpl>(std::move(store), std::move(shelf), clock, random, options);
  BELFRY_RETURN_IF_ERROR(engine->Start(policy_text));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace belfry::engine
