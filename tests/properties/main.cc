// belfry-properties: plays many generated histories of the core and checks each property on them.
//
//   belfry-properties [--seed N] [--histories N] [--seconds N] [--property K] [--policy FILE]
//                     [--trace]
//
// Exit status 0 when nothing unknown was found, 1 otherwise, 2 for wrong usage.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "server/core/policy/policy_index.h"
#include "server/core/policy/read.h"
#include "tests/properties/judge.h"
#include "tests/properties/known.h"
#include "tests/properties/report.h"

namespace belfry::properties {
namespace {

struct Arguments {
  uint64_t seed = 1;
  int64_t histories = 1'000;
  int property = 0;
  std::string policy = "deploy/policy/itd-sec-4.3.textproto";
  bool trace = false;
  int64_t seconds = 0;  // stop after that; 0: never
};

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--trace") {
      arguments.trace = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    if (flag == "--policy") {
      arguments.policy = value;
    } else if (!(flag == "--seed" && absl::SimpleAtoi(value, &arguments.seed)) &&
               !(flag == "--histories" && absl::SimpleAtoi(value, &arguments.histories)) &&
               !(flag == "--seconds" && absl::SimpleAtoi(value, &arguments.seconds)) &&
               !(flag == "--property" && absl::SimpleAtoi(value, &arguments.property))) {
      return false;
    }
  }
  return arguments.property >= 0 && arguments.property <= kProperties;
}

int Run(const Arguments& arguments) {
  std::ifstream file(arguments.policy);
  if (!file) {
    std::cerr << "cannot read " << arguments.policy << "\n";
    return 2;
  }
  std::stringstream text;
  text << file.rdbuf();
  auto pack = core::ReadPolicy(text.str());
  if (!pack.ok()) {
    std::cerr << pack.status() << "\n";
    return 2;
  }
  const auto policy = core::PolicyIndex::Create(*std::move(pack));
  if (!policy.ok()) {
    std::cerr << policy.status() << "\n";
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  Findings all;
  std::map<std::string, int64_t> times;
  std::string reports;
  bool unknown = false;
  int64_t played = 0;
  for (; played < arguments.histories; ++played) {
    const std::chrono::duration<double> so_far = std::chrono::steady_clock::now() - begin;
    if (arguments.seconds > 0 && so_far.count() > static_cast<double>(arguments.seconds)) break;
    const int64_t i = played;
    const uint64_t seed = arguments.seed + static_cast<uint64_t>(i);
    auto [history, findings] = JudgeSeed(seed, **policy, arguments.property);
    if (arguments.trace) {
      std::cout << "seed " << seed << ", profile " << ProfileName(history.profile)
                << ", government " << history.government << "\n"
                << Trace(history, **policy, true);
    }
    for (const Failure& failure : findings.failures()) {
      if (++times[failure.tag] > 1) continue;
      unknown |= !IsKnown(failure.tag);
      const std::string one = FailureText(failure, history, **policy);
      std::cout << one << std::endl;
    }
    all.Merge(findings);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << CoverageText(all);
  for (const std::string& missing : Unexercised(all, **policy)) {
    std::cout << "never: " << missing << "\n";
  }
  for (const auto& [tag, count] : times) {
    std::cout << (IsKnown(tag) ? "known: " : "FOUND: ") << tag << " in " << count << " histories\n";
  }
  std::cout << absl::StreamFormat(
      "%d histories from seed %d in %.1f s, %.2f ms each\n", played, arguments.seed, took.count(),
      1000 * took.count() / static_cast<double>(std::max<int64_t>(1, played)));
  return unknown ? 1 : 0;
}

}  // namespace
}  // namespace belfry::properties

int main(int argc, char** argv) {
  belfry::properties::Arguments arguments;
  if (!belfry::properties::Parse(argc, argv, arguments)) {
    std::cerr << "belfry-properties [--seed N] [--histories N] [--seconds N] [--property K] "
                 "[--policy FILE] [--trace]\n";
    return 2;
  }
  return belfry::properties::Run(arguments);
}
