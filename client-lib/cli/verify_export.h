// Verifying an export from a command line: `belfry audit verify`, and `belfry-verify`, a program
// for auditors that needs nothing else of Belfry.
#ifndef BELFRY_CLIENT_LIB_CLI_VERIFY_EXPORT_H_
#define BELFRY_CLIENT_LIB_CLI_VERIFY_EXPORT_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace belfry::cli {

struct VerifyArguments {
  std::string file;
  std::vector<std::string> keys;
  std::vector<std::string> witness_keys;
  std::vector<std::string> held_files;
  bool strict = false;
  bool json = false;
};

// Verifies and prints what came of it; how far it is goes to `error` while somebody looks at it.
// True: everything holds. NOT_FOUND, INVALID_ARGUMENT: a file or a key is not what it should be.
absl::StatusOr<bool> VerifyExportFile(const VerifyArguments& arguments, std::ostream& out,
                                      std::ostream& error);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_VERIFY_EXPORT_H_
