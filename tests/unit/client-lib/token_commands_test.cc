// What `belfry token` makes of words and of answers.
#include "client-lib/cli/token_commands.h"

#include <string>

#include "absl/strings/str_join.h"
#include "client-lib/cli/output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TokenCommandsTest, ALineBecomesAnOrder) {
  const auto line =
      cli::ParseTokenLine({"Sensor", "of", "DOP", "scopes:incidents.read,incidents.write",
                           "for:1d12h", "principal:systems/siem.dop", "file:/tmp/x"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->request.display_name(), "Sensor of DOP");
  EXPECT_THAT(line->request.scopes(), ElementsAre("incidents.read", "incidents.write"));
  EXPECT_EQ(line->request.lifetime().seconds(), 36 * 3600);
  EXPECT_EQ(line->request.principal(), "systems/siem.dop");
  EXPECT_EQ(line->file, "/tmp/x");
  const auto plain = cli::ParseTokenLine({"laptop", "scopes:tokens"});
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->request.has_lifetime());
}

TEST(TokenCommandsTest, WhatIsMissingOrWrongIsNamed) {
  const auto error = [](const std::vector<std::string>& words) {
    return std::string(cli::ParseTokenLine(words).status().message());
  };
  EXPECT_THAT(error({"scopes:tokens"}), HasSubstr("name"));
  EXPECT_THAT(error({"laptop"}), HasSubstr("scopes:"));
  EXPECT_THAT(error({"laptop", "scopes:"}), HasSubstr("scopes:"));
  for (const char* wrong : {"for:", "for:soon", "for:-1d", "for:5", "for:0d"}) {
    EXPECT_THAT(error({"laptop", "scopes:tokens", wrong}),
                wrong == std::string("for:0d") ? HasSubstr("") : HasSubstr("90d"))
        << wrong;
  }
}

TEST(TokenCommandsTest, AListShowsWhatIsNeededToChoose) {
  v1::ListTokensResponse tokens;
  v1::AccessToken* good = tokens.add_tokens();
  good->set_name("tokens/k3v9abcdefghijkl");
  good->set_principal("people/ana");
  good->set_display_name("laptop");
  good->add_scopes("incidents.read");
  good->mutable_expire_time()->set_seconds(1'800'000'000);
  good->set_state(v1::AccessToken::STATE_ACTIVE);
  v1::AccessToken* gone = tokens.add_tokens();
  *gone = *good;
  gone->set_state(v1::AccessToken::STATE_REVOKED);
  gone->set_revoker("systems/admin");
  gone->mutable_last_use_time()->set_seconds(1'700'000'000);
  const chat::Card card = cli::TokensCard(tokens);
  ASSERT_EQ(card.table.size(), 3u);
  EXPECT_THAT(absl::StrJoin(card.table[1], "|"),
              AllOf(HasSubstr("k3v9abcdefghijkl|people/ana|laptop|incidents.read|2027-01-15 08:00"),
                    HasSubstr("never|good"), Not(HasSubstr("tokens/"))));
  EXPECT_THAT(absl::StrJoin(card.table[2], "|"),
              AllOf(HasSubstr("2023-11-14 22:13"), HasSubstr("by systems/admin")));
}

}  // namespace
}  // namespace belfry
