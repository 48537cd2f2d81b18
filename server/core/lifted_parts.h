// What people wrote with an entry of the record, taken out of its sentence.
#ifndef BELFRY_SERVER_CORE_LIFTED_PARTS_H_
#define BELFRY_SERVER_CORE_LIFTED_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// One of EntryKind.parts of an entry.
struct LiftedPart {
  std::string name;
  // Tells several of an entry apart, from 1; zero for a single one.
  int number = 0;
  std::string text;
  // Whose answer it is; empty for everything else.
  std::string fact;
};

// Empties `event` of what people wrote, so that its sentence is Belfry's own, and returns that.
// `state` is the incident as of the last event of the record.
std::vector<LiftedPart> LiftParts(const PolicyIndex& policy, const record::v1::IncidentState& state,
                                  record::v1::Event& event);

// "people/…" or "accounts/…".
bool IsPersonName(absl::string_view value);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_LIFTED_PARTS_H_
