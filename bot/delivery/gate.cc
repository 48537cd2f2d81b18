#include "bot/delivery/gate.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace belfry::bot {

bool IsPlatformFailure(const SendResult& result) {
  switch (result.failure) {
    case SendFailure::kNotSent:
    case SendFailure::kAmbiguous:
    case SendFailure::kWorkspaceBroken:
      return true;
    // Asked to come back at a certain time, it works.
    case SendFailure::kRetryLater:
      return result.retry_after <= absl::ZeroDuration();
    default:
      return false;
  }
}

Gate::Conversation& Gate::FindConversation(const v1::Endpoint& endpoint, absl::Time now) {
  // Only what says nothing any more is forgotten.
  if (conversations_.size() >= kConversationsMax) {
    const Rate slowest = {1, 5};
    absl::erase_if(conversations_, [&](auto& entry) {
      return entry.second.held_until <= now && entry.second.bucket.IsFull(slowest, now);
    });
  }
  return conversations_[absl::StrCat(endpoint.platform(), "\n", endpoint.workspace(), "\n",
                                     endpoint.address())];
}

Gate::Answer Gate::Enter(const v1::Endpoint& endpoint) {
  const Pace pace = PaceOf(endpoint.platform());
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  Group& group = groups_[{endpoint.platform(), endpoint.workspace()}];
  Conversation& conversation = FindConversation(endpoint, now);
  const absl::Time circuit = group.circuit.next_attempt(now);
  if (circuit > now) return {circuit - now, "the platform does not work at the moment"};
  const absl::Time held = std::max(group.held_until, conversation.held_until);
  if (held > now) return {held - now, "the platform asked to wait"};
  const absl::Duration wait = std::max(conversation.bucket.Wait(pace.conversation, now),
                                       group.bucket.Wait(pace.workspace, now));
  if (wait > absl::ZeroDuration()) return {wait, "the platform takes no more at once"};
  conversation.bucket.Take();
  group.bucket.Take();
  group.circuit.Begin(now);
  return {absl::ZeroDuration(), ""};
}

void Gate::Leave(const v1::Endpoint& endpoint, const SendResult& result) {
  const Pace pace = PaceOf(endpoint.platform());
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  Group& group = groups_[{endpoint.platform(), endpoint.workspace()}];
  if (IsPlatformFailure(result)) {
    group.circuit.Fail(now, random_.Uniform());
  } else {
    group.circuit.Succeed();
  }
  if (result.failure == SendFailure::kRetryLater && result.retry_after > absl::ZeroDuration()) {
    absl::Time& held = pace.retry_after_is_for_workspace
                           ? group.held_until
                           : FindConversation(endpoint, now).held_until;
    held = std::max(held, now + result.retry_after);
  }
}

std::optional<absl::Duration> Gate::PauseAfter(const v1::Endpoint& endpoint, int attempt) {
  absl::MutexLock lock(&mutex_);
  const Group& group = groups_[{endpoint.platform(), endpoint.workspace()}];
  if (group.circuit.state(clock_.Now()) != Circuit::State::kClosed) return std::nullopt;
  const absl::Duration pause =
      std::min(kPauseMax, absl::Seconds(1) * std::pow(2.0, std::clamp(attempt - 1, 0, 10)));
  return pause * (0.8 + 0.4 * random_.Uniform());
}

std::vector<Gate::GroupState> Gate::Groups() const {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  std::vector<GroupState> states;
  for (const auto& [key, group] : groups_) {
    states.push_back({key.first, key.second, group.circuit.state(now)});
  }
  return states;
}

}  // namespace belfry::bot
