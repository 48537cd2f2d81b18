// Packs that an administrator hands in: text, then every rule of the lint.
#include "server/core/policy/policy_index.h"
#include "server/core/policy/read.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  absl::StatusOr<policy::v1::Policy> pack = core::ReadPolicy(fuzz::Text(data, size));
  if (!pack.ok()) {
    fuzz::RequireRefusal(pack.status());
    return 0;
  }
  fuzz::Require(core::PolicyIndex::Create(*std::move(pack)).ok(),
                "what the lint lets through can be put in force");
  return 0;
}
