#include "server/storage/sqlite/incident_query.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/status_macros.h"

namespace belfry::storage {

absl::StatusOr<std::vector<IncidentRow>> QueryIncidents(Connection& connection,
                                                        const IncidentQuery& query) {
  // Built from fixed parts; values are always bound.
  std::vector<std::string> where;
  std::vector<std::string> texts;
  const auto text = [&](absl::string_view value) {
    texts.emplace_back(value);
    return absl::StrCat("?", texts.size());
  };
  const auto quoted_list = [&](const std::vector<std::string>& values) {
    std::vector<std::string> parts;
    for (const std::string& value : values) parts.push_back(text(value));
    return absl::StrJoin(parts, ", ");
  };
  const auto in_scopes = [&](const std::vector<std::string>& scopes) {
    return absl::StrCat(
        "EXISTS (SELECT 1 FROM incident_scopes AS s WHERE s.incident = i.id AND "
        "s.scope IN (",
        quoted_list(scopes), "))");
  };
  where.emplace_back("i.state <> 'REGISTER'");
  if (query.visible_scopes.has_value()) where.push_back(in_scopes(*query.visible_scopes));
  if (!query.all_restricted) {
    where.push_back(absl::StrCat("(i.restricted = 0 OR i.id IN (",
                                 quoted_list(query.readable_restricted), "))"));
  }
  if (query.open.has_value()) where.push_back(absl::StrCat("i.open = ", *query.open ? 1 : 0));
  if (query.overdue.has_value()) {
    where.push_back(absl::StrCat("i.overdue = ", *query.overdue ? 1 : 0));
  }
  if (!query.state.empty()) where.push_back(absl::StrCat("i.state = ", text(query.state)));
  if (!query.severity.empty()) {
    where.push_back(absl::StrCat("i.severity = ", text(query.severity)));
  }
  if (!query.scope.empty()) where.push_back(in_scopes({query.scope}));
  if (query.before_create_us != 0) {
    where.push_back(absl::StrCat("(i.create_time_us, i.id) < (", query.before_create_us, ", ",
                                 text(query.before_id), ")"));
  }
  if (query.updated_since_us.has_value()) {
    where.push_back(absl::StrCat("i.update_time_us >= ", *query.updated_since_us));
  }
  const char* const newest = query.updated_since_us.has_value() ? "update" : "create";
  const std::string sql = absl::StrCat(
      "SELECT i.id, i.version, i.state_blob, i.state, i.severity, i.open, i.overdue, "
      "i.restricted, i.create_time_us, i.update_time_us, i.policy FROM incidents AS i ",
      where.empty() ? "" : "WHERE ", absl::StrJoin(where, " AND "), " ORDER BY i.", newest,
      "_time_us DESC, i.id DESC LIMIT ", query.limit);
  BELFRY_ASSIGN_OR_RETURN(Statement select, Statement::Prepare(connection.handle(), sql));
  for (size_t i = 0; i < texts.size(); ++i) select.Bind(static_cast<int>(i) + 1, texts[i]);
  std::vector<IncidentRow> rows;
  for (;;) {
    BELFRY_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    IncidentRow& row = rows.emplace_back();
    row.id = select.Text(0);
    row.version = select.Int(1);
    row.state_blob = select.Text(2);
    row.state = select.Text(3);
    row.severity = select.Text(4);
    row.open = select.Int(5) != 0;
    row.overdue = select.Int(6) != 0;
    row.restricted = select.Int(7) != 0;
    row.create_time_us = select.Int(8);
    row.update_time_us = select.Int(9);
    row.policy = select.Text(10);
  }
}

}  // namespace belfry::storage
