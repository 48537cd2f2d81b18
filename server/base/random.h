// Randomness as an object, so that a simulation can repeat it.
#ifndef BELFRY_SERVER_BASE_RANDOM_H_
#define BELFRY_SERVER_BASE_RANDOM_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace belfry {

// Thread-safe source of random bits.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Bits64() = 0;
  // Uniform in [0, 1).
  double Uniform();
};

// The kernel's generator; fit for identifiers and tokens.
class SystemRandom final : public Random {
 public:
  uint64_t Bits64() override;
};

// A UUID version 7 (RFC 9562): sorts by `time`, 36 lower-case characters.
std::string UuidV7(absl::Time time, Random& random);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_RANDOM_H_
