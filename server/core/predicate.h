// Tells whether a predicate of a policy pack holds for an incident.
#ifndef BELFRY_SERVER_CORE_PREDICATE_H_
#define BELFRY_SERVER_CORE_PREDICATE_H_

#include <optional>
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

// In a state that only reopening leaves.
bool IsEnded(const PolicyIndex& policy, const record::v1::IncidentState& state);

// A predicate without a kind holds.
bool Holds(const policy::v1::Predicate& predicate, const Subject& subject);

// The instants at which an `elapsed` test inside the predicate turns true.
std::vector<absl::Time> ElapsedPoints(const policy::v1::Predicate& predicate,
                                      const Subject& subject);

// When the predicate became true, as far as the record tells; nullopt while it does not hold. What
// leaves no time of its own counts from `subject.now`.
std::optional<absl::Time> Since(const policy::v1::Predicate& predicate, const Subject& subject);

// The document that a test is about; null when there is none.
const record::v1::DocumentRow* FindDocument(const policy::v1::Predicate::DocumentTest& test,
                                            const Subject& subject);
bool FieldsFit(const google::protobuf::RepeatedPtrField<policy::v1::FieldTest>& tests,
               const google::protobuf::RepeatedPtrField<v1::DocumentField>& fields);
// Asked of the decisions taken before `before`.
bool DecisionHolds(const policy::v1::Predicate::DecisionTest& test,
                   const record::v1::IncidentState& state, absl::Time before);

// Is it the category, with one of the sub-values if the test names any?
bool CategoryFits(const policy::v1::Predicate::CategoryTest& test,
                  const v1::CategoryAssignment& assigned);
// A category's presumption with the given sub-values.
policy::v1::Category::Presumption PresumptionOf(const PolicyIndex& policy,
                                                const v1::CategoryAssignment& assigned);
// The strongest presumption of the assigned categories.
policy::v1::Category::Presumption Presumption(const PolicyIndex& policy,
                                              const record::v1::IncidentState& state);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PREDICATE_H_
