#include "client-lib/chat/values.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
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

TEST(ValuesTest, SeveralAnswersWhereThePolicyTakesThem) {
  EXPECT_EQ(Fact("elements", "ssn, account"), "SSN,ACCOUNT");
  EXPECT_EQ(Fact("elements", "ssn,SSN"), "SSN");
  EXPECT_THAT(Fact("elements", "ssn,shoe size"), HasSubstr("\"shoe size\" is not an answer"));
  EXPECT_THAT(Fact("elements", ","), HasSubstr("is not an answer"));
  // Where one answer is asked for, a comma makes no list.
  EXPECT_THAT(Fact("attack_intrusion", "YES,NO"), HasSubstr("is not an answer"));
}

TEST(ValuesTest, PeopleByTheirIds) {
  EXPECT_EQ(*ParsePerson("reader", "dop.contact"), "people/dop.contact");
  EXPECT_EQ(*ParsePerson("reader", "@DOP.Contact"), "people/dop.contact");
  EXPECT_EQ(*ParsePerson("reader", "people/dop.contact"), "people/dop.contact");
  for (const char* no : {"", "@", "<@U123>", "people/", "../etc", "a b"}) {
    EXPECT_THAT(std::string(ParsePerson("reader", no).status().message()),
                HasSubstr("is not a person"))
        << no;
  }
}

TEST(ValuesTest, EnumsAreTypedInAnySpelling) {
  const auto& statuses = *v1::Device::Status_descriptor();
  for (const char* word : {"SCAN_CLEAN", "scan-clean", "Scan_Clean"}) {
    EXPECT_EQ(*ParseEnumWord(statuses, "STATUS_", "a status", word), v1::Device::STATUS_SCAN_CLEAN);
  }
  // The value that stands for nothing is nothing to type, nor is what the server says itself.
  EXPECT_FALSE(ParseEnumWord(statuses, "STATUS_", "a status", "unspecified").ok());
  const auto& assessments = *v1::CostLine::Assessment_descriptor();
  EXPECT_EQ(std::string(ParseEnumWord(assessments, "ASSESSMENT_", "an assessment", "open",
                                      {v1::CostLine::ASSESSMENT_OPEN})
                            .status()
                            .message()),
            "\"open\" is not an assessment. Possible: reasonable, not_reasonable, written_off.");
  EXPECT_EQ(EnumWord("ASSESSMENT_NOT_REASONABLE", "ASSESSMENT_"), "not reasonable");
}

}  // namespace
}  // namespace belfry::chat
