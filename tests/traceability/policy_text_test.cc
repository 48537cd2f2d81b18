// The text that is shipped is the one that the pack implements, and the requirements quote it.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/base/sha256.h"
#include "server/base/textproto.h"
#include "tests/traceability/matrix.h"

namespace belfry::traceability {
namespace {

const char* const kPolicy = BELFRY_SOURCE_DIR "/deploy/policy/itd-sec-4.3";

policy::v1::Policy Pack() {
  policy::v1::Policy pack;
  const absl::Status status = ReadTextProto(std::string(kPolicy) + ".textproto", "", pack);
  EXPECT_TRUE(status.ok()) << status;
  return pack;
}

std::vector<Requirement> Requirements() {
  auto requirements = ReadRequirements(std::string(kPolicy) + ".requirements.tsv",
                                       BELFRY_SOURCE_DIR "/tests/traceability/itd-sec-4.3.tsv");
  EXPECT_TRUE(requirements.ok()) << requirements.status();
  return requirements.ok() ? *requirements : std::vector<Requirement>{};
}

TEST(PolicyText, TextIsTheOneThatThePackNames) {
  const auto text = ReadFile(std::string(kPolicy) + ".txt");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(Sha256Hex(*text), Pack().text().sha256());
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  EXPECT_TRUE(absl::StrContains(lines[2], Pack().text().reference()));
  EXPECT_TRUE(absl::StrContains(lines[4], Pack().text().issue()));
  EXPECT_EQ(Pack().text().revised_on(), "2014-03-06");  // "March 6, 2014"
}

TEST(PolicyText, QuotesAreVerbatim) {
  const auto text = ReadFile(std::string(kPolicy) + ".txt");
  ASSERT_TRUE(text.ok());
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  EXPECT_EQ(Requirements().size(), 101U);
  for (const Requirement& requirement : Requirements()) {
    ASSERT_LE(static_cast<size_t>(requirement.line), lines.size());
    EXPECT_TRUE(
        absl::StrContains(lines[static_cast<size_t>(requirement.line) - 1], requirement.quote))
        << requirement.id;
  }
}

TEST(PolicyText, EveryRequirementSaysWhatIsDone) {
  for (const Requirement& requirement : Requirements()) {
    const std::vector<std::string> ways = {"executed", "gated", "reminded", "recorded", "produced"};
    EXPECT_NE(std::find(ways.begin(), ways.end(), requirement.how), ways.end()) << requirement.id;
    EXPECT_FALSE(requirement.does.empty()) << requirement.id;
  }
}

// What the check is for: it finds what is missing.
TEST(PolicyText, AGapIsFound) {
  std::vector<Requirement> one(1);
  one[0].id = "POL-99.1";
  one[0].line = 3;
  one[0].quote = "ITD-SEC-4.4";
  const auto text = ReadFile(std::string(kPolicy) + ".txt");
  ASSERT_TRUE(text.ok());
  const std::vector<std::string> wrong =
      Check(one, policy::v1::Policy(), *text, {}, {}, BELFRY_SOURCE_DIR);
  EXPECT_EQ(wrong.size(), 3U);  // quote, implementation, test
}

TEST(PolicyText, ACitationOfNoRequirementIsFound) {
  policy::v1::Policy pack;
  policy::v1::Role* role = pack.add_roles();
  role->set_code("PC");
  role->add_clauses("POL-99.9");
  const std::vector<std::string> wrong = Check({}, pack, "", {}, {}, BELFRY_SOURCE_DIR);
  ASSERT_EQ(wrong.size(), 1U);
  EXPECT_TRUE(absl::StrContains(wrong[0], "role PC cites POL-99.9")) << wrong[0];
}

}  // namespace
}  // namespace belfry::traceability
