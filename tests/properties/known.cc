#include "tests/properties/known.h"

#include <algorithm>

namespace belfry::properties {

const std::vector<KnownDeviation>& KnownDeviations() {
  static const auto* const known = new std::vector<KnownDeviation>{
      {"2/grid-after-correction",
       "an open daily status keeps its point when T0 is corrected (catalogue 4.2)", true},
      {"2/missing-after-correction",
       "a correction of T0 by a merge leaves points out (catalogue 4.2, L5)"},
      {"2/missed",
       "a daily status handed in before its row was opened does not count (catalogue 4.5)"},
      {"7/held-by", "counsel of another agency may hold a statutory duty (catalogue 4.5)"},
      {"6/older-scan",
       "an infection found after the clean scan does not stop the return once the device is marked "
       "otherwise (POL-4.5)"},
      {"6/open-block", "a removed block leaves the subnets within it on the network (POL-4.4)"},
      {"6/open-entity", "a removal leaves other agencies' systems on the subnet (POL-4.4)", true},
      {"8/raise-exec-decide", "a raise does not shorten EXEC-DECIDE (catalogue 4.2)", true},
      {"10/absorbed", "a restricted incident merges into an ordinary one (TLP 2.0)"},
      {"10/cat-03", "CAT-03 does not make an incident TLP:RED (POL-1.8)", true},
      {"10/log-label", "lines of the thread carry no TLP label", true},
      {"10/part", "a document labelled RED is told under the incident's label"},
      {"15/event-20", "the acknowledgement that a report is cites no clause", true},
      {"17/scan-reminder", "the daily reminder of WAN-SCAN is never sent, and stays due (POL-4.5)",
       true},
      {"14/self-help", "follows from 20/self-help"},
      {"17/suppressed-turn",
       "a turn that suppressed_by keeps back stays due and stops everything else of the incident"},
      {"18/absorbed", "a merge forgets the subjects of the incident that ends (catalogue 4.8)"},
      {"18/told-list", "a merge puts subjects on the list of those who were told"},
      {"19/closed", "an act decided before a tick does not see what fell due meanwhile"},
      {"19/closed-later", "answers and time open statutory duties in a closed incident"},
      {"19/dismissed", "statutory duties stay open after a dismissal (catalogue L4)"},
      {"19/dismissed-open", "duties stay open after a dismissal (catalogue L4)"},
      {"19/dismissed-later", "what is recorded after a dismissal opens statutory duties"},
      {"19/merged", "duties stay open in a merged incident (catalogue L5)", true},
      {"19/merged-later", "duties stay open in a merged incident (catalogue L5)", true},
      {"19/opened-merged", "answers and documents open duties in a merged incident", true},
      {"20/self-help",
       "SELFHELP-DECIDE counts from when a step-up was decided, not from when it fell due", true}};
  return *known;
}

bool IsKnown(absl::string_view tag) {
  const auto& known = KnownDeviations();
  return std::any_of(known.begin(), known.end(),
                     [&](const KnownDeviation& one) { return one.tag == tag; });
}

}  // namespace belfry::properties
