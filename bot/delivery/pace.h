// How fast a platform may be written to.
#ifndef BELFRY_BOT_DELIVERY_PACE_H_
#define BELFRY_BOT_DELIVERY_PACE_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::bot {

// Messages per second and how many may come at once; zero per second: as fast as it goes.
struct Rate {
  double per_second = 0;
  double burst = 1;
};

struct Pace {
  Rate conversation;
  Rate workspace;
  // A Retry-After holds back the whole workspace, not only the conversation that met it.
  bool retry_after_is_for_workspace = false;
};

// What the platforms' own documents allow.
Pace PaceOf(absl::string_view platform);

// Fills with time up to its burst, and gives one at a time.
class TokenBucket {
 public:
  // How long until there is one; zero when there is.
  absl::Duration Wait(const Rate& rate, absl::Time now);
  // Only after Wait() said zero at the same `now`.
  void Take() { tokens_ -= 1; }
  bool IsFull(const Rate& rate, absl::Time now);

 private:
  void Fill(const Rate& rate, absl::Time now);

  double tokens_ = 0;
  absl::Time filled_ = absl::InfinitePast();
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_PACE_H_
