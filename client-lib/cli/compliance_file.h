// Compliance files as text: for people (Markdown) and for spreadsheets (CSV).
#ifndef BELFRY_CLIENT_LIB_CLI_COMPLIANCE_FILE_H_
#define BELFRY_CLIENT_LIB_CLI_COMPLIANCE_FILE_H_

#include <string>

#include "absl/time/time.h"
#include "belfry/v1/measures_service.pb.h"

namespace belfry::cli {

// Times in `zone`.
std::string ComplianceMarkdown(const v1::GetComplianceFileResponse& file, absl::TimeZone zone);

// RFC 4180, a row for each duty; the first row says what the file is. Times in RFC 3339.
std::string ComplianceCsv(const v1::GetComplianceFileResponse& file);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_COMPLIANCE_FILE_H_
