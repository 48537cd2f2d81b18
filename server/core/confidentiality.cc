#include "server/core/confidentiality.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/tlp.h"
#include "server/core/limits.h"

namespace belfry::core {

bool IsClosed(const record::v1::IncidentState& state) {
  return state.restricted() || state.tlp() == kRestrictedTlp;
}

bool JustClosed(const record::v1::IncidentState& after,
                const std::vector<record::v1::Event>& events) {
  // What was opened closed has nothing in any chat.
  return IsClosed(after) &&
         std::any_of(events.begin(), events.end(),
                     [](const record::v1::Event& event) {
                       return event.details_changed().restricted() ||
                              event.tlp_changed().restricted() || event.absorbed().restricted();
                     }) &&
         std::none_of(events.begin(), events.end(),
                      [](const record::v1::Event& event) { return event.has_incident_reported(); });
}

std::string InitialTlp(const PolicyIndex& policy) {
  const std::string& label = policy.proto().confidentiality().initial_tlp();
  return label.empty() ? kDefaultTlp : label;
}

std::string ChannelTlp(const PolicyIndex& policy) {
  const std::string& label = policy.proto().confidentiality().channel_tlp();
  return label.empty() ? kDefaultTlp : label;
}

absl::Duration ReadingPause(const PolicyIndex& policy) {
  const policy::v1::Confidentiality& rules = policy.proto().confidentiality();
  return rules.has_reading_pause() ? FromProto(rules.reading_pause()) : kReadingPause;
}

absl::StatusOr<std::string> ReadTlp(absl::string_view field, absl::string_view text) {
  const std::optional<Tlp> label = ParseTlp(text);
  if (!label.has_value()) {
    return InvalidField(field, absl::StrCat("\"", text,
                                            "\" is no label; use TLP:CLEAR, TLP:GREEN, TLP:AMBER, "
                                            "TLP:AMBER+STRICT or TLP:RED"));
  }
  return std::string(TlpName(*label));
}

absl::StatusOr<std::string> ReadPartTlp(const record::v1::IncidentState& state,
                                        absl::string_view field, absl::string_view text) {
  if (text.empty()) return std::string();
  absl::StatusOr<std::string> label = ReadTlp(field, text);
  if (label.ok() && *label == kRestrictedTlp && !IsClosed(state)) {
    return InvalidField(field, absl::StrCat("TLP:RED is for named readers, and ", state.id(),
                                            " has none; change the label of the incident to "
                                            "TLP:RED first, or use TLP:AMBER+STRICT"));
  }
  return label;
}

}  // namespace belfry::core
