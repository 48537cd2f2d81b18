// Small questions about an IncidentState that several parts of the core ask.
#ifndef BELFRY_SERVER_CORE_STATE_UTIL_H_
#define BELFRY_SERVER_CORE_STATE_UTIL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/state.pb.h"

namespace belfry::core {

// The answer to a question for an entity, which may be the one for the whole incident; null when
// nobody answered.
const v1::Fact* FindFact(const record::v1::IncidentState& state, absl::string_view name,
                         absl::string_view entity);
// Its value; nullopt when nobody answered.
std::optional<std::string> FactValue(const record::v1::IncidentState& state, absl::string_view name,
                                     absl::string_view entity = "");
// nullopt when the clock was never set.
std::optional<absl::Time> ClockOf(const record::v1::IncidentState& state, absl::string_view clock);

const record::v1::EntityPart* FindPart(const record::v1::IncidentState& state,
                                       absl::string_view entity);
const record::v1::Chain* FindChain(const record::v1::IncidentState& state,
                                   absl::string_view entity);
record::v1::Chain* FindMutableChain(record::v1::IncidentState& state, absl::string_view entity);
const record::v1::ObligationRow* FindObligation(const record::v1::IncidentState& state,
                                                absl::string_view instance);
record::v1::ObligationRow* FindMutableObligation(record::v1::IncidentState& state,
                                                 absl::string_view instance);

// Changes with everything but a reading.
std::string EtagOf(const record::v1::IncidentState& state);

// PENDING or OVERDUE.
bool IsOpen(const record::v1::ObligationRow& row);
// SATISFIED or SATISFIED_LATE.
bool IsSatisfied(const record::v1::ObligationRow& row);
// "INFECTED" for STATUS_INFECTED.
std::string DeviceStatusName(v1::Device::Status status);
// "POTENTIAL" for RELATION_POTENTIAL.
std::string RelationName(v1::IncidentEntity::Relation relation);
// Owes reports: origin or affected, not merely potential.
bool IsReporting(const record::v1::EntityPart& part);
// The secretariats of the reporting entities, in order of appearance; an entity outside any
// secretariat stands for itself, as it has its own officer in that role.
std::vector<std::string> Secretariats(const record::v1::IncidentState& state);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_STATE_UTIL_H_
