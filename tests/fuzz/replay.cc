// Runs a fuzzer without libFuzzer, so that any compiler can: every file of its corpus, then random
// changes of them.
//
//   fuzz_commands -runs=20000 tests/fuzz/corpus/commands
//   fuzz_commands -runs=20000 -seed=7 tests/fuzz/corpus/commands
//   fuzz_commands crash-fuzz_commands
//
// Prints the seed. Where it crashes, the input stands in ./crash-NAME; run the fuzzer on that file.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tests/support/mutate.h"

namespace {

std::string current_input;
std::string crash_file;

// Only what a signal handler may call: the input is written as it lies there.
void KeepInput(int signal) {
  if (std::FILE* file = std::fopen(crash_file.c_str(), "wb"); file != nullptr) {
    std::fwrite(current_input.data(), 1, current_input.size(), file);
    std::fclose(file);
    std::fprintf(stderr, "the input is in %s\n", crash_file.c_str());
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Run(std::string input) {
  current_input = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current_input.data()),
                         current_input.size());
}

// "-runs=20000", as libFuzzer takes it. The number, when `argument` is that flag.
std::optional<uint64_t> Flag(std::string_view argument, std::string_view name) {
  if (argument.substr(0, name.size()) != name) return std::nullopt;
  argument.remove_prefix(name.size());
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(argument.data(), argument.data() + argument.size(), value);
  if (error != std::errc() || end != argument.data() + argument.size()) return std::nullopt;
  return value;
}

void Collect(const std::filesystem::path& path, std::vector<std::filesystem::path>& files) {
  if (!std::filesystem::is_directory(path)) {
    files.push_back(path);
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
}

}  // namespace

int main(int argc, char** argv) {
  crash_file = "crash-" + std::filesystem::path(argv[0]).filename().string();
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL})
    std::signal(signal, KeepInput);

  uint64_t runs = 0;
  uint64_t seed = std::random_device()();
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (const auto wanted = Flag(argv[i], "-runs="); wanted.has_value()) {
      runs = *wanted;
    } else if (const auto given = Flag(argv[i], "-seed="); given.has_value()) {
      seed = *given;
    } else {
      Collect(argv[i], files);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& path : files) corpus.push_back(ReadFile(path));
  if (corpus.empty()) {
    std::fprintf(stderr, "usage: %s [-runs=N] [-seed=N] CORPUS|FILE…\n", argv[0]);
    return 2;
  }
  for (const std::string& input : corpus) Run(input);

  std::mt19937_64 random(seed);
  for (uint64_t i = 0; i < runs; ++i) {
    Run(belfry::testing::Mutate(corpus[random() % corpus.size()], random));
  }
  std::printf("%zu files, %llu changed inputs, -seed=%llu\n", corpus.size(),
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
  return 0;
}
