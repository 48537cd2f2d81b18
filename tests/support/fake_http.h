// An HttpClient that answers from a script and remembers what it was asked.
#ifndef BELFRY_TESTS_SUPPORT_FAKE_HTTP_H_
#define BELFRY_TESTS_SUPPORT_FAKE_HTTP_H_

#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bot/http/client.h"

namespace belfry::bot {

// Thread-safe.
class FakeHttp final : public HttpClient {
 public:
  using Answer = std::function<absl::StatusOr<HttpResponse>(const OutgoingRequest&)>;

  explicit FakeHttp(Answer answer) : answer_(std::move(answer)) {}

  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override {
    Answer answer;
    {
      absl::MutexLock lock(&mutex_);
      sent_.push_back(request);
      answer = answer_;
    }
    return answer(request);
  }

  void SetAnswer(Answer answer) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  std::vector<OutgoingRequest> sent() const {
    absl::MutexLock lock(&mutex_);
    return sent_;
  }
  // Waits until `count` requests were sent; false when that takes more than ten seconds.
  bool WaitFor(size_t count) const {
    absl::MutexLock lock(&mutex_);
    const auto there = [this, count]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return sent_.size() >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10));
  }

 private:
  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<OutgoingRequest> sent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot

#endif  // BELFRY_TESTS_SUPPORT_FAKE_HTTP_H_
