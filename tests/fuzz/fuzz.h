// What every fuzzer has: one function that takes bytes, and something to say what must hold.
#ifndef BELFRY_TESTS_FUZZ_FUZZ_H_
#define BELFRY_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// libFuzzer's entry point, and that of tests/fuzz/replay.cc.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace belfry::fuzz {

// A crash that both drivers report with the input.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// A refusal tells whoever sent it what was wrong; anything but INVALID_ARGUMENT would say that we
// are at fault.
inline void RequireRefusal(const absl::Status& status) {
  Require(absl::IsInvalidArgument(status), "a refusal is INVALID_ARGUMENT");
  Require(!status.message().empty(), "a refusal says why");
}

inline absl::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace belfry::fuzz

#endif  // BELFRY_TESTS_FUZZ_FUZZ_H_
