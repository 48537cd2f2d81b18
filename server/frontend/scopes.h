// Which scope each call needs.
#ifndef BELFRY_SERVER_FRONTEND_SCOPES_H_
#define BELFRY_SERVER_FRONTEND_SCOPES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "server/base/scope.h"

namespace belfry::frontend {

// INVALID_ARGUMENT names the word that is no scope, and lists those that are.
absl::StatusOr<ScopeSet> ReadScopes(const google::protobuf::RepeatedPtrField<std::string>& names);

// What a method of the API needs. nullopt for a method that nobody has given a scope: then narrowed
// credentials cannot call it.
struct MethodScope {
  absl::string_view method;
  std::optional<Scope> scope;  // nullopt: any credentials do
};
const MethodScope* FindMethodScope(absl::string_view method);

// PERMISSION_DENIED (SCOPE_REQUIRED), with the scope as metadata, unless `held` lets one call
// `method`.
absl::Status CheckScopes(ScopeSet held, absl::string_view method);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_SCOPES_H_
