#include "server/core/reading.h"

#include <utility>

#include "server/base/proto_time.h"
#include "server/core/confidentiality.h"

namespace belfry::core {

bool ReadingCounts(const PolicyIndex& policy, const record::v1::IncidentState& state,
                   absl::string_view person, absl::Time now) {
  if (!IsClosed(state)) return false;
  for (const record::v1::Reading& reading : state.readings()) {
    if (reading.person() == person) return now - FromProto(reading.time()) >= ReadingPause(policy);
  }
  return true;
}

absl::Status DecideReading(Draft& draft, const record::v1::IncidentRead& act) {
  if (!ReadingCounts(draft.context().policy, draft.state(), act.person(), draft.context().now)) {
    return absl::OkStatus();
  }
  record::v1::Event event = draft.NewEvent();
  *event.mutable_incident_read() = act;
  draft.Record(std::move(event));
  return absl::OkStatus();
}

}  // namespace belfry::core
