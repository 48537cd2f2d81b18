// belfry-scenario: plays scenario files against a real belfryd and says what differs.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "nlohmann/json.hpp"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"
#include "tests/scenarios/runner/judge.h"
#include "tests/scenarios/runner/local_time.h"
#include "tests/scenarios/runner/player.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {
namespace {

constexpr char kDefaultPolicy[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kUsage[] =
    "belfry-scenario: plays scenarios against a real belfryd in virtual time\n"
    "\n"
    "  belfry-scenario [--json] [--step] [--policy FILE] [--belfryd PATH] FILE...\n"
    "\n"
    "  --json     differences as JSON\n"
    "  --step     print what happens as it happens\n"
    "  --policy   play with this pack instead of the scenario's\n"
    "  --belfryd  the server to start; beside this program by default\n"
    "\n"
    "Ends with 0 when everything was as expected, 1 when something differed, 2 when a file cannot\n"
    "be read or played. tests/scenarios/README.md explains the files.\n";

struct Options {
  bool json = false;
  bool step = false;
  std::string policy;
  std::string belfryd;
  std::vector<std::string> files;
};

struct Result {
  std::string file;
  std::string title;
  absl::Status broken;
  std::vector<Difference> differences;
  absl::Duration took;
};

absl::StatusOr<std::vector<Difference>> Run(const Options& options, const std::string& file,
                                            std::string& title) {
  testing::v1::Scenario scenario;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(file, "scenario", scenario));
  title = scenario.title();
  std::string pack = options.policy;
  if (pack.empty()) pack = scenario.policy().empty() ? kDefaultPolicy : scenario.policy();
  policy::v1::Policy policy;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(pack, "policy", policy));
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(policy.time_zone(), &zone)) {
    return absl::InvalidArgumentError(absl::StrCat(pack, ": no time zone"));
  }
  if (scenario.steps().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": nobody does anything; add steps"));
  }
  const std::string& first = scenario.start().empty() ? scenario.steps(0).at() : scenario.start();
  const absl::StatusOr<absl::Time> start = ParseLocalTime(first, zone);
  if (!start.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": start: ", start.status().message()));
  }
  Site site(options.belfryd, std::filesystem::absolute(pack).string(), scenario, *start);
  Player player(&site, &scenario, zone, *start, options.step ? &std::cout : nullptr);
  BELFRY_ASSIGN_OR_RETURN(const Played played, player.Play());
  return Judge(site, scenario, zone, played);
}

absl::StatusOr<Options> ReadOptions(int argc, char** argv) {
  Options options;
  options.belfryd =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "belfryd").string();
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--step") {
      options.step = true;
    } else if (argument == "--policy" || argument == "--belfryd") {
      if (i + 1 == argc)
        return absl::InvalidArgumentError(absl::StrCat(argument, " needs a value"));
      (argument == "--policy" ? options.policy : options.belfryd) = argv[++i];
    } else if (absl::StartsWith(argument, "--")) {
      return absl::InvalidArgumentError(absl::StrCat("there is no option ", argument));
    } else {
      options.files.push_back(argument);
    }
  }
  if (options.files.empty()) return absl::InvalidArgumentError("names no scenario file");
  return options;
}

void Print(const Result& result) {
  std::cout << (result.broken.ok() && result.differences.empty() ? "ok    " : "DIFFERS ")
            << result.file << "  " << result.title << "  ("
            << absl::FormatDuration(absl::Trunc(result.took, absl::Milliseconds(1))) << ")\n";
  if (!result.broken.ok()) std::cout << "  " << result.broken.message() << "\n";
  for (const Difference& difference : result.differences) {
    std::cout << "  " << difference.what << "\n    expected  " << difference.expected
              << "\n    actual    " << difference.actual << "\n";
  }
}

nlohmann::json ToJson(const Result& result) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Difference& difference : result.differences) {
    rows.push_back({{"what", difference.what},
                    {"expected", difference.expected},
                    {"actual", difference.actual}});
  }
  return {{"file", result.file},
          {"title", result.title},
          {"ok", result.broken.ok() && result.differences.empty()},
          {"error", std::string(result.broken.message())},
          {"differences", rows}};
}

int Main(int argc, char** argv) {
  const absl::StatusOr<Options> options = ReadOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "belfry-scenario: " << options.status().message() << "\n\n" << kUsage;
    return 2;
  }
  int exit = 0;
  nlohmann::json all = nlohmann::json::array();
  for (const std::string& file : options->files) {
    Result result;
    result.file = file;
    const absl::Time begin = absl::Now();
    const auto differences = Run(*options, file, result.title);
    result.took = absl::Now() - begin;
    if (differences.ok()) {
      result.differences = *differences;
      if (!result.differences.empty()) exit = std::max(exit, 1);
    } else {
      result.broken = differences.status();
      exit = 2;
    }
    if (options->json) {
      all.push_back(ToJson(result));
    } else {
      Print(result);
    }
  }
  if (options->json) std::cout << all.dump(2) << "\n";
  return exit;
}

}  // namespace
}  // namespace belfry::scenario

int main(int argc, char** argv) { return belfry::scenario::Main(argc, argv); }
