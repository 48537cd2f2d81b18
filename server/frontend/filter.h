// The filter of ListIncidents.
#ifndef BELFRY_SERVER_FRONTEND_FILTER_H_
#define BELFRY_SERVER_FRONTEND_FILTER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/storage/rows.h"

namespace belfry::frontend {

// Reads a subset of AIP-160: terms `field = value` joined by AND, values plain or in quotes.
// Fields: open, overdue, state, severity, entity. INVALID_ARGUMENT names the term and what is
// allowed.
absl::Status ParseFilter(absl::string_view filter, storage::IncidentQuery& query);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_FILTER_H_
