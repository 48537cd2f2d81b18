#include "server/core/state_util.h"

#include <algorithm>

#include "server/base/proto_time.h"

namespace belfry::core {

using record::v1::IncidentState;

std::optional<std::string> FactValue(const IncidentState& state, absl::string_view name) {
  for (const v1::Fact& fact : state.facts()) {
    if (fact.name() == name) return fact.value();
  }
  return std::nullopt;
}

std::optional<absl::Time> ClockOf(const IncidentState& state, absl::string_view clock) {
  for (const v1::ClockTime& entry : state.clocks()) {
    if (entry.clock() == clock) return FromProto(entry.time());
  }
  return std::nullopt;
}

const record::v1::EntityPart* FindPart(const IncidentState& state, absl::string_view entity) {
  for (const auto& part : state.entities()) {
    if (part.entity() == entity) return &part;
  }
  return nullptr;
}

const record::v1::Chain* FindChain(const IncidentState& state, absl::string_view entity) {
  for (const auto& chain : state.chains()) {
    if (chain.entity() == entity) return &chain;
  }
  return nullptr;
}

record::v1::Chain* FindMutableChain(IncidentState& state, absl::string_view entity) {
  return const_cast<record::v1::Chain*>(FindChain(state, entity));
}

const record::v1::ObligationRow* FindObligation(const IncidentState& state,
                                                absl::string_view instance) {
  for (const auto& row : state.obligations()) {
    if (row.instance() == instance) return &row;
  }
  return nullptr;
}

record::v1::ObligationRow* FindMutableObligation(IncidentState& state, absl::string_view instance) {
  return const_cast<record::v1::ObligationRow*>(FindObligation(state, instance));
}

bool IsOpen(const record::v1::ObligationRow& row) {
  return row.state() == v1::Obligation::STATE_PENDING ||
         row.state() == v1::Obligation::STATE_OVERDUE;
}

bool IsReporting(const record::v1::EntityPart& part) {
  return part.relation() == v1::IncidentEntity::RELATION_ORIGIN ||
         part.relation() == v1::IncidentEntity::RELATION_AFFECTED;
}

std::vector<std::string> Secretariats(const IncidentState& state) {
  std::vector<std::string> result;
  for (const auto& part : state.entities()) {
    if (!IsReporting(part)) continue;
    const std::string& name = part.secretariat().empty() ? part.entity() : part.secretariat();
    if (std::find(result.begin(), result.end(), name) == result.end()) result.push_back(name);
  }
  return result;
}

}  // namespace belfry::core
