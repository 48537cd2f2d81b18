// Who read what is for named readers only.
#ifndef BELFRY_SERVER_CORE_READING_H_
#define BELFRY_SERVER_CORE_READING_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// A reading by this person at this time is to be recorded: the incident is restricted, and their
// last recorded one is longer ago than the pack says.
bool ReadingCounts(const PolicyIndex& policy, const record::v1::IncidentState& state,
                   absl::string_view person, absl::Time now);

// Records it, where it counts. Nothing follows from a reading.
absl::Status DecideReading(Draft& draft, const record::v1::IncidentRead& act);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_READING_H_
