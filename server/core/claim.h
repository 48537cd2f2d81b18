// The claim for the costs of self-help (POL-3.24): when there may be one, and where it stands.
#ifndef BELFRY_SERVER_CORE_CLAIM_H_
#define BELFRY_SERVER_CORE_CLAIM_H_

#include <string>

#include "absl/status/status.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/draft.h"
#include "server/core/guards.h"

namespace belfry::core {

// Where the documents of the record have brought the claim; empty while nothing of it is on record:
// neither a cost of self-help nor a document about it.
std::string ClaimState(const policy::v1::Policy& policy, const record::v1::IncidentState& state);

// FAILED_PRECONDITION (GUARD_FAILED) when the pack claims costs back and nobody ever decided that
// ITD acts in the agency's place.
absl::Status RequireSelfHelp(const Draft& draft, absl::string_view what);

// FAILED_PRECONDITION (GUARD_FAILED) when the document is one of the claim's and does not come
// next.
absl::Status CheckClaimStep(const Draft& draft, const policy::v1::DocumentType& type,
                            const Fields& fields);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_CLAIM_H_
