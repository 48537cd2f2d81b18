// Who may do what. Who may see what stands in sight.h; rights are decided in no other place.
#ifndef BELFRY_SERVER_CORE_ACCESS_H_
#define BELFRY_SERVER_CORE_ACCESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/state.pb.h"
#include "google/protobuf/repeated_field.h"
#include "server/core/command.h"
#include "server/core/core.h"

namespace belfry::core {

// The roles the caller holds that reach `entity` ("entities/…"), each with where it is held.
std::vector<record::v1::RoleGrant> GrantsFor(const Directory& directory, const Caller& caller,
                                             absl::string_view entity);
// The roles that reach any entity of the incident.
std::vector<record::v1::RoleGrant> GrantsOn(const Directory& directory, const Caller& caller,
                                            const record::v1::IncidentState& state);

// A chat account that is linked to nobody: it may report, and keep what it wrote up to date.
bool IsGuest(const Caller& caller);
// PERMISSION_DENIED (ACCOUNT_NOT_LINKED) with the way out.
absl::Status AccountNotLinked();

bool Includes(const std::vector<record::v1::RoleGrant>& grants,
              const google::protobuf::RepeatedPtrField<std::string>& roles);

// PERMISSION_DENIED (ROLE_REQUIRED) unless the pack lets the caller do `act` on the incident; with
// `entity`, the role must reach that entity. The message names the roles that may.
absl::Status RequireAct(const Context& context, const Caller& caller,
                        const record::v1::IncidentState& state, absl::string_view act,
                        absl::string_view entity = "");

// PERMISSION_DENIED (ROLE_REQUIRED) unless the pack lets the caller do `act` at all, for acts that
// are about no incident in particular: lists, the directory, simulations.
absl::Status RequireActAnywhere(const PolicyIndex& policy, const Directory& directory,
                                const Caller& caller, absl::string_view act);

// The permission of a pack, or what holds of reading under a pack from before it could say so; null
// when nobody may.
const policy::v1::Permission* PermissionFor(const PolicyIndex& policy, absl::string_view act);

// The permission asked by whoever reads the incident: READ, or READ_RED of a closed one.
const policy::v1::Permission* ReadingPermission(const PolicyIndex& policy,
                                                const record::v1::IncidentState& state);
// Does it let the caller, whatever else they must be? Sight and RequireAct() ask this alike.
bool Allows(const PolicyIndex& policy, const Directory& directory,
            const policy::v1::Permission& permission, const Caller& caller,
            const record::v1::IncidentState& state,
            const std::vector<record::v1::RoleGrant>& grants);

// Speaks for a third party, and holds no office in which they would speak for the government. With
// a state: none that counts there.
bool SpeaksForThirdParty(const Directory& directory, const Caller& caller,
                         const record::v1::IncidentState* state = nullptr);

// What the pack lets the caller do on the incident, by RequireAct(); and what one of their roles
// allows them somewhere. In the order of the pack.
std::vector<std::string> AllowedActs(const Context& context, const Caller& caller,
                                     const record::v1::IncidentState& state);
std::vector<std::string> AllowedActsAnywhere(const PolicyIndex& policy, const Directory& directory,
                                             const Caller& caller);

// PERMISSION_DENIED unless one of `roles` is held.
absl::Status RequireRole(const Context& context, const std::vector<record::v1::RoleGrant>& grants,
                         const google::protobuf::RepeatedPtrField<std::string>& roles,
                         absl::string_view what, absl::string_view clauses);

// "PC or SC" with titles, for messages.
std::string RoleList(const PolicyIndex& policy,
                     const google::protobuf::RepeatedPtrField<std::string>& roles);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_ACCESS_H_
