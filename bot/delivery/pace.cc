#include "bot/delivery/pace.h"

#include <algorithm>

namespace belfry::bot {

Pace PaceOf(absl::string_view platform) {
  // One message a second in a channel, "several hundred" a minute in a workspace.
  if (platform == "slack") {
    return {.conversation = {1, 3}, .workspace = {5, 10}, .retry_after_is_for_workspace = true};
  }
  // Each URL is one channel, and limited like it.
  if (platform == "slack-webhook") return {.conversation = {1, 3}, .workspace = {5, 10}};
  // Seven a second in a conversation, fifty in a tenant; a 429 speaks for its conversation.
  if (platform == "teams") return {.conversation = {7, 7}, .workspace = {50, 50}};
  // Four a second and flow; the flow's own limit is lower and shows as 429.
  if (platform == "teams-workflow") return {.conversation = {1, 4}, .workspace = {4, 8}};
  // Ten a second is Mattermost's default for everything a client does.
  if (platform == "mattermost") {
    return {.conversation = {5, 5}, .workspace = {8, 8}, .retry_after_is_for_workspace = true};
  }
  // Nobody reads mail faster, and relays count.
  if (platform == "email") return {.conversation = {1, 5}, .workspace = {10, 20}};
  if (platform == "webhook") return {.conversation = {10, 20}, .workspace = {50, 50}};
  return {};
}

void TokenBucket::Fill(const Rate& rate, absl::Time now) {
  if (filled_ == absl::InfinitePast()) {
    tokens_ = rate.burst;
  } else {
    tokens_ =
        std::min(rate.burst, tokens_ + absl::ToDoubleSeconds(now - filled_) * rate.per_second);
  }
  filled_ = now;
}

absl::Duration TokenBucket::Wait(const Rate& rate, absl::Time now) {
  if (rate.per_second <= 0) return absl::ZeroDuration();
  Fill(rate, now);
  // A hair less than one counts as one: the time waited for it was rounded.
  if (tokens_ > 1 - 1e-6) return absl::ZeroDuration();
  return absl::Seconds((1 - tokens_) / rate.per_second);
}

bool TokenBucket::IsFull(const Rate& rate, absl::Time now) {
  if (rate.per_second <= 0) return true;
  Fill(rate, now);
  return tokens_ >= rate.burst;
}

}  // namespace belfry::bot
