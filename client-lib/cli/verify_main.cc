// `belfry-verify`: what `belfry audit verify` does, for those who want nothing else of Belfry on
// their machine. Knows files and public keys, no network.
#include <CLI/CLI.hpp>
#include <iostream>

#include "client-lib/cli/terminal.h"
#include "client-lib/cli/verify_export.h"

namespace belfry::cli {
namespace {

int Main(int argc, char** argv) {
  VerifyArguments arguments;
  CLI::App app("belfry-verify: checks an export of Belfry's record with public keys alone",
               "belfry-verify");
  app.add_option("FILE", arguments.file, "The export, *.belfry-record")->required();
  const auto several = [&app](const char* name, std::vector<std::string>& values,
                              const char* help) {
    return app.add_option(name, values, help)->allow_extra_args(false);
  };
  several("--key", arguments.keys, "Key of the server; several after a rotation")->required();
  several("--witness-key", arguments.witness_keys, "Key of a witness that must have cosigned");
  several("--held", arguments.held_files,
          "File with a checkpoint kept elsewhere, which must still be true");
  app.add_flag("--strict", arguments.strict, "Refuse signatures that no given key can check");
  app.add_flag("--json", arguments.json, "The outcome as a JSON object");
  app.footer("Exit status: 0 everything holds, 1 the first bad record is named, 2 wrong usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "belfry-verify: " << Harmless(error.what()) << "\nTry: belfry-verify --help\n";
    return 2;
  }
  const absl::StatusOr<bool> holds = VerifyExportFile(arguments, std::cout, std::cerr);
  if (holds.ok()) return *holds ? 0 : 1;
  std::cerr << "belfry-verify: " << Harmless(holds.status().message()) << "\n";
  return 2;
}

}  // namespace
}  // namespace belfry::cli

int main(int argc, char** argv) { return belfry::cli::Main(argc, argv); }
