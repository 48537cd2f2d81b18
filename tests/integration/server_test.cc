// The whole server over its public API: acceptance, refusals, tenancy, crash, deliveries.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/faulty_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A refusal as it crossed the wire.
MATCHER_P2(Refused, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

v1::CreateIncidentRequest NewReport(const std::string& title = "Something is wrong") {
  v1::CreateIncidentRequest request;
  request.set_title(title);
  request.set_entity("entities/dop");
  return request;
}

template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

TEST(ServerTest, AReportIsAnsweredWithItsNumberAndWhatIsOwed) {
  TestServer server;
  const auto created = server.As("dop.clerk").CreateIncident(NewReport());
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->incident().name(), "incidents/DOP-2026-0001");
  EXPECT_EQ(created->incident().state(), "REPORTED");
  EXPECT_EQ(created->obligations(0).instance(), "E2E-TICKET");
  const auto read = server.As("csirt.handler")
                        .GetIncident(Named<v1::GetIncidentRequest>("incidents/dop-2026-0001"));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->incident().title(), "Something is wrong");
}

TEST(ServerTest, NumbersCountWithinAnAgencyAndRefusedReportsLeaveNoGap) {
  TestServer server;
  EXPECT_EQ(server.Open(), "incidents/DOP-2026-0001");
  auto bad = NewReport();
  bad.add_categories()->set_category("CAT-77");
  EXPECT_THAT(server.As("dop.clerk").CreateIncident(bad), Refused("FIELD_INVALID", "CAT-77"));
  auto other = NewReport();
  other.set_entity("entities/bor");
  EXPECT_EQ(server.As("bor.contact").CreateIncident(other)->incident().name(),
            "incidents/BOR-2026-0001");
  EXPECT_EQ(server.Open(), "incidents/DOP-2026-0002");
}

TEST(ServerTest, TheSameRequestIdHasOneEffectAndTheSameAnswer) {
  TestServer server;
  auto request = NewReport();
  request.set_request_id("a-laptop-that-slept");
  const auto client = server.As("dop.clerk");
  const auto first = client.CreateIncident(request);
  ASSERT_THAT(first, IsOk());
  auto again = client.CreateIncident(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  again->set_replayed(false);
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  server.Restart();
  EXPECT_TRUE(server.As("dop.clerk").CreateIncident(request)->replayed());
  request.set_title("Another thing");
  EXPECT_THAT(server.As("dop.clerk").CreateIncident(request),
              Refused("REQUEST_ID_REUSED", "request_id"));
  // Somebody else's ids are another matter.
  EXPECT_FALSE(server.As("dop.contact").CreateIncident(request)->replayed());
  EXPECT_EQ(server.Open(), "incidents/DOP-2026-0003");
}

TEST(ServerTest, ManyWithOneRequestIdAtOnceStillHaveOneEffect) {
  TestServer server;
  auto request = NewReport();
  request.set_request_id("pressed in panic");
  std::vector<std::thread> threads;
  std::vector<std::string> names(16);
  for (size_t i = 0; i < names.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto answer = server.As("dop.clerk").CreateIncident(request);
      names[i] = answer.ok() ? answer->incident().name() : answer.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(names, ::testing::Each("incidents/DOP-2026-0001"));
}

TEST(ServerTest, RefusesStrangers) {
  TestServer server;
  const std::string name = server.Open();
  EXPECT_THAT(server.WithToken("").GetIncident(Named<v1::GetIncidentRequest>(name)),
              Refused("CREDENTIALS_MISSING", "Bearer"));
  EXPECT_THAT(server.WithToken("guess").GetIncident(Named<v1::GetIncidentRequest>(name)),
              Refused("CREDENTIALS_INVALID", "not valid"));
  EXPECT_THAT(server.As("bot").GetIncident(Named<v1::GetIncidentRequest>(name)),
              Refused("ACT_FOR_NEEDED", "belfry-act-for"));
  client::CallOptions call;
  call.act_for = "people/csirt.handler";
  EXPECT_THAT(server.As("dop.clerk").GetIncident(Named<v1::GetIncidentRequest>(name), call),
              Refused("ACT_FOR_DENIED", "only a bot"));
  EXPECT_THAT(server.As("dop.clerk").GetDirectory(v1::GetDirectoryRequest()),
              Refused("RIGHT_REQUIRED", "administrators"));
}

TEST(ServerTest, TheBotHasTheRightsOfThePersonAndNoOthers) {
  TestServer server;
  const std::string name = server.Open();
  EXPECT_THAT(server.BotFor("csirt.handler").GetIncident(Named<v1::GetIncidentRequest>(name)),
              IsOk());
  EXPECT_THAT(server.BotFor("bor.contact").GetIncident(Named<v1::GetIncidentRequest>(name)),
              Refused("INCIDENT_NOT_FOUND", "no incident"));
  auto ticket = Named<v1::LinkTicketRequest>(name);
  ticket.mutable_ticket()->set_number("7");
  EXPECT_THAT(server.BotFor("dop.clerk").LinkTicket(ticket),
              Refused("ROLE_REQUIRED", "CommonHelp"));
  const auto linked = server.BotFor("commonhelp").LinkTicket(ticket);
  ASSERT_THAT(linked, IsOk());
}

// One that does not exist and one of another agency: the same words, the same details.
TEST(ServerTest, AnotherAgencysIncidentDoesNotExist) {
  TestServer server;
  server.Open();
  const auto stranger = server.As("bor.contact");
  const absl::Status hidden =
      stranger.GetIncident(Named<v1::GetIncidentRequest>("incidents/DOP-2026-0001")).status();
  const absl::Status absent =
      stranger.GetIncident(Named<v1::GetIncidentRequest>("incidents/DOP-2026-0002")).status();
  EXPECT_EQ(hidden.code(), absent.code());
  std::string hidden_text = hidden.ToString();
  const size_t at = hidden_text.find("0001");
  ASSERT_NE(at, std::string::npos);
  while (hidden_text.find("0001") != std::string::npos) {
    hidden_text.replace(hidden_text.find("0001"), 4, "0002");
  }
  EXPECT_EQ(hidden_text, absent.ToString());
  EXPECT_THAT(stranger.ListIncidents(v1::ListIncidentsRequest())->incidents(), IsEmpty());
  for (const std::string& name : {std::string("incidents/DOP-2026-0001")}) {
    EXPECT_THAT(stranger.AcknowledgeIncident(Named<v1::AcknowledgeIncidentRequest>(name)),
                Refused("INCIDENT_NOT_FOUND", ""));
    auto note = Named<v1::AddNoteRequest>(name);
    note.set_text("hello");
    EXPECT_THAT(stranger.AddNote(note), Refused("INCIDENT_NOT_FOUND", ""));
    EXPECT_THAT(stranger.ListObligations(Named<v1::ListObligationsRequest>(name)),
                Refused("INCIDENT_NOT_FOUND", ""));
    v1::ListTimelineEntriesRequest timeline;
    timeline.set_parent(name);
    EXPECT_THAT(stranger.ListTimelineEntries(timeline), Refused("INCIDENT_NOT_FOUND", ""));
    v1::ListDeliveriesRequest deliveries;
    deliveries.set_incident(name);
    EXPECT_THAT(stranger.ListDeliveries(deliveries)->deliveries(), IsEmpty());
  }
}

TEST(ServerTest, AnAgencySystemReportsForItsOwnAgencyOnly) {
  TestServer server;
  auto request = NewReport("EDR alert 4711");
  request.clear_entity();
  const auto created = server.As("siem.dop").CreateIncident(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->incident().entity(), "entities/dop");
  request.set_entity("entities/dop");
  EXPECT_THAT(server.As("siem.bor").CreateIncident(request), Refused("ROLE_REQUIRED", "only"));
  EXPECT_THAT(
      server.As("siem.bor").GetIncident(Named<v1::GetIncidentRequest>(created->incident().name())),
      Refused("INCIDENT_NOT_FOUND", ""));
}

TEST(ServerTest, MalformedNamesTokensAndFiltersNameTheField) {
  TestServer server;
  const auto client = server.As("csirt.handler");
  EXPECT_THAT(client.GetIncident(Named<v1::GetIncidentRequest>("DOP-2026-0001")),
              Refused("FIELD_INVALID", "name: must be a name such as"));
  v1::ListIncidentsRequest list;
  list.set_filter("state ~ x");
  EXPECT_THAT(client.ListIncidents(list), Refused("FIELD_INVALID", "filter"));
  list.clear_filter();
  list.set_page_token("nonsense");
  EXPECT_THAT(client.ListIncidents(list), Refused("FIELD_INVALID", "page_token"));
  auto request = NewReport();
  request.set_request_id(std::string(129, 'x'));
  EXPECT_THAT(client.CreateIncident(request), Refused("FIELD_INVALID", "request_id"));
}

TEST(ServerTest, PagesCoverEverythingOnceNewestFirst) {
  TestServer server;
  for (int i = 0; i < 7; ++i) server.Open();
  const auto client = server.As("csirt.handler");
  v1::ListIncidentsRequest request;
  request.set_page_size(3);
  std::vector<std::string> names;
  do {
    const auto page = client.ListIncidents(request);
    ASSERT_THAT(page, IsOk());
    for (const auto& incident : page->incidents()) names.push_back(incident.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, SizeIs(7));
  EXPECT_EQ(names.front(), "incidents/DOP-2026-0007");
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 7u);
  request.set_filter("state = \"CLOSED\"");
  EXPECT_THAT(client.ListIncidents(request)->incidents(), IsEmpty());
  request.set_filter("open = true AND entity = entities/dop");
  EXPECT_THAT(client.ListIncidents(request)->incidents(), SizeIs(3));
}

TEST(ServerTest, ClosingIsRefusedOverTheWireWithTheClauseAndPassesAfterwards) {
  TestServer server;
  const std::string name = server.Open();
  const auto verb = [&](const std::string& who, const std::string& word) {
    auto request = Named<v1::TransitionIncidentRequest>(name);
    request.set_verb(word);
    return server.As(who).TransitionIncident(request);
  };
  const auto facts = [&](const std::string& who,
                         const std::vector<std::pair<std::string, std::string>>& answers) {
    auto request = Named<v1::RecordFactsRequest>(name);
    for (const auto& [fact, value] : answers) {
      auto* added = request.add_facts();
      added->set_name(fact);
      added->set_value(value);
    }
    return server.As(who).RecordFacts(request);
  };
  auto ticket = Named<v1::LinkTicketRequest>(name);
  ticket.mutable_ticket()->set_number("48113");
  ASSERT_THAT(server.As("commonhelp").LinkTicket(ticket), IsOk());
  auto type = Named<v1::AssignCategoriesRequest>(name);
  type.add_categories()->set_category("CAT-14");
  ASSERT_THAT(server.As("csirt.handler").AssignCategories(type), IsOk());
  ASSERT_THAT(facts("csirt.handler", {{"verdict", "CONFIRMED"},
                                      {"attack_intrusion", "NO"},
                                      {"criminal", "UNKNOWN"},
                                      {"personal_information", "NONE"},
                                      {"public_safety", "NO"},
                                      {"third_party", "NO"},
                                      {"statewide", "NO"}}),
              IsOk());
  ASSERT_THAT(verb("csirt.handler", "take"), IsOk());
  ASSERT_THAT(verb("csirt.handler", "declare"), IsOk());
  ASSERT_THAT(facts("dop.contact", {{"devices_contained", "ALL"},
                                    {"cause", "a mail"},
                                    {"weaknesses", "NONE_FOUND"},
                                    {"devices_clean", "YES"},
                                    {"services_restored", "YES"},
                                    {"weaknesses_settled", "MITIGATED"}}),
              IsOk());
  ASSERT_THAT(facts("dop.iso", {{"records_reviewed", "YES"}, {"iso_sign_off", "YES"}}), IsOk());
  for (const char* who : {"csirt.handler", "eox.scio"}) {
    ASSERT_THAT(server.As(who).AcknowledgeIncident(Named<v1::AcknowledgeIncidentRequest>(name)),
                IsOk());
  }
  const auto document = [&](const std::string& who, const std::string& type_code,
                            const std::vector<std::pair<std::string, std::string>>& fields) {
    auto request = Named<v1::SubmitDocumentRequest>(name);
    request.set_type(type_code);
    for (const auto& [field, value] : fields) {
      auto* added = request.add_fields();
      added->set_name(field);
      added->set_value(value);
    }
    return server.As(who).SubmitDocument(request);
  };
  ASSERT_THAT(document("dop.iso", "DECISION_AUTHORITY", {{"technical", "somebody"}}), IsOk());
  ASSERT_THAT(document("dop.iso", "CISO_COORDINATOR", {{"coordinator", "the CISO"}}), IsOk());
  ASSERT_THAT(document("csirt.handler", "EVIDENCE_PLAN",
                       {{"plan", "NONE_NEEDED"}, {"reason", "nothing was touched"}}),
              IsOk());
  ASSERT_THAT(document("dop.contact", "LOG_SOURCES", {{"sources", "mail PRESERVED"}}), IsOk());
  ASSERT_THAT(document("eox.scio", "WRITTEN_NOTICE",
                       {{"to", "BOTH"},
                        {"nature", "a mail"},
                        {"data_kinds", "NONE_IDENTIFIED"},
                        {"procedures", "established"},
                        {"consulted", "the SCIO"},
                        {"contact", "the contact"}}),
              IsOk());
  auto notice = Named<v1::SendObligationNoticeRequest>(name);
  notice.set_obligation("CCIO-CSO-VIA-SCIO");
  ASSERT_THAT(server.As("eox.scio").SendObligationNotice(notice), IsOk());
  // A bot delivers whatever there is.
  v1::LeaseDeliveriesRequest lease;
  lease.set_holder("bot-1");
  lease.set_incarnation("1");
  lease.add_platforms("console");
  lease.set_max(100);
  for (;;) {
    const auto leased = server.As("bot").LeaseDeliveries(lease);
    ASSERT_THAT(leased, IsOk());
    if (leased->deliveries().empty()) break;
    for (const auto& delivery : leased->deliveries()) {
      v1::ReportDeliveryRequest report;
      report.set_name(delivery.name());
      report.set_holder("bot-1");
      report.set_incarnation("1");
      report.set_outcome(v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
      report.mutable_message()->set_id("1");
      ASSERT_THAT(server.As("bot").ReportDelivery(report), IsOk());
    }
  }
  ASSERT_THAT(verb("csirt.handler", "resolve"), IsOk());

  const auto refused = verb("csirt.handler", "close");
  EXPECT_THAT(refused, Refused("GUARD_FAILED", "FOLLOWUP-24H is open (POL-5.17)"));
  const client::ErrorDetail detail = client::DescribeError(refused.status());
  ASSERT_THAT(detail.violations, SizeIs(1));
  EXPECT_EQ(detail.violations[0].clause, "POL-5.17");

  auto followup = Named<v1::SubmitDocumentRequest>(name);
  followup.set_type("FOLLOWUP");
  for (const char* field : {"summary", "impact", "actions", "next"}) {
    auto* added = followup.add_fields();
    added->set_name(field);
    added->set_value("as it is");
  }
  const auto submitted = server.As("dop.contact").SubmitDocument(followup);
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->satisfied(0).instance(), "FOLLOWUP-24H");
  const auto closed = verb("csirt.handler", "close");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->incident().state(), "CLOSED");
}

TEST(ServerTest, TheClockLetsThingsFallDueInOrderAndRemembersAcrossARestart) {
  TestServer server;
  const std::string name = server.Open("dop.clerk", "SEV3");
  server.AdvanceTo(absl::Minutes(31));
  server.Restart();
  server.AdvanceTo(absl::Minutes(61));
  v1::ListTimelineEntriesRequest request;
  request.set_parent(name);
  const auto timeline = server.As("csirt.handler").ListTimelineEntries(request);
  ASSERT_THAT(timeline, IsOk());
  std::vector<std::string> pages;
  for (const auto& entry : timeline->entries()) {
    if (entry.kind() == "PAGED") pages.push_back(entry.text());
  }
  EXPECT_THAT(pages, ElementsAre(HasSubstr("Paged level 2"), HasSubstr("paged again, try 2"),
                                 HasSubstr("escalated to")));
}

TEST(ServerTest, WhatFellDueWhileDownHappensOnceAfterwardsAndSaysThatItIsLate) {
  TestServer server;
  const std::string name = server.Open("dop.clerk", "SEV3");
  server.AdvanceTo(absl::Hours(26), /*jump=*/true);
  v1::ListTimelineEntriesRequest request;
  request.set_parent(name);
  const auto timeline = server.As("csirt.handler").ListTimelineEntries(request);
  int late_pages = 0;
  int overdue = 0;
  for (const auto& entry : timeline->entries()) {
    late_pages += entry.kind() == "PAGED" && entry.late();
    overdue += entry.kind() == "DUTY_OVERDUE" && entry.late();
  }
  EXPECT_EQ(late_pages, 1);
  EXPECT_EQ(overdue, 6);  // all that were open
}

TEST(ServerTest, AWatcherThatResumesLosesNothing) {
  TestServer server;
  const std::string name = server.Open();
  const auto write = [&](const std::string& text) {
    auto note = Named<v1::AddNoteRequest>(name);
    note.set_text(text);
    ASSERT_THAT(server.As("csirt.handler").AddNote(note), IsOk());
  };
  v1::WatchIncidentsResponse message;
  int first = 0;
  std::string token;
  {
    // The watch begins at some moment while somebody writes.
    auto watcher = server.As("csirt.handler").Watch(v1::WatchIncidentsRequest());
    std::atomic<bool> seen{false};
    std::atomic<int> written{0};
    std::thread writer([&] {
      while (!seen) write(absl::StrCat(++written));
    });
    ASSERT_TRUE(watcher.Next(&message)) << watcher.status();
    first = std::stoi(message.entry().text());
    seen = true;
    writer.join();
    token = watcher.resume_token();
    watcher.Cancel();
  }
  write("the last one");
  server.Restart();
  v1::WatchIncidentsRequest resume;
  resume.set_resume_token(token);
  auto again = server.As("csirt.handler").Watch(resume);
  for (int next = first + 1;; ++next) {
    ASSERT_TRUE(again.Next(&message)) << again.status();
    if (message.entry().text() == "the last one") break;
    ASSERT_EQ(message.entry().text(), absl::StrCat(next));  // no gap, none twice
  }
  again.Cancel();
}

class DeliveryTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::LeaseDeliveriesResponse> Lease(const std::string& incarnation, int max = 100,
                                                    const std::string& holder = "bot-1") {
    v1::LeaseDeliveriesRequest request;
    request.set_holder(holder);
    request.set_incarnation(incarnation);
    request.add_platforms("console");
    request.set_max(max);
    return server_.As("bot").LeaseDeliveries(request);
  }
  absl::StatusOr<v1::ReportDeliveryResponse> Report(const v1::Delivery& delivery,
                                                    v1::ReportDeliveryRequest::Outcome outcome,
                                                    const std::string& incarnation = "1",
                                                    const std::string& holder = "bot-1") {
    v1::ReportDeliveryRequest request;
    request.set_name(delivery.name());
    request.set_holder(holder);
    request.set_incarnation(incarnation);
    request.set_outcome(outcome);
    request.mutable_message()->set_id("m");
    request.set_error("because");
    return server_.As("bot").ReportDelivery(request);
  }
  TestServer server_;
};

TEST_F(DeliveryTest, OneAtATimeForEachConversationAndInOrder) {
  server_.Open();
  const auto first = Lease("1");
  ASSERT_THAT(first, IsOk());
  std::set<std::string> places;
  for (const auto& delivery : first->deliveries()) {
    EXPECT_TRUE(places.insert(delivery.endpoint().address()).second);
    if (delivery.target() == "channels/dop-incidents") {
      EXPECT_EQ(delivery.notice().kind(), v1::Notice::KIND_HEADLINE);
    }
  }
  EXPECT_THAT(places, Contains("#dop-incidents"));
  EXPECT_THAT(Lease("1")->deliveries(), IsEmpty());  // all heads are out
  for (const auto& delivery : first->deliveries()) {
    ASSERT_THAT(Report(delivery, v1::ReportDeliveryRequest::OUTCOME_DELIVERED), IsOk());
  }
  const auto second = Lease("1");
  for (const auto& delivery : second->deliveries()) {
    if (delivery.target() != "channels/dop-incidents") continue;
    EXPECT_EQ(delivery.notice().kind(), v1::Notice::KIND_LOG);
    EXPECT_EQ(delivery.headline().id(), "m");  // its thread
  }
}

TEST_F(DeliveryTest, ABotThatCameBackGetsItsOwnAsAmbiguous) {
  server_.Open();
  const auto before = Lease("1");
  ASSERT_GT(before->deliveries_size(), 0);
  EXPECT_THAT(Lease("other", 100, "bot-2")->deliveries(), IsEmpty());
  const auto after = Lease("2");
  ASSERT_EQ(after->deliveries_size(), before->deliveries_size());
  for (const auto& delivery : after->deliveries()) {
    EXPECT_TRUE(delivery.ambiguous());
    EXPECT_EQ(delivery.attempt(), 2);
  }
  // The dead process's report still counts when it says that it arrived.
  EXPECT_THAT(Report(before->deliveries(0), v1::ReportDeliveryRequest::OUTCOME_DELIVERED), IsOk());
  EXPECT_THAT(Report(before->deliveries(1), v1::ReportDeliveryRequest::OUTCOME_RETRY),
              Refused("LEASE_LOST", "lease again"));
}

TEST_F(DeliveryTest, LeasesSurviveARestartOfTheServer) {
  server_.Open();
  const auto before = Lease("1");
  server_.Restart();
  EXPECT_THAT(Lease("1")->deliveries(), IsEmpty());
  EXPECT_THAT(Report(before->deliveries(0), v1::ReportDeliveryRequest::OUTCOME_DELIVERED), IsOk());
}

TEST_F(DeliveryTest, APageThatReachesNobodyClimbsAtOnceAndRaisesAnAlarm) {
  const std::string name = server_.Open();  // SEV4: level 1, the primary contact alone
  const auto round_1 = Lease("1");
  for (const auto& delivery : round_1->deliveries()) {
    const bool page = delivery.target() == "people/dop.contact";
    ASSERT_THAT(Report(delivery, page ? v1::ReportDeliveryRequest::OUTCOME_FAILED
                                      : v1::ReportDeliveryRequest::OUTCOME_DELIVERED),
                IsOk());
  }
  const auto incident =
      server_.As("csirt.handler").GetIncident(Named<v1::GetIncidentRequest>(name))->incident();
  EXPECT_EQ(incident.escalations(0).level(), 2);
  v1::ListDeliveriesRequest dead;
  dead.set_state(v1::Delivery::STATE_DEAD);
  EXPECT_THAT(server_.As("csirt.handler").ListDeliveries(dead)->deliveries(), SizeIs(1));
  bool alarmed = false;
  const auto round_2 = Lease("1");
  for (const auto& delivery : round_2->deliveries()) {
    alarmed |= delivery.notice().kind() == v1::Notice::KIND_ALARM;
  }
  EXPECT_TRUE(alarmed);
}

TEST_F(DeliveryTest, TheNextAddressOfThePersonIsTriedFirst) {
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_name("people/dop.contact");
  update.mutable_person()->set_entity("entities/dop");
  for (const char* address : {"@first", "@second"}) {
    auto* contact = update.mutable_person()->add_contacts();
    contact->set_platform("console");
    contact->set_address(address);
  }
  ASSERT_THAT(server_.As("admin").UpdatePerson(update), IsOk());
  const std::string name = server_.Open();
  const auto round_3 = Lease("1");
  for (const auto& delivery : round_3->deliveries()) {
    ASSERT_THAT(Report(delivery, delivery.endpoint().address() == "@first"
                                     ? v1::ReportDeliveryRequest::OUTCOME_FAILED
                                     : v1::ReportDeliveryRequest::OUTCOME_DELIVERED),
                IsOk());
  }
  std::vector<std::string> addresses;
  const auto round_4 = Lease("1");
  for (const auto& delivery : round_4->deliveries()) {
    addresses.push_back(delivery.endpoint().address());
  }
  EXPECT_THAT(addresses, Contains("@second"));
  const auto incident =
      server_.As("csirt.handler").GetIncident(Named<v1::GetIncidentRequest>(name))->incident();
  EXPECT_EQ(incident.escalations(0).level(), 1);
}

TEST_F(DeliveryTest, ABotThatWaitsIsWokenByTheNextNotice) {
  v1::LeaseDeliveriesRequest request;
  request.set_holder("bot-1");
  request.set_incarnation("1");
  request.add_platforms("console");
  request.mutable_wait()->set_seconds(20);
  absl::StatusOr<v1::LeaseDeliveriesResponse> leased = absl::UnknownError("not yet");
  std::thread bot([&] { leased = server_.As("bot").LeaseDeliveries(request); });
  const absl::Time before = absl::Now();
  server_.Open();
  bot.join();
  ASSERT_THAT(leased, IsOk());
  EXPECT_GT(leased->deliveries_size(), 0);
  EXPECT_LT(absl::Now() - before, absl::Seconds(15));
}

TEST(StoreFailureTest, TheCallerGetsAnErrorAndWhatWasAcceptedStays) {
  StoreFaults faults;
  TestServer server([&](std::unique_ptr<storage::Store> real) {
    return std::make_unique<FaultyStore>(std::move(real), &faults);
  });
  const std::string kept = server.Open();
  for (std::atomic<bool>* fault : {&faults.begin, &faults.append}) {
    *fault = true;
    auto request = NewReport("lost?");
    request.set_request_id("retry me");
    const auto refused = server.As("dop.clerk").CreateIncident(request);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(refused, Refused("STORE_UNAVAILABLE", "nothing was changed"));
    *fault = false;
  }
  EXPECT_THAT(server.As("dop.clerk").GetIncident(Named<v1::GetIncidentRequest>(kept)), IsOk());
  EXPECT_EQ(server.Open(), "incidents/DOP-2026-0002");  // the refused ones left no trace
}

TEST(OverloadTest, AFullQueueSaysSoAtOnce) {
  engine::EngineOptions options;
  options.queue_max = 0;
  TestServer server(StoreWrapper(), options);
  const auto refused = server.As("dop.clerk").CreateIncident(NewReport());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused, Refused("OVERLOADED", "nothing was changed"));
  EXPECT_GT(client::DescribeError(refused.status()).retry_after, absl::ZeroDuration());
}

}  // namespace
}  // namespace belfry::testing
