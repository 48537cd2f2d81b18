// Labels and compartments: how strictly an incident, a note or a document is kept.
#ifndef BELFRY_SERVER_CORE_CONFIDENTIALITY_H_
#define BELFRY_SERVER_CORE_CONFIDENTIALITY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// For named readers only: restricted, or labelled TLP:RED however that came about. Nothing but its
// number leaves the record.
bool IsClosed(const record::v1::IncidentState& state);
// These events closed what was open before; `after` is the state after them.
bool JustClosed(const record::v1::IncidentState& after,
                const std::vector<record::v1::Event>& events);

// What the pack says, or what holds where it says nothing.
std::string InitialTlp(const PolicyIndex& policy);
std::string ChannelTlp(const PolicyIndex& policy);
absl::Duration ReadingPause(const PolicyIndex& policy);

// The label that `text` means, as it is written. INVALID_ARGUMENT names the field and the labels.
absl::StatusOr<std::string> ReadTlp(absl::string_view field, absl::string_view text);

// The label of a note or document: empty stays empty. TLP:RED is for named readers, so it is
// refused where there are none.
absl::StatusOr<std::string> ReadPartTlp(const record::v1::IncidentState& state,
                                        absl::string_view field, absl::string_view text);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_CONFIDENTIALITY_H_
