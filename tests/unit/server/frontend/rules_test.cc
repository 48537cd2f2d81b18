// A method without a rule is for nobody, and no server starts with one.
#include "server/frontend/rules.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace belfry::frontend {
namespace {

using ::testing::HasSubstr;

// A service that somebody adds and forgets to rule.
const google::protobuf::ServiceDescriptor* Forgotten(google::protobuf::DescriptorPool& pool,
                                                     const std::string& method) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("forgotten.proto");
  file.set_package("belfry.v1");
  file.add_message_type()->set_name("Empty");
  auto* service = file.add_service();
  service->set_name("ForgottenService");
  auto* added = service->add_method();
  added->set_name(method);
  added->set_input_type(".belfry.v1.Empty");
  added->set_output_type(".belfry.v1.Empty");
  return pool.BuildFile(file)->service(0);
}

TEST(RulesTest, AServiceWithoutRulesIsNamed) {
  google::protobuf::DescriptorPool pool;
  const absl::Status status = CheckRules({Forgotten(pool, "ReadEverything")});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("belfry.v1.ForgottenService/ReadEverything"));
}

// The rule of one method is not another's because they share a name.
TEST(RulesTest, ARuleIsForOneMethodOfOneService) {
  google::protobuf::DescriptorPool pool;
  EXPECT_EQ(CheckRules({Forgotten(pool, "GetIncident")}).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(RulesTest, EveryRuleIsOfAMethodThatIsThere) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::set<std::string> names;
  for (const Rule& rule : Rules()) {
    const auto* service = pool->FindServiceByName(rule.service);
    ASSERT_NE(service, nullptr) << rule.service;
    EXPECT_NE(service->FindMethodByName(rule.method), nullptr) << rule.method;
    EXPECT_TRUE(names.insert(rule.method).second) << rule.method;
    EXPECT_EQ(FindRule(rule.method), &rule);
  }
  EXPECT_EQ(FindRule("ReadEverything"), nullptr);
}

}  // namespace
}  // namespace belfry::frontend
