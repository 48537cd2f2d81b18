// What waits for one person.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunHomeTest : public RunFixture {
 protected:
  RunHomeTest() {
    connection_->WhoAmI_answer->set_principal("people/dop.contact");
    auto* role = connection_->WhoAmI_answer->add_role_assignments();
    role->set_role("PC");
    role->set_scope("entities/dop");
    v1::ListIncidentsResponse page;
    *page.add_incidents() = TestIncident();
    connection_->pages = {page};
  }

  v1::Obligation* AddDuty(const std::string& instance, const std::string& role, int hours) {
    v1::Obligation* duty = connection_->ListObligations_answer->add_obligations();
    duty->set_instance(instance);
    duty->set_title(absl::StrCat("Title of ", instance));
    duty->set_state(hours < 0 ? v1::Obligation::STATE_OVERDUE : v1::Obligation::STATE_PENDING);
    duty->add_owner_roles(role);
    duty->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + hours * 3600);
    return duty;
  }
};

TEST_F(RunHomeTest, MyDutiesWithCountdownsAndMyPages) {
  AddDuty("DAILY-STATUS#1[dop]", "PC", 4);
  AddDuty("93H-AGO[dop]", "PC", -2);
  AddDuty("FOLLOWUP-24H", "ISO", 1);
  for (const char* line : {"home", "mine"}) {
    const Card card = Run(line).card;
    EXPECT_EQ(card.title, "dop.contact · 2 duties, 1 LATE");
    EXPECT_EQ(card.tone, Tone::kDanger);
    EXPECT_THAT(card.body, HasSubstr("You are paged for DOP-2026-0007 Ransom note"));
    ASSERT_EQ(card.table.size(), 3u);
    EXPECT_THAT(card.table[1], ElementsAre("Title of 93H-AGO[dop]",
                                           "DOP-2026-0007 Ransom note on three workstations",
                                           "LATE since Tue 24 Nov 12:05 EST (2 h late)"));
    EXPECT_THAT(card.table[2][2], HasSubstr("(in 4 h)"));
    ASSERT_EQ(card.buttons.size(), 5u);
    EXPECT_EQ(card.buttons[0].command, "ack DOP-2026-0007");
    EXPECT_EQ(card.buttons[1].command, "notify DOP-2026-0007 93H-AGO[dop]");
    EXPECT_TRUE(card.buttons[1].form);
    EXPECT_EQ(card.buttons[2].command, "update DOP-2026-0007");
    EXPECT_EQ(card.buttons[3].command, "open");
    EXPECT_EQ(card.buttons[4].command, "list");
  }
}

TEST_F(RunHomeTest, ARoleCountsWhereItIsHeld) {
  AddDuty("DAILY-STATUS#1[dor]", "PC", 4)->set_subject("entities/dor");
  EXPECT_EQ(Run("home").card.title, "dop.contact · nothing is owed");
  connection_->WhoAmI_answer->mutable_role_assignments(0)->set_scope("");
  EXPECT_EQ(Run("home").card.title, "dop.contact · 1 duty");
  connection_->WhoAmI_answer->clear_role_assignments();
  EXPECT_THAT(Run("home").card.body, HasSubstr("You hold no role"));
}

TEST_F(RunHomeTest, NothingOfARestrictedIncidentIsShown) {
  connection_->pages[0]->mutable_incidents(0)->set_restricted(true);
  AddDuty("93H-AGO[dop]", "PC", 4);
  const Card card = Run("home").card;
  const std::string text = card.PlainText();
  EXPECT_THAT(text, Not(HasSubstr("Ransom")));
  EXPECT_THAT(text, Not(HasSubstr("93H")));
  EXPECT_THAT(text, HasSubstr("DOP-2026-0007 restricted"));
  for (const CardButton& button : card.buttons) {
    EXPECT_THAT(absl::StrCat(button.label, button.command), Not(HasSubstr("93H")));
  }
}

TEST_F(RunHomeTest, OneLookAsksABoundedNumberOfQuestions) {
  v1::ListIncidentsResponse page;
  for (int i = 0; i < 150; ++i) {
    *page.add_incidents() = TestIncident();
    page.mutable_incidents(i)->set_name(absl::StrCat("incidents/DOP-2026-", 1000 + i));
  }
  connection_->pages = {page};
  AddDuty("DAILY-STATUS#1[dop]", "PC", 4);
  const Card card = Run("home").card;
  EXPECT_LE(connection_->calls.size(), 15u);
  EXPECT_EQ(std::count(connection_->calls.begin(), connection_->calls.end(), "ListObligations"),
            12);
  EXPECT_LE(card.table.size(), 16u);
  EXPECT_LE(card.buttons.size(), 5u);
}

TEST_F(RunHomeTest, TimesTravelAsTokens) {
  context_.time_tokens = true;
  AddDuty("DAILY-STATUS#1[dop]", "PC", 4);
  EXPECT_THAT(Run("home").card.table[1][2], HasSubstr("\xEE\x80\x80"));
}

}  // namespace
}  // namespace belfry::chat
