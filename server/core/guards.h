// Conditions that the pack puts before transitions, documents and decisions.
#ifndef BELFRY_SERVER_CORE_GUARDS_H_
#define BELFRY_SERVER_CORE_GUARDS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

using Guards = google::protobuf::RepeatedPtrField<policy::v1::Guard>;
using Fields = google::protobuf::RepeatedPtrField<v1::DocumentField>;

// FAILED_PRECONDITION (GUARD_FAILED) that names everything that is missing, with its clause and
// what to do about it: nobody should have to try again to learn the rest. `fields` are what
// conditional guards look at; `actor` are the roles of who asks.
absl::Status RequireGuards(const Draft& draft, const Guards& guards, absl::string_view what,
                           const Fields& fields = {}, absl::string_view entity = "",
                           const std::vector<record::v1::RoleGrant>& actor = {});

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_GUARDS_H_
