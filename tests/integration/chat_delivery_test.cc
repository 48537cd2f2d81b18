// Cards, receipts, rooms and digests on their way to bots: over the API, with SQLite on disk.
#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Report = v1::ReportDeliveryRequest;

constexpr char kWorkspace[] = "T1";
constexpr char kRoom[] = "rooms/slack/T1/C-room";

// DOP's people can be reached on Slack and by mail, and its channel wants rooms.
v1::Directory Government() {
  v1::Directory directory = DemoDirectory();
  for (v1::Person& person : *directory.mutable_people()) {
    const std::string id = person.name().substr(sizeof("people/") - 1);
    person.clear_contacts();
    for (const char* platform : {"slack", "email"}) {
      v1::Contact* contact = person.add_contacts();
      contact->set_platform(platform);
      if (contact->platform() == "slack") contact->set_workspace(kWorkspace);
      contact->set_address(absl::StrCat(platform, ":", id));
    }
    v1::ChatAccount* account = person.add_chat_accounts();
    account->set_platform("slack");
    account->set_workspace(kWorkspace);
    account->set_user_id("U" + id);
  }
  for (v1::Channel& channel : *directory.mutable_channels()) {
    channel.set_platform("slack");
    channel.set_workspace(kWorkspace);
    if (channel.scope() == "entities/dop") channel.set_incident_rooms(true);
  }
  return directory;
}

class ChatDeliveryTest : public ::testing::Test {
 protected:
  std::vector<v1::Delivery> Lease(const std::string& holder = "bot-1",
                                  const std::string& incarnation = "1") {
    v1::LeaseDeliveriesRequest request;
    request.set_holder(holder);
    request.set_incarnation(incarnation);
    for (const char* platform : {"slack", "email"}) request.add_platforms(platform);
    request.set_max(100);
    const auto leased = server_.As("bot").LeaseDeliveries(request);
    EXPECT_THAT(leased, IsOk());
    return {leased->deliveries().begin(), leased->deliveries().end()};
  }
  static Report Reported(const v1::Delivery& delivery, Report::Outcome outcome,
                         const std::string& holder = "bot-1") {
    Report request;
    request.set_name(delivery.name());
    request.set_holder(holder);
    request.set_incarnation("1");
    request.set_outcome(outcome);
    if (outcome == Report::OUTCOME_DELIVERED) {
      request.mutable_message()->set_id(delivery.name());
      request.mutable_message()->set_channel(
          delivery.notice().has_room() ? "C-room" : delivery.endpoint().address());
    } else {
      request.set_error("channel_not_found");
    }
    return request;
  }
  absl::Status Tell(const v1::Delivery& delivery, Report::Outcome outcome) {
    return server_.As("bot").ReportDelivery(Reported(delivery, outcome)).status();
  }
  // Delivers everything there is, in turn, and returns it.
  std::vector<v1::Delivery> DeliverAll() {
    std::vector<v1::Delivery> all;
    for (;;) {
      const std::vector<v1::Delivery> leased = Lease();
      if (leased.empty()) return all;
      for (const v1::Delivery& delivery : leased) {
        EXPECT_THAT(Tell(delivery, Report::OUTCOME_DELIVERED), IsOk());
        all.push_back(delivery);
      }
    }
  }
  // Leases the card that `target` gets for the duty, and leaves it out; all before it arrives.
  v1::Delivery TakeCard(const std::string& target) {
    for (;;) {
      std::vector<v1::Delivery> found;
      const std::vector<v1::Delivery> leased = Lease();
      for (const v1::Delivery& delivery : leased) {
        if (Only({delivery}, target, kDuty).empty()) {
          EXPECT_THAT(Tell(delivery, Report::OUTCOME_DELIVERED), IsOk());
        } else {
          found.push_back(delivery);
        }
      }
      if (found.size() == 1) return found[0];
      if (leased.empty()) break;
    }
    ADD_FAILURE() << "there is no card for " << target;
    return {};
  }
  static std::vector<v1::Delivery> Only(const std::vector<v1::Delivery>& all,
                                        const std::string& target, const std::string& duty) {
    std::vector<v1::Delivery> found;
    for (const v1::Delivery& delivery : all) {
      const auto kind = delivery.notice().kind();
      const bool card = kind == v1::Notice::KIND_REMINDER || kind == v1::Notice::KIND_OVERDUE;
      if (card && delivery.target() == target && delivery.notice().obligation() == duty) {
        found.push_back(delivery);
      }
    }
    return found;
  }
  absl::Status FollowUp(const std::string& name) {
    v1::SubmitDocumentRequest request;
    request.set_name(name);
    request.set_type("FOLLOWUP");
    for (const char* field : {"summary", "impact", "actions", "next"}) {
      auto* added = request.add_fields();
      added->set_name(field);
      added->set_value("x");
    }
    return server_.As("dop.contact").SubmitDocument(request).status();
  }
  int CountInState(v1::Delivery::State state) {
    v1::ListDeliveriesRequest request;
    request.set_state(state);
    request.set_page_size(1000);
    return server_.As("admin").ListDeliveries(request)->deliveries_size();
  }

  static constexpr char kChannel[] = "channels/dop-incidents";
  static constexpr char kDuty[] = "FOLLOWUP-24H";
  TestServer server_{ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"), Government()};
};

TEST_F(ChatDeliveryTest, ANewerReminderNamesTheOlderAndTheReceiptTheNewest) {
  const std::string name = server_.Open();
  DeliverAll();
  server_.AdvanceTo(absl::Hours(12));
  const auto first = Only(DeliverAll(), kChannel, kDuty);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_FALSE(first[0].has_earlier());
  server_.AdvanceTo(absl::Hours(20));
  const auto second = Only(DeliverAll(), kChannel, kDuty);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_FALSE(second[0].notice().done());
  EXPECT_EQ(second[0].earlier().id(), first[0].name());
  EXPECT_EQ(second[0].earlier().platform(), "slack");
  // The last one is for the deputy as well.
  server_.AdvanceTo(absl::Hours(23));
  const auto third = Only(DeliverAll(), kChannel, kDuty);
  ASSERT_THAT(third, SizeIs(1));
  server_.Restart();
  ASSERT_THAT(FollowUp(name), IsOk());
  const auto all = DeliverAll();
  for (const char* target : {kChannel, "people/dop.contact", "people/dop.deputy"}) {
    const auto receipt = Only(all, target, kDuty);
    ASSERT_THAT(receipt, SizeIs(1)) << target;
    EXPECT_TRUE(receipt[0].notice().done());
    EXPECT_THAT(receipt[0].earlier().id(), HasSubstr("deliveries/"));
  }
  EXPECT_EQ(Only(all, kChannel, kDuty)[0].earlier().id(), third[0].name());
  // The officer got no card and hears nothing.
  EXPECT_THAT(Only(all, "people/dop.iso", kDuty), IsEmpty());
  EXPECT_THAT(Only(DeliverAll(), kChannel, kDuty), IsEmpty());
}

TEST_F(ChatDeliveryTest, WhatWasNeverSentIsReplacedOrTakenOut) {
  const std::string name = server_.Open();
  DeliverAll();
  server_.AdvanceTo(absl::Hours(23));  // three reminders, no bot
  const v1::Delivery card = TakeCard(kChannel);
  EXPECT_THAT(card.notice().title(), HasSubstr("due in 1 h"));  // the last of them
  // It is out and may be there, so there will be a receipt.
  ASSERT_THAT(FollowUp(name), IsOk());
  ASSERT_THAT(Tell(card, Report::OUTCOME_DELIVERED), IsOk());
  const auto receipt = Only(DeliverAll(), kChannel, kDuty);
  ASSERT_THAT(receipt, SizeIs(1));
  EXPECT_TRUE(receipt[0].notice().done());
  EXPECT_EQ(receipt[0].earlier().id(), card.name());
}

TEST_F(ChatDeliveryTest, WhoeverGotNoCardGetsNoReceipt) {
  const std::string name = server_.Open();
  DeliverAll();
  server_.AdvanceTo(absl::Hours(13));  // a reminder, no bot
  ASSERT_THAT(FollowUp(name), IsOk());
  const auto all = DeliverAll();
  for (const char* target : {kChannel, "people/dop.contact", "people/dop.deputy"}) {
    EXPECT_THAT(Only(all, target, kDuty), IsEmpty()) << target;
  }
  EXPECT_THAT(CountInState(v1::Delivery::STATE_SUPERSEDED), Gt(2));
}

TEST_F(ChatDeliveryTest, ACardThatFailsAfterTheDutyEndedIsNotTriedElsewhere) {
  const std::string name = server_.Open();
  DeliverAll();
  server_.AdvanceTo(absl::Hours(12));
  const v1::Delivery card = TakeCard("people/dop.contact");
  ASSERT_THAT(FollowUp(name), IsOk());
  ASSERT_THAT(Tell(card, Report::OUTCOME_FAILED), IsOk());
  // Neither the card by mail nor a receipt for what never arrived.
  EXPECT_THAT(Only(DeliverAll(), "people/dop.contact", kDuty), IsEmpty());
}

TEST_F(ChatDeliveryTest, ACardThatWentByMailHasNoReceipt) {
  const std::string name = server_.Open();
  DeliverAll();
  server_.AdvanceTo(absl::Hours(23));
  ASSERT_THAT(Tell(TakeCard("people/dop.contact"), Report::OUTCOME_FAILED), IsOk());
  const auto mail = Only(DeliverAll(), "people/dop.contact", kDuty);
  ASSERT_THAT(mail, SizeIs(1));
  EXPECT_EQ(mail[0].endpoint().platform(), "email");
  ASSERT_THAT(FollowUp(name), IsOk());
  const auto all = DeliverAll();
  EXPECT_THAT(Only(all, "people/dop.contact", kDuty), IsEmpty());
  EXPECT_THAT(Only(all, "people/dop.deputy", kDuty), SizeIs(1));
}

TEST_F(ChatDeliveryTest, ASnoozeOutlivesARestart) {
  const std::string name = server_.Open();
  DeliverAll();
  v1::SnoozeObligationRequest snooze;
  snooze.set_name(name);
  snooze.set_obligation(kDuty);
  *snooze.mutable_until_time() = ToProto(server_.start() + absl::Hours(21));
  snooze.set_reason("the vendor answers at noon");
  snooze.set_request_id("s-1");
  const auto snoozed = server_.As("dop.contact").SnoozeObligation(snooze);
  ASSERT_THAT(snoozed, IsOk());
  EXPECT_EQ(FromProto(snoozed->obligation().snooze_until_time()),
            server_.start() + absl::Hours(21));
  EXPECT_TRUE(server_.As("dop.contact").SnoozeObligation(snooze)->replayed());
  // Somebody of another agency learns not even that it exists.
  EXPECT_EQ(server_.As("bor.contact").SnoozeObligation(snooze).status().code(),
            absl::StatusCode::kNotFound);
  DeliverAll();
  server_.AdvanceTo(absl::Hours(15));
  server_.Restart();
  server_.AdvanceTo(absl::Hours(21) - absl::Seconds(1));
  EXPECT_THAT(Only(DeliverAll(), kChannel, kDuty), IsEmpty());
  server_.AdvanceTo(absl::Hours(21));
  EXPECT_THAT(Only(DeliverAll(), kChannel, kDuty), SizeIs(1));
}

// ---- Rooms ----

// What is written under messages of an incident that one may not see is not about the room's.
TEST_F(ChatDeliveryTest, AThreadOfAnInvisibleIncidentIsNotItsRooms) {
  const std::string name = server_.Open();
  DeliverAll();
  v1::CreateIncidentRequest report;
  report.set_title("A colleague");
  report.set_entity("entities/dop");
  report.set_restricted(true);
  const auto hidden = server_.As("dop.iso").CreateIncident(report);
  ASSERT_THAT(hidden, IsOk());
  v1::AddNoteRequest note;
  note.set_name(hidden->incident().name());
  note.set_text("x");
  note.mutable_source()->set_platform("slack");
  note.mutable_source()->set_workspace(kWorkspace);
  note.mutable_source()->set_channel("C-room");
  note.mutable_source()->set_id("9.9");
  ASSERT_THAT(server_.BotFor("dop.iso").AddNote(note), IsOk());
  const auto incident_at = [&](const std::string& message) {
    v1::LookupPlaceRequest request;
    *request.mutable_place() = note.source();
    request.mutable_place()->set_id(message);
    request.mutable_account()->set_platform("slack");
    request.mutable_account()->set_workspace(kWorkspace);
    request.mutable_account()->set_user_id("Udop.clerk");
    const auto place = server_.As("bot").LookupPlace(request);
    EXPECT_THAT(place, IsOk());
    return place.ok() ? place->incident() : "error";
  };
  EXPECT_EQ(incident_at("1.1"), name);
  EXPECT_EQ(incident_at("9.9"), "");
}

TEST_F(ChatDeliveryTest, ARoomIsOpenedOnceAndBlocksNobody) {
  server_.Open();
  v1::Delivery room;
  bool headline = false;
  for (const v1::Delivery& delivery : Lease()) {
    if (delivery.notice().kind() == v1::Notice::KIND_ROOM) room = delivery;
    headline |= delivery.notice().kind() == v1::Notice::KIND_HEADLINE;
  }
  // Beside the first message of the channel that asks for it, not before it.
  EXPECT_TRUE(headline);
  ASSERT_EQ(room.notice().room().name(), "inc-dop-2026-0001");
  EXPECT_THAT(room.notice().room().members(), Not(IsEmpty()));
  EXPECT_EQ(room.endpoint().platform(), "slack");
  Report without = Reported(room, Report::OUTCOME_DELIVERED);
  without.mutable_message()->clear_channel();
  const auto refused = server_.As("bot").ReportDelivery(without);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("message.channel"));
  ASSERT_THAT(Tell(room, Report::OUTCOME_DELIVERED), IsOk());
  ASSERT_THAT(Tell(room, Report::OUTCOME_DELIVERED), IsOk());  // the same fact twice
  int headlines = 0;
  for (const v1::Delivery& delivery : DeliverAll()) {
    if (delivery.target() != kRoom) continue;
    EXPECT_EQ(delivery.endpoint().address(), "C-room");
    if (delivery.notice().kind() == v1::Notice::KIND_HEADLINE) ++headlines;
  }
  EXPECT_EQ(headlines, 1);
}

TEST_F(ChatDeliveryTest, WhatWaitsForManyIsTakenOutWhenTheIncidentIsClosed) {
  const std::string name = server_.Open();
  DeliverAll();
  v1::AddNoteRequest note;
  note.set_name(name);
  note.set_text("the mail of the director");
  ASSERT_THAT(server_.As("dop.contact").AddNote(note), IsOk());
  // One bot has it already and gives it back; the other line has not been leased at all.
  const auto out = Lease();
  ASSERT_THAT(server_.As("dop.contact").AddNote(note), IsOk());
  v1::AssignCategoriesRequest closes;
  closes.set_name(name);
  closes.add_categories()->set_category("CAT-01");
  ASSERT_THAT(server_.As("csirt.handler").AssignCategories(closes), IsOk());
  for (const v1::Delivery& delivery : out) {
    Report retry = Reported(delivery, Report::OUTCOME_RETRY);
    retry.mutable_retry_after()->set_nanos(1);
    ASSERT_THAT(server_.As("bot").ReportDelivery(retry), IsOk());
  }
  for (const v1::Delivery& delivery : DeliverAll()) {
    EXPECT_THAT(delivery.notice().DebugString(), Not(HasSubstr("the mail of the director")));
    EXPECT_THAT(delivery.notice().DebugString(), Not(HasSubstr("Something is wrong")));
    // What stands in rooms and channels is taken back; nothing new goes there.
    const bool takes_back = delivery.notice().kind() == v1::Notice::KIND_HEADLINE ||
                            delivery.notice().kind() == v1::Notice::KIND_ROOM;
    EXPECT_TRUE(takes_back || absl::StartsWith(delivery.target(), "people/"))
        << delivery.ShortDebugString();
  }
}

// ---- Digests ----

TEST_F(ChatDeliveryTest, TheDigestListsWhatIsDueLateAndNew) {
  const std::string late = server_.Open();
  const std::string fresh = server_.Open("dop.contact");
  v1::CreateIncidentRequest secret;
  secret.set_title("Somebody reads the mail of others");
  secret.set_entity("entities/dop");
  secret.set_restricted(true);
  ASSERT_THAT(server_.As("dop.contact").CreateIncident(secret), IsOk());
  v1::CreateIncidentRequest other;
  other.set_title("Elsewhere");
  other.set_entity("entities/bor");
  ASSERT_THAT(server_.As("bor.contact").CreateIncident(other), IsOk());
  DeliverAll();
  server_.AdvanceTo(absl::Hours(24));
  std::map<std::string, v1::DigestContent> digests;
  for (const v1::Delivery& delivery : DeliverAll()) {
    if (delivery.notice().kind() != v1::Notice::KIND_DIGEST) continue;
    EXPECT_TRUE(digests.emplace(delivery.target() + delivery.incident(), delivery.notice().digest())
                    .second);
  }
  const auto digest = digests.find(absl::StrCat(kChannel, "incidents/DOP-REGISTER"));
  ASSERT_NE(digest, digests.end());
  const v1::DigestContent& content = digest->second;
  EXPECT_EQ(content.date(), "2026-10-07");
  // Not counting the restricted one, of which a channel learns nothing.
  EXPECT_EQ(content.open_count(), 2);
  EXPECT_EQ(content.left_out_count(), 0);
  std::vector<std::string> changed, due;
  for (const auto& line : content.changed()) changed.push_back(line.incident());
  EXPECT_THAT(changed, Contains(late));
  EXPECT_THAT(changed, Contains(fresh));
  EXPECT_THAT(changed, Not(Contains("incidents/BOR-2026-0001")));
  // Due at this very instant: decided before the digest, and so late, or after it, and so due.
  EXPECT_THAT(content.late(), Not(IsEmpty()));
  absl::Time before = absl::InfinitePast();
  for (const auto& line : content.late()) {
    EXPECT_GE(FromProto(line.due_time()), before);
    before = FromProto(line.due_time());
    EXPECT_THAT(line.obligation(), Not(IsEmpty()));
  }
  EXPECT_THAT(content.DebugString(), Not(HasSubstr("Somebody reads")));
  EXPECT_THAT(content.DebugString(), Not(HasSubstr("DOP-2026-0003")));
  // The officer was neither told nor named: for them it does not exist.
  const auto officer = digests.find("people/dop.isoincidents/DOP-REGISTER");
  ASSERT_NE(officer, digests.end());
  EXPECT_EQ(digests.count(absl::StrCat(kChannel, "incidents/BOR-REGISTER")), 0u);
  const auto itd = digests.find("people/csirt.executiveincidents/CENTRAL-REGISTER");
  ASSERT_NE(itd, digests.end());
  EXPECT_THAT(itd->second.DebugString(), HasSubstr("BOR-2026-0001"));
  EXPECT_THAT(itd->second.DebugString(), Not(HasSubstr("Somebody reads")));
}

TEST_F(ChatDeliveryTest, ADigestIsBoundedAndCountsTheRest) {
  for (int i = 0; i < 60; ++i) server_.Open();
  server_.AdvanceTo(absl::Hours(24), /*jump=*/true);
  for (const v1::Delivery& delivery : DeliverAll()) {
    if (delivery.notice().kind() != v1::Notice::KIND_DIGEST || delivery.target() != kChannel) {
      continue;
    }
    const v1::DigestContent& content = delivery.notice().digest();
    EXPECT_EQ(content.open_count(), 60);
    EXPECT_EQ(content.changed_size(), 50);
    EXPECT_LE(content.late_size(), 50);
    EXPECT_GE(content.left_out_count(), 10);
    return;
  }
  FAIL() << "there was no digest";
}

// ---- Platforms that are down ----

TEST_F(ChatDeliveryTest, APlatformThatIsDownUsesUpNoAttempts) {
  server_.Open();
  const auto leased = Lease();
  ASSERT_THAT(leased, Not(IsEmpty()));
  v1::Delivery delivery = leased[0];
  for (int i = 0; i < 30; ++i) {  // more than the attempts there are
    Report report = Reported(delivery, Report::OUTCOME_RETRY);
    report.set_not_attempted(true);
    report.mutable_retry_after()->set_nanos(1);
    const auto reported = server_.As("bot").ReportDelivery(report);
    ASSERT_THAT(reported, IsOk());
    ASSERT_EQ(reported->state(), v1::Delivery::STATE_PENDING) << i;
    bool again = false;
    for (const v1::Delivery& other : Lease()) {
      if (other.name() != delivery.name()) continue;
      again = true;
      EXPECT_EQ(other.attempt(), 1);
    }
    ASSERT_TRUE(again);
  }
  Report wrong = Reported(delivery, Report::OUTCOME_FAILED);
  wrong.set_not_attempted(true);
  EXPECT_THAT(std::string(server_.As("bot").ReportDelivery(wrong).status().message()),
              HasSubstr("not_attempted: goes with OUTCOME_RETRY"));
}

TEST_F(ChatDeliveryTest, APlatformThatStaysDownForADayIsGivenUpForTheNextAddress) {
  server_.Open();
  v1::Delivery page;
  for (const v1::Delivery& delivery : Lease()) {
    if (delivery.target() == "people/dop.contact") page = delivery;
  }
  ASSERT_EQ(page.endpoint().platform(), "slack");
  // As if it had waited for a day by now.
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(server_.database().c_str(), &database), SQLITE_OK);
  sqlite3_busy_timeout(database, 5000);
  const std::string age = absl::StrCat("UPDATE deliveries SET queued_us = queued_us - ",
                                       absl::ToInt64Microseconds(absl::Hours(25)));
  ASSERT_EQ(sqlite3_exec(database, age.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  Report report = Reported(page, Report::OUTCOME_RETRY);
  report.set_not_attempted(true);
  const auto reported = server_.As("bot").ReportDelivery(report);
  ASSERT_THAT(reported, IsOk());
  EXPECT_EQ(reported->state(), v1::Delivery::STATE_DEAD);
  std::vector<std::string> addresses;
  for (const v1::Delivery& delivery : Lease()) addresses.push_back(delivery.endpoint().address());
  EXPECT_THAT(addresses, Contains("email:dop.contact"));
}

TEST_F(ChatDeliveryTest, AnAlarmGoesByAnotherPlatformAndIsRaisedOnceForAPlace) {
  const std::string name = server_.Open();
  // The channel is gone: its headline first, then every line that hangs on it.
  std::vector<v1::Delivery> alarms;
  for (int round = 0; round < 20; ++round) {
    const auto leased = Lease();
    if (leased.empty() && round > 10) break;
    for (const v1::Delivery& delivery : leased) {
      if (delivery.notice().kind() == v1::Notice::KIND_ALARM) alarms.push_back(delivery);
      const bool dead =
          delivery.target() == kChannel && delivery.notice().kind() != v1::Notice::KIND_ROOM;
      ASSERT_THAT(Tell(delivery, dead ? Report::OUTCOME_FAILED : Report::OUTCOME_DELIVERED),
                  IsOk());
    }
    if (round < 5) {
      v1::AddNoteRequest note;
      note.set_name(name);
      note.set_text(absl::StrCat("line ", round));
      ASSERT_THAT(server_.As("dop.contact").AddNote(note), IsOk());
    }
  }
  // One for the incident, one for the register, whose headline went there as well.
  std::map<std::string, int> told;
  for (const v1::Delivery& alarm : alarms) {
    EXPECT_EQ(alarm.endpoint().platform(), "email");
    ++told[absl::StrCat(alarm.target(), " ", alarm.incident())];
  }
  ASSERT_THAT(told, Not(IsEmpty()));
  for (const auto& [target, times] : told) EXPECT_EQ(times, 1) << target;
}

}  // namespace
}  // namespace belfry::testing
