#ifndef BELFRY_TESTS_FUZZ_SHIPPED_PACK_H_
#define BELFRY_TESTS_FUZZ_SHIPPED_PACK_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "belfry/policy/v1/policy.pb.h"
#include "server/core/policy/read.h"
#include "tests/fuzz/fuzz.h"

namespace belfry::fuzz {

inline std::string ShippedPackText() {
  std::ifstream file(BELFRY_SOURCE_DIR "/deploy/policy/itd-sec-4.3.textproto");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::shared_ptr<const policy::v1::Policy> ShippedPack() {
  absl::StatusOr<policy::v1::Policy> pack = core::ParsePolicy(ShippedPackText());
  Require(pack.ok(), "the shipped pack is good");
  return std::make_shared<const policy::v1::Policy>(*std::move(pack));
}

}  // namespace belfry::fuzz

#endif  // BELFRY_TESTS_FUZZ_SHIPPED_PACK_H_
