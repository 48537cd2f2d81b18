// belfry-mutate: changes a pack in every small way and sees whether a test notices.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "google/protobuf/text_format.h"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"
#include "tests/mutation/expectations.h"
#include "tests/mutation/mutants.h"

namespace belfry::mutation {
namespace {

constexpr char kUsage[] =
    "belfry-mutate: changes a policy pack in every small way and sees whether a test notices\n"
    "\n"
    "  belfry-mutate judge        the expectations on the pack as it is\n"
    "  belfry-mutate list         the mutants\n"
    "  belfry-mutate run          the mutants on trial; ends with 1 when one survives unexplained\n"
    "  belfry-mutate check        the kill file names the pack's mutants, and a sample of it is "
    "true\n"
    "\n"
    "  --pack FILE                deploy/policy/itd-sec-4.3.textproto\n"
    "  --expectations DIR         tests/mutation/expectations\n"
    "  --kills FILE               tests/mutation/kills.tsv: which test noticed which mutant\n"
    "  --equivalents FILE         tests/mutation/equivalents.tsv: mutants that change nothing, and "
    "why\n"
    "  --scenarios DIR            what the expectations do not notice is played through a server\n"
    "  --player PATH              belfry-scenario; beside this program by default\n"
    "  --only TEXT                mutants or expectations whose name contains it\n"
    "  --new                      only mutants that neither of the two files names\n"
    "  --sample N                 only N mutants, the same ones every time\n"
    "  --jobs N                   at one time; 2\n"
    "  --write                    write the kill file\n";

struct Options {
  std::string command;
  std::string pack = "deploy/policy/itd-sec-4.3.textproto";
  std::string expectations = "tests/mutation/expectations";
  std::string kills = "tests/mutation/kills.tsv";
  std::string equivalents = "tests/mutation/equivalents.tsv";
  std::string scenarios;
  std::string player;
  std::string only;
  int sample = 0;
  int jobs = 2;
  bool only_new = false;
  bool write = false;
};

// A trial that takes this much longer than all expectations on the unchanged pack has been sent
// round in a circle.
constexpr unsigned kTrialSecondsMin = 30;
constexpr int kTrialTimesBaseline = 6;

// FNV-1a: the sample must be the same on every machine.
uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

absl::StatusOr<Options> ReadOptions(int argc, char** argv) {
  Options options;
  if (argc < 2) return absl::InvalidArgumentError("say what to do");
  options.command = argv[1];
  const std::map<std::string, std::string*> texts = {{"--pack", &options.pack},
                                                     {"--expectations", &options.expectations},
                                                     {"--kills", &options.kills},
                                                     {"--equivalents", &options.equivalents},
                                                     {"--scenarios", &options.scenarios},
                                                     {"--player", &options.player},
                                                     {"--only", &options.only}};
  const std::map<std::string, int*> numbers = {{"--sample", &options.sample},
                                               {"--jobs", &options.jobs}};
  for (int i = 2; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--write") {
      options.write = true;
    } else if (flag == "--new") {
      options.only_new = true;
    } else if (i + 1 >= argc) {
      return absl::InvalidArgumentError(absl::StrCat(flag, " is no option, or lacks its value"));
    } else if (const auto text = texts.find(flag); text != texts.end()) {
      *text->second = argv[++i];
    } else if (const auto number = numbers.find(flag); number != numbers.end()) {
      if (!absl::SimpleAtoi(argv[++i], number->second) || *number->second < 1) {
        return absl::InvalidArgumentError(absl::StrCat(flag, " is a number from 1"));
      }
    } else {
      return absl::InvalidArgumentError(absl::StrCat(flag, " is no option"));
    }
  }
  if (options.player.empty()) {
    options.player =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "belfry-scenario")
            .string();
  }
  return options;
}

// First column to the rest of the line; lines with # are for people.
absl::StatusOr<std::map<std::string, std::string>> ReadTable(const std::string& path) {
  std::ifstream stream(path);
  std::map<std::string, std::string> rows;
  std::string line;
  while (std::getline(stream, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = absl::StrSplit(line, absl::MaxSplits('\t', 1));
    if (columns.size() != 2 || !rows.emplace(columns[0], columns[1]).second) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be read: ", line));
    }
  }
  return rows;
}

// ---- Trials ----

// Those first that noticed it last time, speak of the same item, or noticed others of its kind.
std::vector<const Check*> InOrder(const Suite& suite, const Mutant& mutant,
                                  const std::string& killer, const std::set<std::string>& alike) {
  std::vector<const Check*> order;
  std::vector<std::string> words = absl::StrSplit(mutant.id, absl::ByAnyChar("[]. "));
  const auto score = [&](const Check& check) {
    if (check.name == killer) return 100;
    int points = alike.count(check.name) > 0 ? 1 : 0;
    for (const std::string& word : words) {
      if (word.size() > 3 && absl::StrContains(check.name, word)) points += 2;
    }
    return points;
  };
  std::vector<std::pair<int, const Check*>> scored;
  for (const Check& check : suite.checks) scored.emplace_back(-score(check), &check);
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [points, check] : scored) order.push_back(check);
  return order;
}

constexpr char kLint[] = "refused by the lint";

// What the unchanged pack does not meet, by expectation.
using Baseline = std::map<std::string, std::vector<std::string>>;

absl::StatusOr<Baseline> BaselineOf(const Suite& suite, const policy::v1::Policy& pack) {
  BELFRY_ASSIGN_OR_RETURN(const auto trial, Trial::Create(pack, &suite.macros));
  Baseline baseline;
  for (const Check& check : suite.checks) {
    std::vector<std::string> failures = check.run(*trial);
    if (failures.empty()) continue;
    std::cout << check.name << " is not met by the unchanged pack\n";
    baseline[check.name] = std::move(failures);
  }
  return baseline;
}

// Who notices, and what; empty when nobody does.
std::string Notice(const Suite& suite, const Baseline& baseline, const Mutant& mutant,
                   const std::string& killer, const std::set<std::string>& alike) {
  auto trial = Trial::Create(mutant.make(), &suite.macros);
  if (!trial.ok()) return absl::StrCat(kLint, "\t", trial.status().message());
  for (const Check* check : InOrder(suite, mutant, killer, alike)) {
    const std::vector<std::string> failures = check->run(**trial);
    const auto before = baseline.find(check->name);
    const bool same = before == baseline.end() ? failures.empty() : failures == before->second;
    if (!same) {
      return absl::StrCat(check->name, "\t", failures.empty() ? "is met" : failures[0]);
    }
  }
  return "";
}

std::string NoticePlayed(const Options& options, const std::vector<std::string>& files,
                         const Mutant& mutant, const std::string& killer) {
  const std::string path =
      (std::filesystem::temp_directory_path() / absl::StrCat("belfry-mutant-", getpid())).string();
  std::string text;
  google::protobuf::TextFormat::PrintToString(mutant.make(), &text);
  std::ofstream(path) << text;
  std::vector<std::string> order = files;
  std::stable_partition(order.begin(), order.end(), [&](const std::string& file) {
    return absl::StrContains(killer, std::filesystem::path(file).stem().string());
  });
  std::string noticed;
  for (const std::string& file : order) {
    const std::string command =
        absl::StrCat("'", options.player, "' --policy '", path, "' '", file, "' > /dev/null 2>&1");
    if (std::system(command.c_str()) != 0) {
      noticed = absl::StrCat("scenario ", std::filesystem::path(file).stem().string(),
                             "\tdiffers from what is expected");
      break;
    }
  }
  std::filesystem::remove(path);
  return noticed;
}

// Each in a process of its own: a mutant may crash it, or never end.
class Pool {
 public:
  using Work = std::function<std::string()>;
  using Done = std::function<void(const std::string&)>;

  explicit Pool(int jobs) : jobs_(jobs) {}

  void Run(Work work, Done done, unsigned seconds) {
    while (static_cast<int>(running_.size()) >= jobs_) Collect();
    int pipes[2];
    if (pipe(pipes) != 0) std::abort();
    const pid_t child = fork();
    if (child == 0) {
      close(pipes[0]);
      alarm(seconds);
      std::string answer = work();
      answer.resize(std::min<size_t>(answer.size(), 4000));  // less than a pipe holds
      const ssize_t written = write(pipes[1], answer.data(), answer.size());
      _exit(written < 0 ? 3 : 0);
    }
    close(pipes[1]);
    running_[child] = {pipes[0], std::move(done)};
  }

  void Finish() {
    while (!running_.empty()) Collect();
  }

 private:
  struct Running {
    int pipe = -1;
    Done done;
  };

  void Collect() {
    int status = 0;
    const pid_t child = wait(&status);
    const auto found = running_.find(child);
    if (found == running_.end()) return;
    std::string answer;
    char buffer[4096];
    for (ssize_t n; (n = read(found->second.pipe, buffer, sizeof(buffer))) > 0;) {
      answer.append(buffer, static_cast<size_t>(n));
    }
    close(found->second.pipe);
    if (WIFSIGNALED(status)) {
      answer = WTERMSIG(status) == SIGALRM ? "the core never ends\t" : "the core crashes\t";
    }
    const Done done = std::move(found->second.done);
    running_.erase(found);
    done(answer);
  }

  const int jobs_;
  std::map<pid_t, Running> running_;
};

// ---- Commands ----

absl::Status Judge(const Options& options, const Suite& suite, const policy::v1::Policy& pack) {
  BELFRY_ASSIGN_OR_RETURN(const auto trial, Trial::Create(pack, &suite.macros));
  int failed = 0;
  const absl::Time begin = absl::Now();
  for (const Check& check : suite.checks) {
    if (!absl::StrContains(check.name, options.only)) continue;
    const absl::Time start = absl::Now();
    const std::vector<std::string> failures = check.run(*trial);
    const absl::Duration took = absl::Now() - start;
    if (took > absl::Milliseconds(500)) {
      std::cout << "slow  " << check.name << " " << absl::FormatDuration(took) << "\n";
    }
    if (failures.empty()) continue;
    ++failed;
    std::cout << check.where << ": " << check.name << " (" << check.citation << ")\n";
    for (const std::string& failure : failures) std::cout << "    " << failure << "\n";
  }
  std::cout << suite.checks.size() << " expectations, " << failed << " not met, "
            << absl::FormatDuration(absl::Now() - begin) << "\n";
  return failed == 0 ? absl::OkStatus() : absl::FailedPreconditionError("not met");
}

// What tells that the mutants of an earlier pack and these are the same.
absl::Status CheckKills(const std::vector<Mutant>& mutants, const Suite& suite,
                        const std::map<std::string, std::string>& kills,
                        const std::map<std::string, std::string>& equivalents) {
  std::set<std::string> ids;
  std::set<std::string> names;
  for (const Check& check : suite.checks) names.insert(check.name);
  std::vector<std::string> wrong;
  for (const Mutant& mutant : mutants) {
    ids.insert(mutant.id);
    const auto kill = kills.find(mutant.id);
    if (kill == kills.end()) {
      if (equivalents.count(mutant.id) == 0) wrong.push_back("not in the kill file: " + mutant.id);
    } else if (names.count(kill->second) == 0 && kill->second != kLint &&
               !absl::StartsWith(kill->second, "scenario ") &&
               !absl::StartsWith(kill->second, "the core ")) {
      wrong.push_back(absl::StrCat("there is no \"", kill->second, "\" to notice ", mutant.id));
    }
  }
  for (const auto& [id, killer] : kills) {
    if (ids.count(id) == 0) wrong.push_back("no longer a mutant of the pack: " + id);
  }
  for (const auto& [id, why] : equivalents) {
    if (ids.count(id) == 0) wrong.push_back("no longer a mutant of the pack: " + id);
    if (kills.count(id) > 0) wrong.push_back("said to change nothing, but is noticed: " + id);
  }
  if (wrong.empty()) return absl::OkStatus();
  for (const std::string& line : wrong) std::cout << line << "\n";
  return absl::FailedPreconditionError(
      absl::StrCat(wrong.size(),
                   " differences; run tests/mutation/run.sh to bring the kill file up "
                   "to date"));
}

std::vector<Mutant> Choose(std::vector<Mutant> mutants, const Options& options) {
  std::vector<Mutant> chosen;
  for (Mutant& mutant : mutants) {
    if (absl::StrContains(mutant.id, options.only)) chosen.push_back(std::move(mutant));
  }
  if (options.sample == 0 || static_cast<size_t>(options.sample) >= chosen.size()) return chosen;
  std::sort(chosen.begin(), chosen.end(),
            [](const Mutant& a, const Mutant& b) { return HashOf(a.id) < HashOf(b.id); });
  chosen.resize(static_cast<size_t>(options.sample));
  return chosen;
}

void WriteKills(const Options& options, const std::vector<Mutant>& mutants,
                const std::map<std::string, std::string>& kills) {
  std::ofstream file(options.kills);
  file << "# Which test notices which change of the shipped pack; written by "
          "tests/mutation/run.sh.\n";
  for (const Mutant& mutant : mutants) {
    const auto kill = kills.find(mutant.id);
    if (kill != kills.end()) file << mutant.id << "\t" << kill->second << "\n";
  }
}

// Scenarios that the unchanged pack passes.
std::vector<std::string> PassingScenarios(const Options& options) {
  std::vector<std::string> passing;
  std::map<std::string, bool> passes;
  Pool pool(options.jobs);
  for (const auto& entry : std::filesystem::directory_iterator(options.scenarios)) {
    if (entry.path().extension() != ".textproto") continue;
    const std::string file = entry.path().string();
    pool.Run(
        [&options, file] {
          const std::string command = absl::StrCat("'", options.player, "' --policy '",
                                                   std::filesystem::absolute(options.pack).string(),
                                                   "' '", file, "' > /dev/null 2>&1");
          return std::string(std::system(command.c_str()) == 0 ? "passes" : "fails");
        },
        [&passes, file](const std::string& answer) { passes[file] = answer == "passes"; }, 600);
  }
  pool.Finish();
  for (const auto& [file, ok] : passes) {
    if (ok)
      passing.push_back(file);
    else
      std::cout << file << " fails on the unchanged pack and judges nothing\n";
  }
  return passing;
}

struct Tally {
  int killed = 0;
  int refused = 0;
  int equivalent = 0;
  int survived = 0;
};

void PrintTally(const std::map<std::string, Tally>& tallies) {
  Tally all;
  std::cout << absl::StrFormat("%-62s %7s %7s %7s %7s\n", "kind", "killed", "lint", "same",
                               "alive");
  for (const auto& [kind, tally] : tallies) {
    std::cout << absl::StrFormat("%-62s %7d %7d %7d %7d\n", kind, tally.killed, tally.refused,
                                 tally.equivalent, tally.survived);
    all.killed += tally.killed;
    all.refused += tally.refused;
    all.equivalent += tally.equivalent;
    all.survived += tally.survived;
  }
  const int judged = all.killed + all.survived;
  std::cout << absl::StrFormat(
      "%d mutants: %d killed by a test, %d refused by the lint, %d change nothing, %d survive; "
      "score %d/%d = %.1f %%\n",
      all.killed + all.refused + all.equivalent + all.survived, all.killed, all.refused,
      all.equivalent, all.survived, all.killed, judged,
      judged == 0 ? 100.0 : 100.0 * all.killed / judged);
}

absl::Status RunAll(const Options& options, const Suite& suite, const policy::v1::Policy& pack,
                    const std::vector<Mutant>& all) {
  const absl::Time start = absl::Now();
  BELFRY_ASSIGN_OR_RETURN(const Baseline baseline, BaselineOf(suite, pack));
  const auto trial_seconds = std::max(
      kTrialSecondsMin,
      static_cast<unsigned>(absl::ToInt64Seconds(kTrialTimesBaseline * (absl::Now() - start))));
  BELFRY_ASSIGN_OR_RETURN(auto kills, ReadTable(options.kills));
  BELFRY_ASSIGN_OR_RETURN(const auto equivalents, ReadTable(options.equivalents));
  std::vector<Mutant> mutants = Choose(all, options);
  if (options.only_new) {
    mutants.erase(std::remove_if(mutants.begin(), mutants.end(),
                                 [&](const Mutant& mutant) {
                                   return kills.count(mutant.id) + equivalents.count(mutant.id) > 0;
                                 }),
                  mutants.end());
  }
  std::map<std::string, Tally> tallies;
  std::vector<const Mutant*> alive;
  const absl::Time begin = absl::Now();
  Pool pool(options.jobs);
  size_t done = 0;
  std::map<std::string, std::set<std::string>> alike;  // who noticed mutants of a kind
  for (const Mutant& mutant : mutants) {
    const auto killer = kills.find(mutant.id);
    const std::string before = killer == kills.end() ? "" : killer->second;
    pool.Run([&, before] { return Notice(suite, baseline, mutant, before, alike[mutant.kind]); },
             [&](const std::string& answer) {
               if (++done % 500 == 0) {
                 std::cerr << done << " of " << mutants.size() << ", "
                           << absl::FormatDuration(absl::Now() - begin) << "\n";
               }
               const std::string by = answer.substr(0, answer.find('\t'));
               if (by.empty()) {
                 alive.push_back(&mutant);
                 return;
               }
               kills[mutant.id] = by;
               alike[mutant.kind].insert(by);
               ++(by == kLint ? tallies[mutant.kind].refused : tallies[mutant.kind].killed);
             },
             trial_seconds);
  }
  pool.Finish();
  std::vector<const Mutant*> silent;
  if (!alive.empty() && !options.scenarios.empty()) {
    const std::vector<std::string> files = PassingScenarios(options);
    for (const Mutant* mutant : alive) {
      if (equivalents.count(mutant->id) > 0) {
        silent.push_back(mutant);
        continue;
      }
      const std::string before = kills.count(mutant->id) > 0 ? kills[mutant->id] : "";
      pool.Run([&, mutant, before] { return NoticePlayed(options, files, *mutant, before); },
               [&, mutant](const std::string& answer) {
                 const std::string by = answer.substr(0, answer.find('\t'));
                 if (by.empty()) {
                   silent.push_back(mutant);
                   return;
                 }
                 kills[mutant->id] = by;
                 ++tallies[mutant->kind].killed;
               },
               900);
    }
    pool.Finish();
  } else {
    silent = alive;
  }
  std::sort(silent.begin(), silent.end(),
            [](const Mutant* a, const Mutant* b) { return a->id < b->id; });
  int unexplained = 0;
  for (const Mutant* mutant : silent) {
    kills.erase(mutant->id);
    const auto why = equivalents.find(mutant->id);
    if (why != equivalents.end()) {
      ++tallies[mutant->kind].equivalent;
      continue;
    }
    ++unexplained;
    ++tallies[mutant->kind].survived;
    std::cout << "survives  " << mutant->id << "\n";
  }
  PrintTally(tallies);
  std::cout << absl::FormatDuration(absl::Now() - begin) << "\n";
  if (options.write) WriteKills(options, all, kills);
  return unexplained == 0 ? absl::OkStatus()
                          : absl::FailedPreconditionError(absl::StrCat(unexplained, " survive"));
}

absl::Status Main(const Options& options) {
  policy::v1::Policy pack;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(options.pack, "--pack", pack));
  BELFRY_ASSIGN_OR_RETURN(const Suite suite, ReadSuite(options.expectations));
  const std::vector<Mutant> mutants = MutantsOf(pack);
  if (options.command == "judge") return Judge(options, suite, pack);
  if (options.command == "list") {
    for (const Mutant& mutant : Choose(mutants, options)) std::cout << mutant.id << "\n";
    return absl::OkStatus();
  }
  if (options.command == "run") return RunAll(options, suite, pack, mutants);
  if (options.command == "check") {
    BELFRY_ASSIGN_OR_RETURN(const auto kills, ReadTable(options.kills));
    BELFRY_ASSIGN_OR_RETURN(const auto equivalents, ReadTable(options.equivalents));
    BELFRY_RETURN_IF_ERROR(CheckKills(mutants, suite, kills, equivalents));
    // Only what this program notices by itself can be tried again quickly.
    std::vector<Mutant> quick;
    for (const Mutant& mutant : mutants) {
      const auto kill = kills.find(mutant.id);
      if (kill != kills.end() && !absl::StartsWith(kill->second, "scenario ")) {
        quick.push_back(mutant);
      }
    }
    Options sampled = options;
    if (sampled.sample == 0) sampled.sample = 40;
    sampled.write = false;
    return RunAll(sampled, suite, pack, quick);
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", options.command, "\" is no command"));
}

}  // namespace
}  // namespace belfry::mutation

int main(int argc, char** argv) {
  const auto options = belfry::mutation::ReadOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "belfry-mutate: " << options.status().message() << "\n\n"
              << belfry::mutation::kUsage;
    return 2;
  }
  const absl::Status status = belfry::mutation::Main(*options);
  if (status.ok()) return 0;
  std::cerr << "belfry-mutate: " << status.message() << "\n";
  return absl::IsFailedPrecondition(status) ? 1 : 2;
}
