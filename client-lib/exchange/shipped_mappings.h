// The tables of deploy/exchange/, compiled in so that `belfry` finds them wherever it is run.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_SHIPPED_MAPPINGS_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_SHIPPED_MAPPINGS_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::exchange {

// Texts of deploy/exchange/*.textproto.
std::vector<absl::string_view> ShippedMappings();

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_SHIPPED_MAPPINGS_H_
