// What people were told within the policy's quiet time: the same thing again is counted, not sent.
#ifndef BELFRY_SERVER_ENGINE_QUIET_WINDOW_H_
#define BELFRY_SERVER_ENGINE_QUIET_WINDOW_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/delivery.pb.h"

namespace belfry::engine {

// Lives in memory: after a restart something may be said twice, never too seldom. For one thread.
class QuietWindow {
 public:
  // May the notice be folded at all? Pages of the worst severities never are.
  static bool Applies(const policy::v1::EscalationLadder& ladder, absl::string_view severity,
                      absl::string_view target, const v1::Notice& notice);

  // The delivery that said the same to `target` within `quiet` before `now`.
  std::optional<std::string> Find(absl::string_view target, const v1::Notice& notice,
                                  absl::Time now, absl::Duration quiet);
  void Remember(absl::string_view target, const v1::Notice& notice, absl::string_view delivery,
                absl::Time now, absl::Duration quiet);

 private:
  struct Said {
    std::string delivery;
    absl::Time time;
  };
  absl::flat_hash_map<std::string, Said> said_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_QUIET_WINDOW_H_
