// What raises an instance of a duty.
#ifndef BELFRY_SERVER_CORE_OBLIGATION_SOURCES_H_
#define BELFRY_SERVER_CORE_OBLIGATION_SOURCES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/predicate.h"

namespace belfry::core {

// One reason why an instance has to exist.
struct Raised {
  // The source's key, "SEV2", or with the event that it was, "CASE:17".
  std::string source;
  // The clock of the instance starts here.
  absl::Time time;
  // The source's own span; null: the duty's.
  const policy::v1::Span* due = nullptr;
};

// Everything that has raised `rule` for a subject until now, in the order of the pack.
std::vector<Raised> RaisedBy(const policy::v1::Obligation& rule, const Subject& about);

// Raised by somebody who asks for the record: no part of the response, so that the end of the
// incident neither needs nor ends it.
bool AsksForRecord(const policy::v1::Obligation& rule);

// Is the source a single happening, which raises one instance ever?
bool IsOccurrence(absl::string_view source);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_OBLIGATION_SOURCES_H_
