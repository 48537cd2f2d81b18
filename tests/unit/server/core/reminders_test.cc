// Reminders that do not give up: snoozes, the lead, receipts, digests, rooms, alarms.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "server/base/room_name.h"
#include "server/core/digest.h"
#include "server/core/policy/read.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Status = absl::StatusCode;

v1::SnoozeObligationRequest Snooze(const CoreWorld& world, absl::Duration until,
                                   const std::string& duty = "FOLLOWUP-24H") {
  v1::SnoozeObligationRequest request;
  request.set_obligation(duty);
  *request.mutable_until_time() = ToProto(world.start() + until);
  request.set_reason("in a meeting with the vendor");
  return request;
}

// "hour(+collapsed)" of the reminders of a duty.
std::vector<std::string> Reminders(const CoreWorld& world, const std::string& instance) {
  std::vector<std::string> reminders;
  for (const auto& event : world.events()) {
    const auto& body = event.reminder_sent();
    if (body.instance() != instance) continue;
    reminders.push_back(
        absl::StrCat(absl::ToInt64Hours(FromProto(event.time()) - world.start()),
                     body.collapsed() == 0 ? "" : absl::StrCat("+", body.collapsed())));
  }
  return reminders;
}

std::vector<std::string> Targets(const std::vector<core::NoticeDraft>& drafts,
                                 v1::Notice::Kind kind) {
  std::vector<std::string> targets;
  for (const core::NoticeDraft& draft : drafts) {
    if (draft.notice.kind() == kind) targets.push_back(draft.target);
  }
  return targets;
}

// ---- Snoozes ----

TEST(SnoozeTest, StopsRemindersAndEndsWithOneForAllThatFellIntoIt) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(11));
  // Over the reminders of 12 h and 20 h after the report.
  ASSERT_THAT(world.Act("dop.deputy", Snooze(world, absl::Hours(21))), IsOk());
  EXPECT_EQ(core::NextDue(world.policy(), world.state()) > world.now(), true);
  world.Advance(absl::Hours(21) - absl::Seconds(1));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), IsEmpty());
  world.Advance(absl::Hours(21));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("21+2"));
  // The rest of the schedule, the deadline and what follows from it stay.
  world.Advance(absl::Hours(24));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("21+2", "23"));
  EXPECT_EQ(world.Duty("FOLLOWUP-24H"), v1::Obligation::STATE_OVERDUE);
  EXPECT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(24));
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(SnoozeTest, RemindsAtItsEndAlsoWhenNothingFellIntoIt) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(12));
  ASSERT_THAT(world.Act("dop.contact", Snooze(world, absl::Hours(14))), IsOk());
  world.Advance(absl::Hours(19));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("12", "14"));
}

TEST(SnoozeTest, IsShownUntilItsEndAndInTheRecord) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Act("dop.contact", Snooze(world, absl::Hours(14), "followup-24h")), IsOk());
  const auto shown = [&] {
    return core::ToObligation(world.policy(), *core::FindObligation(world.state(), "FOLLOWUP-24H"));
  };
  EXPECT_EQ(FromProto(shown().snooze_until_time()), world.start() + absl::Hours(14));
  const auto entry = core::ToTimelineEntry(world.policy(), world.state(), world.fresh().back());
  EXPECT_EQ(entry.kind(), "SNOOZED");
  EXPECT_THAT(entry.text(), HasSubstr("until Tue 06 Oct 22:00 EDT: in a meeting"));
  EXPECT_THAT(entry.clauses(), Contains("POL-5.17"));
  // Everybody else reads it as well: silence has a reason.
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_LOG),
              ElementsAre("channels/dop-incidents"));
  world.Advance(absl::Hours(14));
  EXPECT_FALSE(shown().has_snooze_until_time());
}

TEST(SnoozeTest, IsForThoseWhoOweTheDuty) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  for (const char* who : {"dop.clerk", "dop.iso", "csirt.handler", "dor.contact", "eox.scio"}) {
    EXPECT_EQ(world.Act(who, Snooze(world, absl::Hours(14))).code(), Status::kPermissionDenied)
        << who;
  }
  EXPECT_THAT(std::string(world.Act("dop.iso", Snooze(world, absl::Hours(14))).message()),
              HasSubstr("snoozing FOLLOWUP-24H is for PC"));
}

TEST(SnoozeTest, EndsInTheFutureWithinADayAndBeforeTheDeadline) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(1));
  const auto refused = [&](v1::SnoozeObligationRequest request) {
    const absl::Status status = world.Act("dop.contact", std::move(request));
    EXPECT_EQ(status.code(), Status::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refused(Snooze(world, absl::Hours(1))), HasSubstr("until_time: is not in the"));
  EXPECT_THAT(refused(Snooze(world, absl::Hours(24))),
              HasSubstr("until_time: is not before the deadline of FOLLOWUP-24H"));
  EXPECT_THAT(refused(Snooze(world, absl::Hours(26))), HasSubstr("until_time: is more than 1 d"));
  auto request = Snooze(world, absl::Hours(2));
  request.clear_until_time();
  EXPECT_THAT(refused(request), HasSubstr("until_time: is needed"));
  request = Snooze(world, absl::Hours(2));
  request.set_reason("  ");
  EXPECT_THAT(refused(request), HasSubstr("reason"));
  EXPECT_THAT(refused(Snooze(world, absl::Hours(2), "INIT-REPORT")), HasSubstr("obligation"));
  EXPECT_THAT(refused(Snooze(world, absl::Hours(2), "")), HasSubstr("obligation"));
  // What is late has nothing ahead that one could be reminded of.
  world.Advance(absl::Hours(25));
  EXPECT_THAT(refused(Snooze(world, absl::Hours(26))), HasSubstr("still ahead"));
}

TEST(SnoozeTest, OfWhatNobodyIsRemindedOfIsRefused) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  const absl::Status status =
      world.Act("csirt.handler", Snooze(world, absl::Minutes(10), "CSIRT-CONTACT"));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("nobody is reminded of CSIRT-CONTACT"));
}

TEST(SnoozeTest, KeepsNoMoreThanWholeMicroseconds) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  auto request = Snooze(world, absl::Hours(14));
  request.mutable_until_time()->set_nanos(999);
  ASSERT_THAT(world.Act("dop.contact", request), IsOk());
  world.Advance(absl::Hours(14));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("14+1"));
}

TEST(SnoozeTest, IsOverWhenTheDeadlineMoves) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Act("dop.contact", Snooze(world, absl::Hours(21))), IsOk());
  // Seen ten hours earlier than was thought: due 14 h after the report.
  v1::AddEntityRequest correct;
  correct.mutable_entity()->set_entity("entities/dop");
  correct.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_ORIGIN);
  *correct.mutable_entity()->mutable_detect_time() = ToProto(world.start() - absl::Hours(10));
  correct.set_reason("a log of the night");
  ASSERT_THAT(world.Act("dop.iso", correct), IsOk());
  ASSERT_EQ(world.DueAfter("FOLLOWUP-24H"), absl::Hours(14));
  world.Advance(absl::Hours(14));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("2", "10", "13"));
}

TEST(SnoozeTest, SkipsNothingWhenTheServerWasDownOverItsEnd) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(world.Act("dop.contact", Snooze(world, absl::Hours(13))), IsOk());
  world.Jump(absl::Hours(22));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("22+2"));
  world.Advance(absl::Hours(24));
  EXPECT_THAT(Reminders(world, "FOLLOWUP-24H"), ElementsAre("22+2", "23"));
}

// ---- Whom reminders reach ----

std::vector<std::string> RemindedOf(const CoreWorld& world, const std::string& instance) {
  std::vector<std::string> people;
  for (const auto& event : world.events()) {
    if (event.reminder_sent().instance() != instance) continue;
    people.assign(event.reminder_sent().people().begin(), event.reminder_sent().people().end());
  }
  return people;
}

absl::Status Lead(CoreWorld& world, const std::string& who) {
  v1::UpdateIncidentRequest request;
  request.mutable_incident()->set_lead("people/" + who);
  request.mutable_update_mask()->add_paths("lead");
  return world.Act("csirt.handler", std::move(request));
}

TEST(LeadTest, IsRemindedBesideThoseWhoOweIt) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Lead(world, "dop.head"), IsOk());
  world.Advance(absl::Hours(12));
  EXPECT_THAT(RemindedOf(world, "FOLLOWUP-24H"),
              ElementsAre("people/dop.contact", "people/dop.head"));
  ASSERT_THAT(Lead(world, "dop.contact"), IsOk());
  world.Advance(absl::Hours(23));
  EXPECT_THAT(RemindedOf(world, "FOLLOWUP-24H"),
              ElementsAre("people/dop.contact", "people/dop.deputy"));
}

TEST(DeputyTest, IsAskedWhenTheContactDidNotAnswer) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  for (const int hours : {12, 20}) {
    world.Advance(absl::Hours(hours));
    EXPECT_THAT(RemindedOf(world, "FOLLOWUP-24H"), ElementsAre("people/dop.contact")) << hours;
  }
  world.Advance(absl::Hours(23));
  EXPECT_THAT(RemindedOf(world, "FOLLOWUP-24H"),
              ElementsAre("people/dop.contact", "people/dop.deputy"));
}

TEST(DeputyTest, IsAskedAtOnceWhereThereIsNoContact) {
  CoreWorld world;
  v1::CreateIncidentRequest report;
  report.set_title("Files of the contact");
  report.set_entity("entities/dop");
  report.add_subjects("people/dop.contact");
  ASSERT_THAT(world.Report("dop.clerk", report), IsOk());
  world.Advance(absl::Hours(12));
  EXPECT_THAT(RemindedOf(world, "FOLLOWUP-24H"), ElementsAre("people/dop.deputy"));
}

TEST(LeadTest, IsNotAskedForWhatOthersOweAmongThemselves) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk", "", "SEV3"), IsOk());
  ASSERT_THAT(Lead(world, "dop.head"), IsOk());
  world.Advance(absl::Hours(4));
  EXPECT_THAT(RemindedOf(world, "SCIO-NOTICE"), Not(Contains("people/dop.head")));
  EXPECT_THAT(RemindedOf(world, "SCIO-NOTICE"), Contains("people/eox.scio"));
}

// ---- Receipts ----

std::vector<core::NoticeDraft> ReceiptsOf(const CoreWorld& world,
                                          const std::vector<core::DutyCards>& cards) {
  std::vector<core::NoticeDraft> receipts;
  for (core::NoticeDraft& draft :
       core::Notices(world.context(), world.state(), world.fresh(), cards)) {
    if (draft.notice.done()) receipts.push_back(std::move(draft));
  }
  return receipts;
}

core::DutyCards Cards(const std::string& duty) {
  return {duty,
          {{"people/dop.contact", v1::Notice::KIND_REMINDER},
           {"channels/dop-incidents", v1::Notice::KIND_OVERDUE}}};
}

TEST(ReceiptTest, SaysWhoDidItWhenAndByWhichClause) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(13));
  ASSERT_THAT(world.FollowUp("dop.deputy"), IsOk());
  EXPECT_THAT(core::EndedDuties(world.state(), world.fresh()), ElementsAre("FOLLOWUP-24H"));
  const auto receipts = ReceiptsOf(world, {Cards("FOLLOWUP-24H"), Cards("E2E-TICKET")});
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_EQ(receipts[0].target, "people/dop.contact");
  EXPECT_EQ(receipts[0].notice.kind(), v1::Notice::KIND_REMINDER);
  EXPECT_EQ(receipts[1].target, "channels/dop-incidents");
  EXPECT_EQ(receipts[1].notice.kind(), v1::Notice::KIND_OVERDUE);
  for (const core::NoticeDraft& receipt : receipts) {
    EXPECT_EQ(receipt.notice.obligation(), "FOLLOWUP-24H");
    EXPECT_THAT(receipt.notice.title(), HasSubstr("FOLLOWUP-24H (Follow-up report"));
    EXPECT_THAT(receipt.notice.title(), HasSubstr(": done"));
    EXPECT_THAT(receipt.notice.text(),
                AllOf(HasSubstr("dop.deputy, Tue 06 Oct 21:00 EDT"), HasSubstr("POL-5.17")));
    EXPECT_THAT(receipt.notice.actions(), IsEmpty());
    // Its loss is nobody's alarm.
    EXPECT_FALSE(receipt.report_outcome);
  }
  // Without cards there is nothing to edit.
  EXPECT_THAT(ReceiptsOf(world, {}), IsEmpty());
}

TEST(ReceiptTest, EveryWayOfEndingHasItsWord) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Advance(absl::Hours(48));
  EXPECT_THAT(core::EndedDuties(world.state(), world.fresh()), Contains("DAILY-STATUS#1"));
  auto receipts = ReceiptsOf(world, {Cards("DAILY-STATUS#1")});
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_THAT(receipts[0].notice.title(), HasSubstr(": missed"));
  // The next one, answered, ends it for whoever was still asked.
  world.At(absl::Hours(49));
  ASSERT_THAT(world.DailyStatus("dop.contact"), IsOk());
  EXPECT_THAT(core::EndedDuties(world.state(), world.fresh()),
              ElementsAre("DAILY-STATUS#2", "DAILY-STATUS#1"));
  receipts = ReceiptsOf(world, {Cards("DAILY-STATUS#1"), Cards("DAILY-STATUS#2")});
  ASSERT_EQ(receipts.size(), 4u);
  EXPECT_THAT(receipts[0].notice.title(), HasSubstr("DAILY-STATUS#1"));
  EXPECT_THAT(receipts[0].notice.title(), HasSubstr(": missed"));
  EXPECT_THAT(receipts[2].notice.title(), HasSubstr(": done"));
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  receipts = ReceiptsOf(world, {Cards("FOLLOWUP-24H")});
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_THAT(receipts[0].notice.title(), HasSubstr(": done, late"));
}

TEST(ReceiptTest, OfARestrictedIncidentSaysNothingAndGoesToNoChannel) {
  CoreWorld world;
  v1::CreateIncidentRequest report;
  report.set_title("Somebody reads the mail of others");
  report.set_entity("entities/dop");
  report.set_restricted(true);
  ASSERT_THAT(world.Report("dop.contact", report), IsOk());
  world.Advance(absl::Hours(13));
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  const auto receipts = ReceiptsOf(world, {Cards("FOLLOWUP-24H")});
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].target, "people/dop.contact");
  EXPECT_THAT(receipts[0].notice.DebugString(), Not(HasSubstr("Somebody reads")));
}

// ---- Digests ----

std::shared_ptr<const core::PolicyIndex> PolicyWith(const std::string& from,
                                                    const std::string& to) {
  const std::string text = ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  EXPECT_THAT(text, HasSubstr(from));
  return *core::PolicyIndex::Create(*core::ReadPolicy(absl::StrReplaceAll(text, {{from, to}})));
}

absl::CivilMinute Civil(int year, int month, int day, int hour, int minute) {
  return absl::CivilMinute(year, month, day, hour, minute);
}

// A register whose clock is turned by hand; `digests` in "civil time date(-left out)".
class Register {
 public:
  Register(std::shared_ptr<const core::PolicyIndex> policy, absl::CivilMinute start,
           const std::string& entity = "entities/dop")
      : policy_(std::move(policy)),
        directory_(*core::Directory::Create(DemoDirectory(), *policy_)),
        now_(absl::FromCivil(start, policy_->TimeZone())) {
    core::OpenRegister open;
    open.id = entity.empty() ? "CENTRAL-REGISTER" : "DOP-REGISTER";
    open.uid = "u";
    open.entity = entity;
    Do(std::move(open), nullptr);
  }

  void Advance(absl::CivilMinute civil) { AdvanceTo(absl::FromCivil(civil, policy_->TimeZone())); }
  void AdvanceTo(absl::Time end) {
    for (absl::Time due = Next(); due <= end; due = Next()) {
      now_ = std::max(now_, due);
      Do(core::Tick(), &state_);
    }
    now_ = end;
  }
  void Jump(absl::CivilMinute civil) {
    now_ = absl::FromCivil(civil, policy_->TimeZone());
    Do(core::Tick(), &state_);
  }
  absl::Time Next() const { return core::NextDue(*policy_, state_); }

  const std::vector<std::string>& digests() const { return digests_; }
  const record::v1::Event& last() const { return last_; }
  std::vector<core::NoticeDraft> Notices() const {
    return core::Notices({*policy_, *directory_, now_}, state_, {last_});
  }

 private:
  void Do(core::Act act, const record::v1::IncidentState* state) {
    core::Command command;
    command.caller.internal = true;
    command.caller.actor.set_principal("system");
    command.act = std::move(act);
    auto decision = core::Decide({*policy_, *directory_, now_}, state, command);
    ASSERT_THAT(decision, IsOk());
    state_ = std::move(decision->state);
    for (const record::v1::Event& event : decision->events) {
      if (!event.has_digest_due()) continue;
      last_ = event;
      digests_.push_back(absl::StrCat(
          absl::FormatTime("%m-%d %H:%M %Z", FromProto(event.time()), policy_->TimeZone()), " ",
          event.digest_due().date(),
          event.digest_due().collapsed() == 0
              ? ""
              : absl::StrCat(" -", event.digest_due().collapsed())));
    }
  }

  std::shared_ptr<const core::PolicyIndex> policy_;
  std::shared_ptr<const core::Directory> directory_;
  absl::Time now_;
  record::v1::IncidentState state_;
  std::vector<std::string> digests_;
  record::v1::Event last_;
};

TEST(DigestTest, ComesEachMorningFromTheFirstOneOn) {
  Register dop(ShippedPolicy(), Civil(2026, 10, 5, 8, 0));  // the one of 08:00 has just gone by
  dop.Advance(Civil(2026, 10, 8, 7, 59));
  EXPECT_THAT(dop.digests(),
              ElementsAre("10-06 08:00 EDT 2026-10-06", "10-07 08:00 EDT 2026-10-07"));
  EXPECT_EQ(dop.last().digest_due().code(), "AGENCY");
  EXPECT_THAT(dop.last().digest_due().people(), ElementsAre("people/dop.iso"));
  EXPECT_EQ(absl::FormatTime("%d %H:%M", FromProto(dop.last().digest_due().since_time()),
                             ShippedPolicy()->TimeZone()),
            "06 08:00");
  EXPECT_THAT(dop.last().clauses(), ElementsAre("POL-5.18"));
}

TEST(DigestTest, ATimeThatTheClocksLeaveOutIsTheFirstAfterIt) {
  // 02:30 does not exist on 14 March 2027.
  Register dop(PolicyWith("{ seconds: 28800 }", "{ seconds: 9000 }"), Civil(2027, 3, 12, 12, 0));
  dop.Advance(Civil(2027, 3, 15, 12, 0));
  EXPECT_THAT(dop.digests(), ElementsAre("03-13 02:30 EST 2027-03-13", "03-14 03:00 EDT 2027-03-14",
                                         "03-15 02:30 EDT 2027-03-15"));
}

TEST(DigestTest, ATimeThatComesTwiceMeansTheFirst) {
  // 01:30 comes twice on 1 November 2026.
  Register dop(PolicyWith("{ seconds: 28800 }", "{ seconds: 5400 }"), Civil(2026, 10, 30, 12, 0));
  dop.Advance(Civil(2026, 11, 2, 12, 0));
  EXPECT_THAT(dop.digests(), ElementsAre("10-31 01:30 EDT 2026-10-31", "11-01 01:30 EDT 2026-11-01",
                                         "11-02 01:30 EST 2026-11-02"));
}

TEST(DigestTest, ARestartBetweenTheTwoRepeatsNothing) {
  Register dop(PolicyWith("{ seconds: 28800 }", "{ seconds: 5400 }"), Civil(2026, 10, 31, 12, 0));
  const absl::TimeZone zone = ShippedPolicy()->TimeZone();
  const absl::Time second = zone.At(absl::CivilSecond(2026, 11, 1, 1, 30)).post;
  dop.AdvanceTo(second - absl::Minutes(20));
  dop.AdvanceTo(second + absl::Hours(24) - absl::Seconds(1));
  EXPECT_THAT(dop.digests(), ElementsAre("11-01 01:30 EDT 2026-11-01"));
}

TEST(DigestTest, AServerThatWasDownSendsOneAndSaysHowManyItLeftOut) {
  Register dop(ShippedPolicy(), Civil(2026, 10, 5, 7, 0));
  dop.Advance(Civil(2026, 10, 6, 9, 0));
  dop.Jump(Civil(2026, 10, 10, 7, 0));
  dop.Advance(Civil(2026, 10, 10, 9, 0));
  EXPECT_THAT(dop.digests(),
              ElementsAre("10-05 08:00 EDT 2026-10-05", "10-06 08:00 EDT 2026-10-06",
                          "10-10 07:00 EDT 2026-10-09 -2", "10-10 08:00 EDT 2026-10-10"));
}

TEST(DigestTest, GoesToTheChannelsOfItsScopeAndToTheRoles) {
  Register dop(ShippedPolicy(), Civil(2026, 10, 5, 7, 0));
  dop.Advance(Civil(2026, 10, 5, 9, 0));
  auto notices = dop.Notices();
  EXPECT_THAT(Targets(notices, v1::Notice::KIND_DIGEST),
              ElementsAre("channels/dop-incidents", "people/dop.iso"));
  EXPECT_EQ(notices.size(), 2u);  // no headline, no line of the record
  EXPECT_EQ(notices[0].notice.digest().date(), "2026-10-05");
  EXPECT_EQ(notices[0].notice.digest().entity(), "entities/dop");
  Register central(ShippedPolicy(), Civil(2026, 10, 5, 7, 0), "");
  central.Advance(Civil(2026, 10, 5, 9, 0));
  EXPECT_EQ(central.last().digest_due().code(), "ITD");
  // The desk's channel is quiet.
  EXPECT_THAT(Targets(central.Notices(), v1::Notice::KIND_DIGEST),
              ElementsAre("people/csirt.executive", "people/itd.duty"));
}

TEST(DigestTest, IsNoMatterOfIncidents) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(core::NextDigests(world.policy(), world.state()), IsEmpty());
}

// ---- Rooms ----

v1::Directory DirectoryWithRooms() {
  v1::Directory directory = DemoDirectory();
  v1::Channel* channel = directory.add_channels();
  channel->set_name("channels/dop-rooms");
  channel->set_platform("slack");
  channel->set_workspace("T1");
  channel->set_address("C1");
  channel->set_scope("entities/dop");
  channel->set_incident_rooms(true);
  for (v1::Person& person : *directory.mutable_people()) {
    // The handler has an account somewhere else only.
    v1::ChatAccount* account = person.add_chat_accounts();
    account->set_platform("slack");
    account->set_workspace(person.name() == "people/csirt.handler" ? "T2" : "T1");
    account->set_user_id("U" + person.name());
  }
  return directory;
}

std::vector<std::string> Wanted(const CoreWorld& world) {
  std::vector<std::string> people;
  for (const auto& event : world.fresh()) {
    people.insert(people.end(), event.room_wanted().people().begin(),
                  event.room_wanted().people().end());
  }
  return people;
}

absl::Status RoomReported(CoreWorld& world, const std::string& channel, bool delivered = true) {
  core::DeliveryOutcome outcome;
  outcome.delivery = "deliveries/1";
  outcome.target = "channels/dop-rooms";
  outcome.kind = v1::Notice::KIND_ROOM;
  outcome.endpoint.set_platform("slack");
  outcome.endpoint.set_workspace("T1");
  outcome.delivered = delivered;
  outcome.error = delivered ? "" : "restricted_action";
  outcome.message.set_channel(channel);
  return world.Act("system", outcome);
}

TEST(RoomTest, IsWantedOnceWithThoseWhoWorkAndAgainWhenMoreJoin) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  EXPECT_THAT(Wanted(world), Contains("people/dop.contact"));
  EXPECT_THAT(Wanted(world), Not(Contains("people/csirt.handler")));
  EXPECT_THAT(Wanted(world), Not(Contains("people/dop.head")));
  const auto drafts = world.notices();
  const auto room = std::find_if(drafts.begin(), drafts.end(), [](const auto& draft) {
    return draft.notice.kind() == v1::Notice::KIND_ROOM;
  });
  ASSERT_NE(room, drafts.end());
  EXPECT_EQ(room->target, "channels/dop-rooms");
  EXPECT_TRUE(room->report_outcome);
  EXPECT_EQ(room->notice.room().name(), "inc-dop-2026-0001");
  EXPECT_THAT(room->notice.room().topic(), HasSubstr("Something is wrong"));
  ASSERT_THAT(world.Note("dop.contact", "looking"), IsOk());
  EXPECT_THAT(Wanted(world), IsEmpty());
  ASSERT_THAT(world.Ack("dop.head"), IsOk());
  EXPECT_THAT(Wanted(world), ElementsAre("people/dop.head"));
  // A request that was overtaken loses nobody.
  for (const core::NoticeDraft& draft : world.notices()) {
    if (draft.notice.kind() != v1::Notice::KIND_ROOM) continue;
    EXPECT_GT(draft.notice.room().members_size(), 1);
  }
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(RoomTest, HearsWhatTheChannelHearsFromTheHeadlineOn) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(RoomReported(world, "C77"), IsOk());
  const std::string room = FormatRoomName({"slack", "T1", "C77"});
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_HEADLINE), ElementsAre(room));
  // A second report changes nothing.
  ASSERT_THAT(RoomReported(world, "C78"), IsOk());
  EXPECT_THAT(world.fresh(), IsEmpty());
  ASSERT_THAT(world.Note("dop.contact", "looking"), IsOk());
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_LOG), Contains(room));
  world.Advance(absl::Hours(12));
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_REMINDER), Contains(room));
}

TEST(RoomTest, OfARestrictedIncidentIsNotWantedAndHearsNothingMore) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(RoomReported(world, "C77"), IsOk());
  v1::AssignCategoriesRequest closes;
  closes.add_categories()->set_category("CAT-01");
  ASSERT_THAT(world.Act("csirt.handler", closes), IsOk());
  ASSERT_TRUE(world.state().restricted());
  // What stands there is taken back: the headline everywhere, and the room's topic.
  const std::string room = FormatRoomName({"slack", "T1", "C77"});
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_HEADLINE), Contains(room));
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_ROOM), ElementsAre(room));
  for (const core::NoticeDraft& draft : world.notices()) {
    EXPECT_THAT(draft.notice.DebugString(), Not(HasSubstr("Something is wrong")));
    const bool is_room = draft.notice.kind() == v1::Notice::KIND_ROOM;
    const bool hides = draft.notice.kind() == v1::Notice::KIND_HEADLINE;
    EXPECT_TRUE(absl::StartsWith(draft.target, "people/") || is_room || hides)
        << draft.notice.DebugString();
    if (is_room) {
      EXPECT_TRUE(draft.notice.room().closed());
      EXPECT_EQ(draft.notice.room().topic(), "DOP-2026-0001 · restricted");
    }
  }
  ASSERT_THAT(world.Ack("dop.head"), IsOk());
  for (const core::NoticeDraft& draft : world.notices()) {
    EXPECT_THAT(draft.target, HasSubstr("people/")) << draft.notice.DebugString();
  }
  EXPECT_THAT(Wanted(world), IsEmpty());

  CoreWorld secret(ShippedPolicy(), DirectoryWithRooms());
  v1::CreateIncidentRequest report;
  report.set_title("Known to few");
  report.set_entity("entities/dop");
  report.set_restricted(true);
  ASSERT_THAT(secret.Report("dop.iso", report), IsOk());
  EXPECT_THAT(Wanted(secret), IsEmpty());
}

// Asked for while everybody might know, opened when they might not any more.
TEST(RoomTest, OneThatOpensTooLateLosesItsTopicAtOnce) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  v1::AssignCategoriesRequest closes;
  closes.add_categories()->set_category("CAT-01");
  ASSERT_THAT(world.Act("csirt.handler", closes), IsOk());
  ASSERT_THAT(RoomReported(world, "C77"), IsOk());
  const std::string room = FormatRoomName({"slack", "T1", "C77"});
  ASSERT_THAT(Targets(world.notices(), v1::Notice::KIND_ROOM), ElementsAre(room));
  EXPECT_TRUE(world.notices()[0].notice.room().closed());
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_HEADLINE), IsEmpty());
}

TEST(RoomTest, WhoeverItIsAboutMustLeave) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(RoomReported(world, "C77"), IsOk());
  v1::NameSubjectRequest about;
  about.set_person("people/dop.contact");
  about.set_reason("their files");
  ASSERT_THAT(world.Act("dop.iso", about), IsOk());
  const std::string room = FormatRoomName({"slack", "T1", "C77"});
  bool left = false;
  for (const core::NoticeDraft& draft : world.notices()) {
    if (draft.target != room || draft.notice.kind() != v1::Notice::KIND_ROOM) continue;
    left |= draft.notice.room().removed_members_size() == 1;
    for (const v1::ChatAccount& member : draft.notice.room().members()) {
      EXPECT_NE(member.user_id(), draft.notice.room().removed_members(0).user_id());
    }
  }
  EXPECT_TRUE(left);
}

TEST(RoomTest, NeverHasThoseItIsAbout) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  v1::CreateIncidentRequest report;
  report.set_title("Files of the deputy");
  report.set_entity("entities/dop");
  report.add_subjects("people/dop.contact");
  ASSERT_THAT(world.Report("dop.clerk", report), IsOk());
  for (int hours : {0, 12}) {
    world.Advance(absl::Hours(hours));
    for (const auto& room : world.state().rooms()) {
      EXPECT_THAT(room.people(), Not(Contains("people/dop.contact")));
    }
  }
  EXPECT_THAT(world.state().rooms(), Not(IsEmpty()));
}

TEST(RoomTest, ThatCannotBeOpenedIsSaidAndNothingElseDependsOnIt) {
  CoreWorld world(ShippedPolicy(), DirectoryWithRooms());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(RoomReported(world, "", /*delivered=*/false), IsOk());
  ASSERT_EQ(world.fresh().size(), 1u);
  EXPECT_EQ(core::ToTimelineEntry(world.policy(), world.state(), world.fresh()[0]).text(),
            "A channel of its own could not be opened on slack: restricted_action");
  EXPECT_THAT(Targets(world.notices(), v1::Notice::KIND_ALARM), Contains("people/csirt.executive"));
}

TEST(RoomTest, AreNotWantedWhereNobodyCanOpenThem) {
  for (const char* platform : {"slack-webhook", "teams-workflow", "email", "webhook"}) {
    v1::Directory directory = DirectoryWithRooms();
    directory.mutable_channels()->rbegin()->set_platform(platform);
    const auto created = core::Directory::Create(std::move(directory), *ShippedPolicy());
    EXPECT_THAT(std::string(created.status().message()),
                AllOf(HasSubstr("channels[2].incident_rooms"), HasSubstr("slack, teams")));
  }
}

TEST(RoomTest, ANameHasOneSpelling) {
  const std::string name = FormatRoomName({"teams", "t/1", "19:a/b@thread.tacv2"});
  const auto room = ParseRoomName(name);
  ASSERT_TRUE(room.has_value()) << name;
  EXPECT_EQ(room->workspace, "t/1");
  EXPECT_EQ(room->channel, "19:a/b@thread.tacv2");
  for (const char* bad : {"rooms/slack/T1", "rooms//T1/C1", "rooms/slack/T1/", "channels/x",
                          "rooms/slack/T1/C1/C2", "rooms/slack/T1/C 1", "rooms/slack/T%31/C1"}) {
    EXPECT_FALSE(ParseRoomName(bad).has_value()) << bad;
  }
}

// ---- Alarms ----

TEST(AlarmTest, AboutADeadPlatformAvoidsIt) {
  CoreWorld world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  core::DeliveryOutcome outcome;
  outcome.target = "channels/dop-incidents";
  outcome.kind = v1::Notice::KIND_HEADLINE;
  outcome.endpoint.set_platform("slack");
  outcome.error = "channel_not_found";
  ASSERT_THAT(world.Act("system", outcome), IsOk());
  bool alarmed = false;
  for (const core::NoticeDraft& draft : world.notices()) {
    if (draft.notice.kind() != v1::Notice::KIND_ALARM) continue;
    alarmed = true;
    EXPECT_EQ(draft.avoid_platform, "slack");
  }
  EXPECT_TRUE(alarmed);
}

}  // namespace
}  // namespace belfry::testing
