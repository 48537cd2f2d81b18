// Every small change of a pack that ought to be noticed.
#ifndef BELFRY_TESTS_MUTATION_MUTANTS_H_
#define BELFRY_TESTS_MUTATION_MUTANTS_H_

#include <functional>
#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"

namespace belfry::mutation {

struct Mutant {
  // Stable while the item keeps its code: "obligations[FOLLOWUP-24H].owner_roles[SC] removed".
  std::string id;
  // "obligations.owner_roles removed".
  std::string kind;
  // The top-level item: "obligations[FOLLOWUP-24H]".
  std::string item;
  std::function<policy::v1::Policy()> make;
};

// In the order of the pack. Words that only people read are left alone. `pack` outlives the
// mutants.
std::vector<Mutant> MutantsOf(const policy::v1::Policy& pack);

// "FOLLOWUP-24H" for an item of a list: its code, name, act, key …; its place when it has none.
std::string LabelOf(const google::protobuf::Message& item, int index);

}  // namespace belfry::mutation

#endif  // BELFRY_TESTS_MUTATION_MUTANTS_H_
