// Address blocks, IPv4 and IPv6, as in "10.20.4.0/24".
#ifndef BELFRY_SERVER_CORE_CIDR_H_
#define BELFRY_SERVER_CORE_CIDR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace belfry::core {

bool IsCidr(absl::string_view text);

// The block as it is written everywhere: "10.20.4.0/24" for "10.20.4.7/24". What is no block stays
// as it is.
std::string NormalCidr(absl::string_view text);

// Does every address of `inner` lie in `outer`? A block contains itself; what is no block contains
// nothing but the same text.
bool BlockContains(absl::string_view outer, absl::string_view inner);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_CIDR_H_
