// Verbs of the terminal only: packs, the directory, the watch stream, the virtual clock.
#ifndef BELFRY_CLIENT_LIB_CLI_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_COMMANDS_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "belfry/options.h"
#include "client-lib/cli/args.h"
#include "client-lib/cli/terminal.h"
#include "google/protobuf/message.h"

namespace belfry::cli {

// Exit status of the program.
enum ExitCode : int { kDone = 0, kRefused = 1, kWrongUsage = 2, kUnreachable = 3 };

// Where output goes and in which form.
struct Console {
  std::ostream& out;
  std::ostream& error;
  Output output = Output::kTable;
  Terminal terminal;
};

// Everything a verb of the terminal may use.
struct Desk {
  const Arguments& arguments;
  const client::Options& options;
  const client::Client& client;
  const Console& console;
};

struct TerminalVerb {
  absl::string_view name;
  absl::string_view syntax;
  absl::string_view summary;
  int (*run)(const Desk& desk, const std::vector<std::string>& words);
};

// Null when the word is none of them and belongs to the grammar of chat.
const TerminalVerb* FindTerminalVerb(absl::string_view word);

// The options, the verbs of chat and those of the terminal; needs no server.
void PrintHelp(const Console& console);

// Protobuf text; a name ending in ".json" is JSON. INVALID_ARGUMENT has the place.
absl::Status ParseFile(const std::string& path, google::protobuf::Message* message);

// Prints a failure and says which exit status it is.
int Fail(const Console& console, const absl::Status& status);

// "+90m", "+1h30m", "+2d" from `now`, or an RFC 3339 time.
absl::StatusOr<absl::Time> ParseClockTarget(absl::string_view text, absl::Time now);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_COMMANDS_H_
