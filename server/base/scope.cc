#include "server/base/scope.h"

#include <array>

#include "absl/strings/str_join.h"

namespace belfry {
namespace {

// In the order of the enumeration.
constexpr std::array<absl::string_view, kScopeCount> kNames = {
    "incidents.read", "incidents.write", "directory.read", "directory.admin", "policy.read",
    "policy.admin",   "deliveries",      "chat",           "tokens",          "audit.read"};

}  // namespace

absl::string_view ScopeName(Scope scope) { return kNames[static_cast<size_t>(scope)]; }

std::optional<Scope> ParseScope(absl::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Scope>(i);
  }
  return std::nullopt;
}

std::string AllScopeNames() { return absl::StrJoin(kNames, ", "); }

std::vector<std::string> ScopeSet::Names() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (Has(static_cast<Scope>(i))) names.emplace_back(kNames[i]);
  }
  return names;
}

}  // namespace belfry
