#include "belfry/version.h"

namespace belfry::client {

absl::string_view VersionString() { return BELFRY_VERSION; }

}  // namespace belfry::client
