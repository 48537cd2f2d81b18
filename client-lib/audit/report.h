// What a verification came to, for people and for programs.
#ifndef BELFRY_CLIENT_LIB_AUDIT_REPORT_H_
#define BELFRY_CLIENT_LIB_AUDIT_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client-lib/audit/note.h"
#include "client-lib/audit/verify.h"

namespace belfry::audit {

// One line "OK: …" or "BAD: log …, record …, byte …: why", and what else is worth knowing. Has text
// from the file in it: make it harmless before it reaches a terminal.
std::string ReportText(const VerifyResult& result);
// The same as a JSON object; numbers that may be large are texts, as in the proto JSON mapping.
// Ends with a line break.
std::string ReportJson(const VerifyResult& result);

// Keys as they are given on a command line: of witnesses, or of servers. INVALID_ARGUMENT for one
// that is none or of the other kind.
absl::StatusOr<std::vector<VerifierKey>> ParseKeys(const std::vector<std::string>& texts,
                                                   bool witnesses);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_REPORT_H_
