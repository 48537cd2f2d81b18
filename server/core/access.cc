#include "server/core/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

}  // namespace

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
  const std::string clauses = absl::StrJoin(permission->clauses(), ", ");
  if (caller.system) {
    const bool own = caller.entity.empty() || FindPart(state, caller.entity) != nullptr;
    if ((permission->systems() || permission->anyone()) && own) return absl::OkStatus();
    return Denied(act, RoleList(context.policy, permission->roles()), clauses);
  }
  if (permission->anyone()) return absl::OkStatus();
  const std::vector<RoleGrant> grants = entity.empty()
                                            ? GrantsOn(context.directory, caller, state)
                                            : GrantsFor(context.directory, caller, entity);
  return RequireRole(context, grants, permission->roles(), act, clauses);
}

bool MayRead(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
             const record::v1::IncidentState& state) {
  return SightOf(policy, directory, caller, state) != Sight::kNothing;
}

}  // namespace belfry::core
