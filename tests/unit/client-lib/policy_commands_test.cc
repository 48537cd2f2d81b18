// What `belfry policy` makes of words and of answers.
#include "client-lib/cli/policy_commands.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/cli/output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(PolicyCommandsTest, TheWordsOfASimulationAreThoseOfAReport) {
  const auto request =
      cli::ParseSimulation(*TestPolicy(),
                           {"Ransom note", "type:ransomware", "sev:3", "agency:DOP",
                            "attack:suspected", "for:14d", "react:on-time"},
                           kNow);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->incident().title(), "Ransom note");
  EXPECT_EQ(request->incident().categories(0).category(), "CAT-13");
  EXPECT_EQ(request->incident().severity(), "SEV3");
  EXPECT_EQ(request->incident().entity(), "entities/dop");
  EXPECT_EQ(request->incident().facts(0).name(), "attack_intrusion");
  EXPECT_EQ(request->incident().facts(0).value(), "SUSPECTED");
  EXPECT_EQ(request->incident().facts(0).reason(), "");
  EXPECT_EQ(request->horizon().seconds(), 14 * 86'400);
  EXPECT_EQ(request->reaction(), v1::SimulatePolicyRequest::REACTION_ON_TIME);
  EXPECT_FALSE(request->has_start_time());
}

TEST(PolicyCommandsTest, WrongWordsAreNamed) {
  const auto error = [](const std::string& word) {
    const auto request = cli::ParseSimulation(*TestPolicy(), {word}, kNow);
    return request.ok() ? std::string("no error") : std::string(request.status().message());
  };
  EXPECT_THAT(error("for:ever"), HasSubstr("for:72h"));
  EXPECT_THAT(error("react:slowly"), HasSubstr("react:none or react:on-time"));
  EXPECT_THAT(error("type:flood"), HasSubstr("flood"));
  EXPECT_THAT(error("restricted:yes"), HasSubstr("restricted"));
}

v1::PreviewPolicyResponse Preview() {
  v1::PreviewPolicyResponse preview;
  preview.set_in_force("itd@1");
  preview.set_name("itd@2");
  preview.set_open_incidents(3);
  preview.set_open_duties(9);
  v1::PolicyChange* change = preview.add_changes();
  change->set_kind(v1::PolicyChange::KIND_CHANGED);
  change->set_list("obligations");
  change->set_item("FOLLOWUP-24H");
  change->add_clauses("POL-5.17");
  change->set_open_duties(2);
  auto* field = change->add_fields();
  field->set_field("due");
  field->set_before("24h");
  field->set_after("12h");
  return preview;
}

TEST(PolicyCommandsTest, APreviewShowsOldAndNewAndWhatStays) {
  const std::string text = cli::RenderCard(cli::PreviewCard(Preview()), {.width = 100});
  EXPECT_THAT(text, HasSubstr("itd@1 → itd@2: 1 change"));
  EXPECT_THAT(text, HasSubstr("3 open incidents with 9 open duties stay"));
  EXPECT_THAT(text, HasSubstr("FOLLOWUP-24H"));
  EXPECT_THAT(text, HasSubstr("24h"));
  EXPECT_THAT(text, HasSubstr("12h"));
  EXPECT_THAT(text, HasSubstr("POL-5.17"));
  EXPECT_THAT(text, Not(HasSubstr("refused")));
  v1::PreviewPolicyResponse refused = Preview();
  refused.set_refusal("revision: raise it");
  EXPECT_THAT(cli::RenderCard(cli::PreviewCard(refused), {}), HasSubstr("revision: raise it"));
}

TEST(PolicyCommandsTest, ATimelineSaysWhenWhatWhoAndWhichClause) {
  v1::SimulatePolicyResponse simulation;
  simulation.set_policy("itd@2");
  simulation.set_state("REPORTED");
  simulation.set_severity("SEV3");
  const auto add = [&](int64_t seconds, const std::string& what) {
    auto* step = simulation.add_steps();
    step->mutable_entry()->mutable_time()->set_seconds(1'800'000'000 + seconds);
    step->mutable_entry()->set_text(what);
    step->mutable_entry()->add_clauses("POL-5.17");
    step->add_told()->set_target("people/dop.contact");
    step->add_told()->set_target("channels/dop");
  };
  add(0, "Reported");
  add(86'400, "FOLLOWUP-24H is overdue");
  for (int i = 1; i <= 9; ++i) add(86'400 + 600 * i, absl::StrCat("Paged again, try ", i));
  for (int i = 1; i <= 5; ++i) {
    add(100'000 + 600 * i, absl::StrCat("Called ", i));
    add(100'000 + 600 * i, absl::StrCat("Answered ", i));
  }
  add(120'000, "The end");
  simulation.mutable_end_time()->set_seconds(1'800'000'000 + 172'800);
  v1::Obligation* duty = simulation.add_duties();
  duty->set_instance("FOLLOWUP-24H");
  duty->set_subject("entities/dop");
  duty->set_state(v1::Obligation::STATE_OVERDUE);
  duty->mutable_due_time()->set_seconds(1'800'086'400);
  std::string text;
  for (const chat::Card& card : cli::SimulationCards(simulation, absl::UTCTimeZone())) {
    absl::StrAppend(&text, cli::RenderCard(card, {.width = 120}));
  }
  EXPECT_THAT(text, HasSubstr("What would happen under itd@2"));
  EXPECT_THAT(text, HasSubstr("at once"));
  EXPECT_THAT(text, HasSubstr("+24 h"));
  // What nobody answers repeats itself; one line says how often.
  EXPECT_THAT(text, HasSubstr("Paged again, try 1"));
  EXPECT_THAT(text, HasSubstr("and so on, 8 times more"));
  EXPECT_THAT(text, Not(HasSubstr("try 5")));
  EXPECT_THAT(text, HasSubstr("Called 1"));
  EXPECT_THAT(text, HasSubstr("and so on, 4 times more"));
  EXPECT_THAT(text, HasSubstr("The end"));
  EXPECT_THAT(text, HasSubstr("dop.contact, #dop"));
  EXPECT_THAT(text, HasSubstr("OVERDUE"));
  EXPECT_THAT(text, HasSubstr("POL-5.17"));
}

}  // namespace
}  // namespace belfry
