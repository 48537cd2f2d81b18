// Whether it is worth waiting for the server.
#ifndef BELFRY_BOT_COMMANDS_REACHABILITY_H_
#define BELFRY_BOT_COMMANDS_REACHABILITY_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace belfry::bot {

// A server that was not there a moment ago is not waited for again: whoever types meanwhile is told
// at once instead of standing in line behind others who wait in vain. Thread-safe.
class Reachability {
 public:
  bool IsDown() const { return Now() < down_until_; }
  void NoteDown() { down_until_ = Now() + kPause; }

 private:
  static constexpr int64_t kPause = 1'000'000'000;

  static int64_t Now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  std::atomic<int64_t> down_until_{0};
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_REACHABILITY_H_
