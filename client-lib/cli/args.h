// The command line of `belfry`.
#ifndef BELFRY_CLIENT_LIB_CLI_ARGS_H_
#define BELFRY_CLIENT_LIB_CLI_ARGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/options.h"

namespace belfry::cli {

enum class Output { kTable, kJson };

// Of the verbs under `audit`.
struct AuditArguments {
  std::vector<std::string> verifier_keys;  // of the server
  std::vector<std::string> witness_keys;
  std::vector<std::string> held_files;  // checkpoints kept elsewhere
  bool strict = false;
  std::string name;  // of a key
  std::string key_type = "ed25519";
  std::string entity;  // "entities/…"

  bool operator==(const AuditArguments&) const = default;
};

struct Arguments {
  std::string server = "127.0.0.1:7443";
  std::string token_file;
  Output output = Output::kTable;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
  std::string act_for;     // "people/…"
  std::string request_id;  // for scripts that may run twice
  bool yes = false;        // nothing is asked before it is done
  double timeout_seconds = 10;
  // Of `policy lint`: the people in a file, or those of the server.
  std::string directory_file;
  // records release: where the files go; it exists.
  std::string output_dir;
  bool with_directory = false;
  AuditArguments audit;
  // Of `export` and `import`.
  std::string format;
  std::string output_file;  // empty: standard output
  std::string tlp_max;
  // Of `export`: for whom. Of `stats` and `compliance`: until when.
  std::string to;
  std::string agency;
  std::string mapping_file;
  bool all = false;
  bool restricted = false;
  // Of `stats` and `compliance`.
  std::string from;
  std::string by;
  std::string severity;
  std::string category;
  int repeat_days = 0;
  bool drills = false;
  bool help = false;
  bool version = false;
  // The verb and what belongs to it, as the shell split them.
  std::vector<std::string> words;
};

// Options may stand before or behind the verb; what follows "--" is text, dashes included.
// INVALID_ARGUMENT with one sentence when the line cannot be understood.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& arguments);

// Options, environment and exit status; the verbs are for help.
std::string UsageText();

absl::StatusOr<client::Options> ConnectionOptions(const Arguments& arguments);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_ARGS_H_
