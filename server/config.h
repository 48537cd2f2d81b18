// belfryd's settings: a file, and flags that override it.
#ifndef BELFRY_SERVER_CONFIG_H_
#define BELFRY_SERVER_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "belfry/config/v1/config.pb.h"

namespace belfry {

struct CommandLine {
  config::v1::ServerConfig config;
  bool check = false;
  // Start on an older record than the anchor knows.
  bool accept_older_record = false;
  bool version = false;
  bool help = false;
};

// Reads the flags, and the file of --config before them. INVALID_ARGUMENT names the flag, or the
// line and column of the file.
absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments);

// What --help prints.
std::string HelpText();

// Whole contents of a file. NOT_FOUND names the setting that named the file.
absl::StatusOr<std::string> ReadFile(const std::string& path, const std::string& setting);

}  // namespace belfry

#endif  // BELFRY_SERVER_CONFIG_H_
