// The times of a duty: from when its clock runs, how long, and when people are reminded.
#ifndef BELFRY_SERVER_CORE_OBLIGATION_CLOCK_H_
#define BELFRY_SERVER_CORE_OBLIGATION_CLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// "entities/…", "secretariats/…" or "" that have an instance each.
std::vector<std::string> SubjectsOf(const policy::v1::Obligation& rule,
                                    const record::v1::IncidentState& state);
// The entity whose properties and T0 count for a subject.
std::string EntityOf(const record::v1::IncidentState& state, absl::string_view subject);

// nullopt while the clock has not started.
std::optional<absl::Time> ClockStart(const PolicyIndex& policy, const policy::v1::Obligation& rule,
                                     const record::v1::IncidentState& state,
                                     absl::string_view subject, absl::Time now);

// The deadline that a span gives from `start`; nullopt for a duty without one.
std::optional<absl::Time> DeadlineOf(const PolicyIndex& policy, const policy::v1::Span& span,
                                     absl::string_view severity, absl::Time start);
// The end of the n-th business day after `start`, local time of the pack.
absl::Time BusinessDeadline(const PolicyIndex& policy, absl::Time start, int days);

absl::Duration PeriodOf(const policy::v1::Obligation& rule);
// Deadline of instance `number` of a recurring duty.
absl::Time GridPoint(const PolicyIndex& policy, const policy::v1::Obligation& rule,
                     const record::v1::IncidentState& state, absl::Time start, int64_t number);

// Ascending; empty for a duty without a deadline or schedule.
std::vector<absl::Time> ReminderTimes(const PolicyIndex& policy, const policy::v1::Obligation& rule,
                                      absl::Time start, absl::Duration span, absl::Time due);
std::vector<absl::Time> ReminderTimesOf(const PolicyIndex& policy,
                                        const policy::v1::Obligation& rule,
                                        const record::v1::ObligationRow& row);
// How many of them lie behind. They are not sent: nobody can be reminded of the past.
int Passed(const std::vector<absl::Time>& times, absl::Time now);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OBLIGATION_CLOCK_H_
