#include "server/core/recipients.h"

#include <algorithm>

namespace belfry::core {
namespace {

bool IsSubject(const record::v1::IncidentState& state, absl::string_view person) {
  return std::find(state.subjects().begin(), state.subjects().end(), person) !=
         state.subjects().end();
}

// Named readers of a restricted incident, and who reported it.
bool IsNamed(const record::v1::IncidentState& state, const std::string& person) {
  const auto& readers = state.readers();
  return person == state.reporter() || person == state.lead() ||
         std::find(readers.begin(), readers.end(), person) != readers.end();
}

// Adds the holders of `role`; false when there would be some, but all are subjects. Of a restricted
// incident the named holders hear, where there are any, and no other: one duty officer, not the
// whole rotation.
bool AddHolders(const Context& context, const record::v1::IncidentState& state,
                absl::string_view role, absl::string_view scope, std::vector<std::string>& people) {
  bool excluded = false;
  bool found = false;
  const std::vector<const v1::Person*> holders = context.directory.HoldersOf(role, scope);
  const bool named_only =
      state.restricted() &&
      std::any_of(holders.begin(), holders.end(), [&](const v1::Person* person) {
        return IsNamed(state, person->name()) && !IsSubject(state, person->name());
      });
  for (const v1::Person* person : holders) {
    if (named_only && !IsNamed(state, person->name())) continue;
    if (IsSubject(state, person->name())) {
      excluded = true;
      continue;
    }
    found = true;
    if (std::find(people.begin(), people.end(), person->name()) == people.end()) {
      people.push_back(person->name());
    }
  }
  return found || !excluded;
}

}  // namespace

std::vector<std::string> PeopleHolding(const Context& context,
                                       const record::v1::IncidentState& state, const Roles& roles,
                                       absl::string_view scope) {
  std::vector<std::string> people;
  for (const std::string& role : roles) {
    if (AddHolders(context, state, role, scope, people)) continue;
    for (const policy::v1::Substitute& substitute : context.policy.proto().substitutes()) {
      if (substitute.role() != role) continue;
      for (const std::string& by : substitute.by()) {
        const size_t before = people.size();
        AddHolders(context, state, by, scope, people);
        if (people.size() > before) break;
      }
    }
  }
  return people;
}

}  // namespace belfry::core
