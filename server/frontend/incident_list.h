// ListIncidents: pages of what the caller may see, which tell nothing of what they may not.
#ifndef BELFRY_SERVER_FRONTEND_INCIDENT_LIST_H_
#define BELFRY_SERVER_FRONTEND_INCIDENT_LIST_H_

#include "absl/status/status.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/frontend/call.h"
#include "server/storage/store.h"

namespace belfry::frontend {

// What the caller may see of all there is: everything, or some scopes. Each row must still be
// judged by the caller's sight of it: restricted ones are among them.
void SetVisibility(const Call& call, storage::IncidentQuery& query);

// Every page but the last is full, and the token names the last incident that is shown: neither how
// many lie between two that are shown, nor which, can be told from them.
absl::Status ListVisibleIncidents(const Call& call, storage::Store& store,
                                  const v1::ListIncidentsRequest& request,
                                  v1::ListIncidentsResponse& response);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_INCIDENT_LIST_H_
