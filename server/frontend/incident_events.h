// All events of one record, for what goes through it from its beginning.
#ifndef BELFRY_SERVER_FRONTEND_INCIDENT_EVENTS_H_
#define BELFRY_SERVER_FRONTEND_INCIDENT_EVENTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/storage/store.h"

namespace belfry::frontend {

// Everything up to the state's version. DATA_LOSS when something of it is missing or cannot be
// read.
absl::StatusOr<std::vector<record::v1::Event>> LoadEvents(storage::Store& store,
                                                          const record::v1::IncidentState& state);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_INCIDENT_EVENTS_H_
