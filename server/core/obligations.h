// Duties: when they open, when they are settled, what falls due about them.
#ifndef BELFRY_SERVER_CORE_OBLIGATIONS_H_
#define BELFRY_SERVER_CORE_OBLIGATIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// Opens every duty whose predicate has become true, voids those whose reason went away, satisfies
// those that the state itself satisfies, and moves deadlines after a raise of the severity or a
// correction of a clock. Repeats nothing that is recorded already.
void SettleObligations(Draft& draft);

// Satisfies the open duties that wait for an acknowledgement of one of `grants`.
void SatisfyByAcknowledgement(Draft& draft, const std::vector<record::v1::RoleGrant>& grants);
// Satisfies the open duties of `entity` that wait for this document.
void SatisfyByDocument(Draft& draft, absl::string_view type, absl::string_view entity);

// SATISFIED, or SATISFIED_LATE when the deadline has passed.
void Satisfy(Draft& draft, const record::v1::ObligationRow& row);

// Something about one duty that falls due.
struct ObligationDue {
  enum class What { kOpen, kReminder, kDeadline, kOverdueStep };
  absl::Time time;
  What what;
  std::string instance;  // empty for kOpen
};

// The next thing due about each duty, in no order.
std::vector<ObligationDue> ObligationsDue(const PolicyIndex& policy,
                                          const record::v1::IncidentState& state);

// Records what fell due (all of it that concerns this duty until now).
void TakeObligationDue(Draft& draft, const ObligationDue& due);

// Whom a duty's roles mean: its own subject, or the incident's reporting entity.
absl::string_view ScopeOf(const record::v1::IncidentState& state,
                          const record::v1::ObligationRow& row);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OBLIGATIONS_H_
