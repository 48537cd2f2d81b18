#include "server/frontend/filter.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::frontend {
namespace {

constexpr size_t kFilterCharactersMax = 1000;

absl::Status Wrong(absl::string_view term) {
  return InvalidField("filter", absl::StrCat("cannot read \"", term,
                                             "\"; write terms such as state = \"DECLARED\" joined "
                                             "by AND, with the fields open, overdue, state, "
                                             "severity, entity"));
}

absl::StatusOr<bool> Boolean(absl::string_view term, absl::string_view value) {
  if (absl::EqualsIgnoreCase(value, "true")) return true;
  if (absl::EqualsIgnoreCase(value, "false")) return false;
  return Wrong(term);
}

// Splits at AND outside of quotes; nullopt when a quote is left open.
std::optional<std::vector<std::string>> Terms(absl::string_view filter) {
  std::vector<std::string> terms(1);
  bool quoted = false;
  for (size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] == '"') quoted = !quoted;
    if (!quoted && absl::StartsWithIgnoreCase(filter.substr(i), " AND ")) {
      terms.emplace_back();
      i += 4;
      continue;
    }
    terms.back() += filter[i];
  }
  if (quoted) return std::nullopt;
  return terms;
}

absl::Status ApplyTerm(absl::string_view term, storage::IncidentQuery& query) {
  const size_t equals = term.find('=');
  if (equals == absl::string_view::npos) return Wrong(term);
  const absl::string_view field = absl::StripAsciiWhitespace(term.substr(0, equals));
  absl::string_view value = absl::StripAsciiWhitespace(term.substr(equals + 1));
  if (absl::ConsumePrefix(&value, "\"") && !absl::ConsumeSuffix(&value, "\"")) return Wrong(term);
  if (value.empty() || absl::StrContains(value, '"')) return Wrong(term);
  if (field == "open") {
    BELFRY_ASSIGN_OR_RETURN(query.open, Boolean(term, value));
  } else if (field == "overdue") {
    BELFRY_ASSIGN_OR_RETURN(query.overdue, Boolean(term, value));
  } else if (field == "state") {
    query.state = absl::AsciiStrToUpper(value);
  } else if (field == "severity") {
    query.severity = absl::AsciiStrToUpper(value);
  } else if (field == "entity") {
    query.scope = absl::AsciiStrToLower(value);
    if (!absl::StartsWith(query.scope, "entities/") &&
        !absl::StartsWith(query.scope, "secretariats/")) {
      query.scope = absl::StrCat("entities/", query.scope);
    }
  } else {
    return Wrong(term);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseFilter(absl::string_view filter, storage::IncidentQuery& query) {
  if (filter.size() > kFilterCharactersMax) return InvalidField("filter", "is too long");
  if (absl::StripAsciiWhitespace(filter).empty()) return absl::OkStatus();
  const std::optional<std::vector<std::string>> terms = Terms(filter);
  if (!terms.has_value()) return Wrong(filter);
  for (const std::string& term : *terms) {
    BELFRY_RETURN_IF_ERROR(ApplyTerm(absl::StripAsciiWhitespace(term), query));
  }
  return absl::OkStatus();
}

}  // namespace belfry::frontend
