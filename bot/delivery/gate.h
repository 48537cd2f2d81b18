// Decides whether a message may go to a platform now.
#ifndef BELFRY_BOT_DELIVERY_GATE_H_
#define BELFRY_BOT_DELIVERY_GATE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/v1/delivery.pb.h"
#include "bot/delivery/circuit.h"
#include "bot/delivery/pace.h"
#include "bot/platform/send_result.h"
#include "server/base/clock.h"
#include "server/base/random.h"

namespace belfry::bot {

// Keeps, for each platform and workspace, a circuit and a pace, and for each conversation a pace;
// holds back what the platform asked to hold back. Thread-safe and bounded.
class Gate {
 public:
  // Both outlive the gate.
  Gate(Clock* clock, Random* random) : clock_(*clock), random_(*random) {}

  struct Answer {
    // Zero: go, and call Leave() afterwards. Else nothing is counted: ask again after that long.
    absl::Duration wait;
    // Why not now, for the report.
    const char* reason = "";
    bool may_go() const { return wait <= absl::ZeroDuration(); }
  };
  Answer Enter(const v1::Endpoint& endpoint);
  // What became of the attempt.
  void Leave(const v1::Endpoint& endpoint, const SendResult& result);

  // For an attempt that failed though the platform works otherwise: how long to leave this one
  // message alone, so that those behind it do not wait for long. nullopt when the platform is in
  // trouble.
  std::optional<absl::Duration> PauseAfter(const v1::Endpoint& endpoint, int attempt);

  struct GroupState {
    std::string platform;
    std::string workspace;
    Circuit::State circuit = Circuit::State::kClosed;
  };
  std::vector<GroupState> Groups() const;

 private:
  static constexpr size_t kConversationsMax = 10'000;
  static constexpr absl::Duration kPauseMax = absl::Seconds(30);

  struct Group {
    Circuit circuit;
    TokenBucket bucket;
    absl::Time held_until = absl::InfinitePast();
  };
  struct Conversation {
    TokenBucket bucket;
    absl::Time held_until = absl::InfinitePast();
  };

  Conversation& FindConversation(const v1::Endpoint& endpoint, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  Random& random_;
  mutable absl::Mutex mutex_;
  // By platform and workspace: as many as the configuration names.
  std::map<std::pair<std::string, std::string>, Group> groups_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Conversation> conversations_ ABSL_GUARDED_BY(mutex_);
};

// The platform itself did not work, whatever the message was.
bool IsPlatformFailure(const SendResult& result);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_GATE_H_
