// Generated governments: executive, non-executive, off the network, voluntary, third parties; roles
// that nobody holds or that several do; subnets shared by two agencies.
#ifndef BELFRY_TESTS_PROPERTIES_GOVERNMENT_H_
#define BELFRY_TESTS_PROPERTIES_GOVERNMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "belfry/v1/directory.pb.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"

namespace belfry::properties {

inline constexpr int kGovernments = 48;

struct Government {
  std::shared_ptr<const core::Directory> directory;
  // The same with one more contact and network administrator in each entity.
  std::shared_ptr<const core::Directory> later;
  std::vector<std::string> agencies;  // "entities/…"
  std::vector<std::string> third_parties;
  std::vector<std::string> voluntary;
  std::vector<std::string> people;  // ids
};

// With `all_bound`, whoever would only be encouraged to comply must.
const Government& GovernmentNumber(int number, const core::PolicyIndex& policy,
                                   bool all_bound = false);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_GOVERNMENT_H_
