// How fast an export of the record is verified on one core, beside nothing but reading the same
// file and hashing it with SHA-256 in the same run. Seconds are the core's, so that others on the
// machine change little; by the clock is printed as well.
//
//   record_bench [--json FILE] [--records N]
#include <fcntl.h>
#include <openssl/evp.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client-lib/audit/verify.h"
#include "tests/support/test_record.h"

namespace belfry {
namespace {

constexpr double kMegabytesMin = 200;
constexpr double kRecordsMin = 200'000;
constexpr int kRounds = 5;
constexpr size_t kPayload = 300;  // as the events of a played incident have on average
constexpr int kRecordsPerCheckpoint = 50;

double Now(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// One figure for each round.
struct Seconds {
  std::vector<double> of_core;
  std::vector<double> by_clock;

  void Measure(const std::function<void()>& work) {
    const double core = Now(CLOCK_THREAD_CPUTIME_ID);
    const double clock = Now(CLOCK_MONOTONIC);
    work();
    of_core.push_back(Now(CLOCK_THREAD_CPUTIME_ID) - core);
    by_clock.push_back(Now(CLOCK_MONOTONIC) - clock);
  }
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void HashFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  std::string buffer(size_t{4} << 20, '\0');
  for (ssize_t got; (got = read(file, buffer.data(), buffer.size())) > 0;) {
    EVP_DigestUpdate(context, buffer.data(), static_cast<size_t>(got));
  }
  unsigned char digest[32];
  EVP_DigestFinal_ex(context, digest, nullptr);
  EVP_MD_CTX_free(context);
  close(file);
}

int Main(int argc, char** argv) {
  std::string json;
  int records = 400'000;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--json") == 0) json = argv[i + 1];
    if (std::strcmp(argv[i], "--records") == 0 && !absl::SimpleAtoi(argv[i + 1], &records))
      return 2;
  }
  const std::string path = absl::StrCat("/tmp/record_bench_", getpid(), ".belfry-record");
  TestRecord record;
  {
    std::string payload(kPayload, 'x');
    const std::vector<std::string> agencies = {"dop", "dor", "dot"};
    for (int i = 0; i < records; ++i) {
      const std::string& id = agencies[static_cast<size_t>(i) % agencies.size()];
      payload.replace(0, 8, absl::StrFormat("%08d", i));
      record.Append(id, payload);
      if (i % kRecordsPerCheckpoint == 0) record.Checkpoint(id);
    }
    for (const std::string& id : agencies) record.Checkpoint(id);
  }
  {
    std::ofstream file(path, std::ios::binary);
    record.ExportTo([&file](absl::string_view piece) {
      file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    });
  }
  audit::VerifyOptions options;
  options.keys = {*audit::VerifierKey::Parse(record.key())};
  Seconds verify;
  Seconds raw;
  uint64_t bytes = 0;
  bool good = true;
  for (int round = 0; round < kRounds; ++round) {
    raw.Measure([&] { HashFile(path); });
    verify.Measure([&] {
      const auto result = audit::VerifyExport(path, options);
      good = good && result.ok() && !result->bad.has_value() &&
             result->records == static_cast<uint64_t>(records);
      if (result.ok()) bytes = result->bytes;
    });
  }
  unlink(path.c_str());
  if (!good) {
    std::fputs("the export was not verified\n", stderr);
    return 1;
  }
  const double megabytes = static_cast<double>(bytes) / 1e6;
  const double verified = megabytes / Median(verify.of_core);
  const double per_second = records / Median(verify.of_core);
  const double hashed = megabytes / Median(raw.of_core);
  const bool enough = verified >= kMegabytesMin || per_second >= kRecordsMin;
  std::printf(
      "verify an export   %8.0f MB/s  %9.0f records/s   (limit %.0f MB/s or %.0f records/s: %s)\n"
      "SHA-256 alone      %8.0f MB/s                       of the same %.0f MB in the same run\n"
      "by the clock: verify %.0f MB/s, SHA-256 %.0f MB/s\n",
      verified, per_second, kMegabytesMin, kRecordsMin, enough ? "met" : "MISSED", hashed,
      megabytes, megabytes / Median(verify.by_clock), megabytes / Median(raw.by_clock));
  if (!json.empty()) {
    std::ofstream(json) << absl::StrFormat(
        "{\"verify_mb_per_s\": %.1f, \"verify_records_per_s\": %.0f, \"sha256_mb_per_s\": %.1f, "
        "\"records\": %d, \"bytes\": %d}\n",
        verified, per_second, hashed, records, bytes);
  }
  return enough ? 0 : 1;
}

}  // namespace
}  // namespace belfry

int main(int argc, char** argv) { return belfry::Main(argc, argv); }
