// Can one tell by the clock an incident that one may not see from one that does not exist? Asks for
// both by turns, in an order drawn anew each time, and judges the paired differences by their signs
// and by Wilcoxon's signed ranks, which a few slow answers do not disturb.
//
//   timing_probe [pairs]      20,000 when not given; a figure for docs/security-access.md
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "tests/support/test_server.h"

namespace belfry {
namespace {

double Microseconds(const client::Client& client, const std::string& name) {
  v1::GetIncidentRequest request;
  request.set_name(name);
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(client.GetIncident(request));
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<int64_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// Of the signed-rank statistic, standard normal where there is no difference.
double SignedRankZ(const std::vector<double>& differences) {
  std::vector<double> sorted = differences;
  std::sort(sorted.begin(), sorted.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  double sum = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    sum += (sorted[i] > 0 ? 1.0 : -1.0) * static_cast<double>(i + 1);
  }
  const double n = static_cast<double>(sorted.size());
  return sum / std::sqrt(n * (n + 1) * (2 * n + 1) / 6);
}

int Main(int argc, char** argv) {
  int pairs = 20'000;
  if (argc > 1 && (!absl::SimpleAtoi(argv[1], &pairs) || pairs < 100)) {
    std::cerr << "timing_probe [pairs], at least 100\n";
    return 2;
  }
  testing::TestServer server;
  const std::string hidden = server.Open();
  const std::string absent = "incidents/DOP-2026-9999";
  const client::Client stranger = server.As("bor.contact");
  std::mt19937_64 order(4711);
  std::vector<double> of_hidden, of_absent, differences;
  for (int i = 0; i < pairs + 500; ++i) {
    const bool hidden_first = (order() & 1) != 0;
    const double first = Microseconds(stranger, hidden_first ? hidden : absent);
    const double second = Microseconds(stranger, hidden_first ? absent : hidden);
    if (i < 500) continue;  // warming up
    of_hidden.push_back(hidden_first ? first : second);
    of_absent.push_back(hidden_first ? second : first);
    differences.push_back(of_hidden.back() - of_absent.back());
  }
  const auto slower = std::count_if(differences.begin(), differences.end(),
                                    [](double difference) { return difference > 0; });
  std::cout << absl::StrFormat(
      "pairs %d; median of hidden %.1f us, of absent %.1f us, of the differences %+.2f us; hidden "
      "slower in %.1f %%; signed-rank z %+.2f\n",
      pairs, Median(of_hidden), Median(of_absent), Median(differences),
      100.0 * static_cast<double>(slower) / pairs, SignedRankZ(differences));
  return 0;
}

}  // namespace
}  // namespace belfry

int main(int argc, char** argv) { return belfry::Main(argc, argv); }
