// Personal information in running text, by the patterns of the packs that ship.
#include "client-lib/chat/personal.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

policy::v1::Policy Pack(const std::string& name) {
  std::ifstream file(absl::StrCat(BELFRY_SOURCE_DIR "/deploy/policy/", name, ".textproto"));
  std::ostringstream text;
  text << file.rdbuf();
  policy::v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &policy));
  return policy;
}

class PersonalTest : public testing::TestWithParam<const char*> {
 protected:
  std::vector<std::string> Found(absl::string_view text) const {
    std::vector<std::string> titles;
    for (const auto* pattern : FindPersonal(pack_, text)) titles.push_back(pattern->title());
    return titles;
  }

  const policy::v1::Policy pack_ = Pack(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Packs, PersonalTest, testing::Values("itd-sec-4.3", "county-nist-800-61"),
                         [](const auto& pack) { return std::string(pack.param).substr(0, 3); });

TEST_P(PersonalTest, FindsWhatChapter93HNames) {
  struct Case {
    const char* text;
    const char* title;
  };
  for (const Case& c : {
           Case{"the SSN is 078-05-1120", "a Social Security number"},
           Case{"078 05 1120 is hers", "a Social Security number"},
           Case{"SSN: 078051120", "a Social Security number"},
           Case{"social security number 078051120", "a Social Security number"},
           // What phones and word processors make of a hyphen.
           Case{"078‑05‑1120 and 078–05–1120", "a Social Security number"},
           Case{"card 4111 1111 1111 1111 exp 09/28", "the number of a payment card"},
           Case{"4111111111111111", "the number of a payment card"},
           Case{"5500-0000-0000-0004", "the number of a payment card"},
           Case{"amex 3782 822463 10005", "the number of a payment card"},
           Case{"licence S12345678", "a driver's licence number"},
           Case{"SA1234567 was shown", "a driver's licence number"},
           Case{"account number 00123456789", "a bank account number"},
           Case{"acct. no. 4455667788", "a bank account number"},
           Case{"routing 011000015", "a bank account number"},
           Case{"IBAN DE89 3704 0044 0532 0130 00", "a bank account number"},
       }) {
    EXPECT_THAT(Found(c.text), ElementsAre(c.title)) << c.text;
  }
}

TEST_P(PersonalTest, LeavesAloneWhatIncidentsAreFullOf) {
  for (const char* text : {
           "DOP-2026-0007 and INC0012345, E2E ticket 4711",
           "10.20.4.0/24 and 2001:db8::1, port 8443",
           "call 617-555-0123 or (617) 555-0199, +1 617 555 0123",
           "2026-11-24T14:05:00Z, 14:05:12.123456",
           "deliveries/0190b3f2-7c4a-7000-8000-123456789012",
           "sha256 6597f939c08fb1877f13929ff99e282d10f86dff6529f6e4e76633a95ba4b448",
           "4111 1111 1111 1112 fails the check",
           "1234567890123456",
           "the account was locked; accounts of 123456 users",
           "an account with 20261124 in its name",
           "000-12-3456 and 666-12-3456 and 912-12-3456 are no numbers of people",
           "078-05-11201 and 1078-05-1120",
           "S1234567 and SA123456 and SEV1, SHA256",
           "MAC 00-1B-44-11-3A-B7, serial 078-05-1120-9",
           "CVE-2024-12345, KB5034441, CAT-13, POL-5.17",
           "",
       }) {
    EXPECT_THAT(Found(text), IsEmpty()) << text;
  }
}

TEST_P(PersonalTest, MasksThePartAndNothingElse) {
  EXPECT_EQ(MaskPersonal(pack_, "the SSN is 078-05-1120, card 4111 1111 1111 1111."),
            "the SSN is ●●●, card ●●●.");
  EXPECT_EQ(MaskPersonal(pack_, "account number 00123456789 at the bank"),
            "account number ●●● at the bank");
  EXPECT_EQ(MaskPersonal(pack_, "078-05-1120 078-05-1121"), "●●● ●●●");
  EXPECT_EQ(MaskPersonal(pack_, "nothing here"), "nothing here");
}

TEST_P(PersonalTest, MasksEveryPartOfACardButWhatIsRun) {
  const std::string secret = "078-05-1120";
  Card card;
  card.title = card.body = card.context = secret;
  card.fields = {{secret, secret}};
  card.table = {{"a"}, {secret}};
  card.hints = {secret};
  card.buttons.emplace_back();
  card.buttons[0].label = card.buttons[0].confirm = secret;
  card.buttons[0].command = absl::StrCat("note ", secret);
  MaskCard(pack_, card);
  EXPECT_EQ(card.PlainText().find("078"), std::string::npos);
  EXPECT_EQ(card.buttons[0].label, "●●●");
  EXPECT_EQ(card.buttons[0].confirm, "●●●");
  EXPECT_EQ(card.buttons[0].command, "note 078-05-1120");
}

TEST(PersonalPatternTest, APatternThatCannotBeUsedHarmsNothing) {
  policy::v1::Policy policy;
  policy.add_personal_patterns()->set_pattern("(");
  policy.add_personal_patterns()->set_pattern("no group");
  policy.add_personal_patterns()->set_pattern("(x*)");  // fits nothing as well
  EXPECT_EQ(MaskPersonal(policy, "axxb"), "a●●●b");
  EXPECT_EQ(MaskPersonal(policy, ""), "");
}

TEST(PersonalPatternTest, OverlapsAreMaskedOnce) {
  policy::v1::Policy policy;
  policy.add_personal_patterns()->set_pattern("(abc)");
  policy.add_personal_patterns()->set_pattern("(bcd)");
  EXPECT_EQ(MaskPersonal(policy, "xabcdx"), "x●●●x");
}

}  // namespace
}  // namespace belfry::chat
