// Leaves a platform alone that does not work.
#ifndef BELFRY_BOT_DELIVERY_CIRCUIT_H_
#define BELFRY_BOT_DELIVERY_CIRCUIT_H_

#include "absl/time/time.h"

namespace belfry::bot {

// Closed while the platform works. Opens after several failures in a row; after a while one attempt
// is let through, which closes it or opens it for twice as long. Not thread-safe.
class Circuit {
 public:
  static constexpr int kFailuresToOpen = 5;
  static constexpr absl::Duration kOpenFirst = absl::Seconds(5);
  static constexpr absl::Duration kOpenMax = absl::Minutes(1);

  enum class State { kClosed = 0, kHalfOpen = 1, kOpen = 2 };

  State state(absl::Time now) const;
  // When an attempt may be made again; in the past while closed. Half open with an attempt under
  // way: soon.
  absl::Time next_attempt(absl::Time now) const;
  // An attempt begins. Only when next_attempt() is not in the future.
  void Begin(absl::Time now);
  void Succeed();
  // `spread`, in [0, 1), keeps several bots from coming back at the same moment.
  void Fail(absl::Time now, double spread);

 private:
  int failures_ = 0;
  absl::Duration open_for_ = kOpenFirst;
  absl::Time open_until_ = absl::InfinitePast();
  bool open_ = false;
  bool probing_ = false;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_CIRCUIT_H_
