#include "server/base/random.h"

#include <sys/random.h>

#include <cstdlib>

#include "absl/strings/str_format.h"

namespace belfry {

double Random::Uniform() { return static_cast<double>(Bits64() >> 11) * 0x1.0p-53; }

uint64_t SystemRandom::Bits64() {
  uint64_t bits = 0;
  // Without randomness no identifier is safe to hand out; there is nothing to fall back to.
  if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) std::abort();
  return bits;
}

std::string UuidV7(absl::Time time, Random& random) {
  const uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(time)) & 0xFFFF'FFFF'FFFF;
  const uint64_t high = random.Bits64();
  const uint64_t low = random.Bits64();
  return absl::StrFormat("%08x-%04x-7%03x-%04x-%012x", millis >> 16, millis & 0xFFFF, high & 0xFFF,
                         0x8000 | (low >> 50 & 0x3FFF), low & 0xFFFF'FFFF'FFFF);
}

}  // namespace belfry
