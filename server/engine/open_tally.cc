#include "server/engine/open_tally.h"

#include <algorithm>
#include <utility>

#include "server/base/proto_time.h"
#include "server/core/confidentiality.h"

namespace belfry::engine {
namespace {

using record::v1::IncidentState;

bool IsCounted(const core::PolicyIndex& policy, const IncidentState& state) {
  if (core::IsClosed(state) || state.drill()) return false;
  const policy::v1::State* current = policy.FindState(state.state());
  return current == nullptr || !current->terminal();
}

}  // namespace

OpenTally::Share OpenTally::ShareOf(const IncidentState& state) {
  Share share;
  if (!state.standing_register()) share.severity = state.severity();
  for (const record::v1::ObligationRow& row : state.obligations()) {
    if (row.state() == v1::Obligation::STATE_OVERDUE) share.overdue.push_back(row.code());
  }
  share.acknowledged = !state.acknowledgements().empty();
  return share;
}

void OpenTally::Add(const Share& share, int64_t sign) {
  if (!share.severity.empty()) counts_.open_by_severity[share.severity] += sign;
  for (const std::string& code : share.overdue) counts_.overdue_by_code[code] += sign;
}

void OpenTally::ObserveAck(absl::Duration time) {
  const double seconds = absl::ToDoubleSeconds(time);
  const auto bound = std::lower_bound(kAckSeconds.begin(), kAckSeconds.end(), seconds);
  ++counts_.ack_buckets[static_cast<size_t>(bound - kAckSeconds.begin())];
  counts_.ack_seconds_sum += seconds;
}

void OpenTally::Set(const core::PolicyIndex& policy, const IncidentState& state) {
  absl::MutexLock lock(&mutex_);
  const auto known = shares_.find(state.id());
  const bool was_known = known != shares_.end();
  const bool was_waiting = was_known && !known->second.acknowledged;
  if (was_known) {
    Add(known->second, -1);
    shares_.erase(known);
  }
  if (!IsCounted(policy, state)) return;
  Share share = ShareOf(state);
  Add(share, 1);
  if (share.acknowledged) {
    // Of one that was not known the acknowledgement may be old: it was reopened, or opened to all.
    const absl::Time time = FromProto(state.acknowledgements(0).time());
    const bool now = !was_known && time == FromProto(state.update_time());
    if (was_waiting || now) ObserveAck(time - FromProto(state.create_time()));
  }
  shares_.emplace(state.id(), std::move(share));
}

OpenTally::Counts OpenTally::Read() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace belfry::engine
