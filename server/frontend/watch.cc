#include "server/frontend/watch.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/core/core.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/request_limits.h"

namespace belfry::frontend {
namespace {

constexpr int kEventsAtOnce = 100;
constexpr char kTokenPrefix[] = "w1.";

std::string MakeToken(int64_t position) {
  return absl::WebSafeBase64Escape(absl::StrCat(kTokenPrefix, position));
}

absl::StatusOr<int64_t> ReadToken(absl::string_view token) {
  std::string plain;
  int64_t position = 0;
  if (absl::WebSafeBase64Unescape(token, &plain)) {
    absl::string_view digits = plain;
    if (absl::ConsumePrefix(&digits, kTokenPrefix) && absl::SimpleAtoi(digits, &position) &&
        position >= 0) {
      return position;
    }
  }
  return InvalidField("resume_token", "is not one this server gave; leave it out to begin now");
}

}  // namespace

// One stream. It owns a small window of messages and reads the next events only when the last
// write is done, so a slow reader costs no memory.
//
// `this` lives until OnDone(): gRPC is the only one that ends it, everything else holds a
// shared_ptr and finds `done_` set.
class Watcher final : public grpc::ServerWriteReactor<v1::WatchIncidentsResponse>,
                      public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(WatchHub* hub, const Services& services, Identity identity, std::string incident)
      : hub_(*hub),
        services_(services),
        identity_(std::move(identity)),
        incident_(std::move(incident)) {}

  // `position`: the last event the caller has seen; negative: from now.
  void Begin(int64_t position) {
    auto self = shared_from_this();
    services_.engine->SubmitRead(
        [self, position](storage::Store& store) {
          int64_t start = position;
          if (start < 0) {
            const absl::StatusOr<int64_t> last = store.LastPosition();
            if (!last.ok()) {
              self->End(ToGrpc(last.status()));
              return;
            }
            start = *last;
          }
          // The first message carries the token only: a stream that sees nothing for hours can
          // still be resumed.
          v1::WatchIncidentsResponse hello;
          hello.set_resume_token(MakeToken(start));
          absl::MutexLock lock(&self->mutex_);
          self->position_ = start;
          self->begun_ = true;
          self->pending_.push_back(std::move(hello));
          self->WriteNext();
        },
        [self](absl::Status refused) { self->End(ToGrpc(refused)); });
  }

  void Wake() {
    absl::MutexLock lock(&mutex_);
    dirty_ = true;
    MaybeRead();
  }

  const std::string& caller() const { return identity_.caller.actor.principal(); }

  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    EndLocked(status);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) {
      EndLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
      return;
    }
    if (ended_) {
      FinishLocked();
      return;
    }
    pending_.pop_front();
    WriteNext();
  }

  void OnCancel() override {
    End(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
  }

  void OnDone() override { hub_.Remove(this); }

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_ || writing_) return;
    // What waited while the reader was slow may have been closed to them since.
    while (!pending_.empty() && !MayStillSee(pending_.front())) pending_.pop_front();
    if (pending_.empty()) {
      MaybeRead();
      return;
    }
    writing_ = true;
    StartWrite(&pending_.front());
  }

  // Asks the state in memory, which holds whatever has just changed.
  bool MayStillSee(const v1::WatchIncidentsResponse& message) const {
    const absl::string_view id = absl::StripPrefix(message.incident().name(), "incidents/");
    if (id.empty()) return true;
    const StatePtr state = services_.engine->CachedState(id);
    return state == nullptr ||
           core::MayRead(services_.engine->PolicyOf(*state), *services_.engine->directory(),
                         CallerNow(*services_.engine->directory()), *state);
  }

  // People change their entity while a stream is open.
  core::Caller CallerNow(const core::Directory& directory) const {
    core::Caller caller = identity_.caller;
    if (caller.system) return caller;
    const v1::Person* person = directory.FindPerson(caller.actor.principal());
    caller.entity = person == nullptr ? std::string() : person->entity();
    return caller;
  }

  void MaybeRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!begun_ || ended_ || reading_ || writing_ || !dirty_ || !pending_.empty()) return;
    reading_ = true;
    dirty_ = false;
    auto self = shared_from_this();
    const int64_t after = position_;
    services_.engine->SubmitRead([self, after](storage::Store& store) { self->Read(store, after); },
                                 [self](absl::Status refused) { self->End(ToGrpc(refused)); });
  }

  void Read(storage::Store& store, int64_t after) {
    // A stream outlives the moment in which its credentials were good.
    if (const absl::Status still = services_.gate->CheckStill(identity_); !still.ok()) {
      End(ToGrpc(still));
      return;
    }
    absl::StatusOr<std::vector<storage::EventRow>> rows =
        store.ListEventsAfter(after, kEventsAtOnce);
    if (!rows.ok()) {
      End(ToGrpc(rows.status()));
      return;
    }
    std::deque<v1::WatchIncidentsResponse> messages;
    const auto directory = services_.engine->directory();
    const core::Caller caller = CallerNow(*directory);
    std::set<std::string> noted;
    for (const storage::EventRow& row : *rows) {
      if (!incident_.empty() && row.incident != incident_) continue;
      // The state as it is now: `incident` may be a little ahead of `entry`, never behind it.
      const absl::StatusOr<StatePtr> state = services_.engine->LoadState(row.incident);
      record::v1::Event event;
      if (!state.ok() || !event.ParseFromString(row.blob)) continue;
      const core::View view(services_.engine->PolicyOf(**state), *directory, caller, **state);
      if (!view.Shows(event)) continue;
      v1::WatchIncidentsResponse& message = messages.emplace_back();
      message.set_resume_token(MakeToken(row.position));
      *message.mutable_incident() = view.Incident();
      *message.mutable_entry() = view.Entry(event);
      // That somebody read is no reason to count this as a reading again.
      if (!event.has_incident_read() && noted.insert(row.incident).second) {
        NoteReading(*services_.engine, caller, **state, "stream");
      }
    }
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (ended_) {
      FinishLocked();
      return;
    }
    if (!rows->empty()) {
      position_ = rows->back().position;
      dirty_ = true;  // there may be more
    }
    for (v1::WatchIncidentsResponse& message : messages) pending_.push_back(std::move(message));
    WriteNext();
  }

  void EndLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!ended_) {
      ended_ = true;
      final_ = status;
    }
    FinishLocked();
  }

  // Not while gRPC still holds a message of ours.
  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finished_) return;
    finished_ = true;
    Finish(final_);
  }

  WatchHub& hub_;
  const Services& services_;
  const Identity identity_;
  const std::string incident_;
  absl::Mutex mutex_;
  std::deque<v1::WatchIncidentsResponse> pending_ ABSL_GUARDED_BY(mutex_);
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;
  bool dirty_ ABSL_GUARDED_BY(mutex_) = true;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status final_ ABSL_GUARDED_BY(mutex_);
};

namespace {

// Answers a stream that may not begin.
class RefusedWatcher final : public grpc::ServerWriteReactor<v1::WatchIncidentsResponse> {
 public:
  explicit RefusedWatcher(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

WatchHub::WatchHub(const Services* services, size_t watchers_max)
    : services_(*services),
      watchers_max_(watchers_max),
      subscription_(services->engine->OnCommit([this] { WakeAll(); })) {}

WatchHub::~WatchHub() { Stop(); }

grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* WatchHub::Open(
    grpc::CallbackServerContext* context, const v1::WatchIncidentsRequest& request) {
  absl::StatusOr<Identity> identity = Admit(services_, *context, "WatchIncidents");
  if (!identity.ok()) return new RefusedWatcher(identity.status());
  std::string incident;
  if (!request.name().empty()) {
    absl::StatusOr<std::string> id = ParseIncidentName("name", request.name());
    if (!id.ok()) return new RefusedWatcher(id.status());
    incident = *std::move(id);
  }
  int64_t position = -1;
  if (!request.resume_token().empty()) {
    const absl::StatusOr<int64_t> token = ReadToken(request.resume_token());
    if (!token.ok()) return new RefusedWatcher(token.status());
    position = *token;
  }
  auto watcher =
      std::make_shared<Watcher>(this, services_, *std::move(identity), std::move(incident));
  Watcher* const reactor = watcher.get();
  {
    absl::MutexLock lock(&mutex_);
    // Nobody takes all places.
    const auto own = std::count_if(
        watchers_.begin(), watchers_.end(),
        [reactor](const auto& other) { return other->caller() == reactor->caller(); });
    if (stopping_ || watchers_.size() >= watchers_max_ ||
        static_cast<size_t>(own) >= kWatchersPerCallerMax) {
      return new RefusedWatcher(ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                                             "too many streams are open; try again in a minute")
                                    .RetryAfter(absl::Minutes(1))
                                    .Build());
    }
    watchers_.insert(watcher);
  }
  reactor->Begin(position);
  return reactor;
}

void WatchHub::Remove(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  for (auto it = watchers_.begin(); it != watchers_.end(); ++it) {
    if (it->get() == watcher) {
      watchers_.erase(it);
      return;
    }
  }
}

void WatchHub::WakeAll() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    absl::MutexLock lock(&mutex_);
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) watcher->Wake();
}

void WatchHub::Stop() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) {
    watcher->End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is stopping"));
  }
}

}  // namespace belfry::frontend
