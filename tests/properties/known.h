// Deviations of the core from the policy that are known and not yet mended. Each is named, counted
// and printed in every run; a run fails on anything that is not listed here.
#ifndef BELFRY_TESTS_PROPERTIES_KNOWN_H_
#define BELFRY_TESTS_PROPERTIES_KNOWN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::properties {

struct KnownDeviation {
  const char* tag;
  const char* what;
  // Seen in every run of some hundred histories.
  bool often = false;
};

const std::vector<KnownDeviation>& KnownDeviations();
bool IsKnown(absl::string_view tag);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_KNOWN_H_
