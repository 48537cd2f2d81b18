// The terms of the policy are the values that the directory knows.
#include <set>
#include <string>

#include "belfry/v1/directory.pb.h"
#include "gtest/gtest.h"

namespace belfry::traceability {
namespace {

std::set<std::string> Kinds(bool third_party) {
  std::set<std::string> kinds;
  const auto* type = v1::Entity::Kind_descriptor();
  for (int i = 0; i < type->value_count(); ++i) {
    const std::string& name = type->value(i)->name();
    const bool third = name.rfind("KIND_THIRD_PARTY", 0) == 0;
    if (third == third_party && name != "KIND_UNSPECIFIED") kinds.insert(name);
  }
  return kinds;
}

// "An agency, department, secretariat, authority, college or other unit of government" (POL-7.2).
TEST(Terms, EntitiesAreOfTheKindsThatThePolicyNames) {
  EXPECT_EQ(Kinds(false),
            (std::set<std::string>{"KIND_AGENCY", "KIND_DEPARTMENT", "KIND_SECRETARIAT",
                                   "KIND_AUTHORITY", "KIND_COLLEGE", "KIND_OTHER_UNIT"}));
}

// "Private sector companies or individuals" (POL-7.7).
TEST(Terms, ThirdPartiesAreCompaniesOrIndividuals) {
  EXPECT_EQ(Kinds(true),
            (std::set<std::string>{"KIND_THIRD_PARTY_COMPANY", "KIND_THIRD_PARTY_INDIVIDUAL"}));
}

}  // namespace
}  // namespace belfry::traceability
