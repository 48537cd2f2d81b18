// belfry-scenario: plays scenario files against a real belfryd and says what differs.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "nlohmann/json.hpp"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"
#include "tests/scenarios/runner/documents.h"
#include "tests/scenarios/runner/judge.h"
#include "tests/scenarios/runner/lint.h"
#include "tests/scenarios/runner/local_time.h"
#include "tests/scenarios/runner/player.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {
namespace {

constexpr char kDefaultPolicy[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kUsage[] =
    "belfry-scenario: plays scenarios against a real belfryd in virtual time\n"
    "\n"
    "  belfry-scenario [--json] [--step] [--jobs N] [--policy FILE] [--belfryd PATH]\n"
    "                  [--documents DIR] FILE...\n"
    "\n"
    "  --json     differences and all duties as JSON\n"
    "  --step     print what happens as it happens, and at the end all duties as a file would\n"
    "             expect them\n"
    "  --jobs     how many files to play at a time; one for each processor and one more by "
    "default\n"
    "  --policy   play with this pack instead of the scenario's\n"
    "  --belfryd  the server to start; beside this program by default\n"
    "  --documents  write what was sent into this directory, as text, HTML and PDF\n"
    "\n"
    "Ends with 0 when everything was as expected, 1 when something differed, 2 when a file cannot\n"
    "be read or played. tests/scenarios/README.md explains the files.\n";

struct Options {
  bool json = false;
  bool step = false;
  bool help = false;
  int jobs = static_cast<int>(std::thread::hardware_concurrency()) + 1;
  std::string policy;
  std::string belfryd;
  std::string documents;
  std::vector<std::string> files;
};

struct Result {
  std::string file;
  std::string title;
  absl::Status broken;
  Verdict verdict;
  absl::Duration took;
  // With --step.
  std::string log;
};

absl::StatusOr<Verdict> Run(const Options& options, Result& result) {
  std::ifstream file(result.file);
  if (!file) return absl::NotFoundError("cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  testing::v1::Scenario scenario;
  BELFRY_RETURN_IF_ERROR(ParseTextProto(text.str(), result.file, scenario));
  result.title = scenario.title();
  std::string pack = options.policy;
  if (pack.empty()) pack = scenario.policy().empty() ? kDefaultPolicy : scenario.policy();
  policy::v1::Policy policy;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(pack, "policy", policy));
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(policy.time_zone(), &zone)) {
    return absl::InvalidArgumentError(absl::StrCat(pack, ": no time zone"));
  }
  if (scenario.steps().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(result.file, ": nobody does anything; add steps"));
  }
  const std::string& first = scenario.start().empty() ? scenario.steps(0).at() : scenario.start();
  const absl::StatusOr<absl::Time> start = ParseLocalTime(first, zone);
  if (!start.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(result.file, ": ", scenario.start().empty() ? "steps[0].at" : "start", ": ",
                     start.status().message()));
  }
  BELFRY_RETURN_IF_ERROR(LintScenario(result.file, text.str(), scenario, policy, zone, *start));
  std::ostringstream log;
  const absl::StatusOr<Verdict> verdict = [&]() -> absl::StatusOr<Verdict> {
    Site site(options.belfryd, std::filesystem::absolute(pack).string(), scenario, *start);
    Player player(&site, &scenario, zone, *start, options.step ? &log : nullptr);
    BELFRY_ASSIGN_OR_RETURN(const Played played, player.Play());
    if (!options.documents.empty()) {
      Reader reader(&site, scenario);
      BELFRY_RETURN_IF_ERROR(WriteDocuments(site, reader, played.incidents, options.documents));
    }
    return Judge(site, scenario, zone, played);
  }();
  result.log = log.str();
  return verdict;
}

// Plays the files, some at a time; each has a server of its own.
std::vector<Result> RunAll(const Options& options) {
  std::vector<Result> results(options.files.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < results.size(); i = next++) {
      Result& result = results[i];
      result.file = options.files[i];
      const absl::Time begin = absl::Now();
      absl::StatusOr<Verdict> verdict = Run(options, result);
      result.took = absl::Now() - begin;
      result.broken = verdict.status();
      if (verdict.ok()) result.verdict = *std::move(verdict);
    }
  };
  std::vector<std::thread> workers;
  const size_t count = std::min(static_cast<size_t>(std::max(options.jobs, 1)), results.size());
  for (size_t i = 1; i < count; ++i) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  return results;
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
    } else if (argument == "--help") {
      options.help = true;
      return options;
    } else if (argument == "--policy" || argument == "--belfryd" || argument == "--jobs" ||
               argument == "--documents") {
      if (i + 1 == argc) {
        return absl::InvalidArgumentError(absl::StrCat(argument, " needs a value"));
      }
      const std::string value = argv[++i];
      if (argument == "--policy") {
        options.policy = value;
      } else if (argument == "--belfryd") {
        options.belfryd = value;
      } else if (argument == "--documents") {
        options.documents = value;
      } else if (!absl::SimpleAtoi(value, &options.jobs) || options.jobs < 1) {
        return absl::InvalidArgumentError("--jobs is a number from 1");
      }
    } else if (absl::StartsWith(argument, "--")) {
      return absl::InvalidArgumentError(absl::StrCat("there is no option ", argument));
    } else {
      options.files.push_back(argument);
    }
  }
  if (options.files.empty()) return absl::InvalidArgumentError("names no scenario file");
  return options;
}

bool AsExpected(const Result& result) {
  return result.broken.ok() && result.verdict.differences.empty();
}

void Print(const Result& result, bool duties) {
  std::cout << result.log
            << (AsExpected(result)   ? "ok       "
                : result.broken.ok() ? "DIFFERS  "
                                     : "BROKEN   ")
            << result.file << "  " << result.title << "  ("
            << absl::FormatDuration(absl::Trunc(result.took, absl::Milliseconds(1))) << ")\n";
  if (!result.broken.ok()) std::cout << "  " << result.broken.message() << "\n";
  for (const Difference& difference : result.verdict.differences) {
    std::cout << "  " << difference.what << "\n    expected  " << difference.expected
              << "\n    actual    " << difference.actual << "\n";
  }
  if (!duties) return;
  for (const std::string& duty : result.verdict.duties) std::cout << "  " << duty << "\n";
}

nlohmann::json ToJson(const Result& result) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Difference& difference : result.verdict.differences) {
    rows.push_back({{"what", difference.what},
                    {"expected", difference.expected},
                    {"actual", difference.actual}});
  }
  return {{"file", result.file},      {"title", result.title},
          {"ok", AsExpected(result)}, {"error", std::string(result.broken.message())},
          {"differences", rows},      {"duties", result.verdict.duties}};
}

int Main(int argc, char** argv) {
  const absl::StatusOr<Options> options = ReadOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "belfry-scenario: " << options.status().message() << "\n\n" << kUsage;
    return 2;
  }
  if (options->help) {
    std::cout << kUsage;
    return 0;
  }
  int exit = 0;
  int differ = 0;
  nlohmann::json all = nlohmann::json::array();
  const absl::Time begin = absl::Now();
  for (const Result& result : RunAll(*options)) {
    if (!AsExpected(result)) {
      ++differ;
      exit = std::max(exit, result.broken.ok() ? 1 : 2);
    }
    if (options->json) {
      all.push_back(ToJson(result));
    } else {
      Print(result, options->step);
    }
  }
  if (options->json) {
    std::cout << all.dump(2) << "\n";
  } else if (options->files.size() > 1) {
    std::cout << options->files.size() << " scenarios, " << differ << " not as expected  ("
              << absl::FormatDuration(absl::Trunc(absl::Now() - begin, absl::Milliseconds(1)))
              << ")\n";
  }
  return exit;
}

}  // namespace
}  // namespace belfry::scenario

int main(int argc, char** argv) { return belfry::scenario::Main(argc, argv); }
