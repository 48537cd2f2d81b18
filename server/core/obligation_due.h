// What falls due about duties: reminders, deadlines, second lines, steps of being late.
#ifndef BELFRY_SERVER_CORE_OBLIGATION_DUE_H_
#define BELFRY_SERVER_CORE_OBLIGATION_DUE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/core/draft.h"

namespace belfry::core {

// Something about one duty that falls due.
struct ObligationDue {
  enum class What { kOpen, kReminder, kDeadline, kLateLine, kOverdueStep };
  absl::Time time;
  What what;
  std::string instance;  // empty for kOpen
};

// The next thing due about each duty, in no order.
std::vector<ObligationDue> ObligationsDue(const PolicyIndex& policy,
                                          const record::v1::IncidentState& state);

// Is anybody ever reminded of it before it is due?
bool IsReminded(const PolicyIndex& policy, const policy::v1::Obligation& rule,
                const record::v1::ObligationRow& row);

// Records what fell due (all of it that concerns this duty until now).
void TakeObligationDue(Draft& draft, const ObligationDue& due);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OBLIGATION_DUE_H_
