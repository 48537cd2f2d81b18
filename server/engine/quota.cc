#include "server/engine/quota.h"

#include <vector>

#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

absl::Status Keep(Batch& batch, absl::Status status) {
  if (!status.ok()) batch.failure = status;
  return status;
}

}  // namespace

absl::Status CheckQuota(Batch& batch, const Quota& quota, const std::string& principal) {
  if (quota.max == 0) return absl::OkStatus();
  const absl::Time since = batch.machine_now - quota.window;
  const absl::StatusOr<std::vector<int64_t>> times =
      batch.transaction->ListAttempts(quota.action, principal, absl::ToUnixMicros(since));
  if (!times.ok()) return Keep(batch, times.status());
  const size_t max = static_cast<size_t>(quota.max);
  if (times->size() < max) return absl::OkStatus();
  // There is room again when the oldest of the last `max` leaves the window.
  const absl::Time oldest = absl::FromUnixMicros((*times)[times->size() - max]);
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, quota.reason, quota.message)
      .RetryAfter(oldest + quota.window - batch.machine_now)
      .Build();
}

absl::Status UseQuota(Batch& batch, const Quota& quota, const std::string& principal) {
  if (quota.max == 0) return absl::OkStatus();
  storage::Transaction& transaction = *batch.transaction;
  BELFRY_RETURN_IF_ERROR(Keep(batch, transaction.ForgetOldAttempts(
                                         absl::ToUnixMicros(batch.machine_now - kQuotaWindowMax))));
  BELFRY_RETURN_IF_ERROR(
      Keep(batch,
           transaction.AddAttempt(quota.action, principal, absl::ToUnixMicros(batch.machine_now))));
  batch.dirty = true;
  return absl::OkStatus();
}

}  // namespace belfry::engine
