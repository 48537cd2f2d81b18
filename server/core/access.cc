#include "server/core/access.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/account_name.h"
#include "server/base/error.h"
#include "server/core/confidentiality.h"
#include "server/core/old_permissions.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Permission;
using record::v1::RoleGrant;

// A role held at `scope` reaches the entity itself, the entities of a secretariat, or all.
bool Reaches(const Directory& directory, absl::string_view scope, absl::string_view entity) {
  if (scope.empty() || scope == entity) return true;
  const v1::Entity* found = directory.FindEntity(entity);
  return found != nullptr && found->secretariat() == scope;
}

void AddGrant(std::vector<RoleGrant>& grants, const v1::RoleAssignment& assignment) {
  const bool known = std::any_of(grants.begin(), grants.end(), [&](const RoleGrant& grant) {
    return grant.role() == assignment.role() && grant.scope() == assignment.scope();
  });
  if (known) return;
  RoleGrant grant;
  grant.set_role(assignment.role());
  grant.set_scope(assignment.scope());
  grants.push_back(std::move(grant));
}

absl::Status Denied(absl::string_view what, absl::string_view who, absl::string_view clauses) {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                      absl::StrCat(what, " is for ", who, clauses.empty() ? "" : " (", clauses,
                                   clauses.empty() ? "" : ")", "; `who` shows whom to ask"))
      .Metadata("roles", std::string(who))
      .Metadata("clauses", std::string(clauses))
      .Build();
}

// Does a role held at `scope` count where the permission asks how far it is held?
bool IsHeldAt(absl::string_view scope, policy::v1::Role::Scope wanted) {
  switch (wanted) {
    case policy::v1::Role::SCOPE_ENTITY:
      return absl::StartsWith(scope, "entities/");
    case policy::v1::Role::SCOPE_SECRETARIAT:
      return absl::StartsWith(scope, "secretariats/");
    case policy::v1::Role::SCOPE_GLOBAL:
      return scope.empty();
    default:
      return true;
  }
}

// The one rule about rights: may somebody with these grants do what the permission is about?
bool Permits(const policy::v1::Permission& permission, const Caller& caller,
             const std::vector<RoleGrant>& grants, bool third_party) {
  if (permission.admins() && caller.admin) return true;
  if (permission.anyone() && (!third_party || permission.third_parties())) return true;
  if (caller.system) return permission.systems();
  return std::any_of(grants.begin(), grants.end(), [&](const RoleGrant& grant) {
    const auto& roles = permission.roles();
    return IsHeldAt(grant.scope(), permission.scope()) &&
           std::find(roles.begin(), roles.end(), grant.role()) != roles.end();
  });
}

bool IsForGuests(absl::string_view act) { return act == "OPEN" || act == "NOTE"; }

template <typename List>
bool Contains(const List& list, absl::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

bool HasStanding(const PolicyIndex& policy, const Caller& caller,
                 const record::v1::IncidentState& state, const std::vector<RoleGrant>& grants,
                 Permission::Standing standing) {
  const std::string& principal = caller.actor.principal();
  switch (standing) {
    case Permission::STANDING_READER:
      return Contains(state.readers(), principal);
    case Permission::STANDING_REPORTER:
      return principal == state.reporter();
    case Permission::STANDING_LEAD:
      return principal == state.lead();
    case Permission::STANDING_CALLED:
      return Contains(state.called_people(), principal);
    case Permission::STANDING_TOLD:
      return Contains(state.told_people(), principal);
    case Permission::STANDING_OFFICE:
      return std::any_of(grants.begin(), grants.end(), [&](const RoleGrant& grant) {
        const policy::v1::Role* role = policy.FindRole(grant.role());
        return !grant.scope().empty() || (role != nullptr && role->sees_all());
      });
    case Permission::STANDING_MEMBER: {
      if (caller.entity.empty()) return false;
      const record::v1::EntityPart* part = FindPart(state, caller.entity);
      // Third parties' people only by their own reports; their systems are cut to what is theirs.
      return part != nullptr &&
             (caller.system || part->relation() != v1::IncidentEntity::RELATION_THIRD_PARTY);
    }
    case Permission::STANDING_GLASS:
      return std::any_of(state.glasses().begin(), state.glasses().end(),
                         [&](const auto& glass) { return glass.person() == principal; });
    default:
      return false;
  }
}

bool IsNamed(const PolicyIndex& policy, const Caller& caller,
             const record::v1::IncidentState& state) {
  for (const auto standing :
       {Permission::STANDING_READER, Permission::STANDING_REPORTER, Permission::STANDING_LEAD}) {
    if (HasStanding(policy, caller, state, {}, standing)) return true;
  }
  return false;
}

bool IsOpenIn(const Permission& permission, const std::string& state) {
  return (permission.states().empty() || Contains(permission.states(), state)) &&
         !Contains(permission.closed_states(), state);
}

std::vector<RoleGrant> AllGrants(const Directory& directory, const Caller& caller) {
  std::vector<RoleGrant> grants;
  for (const v1::RoleAssignment* held : directory.AssignmentsOf(caller.actor.principal())) {
    AddGrant(grants, *held);
  }
  return grants;
}

// For a refusal: who could have.
std::string WhoMay(const PolicyIndex& policy, const Permission& permission,
                   const record::v1::IncidentState& state) {
  if (IsClosed(state) && permission.restricted() == Permission::RESTRICTED_NEVER) {
    return "nobody while the incident is restricted";
  }
  const std::string roles = RoleList(policy, permission.roles());
  if (IsClosed(state) && permission.restricted() == Permission::RESTRICTED_NAMED) {
    return absl::StrCat(roles, roles.empty() ? "" : ", of ",
                        "the named readers, the reporter and the lead of a restricted incident");
  }
  return roles.empty() ? "people of the government" : roles;
}

absl::Status NotInThisState(const Permission& permission, const record::v1::IncidentState& state) {
  const std::string clauses = absl::StrJoin(permission.clauses(), ", ");
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "ACT_CLOSED",
             absl::StrCat(permission.act(), " is not open while ", state.id(), " is ",
                          state.state(), clauses.empty() ? "" : absl::StrCat(" (", clauses, ")")))
      .Violation(clauses, permission.act(), absl::StrCat("the incident is ", state.state()))
      .Build();
}

}  // namespace

bool IsGuest(const Caller& caller) { return IsAccountName(caller.actor.principal()); }

absl::Status AccountNotLinked() {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACCOUNT_NOT_LINKED",
                      "this chat account is linked to nobody, so it may report an incident and "
                      "nothing else; `link` ties it to the person you are")
      .Build();
}

std::vector<RoleGrant> GrantsFor(const Directory& directory, const Caller& caller,
                                 absl::string_view entity) {
  std::vector<RoleGrant> grants;
  for (const v1::RoleAssignment* assignment : directory.AssignmentsOf(caller.actor.principal())) {
    if (Reaches(directory, assignment->scope(), entity)) AddGrant(grants, *assignment);
  }
  return grants;
}

std::vector<RoleGrant> GrantsOn(const Directory& directory, const Caller& caller,
                                const record::v1::IncidentState& state) {
  std::vector<RoleGrant> grants;
  for (const v1::RoleAssignment* assignment : directory.AssignmentsOf(caller.actor.principal())) {
    const bool reaches = std::any_of(
        state.entities().begin(), state.entities().end(), [&](const record::v1::EntityPart& part) {
          return Reaches(directory, assignment->scope(), part.entity());
        });
    if (reaches || assignment->scope().empty()) AddGrant(grants, *assignment);
  }
  return grants;
}

bool Includes(const std::vector<RoleGrant>& grants,
              const google::protobuf::RepeatedPtrField<std::string>& roles) {
  return std::any_of(grants.begin(), grants.end(), [&](const RoleGrant& grant) {
    return std::find(roles.begin(), roles.end(), grant.role()) != roles.end();
  });
}

std::string RoleList(const PolicyIndex& policy,
                     const google::protobuf::RepeatedPtrField<std::string>& roles) {
  std::vector<std::string> names;
  for (const std::string& code : roles) {
    const policy::v1::Role* role = policy.FindRole(code);
    names.push_back(role == nullptr || role->title().empty()
                        ? code
                        : absl::StrCat(code, " (", role->title(), ")"));
  }
  return absl::StrJoin(names, " or ");
}

absl::Status RequireRole(const Context& context, const std::vector<RoleGrant>& grants,
                         const google::protobuf::RepeatedPtrField<std::string>& roles,
                         absl::string_view what, absl::string_view clauses) {
  if (Includes(grants, roles)) return absl::OkStatus();
  return Denied(what, RoleList(context.policy, roles), clauses);
}

const policy::v1::Permission* PermissionFor(const PolicyIndex& policy, absl::string_view act) {
  const Permission* permission = policy.FindPermission(act);
  // A pack that says who reads says all of it.
  if (permission != nullptr || policy.FindPermission("READ") != nullptr) return permission;
  return OldPermission(act);
}

const policy::v1::Permission* ReadingPermission(const PolicyIndex& policy,
                                                const record::v1::IncidentState& state) {
  return PermissionFor(policy, IsClosed(state) ? "READ_RED" : "READ");
}

bool SpeaksForThirdParty(const Directory& directory, const Caller& caller,
                         const record::v1::IncidentState* state) {
  if (!IsThirdParty(directory.FindEntity(caller.entity))) return false;
  if (caller.system) return true;
  const std::vector<RoleGrant> grants =
      state == nullptr ? AllGrants(directory, caller) : GrantsOn(directory, caller, *state);
  return std::all_of(grants.begin(), grants.end(),
                     [&](const RoleGrant& grant) { return grant.scope() == caller.entity; });
}

bool Allows(const PolicyIndex& policy, const Directory& directory,
            const policy::v1::Permission& permission, const Caller& caller,
            const record::v1::IncidentState& state, const std::vector<RoleGrant>& grants) {
  if (IsGuest(caller) && !IsForGuests(permission.act())) return false;
  const bool foreign =
      caller.system && !caller.entity.empty() && FindPart(state, caller.entity) == nullptr;
  if (foreign) return false;
  if (!Permits(permission, caller, grants, SpeaksForThirdParty(directory, caller, &state))) {
    return false;
  }
  if (IsClosed(state)) {
    if (permission.restricted() == Permission::RESTRICTED_NEVER) return false;
    if (permission.restricted() == Permission::RESTRICTED_NAMED &&
        !IsNamed(policy, caller, state)) {
      return false;
    }
  }
  return permission.standings().empty() ||
         std::any_of(permission.standings().begin(), permission.standings().end(),
                     [&](int standing) {
                       return HasStanding(policy, caller, state, grants,
                                          static_cast<Permission::Standing>(standing));
                     });
}

absl::Status RequireAct(const Context& context, const Caller& caller,
                        const record::v1::IncidentState& state, absl::string_view act,
                        absl::string_view entity) {
  if (caller.internal) return absl::OkStatus();
  const Permission* permission = PermissionFor(context.policy, act);
  if (permission == nullptr) {
    return Denied(act, "nobody: the policy pack does not list it", "");
  }
  const std::vector<RoleGrant> grants = entity.empty()
                                            ? GrantsOn(context.directory, caller, state)
                                            : GrantsFor(context.directory, caller, entity);
  if (Allows(context.policy, context.directory, *permission, caller, state, grants)) {
    return IsOpenIn(*permission, state.state()) ? absl::OkStatus()
                                                : NotInThisState(*permission, state);
  }
  if (IsGuest(caller)) return AccountNotLinked();
  return Denied(act, WhoMay(context.policy, *permission, state),
                absl::StrJoin(permission->clauses(), ", "));
}

absl::Status RequireActAnywhere(const PolicyIndex& policy, const Directory& directory,
                                const Caller& caller, absl::string_view act) {
  if (caller.internal) return absl::OkStatus();
  const Permission* permission = PermissionFor(policy, act);
  if (permission == nullptr) {
    return Denied(act, "nobody: the policy pack does not list it", "");
  }
  if (Permits(*permission, caller, AllGrants(directory, caller),
              SpeaksForThirdParty(directory, caller))) {
    return absl::OkStatus();
  }
  if (permission->admins()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                        "this is for administrators; the principal needs RIGHT_ADMIN")
        .Build();
  }
  const std::string who = permission->roles().empty() ? "people of the government"
                                                      : RoleList(policy, permission->roles());
  return Denied(act, who, absl::StrJoin(permission->clauses(), ", "));
}

std::vector<std::string> AllowedActs(const Context& context, const Caller& caller,
                                     const record::v1::IncidentState& state) {
  const std::vector<RoleGrant> grants = GrantsOn(context.directory, caller, state);
  std::vector<std::string> acts;
  for (const Permission& permission : context.policy.proto().permissions()) {
    if (Allows(context.policy, context.directory, permission, caller, state, grants) &&
        IsOpenIn(permission, state.state())) {
      acts.push_back(permission.act());
    }
  }
  return acts;
}

std::vector<std::string> AllowedActsAnywhere(const PolicyIndex& policy, const Directory& directory,
                                             const Caller& caller) {
  const std::vector<RoleGrant> grants = AllGrants(directory, caller);
  const bool third_party = SpeaksForThirdParty(directory, caller);
  std::vector<std::string> acts;
  for (const Permission& permission : policy.proto().permissions()) {
    if (Permits(permission, caller, grants, third_party)) acts.push_back(permission.act());
  }
  return acts;
}

bool MayRead(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
             const record::v1::IncidentState& state) {
  return SightOf(policy, directory, caller, state) != Sight::kNothing;
}

}  // namespace belfry::core
