#include "server/measures/distribution.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace belfry::measures {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// Where incident response has its deadlines and its habits: minutes for pages, hours for reports,
// days for what follows.
constexpr int64_t kTimeBounds[] = {5 * kMinute, 15 * kMinute, 30 * kMinute, kHour,    2 * kHour,
                                   4 * kHour,   8 * kHour,    kDay,         2 * kDay, 3 * kDay,
                                   7 * kDay,    14 * kDay,    30 * kDay};
constexpr int64_t kCountBounds[] = {1, 2, 5, 10, 20, 50, 100};

}  // namespace

absl::Span<const int64_t> TimeBounds() { return kTimeBounds; }
absl::Span<const int64_t> CountBounds() { return kCountBounds; }

int64_t NearestRank(absl::Span<const int64_t> sorted, int percent) {
  const size_t rank = (static_cast<size_t>(percent) * sorted.size() + 99) / 100;
  return sorted[rank - 1];
}

v1::Distribution Describe(std::vector<int64_t> values, absl::Span<const int64_t> bounds) {
  v1::Distribution result;
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<int64_t>(values.size());
  const int64_t sum = std::accumulate(values.begin(), values.end(), int64_t{0});
  result.set_count(count);
  result.set_min(values.front());
  result.set_p50(NearestRank(values, 50));
  result.set_p75(NearestRank(values, 75));
  result.set_p90(NearestRank(values, 90));
  result.set_p95(NearestRank(values, 95));
  result.set_max(values.back());
  result.set_mean(sum / count);
  result.set_sum(sum);
  auto at = values.begin();
  for (size_t i = 0; at != values.end(); ++i) {
    v1::Distribution::Bucket* bucket = result.add_buckets();
    auto end = values.end();
    if (i < bounds.size()) {
      bucket->set_upper(bounds[i]);
      end = std::upper_bound(at, values.end(), bounds[i]);
    }
    bucket->set_count(std::distance(at, end));
    at = end;
  }
  return result;
}

}  // namespace belfry::measures
