// Answers in time: with the result when it comes soon, with a receipt when it does not.
#ifndef BELFRY_BOT_COMMANDS_ANSWER_CLOCK_H_
#define BELFRY_BOT_COMMANDS_ANSWER_CLOCK_H_

#include <functional>
#include <memory>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/chat/card.h"

namespace belfry::bot {

// One request of a platform that wants an answer within three seconds. Thread-safe.
class PendingAnswer {
 public:
  // `now` gives the result in the answer itself; `receipt` answers without it; `later` delivers it
  // afterwards and may block.
  PendingAnswer(std::function<void(const chat::Card&)> now, std::function<void()> receipt,
                std::function<void(const chat::Card&)> later)
      : now_(std::move(now)), receipt_(std::move(receipt)), later_(std::move(later)) {}

  // The result is there.
  void Finish(const chat::Card& card) {
    if (Claim()) {
      now_(card);
    } else {
      later_(card);
    }
  }
  // The time is up, or the answer shows nothing anyway.
  void AcknowledgeNow() {
    if (Claim()) receipt_();
  }

 private:
  // True for the first caller.
  bool Claim() {
    absl::MutexLock lock(&mutex_);
    return !std::exchange(answered_, true);
  }

  const std::function<void(const chat::Card&)> now_;
  const std::function<void()> receipt_;
  const std::function<void(const chat::Card&)> later_;
  absl::Mutex mutex_;
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
};

// Watches over pending answers. Owns one thread.
class AnswerClock {
 public:
  // Slack and Teams give up after 3 s and more; the way there and back takes time too.
  static constexpr absl::Duration kPatience = absl::Seconds(2);

  explicit AnswerClock(absl::Duration patience = kPatience);
  ~AnswerClock();

  std::shared_ptr<PendingAnswer> Expect(std::function<void(const chat::Card&)> now,
                                        std::function<void()> receipt,
                                        std::function<void(const chat::Card&)> later);

 private:
  struct Entry {
    absl::Time due;
    std::weak_ptr<PendingAnswer> answer;
    bool operator>(const Entry& other) const { return due > other.due; }
  };

  void Loop();
  bool HasEntryOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !entries_.empty();
  }

  const absl::Duration patience_;
  absl::Mutex mutex_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_ANSWER_CLOCK_H_
