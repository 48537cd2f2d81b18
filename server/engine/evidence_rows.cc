#include "server/engine/evidence_rows.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/core/evidence.h"

namespace belfry::engine {
namespace {

// A store error ends the batch.
template <typename T>
T Keep(Batch& batch, T result) {
  if constexpr (std::is_same_v<T, absl::Status>) {
    if (!result.ok()) batch.failure = result;
  } else {
    if (!result.ok()) batch.failure = result.status();
  }
  return result;
}

}  // namespace

absl::StatusOr<record::v1::EvidenceState> ReadItem(const storage::EvidenceRow& row) {
  record::v1::EvidenceState item;
  if (!item.ParseFromString(row.blob)) {
    return absl::DataLossError(
        absl::StrCat(core::EvidenceName(row.incident, row.number), " cannot be read"));
  }
  return item;
}

absl::Status AddEvidence(Batch& batch, const std::string& incident, core::Command& command) {
  const auto* act = std::get_if<core::EvidenceAct>(&command.act);
  if (act == nullptr || act->number == 0) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::EvidenceRow> row,
                          Keep(batch, batch.transaction->FindEvidence(incident, act->number)));
  if (!row.has_value()) return core::EvidenceNotFound(incident, act->number);
  BELFRY_ASSIGN_OR_RETURN(command.evidence, ReadItem(*row));
  return absl::OkStatus();
}

std::optional<record::v1::EvidenceState> ItemAfter(const core::Command& command,
                                                   const std::vector<record::v1::Event>& events) {
  if (!std::holds_alternative<core::EvidenceAct>(command.act)) return std::nullopt;
  std::optional<record::v1::EvidenceState> item = command.evidence;
  for (const record::v1::Event& event : events) {
    if (core::EvidenceNumber(event) == 0) continue;
    if (!item.has_value()) item.emplace();
    core::FoldEvidence(*item, event);
  }
  return item;
}

absl::Status KeepEvidence(Batch& batch, const std::string& incident,
                          const record::v1::Event& event) {
  const int32_t number = core::EvidenceNumber(event);
  if (number == 0) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(std::optional<storage::EvidenceRow> row,
                          Keep(batch, batch.transaction->FindEvidence(incident, number)));
  record::v1::EvidenceState item;
  if (row.has_value()) {
    BELFRY_ASSIGN_OR_RETURN(item, ReadItem(*row));
  }
  core::FoldEvidence(item, event);
  storage::EvidenceRow fresh{incident, number, item.object(), item.SerializeAsString()};
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->PutEvidence(fresh)));
  const v1::CustodyEntry* entry = core::CustodyOf(event);
  if (entry == nullptr) return absl::OkStatus();
  return Keep(batch, batch.transaction->AppendCustody(
                         {incident, number, entry->seq(), entry->SerializeAsString()}));
}

}  // namespace belfry::engine
