// Incidents by name, for those who may see them.
#ifndef BELFRY_SERVER_FRONTEND_INCIDENT_ACCESS_H_
#define BELFRY_SERVER_FRONTEND_INCIDENT_ACCESS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/sight.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

using StatePtr = std::shared_ptr<const record::v1::IncidentState>;

// "incidents/dop-2026-0007" to "DOP-2026-0007". INVALID_ARGUMENT naming `field` and the form.
absl::StatusOr<std::string> ParseIncidentName(absl::string_view field, absl::string_view name);

// Calls `then` with the state, here or on a reader thread. One that does not exist and one the
// caller may not see are answered alike.
void WithIncident(CallPtr call, absl::string_view field, absl::string_view name,
                  std::function<void(CallPtr, std::string id, StatePtr)> then);

// What the caller sees of it. The arguments must outlive the view.
core::View ViewOf(const Call& call, const core::Directory& directory,
                  const record::v1::IncidentState& state);

// Records that a person reads what is for named readers only; nothing for other incidents, and
// nothing again for a while. Waits for nothing.
void NoteReading(engine::Engine& engine, const core::Caller& caller,
                 const record::v1::IncidentState& state, const char* what);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_INCIDENT_ACCESS_H_
