// What became of one duty, and whom it falls on.
#ifndef BELFRY_SERVER_MEASURES_DUTY_H_
#define BELFRY_SERVER_MEASURES_DUTY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/measures.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::measures {

// Whom duties fall on that are the central offices': those whose first owner's role is held for the
// whole government.
inline constexpr char kCentral[] = "central";

enum class Outcome {
  kInTime,
  kLate,
  kMissed,
  kOverdue,
  kPending,
  kHeld,
  kVoid,
  kWaived,
  kNotApplicable,
};

struct Judgement {
  Outcome outcome = Outcome::kPending;
  // Milliseconds after the deadline: until it was satisfied late, or until `now` while it is
  // overdue.
  int64_t late_ms = 0;
};

// A duty is overdue from the first moment after its deadline on, whether or not the scheduler has
// recorded it yet.
Judgement Judge(const record::v1::ObligationRow& row, absl::Time now);

// "entities/…", "secretariats/…" or kCentral. What an agency's incident asks of the central offices
// is not the agency's: the scope of the role that is asked first decides.
std::string FallsOn(const core::PolicyIndex& policy, const record::v1::IncidentState& state,
                    const record::v1::ObligationRow& row);

// Is `owner` the scope, or an entity that belonged to that secretariat when it was drawn in?
bool IsWithin(const record::v1::IncidentState& state, absl::string_view owner,
              absl::string_view scope);

// Counts duties by what became of them.
class DutyTally {
 public:
  void Add(const Judgement& judgement);
  v1::DutyFigures Figures(absl::string_view key) const;

 private:
  v1::DutyFigures figures_;
  std::vector<int64_t> late_;
  std::vector<int64_t> overdue_;
};

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_DUTY_H_
