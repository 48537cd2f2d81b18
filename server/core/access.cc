#include "server/core/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/account_name.h"
#include "server/base/error.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

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

// The one rule about rights: may somebody with these grants do what the permission is about?
bool Permits(const policy::v1::Permission& permission, const Caller& caller,
             const std::vector<RoleGrant>& grants) {
  if (permission.anyone()) return true;
  return caller.system ? permission.systems() : Includes(grants, permission.roles());
}

bool IsForGuests(absl::string_view act) { return act == "OPEN" || act == "NOTE"; }

// The same on one incident, with the grants that count there.
bool Allows(const policy::v1::Permission& permission, const Caller& caller,
            const record::v1::IncidentState& state, const std::vector<RoleGrant>& grants) {
  if (IsGuest(caller) && !IsForGuests(permission.act())) return false;
  const bool foreign =
      caller.system && !caller.entity.empty() && FindPart(state, caller.entity) == nullptr;
  return !foreign && Permits(permission, caller, grants);
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

absl::Status RequireAct(const Context& context, const Caller& caller,
                        const record::v1::IncidentState& state, absl::string_view act,
                        absl::string_view entity) {
  if (caller.internal) return absl::OkStatus();
  const policy::v1::Permission* permission = context.policy.FindPermission(act);
  if (permission == nullptr) {
    return Denied(act, "nobody: the policy pack does not list it", "");
  }
  const std::vector<RoleGrant> grants = entity.empty()
                                            ? GrantsOn(context.directory, caller, state)
                                            : GrantsFor(context.directory, caller, entity);
  if (Allows(*permission, caller, state, grants)) return absl::OkStatus();
  if (IsGuest(caller)) return AccountNotLinked();
  return Denied(act, RoleList(context.policy, permission->roles()),
                absl::StrJoin(permission->clauses(), ", "));
}

std::vector<std::string> AllowedActs(const Context& context, const Caller& caller,
                                     const record::v1::IncidentState& state) {
  const std::vector<RoleGrant> grants = GrantsOn(context.directory, caller, state);
  std::vector<std::string> acts;
  for (const policy::v1::Permission& permission : context.policy.proto().permissions()) {
    if (Allows(permission, caller, state, grants)) acts.push_back(permission.act());
  }
  return acts;
}

std::vector<std::string> AllowedActsAnywhere(const PolicyIndex& policy, const Directory& directory,
                                             const Caller& caller) {
  std::vector<RoleGrant> grants;
  for (const v1::RoleAssignment* held : directory.AssignmentsOf(caller.actor.principal())) {
    AddGrant(grants, *held);
  }
  std::vector<std::string> acts;
  for (const policy::v1::Permission& permission : policy.proto().permissions()) {
    if (Permits(permission, caller, grants)) acts.push_back(permission.act());
  }
  return acts;
}

bool MayRead(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
             const record::v1::IncidentState& state) {
  return SightOf(policy, directory, caller, state) != Sight::kNothing;
}

}  // namespace belfry::core
