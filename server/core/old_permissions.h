// What held of reading and administration before packs could say who may.
#ifndef BELFRY_SERVER_CORE_OLD_PERMISSIONS_H_
#define BELFRY_SERVER_CORE_OLD_PERMISSIONS_H_

#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"

namespace belfry::core {

// For incidents that stay with a pack that lists no READ. Null for acts that packs always had to
// list, and for those that came later: nobody may do them there.
const policy::v1::Permission* OldPermission(absl::string_view act);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OLD_PERMISSIONS_H_
