#include "server/core/state_util.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"

namespace belfry::core {

using record::v1::IncidentState;

const v1::Fact* FindFact(const IncidentState& state, absl::string_view name,
                         absl::string_view entity) {
  const absl::string_view whose = entity.empty() ? absl::string_view(state.entity()) : entity;
  for (const v1::Fact& fact : state.facts()) {
    if (fact.name() == name && (fact.entity().empty() || fact.entity() == whose)) return &fact;
  }
  return nullptr;
}

std::optional<std::string> FactValue(const IncidentState& state, absl::string_view name,
                                     absl::string_view entity) {
  const v1::Fact* fact = FindFact(state, name, entity);
  if (fact == nullptr) return std::nullopt;
  return fact->value();
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

std::string EtagOf(const IncidentState& state) {
  // States kept by earlier versions do not know their latest change.
  return absl::StrCat(state.change_version() == 0 ? state.version() : state.change_version());
}

bool IsOpen(const record::v1::ObligationRow& row) {
  return row.state() == v1::Obligation::STATE_PENDING ||
         row.state() == v1::Obligation::STATE_OVERDUE;
}

bool IsSatisfied(const record::v1::ObligationRow& row) {
  return row.state() == v1::Obligation::STATE_SATISFIED ||
         row.state() == v1::Obligation::STATE_SATISFIED_LATE;
}

std::string DeviceStatusName(v1::Device::Status status) {
  return v1::Device::Status_Name(status).substr(sizeof("STATUS_") - 1);
}

std::string RelationName(v1::IncidentEntity::Relation relation) {
  return v1::IncidentEntity::Relation_Name(relation).substr(sizeof("RELATION_") - 1);
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
