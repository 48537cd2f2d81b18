// The pack that ships and the grammar must agree: what Belfry tells people to type, it understands.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_replace.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/help.h"
#include "client-lib/chat/parser.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

class ShippedPackTest : public testing::Test {
 protected:
  ShippedPackTest() {
    std::ifstream file(BELFRY_SOURCE_DIR "/deploy/policy/itd-sec-4.3.textproto");
    std::ostringstream text;
    text << file.rdbuf();
    auto policy = std::make_shared<policy::v1::Policy>();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), policy.get()));
    policy_ = policy;
  }

  void Check(const Grammar& grammar, const std::string& remedy) {
    // Alternatives in brackets are for the reader.
    const std::string line =
        absl::StrReplaceAll(remedy.substr(0, remedy.find(" (")), {{"{incident}", "DOP-2026-0007"}});
    // A remedy may be a sentence: "wait, or …".
    if (!grammar.FindVerb(line.substr(0, line.find(' '))).has_value()) return;
    const auto command = Parse(line, grammar);
    EXPECT_TRUE(command.ok()) << line << "\n" << command.status();
  }

  std::shared_ptr<const policy::v1::Policy> policy_;
};

TEST_F(ShippedPackTest, EveryRemedyThatIsACommandParses) {
  const Grammar grammar(policy_);
  for (const auto& transition : policy_->transitions()) {
    for (const auto& guard : transition.guards()) Check(grammar, guard.remedy());
  }
  for (const auto& duty : policy_->obligations()) Check(grammar, duty.remedy());
}

TEST_F(ShippedPackTest, UpdateAndFollowupFindTheirDocuments) {
  const Grammar grammar(policy_);
  ASSERT_NE(grammar.DocumentOf(VerbKind::kUpdate), nullptr);
  ASSERT_NE(grammar.DocumentOf(VerbKind::kFollowup), nullptr);
  EXPECT_EQ(DocumentForm(grammar, *grammar.DocumentOf(VerbKind::kUpdate), "DOP-2026-0007"),
            "update DOP-2026-0007 conditions:\"…\" actions:\"…\" needs:\"…\"");
  EXPECT_EQ(DefaultField(*grammar.DocumentOf(VerbKind::kUpdate))->name(), "conditions");
}

// Slack shows 3,000 characters of a table and leaves out the rows behind them.
TEST_F(ShippedPackTest, TheMenuFitsIntoAMessage) {
  const Grammar grammar(policy_);
  View view;
  view.policy = policy_;
  size_t size = 0;
  for (const auto& row : HelpCard(grammar, view, "", Allowance()).table) {
    for (const std::string& cell : row) size += cell.size() + 5;
  }
  EXPECT_LE(size, 3'000u);
}

TEST_F(ShippedPackTest, NoVerbOfTheLifeCycleIsHiddenByACommand) {
  const Grammar grammar(policy_);
  for (const std::string& verb : grammar.TransitionVerbs()) {
    EXPECT_EQ(grammar.FindVerb(verb)->kind, VerbKind::kTransition) << verb;
  }
}

}  // namespace
}  // namespace belfry::chat
