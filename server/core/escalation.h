// The escalation ladder: who is paged next, and when.
#ifndef BELFRY_SERVER_CORE_ESCALATION_H_
#define BELFRY_SERVER_CORE_ESCALATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// Starts a chain for each reporting entity that has none, raises chains that stand below the start
// level of a worse severity, and clears all when the incident is no longer ongoing.
void SettleChains(Draft& draft);

// Takes the steps of one chain that have fallen due, folded into one page.
void TakeChainDue(Draft& draft, absl::string_view entity);

// Pages the next level now, because a person asked for it or nobody can be reached. Returns the
// people paged; empty when the ladder has no higher level.
std::vector<std::string> ClimbNow(Draft& draft, absl::string_view entity,
                                  record::v1::ChainPaged::Reason reason, absl::string_view text);

// Pages the levels up to this one, because a person asked for it.
void ClimbTo(Draft& draft, absl::string_view entity, int level, absl::string_view text);
// Takes the chain down to a lower level and tells everybody who was paged.
void Lower(Draft& draft, const record::v1::Chain& chain, int level, absl::string_view reason);

// The highest level of the ladder that one of `grants` is on; 0 when none is.
// Pages the levels up to this one.
void ClimbTo(Draft& draft, absl::string_view entity, int level, absl::string_view text);
// Takes the chain down to a lower level and tells everybody who was paged.
void Lower(Draft& draft, const record::v1::Chain& chain, int level, absl::string_view reason);

// Pages the level of a running chain once more, because whoever it waited for is out.
void PageAgain(Draft& draft, absl::string_view entity);
// Entities whose chain has nobody else to wait for: the latest page was theirs alone, or they are
// the one who acknowledged.
std::vector<std::string> ChainsThatWaitFor(const record::v1::IncidentState& state,
                                           absl::string_view person);

int LevelOf(const PolicyIndex& policy, const std::vector<record::v1::RoleGrant>& grants);

// Everybody whom the latest page went to is unreachable.
bool NobodyReachable(const record::v1::Chain& chain);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_ESCALATION_H_
