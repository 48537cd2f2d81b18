// Evidence by name, for those who may see it.
#ifndef BELFRY_SERVER_FRONTEND_EVIDENCE_ACCESS_H_
#define BELFRY_SERVER_FRONTEND_EVIDENCE_ACCESS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/state.pb.h"
#include "server/frontend/incident_access.h"

namespace belfry::frontend {

struct ItemName {
  std::string incident;  // "DOP-2026-0007"
  int32_t number = 0;
};

// "incidents/dop-2026-0007/evidence/3". INVALID_ARGUMENT naming `field` and the form.
absl::StatusOr<ItemName> ParseEvidenceName(absl::string_view field, absl::string_view name);

struct FoundItem {
  ItemName name;
  StatePtr state;
  record::v1::EvidenceState item;
};

// For a caller who may see it: INCIDENT_NOT_FOUND and EVIDENCE_NOT_FOUND are the same for what is
// not there and for what is not shown. Blocks on the store.
absl::StatusOr<FoundItem> FindItem(engine::Engine& engine, const core::Caller& caller,
                                   const ItemName& name);

// Calls `then` with the item, on a reader thread.
void WithEvidence(CallPtr call, absl::string_view field, absl::string_view name,
                  std::function<void(CallPtr, FoundItem)> then);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_EVIDENCE_ACCESS_H_
