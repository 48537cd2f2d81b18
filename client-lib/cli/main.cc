// `belfry`: the incident desk at a terminal. Reads the line, connects, runs one verb, prints.
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "belfry/client.h"
#include "belfry/server_clock.h"
#include "belfry/version.h"
#include "client-lib/chat/error_card.h"
#include "client-lib/chat/quote.h"
#include "client-lib/chat/run.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/cli/args.h"
#include "client-lib/cli/audit_commands.h"
#include "client-lib/cli/commands.h"
#include "client-lib/cli/evidence_commands.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/record_release.h"
#include "client-lib/cli/terminal.h"

namespace belfry::cli {
namespace {

int ExitCodeOf(const chat::CommandResult& result) {
  if (result.ok) return kDone;
  if (chat::IsUsageError(result.status)) return kWrongUsage;
  return chat::IsUnreachable(result.status) ? kUnreachable : kRefused;
}

// A verb of the grammar that chat uses too.
int RunChatVerb(const Desk& desk) {
  chat::RunnerOptions runner_options;
  auto clock = client::MakeServerClock(desk.options);
  if (clock.ok()) runner_options.now = *std::move(clock);
  chat::CommandRunner runner(desk.client, std::move(runner_options));
  chat::CommandContext context;
  context.via = "cli";
  context.act_for = desk.arguments.act_for;
  context.request_id = desk.arguments.request_id;
  context.root = "belfry";
  // Where nobody can answer, the line itself is the confirmation.
  context.asks_first = !desk.arguments.yes && CanAsk();
  const std::string line = chat::JoinWords(desk.arguments.words);
  chat::CommandResult result = runner.Run(context, line);
  const Console& console = desk.console;
  if (result.asks) {
    console.error << RenderCard(result.card, console.terminal) << "Do it? [y/N] " << std::flush;
    if (!ReadYes(std::cin)) {
      console.error << "Nothing was done.\n";
      return kRefused;
    }
    result = runner.Run(context, line + " confirm:yes");
  }
  if (!result.ok && console.output == Output::kJson) {
    console.error << RenderStatusJson(result.status);
  } else if (result.response != nullptr && console.output == Output::kJson) {
    console.out << RenderJson(*result.response);
  } else {
    (result.ok ? console.out : console.error) << RenderCard(result.card, console.terminal);
  }
  const int exit_code = ExitCodeOf(result);
  if (exit_code == kUnreachable) {
    console.error << "belfry: no answer from " << Harmless(desk.options.target)
                  << "; --server or BELFRY_SERVER says where to look\n";
  }
  return exit_code;
}

int Main(const std::vector<std::string>& line) {
  Console console{std::cout, std::cerr, Output::kTable, DetectTerminal()};
  const absl::StatusOr<Arguments> arguments = ParseArguments(line);
  if (!arguments.ok()) {
    console.error << "belfry: " << Harmless(arguments.status().message())
                  << "\nTry: belfry --help\n";
    return kWrongUsage;
  }
  console.output = arguments->output;
  if (arguments->version) {
    console.out << "belfry " << client::VersionString() << "\n";
    return kDone;
  }
  if (arguments->help || arguments->words.empty()) {
    PrintHelp(console);
    return arguments->help ? kDone : kWrongUsage;
  }
  if (const std::optional<int> exit_code = RunAuditOffline(*arguments, console)) {
    return *exit_code;
  }
  const absl::StatusOr<client::Options> options = ConnectionOptions(*arguments);
  if (!options.ok()) {
    console.error << "belfry: " << Harmless(options.status().message()) << "\n";
    return kWrongUsage;
  }
  auto connection = client::MakeConnection(*options);
  if (!connection.ok()) {
    console.error << "belfry: " << Harmless(connection.status().message()) << "\n";
    return kWrongUsage;
  }
  const client::Client client(*std::move(connection));
  const Desk desk{*arguments, *options, client, console};
  // Of evidence, only what moves files is the terminal's.
  if (IsEvidenceFileVerb(arguments->words)) return RunEvidenceFiles(desk, arguments->words);
  if (const TerminalVerb* verb = FindTerminalVerb(arguments->words[0]); verb != nullptr) {
    return verb->run(desk, arguments->words);
  }
  if (IsRecordRelease(arguments->words)) return RunRecordRelease(desk);
  return RunChatVerb(desk);
}

}  // namespace
}  // namespace belfry::cli

int main(int argc, char** argv) {
  return belfry::cli::Main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
