#include "bot/delivery/circuit.h"

#include <algorithm>

namespace belfry::bot {
namespace {

constexpr absl::Duration kProbePoll = absl::Seconds(1);

}  // namespace

Circuit::State Circuit::state(absl::Time now) const {
  if (!open_) return State::kClosed;
  return now < open_until_ ? State::kOpen : State::kHalfOpen;
}

absl::Time Circuit::next_attempt(absl::Time now) const {
  if (!open_) return absl::InfinitePast();
  if (now < open_until_) return open_until_;
  return probing_ ? now + kProbePoll : absl::InfinitePast();
}

void Circuit::Begin(absl::Time now) {
  if (state(now) == State::kHalfOpen) probing_ = true;
}

void Circuit::Succeed() {
  // Also a late answer from before it opened: the platform works.
  failures_ = 0;
  open_ = false;
  probing_ = false;
  open_for_ = kOpenFirst;
}

void Circuit::Fail(absl::Time now, double spread) {
  ++failures_;
  const bool failed_probe = probing_;
  probing_ = false;
  // Late failures of attempts from before it opened say nothing new.
  if (open_ && !failed_probe) return;
  if (!open_ && failures_ < kFailuresToOpen) return;
  if (open_) open_for_ = std::min(open_for_ * 2, kOpenMax);
  open_ = true;
  open_until_ = now + open_for_ * (0.8 + 0.4 * spread);
}

}  // namespace belfry::bot
