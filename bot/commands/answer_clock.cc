#include "bot/commands/answer_clock.h"

namespace belfry::bot {

AnswerClock::AnswerClock(absl::Duration patience)
    : patience_(patience), thread_([this] { Loop(); }) {}

AnswerClock::~AnswerClock() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

std::shared_ptr<PendingAnswer> AnswerClock::Expect(std::function<void(const chat::Card&)> now,
                                                   std::function<void()> receipt,
                                                   std::function<void(const chat::Card&)> later) {
  auto answer =
      std::make_shared<PendingAnswer>(std::move(now), std::move(receipt), std::move(later));
  absl::MutexLock lock(&mutex_);
  entries_.push({absl::Now() + patience_, answer});
  return answer;
}

void AnswerClock::Loop() {
  for (;;) {
    std::shared_ptr<PendingAnswer> due;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &AnswerClock::HasEntryOrStops));
      if (stopping_) return;
      // All wait equally long, so whoever comes later is due later: sleeping until the first is
      // enough.
      if (mutex_.AwaitWithDeadline(absl::Condition(&stopping_), entries_.top().due)) return;
      due = entries_.top().answer.lock();
      entries_.pop();
    }
    if (due != nullptr) due->AcknowledgeNow();
  }
}

}  // namespace belfry::bot
