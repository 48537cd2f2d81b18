// One record, gone through from its first event to its last: what measures ask of it.
#ifndef BELFRY_SERVER_MEASURES_HISTORY_H_
#define BELFRY_SERVER_MEASURES_HISTORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/measures.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::measures {

// The clocks that states of a pack set when something is reached. A pack without such a state does
// not say when that is.
inline constexpr char kContainedClock[] = "TC";
inline constexpr char kResolvedClock[] = "TS";
bool HasClock(const core::PolicyIndex& policy, absl::string_view clock);

// One round of pages to a level of the ladder.
struct Page {
  std::string entity;  // whose chain
  int32_t level = 0;
  absl::Time time;
  std::vector<std::string> people;
  int64_t delivered = 0;
  int64_t failed = 0;
  // From the page to an acknowledgement before the chain's next page.
  std::optional<absl::Duration> answer;
  // It is the chain's latest, and somebody may still answer.
  bool waiting = false;
};

// Something a person did.
struct Act {
  std::string person;
  absl::Time time;
};

struct History {
  // The fold of the events, as the engine keeps it.
  record::v1::IncidentState state;
  absl::Time report_time;
  std::optional<absl::Time> acknowledge_time;
  // Where the clocks of the pack's states stand: a step back unsets them.
  std::optional<absl::Time> contain_time;
  std::optional<absl::Time> resolve_time;
  std::vector<Page> pages;
  std::vector<Act> acts;
  int64_t reinfections = 0;
  // Events about each duty, by instance.
  std::map<std::string, std::vector<v1::DutyEvent>> duty_events;
};

// `events`: of one incident or register, all from the first on, in order.
History Fold(const core::PolicyIndex& policy, absl::Span<const record::v1::Event> events);

// It has ended: nothing can happen any more but reopening.
bool HasEnded(const core::PolicyIndex& policy, const record::v1::IncidentState& state);
// It ended without having been resolved. Of a pack without that clock: in a state that ends all
// duties.
bool WasWithdrawn(const core::PolicyIndex& policy, const record::v1::IncidentState& state);

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_HISTORY_H_
