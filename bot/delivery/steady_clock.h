// Time that only measures: unmoved when somebody sets the machine's clock.
#ifndef BELFRY_BOT_DELIVERY_STEADY_CLOCK_H_
#define BELFRY_BOT_DELIVERY_STEADY_CLOCK_H_

#include <chrono>

#include "absl/time/time.h"
#include "server/base/clock.h"

namespace belfry::bot {

// Its times mean nothing by themselves, only their differences do.
class SteadyClock final : public Clock {
 public:
  absl::Time Now() override {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_STEADY_CLOCK_H_
