// Percentiles by nearest rank, edge by edge, and buckets that hold their upper bound.
#include "server/measures/distribution.h"

#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::measures {
namespace {

using ::testing::ElementsAre;

// 1, 2, …, n: the value is its own rank.
std::vector<int64_t> Ranks(int n) {
  std::vector<int64_t> values(static_cast<size_t>(n));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST(NearestRankTest, IsTheValueAtTheCeilingOfTheRank) {
  struct Case {
    int n, p50, p75, p90, p95;
  };
  // ceil(p * n / 100), worked out by hand.
  for (const Case& c :
       {Case{1, 1, 1, 1, 1}, Case{2, 1, 2, 2, 2}, Case{3, 2, 3, 3, 3}, Case{4, 2, 3, 4, 4},
        Case{5, 3, 4, 5, 5}, Case{10, 5, 8, 9, 10}, Case{11, 6, 9, 10, 11},
        Case{19, 10, 15, 18, 19}, Case{20, 10, 15, 18, 19}, Case{21, 11, 16, 19, 20},
        Case{40, 20, 30, 36, 38}, Case{100, 50, 75, 90, 95}, Case{101, 51, 76, 91, 96}}) {
    const std::vector<int64_t> values = Ranks(c.n);
    EXPECT_EQ(NearestRank(values, 50), c.p50) << c.n;
    EXPECT_EQ(NearestRank(values, 75), c.p75) << c.n;
    EXPECT_EQ(NearestRank(values, 90), c.p90) << c.n;
    EXPECT_EQ(NearestRank(values, 95), c.p95) << c.n;
    EXPECT_EQ(NearestRank(values, 100), c.n);
    EXPECT_EQ(NearestRank(values, 1), c.n <= 100 ? 1 : 2) << c.n;
  }
}

TEST(DescribeTest, OrdersAndCounts) {
  const v1::Distribution d = Describe({30, 10, 20, 10}, CountBounds());
  EXPECT_EQ(d.count(), 4);
  EXPECT_EQ(d.min(), 10);
  EXPECT_EQ(d.p50(), 10);
  EXPECT_EQ(d.p75(), 20);
  EXPECT_EQ(d.p90(), 30);
  EXPECT_EQ(d.max(), 30);
  EXPECT_EQ(d.sum(), 70);
  EXPECT_EQ(d.mean(), 17);  // 17.5, rounded down
}

TEST(DescribeTest, NothingIsAllZeros) {
  EXPECT_EQ(Describe({}, TimeBounds()).SerializeAsString(), "");
}

std::vector<int64_t> CountsOf(const v1::Distribution& d) {
  std::vector<int64_t> counts;
  for (const auto& bucket : d.buckets()) counts.push_back(bucket.count());
  return counts;
}

TEST(DescribeTest, ABucketHoldsItsUpperBound) {
  // Up to 1, 2, 5, 10, …: 2 lies in the second, 3 in the third.
  const v1::Distribution d = Describe({0, 1, 2, 3, 5, 6}, CountBounds());
  EXPECT_THAT(CountsOf(d), ElementsAre(2, 1, 2, 1));
  EXPECT_EQ(d.buckets(1).upper(), 2);
}

TEST(DescribeTest, TheLastBucketHasNoLimit) {
  const v1::Distribution d = Describe({100, 101, 5000}, CountBounds());
  EXPECT_THAT(CountsOf(d), ElementsAre(0, 0, 0, 0, 0, 0, 1, 2));
  EXPECT_EQ(d.buckets(7).upper(), 0);
}

TEST(DescribeTest, TimesHaveBucketsFromFiveMinutesToThirtyDays) {
  const int64_t minute = 60'000;
  const v1::Distribution d = Describe(
      {5 * minute, 5 * minute + 1, 720 * 60 * minute, 720 * 60 * minute + 1}, TimeBounds());
  ASSERT_EQ(d.buckets_size(), 14);
  EXPECT_EQ(d.buckets(0).count(), 1);
  EXPECT_EQ(d.buckets(1).count(), 1);
  EXPECT_EQ(d.buckets(12).upper(), 720 * 60 * minute);
  EXPECT_EQ(d.buckets(12).count(), 1);
  EXPECT_EQ(d.buckets(13).count(), 1);
}

}  // namespace
}  // namespace belfry::measures
