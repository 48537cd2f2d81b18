// The policy pack in force, fetched seldom.
#ifndef BELFRY_CLIENT_LIB_CHAT_POLICY_CACHE_H_
#define BELFRY_CLIENT_LIB_CHAT_POLICY_CACHE_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "belfry/policy/v1/policy.pb.h"

namespace belfry::chat {

// Keeps the pack for `kPolicyAgeMax`; when the server cannot be asked, an older pack is better
// than none, because it is used to read words and to print titles, never to decide. Thread-safe.
class PolicyCache {
 public:
  static constexpr absl::Duration kPolicyAgeMax = absl::Minutes(5);

  // `now` measures age only; null: this machine's clock.
  explicit PolicyCache(client::Client client, std::function<absl::Time()> now = nullptr);

  absl::StatusOr<std::shared_ptr<const policy::v1::Policy>> Get(
      const client::CallOptions& call = {});
  // The next Get() asks the server.
  void Forget();

 private:
  const client::Client client_;
  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  std::shared_ptr<const policy::v1::Policy> policy_ ABSL_GUARDED_BY(mutex_);
  absl::Time fetched_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// The zone the pack names; UTC when it names none that this machine knows.
absl::TimeZone PolicyZone(const policy::v1::Policy& policy);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_POLICY_CACHE_H_
