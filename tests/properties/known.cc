#include "tests/properties/known.h"

#include <algorithm>

namespace belfry::properties {

const std::vector<KnownDeviation>& KnownDeviations() {
  static const auto* const known = new std::vector<KnownDeviation>{};
  return *known;
}

bool IsKnown(absl::string_view tag) {
  const auto& known = KnownDeviations();
  return std::any_of(known.begin(), known.end(),
                     [&](const KnownDeviation& one) { return one.tag == tag; });
}

}  // namespace belfry::properties
