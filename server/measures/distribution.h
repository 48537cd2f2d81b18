// How values lie, in whole numbers and without any rounding but that of the mean.
#ifndef BELFRY_SERVER_MEASURES_DISTRIBUTION_H_
#define BELFRY_SERVER_MEASURES_DISTRIBUTION_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "belfry/v1/measures.pb.h"

namespace belfry::measures {

// Upper bounds of buckets, ascending; a last one without a limit follows them.
absl::Span<const int64_t> TimeBounds();   // milliseconds
absl::Span<const int64_t> CountBounds();  // of what is counted

// The value at place ceil(percent * n / 100), from 1, of n > 0 values in order; `percent` is 1 to
// 100.
int64_t NearestRank(absl::Span<const int64_t> sorted, int percent);

v1::Distribution Describe(std::vector<int64_t> values, absl::Span<const int64_t> bounds);

}  // namespace belfry::measures

#endif  // BELFRY_SERVER_MEASURES_DISTRIBUTION_H_
