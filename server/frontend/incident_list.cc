#include "server/frontend/incident_list.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/base/status_macros.h"
#include "server/core/core.h"
#include "server/core/sight.h"
#include "server/frontend/filter.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/page_token.h"

namespace belfry::frontend {
namespace {

constexpr int kIncidentsPerPage = 50;
// Read at once, of which the caller may see all or none.
constexpr int kRowsAtOnceMin = 100;

// More than whether it is open.
bool AsksMore(const storage::IncidentQuery& query) {
  return query.overdue.has_value() || !query.state.empty() || !query.severity.empty() ||
         !query.scope.empty();
}

}  // namespace

void SetVisibility(const Call& call, storage::IncidentQuery& query) {
  const core::Caller& caller = call.identity().caller;
  const auto directory = call.engine().directory();
  // Restricted ones are asked about row by row.
  query.all_restricted = true;
  std::vector<std::string> scopes;
  if (!caller.entity.empty()) scopes.push_back(caller.entity);
  if (!caller.system) {
    for (const v1::RoleAssignment* held : directory->AssignmentsOf(caller.actor.principal())) {
      const policy::v1::Role* role = call.engine().policy().FindRole(held->role());
      if (held->scope().empty()) {
        if (role != nullptr && role->sees_all()) return;
        continue;
      }
      scopes.push_back(held->scope());
    }
  }
  query.visible_scopes = std::move(scopes);
}

absl::Status ListVisibleIncidents(const Call& call, storage::Store& store,
                                  const v1::ListIncidentsRequest& request,
                                  v1::ListIncidentsResponse& response) {
  storage::IncidentQuery query;
  BELFRY_ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size(), kIncidentsPerPage));
  BELFRY_RETURN_IF_ERROR(ParseFilter(request.filter(), query));
  SetVisibility(call, query);
  const std::string same =
      absl::StrCat(call.identity().caller.actor.principal(), "\n", request.filter());
  if (!request.page_token().empty()) {
    BELFRY_ASSIGN_OR_RETURN(const PagePosition position, ReadPageToken(request.page_token(), same));
    query.before_create_us = position.number;
    query.before_id = position.text;
  }
  query.limit = std::max(page_size + 1, kRowsAtOnceMin);
  const auto directory = call.engine().directory();
  PagePosition last;
  for (;;) {
    if (absl::Now() > call.deadline()) {
      return absl::DeadlineExceededError("the deadline passed before the page was full");
    }
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::IncidentRow> rows,
                            store.ListIncidents(query));
    for (const storage::IncidentRow& row : rows) {
      record::v1::IncidentState state;
      if (!state.ParseFromString(row.state_blob)) {
        return absl::DataLossError(absl::StrCat("the state of ", row.id, " cannot be read"));
      }
      const core::View view = ViewOf(call, *directory, state);
      if (view.sight() == core::Sight::kNothing) continue;
      // A filter would tell what is not shown.
      if (view.sight() == core::Sight::kOwnParts && AsksMore(query)) continue;
      if (response.incidents_size() == page_size) {
        response.set_next_page_token(MakePageToken(last, same));
        return absl::OkStatus();
      }
      *response.add_incidents() = view.Incident();
      last = {row.create_time_us, row.id};
      NoteReading(call.engine(), call.identity().caller, state, "list");
    }
    if (rows.size() < static_cast<size_t>(query.limit)) return absl::OkStatus();
    query.before_create_us = rows.back().create_time_us;
    query.before_id = rows.back().id;
  }
}

}  // namespace belfry::frontend
