// Tells whether a predicate of a policy pack holds for an incident.
#ifndef BELFRY_SERVER_CORE_PREDICATE_H_
#define BELFRY_SERVER_CORE_PREDICATE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// What a predicate is asked about.
struct Subject {
  const PolicyIndex& policy;
  const record::v1::IncidentState& state;
  // "entities/…" an instance is for; empty: the incident's reporting entity.
  absl::string_view entity;
  absl::Time now;
};

// A predicate without a kind holds.
bool Holds(const policy::v1::Predicate& predicate, const Subject& subject);

// The instants at which an `elapsed` test inside the predicate turns true.
std::vector<absl::Time> ElapsedPoints(const policy::v1::Predicate& predicate,
                                      const Subject& subject);

// The strongest presumption of the assigned categories.
policy::v1::Category::Presumption Presumption(const PolicyIndex& policy,
                                              const record::v1::IncidentState& state);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PREDICATE_H_
