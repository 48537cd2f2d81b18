// Random choices that are the same for a seed on every machine.
#ifndef BELFRY_TESTS_PROPERTIES_RANDOM_H_
#define BELFRY_TESTS_PROPERTIES_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace belfry::properties {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // splitmix64: the standard library's distributions differ between implementations.
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 to n - 1; n must be positive.
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool Percent(int share) { return Below(100) < share; }
  template <typename T>
  const T& Of(const std::vector<T>& from) {
    return from[static_cast<size_t>(Below(static_cast<int>(from.size())))];
  }
  // An index, each with the odds of its weight.
  size_t Weighted(const std::vector<int>& weights) {
    int sum = 0;
    for (const int weight : weights) sum += weight;
    int left = Below(sum);
    for (size_t i = 0; i < weights.size(); ++i) {
      if (left < weights[i]) return i;
      left -= weights[i];
    }
    return weights.size() - 1;
  }

 private:
  uint64_t state_;
};

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_RANDOM_H_
