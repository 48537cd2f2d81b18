// Second reading of an export: the leaves of one log, their payloads, and the roots claimed of
// them.
#ifndef BELFRY_CLIENT_LIB_AUDIT_LOG_CHECK_H_
#define BELFRY_CLIENT_LIB_AUDIT_LOG_CHECK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client-lib/audit/frames.h"
#include "client-lib/audit/hash.h"
#include "client-lib/audit/leaf.h"
#include "client-lib/audit/skeleton.h"

namespace belfry::audit {

// At this size the log's root is said to be that.
struct Claim {
  enum class By : uint8_t { kCheckpoint, kSuperLog, kHeld };

  uint64_t size = 0;
  Digest root = {};
  By by = By::kCheckpoint;
};

struct LogCheck {
  std::optional<Finding> bad;  // without its section
  uint64_t records = 0;
  uint64_t expunged = 0;
  uint64_t withheld = 0;
  // Of the last leaf that was read: the best that can be said where the framing breaks.
  std::string last_subject;
  std::optional<uint64_t> last_version;
};

// Called for each leaf of the super-log; says what is wrong with it, or nothing.
using SuperLeafVisitor =
    std::function<std::string(const SuperLeafView& leaf, uint64_t index, uint64_t offset)>;

// Reads the leaves of `section` and compares the root at every size that is claimed, up to the
// first thing that is wrong. `progress` gets the offset that was reached.
LogCheck CheckLog(FileWindow& file, const Section& section, std::vector<Claim> claims,
                  const SuperLeafVisitor& visit_super,
                  const std::function<void(uint64_t)>& progress);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_LOG_CHECK_H_
