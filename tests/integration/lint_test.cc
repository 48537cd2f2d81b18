// `policy lint` over the public API: the pack by itself, and against the people.
#include <string>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";

MATCHER_P(Says, text, "") { return arg.message().find(text) != std::string::npos; }

class LintServiceTest : public ::testing::Test {
 protected:
  v1::LintPolicyRequest request_;
  TestServer server_;

  LintServiceTest() { request_.set_text(ReadSourceFile(kPack)); }
};

TEST_F(LintServiceTest, ThePackByItselfIsForEverybody) {
  auto response = server_.As("dop.clerk").LintPolicy(request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->findings(), IsEmpty());
  request_.set_text(
      absl::StrCat(request_.text(), "\nroles {\n  code: \"PC\" scope: SCOPE_ENTITY\n}"));
  response = server_.As("dop.clerk").LintPolicy(request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->findings(), Contains(Says("\"PC\" is there twice")));
  EXPECT_GT(response->findings(0).line(), 1000);
  // Nothing has changed.
  EXPECT_EQ(server_.engine().policy().proto().roles_size(),
            server_.As("dop.clerk").GetPolicy({})->policy().roles_size());
}

TEST_F(LintServiceTest, TheDirectoryInForceIsForAdministrators) {
  request_.set_against_directory(true);
  const auto refused = server_.As("dop.clerk").LintPolicy(request_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(client::DescribeError(refused.status()).reason, "RIGHT_REQUIRED");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("without against_directory"));
  const auto response = server_.As("admin").LintPolicy(request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->findings(), Contains(Says("nobody holds COUNSEL (agency counsel)")));
  for (const auto& finding : response->findings()) {
    EXPECT_TRUE(finding.warning()) << finding.message();
    EXPECT_GT(finding.line(), 0) << finding.message();
  }
}

TEST_F(LintServiceTest, AnotherDirectoryMayBeSentAlong) {
  v1::Directory& directory = *request_.mutable_directory();
  directory = DemoDirectory();
  directory.mutable_people(0)->set_name("people/somebody.else");
  auto response = server_.As("dop.clerk").LintPolicy(request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->findings(), Contains(Says("nobody holds COUNSEL")));
  EXPECT_THAT(response->findings(), Not(Contains(Says("does not fit"))));
  directory.mutable_role_assignments(0)->set_person("people/nobody");
  response = server_.As("dop.clerk").LintPolicy(request_);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->findings(), SizeIs(1));
  EXPECT_FALSE(response->findings(0).warning());
  EXPECT_THAT(response->findings(0).message(), HasSubstr("role_assignments[0].person"));
  request_.set_against_directory(true);
  EXPECT_THAT(std::string(server_.As("admin").LintPolicy(request_).status().message()),
              HasSubstr("one at a time"));
}

TEST_F(LintServiceTest, ATextThatIsTooLongIsNotRead) {
  // What a call may hold at all ends before 1 MiB.
  request_.set_text(std::string(2 << 20, '#'));
  EXPECT_FALSE(server_.As("dop.clerk").LintPolicy(request_).ok());
}

}  // namespace
}  // namespace belfry::testing
