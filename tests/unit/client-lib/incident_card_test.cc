#include "client-lib/chat/incident_card.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Labels(const Card& card) {
  std::vector<std::string> labels;
  for (const CardButton& button : card.buttons) labels.push_back(button.label);
  return labels;
}

TEST(IncidentCardTest, SaysEverythingAtOnce) {
  const Card card = IncidentCard(TestIncident(), TestView());
  EXPECT_EQ(card.tone, Tone::kWarning);
  EXPECT_EQ(card.PlainText(),
            "DOP-2026-0007 · SEV3 · Ransom note on three workstations\n"
            "Declared · 3 duties open\n"
            "Severity: SEV3 (kept up by F3)\n"
            "State: Declared\n"
            "Agency: DOP\n"
            "Type: CAT-13/TROJAN\n"
            "Escalation: Level 2 paged (page 2): dop.contact, dop.officer; nobody has "
            "acknowledged; next page Tue 24 Nov 14:35 EST (in 30 min)\n"
            "Next duty: DAILY-STATUS#1, due Wed 25 Nov 14:05 EST (in 24 h)\n"
            "Next: /incident ack DOP-2026-0007\n"
            "Next: /incident contain DOP-2026-0007   (or: resolve)\n"
            "Next: /incident duties DOP-2026-0007\n"
            "Reported Tue 24 Nov 14:05 EST by dop.reporter · TLP:AMBER · test@1");
}

TEST(IncidentCardTest, ButtonsFollowTheState) {
  v1::Incident incident = TestIncident();
  const View view = TestView();
  EXPECT_THAT(Labels(IncidentCard(incident, view)),
              ElementsAre("Acknowledge", "Update", "Escalate", "Note", "More…"));

  auto* chain = incident.mutable_escalations(0);
  chain->set_state(v1::EscalationChain::STATE_ACKNOWLEDGED);
  chain->set_acknowledged_by("people/dop.contact");
  const Card acknowledged = IncidentCard(incident, view);
  EXPECT_THAT(Labels(acknowledged), ElementsAre("Update", "Escalate", "Note", "More…"));
  EXPECT_THAT(acknowledged.PlainText(),
              HasSubstr("Escalation: Acknowledged by dop.contact at level 2"));

  chain->set_state(v1::EscalationChain::STATE_CLEARED);
  incident.set_state("RESOLVED");
  EXPECT_THAT(Labels(IncidentCard(incident, view)), ElementsAre("Note", "More…"));
  incident.set_state("CLOSED");
  EXPECT_THAT(Labels(IncidentCard(incident, view)), ElementsAre("More…"));
}

TEST(IncidentCardTest, ButtonsRunWhatAPersonWouldType) {
  const Card card = IncidentCard(TestIncident(), TestView());
  ASSERT_EQ(card.buttons.size(), 5u);
  EXPECT_EQ(card.buttons[0].command, "ack DOP-2026-0007");
  EXPECT_EQ(card.buttons[1].command, "update DOP-2026-0007");
  EXPECT_EQ(card.buttons[2].command, "escalate DOP-2026-0007");
  EXPECT_EQ(card.buttons[3].command, "note DOP-2026-0007");
  EXPECT_EQ(card.buttons[4].command, "help DOP-2026-0007");
  // What needs words opens a form; the rest is done by the press.
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(card.buttons[i].form, i >= 1 && i <= 3) << i;
}

// The card that asks repeats the facts, which a platform's own question cannot: one question is
// enough.
TEST(IncidentCardTest, AStepIsAskedAboutByItsAnswerNotByItsButton) {
  const auto buttons = ActionButtons({"contain", "reopen"}, TestIncident(), TestView());
  ASSERT_EQ(buttons.size(), 2u);
  EXPECT_EQ(buttons[0].label, "Contain");
  EXPECT_EQ(buttons[0].command, "contain DOP-2026-0007");
  EXPECT_EQ(buttons[0].confirm, "");
  EXPECT_FALSE(buttons[0].form);
  // The pack wants a reason for this one.
  EXPECT_TRUE(buttons[1].form);
}

TEST(IncidentCardTest, TlpRedIsForNamedReadersToo) {
  v1::Incident incident = TestIncident();
  incident.set_tlp("TLP:RED");
  const std::string text = IncidentCard(incident, TestView()).PlainText();
  EXPECT_THAT(text, HasSubstr("DOP-2026-0007 · restricted\nThis incident is marked TLP:RED."));
  EXPECT_THAT(text, testing::Not(HasSubstr("Ransom")));
  View terminal = TestView();
  terminal.show_restricted = true;
  EXPECT_THAT(IncidentCard(incident, terminal).PlainText(), HasSubstr("Ransom"));
}

TEST(IncidentCardTest, PersonalInformationIsMaskedInChat) {
  v1::Incident incident = TestIncident();
  incident.set_summary("The clerk's number is 078-05-1120.");
  const std::string text = IncidentCard(incident, TestView()).PlainText();
  EXPECT_THAT(text, HasSubstr("The clerk's number is ●●●."));
  View terminal = TestView();
  terminal.show_restricted = true;
  EXPECT_THAT(IncidentCard(incident, terminal).PlainText(), HasSubstr("078-05-1120"));
}

TEST(IncidentCardTest, MessagesThatStayHaveNoRelativeTimes) {
  View view = TestView();
  view.now = absl::InfinitePast();
  EXPECT_THAT(IncidentCard(TestIncident(), view).PlainText(),
              HasSubstr("Next duty: DAILY-STATUS#1, due Wed 25 Nov 14:05 EST\n"));
}

TEST(IncidentCardTest, RestrictedShowsItsNumberOnly) {
  v1::Incident incident = TestIncident();
  incident.set_restricted(true);
  EXPECT_EQ(IncidentCard(incident, TestView()).PlainText(),
            "DOP-2026-0007 · restricted\n"
            "This incident is restricted. Its content is shown to named readers only; open it in "
            "Belfry.\n"
            "Next: belfry show DOP-2026-0007   (at a terminal)\n"
            "Next: /incident ack DOP-2026-0007");
}

TEST(IncidentCardTest, DrillsAndOverdueDutiesStandOut) {
  v1::Incident incident = TestIncident();
  incident.set_drill(true);
  incident.set_overdue_obligation_count(1);
  incident.mutable_next_duty()->set_overdue(true);
  incident.mutable_next_duty()->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) -
                                                                300);
  const Card card = IncidentCard(incident, TestView());
  EXPECT_EQ(card.tone, Tone::kDanger);
  EXPECT_THAT(card.title, HasSubstr("DRILL · DOP-2026-0007"));
  EXPECT_THAT(card.PlainText(), HasSubstr("OVERDUE: DAILY-STATUS#1, due Tue 24 Nov 14:00 EST (5 "
                                          "min late)"));
  EXPECT_THAT(card.PlainText(), HasSubstr("3 duties open, 1 OVERDUE"));
}

TEST(IncidentCardTest, StaysWithinTheLimitsOfACard) {
  v1::Incident incident = TestIncident();
  for (int i = 0; i < 30; ++i) {
    auto* chain = incident.add_escalations();
    chain->set_entity(absl::StrCat("entities/e", i));
    chain->set_state(v1::EscalationChain::STATE_NOTIFIED);
  }
  incident.add_tickets()->set_system("E2E");
  incident.set_lead("people/dop.lead");
  incident.set_title(std::string(200, 'x'));
  const Card card = IncidentCard(incident, TestView());
  EXPECT_LE(card.fields.size(), 10u);
  EXPECT_LE(card.title.size(), 150u);
  EXPECT_THAT(card.PlainText(), HasSubstr("Next duty"));
}

}  // namespace
}  // namespace belfry::chat
