// Requests that come twice because the first one was not answered in time.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_REPEATS_H_
#define BELFRY_BOT_PLATFORM_TEAMS_REPEATS_H_

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bot/http/listener.h"

namespace belfry::bot::teams {

// A repeat gets the answer of the first one, and nothing is done twice. It forgets at a restart and
// knows nothing of other bots; there the act's idempotency key tells the server. Thread-safe and
// bounded.
class Repeats {
 public:
  explicit Repeats(absl::Duration age_max) : age_max_(age_max) {}

  // What to answer with when this is the first request of its kind; nothing for a repeat, which is
  // answered here.
  std::optional<HttpListener::Respond> Admit(const std::string& key, absl::Time now,
                                             HttpListener::Respond respond) {
    std::optional<HttpResponse> answer;
    {
      absl::MutexLock lock(&mutex_);
      while (!order_.empty() &&
             (order_.front().first + age_max_ < now || order_.size() >= kEntriesMax)) {
        entries_.erase(order_.front().second);
        order_.pop_front();
      }
      const auto [entry, first] = entries_.try_emplace(key);
      if (first) {
        order_.emplace_back(now, key);
        entry->second.waiting.push_back(std::move(respond));
        return [this, key](HttpResponse response) { Finish(key, std::move(response)); };
      }
      answer = entry->second.answer;
      if (!answer.has_value()) entry->second.waiting.push_back(std::move(respond));
    }
    if (answer.has_value()) respond(*answer);
    return std::nullopt;
  }

 private:
  static constexpr size_t kEntriesMax = 10'000;

  struct Entry {
    std::optional<HttpResponse> answer;
    std::vector<HttpListener::Respond> waiting;
  };

  void Finish(const std::string& key, HttpResponse response) {
    std::vector<HttpListener::Respond> waiting;
    {
      absl::MutexLock lock(&mutex_);
      const auto found = entries_.find(key);
      if (found == entries_.end() || found->second.answer.has_value()) return;
      waiting.swap(found->second.waiting);
      // After a failure of ours the repeat is what helps.
      if (response.status >= 500) {
        entries_.erase(found);
      } else {
        found->second.answer = response;
      }
    }
    for (const HttpListener::Respond& respond : waiting) respond(response);
  }

  const absl::Duration age_max_;
  absl::Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<absl::Time, std::string>> order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_REPEATS_H_
