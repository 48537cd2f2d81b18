// How the codes of a pack are said in other vocabularies: the table of deploy/exchange/, checked.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_MAPPING_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_MAPPING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/exchange/v1/mapping.pb.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/incident.pb.h"

namespace belfry::exchange {

// Immutable; a lookup of what has no row gives an empty row, which the writers can say ("unknown").
class Mapping {
 public:
  // INVALID_ARGUMENT with the line for text that is no mapping.
  static absl::StatusOr<Mapping> Parse(absl::string_view text);
  // The one that is compiled in for packs of this id; NOT_FOUND when there is none.
  static absl::StatusOr<Mapping> ForPolicy(absl::string_view policy_id);

  // FAILED_PRECONDITION names every code of the pack without a row, and every row for what the pack
  // does not know.
  absl::Status Check(const policy::v1::Policy& policy) const;

  const v1::Mapping& proto() const { return proto_; }

  // The rows that tell an assignment: those of its sub-values, or the category's own; in the order
  // of the assignment, each once.
  std::vector<const v1::CategoryMapping*> Categories(const belfry::v1::Incident& incident) const;
  const v1::StateMapping& State(absl::string_view code) const;
  const v1::SeverityMapping& Severity(absl::string_view code) const;
  const v1::VerdictMapping::Answer& Verdict(const belfry::v1::Incident& incident) const;
  // Null where nobody has answered.
  const v1::DisclosureMapping::Answer* Disclosure(const belfry::v1::Incident& incident) const;

 private:
  explicit Mapping(v1::Mapping proto) : proto_(std::move(proto)) {}

  v1::Mapping proto_;
};

// The current answer to a question about the whole incident; empty when there is none.
std::string FactValue(const belfry::v1::Incident& incident, absl::string_view name);

// When a clock of the pack was set; null when it was not.
const google::protobuf::Timestamp* ClockTime(const belfry::v1::Incident& incident,
                                             absl::string_view clock);

// T0 of the reporting entity; null when it is not known.
const google::protobuf::Timestamp* DetectTime(const belfry::v1::Incident& incident);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_MAPPING_H_
