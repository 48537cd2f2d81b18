// What `stats` and `compliance` share of their command lines.
#ifndef BELFRY_CLIENT_LIB_CLI_MEASURES_QUERY_H_
#define BELFRY_CLIENT_LIB_CLI_MEASURES_QUERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::cli {

// A day ("2026-09-01": its beginning in `zone`), an RFC 3339 time, or so long before `now` ("90d",
// "36h"). INVALID_ARGUMENT naming `option` and what it takes.
absl::StatusOr<absl::Time> ParseDayOrTime(absl::string_view option, absl::string_view text,
                                          absl::Time now, absl::TimeZone zone);

// "entities/dop" from "DOP"; "secretariats/eox" stays.
absl::StatusOr<std::string> ParseScopeWord(absl::string_view word);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_MEASURES_QUERY_H_
