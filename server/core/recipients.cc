#include "server/core/recipients.h"

#include <algorithm>

namespace belfry::core {

std::vector<std::string> PeopleHolding(const Directory& directory,
                                       const google::protobuf::RepeatedPtrField<std::string>& roles,
                                       absl::string_view scope) {
  std::vector<std::string> people;
  for (const std::string& role : roles) {
    for (const v1::Person* person : directory.HoldersOf(role, scope)) {
      if (std::find(people.begin(), people.end(), person->name()) == people.end()) {
        people.push_back(person->name());
      }
    }
  }
  return people;
}

}  // namespace belfry::core
