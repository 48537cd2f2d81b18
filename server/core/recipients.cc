#include "server/core/recipients.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "server/core/confidentiality.h"
#include "server/core/obligation_clock.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

// Hears nothing of it: the incident is about them, or they were removed from a closed one.
bool IsKeptOut(const record::v1::IncidentState& state, absl::string_view person) {
  const auto stands_in = [&](const Roles& list) {
    return std::find(list.begin(), list.end(), person) != list.end();
  };
  return stands_in(state.subjects()) || (IsClosed(state) && stands_in(state.barred_people()));
}

// Named readers of a restricted incident, and who reported it.
bool IsNamed(const record::v1::IncidentState& state, const std::string& person) {
  const auto& readers = state.readers();
  return person == state.reporter() || person == state.lead() ||
         std::find(readers.begin(), readers.end(), person) != readers.end();
}

// Adds the holders of `role`; false when there would be some, but all are kept out. Of a restricted
// incident the named holders hear, where there are any, and no other: one duty officer, not the
// whole rotation.
bool AddHolders(const Context& context, const record::v1::IncidentState& state,
                absl::string_view role, absl::string_view scope, std::vector<std::string>& people) {
  bool excluded = false;
  bool found = false;
  const std::vector<const v1::Person*> holders = context.directory.HoldersOf(role, scope);
  const bool named_only =
      IsClosed(state) && std::any_of(holders.begin(), holders.end(), [&](const v1::Person* person) {
        return IsNamed(state, person->name()) && !IsKeptOut(state, person->name());
      });
  for (const v1::Person* person : holders) {
    if (named_only && !IsNamed(state, person->name())) continue;
    if (IsKeptOut(state, person->name())) {
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

// Where a role is looked for. What a secretariat owes, its lead entity's people answer for; what a
// third party owes, those of the agencies that it concerns, beside its own.
std::vector<std::string> PlacesOf(const Context& context, const record::v1::IncidentState& state,
                                  const std::string& role, absl::string_view scope) {
  const policy::v1::Role* definition = context.policy.FindRole(role);
  if (absl::StartsWith(scope, "secretariats/")) {
    const bool of_entity =
        definition != nullptr && definition->scope() == policy::v1::Role::SCOPE_ENTITY;
    return {of_entity ? EntityOf(state, scope) : std::string(scope)};
  }
  std::vector<std::string> places = {std::string(scope)};
  const record::v1::EntityPart* part = FindPart(state, scope);
  if (part == nullptr || part->relation() != v1::IncidentEntity::RELATION_THIRD_PARTY ||
      !context.directory.HoldersOf(role, scope).empty()) {
    return places;
  }
  for (const record::v1::EntityPart& agency : state.entities()) {
    if (IsReporting(agency)) places.push_back(agency.entity());
  }
  return places;
}

}  // namespace

std::vector<std::string> PeopleHolding(const Context& context,
                                       const record::v1::IncidentState& state, const Roles& roles,
                                       absl::string_view scope) {
  std::vector<std::string> people;
  const auto add = [&](const std::string& role) {
    bool complete = true;
    for (const std::string& place : PlacesOf(context, state, role, scope)) {
      complete &= AddHolders(context, state, role, place, people);
    }
    return complete;
  };
  for (const std::string& role : roles) {
    if (add(role)) continue;
    for (const policy::v1::Substitute& substitute : context.policy.proto().substitutes()) {
      if (substitute.role() != role) continue;
      for (const std::string& by : substitute.by()) {
        const size_t before = people.size();
        add(by);
        if (people.size() > before) break;
      }
    }
  }
  return people;
}

}  // namespace belfry::core
