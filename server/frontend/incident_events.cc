#include "server/frontend/incident_events.h"

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::frontend {
namespace {

using record::v1::Event;

constexpr int kEventsAtOnce = 1000;

}  // namespace

absl::StatusOr<std::vector<Event>> LoadEvents(storage::Store& store,
                                              const record::v1::IncidentState& state) {
  std::vector<Event> events;
  int64_t after = 0;
  while (after < state.version()) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::EventRow> rows,
                            store.ListEvents(state.id(), after, kEventsAtOnce));
    if (rows.empty()) {
      return absl::DataLossError(
          absl::StrCat("events after ", after, " of ", state.id(), " are missing"));
    }
    for (const storage::EventRow& row : rows) {
      if (row.version > state.version()) return events;
      if (!events.emplace_back().ParseFromString(row.blob)) {
        return absl::DataLossError(
            absl::StrCat("event ", row.version, " of ", state.id(), " cannot be read"));
      }
      after = row.version;
    }
  }
  return events;
}

}  // namespace belfry::frontend
