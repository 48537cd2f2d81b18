// Lines as they are typed, and what the server is then asked.
#include "client-lib/chat/run.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/usage_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/run_fixture.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunTest : public RunFixture {};

TEST_F(RunTest, OpenSaysWhatIsDueAndWhatToTypeNext) {
  *connection_->CreateIncident_answer->mutable_incident() = TestIncident();
  auto* duty = connection_->CreateIncident_answer->add_obligations();
  duty->set_instance("FOLLOWUP-24H");
  duty->set_title("Follow-up within 24 h");
  duty->set_state(v1::Obligation::STATE_PENDING);
  duty->add_owner_roles("PC");
  duty->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 86'280);

  const CommandResult result = Run(
      "open \"Ransom note\" sev:3 type:ransomware agency:DOP detected:14:03 drill:yes attack:yes");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  const v1::CreateIncidentRequest& request = connection_->CreateIncident_request;
  EXPECT_EQ(request.title(), "Ransom note");
  EXPECT_EQ(request.summary(), "");
  EXPECT_EQ(request.severity(), "SEV3");
  EXPECT_EQ(request.entity(), "entities/dop");
  EXPECT_EQ(request.categories(0).category(), "CAT-13");
  EXPECT_EQ(request.detect_time().seconds(), absl::ToUnixSeconds(TestNow()) - 120);
  EXPECT_EQ(request.facts(0).name(), "attack_intrusion");
  EXPECT_EQ(request.facts(0).value(), "YES");
  EXPECT_TRUE(request.drill());
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(connection_->last_call.act_for, "people/dop.responder");
  EXPECT_EQ(connection_->last_call.via, "slack");

  EXPECT_EQ(result.incident, "incidents/DOP-2026-0007");
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(result.verb, "open");
  ASSERT_NE(result.response, nullptr);
  EXPECT_EQ(result.card.title, "DOP-2026-0007 · opened as SEV3");
  EXPECT_THAT(result.card.table[1], ElementsAre("FOLLOWUP-24H", "Follow-up within 24 h", "PC",
                                                "Wed 25 Nov 14:03 EST (in 23 h 58 min)"));
  EXPECT_THAT(
      result.card.hints,
      ElementsAre("/incident ack DOP-2026-0007", "/incident note DOP-2026-0007 <what you see>",
                  "/incident contain DOP-2026-0007", "/incident duties DOP-2026-0007"));
}

TEST_F(RunTest, OpenNamesWhomItIsAboutWhoMayReadAndWhoElseIsHit) {
  EXPECT_TRUE(Run("open Threats by mail restricted:yes subject:dop.clerk reader:@dop.iso,dop.head "
                  "reader:itd.counsel also:DOR, RMV")
                  .ok);
  const v1::CreateIncidentRequest& request = connection_->CreateIncident_request;
  EXPECT_EQ(request.title(), "Threats by mail");
  EXPECT_THAT(request.subjects(), ElementsAre("people/dop.clerk"));
  EXPECT_THAT(request.readers(),
              ElementsAre("people/dop.iso", "people/dop.head", "people/itd.counsel"));
  ASSERT_EQ(request.other_entities_size(), 2);
  EXPECT_EQ(request.other_entities(1).entity(), "entities/rmv");
  EXPECT_EQ(request.other_entities(1).relation(), v1::IncidentEntity::RELATION_AFFECTED);
  EXPECT_TRUE(request.restricted());

  const auto calls = connection_->calls.size();
  const CommandResult result = Run("open x subject:<@U123>");
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_THAT(result.card.body, HasSubstr("\"subject:<@U123>\" is not a person."));
  EXPECT_FALSE(Run("open x also:d").ok);
  EXPECT_EQ(connection_->calls.size(), calls);
}

TEST_F(RunTest, OpenNeedsOnlyWords) {
  context_.entity = "entities/dor";
  EXPECT_TRUE(Run("open Mail is down\nsince this morning").ok);
  EXPECT_EQ(connection_->CreateIncident_request.title(), "Mail is down");
  EXPECT_EQ(connection_->CreateIncident_request.summary(), "Mail is down\nsince this morning");
  EXPECT_EQ(connection_->CreateIncident_request.entity(), "entities/dor");
  const CommandResult result = Run("open sev:3");
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_THAT(result.card.body, HasSubstr("Say in a few words"));
}

TEST_F(RunTest, InAnIncidentsThreadTheIdIsLeftAway) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("ack").ok);
  EXPECT_EQ(connection_->AcknowledgeIncident_request.name(), "incidents/DOP-2026-0007");
  EXPECT_TRUE(Run("ack DOP-2026-0008").ok);
  EXPECT_EQ(connection_->AcknowledgeIncident_request.name(), "incidents/DOP-2026-0008");
}

TEST_F(RunTest, ElsewhereItOffersTheOpenIncidents) {
  v1::ListIncidentsResponse page;
  *page.add_incidents() = TestIncident();
  auto* restricted = page.add_incidents();
  restricted->set_name("incidents/DOP-2026-0008");
  restricted->set_title("secret");
  restricted->set_restricted(true);
  connection_->pages = {page};
  const CommandResult result = Run("note the firewall log is saved");
  EXPECT_FALSE(result.ok);
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_EQ(result.card.title, "Which incident?");
  ASSERT_EQ(result.card.buttons.size(), 2u);
  EXPECT_EQ(result.card.buttons[0].command, "note DOP-2026-0007 the firewall log is saved");
  EXPECT_THAT(result.card.PlainText(), Not(HasSubstr("secret")));
}

TEST_F(RunTest, WordsBehindAckBecomeANote) {
  connection_->AddNote_answer->mutable_entry()->set_text("looking at it");
  const CommandResult result = Run("ack DOP-2026-0007 looking at it");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(connection_->AddNote_request.text(), "looking at it");
  EXPECT_EQ(connection_->AddNote_request.request_id(), "r1/note");
  EXPECT_THAT(result.card.body, HasSubstr("Your words were added to the timeline."));
}

TEST_F(RunTest, PlainTextOfAnUpdateIsItsConditions) {
  const CommandResult lacking = Run("update DOP-2026-0007 mail is down");
  EXPECT_FALSE(lacking.ok);
  EXPECT_TRUE(IsUsageError(lacking.status));
  EXPECT_THAT(lacking.card.body, HasSubstr("Not sent, actions (POL-5.18) is missing. Daily status "
                                           "needs: conditions (Conditions), actions (Actions). "
                                           "It may also have: needs (Needs). (POL-5.18)"));
  EXPECT_THAT(lacking.card.hints,
              ElementsAre("/incident update DOP-2026-0007 conditions:\"…\" actions:\"…\""));
  EXPECT_EQ(connection_->SubmitDocument_request.name(), "");

  connection_->SubmitDocument_answer->add_satisfied()->set_instance("DAILY-STATUS#1");
  const CommandResult sent = Run("update DOP-2026-0007 mail is down actions:accounts locked");
  ASSERT_TRUE(sent.ok) << sent.card.PlainText();
  const v1::SubmitDocumentRequest& request = connection_->SubmitDocument_request;
  EXPECT_EQ(request.type(), "DAILY");
  ASSERT_EQ(request.fields_size(), 2);
  EXPECT_EQ(request.fields(0).name(), "conditions");
  EXPECT_EQ(request.fields(0).value(), "mail is down");
  EXPECT_EQ(request.fields(1).value(), "accounts locked");
  EXPECT_THAT(sent.card.body, HasSubstr("DAILY-STATUS#1 is done."));
}

TEST_F(RunTest, AFormThatWasCopiedAndNotFilledIsNotSent) {
  const CommandResult result = Run("update DOP-2026-0007 conditions:\"…\" actions:\"x\"");
  EXPECT_THAT(result.card.body, HasSubstr("\"conditions:\" is not filled in."));
}

TEST_F(RunTest, TheUpdateButtonIsAnsweredWithTheForm) {
  const CommandResult result = Run("update DOP-2026-0007");
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_EQ(result.card.title, "Not done yet");
  EXPECT_THAT(result.card.hints,
              ElementsAre("/incident update DOP-2026-0007 conditions:\"…\" actions:\"…\""));
}

TEST_F(RunTest, LifeCycleVerbsCarryReasonAndAnswers) {
  EXPECT_TRUE(Run("declare DOP-2026-0007 attack:suspected a note was found").ok);
  const v1::TransitionIncidentRequest& request = connection_->TransitionIncident_request;
  EXPECT_EQ(request.verb(), "declare");
  EXPECT_EQ(request.reason(), "a note was found");
  EXPECT_EQ(request.facts(0).value(), "SUSPECTED");
  const CommandResult result = Run("reopen DOP-2026-0007");
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_THAT(result.card.body, HasSubstr("\"reopen\" needs a reason (POL-5.14)"));
}

TEST_F(RunTest, EscalateNeedsAReasonAndKnowsRoles) {
  EXPECT_TRUE(IsUsageError(Run("escalate DOP-2026-0007").status));
  EXPECT_TRUE(IsUsageError(Run("escalate DOP-2026-0007 to:<@U1> why").status));
  connection_->EscalateIncident_answer->add_paged_people("people/eox.scio");
  const CommandResult result = Run("page DOP-2026-0007 to:scio the contact does not answer");
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(connection_->EscalateIncident_request.roles(), ElementsAre("SCIO"));
  EXPECT_EQ(connection_->EscalateIncident_request.reason(), "the contact does not answer");
  EXPECT_THAT(result.card.body, HasSubstr("Paged: eox.scio"));
}

TEST_F(RunTest, ANumberIsALevelOfTheLadder) {
  EXPECT_TRUE(Run("escalate DOP-2026-0007 to:2 the agency has it").ok);
  EXPECT_EQ(connection_->EscalateIncident_request.level(), 2);
  EXPECT_THAT(connection_->EscalateIncident_request.roles(), IsEmpty());
  EXPECT_EQ(connection_->EscalateIncident_request.reason(), "the agency has it");
}

TEST_F(RunTest, RecordsReachTheServerInItsOwnWords) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("sev 2 payroll is affected").ok);
  EXPECT_EQ(connection_->ChangeSeverity_request.severity(), "SEV2");
  EXPECT_EQ(connection_->ChangeSeverity_request.reason(), "payroll is affected");
  EXPECT_TRUE(Run("fact attack:y pi:? residents:12 at:13:05 reason:\"seen\"").ok);
  EXPECT_EQ(connection_->RecordFacts_request.facts_size(), 3);
  EXPECT_EQ(connection_->RecordFacts_request.facts(1).value(), "UNKNOWN");
  EXPECT_EQ(connection_->RecordFacts_request.facts(2).reason(), "seen");
  EXPECT_EQ(connection_->RecordFacts_request.facts(0).known_time().seconds(),
            absl::ToUnixSeconds(TestNow()) - 3600);
  EXPECT_TRUE(Run("type malware trojan").ok);
  EXPECT_EQ(connection_->AssignCategories_request.categories(0).sub_values(0), "TROJAN");
  EXPECT_TRUE(Run("agency DOR potential").ok);
  EXPECT_EQ(connection_->AddEntity_request.entity().entity(), "entities/dor");
  EXPECT_EQ(connection_->AddEntity_request.entity().relation(),
            v1::IncidentEntity::RELATION_POTENTIAL);
  EXPECT_TRUE(Run("agency ACME third-party").ok);
  EXPECT_EQ(connection_->AddEntity_request.entity().relation(),
            v1::IncidentEntity::RELATION_THIRD_PARTY);
  EXPECT_THAT(RefusedHere("agency ACME guilty"),
              HasSubstr("Possible: origin, affected, potential, third_party."));
  EXPECT_TRUE(Run("ticket E2E:INC0012345").ok);
  EXPECT_EQ(connection_->LinkTicket_request.ticket().system(), "E2E");
  EXPECT_EQ(connection_->LinkTicket_request.ticket().number(), "INC0012345");
  EXPECT_TRUE(Run("ticket INC7").ok);
  EXPECT_EQ(connection_->LinkTicket_request.ticket().system(), "");
  EXPECT_EQ(connection_->LinkTicket_request.ticket().number(), "INC7");
  EXPECT_TRUE(Run("notify ccio-cso-via-scio please read").ok);
  EXPECT_EQ(connection_->SendObligationNotice_request.obligation(), "ccio-cso-via-scio");
  EXPECT_EQ(connection_->SendObligationNotice_request.text(), "please read");
  EXPECT_EQ(connection_->SendObligationNotice_request.fields_size(), 0);
  EXPECT_TRUE(Run("note seen at:13:05").ok);
  EXPECT_EQ(connection_->AddNote_request.text(), "seen");
  EXPECT_EQ(connection_->AddNote_request.event_time().seconds(),
            absl::ToUnixSeconds(TestNow()) - 3600);
}

TEST_F(RunTest, ListMakesAFilter) {
  EXPECT_TRUE(Run("list").ok);
  EXPECT_EQ(connection_->list_requests.back().filter(), "open = true");
  EXPECT_TRUE(Run("ls late sev:2 agency:DOP").ok);
  EXPECT_EQ(connection_->list_requests.back().filter(),
            "overdue = true AND severity = \"SEV2\" AND entity = \"entities/dop\" AND open = true");
  EXPECT_TRUE(Run("list closed").ok);
  EXPECT_EQ(connection_->list_requests.back().filter(), "state = \"CLOSED\"");
  EXPECT_TRUE(Run("list all").ok);
  EXPECT_EQ(connection_->list_requests.back().filter(), "");
  EXPECT_TRUE(IsUsageError(Run("list state:\"x\\\" OR true\"").status));
}

TEST_F(RunTest, WhoFindsTheAgencyInTheIncidentsNumber) {
  context_.incident = "incidents/DOP-2026-0007";
  auto* holder = connection_->ResolveContacts_answer->add_holders();
  holder->set_role("PC");
  holder->set_level(1);
  const CommandResult result = Run("who pc");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(connection_->ResolveContacts_request.entity(), "entities/dop");
  EXPECT_THAT(connection_->ResolveContacts_request.roles(), ElementsAre("PC"));
  EXPECT_THAT(result.card.table[1], ElementsAre("1", "PC", "NOBODY", ""));
}

TEST_F(RunTest, TheTimelineShowsItsEnd) {
  for (int i = 1; i <= 25; ++i) {
    auto* entry = connection_->ListTimelineEntries_answer->add_entries();
    entry->set_text(absl::StrCat("event ", i));
    entry->set_actor("system");
  }
  const CommandResult result = Run("timeline DOP-2026-0007");
  EXPECT_EQ(result.card.title, "DOP-2026-0007 · timeline, the last 20 of 25");
  EXPECT_EQ(result.card.table[1][1], "event 6");
  EXPECT_EQ(result.card.table.back()[2], "Belfry");
  EXPECT_EQ(Run("timeline DOP-2026-0007 all").card.table.size(), 26u);
}

TEST_F(RunTest, AReplayIsSaid) {
  connection_->AcknowledgeIncident_answer->set_replayed(true);
  EXPECT_THAT(Run("ack DOP-2026-0007").card.context,
              HasSubstr("Already done by the same request; nothing was done twice."));
}

TEST_F(RunTest, EveryCommandGetsARequestId) {
  context_.request_id = "";
  Run("ack DOP-2026-0007");
  const std::string first = connection_->AcknowledgeIncident_request.request_id();
  Run("ack DOP-2026-0007");
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(connection_->AcknowledgeIncident_request.request_id(), first);
}

TEST_F(RunTest, ABareCommandIsTheMenuAndNeedsNoServer) {
  connection_->GetPolicy_answer = absl::UnavailableError("down");
  const CommandResult result = Run("");
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(result.card.PlainText(), HasSubstr("- ack [id]"));
}

TEST_F(RunTest, ThePackIsFetchedOnce) {
  Run("ack DOP-2026-0007");
  Run("ack DOP-2026-0007");
  EXPECT_EQ(std::count(connection_->calls.begin(), connection_->calls.end(), "GetPolicy"), 1);
}

TEST_F(RunTest, ShowTellsWhatWasGathered) {
  v1::Incident& incident = *connection_->GetIncident_answer->mutable_incident();
  incident.set_parent("incidents/DOP-2026-0003");
  const CommandResult result = Run("show DOP-2026-0007");
  ASSERT_EQ(result.card.table.size(), 2u);
  EXPECT_THAT(result.card.table[1], ElementsAre("Part of", "DOP-2026-0003"));
  incident.set_restricted(true);
  EXPECT_THAT(Run("show DOP-2026-0007").card.table, IsEmpty());
}

TEST_F(RunTest, RestrictedContentIsShownAtTheTerminalOnly) {
  connection_->GetIncident_answer->mutable_incident()->set_restricted(true);
  EXPECT_THAT(Run("show DOP-2026-0007").card.PlainText(), Not(HasSubstr("Ransom")));
  context_.via = "cli";
  EXPECT_THAT(Run("show DOP-2026-0007").card.PlainText(), HasSubstr("Ransom"));
}

}  // namespace
}  // namespace belfry::chat
