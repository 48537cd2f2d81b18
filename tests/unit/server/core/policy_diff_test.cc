// What people read before they adopt a pack.
#include "server/core/policy_diff.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCounty[] = "deploy/policy/county-nist-800-61.textproto";

// Each change as "KIND list item: field before -> after; …".
std::vector<std::string> Diff(const std::vector<std::pair<std::string, std::string>>& edits) {
  std::string text = ReadSourceFile(kCounty);
  for (const auto& [from, to] : edits) {
    EXPECT_THAT(text, HasSubstr(from));
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  const auto changed = core::ReadPolicy(text);
  EXPECT_THAT(changed, IsOk());
  std::vector<std::string> lines;
  for (const v1::PolicyChange& change :
       core::DiffPolicies(*ShippedPolicy(kCounty), *core::PolicyIndex::OfKept(*changed))) {
    std::string line =
        absl::StrCat(v1::PolicyChange::Kind_Name(change.kind()).substr(sizeof("KIND_") - 1), " ",
                     change.list(), " ", change.item(), ":");
    for (const auto& field : change.fields()) {
      absl::StrAppend(&line, " ", field.field(), " \"", field.before(), "\" -> \"", field.after(),
                      "\"");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST(PolicyDiffTest, NothingChanged) { EXPECT_THAT(Diff({}), IsEmpty()); }

TEST(PolicyDiffTest, ADeadline) {
  EXPECT_THAT(Diff({{"due { any { seconds: 259200 } }", "due { any { seconds: 172800 } }"}}),
              ElementsAre("CHANGED obligations COUNTY-REPORT: due \"72h\" -> \"48h\""));
}

TEST(PolicyDiffTest, ADeadlineOfOneSeverity) {
  EXPECT_THAT(
      Diff({{"by_severity { severity: \"HIGH\" span { seconds: 3600 } }",
             "by_severity { severity: \"HIGH\" span { seconds: 1800 } }"}}),
      ElementsAre("CHANGED obligations ANALYSIS-BEGUN: due \"HIGH 1h, MEDIUM 4h, LOW 24h\" -> "
                  "\"HIGH 30m, MEDIUM 4h, LOW 24h\""));
}

TEST(PolicyDiffTest, Recipients) {
  EXPECT_THAT(
      Diff({{"recipient_roles: \"MANAGER\" satisfied_by",
             "recipient_roles: \"MANAGER\" "
             "recipient_roles: \"CIO\" satisfied_by"}}),
      ElementsAre("CHANGED obligations COUNTY-REPORT: recipient_roles \"MANAGER\" -> \"MANAGER, "
                  "CIO\""));
}

TEST(PolicyDiffTest, AGuardThatIsGone) {
  const std::string guard =
      "  guards { code: \"LEARNED\" require { open_obligations { at_most: 0 } } message: "
      "\"Something is still owed\" remedy: \"duties {incident}\" clauses: \"SP800-61-3.4.1\" }\n";
  const std::vector<std::string> lines = Diff({{guard, ""}});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("CHANGED transitions T4: guards[LEARNED]"));
  EXPECT_THAT(lines[0], HasSubstr("Something is still owed"));
}

TEST(PolicyDiffTest, APredicateInWords) {
  EXPECT_THAT(Diff({{"when { fact { name: \"crime\" is: \"YES\" is: \"SUSPECTED\" } }",
                     "when { fact { name: \"crime\" is: \"YES\" } }"}}),
              ElementsAre("CHANGED obligations POLICE-DECIDE: when \"crime is YES or SUSPECTED\" "
                          "-> \"crime is YES\""));
}

TEST(PolicyDiffTest, ItemsThatCameAndWent) {
  const auto lines =
      Diff({{"categories { code: \"LOSS\" title: \"Loss or theft of equipment\" presumption: "
             "PRESUMPTION_POSSIBLE aliases: \"stolen\" clauses: \"SP800-61-3.2.1\" }",
             "categories { code: \"WEB\" title: \"Attack by a web page\" presumption: "
             "PRESUMPTION_POSSIBLE clauses: \"SP800-61-3.2.1\" }"}});
  EXPECT_THAT(lines, Contains(HasSubstr("ADDED categories WEB")));
  EXPECT_THAT(lines, Contains(HasSubstr("REMOVED categories LOSS")));
  EXPECT_EQ(lines.size(), 2u);
}

TEST(PolicyDiffTest, WhatBelongsToTheWhole) {
  EXPECT_THAT(Diff({{"revision: 3", "revision: 4"},
                    {"time_zone: \"America/Chicago\"", "time_zone: \"America/Denver\""}}),
              ElementsAre("CHANGED pack : revision \"3\" -> \"4\" time_zone \"America/Chicago\" -> "
                          "\"America/Denver\""));
}

TEST(PolicyDiffTest, TheLadder) {
  EXPECT_THAT(Diff({{"severity: \"HIGH\" start_level: 2", "severity: \"HIGH\" start_level: 3"}}),
              ElementsAre("CHANGED escalation : paces[HIGH].start_level \"2\" -> \"3\""));
}

TEST(PolicyDiffTest, TheOrderOfSeverities) {
  EXPECT_THAT(Diff({{"severities { code: \"HIGH\" title: \"High\" }\n", ""},
                    {"severities { code: \"LOW\" title: \"Low\" }\n",
                     "severities { code: \"LOW\" title: \"Low\" }\nseverities { code: \"HIGH\" "
                     "title: \"High\" }\n"}}),
              ElementsAre("REORDERED severities : order \"HIGH, MEDIUM, LOW\" -> \"MEDIUM, LOW, "
                          "HIGH\""));
}

}  // namespace
}  // namespace belfry::testing
