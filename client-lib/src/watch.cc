#include "belfry/watch.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client-lib/src/retry_loop.h"

namespace belfry::client {
namespace {

// A stream is a read: whatever may pass is worth another attempt.
bool MayPass(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:  // the server ended the stream, as it does before it stops
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kInternal:  // a connection reset in the middle of a message
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

}  // namespace

class Watcher::Impl {
 public:
  Impl(std::shared_ptr<Connection> connection, v1::WatchIncidentsRequest request,
       WatchOptions options, CallOptions call)
      : connection_(std::move(connection)),
        request_(std::move(request)),
        options_(std::move(options)),
        call_(std::move(call)),
        environment_(WithDefaults({options_.sleeper, options_.random, nullptr})),
        backoff_(options_.retry, environment_.random) {}

  ~Impl() { Cancel(); }

  bool Next(v1::WatchIncidentsResponse* response) {
    while (true) {
      IncidentStream* stream = Open();
      if (stream == nullptr) return false;
      response->Clear();
      while (stream->Read(response)) {
        failures_ = 0;
        backoff_ = Backoff(options_.retry, environment_.random);
        if (!response->resume_token().empty()) {
          request_.set_resume_token(response->resume_token());
        }
        if (response->has_entry()) return true;
        response->Clear();
      }
      if (!Lost(stream->Finish())) return false;
    }
  }

  void Cancel() {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    wake_.SignalAll();
    if (stream_ != nullptr) stream_->Cancel();
  }

  absl::Status status() const { return status_; }
  std::string resume_token() const { return request_.resume_token(); }

 private:
  IncidentStream* Open() {
    absl::MutexLock lock(&mutex_);
    if (cancelled_ || !status_.ok()) return nullptr;
    if (stream_ == nullptr) stream_ = connection_->WatchIncidents(request_, call_);
    return stream_.get();
  }

  // Decides whether to go on after the end of a stream, and takes the pause.
  bool Lost(const absl::Status& ended) {
    {
      absl::MutexLock lock(&mutex_);
      stream_.reset();
      if (cancelled_) return false;
    }
    ++failures_;
    const int attempts_max = options_.retry.attempts_max;
    if (!MayPass(ended) || (attempts_max > 0 && failures_ >= attempts_max)) {
      status_ = ended.ok() ? absl::UnavailableError("the server keeps ending the stream") : ended;
      return false;
    }
    if (options_.on_lost) options_.on_lost(ended);
    const absl::Duration pause = backoff_.Next();
    if (options_.sleeper) {
      options_.sleeper(pause);
    } else {
      absl::MutexLock lock(&mutex_);
      if (!cancelled_) wake_.WaitWithTimeout(&mutex_, pause);
    }
    return true;
  }

  const std::shared_ptr<Connection> connection_;
  v1::WatchIncidentsRequest request_;
  const WatchOptions options_;
  const CallOptions call_;
  const RetryEnvironment environment_;
  Backoff backoff_;
  int failures_ = 0;
  absl::Status status_;

  absl::Mutex mutex_;
  absl::CondVar wake_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<IncidentStream> stream_ ABSL_GUARDED_BY(mutex_);
};

Watcher::Watcher(std::shared_ptr<Connection> connection, v1::WatchIncidentsRequest request,
                 WatchOptions options, CallOptions call)
    : impl_(std::make_unique<Impl>(std::move(connection), std::move(request), std::move(options),
                                   std::move(call))) {}
Watcher::Watcher(Watcher&&) noexcept = default;
Watcher& Watcher::operator=(Watcher&&) noexcept = default;
Watcher::~Watcher() = default;

bool Watcher::Next(v1::WatchIncidentsResponse* response) { return impl_->Next(response); }
void Watcher::Cancel() { impl_->Cancel(); }
absl::Status Watcher::status() const { return impl_->status(); }
std::string Watcher::resume_token() const { return impl_->resume_token(); }

}  // namespace belfry::client
