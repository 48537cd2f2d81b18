// Every expectation of expectations/*.txt, on the shipped pack or the one BELFRY_POLICY_UNDER_TEST
// names.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/textproto.h"
#include "tests/mutation/expectations.h"
#include "tests/mutation/mutants.h"

namespace belfry::mutation {
namespace {

class Expectation : public ::testing::Test {
 public:
  Expectation(Trial* trial, const Check* check) : trial_(*trial), check_(*check) {}

  void TestBody() override {
    for (const std::string& failure : check_.run(trial_)) {
      ADD_FAILURE() << check_.where << ": " << check_.name << " (" << check_.citation
                    << "): " << failure;
    }
  }

 private:
  Trial& trial_;
  const Check& check_;
};

policy::v1::Policy PackUnderTest() {
  const char* other = std::getenv("BELFRY_POLICY_UNDER_TEST");
  policy::v1::Policy pack;
  const absl::Status status = ReadTextProto(
      other != nullptr ? other : BELFRY_SOURCE_DIR "/deploy/policy/itd-sec-4.3.textproto", "",
      pack);
  if (!status.ok()) {
    std::cerr << status.message() << "\n";
    std::exit(2);
  }
  return pack;
}

TEST(Mutants, AreDifferentFromThePackAndFromEachOther) {
  const policy::v1::Policy pack = PackUnderTest();
  std::set<std::string> ids;
  for (const Mutant& mutant : MutantsOf(pack)) {
    EXPECT_TRUE(ids.insert(mutant.id).second) << mutant.id << " is there twice";
    EXPECT_NE(mutant.make().SerializeAsString(), pack.SerializeAsString()) << mutant.id;
  }
  EXPECT_GT(ids.size(), 2000U);
}

int Main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  auto suite = ReadSuite(BELFRY_SOURCE_DIR "/tests/mutation/expectations");
  if (!suite.ok()) {
    std::cerr << suite.status().message() << "\n";
    return 2;
  }
  auto trial = Trial::Create(PackUnderTest(), &suite->macros);
  if (!trial.ok()) {
    std::cerr << trial.status().message() << "\n";
    return 2;
  }
  for (const Check& check : suite->checks) {
    ::testing::RegisterTest("PackExpectations", check.name.c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [trial = trial->get(), &check]() -> ::testing::Test* {
                              return new Expectation(trial, &check);
                            });
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace belfry::mutation

int main(int argc, char** argv) { return belfry::mutation::Main(argc, argv); }
