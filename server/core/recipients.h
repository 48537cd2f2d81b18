// From roles to people.
#ifndef BELFRY_SERVER_CORE_RECIPIENTS_H_
#define BELFRY_SERVER_CORE_RECIPIENTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/record/v1/state.pb.h"
#include "google/protobuf/repeated_field.h"
#include "server/core/core.h"

namespace belfry::core {

using Roles = google::protobuf::RepeatedPtrField<std::string>;

// Names of everybody who holds one of `roles` for `scope` ("entities/…" or "secretariats/…"), each
// once, in the order of the roles. Whoever is a subject of the incident is left out; when nobody is
// left of a role for that reason, the pack's substitutes stand in.
std::vector<std::string> PeopleHolding(const Context& context,
                                       const record::v1::IncidentState& state, const Roles& roles,
                                       absl::string_view scope);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_RECIPIENTS_H_
