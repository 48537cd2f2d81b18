// What the page gets to see, as JSON. Nothing is added to what the server showed this caller, and
// much is left out.
//
// Times are milliseconds since 1970, names stay resource names ("people/…", "entities/…"), codes
// stay those of the pack.
#ifndef BELFRY_BOT_BOARD_VIEW_JSON_H_
#define BELFRY_BOT_BOARD_VIEW_JSON_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/v1/directory_service.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/policy_service.pb.h"
#include "belfry/v1/timeline_service.pb.h"
#include "bot/platform/json.h"

namespace belfry::board {

using bot::Json;

// "incidents/DOP-2026-0007" to "DOP-2026-0007".
absl::string_view IncidentId(absl::string_view name);

// One line of the board.
Json CardJson(const v1::Incident& incident);

// One incident in full: its card, what surrounds it, its duties and its record. `complete` is false
// when the record is longer than what was read of it.
Json IncidentJson(const v1::Incident& incident, const v1::ListObligationsResponse& duties,
                  const std::vector<v1::TimelineEntry>& record, bool complete);

// The words of a pack: states, severities, ladder, titles of duties, roles, categories.
Json PackJson(const policy::v1::Policy& policy);

// Titles of agencies by name.
Json EntitiesJson(const std::vector<v1::Entity>& entities);

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_VIEW_JSON_H_
