// Predicates, spans and ways to satisfy a duty, in words.
#ifndef BELFRY_SERVER_CORE_PREDICATE_TEXT_H_
#define BELFRY_SERVER_CORE_PREDICATE_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/core/predicate.h"

namespace belfry::core {

// "attack_intrusion is YES or SUSPECTED".
std::string PredicateText(const PolicyIndex& policy, const policy::v1::Predicate& predicate);

// The tests inside that hold now, each with what the record says, one a line: "attack_intrusion is
// SUSPECTED (known since Tue 06 Oct 08:25 EDT)".
std::vector<std::string> WhyItHolds(const policy::v1::Predicate& predicate, const Subject& subject);

// "4 h", "5 business days".
std::string SpanText(const PolicyIndex& policy, const policy::v1::Span& span,
                     absl::string_view severity);

// "a FOLLOWUP document for the agency is handed in".
std::string SatisfactionText(const policy::v1::Satisfaction& way);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PREDICATE_TEXT_H_
