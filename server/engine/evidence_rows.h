// Rows of evidence, kept in step with the events about them.
#ifndef BELFRY_SERVER_ENGINE_EVIDENCE_ROWS_H_
#define BELFRY_SERVER_ENGINE_EVIDENCE_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/command.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Brings the item that an act on evidence is about. NOT_FOUND (EVIDENCE_NOT_FOUND).
absl::Status AddEvidence(Batch& batch, const std::string& incident, core::Command& command);

// Folds an event about evidence into the item's row and writes its link of custody; nothing for
// other events.
absl::Status KeepEvidence(Batch& batch, const std::string& incident,
                          const record::v1::Event& event);

// What an act on one item made of it; nothing for other acts.
std::optional<record::v1::EvidenceState> ItemAfter(const core::Command& command,
                                                   const std::vector<record::v1::Event>& events);

// DATA_LOSS when the row cannot be read.
absl::StatusOr<record::v1::EvidenceState> ReadItem(const storage::EvidenceRow& row);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_EVIDENCE_ROWS_H_
