// The severity that the policy and the people together arrive at.
#ifndef BELFRY_SERVER_CORE_SEVERITY_H_
#define BELFRY_SERVER_CORE_SEVERITY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/core/draft.h"

namespace belfry::core {

struct SeverityFloors {
  std::vector<std::string> codes;  // the floors that hold, in the pack's order
  std::string at_least;            // the worst of them; empty when none holds
};

SeverityFloors FloorsOf(const Subject& subject);
// What the policy suggests from the scored answers, before any floor and any person.
std::string SuggestedSeverity(const Subject& subject);

// Brings the severity in line with what was requested and with the floors. `requested` is what a
// person just asked for, or empty. Records nothing when nothing changes.
void SettleSeverity(Draft& draft, absl::string_view requested = "", absl::string_view reason = "");

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_SEVERITY_H_
