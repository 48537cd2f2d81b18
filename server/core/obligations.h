// Duties: when they open, and when they are settled.
#ifndef BELFRY_SERVER_CORE_OBLIGATIONS_H_
#define BELFRY_SERVER_CORE_OBLIGATIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/draft.h"

namespace belfry::core {

// Opens every duty that something has raised, voids those whose reason went away, satisfies those
// that the state itself satisfies, and moves deadlines after a raise of the severity, a correction
// of a clock, or where the pack says so. Repeats nothing that is recorded already.
void SettleObligations(Draft& draft);

// Satisfies the open duties that wait for an acknowledgement of one of `grants`.
void SatisfyByAcknowledgement(Draft& draft, const std::vector<record::v1::RoleGrant>& grants);
// Satisfies the open duties that wait for this document, of its entity only.
void SatisfyByDocument(Draft& draft, const record::v1::DocumentRow& document);
// Satisfies the open duties that wait for this decision.
void SatisfyByDecision(Draft& draft, const v1::Decision& decision);

// SATISFIED, or SATISFIED_LATE when the deadline has passed.
void Satisfy(Draft& draft, const record::v1::ObligationRow& row);
// Gives the duty its final state.
void Settle(Draft& draft, const policy::v1::Obligation& rule, const std::string& instance,
            v1::Obligation::State state, absl::string_view reason,
            const google::protobuf::RepeatedPtrField<std::string>& told_roles = {});

// The row that stands for (rule, subject, number) now; a VOID one does not stand for anything.
const record::v1::ObligationRow* LiveRow(const policy::v1::Obligation& rule,
                                         const record::v1::IncidentState& state,
                                         absl::string_view subject, int number);
// The highest instance number of a recurring duty so far; 0 for none.
int LastNumber(const policy::v1::Obligation& rule, const record::v1::IncidentState& state,
               absl::string_view subject);
// Has an instance been raised by this source, so that it raises no other?
bool IsConsumed(const policy::v1::Obligation& rule, const record::v1::IncidentState& state,
                absl::string_view subject, absl::string_view source);

// Whom a duty's roles mean: its own subject, or the incident's reporting entity.
absl::string_view ScopeOf(const record::v1::IncidentState& state,
                          const record::v1::ObligationRow& row);

// Adds clauses to an event, each once.
void AddClauses(record::v1::Event& event,
                const google::protobuf::RepeatedPtrField<std::string>& clauses);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OBLIGATIONS_H_
