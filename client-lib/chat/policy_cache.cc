#include "client-lib/chat/policy_cache.h"

#include <utility>

#include "absl/time/clock.h"

namespace belfry::chat {

PolicyCache::PolicyCache(client::Client client, std::function<absl::Time()> now)
    : client_(std::move(client)), now_(now ? std::move(now) : absl::Now) {}

absl::StatusOr<std::shared_ptr<const policy::v1::Policy>> PolicyCache::Get(
    const client::CallOptions& call) {
  std::shared_ptr<const policy::v1::Policy> kept;
  {
    absl::MutexLock lock(&mutex_);
    // A step back of the clock must not keep a pack for ever.
    const absl::Duration age = now_() - fetched_;
    if (policy_ != nullptr && age >= absl::ZeroDuration() && age < kPolicyAgeMax) return policy_;
    kept = policy_;
  }
  // Without the lock: several threads may ask at once, which is rare and harmless.
  absl::StatusOr<v1::GetPolicyResponse> response = client_.GetPolicy(v1::GetPolicyRequest(), call);
  if (!response.ok()) {
    if (kept != nullptr) return kept;
    return response.status();
  }
  auto policy = std::make_shared<const policy::v1::Policy>(std::move(*response->mutable_policy()));
  absl::MutexLock lock(&mutex_);
  policy_ = policy;
  fetched_ = now_();
  return policy;
}

void PolicyCache::Forget() {
  absl::MutexLock lock(&mutex_);
  fetched_ = absl::InfinitePast();
}

absl::TimeZone PolicyZone(const policy::v1::Policy& policy) {
  absl::TimeZone zone;
  if (policy.time_zone().empty() || !absl::LoadTimeZone(policy.time_zone(), &zone)) {
    return absl::UTCTimeZone();
  }
  return zone;
}

}  // namespace belfry::chat
