// Chat over the public API: whose account it is, whose place it is, and what somebody who is nobody
// here may do. Everything is tried by those who should not as well.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kGuest[] = "accounts/slack/T1/U9";

// A refusal as it crossed the wire.
MATCHER_P2(Refused, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

v1::ChatAccount Account(const std::string& user, const std::string& workspace = "T1") {
  v1::ChatAccount account;
  account.set_platform("slack");
  account.set_workspace(workspace);
  account.set_user_id(user);
  return account;
}

v1::MessageRef Message(const std::string& id, const std::string& channel = "C1") {
  v1::MessageRef message;
  message.set_platform("slack");
  message.set_workspace("T1");
  message.set_channel(channel);
  message.set_id(id);
  return message;
}

class ChatServiceTest : public ::testing::Test {
 protected:
  ChatServiceTest()
      : machine_(absl::FromUnixSeconds(2'000'000'000)),
        server_(StoreWrapper(), OnClock(&machine_)) {}

  static engine::EngineOptions OnClock(VirtualClock* machine) {
    engine::EngineOptions options;
    options.machine_clock = machine;
    return options;
  }
  client::Client Bot() const { return server_.As("bot"); }
  client::Client Guest() const { return server_.BotAs(kGuest); }
  void Wait(absl::Duration time) { machine_.AdvanceTo(machine_.Now() + time); }

  // A code for an account, which the bot asks for.
  absl::StatusOr<std::string> CodeFor(const v1::ChatAccount& account) {
    v1::StartAccountLinkRequest request;
    *request.mutable_account() = account;
    const auto started = Bot().StartAccountLink(request);
    if (!started.ok()) return started.status();
    return started->code();
  }
  // A code for whoever this client is.
  static absl::StatusOr<std::string> CodeFor(const client::Client& person) {
    const auto started = person.StartAccountLink(v1::StartAccountLinkRequest());
    if (!started.ok()) return started.status();
    return started->code();
  }
  static absl::StatusOr<v1::CompleteAccountLinkResponse> Redeem(const client::Client& client,
                                                                const std::string& code) {
    v1::CompleteAccountLinkRequest request;
    request.set_code(code);
    return client.CompleteAccountLink(request);
  }
  absl::StatusOr<v1::CompleteAccountLinkResponse> RedeemAs(const v1::ChatAccount& account,
                                                           const std::string& code) {
    v1::CompleteAccountLinkRequest request;
    request.set_code(code);
    *request.mutable_account() = account;
    return Bot().CompleteAccountLink(request);
  }
  void Link(const std::string& person, const v1::ChatAccount& account) {
    const auto code = CodeFor(account);
    ASSERT_THAT(code, IsOk());
    ASSERT_THAT(Redeem(server_.As(person), *code), IsOk());
  }
  std::string WhoHas(const v1::ChatAccount& account) {
    v1::LookupChatAccountRequest request;
    *request.mutable_account() = account;
    const auto found = Bot().LookupChatAccount(request);
    return found.ok() ? found->person().name() : client::DescribeError(found.status()).reason;
  }
  absl::StatusOr<v1::LookupPlaceResponse> Lookup(const v1::MessageRef& place,
                                                 const v1::ChatAccount& account) {
    v1::LookupPlaceRequest request;
    *request.mutable_place() = place;
    *request.mutable_account() = account;
    return Bot().LookupPlace(request);
  }
  std::string IncidentAt(const v1::MessageRef& place, const v1::ChatAccount& account) {
    const auto found = Lookup(place, account);
    return found.ok() ? found->incident() : found.status().ToString();
  }
  static v1::CreateIncidentRequest Report(bool restricted = false) {
    v1::CreateIncidentRequest request;
    request.set_title("Strange mail");
    request.set_summary("CANARY");
    request.set_entity("entities/dop");
    request.set_restricted(restricted);
    return request;
  }
  static v1::AddNoteRequest Note(const std::string& incident, const v1::MessageRef& source,
                                 const std::string& text) {
    v1::AddNoteRequest note;
    note.set_name(incident);
    note.set_text(text);
    *note.mutable_source() = source;
    return note;
  }
  static v1::AddNoteRequest Edit(const v1::MessageRef& source, const std::string& text) {
    v1::AddNoteRequest note = Note("", source, text);
    note.set_only_if_noted(true);
    return note;
  }
  std::vector<std::string> Notes(const std::string& incident) {
    v1::ListTimelineEntriesRequest request;
    request.set_parent(incident);
    request.set_page_size(1000);
    std::vector<std::string> notes;
    const auto entries = server_.As("csirt.handler").ListTimelineEntries(request);
    for (const v1::TimelineEntry& entry : entries->entries()) {
      if (entry.kind() == "NOTE_ADDED") notes.push_back(entry.text());
    }
    return notes;
  }
  // Lets a bot say that every notice was posted, each as a message of its own; returns the ids by
  // target and kind.
  std::map<std::string, std::string> DeliverAll() {
    std::map<std::string, std::string> ids;
    v1::LeaseDeliveriesRequest lease;
    lease.set_holder("bot-1");
    lease.set_incarnation("1");
    lease.add_platforms("console");
    lease.set_max(100);
    for (;;) {
      const auto leased = Bot().LeaseDeliveries(lease);
      if (!leased.ok() || leased->deliveries().empty()) return ids;
      for (const v1::Delivery& delivery : leased->deliveries()) {
        v1::ReportDeliveryRequest report;
        report.set_name(delivery.name());
        report.set_holder("bot-1");
        report.set_incarnation("1");
        report.set_outcome(v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
        report.mutable_message()->set_id(absl::StrCat("m", ++posted_));
        // Direct messages have a channel that the server does not know.
        if (absl::StartsWith(delivery.target(), "people/")) {
          report.mutable_message()->set_channel("D" + delivery.target());
        }
        EXPECT_THAT(Bot().ReportDelivery(report), IsOk());
        ids[absl::StrCat(delivery.target(), " ", v1::Notice::Kind_Name(delivery.notice().kind()))] =
            report.message().id();
      }
    }
  }
  static v1::MessageRef OnConsole(const std::string& channel, const std::string& id) {
    v1::MessageRef place;
    place.set_platform("console");
    place.set_channel(channel);
    place.set_id(id);
    return place;
  }

  VirtualClock machine_;
  TestServer server_;
  int posted_ = 0;
};

// ---- Accounts ----------------------------------------------------------------------------------

TEST_F(ChatServiceTest, ACodeFromTheChatIsRedeemedWithThePersonsCredentials) {
  const auto code = CodeFor(Account("U1"));
  ASSERT_THAT(code, IsOk());
  EXPECT_EQ(WhoHas(Account("U1")), "ACCOUNT_NOT_LINKED");
  const auto linked = Redeem(server_.As("dop.iso"), absl::AsciiStrToLower(*code));
  ASSERT_THAT(linked, IsOk());
  EXPECT_EQ(linked->person().name(), "people/dop.iso");
  EXPECT_EQ(linked->account().user_id(), "U1");
  EXPECT_EQ(WhoHas(Account("U1")), "people/dop.iso");
  server_.Restart();
  EXPECT_EQ(WhoHas(Account("U1")), "people/dop.iso");
  // Once.
  EXPECT_THAT(Redeem(server_.As("dop.iso"), *code), Refused("CODE_INVALID", "code"));
}

TEST_F(ChatServiceTest, ACodeOfAPersonIsRedeemedInTheChat) {
  const auto own = CodeFor(server_.As("dop.iso"));
  ASSERT_THAT(own, IsOk());
  const auto linked = RedeemAs(Account("U1"), *own);
  ASSERT_THAT(linked, IsOk());
  EXPECT_EQ(linked->person().name(), "people/dop.iso");
  // From one chat into another.
  const auto other = CodeFor(server_.BotFor("dop.iso"));
  ASSERT_THAT(other, IsOk());
  ASSERT_THAT(RedeemAs(Account("U2"), *other), IsOk());
  EXPECT_EQ(WhoHas(Account("U1")), "people/dop.iso");
  EXPECT_EQ(WhoHas(Account("U2")), "people/dop.iso");
  EXPECT_EQ(WhoHas(Account("U3")), "ACCOUNT_NOT_LINKED");
  EXPECT_EQ(WhoHas(Account("U2", "T2")), "WORKSPACE_NOT_SERVED") << "the same user id elsewhere";
}

TEST_F(ChatServiceTest, ACodeIsGoodOnTheOtherSideOnly) {
  const auto of_account = CodeFor(Account("U1"));
  const auto of_person = CodeFor(server_.As("dop.iso"));
  EXPECT_THAT(RedeemAs(Account("U1"), *of_account), Refused("CODE_INVALID", ""));
  EXPECT_THAT(RedeemAs(Account("U2"), *of_account), Refused("CODE_INVALID", ""));
  EXPECT_THAT(Redeem(server_.As("dop.iso"), *of_person), Refused("CODE_INVALID", ""));
  EXPECT_THAT(Redeem(server_.As("dop.clerk"), *of_person), Refused("CODE_INVALID", ""));
  // A bot that speaks for a person has shown no credentials of theirs.
  EXPECT_THAT(Redeem(server_.BotFor("dop.iso"), *of_account),
              Refused("OWN_CREDENTIALS_NEEDED", "belfry link CODE"));
  EXPECT_THAT(Redeem(server_.BotAs(kGuest), *of_account), Refused("ACCOUNT_NOT_LINKED", ""));
  // Nothing of that used them up.
  EXPECT_THAT(Redeem(server_.As("dop.iso"), *of_account), IsOk());
}

TEST_F(ChatServiceTest, WrongUsedOldAndMisplacedCodesAreAnsweredAlike) {
  const auto used = CodeFor(Account("U1"));
  ASSERT_THAT(Redeem(server_.As("dop.iso"), *used), IsOk());
  const auto old = CodeFor(Account("U2"));
  Wait(absl::Minutes(10));
  const auto misplaced = CodeFor(server_.As("dop.clerk"));
  const std::string wrong = Redeem(server_.As("dop.iso"), "AAAA-AAAA").status().ToString();
  EXPECT_THAT(wrong, HasSubstr("code"));
  for (const std::string& code : {*used, *old, *misplaced, std::string("no code at all")}) {
    EXPECT_EQ(Redeem(server_.As("dop.iso"), code).status().ToString(), wrong) << code;
  }
}

TEST_F(ChatServiceTest, ACodeLivesTenMinutesOfTheMachine) {
  v1::StartAccountLinkRequest request;
  const auto started = server_.As("dop.iso").StartAccountLink(request);
  ASSERT_THAT(started, IsOk());
  EXPECT_EQ(FromProto(started->expire_time()), machine_.Now() + absl::Minutes(10));
  // The policy's clock is another matter.
  server_.AdvanceTo(absl::Hours(5));
  Wait(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_THAT(RedeemAs(Account("U1"), started->code()), IsOk());
  const auto late = CodeFor(server_.As("dop.iso"));
  Wait(absl::Minutes(10));
  EXPECT_THAT(RedeemAs(Account("U2"), *late), Refused("CODE_INVALID", ""));
}

TEST_F(ChatServiceTest, WhoGuessesIsStoppedAndNobodyElse) {
  const auto code = CodeFor(server_.As("dop.iso"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(RedeemAs(Account("U1"), absl::StrCat("AAAA-AAA", i)), Refused("CODE_INVALID", ""));
  }
  Wait(absl::Minutes(1));
  // The right one, too; and a restart forgives nothing.
  server_.Restart();
  const auto stopped = RedeemAs(Account("U1"), *code);
  EXPECT_THAT(stopped, Refused("TOO_MANY_CODES", "wait"));
  EXPECT_EQ(client::DescribeError(stopped.status()).retry_after, absl::Minutes(9));
  EXPECT_THAT(RedeemAs(Account("U2"), *code), IsOk());
  const auto later = CodeFor(server_.As("dop.clerk"));
  Wait(absl::Minutes(9));
  EXPECT_THAT(RedeemAs(Account("U1"), *later), IsOk());
  // A person is counted as well.
  const auto of_account = CodeFor(Account("U3"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Redeem(server_.As("bor.iso"), "wrong"), Refused("CODE_INVALID", ""));
  }
  EXPECT_THAT(Redeem(server_.As("bor.iso"), *of_account), Refused("TOO_MANY_CODES", ""));
}

TEST_F(ChatServiceTest, OneAskerHasFiveCodesAtATime) {
  for (int i = 0; i < 5; ++i) ASSERT_THAT(CodeFor(Account("U1")), IsOk());
  Wait(absl::Minutes(4));
  const auto refused = CodeFor(Account("U1"));
  EXPECT_THAT(refused, Refused("TOO_MANY_CODES", "5 codes"));
  EXPECT_EQ(client::DescribeError(refused.status()).retry_after, absl::Minutes(6));
  EXPECT_THAT(CodeFor(Account("U2")), IsOk());
  Wait(absl::Minutes(6));
  EXPECT_THAT(CodeFor(Account("U1")), IsOk());
}

TEST_F(ChatServiceTest, AnAccountActsForOnePersonOnly) {
  const auto of_clerk = CodeFor(server_.As("dop.clerk"));
  const auto early = CodeFor(Account("U1"));
  Link("dop.iso", Account("U1"));
  EXPECT_THAT(RedeemAs(Account("U1"), *of_clerk), Refused("ACCOUNT_TAKEN", "unlink"));
  EXPECT_THAT(Redeem(server_.As("dop.clerk"), *early), Refused("ACCOUNT_TAKEN", "unlink"));
  EXPECT_THAT(CodeFor(Account("U1")), Refused("ACCOUNT_TAKEN", "unlink"));
  EXPECT_EQ(WhoHas(Account("U1")), "people/dop.iso");
  // Its own person links it again without harm.
  EXPECT_THAT(Redeem(server_.As("dop.iso"), *early), IsOk());
}

TEST_F(ChatServiceTest, APersonHasABoundedNumberOfAccounts) {
  for (int i = 0; i < 30; ++i) {
    const auto code = CodeFor(Account(absl::StrCat("U", i)));
    const auto linked = Redeem(server_.As("dop.iso"), *code);
    if (!linked.ok()) {
      EXPECT_THAT(linked, Refused("TOO_MANY_ACCOUNTS", "unlink"));
      EXPECT_EQ(i, 19);  // one is in the demonstration's directory
      return;
    }
  }
  FAIL() << "no bound";
}

TEST_F(ChatServiceTest, OnlyItsPersonOrAnAdministratorUnlinks) {
  Link("dop.iso", Account("U1"));
  v1::UnlinkAccountRequest request;
  *request.mutable_account() = Account("U1");
  EXPECT_THAT(server_.As("dop.clerk").UnlinkAccount(request),
              Refused("ACCOUNT_NOT_LINKED", "not linked to you"));
  EXPECT_THAT(Bot().UnlinkAccount(request), Refused("RIGHT_REQUIRED", ""));
  EXPECT_THAT(server_.As("siem.dop").UnlinkAccount(request), Refused("RIGHT_REQUIRED", ""));
  EXPECT_EQ(WhoHas(Account("U1")), "people/dop.iso");
  EXPECT_THAT(server_.BotFor("dop.iso").UnlinkAccount(request), IsOk());
  EXPECT_EQ(WhoHas(Account("U1")), "ACCOUNT_NOT_LINKED");
  EXPECT_THAT(server_.As("dop.iso").UnlinkAccount(request), Refused("ACCOUNT_NOT_LINKED", ""));
  Link("dop.iso", Account("U1"));
  EXPECT_THAT(server_.As("admin").UnlinkAccount(request), IsOk());
  EXPECT_THAT(server_.As("admin").UnlinkAccount(request), Refused("ACCOUNT_NOT_LINKED", "nobody"));
}

TEST_F(ChatServiceTest, WrongCallersAndFieldsAreNamed) {
  v1::StartAccountLinkRequest start;
  EXPECT_THAT(Bot().StartAccountLink(start), Refused("FIELD_INVALID", "account.platform"));
  start.mutable_account()->set_platform("slack");
  EXPECT_THAT(Bot().StartAccountLink(start), Refused("FIELD_INVALID", "account.user_id"));
  *start.mutable_account() = Account("U1\nU2");
  EXPECT_THAT(Bot().StartAccountLink(start), Refused("FIELD_INVALID", "account"));
  *start.mutable_account() = Account(std::string(600, 'x'));
  EXPECT_THAT(Bot().StartAccountLink(start), Refused("FIELD_INVALID", "account"));
  *start.mutable_account() = Account("U1");
  EXPECT_THAT(server_.As("dop.iso").StartAccountLink(start), Refused("FIELD_INVALID", "account"));
  EXPECT_THAT(server_.BotFor("dop.iso").StartAccountLink(start),
              Refused("FIELD_INVALID", "account"));
  start.clear_account();
  EXPECT_THAT(server_.As("siem.dop").StartAccountLink(start), Refused("RIGHT_REQUIRED", "system"));
  v1::CompleteAccountLinkRequest complete;
  complete.set_code("AAAA-AAAA");
  EXPECT_THAT(Bot().CompleteAccountLink(complete), Refused("FIELD_INVALID", "account"));
  *complete.mutable_account() = Account("U1");
  EXPECT_THAT(server_.As("dop.iso").CompleteAccountLink(complete),
              Refused("FIELD_INVALID", "account"));
}

// ---- Guests ------------------------------------------------------------------------------------

TEST_F(ChatServiceTest, AGuestReportsAndHearsOnlyThatItArrived) {
  const auto created = Guest().CreateIncident(Report());
  ASSERT_THAT(created, IsOk());
  v1::CreateIncidentResponse expected;
  expected.mutable_incident()->set_name("incidents/DOP-2026-0001");
  expected.mutable_incident()->set_title("Strange mail");
  expected.mutable_incident()->set_state("REPORTED");
  expected.mutable_incident()->set_severity(created->incident().severity());
  EXPECT_EQ(created->DebugString(), expected.DebugString());
  v1::GetIncidentRequest get;
  get.set_name(created->incident().name());
  const auto read = server_.As("csirt.handler").GetIncident(get);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->incident().reporter(), kGuest);
  // Delivered to people and channels; nobody else is written to.
  for (const auto& [target, id] : DeliverAll()) EXPECT_FALSE(absl::StartsWith(target, "accounts/"));
}

TEST_F(ChatServiceTest, AGuestMayNothingElse) {
  const auto created = Guest().CreateIncident(Report());
  const std::string name = created->incident().name();
  const client::Client guest = Guest();
  const auto named = [&](auto request) {
    request.set_name(name);
    return request;
  };
  const std::vector<std::pair<const char*, absl::Status>> answers = {
      {"get", guest.GetIncident(named(v1::GetIncidentRequest())).status()},
      {"ack", guest.AcknowledgeIncident(named(v1::AcknowledgeIncidentRequest())).status()},
      {"escalate", guest.EscalateIncident(named(v1::EscalateIncidentRequest())).status()},
      {"transition", guest.TransitionIncident(named(v1::TransitionIncidentRequest())).status()},
      {"note", guest.AddNote(named(v1::AddNoteRequest())).status()},
      {"note of a message", guest.AddNote(Note(name, Message("1.1"), "x")).status()},
      {"document", guest.SubmitDocument(named(v1::SubmitDocumentRequest())).status()},
      {"duties", guest.ListObligations(named(v1::ListObligationsRequest())).status()},
      {"explain", guest.ExplainObligation(named(v1::ExplainObligationRequest())).status()},
      {"timeline", guest.ListTimelineEntries(v1::ListTimelineEntriesRequest()).status()},
      {"whoami", guest.WhoAmI(v1::WhoAmIRequest()).status()},
      {"entities", guest.ListEntities(v1::ListEntitiesRequest()).status()},
      {"contacts", guest.ResolveContacts(v1::ResolveContactsRequest()).status()},
      {"accounts", guest.LookupChatAccount(v1::LookupChatAccountRequest()).status()},
      {"directory", guest.GetDirectory(v1::GetDirectoryRequest()).status()},
      {"policy", guest.GetPolicy(v1::GetPolicyRequest()).status()},
      {"lint", guest.LintPolicy(v1::LintPolicyRequest()).status()},
      {"simulate", guest.SimulatePolicy(v1::SimulatePolicyRequest()).status()},
      {"adopt", guest.AdoptPolicy(v1::AdoptPolicyRequest()).status()},
      {"deliveries", guest.ListDeliveries(v1::ListDeliveriesRequest()).status()},
      {"lease", guest.LeaseDeliveries(v1::LeaseDeliveriesRequest()).status()},
      {"code", guest.StartAccountLink(v1::StartAccountLinkRequest()).status()},
      {"redeem", guest.CompleteAccountLink(v1::CompleteAccountLinkRequest()).status()},
      {"unlink", guest.UnlinkAccount(v1::UnlinkAccountRequest()).status()},
      {"place", guest.LookupPlace(v1::LookupPlaceRequest()).status()},
      {"conversations", guest.ListConversations(v1::ListConversationsRequest()).status()},
      {"save", guest.SaveConversation(v1::SaveConversationRequest()).status()},
  };
  for (const auto& [call, status] : answers) {
    EXPECT_THAT(status, Refused("ACCOUNT_NOT_LINKED", "link")) << call;
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << call;
  }
  auto pages = guest.AllIncidents(v1::ListIncidentsRequest());
  EXPECT_EQ(pages.Next(), nullptr);
  EXPECT_THAT(pages.status(), Refused("ACCOUNT_NOT_LINKED", ""));
  auto watcher = guest.Watch(v1::WatchIncidentsRequest());
  v1::WatchIncidentsResponse change;
  EXPECT_FALSE(watcher.Next(&change));
  EXPECT_THAT(watcher.status(), Refused("ACCOUNT_NOT_LINKED", ""));
}

TEST_F(ChatServiceTest, OnlyABotNamesAGuestAndOnlyOneThatIsNobody) {
  client::CallOptions call;
  call.act_for = kGuest;
  EXPECT_THAT(server_.As("dop.clerk").CreateIncident(Report(), call),
              Refused("ACT_FOR_DENIED", "only a bot"));
  for (const char* name : {"accounts/slack/T1", "accounts/slack/T1/a b", "accounts/slack//",
                           "accounts/slack/T1%0AU1/x", "nobody"}) {
    EXPECT_THAT(server_.BotAs(name).CreateIncident(Report()), Refused("ACT_FOR_DENIED", ""))
        << name;
  }
  Link("dop.iso", Account("U9"));
  EXPECT_THAT(Guest().CreateIncident(Report()), Refused("ACCOUNT_LINKED", "act for"));
  // Whose an account is, nobody but a bot finds out.
  EXPECT_THAT(server_.As("dop.clerk").CreateIncident(Report(), call),
              Refused("ACT_FOR_DENIED", "only a bot"));
}

TEST_F(ChatServiceTest, AGuestReportsTenTimesInAnHour) {
  v1::CreateIncidentRequest bad = Report();
  bad.clear_entity();
  EXPECT_THAT(Guest().CreateIncident(bad), Refused("FIELD_INVALID", "entity"));
  v1::CreateIncidentRequest keyed = Report();
  keyed.set_request_id("one");
  for (int i = 0; i < 9; ++i) {
    ASSERT_THAT(Guest().CreateIncident(Report()), IsOk());
    Wait(absl::Minutes(1));
  }
  ASSERT_THAT(Guest().CreateIncident(keyed), IsOk());
  server_.Restart();
  const auto refused = Guest().CreateIncident(Report());
  EXPECT_THAT(refused, Refused("TOO_MANY_REPORTS", "link"));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(client::DescribeError(refused.status()).retry_after, absl::Minutes(51));
  // The same report once more is no other one.
  EXPECT_TRUE(Guest().CreateIncident(keyed)->replayed());
  EXPECT_THAT(server_.BotAs("accounts/slack/T1/U8").CreateIncident(Report()), IsOk());
  EXPECT_THAT(server_.BotFor("dop.clerk").CreateIncident(Report()), IsOk());
  Wait(absl::Minutes(51));
  EXPECT_THAT(Guest().CreateIncident(Report()), IsOk());
  EXPECT_THAT(Guest().CreateIncident(Report()), Refused("TOO_MANY_REPORTS", ""));
}

// It is told to itself, with nothing of the incident; that it cannot be told alarms nobody.
TEST_F(ChatServiceTest, AGuestThatPastesASecretIsToldToDeleteIt) {
  v1::CreateIncidentRequest report = Report();
  report.set_summary("CANARY. The password: Sommer2026!");
  ASSERT_THAT(Guest().CreateIncident(report), IsOk());
  DeliverAll();
  v1::LeaseDeliveriesRequest lease;
  lease.set_holder("bot-1");
  lease.set_incarnation("1");
  lease.add_platforms("slack");
  const auto leased = Bot().LeaseDeliveries(lease);
  ASSERT_THAT(leased, IsOk());
  ASSERT_THAT(leased->deliveries(), SizeIs(1));
  const v1::Delivery& told = leased->deliveries(0);
  EXPECT_EQ(told.target(), kGuest);
  EXPECT_EQ(told.endpoint().workspace(), "T1");
  EXPECT_EQ(told.endpoint().address(), "U9");
  EXPECT_EQ(told.notice().reason(), "SECRET_MASKED");
  EXPECT_THAT(told.DebugString(), Not(HasSubstr("CANARY")));
  EXPECT_THAT(told.DebugString(), Not(HasSubstr("people/")));
  v1::ReportDeliveryRequest failed;
  failed.set_name(told.name());
  failed.set_holder("bot-1");
  failed.set_incarnation("1");
  failed.set_outcome(v1::ReportDeliveryRequest::OUTCOME_FAILED);
  ASSERT_THAT(Bot().ReportDelivery(failed), IsOk());
  EXPECT_THAT(DeliverAll(), IsEmpty());
}

// ---- Places ------------------------------------------------------------------------------------

TEST_F(ChatServiceTest, AnAnswerBelowAMessageOfBelfryFindsItsIncident) {
  const std::string first = server_.Open();
  const auto of_first = DeliverAll();
  const std::string second = server_.Open();
  const auto of_second = DeliverAll();
  Link("csirt.handler", Account("U1"));
  Link("bor.contact", Account("U2"));
  const std::string headline = "channels/dop-incidents KIND_HEADLINE";
  const auto at = [&](const std::string& channel, const std::string& id) {
    return OnConsole(channel, id);
  };
  ASSERT_EQ(of_first.count(headline), 1u);
  EXPECT_EQ(IncidentAt(at("#dop-incidents", of_first.at(headline)), Account("U1")), first);
  EXPECT_EQ(IncidentAt(at("#dop-incidents", of_second.at(headline)), Account("U1")), second);
  // In the channel itself, and below somebody else's message, it is nobody's.
  EXPECT_EQ(IncidentAt(at("#dop-incidents", ""), Account("U1")), "");
  EXPECT_EQ(IncidentAt(at("#dop-incidents", "m999"), Account("U1")), "");
  EXPECT_EQ(IncidentAt(at("#elsewhere", of_first.at(headline)), Account("U1")), "");
  // A page in a direct message.
  const auto page = std::find_if(of_second.begin(), of_second.end(), [](const auto& entry) {
    return absl::StrContains(entry.first, "people/") && absl::StrContains(entry.first, "KIND_PAGE");
  });
  ASSERT_NE(page, of_second.end());
  const std::string person = page->first.substr(0, page->first.find(' '));
  EXPECT_EQ(IncidentAt(at("D" + person, page->second), Account("U1")), second);
  // The channel's agency is known to all, its incidents to few.
  const auto stranger = Lookup(at("#dop-incidents", of_first.at(headline)), Account("U2"));
  ASSERT_THAT(stranger, IsOk());
  EXPECT_EQ(stranger->incident(), "");
  EXPECT_EQ(stranger->entity(), "entities/dop");
  EXPECT_EQ(Lookup(at("#itd-desk", ""), Account("U2"))->entity(), "");
  server_.Restart();
  EXPECT_EQ(IncidentAt(at("#dop-incidents", of_first.at(headline)), Account("U1")), first);
}

TEST_F(ChatServiceTest, AGuestFindsNoIncidentNotEvenItsOwn) {
  const std::string name = Guest().CreateIncident(Report())->incident().name();
  const auto posted = DeliverAll();
  const v1::MessageRef place =
      OnConsole("#dop-incidents", posted.at("channels/dop-incidents KIND_HEADLINE"));
  EXPECT_EQ(IncidentAt(place, Account("U9")), "");
  Link("dop.iso", Account("U9"));
  EXPECT_EQ(IncidentAt(place, Account("U9")), name);
}

TEST_F(ChatServiceTest, ARestrictedIncidentIsFoundByItsReadersOnly) {
  const auto created = server_.As("dop.iso").CreateIncident(Report(/*restricted=*/true));
  ASSERT_THAT(created, IsOk());
  Link("dop.iso", Account("U1"));
  Link("dop.clerk", Account("U2"));
  // A person's own note from a message names it; for others the message is nobody's.
  ASSERT_THAT(
      server_.BotFor("dop.iso").AddNote(Note(created->incident().name(), Message("1.1"), "seen")),
      IsOk());
  EXPECT_EQ(IncidentAt(Message("1.1"), Account("U1")), created->incident().name());
  EXPECT_EQ(IncidentAt(Message("1.1"), Account("U2")), "");
  EXPECT_EQ(IncidentAt(Message("1.1"), Account("U3")), "");
}

TEST_F(ChatServiceTest, PlacesAreForBotsAndNeedAnAccount) {
  v1::LookupPlaceRequest request;
  *request.mutable_place() = Message("1.1");
  EXPECT_THAT(Bot().LookupPlace(request), Refused("FIELD_INVALID", "account"));
  *request.mutable_account() = Account("U1");
  EXPECT_THAT(Bot().LookupPlace(request), IsOk());
  EXPECT_THAT(server_.As("dop.iso").LookupPlace(request), Refused("RIGHT_REQUIRED", "bots"));
  EXPECT_THAT(server_.BotFor("dop.iso").LookupPlace(request), Refused("RIGHT_REQUIRED", "bots"));
  request.mutable_place()->clear_channel();
  EXPECT_THAT(Bot().LookupPlace(request), Refused("FIELD_INVALID", "place.channel"));
}

// ---- Notes from messages -----------------------------------------------------------------------

TEST_F(ChatServiceTest, AMessageIsKeptUpToDateByItsAuthor) {
  const std::string name = server_.Open();
  const auto noted = server_.BotFor("csirt.handler").AddNote(Note(name, Message("1.1"), "one"));
  ASSERT_THAT(noted, IsOk());
  EXPECT_EQ(noted->entry().text(), "one");
  // Found by the message alone, by whoever may see the incident.
  const auto edited = server_.BotFor("dop.clerk").AddNote(Edit(Message("1.1"), "two"));
  ASSERT_THAT(edited, IsOk());
  EXPECT_EQ(edited->entry().text(), "Edited: two");
  EXPECT_EQ(edited->entry().supersedes(), noted->entry().name());
  EXPECT_EQ(edited->entry().actor(), "people/dop.clerk");
  // The same again is the same entry.
  const auto again = server_.BotFor("dop.clerk").AddNote(Edit(Message("1.1"), "two"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->entry().name(), edited->entry().name());
  EXPECT_THAT(Notes(name), ElementsAre("one", "Edited: two"));
  v1::AddNoteRequest deletion = Edit(Message("1.1"), "");
  deletion.set_retract(true);
  deletion.set_request_id("event 7");
  const auto withdrawn = server_.BotFor("dop.clerk").AddNote(deletion);
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_TRUE(withdrawn->entry().retracts());
  EXPECT_TRUE(server_.BotFor("dop.clerk").AddNote(deletion)->replayed());
  EXPECT_THAT(Notes(name), ElementsAre("one", "Edited: two", "Withdrawn: the message was deleted"));
}

TEST_F(ChatServiceTest, AMessageThatNobodyTookInIsNotFoundLikeOneThatOneMayNotSee) {
  const std::string name = server_.Open();
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Note(name, Message("1.1"), "one")), IsOk());
  const absl::Status hidden =
      server_.BotFor("bor.contact").AddNote(Edit(Message("1.1"), "x")).status();
  EXPECT_THAT(hidden, Refused("NOTE_NOT_FOUND", ""));
  EXPECT_EQ(hidden.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(server_.BotFor("bor.contact").AddNote(Edit(Message("1.2"), "x")).status().ToString(),
            hidden.ToString());
  v1::AddNoteRequest named = Edit(Message("1.1"), "x");
  named.set_name(name);
  EXPECT_EQ(server_.BotFor("bor.contact").AddNote(named).status().ToString(), hidden.ToString());
  named.set_name("incidents/DOP-2026-0099");
  EXPECT_EQ(server_.BotFor("csirt.handler").AddNote(named).status().ToString(), hidden.ToString());
  named.set_name("nonsense");
  EXPECT_THAT(server_.BotFor("csirt.handler").AddNote(named), Refused("FIELD_INVALID", "name"));
  EXPECT_THAT(server_.BotFor("csirt.handler").AddNote(Edit(v1::MessageRef(), "x")),
              Refused("FIELD_INVALID", "source.platform"));
  EXPECT_THAT(Notes(name), ElementsAre("one"));
}

TEST_F(ChatServiceTest, AGuestKeepsItsMessageUpToDateAndLearnsNothing) {
  const std::string name = server_.Open();
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Note(name, Message("1.1"), "one")), IsOk());
  const auto edited = Guest().AddNote(Edit(Message("1.1"), "two"));
  ASSERT_THAT(edited, IsOk());
  EXPECT_EQ(edited->DebugString(), v1::AddNoteResponse().DebugString());
  EXPECT_THAT(Notes(name), ElementsAre("one", "Edited: two"));
  EXPECT_THAT(Guest().AddNote(Edit(Message("1.2"), "x")), Refused("NOTE_NOT_FOUND", ""));
  // Not in a restricted one.
  const auto restricted = server_.As("dop.iso").CreateIncident(Report(/*restricted=*/true));
  ASSERT_THAT(
      server_.BotFor("dop.iso").AddNote(Note(restricted->incident().name(), Message("1.3"), "x")),
      IsOk());
  EXPECT_THAT(Guest().AddNote(Edit(Message("1.3"), "y")), Refused("NOTE_NOT_FOUND", ""));
}

TEST_F(ChatServiceTest, OneMessageInTwoIncidentsIsEditedInBoth) {
  const std::string first = server_.Open();
  const std::string second = server_.Open();
  for (const std::string& name : {first, second}) {
    ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Note(name, Message("1.1"), "one")), IsOk());
  }
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Edit(Message("1.1"), "two")), IsOk());
  EXPECT_THAT(Notes(first), ElementsAre("one", "Edited: two"));
  EXPECT_THAT(Notes(second), ElementsAre("one", "Edited: two"));
  v1::AddNoteRequest named = Edit(Message("1.1"), "three");
  named.set_name(first);
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(named), IsOk());
  EXPECT_THAT(Notes(second), SizeIs(2));
}

// A note from a message is no way to take a thread of Belfry's away from its incident.
TEST_F(ChatServiceTest, ANoteDoesNotTakeAThreadOver) {
  const std::string first = server_.Open();
  const auto posted = DeliverAll();
  const std::string second = server_.Open();
  Link("csirt.handler", Account("U1"));
  const v1::MessageRef headline =
      OnConsole("#dop-incidents", posted.at("channels/dop-incidents KIND_HEADLINE"));
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Note(second, headline, "x")), IsOk());
  EXPECT_EQ(IncidentAt(headline, Account("U1")), first);
}

// Anybody with a token of their own could otherwise rewrite what others said.
TEST_F(ChatServiceTest, OnlyABotSaysWhatAMessageSays) {
  const std::string name = server_.Open();
  ASSERT_THAT(server_.BotFor("csirt.handler").AddNote(Note(name, Message("1.1"), "one")), IsOk());
  EXPECT_THAT(server_.As("dop.clerk").AddNote(Note(name, Message("1.1"), "forged")),
              Refused("RIGHT_REQUIRED", "source"));
  EXPECT_THAT(server_.As("dop.clerk").AddNote(Edit(Message("1.1"), "forged")),
              Refused("RIGHT_REQUIRED", "source"));
  EXPECT_THAT(Notes(name), ElementsAre("one"));
}

// ---- Conversations -----------------------------------------------------------------------------

TEST_F(ChatServiceTest, ConversationsAreKeptForBots) {
  v1::SaveConversationRequest save;
  save.mutable_conversation()->set_platform("teams");
  save.mutable_conversation()->set_workspace("tenant");
  v1::ListConversationsRequest list;
  list.set_platform("teams");
  list.set_workspace("tenant");
  for (int i = 0; i < 300; ++i) {
    save.mutable_conversation()->set_address(absl::StrCat("a", 10'000 + i));
    save.mutable_conversation()->set_reference(std::string(8'000, 'r'));
    ASSERT_THAT(Bot().SaveConversation(save), IsOk());
  }
  server_.Restart();
  std::vector<std::string> addresses;
  int pages = 0;
  do {
    const auto page = Bot().ListConversations(list);
    ASSERT_THAT(page, IsOk());
    for (const auto& conversation : page->conversations()) {
      addresses.push_back(conversation.address());
    }
    list.set_page_token(page->next_page_token());
    ++pages;
  } while (!list.page_token().empty());
  ASSERT_THAT(addresses, SizeIs(300));
  EXPECT_EQ(addresses.front(), "a10000");
  EXPECT_EQ(addresses.back(), "a10299");
  EXPECT_GT(pages, 1);
  list.set_address("a10007");
  EXPECT_THAT(Bot().ListConversations(list)->conversations(), SizeIs(1));
  save.mutable_conversation()->set_address("a10007");
  save.mutable_conversation()->clear_reference();
  EXPECT_THAT(Bot().SaveConversation(save), Refused("FIELD_INVALID", "conversation.reference"));
  save.mutable_conversation()->set_gone(true);
  ASSERT_THAT(Bot().SaveConversation(save), IsOk());
  EXPECT_TRUE(Bot().ListConversations(list)->conversations(0).gone());
  EXPECT_EQ(Bot().ListConversations(list)->conversations(0).reference().size(), 8'000u);
  save.mutable_conversation()->set_reference(std::string(9'000, 'r'));
  EXPECT_THAT(Bot().SaveConversation(save), Refused("FIELD_INVALID", "8 KiB"));
  EXPECT_THAT(server_.As("dop.iso").ListConversations(list), Refused("RIGHT_REQUIRED", ""));
  EXPECT_THAT(server_.BotFor("dop.iso").SaveConversation(save), Refused("RIGHT_REQUIRED", ""));
  list.clear_platform();
  EXPECT_THAT(Bot().ListConversations(list), Refused("FIELD_INVALID", "platform"));
}

// ---- What one may do ---------------------------------------------------------------------------

TEST_F(ChatServiceTest, AllowedActsAreSaidHereAndAnywhere) {
  const std::string name = server_.Open();
  v1::GetIncidentRequest get;
  get.set_name(name);
  EXPECT_THAT(server_.As("dop.contact").GetIncident(get)->allowed_acts(),
              IsSupersetOf({"NOTE", "SUBMIT_FOLLOWUP"}));
  EXPECT_THAT(server_.As("dop.clerk").GetIncident(get)->allowed_acts(),
              Not(Contains("SUBMIT_FOLLOWUP")));
  EXPECT_THAT(server_.BotFor("dop.contact").WhoAmI(v1::WhoAmIRequest())->allowed_acts(),
              Contains("SUBMIT_FOLLOWUP"));
  EXPECT_THAT(server_.As("dop.clerk").WhoAmI(v1::WhoAmIRequest())->allowed_acts(),
              Not(Contains("SUBMIT_FOLLOWUP")));
  EXPECT_THAT(Bot().WhoAmI(v1::WhoAmIRequest())->allowed_acts(), IsEmpty());
}

}  // namespace
}  // namespace belfry::testing
