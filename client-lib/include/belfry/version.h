// The version of the client library and of the `belfry` program.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_VERSION_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_VERSION_H_

#include "absl/strings/string_view.h"

namespace belfry::client {

// "0.1.0", as the project() line of the top CMakeLists.txt has it.
absl::string_view VersionString();

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_VERSION_H_
