// The morning's digests: when a register owes one. What stands in it, the engine finds out.
#ifndef BELFRY_SERVER_CORE_DIGEST_H_
#define BELFRY_SERVER_CORE_DIGEST_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/core/draft.h"

namespace belfry::core {

// When a digest is due on a civil day of the pack's zone. On the day the clocks go forward a time
// that does not exist becomes the first one after it; on the day they go back a time that comes
// twice means the first.
absl::Time DigestTime(const PolicyIndex& policy, const policy::v1::Digest& digest,
                      absl::CivilDay day);

struct NextDigest {
  absl::Time time;
  std::string code;
};
// The next one of each kind, in no order; none for an incident.
std::vector<NextDigest> NextDigests(const PolicyIndex& policy,
                                    const record::v1::IncidentState& state);

// Records that the digest is due: the newest one whose time has come, for all before it.
void TakeDigest(Draft& draft, const std::string& code);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_DIGEST_H_
