// From roles to people.
#ifndef BELFRY_SERVER_CORE_RECIPIENTS_H_
#define BELFRY_SERVER_CORE_RECIPIENTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "server/core/directory.h"

namespace belfry::core {

// Names of everybody who holds one of `roles` for `scope` ("entities/…" or "secretariats/…"), each
// once, in the order of the roles.
std::vector<std::string> PeopleHolding(const Directory& directory,
                                       const google::protobuf::RepeatedPtrField<std::string>& roles,
                                       absl::string_view scope);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_RECIPIENTS_H_
