// The duties of one agency, each with the events that prove what became of it.
#ifndef BELFRY_SERVER_MEASURES_COMPLIANCE_H_
#define BELFRY_SERVER_MEASURES_COMPLIANCE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/v1/measures_service.pb.h"
#include "server/core/policy/policy_index.h"
#include "server/measures/duty.h"

namespace belfry::measures {

// What measures and compliance files say of themselves.
std::string EvidenceNotice();

// Not thread-safe. The order in which records are added changes nothing.
class ComplianceFile {
 public:
  // `owner`: "entities/…" or "secretariats/…"; duties that arose in [from, to).
  ComplianceFile(std::string owner, absl::Time from, absl::Time to, absl::Time now)
      : owner_(std::move(owner)), from_(from), to_(to), now_(now) {}

  // An incident or register with all its events. `policy` is its own pack.
  void Add(const core::PolicyIndex& policy, absl::Span<const record::v1::Event> events);
  size_t size() const { return duties_.size(); }

  // Fills in all but what was asked and when.
  void Finish(v1::GetComplianceFileResponse& response) const;

 private:
  const std::string owner_;
  const absl::Time from_;
  const absl::Time to_;
  const absl::Time now_;
  DutyTally total_;
  std::map<std::string, DutyTally> by_clause_;
  std::vector<v1::ComplianceDuty> duties_;
};

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_COMPLIANCE_H_
