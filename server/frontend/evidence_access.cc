#include "server/frontend/evidence_access.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/evidence.h"
#include "server/engine/evidence_rows.h"
#include "server/engine/executor.h"
#include "server/frontend/absent.h"

namespace belfry::frontend {

absl::StatusOr<ItemName> ParseEvidenceName(absl::string_view field, absl::string_view name) {
  constexpr absl::string_view kBetween = "/evidence/";
  const size_t at = name.find(kBetween);
  ItemName parsed;
  if (at == absl::string_view::npos ||
      !absl::SimpleAtoi(name.substr(at + kBetween.size()), &parsed.number) || parsed.number < 1) {
    return InvalidField(field, "must be a name such as incidents/DOP-2026-0007/evidence/3");
  }
  BELFRY_ASSIGN_OR_RETURN(parsed.incident, ParseIncidentName(field, name.substr(0, at)));
  return parsed;
}

absl::StatusOr<FoundItem> FindItem(engine::Engine& engine, const core::Caller& caller,
                                   const ItemName& name) {
  FoundItem found;
  found.name = name;
  const bool in_memory = engine.CachedState(name.incident) != nullptr;
  absl::StatusOr<StatePtr> state = engine.LoadState(name.incident);
  if (absl::IsNotFound(state.status())) JudgeAbsent(engine, caller);
  BELFRY_ASSIGN_OR_RETURN(found.state, std::move(state));
  const auto directory = engine.directory();
  const core::View view(engine.PolicyOf(*found.state), *directory, caller, *found.state);
  if (view.sight() == core::Sight::kNothing) {
    // What does not exist is looked for in the store; that this one was in memory must not show.
    if (in_memory) static_cast<void>(engine.store().LoadIncident(engine::kNoIncident));
    return engine::IncidentNotFound(name.incident);
  }
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::EvidenceRow> row,
                          engine.store().FindEvidence(name.incident, name.number));
  if (!row.has_value()) return core::EvidenceNotFound(name.incident, name.number);
  BELFRY_ASSIGN_OR_RETURN(found.item, engine::ReadItem(*row));
  if (!view.Shows(found.item)) return core::EvidenceNotFound(name.incident, name.number);
  return found;
}

void WithEvidence(CallPtr call, absl::string_view field, absl::string_view name,
                  std::function<void(CallPtr, FoundItem)> then) {
  absl::StatusOr<ItemName> parsed = ParseEvidenceName(field, name);
  if (!parsed.ok()) {
    call->Finish(parsed.status());
    return;
  }
  engine::Engine& engine = call->engine();
  engine.SubmitRead(
      [call, parsed = *std::move(parsed), then = std::move(then)](storage::Store&) {
        absl::StatusOr<FoundItem> found = FindItem(call->engine(), call->identity().caller, parsed);
        if (!found.ok()) {
          call->Finish(found.status());
          return;
        }
        then(call, *std::move(found));
      },
      [call](absl::Status refused) { call->Finish(refused); });
}

}  // namespace belfry::frontend
