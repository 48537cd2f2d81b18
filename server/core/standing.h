// Standing duties: what falls due by the calendar, not by an incident.
#ifndef BELFRY_SERVER_CORE_STANDING_H_
#define BELFRY_SERVER_CORE_STANDING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/core.h"

namespace belfry::core {

// An instance of a standing duty that ought to exist by now.
struct StandingInstance {
  // The civil year, for duties of a date in every year; else 0.
  int number = 0;
  // Whom it falls on, for duties of a person.
  std::string person;
  absl::Time start;
  absl::Time due;
};

// Those of `rule` for a subject of a register that are still to be opened.
std::vector<StandingInstance> StandingDue(const Context& context,
                                          const policy::v1::Obligation& rule,
                                          const record::v1::IncidentState& state,
                                          absl::string_view subject);

// When time alone opens the next one; nullopt when an act has to come first.
std::optional<absl::Time> NextStanding(const PolicyIndex& policy,
                                       const policy::v1::Obligation& rule,
                                       const record::v1::IncidentState& state,
                                       absl::string_view subject);

// Does the rule belong to this kind of record: standing duties to registers, all others to
// incidents?
bool BelongsTo(const policy::v1::Obligation& rule, const record::v1::IncidentState& state);

// The id of an entity's register, "DOP-REGISTER"; of the government's for "".
std::string RegisterId(absl::string_view entity);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_STANDING_H_
