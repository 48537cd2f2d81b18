#include "client-lib/chat/notice_card.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;
using testing::Not;

// Messages that stay: absolute times.
View StayingView() {
  View view = TestView();
  view.now = absl::InfinitePast();
  return view;
}

v1::Delivery TestDelivery(v1::Notice::Kind kind) {
  v1::Delivery delivery;
  delivery.set_name("deliveries/0190b3f2");
  delivery.set_incident("incidents/DOP-2026-0007");
  v1::Notice* notice = delivery.mutable_notice();
  notice->set_kind(kind);
  *notice->mutable_incident() = TestIncident();
  notice->mutable_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
  return delivery;
}

TEST(NoticeCardTest, ReminderSaysExactlyWhatToType) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_REMINDER);
  v1::Notice* notice = delivery.mutable_notice();
  notice->set_title("Daily status is due");
  notice->set_text("Tell ITD conditions, actions and needs.");
  notice->set_obligation("DAILY-STATUS#1[dop]");
  notice->add_clauses("POL-5.18");
  notice->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 7'200);
  notice->add_actions("update");
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_EQ(card.tone, Tone::kWarning);
  EXPECT_EQ(card.PlainText(),
            "DOP-2026-0007 · Daily status is due\n"
            "Tell ITD conditions, actions and needs.\n"
            "Incident: DOP-2026-0007 · SEV3 · Ransom note on three workstations\n"
            "Duty: DAILY-STATUS#1[dop]\n"
            "For: DOP: PC, SC\n"
            "Due: Tue 24 Nov 16:05 EST\n"
            "Next: /incident update DOP-2026-0007 conditions:\"…\" actions:\"…\"\n"
            "POL-5.18 · Tue 24 Nov 14:05 EST");
  ASSERT_EQ(card.buttons.size(), 2u);
  EXPECT_EQ(card.buttons[0].label, "Write it");
  EXPECT_EQ(card.buttons[0].command, "update DOP-2026-0007");
  EXPECT_TRUE(card.buttons[0].form);
  EXPECT_EQ(card.buttons[1].label, "Snooze");
  EXPECT_EQ(card.buttons[1].command, "snooze DOP-2026-0007 DAILY-STATUS#1[dop]");
  EXPECT_TRUE(card.buttons[1].form);
}

TEST(NoticeCardTest, WhatIsLateIsNotPutOffAndMayBeDeclined) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_OVERDUE);
  delivery.mutable_notice()->set_obligation("93H-AGO[dor]");
  const Card card = NoticeCard(delivery, StayingView());
  ASSERT_EQ(card.buttons.size(), 2u);
  EXPECT_EQ(card.buttons[0].label, "Send it");
  EXPECT_EQ(card.buttons[0].command, "notify DOP-2026-0007 93H-AGO[dor]");
  EXPECT_EQ(card.buttons[1].label, "Not needed");
  EXPECT_EQ(card.buttons[1].command, "waive DOP-2026-0007 93H-AGO[dor]");
  EXPECT_TRUE(card.buttons[1].form);
  EXPECT_THAT(card.PlainText(), HasSubstr("For: DOR"));
}

TEST(NoticeCardTest, AnotherAgencysDocumentSaysForWhomItIs) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_REMINDER);
  delivery.mutable_notice()->mutable_incident()->add_entities()->set_entity("entities/dor");
  delivery.mutable_notice()->set_obligation("DAILY-STATUS#1[dor]");
  EXPECT_EQ(NoticeCard(delivery, StayingView()).buttons[0].command,
            "update DOP-2026-0007 agency:DOR");
}

TEST(NoticeCardTest, ADoneDutyIsAReceipt) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_REMINDER);
  v1::Notice* notice = delivery.mutable_notice();
  notice->set_title("Daily status is due");
  notice->set_obligation("DAILY-STATUS#1[dop]");
  notice->add_actions("update");
  notice->set_done(true);
  notice->mutable_entry()->set_actor("people/dop.contact");
  notice->mutable_entry()->mutable_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_EQ(card.tone, Tone::kGood);
  EXPECT_EQ(card.title, "✓ DOP-2026-0007 · Daily status is due");
  EXPECT_EQ(card.body, "✓ Done by dop.contact, Tue 24 Nov 14:05 EST");
  EXPECT_TRUE(card.buttons.empty());
  EXPECT_TRUE(card.hints.empty());

  notice->clear_entry();
  notice->set_text("Waived by dop.iso: no residents.");
  EXPECT_EQ(NoticeCard(delivery, StayingView()).body,
            "✓ Done, Tue 24 Nov 14:05 EST\nWaived by dop.iso: no residents.");
  notice->mutable_incident()->set_restricted(true);
  const Card restricted = NoticeCard(delivery, StayingView());
  EXPECT_EQ(restricted.title, "✓ DOP-2026-0007 · restricted · a duty is done");
  EXPECT_TRUE(restricted.buttons.empty());
  EXPECT_THAT(restricted.PlainText(), Not(HasSubstr("dop.iso")));
}

TEST(NoticeCardTest, ARoomIsNoCard) {
  const Card card = NoticeCard(TestDelivery(v1::Notice::KIND_ROOM), StayingView());
  EXPECT_EQ(card.PlainText(), "");
  EXPECT_TRUE(card.buttons.empty());
}

TEST(NoticeCardTest, ADigestIsReadInHalfAMinute) {
  v1::Delivery delivery;
  v1::Notice* notice = delivery.mutable_notice();
  notice->set_kind(v1::Notice::KIND_DIGEST);
  v1::DigestContent* digest = notice->mutable_digest();
  digest->set_date("2026-11-24");
  digest->set_entity("entities/dop");
  digest->set_open_count(4);
  for (int i = 0; i < 9; ++i) {
    auto* line = digest->add_late();
    line->set_incident("incidents/DOP-2026-0007");
    line->set_title("Ransom note");
    line->set_obligation("DAILY-STATUS#1[dop]");
    line->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
  }
  auto* secret = digest->add_due_today();
  secret->set_incident("incidents/DOP-2026-0008");
  secret->set_obligation("93H-AGO");
  secret->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
  digest->set_left_out_count(3);
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_EQ(card.tone, Tone::kDanger);
  EXPECT_EQ(card.title, "DOP · 2026-11-24 · 4 open incidents, 9 LATE");
  EXPECT_THAT(card.body,
              HasSubstr("LATE (9)\n• DOP-2026-0007 · Daily status · Tue 24 Nov 14:05 EST · Ransom "
                        "note\n"));
  EXPECT_THAT(card.body, HasSubstr("… and 3 more\nDue today (1)\n"
                                   "• DOP-2026-0008 · restricted · Tue 24 Nov 14:05 EST\n"
                                   "New and changed: none"));
  EXPECT_THAT(card.body, Not(HasSubstr("attorney")));
  EXPECT_EQ(std::count(card.body.begin(), card.body.end(), '\n'), 10);
  EXPECT_EQ(card.context, "3 lines are not listed here");
}

TEST(NoticeCardTest, PersonalInformationIsMasked) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_LOG);
  delivery.mutable_notice()->mutable_entry()->set_text("His number is 078-05-1120, he says.");
  EXPECT_THAT(NoticeCard(delivery, StayingView()).PlainText(),
              HasSubstr("His number is ●●●, he says."));
}

TEST(NoticeCardTest, ADutyWithoutADocumentShowsThePacksRemedy) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_OVERDUE);
  delivery.mutable_notice()->set_obligation("CCIO-CSO-VIA-SCIO");
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_EQ(card.tone, Tone::kDanger);
  EXPECT_EQ(card.title, "DOP-2026-0007 · A duty is overdue");
  EXPECT_THAT(card.PlainText(),
              HasSubstr("Next: /incident notify DOP-2026-0007 CCIO-CSO-VIA-SCIO"));
}

TEST(NoticeCardTest, APageAsksForAnAcknowledgement) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_PAGE);
  delivery.mutable_notice()->set_title("You are paged for DOP-2026-0007");
  delivery.mutable_notice()->add_actions("ack");
  delivery.mutable_notice()->set_late(true);
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_EQ(card.tone, Tone::kDanger);
  EXPECT_EQ(card.title, "You are paged for DOP-2026-0007");
  EXPECT_THAT(card.PlainText(), HasSubstr("Next: /incident ack DOP-2026-0007"));
  EXPECT_THAT(card.context, HasSubstr("sent late: Belfry was not running when it fell due"));
  ASSERT_EQ(card.buttons.size(), 1u);
  EXPECT_EQ(card.buttons[0].label, "Acknowledge");
}

TEST(NoticeCardTest, TheHeadlineListsItsDuties) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_HEADLINE);
  auto* duty = delivery.mutable_notice()->add_duties();
  duty->set_obligation("FOLLOWUP-24H");
  duty->set_entity("entities/dop");
  duty->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 86'400);
  const Card card = NoticeCard(delivery, StayingView());
  EXPECT_THAT(card.PlainText(), HasSubstr("- FOLLOWUP-24H, Agency DOP, Due Wed 25 Nov 14:05 EST"));
  EXPECT_EQ(card.buttons.size(), 5u);
}

TEST(NoticeCardTest, ALogLineIsShort) {
  v1::Delivery delivery = TestDelivery(v1::Notice::KIND_LOG);
  auto* entry = delivery.mutable_notice()->mutable_entry();
  entry->set_text("Contained.");
  entry->set_actor("people/dop.contact");
  entry->set_via("slack");
  entry->mutable_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
  EXPECT_EQ(NoticeCard(delivery, StayingView()).PlainText(),
            "Contained.\nTue 24 Nov 14:05 EST · dop.contact · via slack");
}

TEST(NoticeCardTest, NothingOfARestrictedIncidentLeaksInAnyKind) {
  for (int kind = v1::Notice::KIND_HEADLINE; kind <= v1::Notice::KIND_DIGEST; ++kind) {
    if (kind == v1::Notice::KIND_ROOM) continue;
    v1::Delivery delivery = TestDelivery(static_cast<v1::Notice::Kind>(kind));
    v1::Notice* notice = delivery.mutable_notice();
    notice->mutable_incident()->set_restricted(true);
    notice->set_title("secret title");
    notice->set_text("secret text");
    notice->set_obligation("SECRET-DUTY");
    notice->mutable_entry()->set_text("secret entry");
    notice->add_actions("ack");
    notice->add_actions("update");
    const Card card = NoticeCard(delivery, StayingView());
    const std::string text = card.PlainText();
    for (const char* secret : {"secret", "SECRET", "Ransom", "SEV3", "CAT-13"}) {
      EXPECT_THAT(text, Not(HasSubstr(secret))) << kind;
    }
    EXPECT_THAT(text, HasSubstr("DOP-2026-0007 · restricted"));
    EXPECT_THAT(text, HasSubstr("open it in Belfry"));
    ASSERT_EQ(card.buttons.size(), 1u);
    EXPECT_EQ(card.buttons[0].command, "ack DOP-2026-0007");
  }
}

TEST(NoticeCardTest, AnAlarmWithoutAnIncidentHasATitle) {
  v1::Delivery delivery;
  delivery.mutable_notice()->set_kind(v1::Notice::KIND_ALARM);
  delivery.mutable_notice()->set_text("A delivery was given up.");
  EXPECT_EQ(NoticeCard(delivery, StayingView()).title, "Alarm");
}

}  // namespace
}  // namespace belfry::chat
