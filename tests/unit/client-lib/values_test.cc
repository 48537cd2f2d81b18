#include "client-lib/chat/values.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/usage_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;

std::string Severity(absl::string_view word) {
  const auto severity = ParseSeverity(*TestPolicy(), word);
  return severity.ok() ? *severity : std::string(severity.status().message());
}

TEST(ValuesTest, SeveritiesByCodeNumberOrTitle) {
  EXPECT_EQ(Severity("SEV3"), "SEV3");
  EXPECT_EQ(Severity("sev3"), "SEV3");
  EXPECT_EQ(Severity("3"), "SEV3");
  EXPECT_EQ(Severity("emergency"), "SEV1");
  EXPECT_EQ(Severity("9"), "\"9\" is not a severity. Possible: SEV1, SEV2, SEV3, SEV4, SEV5.");
}

std::string Categories(const std::vector<std::string>& words) {
  const auto categories = ParseCategories(*TestPolicy(), words);
  if (!categories.ok()) return std::string(categories.status().message());
  return absl::StrJoin(*categories, " ", [](std::string* out, const v1::CategoryAssignment& one) {
    absl::StrAppend(out, one.category(), "[", absl::StrJoin(one.sub_values(), ","), "]");
  });
}

TEST(ValuesTest, CategoriesByCodeAliasAndDetail) {
  EXPECT_EQ(Categories({"ransomware"}), "CAT-13[]");
  EXPECT_EQ(Categories({"cat-13/trojan"}), "CAT-13[TROJAN]");
  EXPECT_EQ(Categories({"trojan"}), "CAT-13[TROJAN]");
  EXPECT_EQ(Categories({"malware", "trojan", "worm", "dos"}), "CAT-13[TROJAN,WORM] CAT-12[]");
  EXPECT_EQ(Categories({"malware,dos"}), "CAT-13[] CAT-12[]");
  EXPECT_EQ(Categories({"denial", "of", "service"}), "CAT-12[]");
  EXPECT_THAT(Categories({"ransom"}), HasSubstr("\"ransom\" is not a category."));
  EXPECT_THAT(Categories({"malware/x"}), HasSubstr("\"x\" is not a detail of CAT-13. Possible: "
                                                   "TROJAN, WORM."));
}

TEST(ValuesTest, AgenciesAndShortNames) {
  EXPECT_EQ(*ParseEntity("DOP"), "entities/dop");
  EXPECT_EQ(*ParseEntity("#dop"), "entities/dop");
  EXPECT_EQ(*ParseEntity("entities/dop"), "entities/dop");
  EXPECT_FALSE(ParseEntity("d").ok());
  EXPECT_FALSE(ParseEntity("do p").ok());
  EXPECT_FALSE(ParseEntity("../etc").ok());
  EXPECT_EQ(ShortName("entities/dop"), "DOP");
  EXPECT_EQ(ShortName("people/dop.contact"), "dop.contact");
}

TEST(ValuesTest, RolesByCode) {
  EXPECT_EQ(absl::StrJoin(*ParseRoles(*TestPolicy(), "scio, csirt-h"), " "), "SCIO CSIRT_H");
  EXPECT_THAT(std::string(ParseRoles(*TestPolicy(), "<@U123>").status().message()),
              HasSubstr("Possible: PC, SCIO, CSIRT_H."));
}

std::string Fact(absl::string_view name, absl::string_view value) {
  const auto fact = ParseFact(*TestPolicy(), name, value);
  return fact.ok() ? fact->value() : absl::StrCat("error: ", fact.status().message());
}

TEST(ValuesTest, AnswersAsPeopleGiveThem) {
  EXPECT_EQ(Fact("attack_intrusion", "y"), "YES");
  EXPECT_EQ(Fact("attack_intrusion", "suspect"), "SUSPECTED");
  EXPECT_EQ(Fact("attack_intrusion", "?"), "UNKNOWN");
  EXPECT_EQ(Fact("personal_information", "no"), "NONE");
  EXPECT_EQ(Fact("personal_information", "yes"), "CONFIRMED");
  EXPECT_EQ(Fact("residents", "512"), "512");
  EXPECT_EQ(Fact("residents", "-1"), "error: \"residents:\" takes a whole number, not \"-1\".");
  EXPECT_EQ(Fact("cause", "a patch that was late"), "a patch that was late");
  EXPECT_EQ(Fact("attack_intrusion", "maybe"),
            "error: \"maybe\" is not an answer to attack_intrusion. Possible: YES, SUSPECTED, NO, "
            "UNKNOWN.");
}

std::string Past(absl::string_view text) {
  const chat::View view = TestView();
  const auto time = ParsePastTime("at", text, view.now, view.zone);
  return time.ok() ? absl::FormatTime("%Y-%m-%d %H:%M:%S", *time, view.zone)
                   : std::string(time.status().message());
}

TEST(ValuesTest, TimesAreTheLastOnes) {
  EXPECT_EQ(Past("now"), "2026-11-24 14:05:00");
  EXPECT_EQ(Past("14:05"), "2026-11-24 14:05:00");
  EXPECT_EQ(Past("14:06"), "2026-11-23 14:06:00");  // nobody means the future
  EXPECT_EQ(Past("9:30"), "2026-11-24 09:30:00");
  EXPECT_EQ(Past("20m"), "2026-11-24 13:45:00");
  EXPECT_EQ(Past("2 h ago"), "2026-11-24 12:05:00");
  EXPECT_EQ(Past("2026-11-24T13:05"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24 13:05"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T18:05:00Z"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T18:05Z"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T14:05:00+01:00"), "2026-11-24 08:05:00");
  EXPECT_EQ(Past("2027-01-01T00:00"), "\"at:2027-01-01T00:00\" is in the future.");
  for (const char* no : {"", "25:00", "14", "noon", "14:5x", "infinite-future", "infinite-past",
                         "1066-10-14T09:00", "99999999h"}) {
    EXPECT_THAT(Past(no), HasSubstr("is not a time")) << no;
  }
}

}  // namespace
}  // namespace belfry::chat
