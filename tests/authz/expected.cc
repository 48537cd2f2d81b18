#include "tests/authz/expected.h"

#include <algorithm>

namespace belfry::authz {
namespace {

using policy::v1::Permission;

template <typename List>
bool Has(const List& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

bool Reaches(const std::string& scope, const std::string& entity) {
  return scope.empty() || scope == entity || scope == SecretariatOf(entity);
}

// The grants that count on an incident, or for one of its entities.
std::vector<Grant> Counting(const Principal& who, const Incident& incident,
                            const std::string& entity) {
  std::vector<Grant> counting;
  for (const Grant& grant : who.grants) {
    bool counts = grant.scope.empty();
    if (entity.empty()) {
      for (const std::string& one : incident.entities) counts |= Reaches(grant.scope, one);
    } else {
      counts |= Reaches(grant.scope, entity);
    }
    if (counts) counting.push_back(grant);
  }
  return counting;
}

// A third party's person with an office of the government speaks for the government.
bool SpeaksForThirdParty(const Principal& who, const std::vector<Grant>& grants) {
  return who.third_party &&
         (who.system || std::all_of(grants.begin(), grants.end(),
                                    [&](const Grant& grant) { return grant.scope == who.entity; }));
}

bool HeldFarEnough(const Grant& grant, policy::v1::Role::Scope wanted) {
  const std::string kind = grant.scope.substr(0, grant.scope.find('/'));
  switch (wanted) {
    case policy::v1::Role::SCOPE_ENTITY:
      return kind == "entities";
    case policy::v1::Role::SCOPE_SECRETARIAT:
      return kind == "secretariats";
    case policy::v1::Role::SCOPE_GLOBAL:
      return kind.empty();
    default:
      return true;
  }
}

bool ByWhatTheyAre(const Permission& permission, const Principal& who,
                   const std::vector<Grant>& grants) {
  if (permission.admins() && who.admin) return true;
  if (permission.anyone() && (permission.third_parties() || !SpeaksForThirdParty(who, grants))) {
    return true;
  }
  if (who.system) return permission.systems();
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return Has(permission.roles(), grant.role) && HeldFarEnough(grant, permission.scope());
  });
}

}  // namespace

std::string SecretariatOf(const std::string& entity) {
  if (entity == "entities/dop" || entity == "entities/dor") return "secretariats/eox";
  if (entity == "entities/bor") return "secretariats/eoy";
  return "no secretariat";
}

const Permission* Expected::Find(const std::string& act) const {
  for (const Permission& permission : pack_.permissions()) {
    if (permission.act() == act) return &permission;
  }
  return nullptr;
}

bool Expected::SeesAll(const std::string& role) const {
  for (const policy::v1::Role& one : pack_.roles()) {
    if (one.code() == role) return one.sees_all();
  }
  return false;
}

bool Expected::Allows(const Permission& permission, const Principal& who, const Incident& incident,
                      const std::string& entity) const {
  // A system speaks for its agency, where that takes part.
  if (who.system && !who.entity.empty() && !Has(incident.entities, who.entity)) return false;
  const std::vector<Grant> grants = Counting(who, incident, entity);
  if (!ByWhatTheyAre(permission, who, grants)) return false;
  const bool reader = incident.readers.count(who.name) > 0;
  const bool reporter = incident.reporter == who.name;
  if (incident.restricted) {
    if (permission.restricted() == Permission::RESTRICTED_NEVER) return false;
    if (permission.restricted() == Permission::RESTRICTED_NAMED && !reader && !reporter) {
      return false;
    }
  }
  if (permission.standings().empty()) return true;
  for (const int standing : permission.standings()) {
    switch (standing) {
      case Permission::STANDING_READER:
        if (reader) return true;
        break;
      case Permission::STANDING_REPORTER:
        if (reporter) return true;
        break;
      case Permission::STANDING_CALLED:
        if (incident.called.count(who.name) > 0) return true;
        break;
      case Permission::STANDING_TOLD:
        if (incident.told.count(who.name) > 0) return true;
        break;
      case Permission::STANDING_OFFICE:
        for (const Grant& grant : grants) {
          if (!grant.scope.empty() || SeesAll(grant.role)) return true;
        }
        break;
      case Permission::STANDING_MEMBER:
        if (Has(incident.entities, who.entity) &&
            (who.system || !Has(incident.third_parties, who.entity))) {
          return true;
        }
        break;
      default:
        break;  // nobody leads, and no glass is broken
    }
  }
  return false;
}

bool Expected::Reads(const Principal& who, const Incident& incident) const {
  if (who.guest || who.bot || incident.subjects.count(who.name) > 0) return false;
  const Permission* permission = Find(incident.restricted ? "READ_RED" : "READ");
  return permission != nullptr && Allows(*permission, who, incident, "");
}

bool Expected::OwnPartOnly(const Principal& who, const Incident& incident) const {
  return SpeaksForThirdParty(who, Counting(who, incident, ""));
}

bool Expected::Lists(const Principal& who, const Incident& incident) const {
  if (!Reads(who, incident)) return false;
  for (const Grant& grant : who.grants) {
    if (grant.scope.empty() && SeesAll(grant.role)) return true;
  }
  for (const std::string& entity : incident.entities) {
    if (entity == who.entity) return true;
    for (const Grant& grant : who.grants) {
      if (!grant.scope.empty() && Reaches(grant.scope, entity)) return true;
    }
  }
  return false;
}

bool Expected::May(const Principal& who, const Incident& incident, const std::string& act,
                   const std::string& entity) const {
  const Permission* permission = Find(act);
  if (permission == nullptr || !Allows(*permission, who, incident, entity)) return false;
  return (permission->states().empty() || Has(permission->states(), incident.state)) &&
         !Has(permission->closed_states(), incident.state);
}

bool Expected::MayAnywhere(const Principal& who, const std::string& act) const {
  const Permission* permission = Find(act);
  return permission != nullptr && ByWhatTheyAre(*permission, who, who.grants);
}

bool Expected::BreaksGlass(const Principal& who, const Incident& incident) const {
  return !who.system && !who.guest && incident.restricted &&
         incident.subjects.count(who.name) == 0 && pack_.confidentiality().has_glass_good_for() &&
         May(who, incident, "BREAK_GLASS");
}

}  // namespace belfry::authz
