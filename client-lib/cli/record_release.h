// `belfry records release`: releases the record of an incident and writes the files that are given
// away.
#ifndef BELFRY_CLIENT_LIB_CLI_RECORD_RELEASE_H_
#define BELFRY_CLIENT_LIB_CLI_RECORD_RELEASE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

bool IsRecordRelease(const std::vector<std::string>& words);

// records release ID REFERENCE [requester:…] [version:N] --output-dir DIRECTORY
//
// Writes <id>-<reference>-v<n>.json, .txt, .log.json and .sha256 (as `sha256sum -c` reads it);
// files that are there already are left alone. With `version:` nothing is released anew: the files
// of that version are written again.
int RunRecordRelease(const Desk& desk);

// "DOP-2026-0007-R-12-v1": what a reference holds beside letters, digits, dots and dashes is "_".
std::string ReleaseFileStem(absl::string_view incident, absl::string_view reference, int number);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_RECORD_RELEASE_H_
