// Packs over the public API: adopted without a restart or a recompile, refused with the line, kept,
// and every incident under the one it was reported under.
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "tests/support/core_world.h"
#include "tests/support/faulty_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kCounty[] = "deploy/policy/county-nist-800-61.textproto";

// A refusal as it crossed the wire.
MATCHER_P2(Refused, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

using Edits = std::vector<std::pair<std::string, std::string>>;

// The shipped text with changes; each must hit.
std::string Edited(const char* path, const Edits& edits) {
  std::string text = ReadSourceFile(path);
  for (const auto& [from, to] : edits) {
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  return text;
}

// Relative to the shipped one, whatever that is by now.
int Shipped() {
  static const int revision = ShippedPolicy()->proto().revision();
  return revision;
}
std::string Name(int later = 0) { return absl::StrCat("itd-sec-4.3@", Shipped() + later); }
std::pair<std::string, std::string> Revision(int later) {
  return {absl::StrCat("\nrevision: ", Shipped(), "\n"),
          absl::StrCat("\nrevision: ", Shipped() + later, "\n")};
}

// The next revision: twelve hours instead of 24, one more recipient, one more condition.
std::string ChangedPack() {
  return Edited(
      kPack,
      {Revision(1),
       {"clock: CLOCK_DETECTED due { any { seconds: 86400 } }\n  owner_roles: \"PC\" owner_roles: "
        "\"SC\" accountable_roles: \"ISO\" recipient_roles: \"CSIRT_H\"",
        "clock: CLOCK_DETECTED due { any { seconds: 43200 } }\n  owner_roles: \"PC\" owner_roles: "
        "\"SC\" accountable_roles: \"ISO\" recipient_roles: \"CSIRT_H\""},
       {"code: \"FOLLOWUP\" title: \"Follow-up report\" act: \"SUBMIT_FOLLOWUP\" recipient_roles: "
        "\"CSIRT_H\"",
        "code: \"FOLLOWUP\" title: \"Follow-up report\" act: \"SUBMIT_FOLLOWUP\" recipient_roles: "
        "\"CSIRT_H\" recipient_roles: \"CISO\""},
       {"done: \"Taken into triage\" act: \"TAKE\" clauses: \"POL-5.24\"\n",
        "done: \"Taken into triage\" act: \"TAKE\" clauses: \"POL-5.24\"\n  guards { code: "
        "\"KIND\" require { count { what: WHAT_CATEGORIES at_least: 1 } } message: \"Its kind is "
        "not known\" remedy: \"type {incident} phishing\" clauses: \"POL-1.6\" }\n"}});
}

// The demonstration government with an Assistant Secretary for IT.
v1::Directory Government() {
  v1::Directory directory = DemoDirectory();
  v1::Person* person = directory.add_people();
  person->set_name("people/as-it");
  v1::RoleAssignment* held = directory.add_role_assignments();
  held->set_person("people/as-it");
  held->set_role("AS_IT");
  return directory;
}

class PolicyServiceTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::AdoptPolicyResponse> Adopt(const std::string& text,
                                                const std::string& who = "as-it",
                                                const std::string& etag = "",
                                                const std::string& request_id = "") {
    v1::AdoptPolicyRequest request;
    request.set_text(text);
    request.set_etag(etag);
    request.set_request_id(request_id);
    return server_.As(who).AdoptPolicy(request);
  }
  absl::StatusOr<v1::PreviewPolicyResponse> Preview(const std::string& text,
                                                    const std::string& who = "as-it") {
    v1::PreviewPolicyRequest request;
    request.set_text(text);
    return server_.As(who).PreviewPolicy(request);
  }
  std::string InForce() {
    const auto policy = server_.As("dop.clerk").GetPolicy(v1::GetPolicyRequest());
    return policy.ok() ? policy->version().name() : policy.status().ToString();
  }
  v1::Obligation Duty(const std::string& incident, const std::string& instance) {
    v1::ListObligationsRequest request;
    request.set_name(incident);
    const auto duties = server_.As("csirt.handler").ListObligations(request);
    EXPECT_THAT(duties, IsOk());
    for (const v1::Obligation& duty : duties->obligations()) {
      if (duty.instance() == instance) return duty;
    }
    return {};
  }
  absl::Duration Allowed(const std::string& incident, const std::string& instance) {
    const v1::Obligation duty = Duty(incident, instance);
    return FromProto(duty.due_time()) - FromProto(duty.clock_start());
  }
  absl::Status Ticket(const std::string& incident) {
    v1::LinkTicketRequest request;
    request.set_name(incident);
    request.mutable_ticket()->set_number("7");
    return server_.As("commonhelp").LinkTicket(request).status();
  }
  absl::Status Verb(const std::string& who, const std::string& incident, const std::string& verb) {
    v1::TransitionIncidentRequest request;
    request.set_name(incident);
    request.set_verb(verb);
    request.set_reason("because");
    return server_.As(who).TransitionIncident(request).status();
  }
  absl::Status Document(const std::string& who, const std::string& incident,
                        const std::string& type, const std::vector<std::string>& fields) {
    v1::SubmitDocumentRequest request;
    request.set_name(incident);
    request.set_type(type);
    for (const std::string& name : fields) {
      auto* field = request.add_fields();
      field->set_name(name);
      field->set_value("as it is");
    }
    return server_.As(who).SubmitDocument(request).status();
  }
  // Everybody to whom something of this kind about the incident is on its way.
  std::vector<std::string> Told(const std::string& incident, v1::Notice::Kind kind) {
    v1::ListDeliveriesRequest request;
    request.set_incident(incident);
    request.set_page_size(1000);
    std::vector<std::string> targets;
    const auto deliveries = server_.As("admin").ListDeliveries(request);
    EXPECT_THAT(deliveries, IsOk());
    for (const v1::Delivery& delivery : deliveries->deliveries()) {
      if (delivery.notice().kind() == kind) targets.push_back(delivery.target());
    }
    return targets;
  }

  TestServer server_{ReadSourceFile(kPack), Government()};
};

TEST_F(PolicyServiceTest, AChangeTakesEffectAtOnceAndLeavesAloneWhatIsOpen) {
  const std::string before = server_.Open();
  ASSERT_THAT(Ticket(before), IsOk());
  const auto adopted = Adopt(ChangedPack());
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->policy().name(), Name(1));
  EXPECT_TRUE(adopted->policy().in_force());
  EXPECT_EQ(adopted->policy().principal(), "people/as-it");
  EXPECT_EQ(InForce(), Name(1));
  const std::string after = server_.Open();
  ASSERT_THAT(Ticket(after), IsOk());

  const auto policy_of = [&](const std::string& incident) {
    v1::GetIncidentRequest request;
    request.set_name(incident);
    return server_.As("csirt.handler").GetIncident(request)->incident().policy();
  };
  EXPECT_EQ(policy_of(before), Name());
  EXPECT_EQ(policy_of(after), Name(1));
  // The deadline.
  EXPECT_EQ(Allowed(before, "FOLLOWUP-24H"), absl::Hours(24));
  EXPECT_EQ(Allowed(after, "FOLLOWUP-24H"), absl::Hours(12));
  // The condition.
  EXPECT_THAT(Verb("csirt.handler", after, "take"),
              Refused("GUARD_FAILED", "Its kind is not known"));
  EXPECT_THAT(Verb("csirt.handler", before, "take"), IsOk());
  // The recipients.
  const std::vector<std::string> fields = {"summary", "impact", "actions", "next"};
  ASSERT_THAT(Document("dop.contact", before, "FOLLOWUP", fields), IsOk());
  ASSERT_THAT(Document("dop.contact", after, "FOLLOWUP", fields), IsOk());
  EXPECT_THAT(Told(before, v1::Notice::KIND_STATEMENT),
              AllOf(Contains("people/csirt.handler"), Not(Contains("people/ciso"))));
  EXPECT_THAT(Told(after, v1::Notice::KIND_STATEMENT),
              AllOf(Contains("people/csirt.handler"), Contains("people/ciso")));
}

TEST_F(PolicyServiceTest, TimeRunsForEachUnderItsOwnPack) {
  const std::string before = server_.Open();
  ASSERT_THAT(Adopt(ChangedPack()), IsOk());
  const std::string after = server_.Open();
  server_.AdvanceTo(absl::Hours(13));
  EXPECT_EQ(Duty(before, "FOLLOWUP-24H").state(), v1::Obligation::STATE_PENDING);
  EXPECT_EQ(Duty(after, "FOLLOWUP-24H").state(), v1::Obligation::STATE_OVERDUE);
  server_.AdvanceTo(absl::Hours(25));
  EXPECT_EQ(Duty(before, "FOLLOWUP-24H").state(), v1::Obligation::STATE_OVERDUE);
}

TEST_F(PolicyServiceTest, ARestartKeepsWhatWasAdopted) {
  const std::string before = server_.Open();
  ASSERT_THAT(Adopt(ChangedPack()), IsOk());
  const std::string after = server_.Open();
  // The file of --policy still holds revision 1.
  server_.Restart();
  EXPECT_EQ(InForce(), Name(1));
  EXPECT_EQ(Allowed(server_.Open(), "FOLLOWUP-24H"), absl::Hours(12));
  ASSERT_THAT(Ticket(before), IsOk());
  ASSERT_THAT(Ticket(after), IsOk());
  EXPECT_THAT(Verb("csirt.handler", before, "take"), IsOk());
  EXPECT_THAT(Verb("csirt.handler", after, "take"), Refused("GUARD_FAILED", "kind"));
  const auto all = server_.As("dop.clerk").ListPolicies(v1::ListPoliciesRequest());
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(all->policies(), SizeIs(2));
  EXPECT_EQ(all->policies(0).name(), Name(1));
  EXPECT_TRUE(all->policies(0).in_force());
  EXPECT_EQ(all->policies(1).name(), Name());
  EXPECT_FALSE(all->policies(1).in_force());
  EXPECT_EQ(all->policies(1).principal(), "system");
}

TEST_F(PolicyServiceTest, AKeptPackIsReadAsItWasWritten) {
  const std::string text = absl::StrCat("# Why: the board asked for it.\n", ChangedPack());
  ASSERT_THAT(Adopt(text), IsOk());
  v1::GetPolicyRequest request;
  request.set_name(Name(1));
  request.set_with_text(true);
  const auto kept = server_.As("dop.clerk").GetPolicy(request);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->text(), text);
  request.set_name(Name());
  EXPECT_EQ(server_.As("dop.clerk").GetPolicy(request)->policy().revision(), Shipped());
  request.set_name(Name(7));
  EXPECT_THAT(server_.As("dop.clerk").GetPolicy(request),
              Refused("POLICY_NOT_FOUND", "policy list"));
}

struct Broken {
  std::string name;
  std::string from;
  std::string to;
  std::string message;  // what is wrong, or what to do
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

class BrokenPackTest : public PolicyServiceTest, public ::testing::WithParamInterface<Broken> {};

TEST_P(BrokenPackTest, IsRefusedWithItsLineAndTheRunningOneStays) {
  const Broken& broken = GetParam();
  const std::string text = Edited(kPack, {Revision(1), {broken.from, broken.to}});
  const auto refused = Adopt(text);
  EXPECT_THAT(refused, Refused("POLICY_INVALID", broken.message));
  const client::ErrorDetail detail = client::DescribeError(refused.status());
  ASSERT_FALSE(detail.fields.empty());
  const size_t at = text.find(broken.to);
  ASSERT_NE(at, std::string::npos);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
  // The first line of what was changed, or the line at which its item begins.
  int named = 0;
  ASSERT_EQ(sscanf(detail.fields[0].field.c_str(), "text:%d", &named), 1);
  EXPECT_LE(named, line + 1);
  EXPECT_GE(named, line - 3);
  EXPECT_EQ(InForce(), Name());
  EXPECT_EQ(Allowed(server_.Open(), "FOLLOWUP-24H"), absl::Hours(24));
  // A preview says the same.
  const auto preview = Preview(text);
  ASSERT_THAT(preview, IsOk());
  EXPECT_EQ(preview->findings(0).line(), named);
  EXPECT_THAT(preview->changes(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Packs, BrokenPackTest,
    ::testing::Values(
        Broken{"NoProtobuf", "initial_state: \"REPORTED\"", "initial_state \"REPORTED\"", "column"},
        Broken{"NoSuchDocument", "satisfied_by { document { type: \"FOLLOWUP\" } }",
               "satisfied_by { document { type: \"FOLLOWDOWN\" } }", "no document \"FOLLOWDOWN\""},
        Broken{"ZeroSpan", "due { any { seconds: 900 } }", "due { any { seconds: 0 } }",
               "longer than zero"}),
    [](const auto& test) { return test.param.name; });

TEST_F(PolicyServiceTest, OnlyWhomThePackNamesMayAdopt) {
  for (const char* who : {"dop.iso", "csirt.executive", "admin", "siem.dop"}) {
    EXPECT_THAT(Adopt(ChangedPack(), who), Refused("ROLE_REQUIRED", "Assistant Secretary")) << who;
  }
  EXPECT_EQ(InForce(), Name());
}

TEST_F(PolicyServiceTest, WhatWasInForceIsNeverChanged) {
  EXPECT_THAT(
      Adopt(Edited(kPack, {{"due { any { seconds: 900 } }", "due { any { seconds: 901 } }"}})),
      Refused("POLICY_REVISION", "raise the revision"));
  ASSERT_THAT(Adopt(ChangedPack()), IsOk());
  EXPECT_THAT(Adopt(ReadSourceFile(kPack)), Refused("POLICY_REVISION", "was in force before"));
  EXPECT_THAT(Adopt(Edited(kPack, {Revision(-1)})), Not(IsOk()));
  EXPECT_EQ(InForce(), Name(1));
  // What is in force already is no error: the caller wanted nothing else.
  EXPECT_THAT(Adopt(ChangedPack()), IsOk());
  EXPECT_THAT(server_.As("dop.clerk").ListPolicies(v1::ListPoliciesRequest())->policies(),
              SizeIs(2));
}

TEST_F(PolicyServiceTest, RolesThatPeopleHoldCannotGo) {
  const auto refused = Adopt(ReadSourceFile(kCounty));
  EXPECT_THAT(refused, Refused("POLICY_ROLES", "has no role"));
  EXPECT_EQ(InForce(), Name());
  EXPECT_THAT(Preview(ReadSourceFile(kCounty))->refusal(), HasSubstr("has no role"));
}

TEST_F(PolicyServiceTest, WhatWasPreviewedIsWhatIsAdopted) {
  const auto preview = Preview(ChangedPack());
  ASSERT_THAT(preview, IsOk());
  EXPECT_THAT(preview->refusal(), IsEmpty());
  EXPECT_THAT(Adopt(Edited(kPack, {Revision(1)}), "as-it", preview->etag()),
              Refused("ETAG_MISMATCH", "preview again"));
  ASSERT_THAT(Adopt(ChangedPack(), "as-it", preview->etag()), IsOk());
  // The same text against what is now in force is another thing.
  EXPECT_NE(Preview(ChangedPack())->etag(), preview->etag());
}

TEST_F(PolicyServiceTest, APreviewSaysWhatChangesAndForHowManyItDoesNot) {
  const std::string name = server_.Open();
  const auto preview = Preview(ChangedPack(), "csirt.handler");
  ASSERT_THAT(preview, IsOk());
  EXPECT_EQ(preview->in_force(), Name());
  EXPECT_EQ(preview->name(), Name(1));
  EXPECT_EQ(preview->open_incidents(), 1);
  EXPECT_GT(preview->open_duties(), 3);
  std::vector<std::string> lines;
  for (const v1::PolicyChange& change : preview->changes()) {
    for (const auto& field : change.fields()) {
      lines.push_back(absl::StrCat(change.item(), " ", field.field(), ": ", field.before(), " -> ",
                                   field.after(), change.open_duties() > 0 ? " (open)" : ""));
    }
  }
  EXPECT_THAT(lines, Contains("FOLLOWUP-24H due: 24h -> 12h (open)"));
  EXPECT_THAT(lines, Contains("FOLLOWUP recipient_roles: CSIRT_H -> CSIRT_H, CISO"));
  EXPECT_THAT(lines, Contains(HasSubstr("L2 guards[KIND]:  -> ")));
  // Nobody learns from a count what they may not see.
  EXPECT_EQ(Preview(ChangedPack(), "bor.contact")->open_incidents(), 0);
  EXPECT_EQ(InForce(), Name());
}

TEST_F(PolicyServiceTest, TheSameRequestIdHasOneEffect) {
  ASSERT_THAT(Adopt(ChangedPack(), "as-it", "", "once"), IsOk());
  server_.Restart();
  const auto again = Adopt(ChangedPack(), "as-it", "", "once");
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->policy().name(), Name(1));
  EXPECT_THAT(Adopt(Edited(kPack, {Revision(1)}), "as-it", "", "once"),
              Refused("REQUEST_ID_REUSED", "request_id"));
}

TEST_F(PolicyServiceTest, ANewPolicyAsksForConformityWithin90Days) {
  const std::string of_dop = "incidents/DOP-REGISTER";
  const auto before = Duty(of_dop, "STD-CONFORM");
  ASSERT_EQ(FromProto(before.due_time()), server_.start() + absl::Hours(24) * 90);
  ASSERT_THAT(Document("eox.scio", of_dop, "CONFORMITY", {"policy", "deviations"}), IsOk());
  // Attested: the next one is due in a year.
  ASSERT_GT(FromProto(Duty(of_dop, "STD-CONFORM(2)").due_time()),
            server_.start() + absl::Hours(24) * 360);
  server_.AdvanceTo(absl::Hours(24) * 30);
  ASSERT_THAT(Adopt(ChangedPack()), IsOk());
  EXPECT_EQ(FromProto(Duty(of_dop, "STD-CONFORM(2)").due_time()),
            server_.start() + absl::Hours(24) * 120);
  // The register says under which policy it is now, and since when.
  v1::ListTimelineEntriesRequest request;
  request.set_parent(of_dop);
  request.set_page_size(1000);
  const auto timeline = server_.As("csirt.executive").ListTimelineEntries(request);
  ASSERT_THAT(timeline, IsOk());
  std::vector<std::string> texts;
  for (const auto& entry : timeline->entries()) texts.push_back(entry.text());
  EXPECT_THAT(texts,
              Contains(absl::StrCat("Now under policy ", Name(1), ", before under ", Name())));
  // Adopting a policy is the review that was owed.
  EXPECT_EQ(Duty("incidents/CENTRAL-REGISTER", "STD-REVIEW").state(),
            v1::Obligation::STATE_SATISFIED_LATE);
}

TEST_F(PolicyServiceTest, StandingDutiesThatANewPolicyDropsAreVoid) {
  const std::string text =
      Edited(kPack, {Revision(1), {"code: \"STD-TRAIN\" title", "code: \"STD-DRILL\" title"}});
  ASSERT_THAT(Adopt(text), IsOk());
  const std::string of_dop = "incidents/DOP-REGISTER";
  EXPECT_EQ(Duty(of_dop, "STD-TRAIN").state(), v1::Obligation::STATE_VOID);
  EXPECT_EQ(Duty(of_dop, "STD-DRILL").state(), v1::Obligation::STATE_PENDING);
}

TEST_F(PolicyServiceTest, TheFileOfPolicyIsHeldToTheSameRules) {
  server_.Open();
  // The same name with other content: refused, with what to do.
  EXPECT_THAT(server_.RestartWith(Edited(
                  kPack, {{"due { any { seconds: 900 } }", "due { any { seconds: 901 } }"}})),
              RefusedBecause("POLICY_REVISION", "raise the revision"));
  // A comment is no other content.
  ASSERT_THAT(server_.RestartWith(absl::StrCat("# A word.\n", ReadSourceFile(kPack))), IsOk());
  EXPECT_EQ(InForce(), Name());
  // A higher revision comes into force.
  ASSERT_THAT(server_.RestartWith(ChangedPack()), IsOk());
  EXPECT_EQ(InForce(), Name(1));
  // One that was never in force does not come after a higher one.
  ASSERT_THAT(server_.RestartWith(Edited(kPack, {Revision(4)})), IsOk());
  EXPECT_THAT(server_.RestartWith(Edited(kPack, {Revision(3)})),
              RefusedBecause("POLICY_REVISION", absl::StrCat("raise it to ", Shipped() + 5)));
  // A known earlier one starts the server, and changes nothing.
  ASSERT_THAT(server_.RestartWith(ReadSourceFile(kPack)), IsOk());
  EXPECT_EQ(InForce(), Name(4));
}

TEST_F(PolicyServiceTest, AStoreThatLostAPackDoesNotStart) {
  const std::string name = server_.Open();
  ASSERT_THAT(Adopt(ChangedPack()), IsOk());
  const auto forget = [&] {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(server_.database().c_str(), &db), SQLITE_OK);
    const std::string sql = absl::StrCat("DELETE FROM policies WHERE name = '", Name(), "'");
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  };
  forget();
  const absl::Status refused = server_.RestartWith(ChangedPack());
  EXPECT_THAT(refused, RefusedBecause("POLICY_MISSING", Name()));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("DOP-2026-0001"));
}

TEST_F(PolicyServiceTest, ASimulationStoresNothing) {
  const std::string first = server_.Open();
  v1::SimulatePolicyRequest request;
  request.set_text(ChangedPack());
  request.mutable_incident()->set_title("Ransom note");
  request.mutable_incident()->set_entity("entities/dop");
  const auto simulated = server_.As("dop.clerk").SimulatePolicy(request);
  ASSERT_THAT(simulated, IsOk());
  EXPECT_EQ(simulated->policy(), Name(1));
  const auto followup =
      std::find_if(simulated->duties().begin(), simulated->duties().end(),
                   [](const auto& duty) { return duty.code() == "FOLLOWUP-24H"; });
  ASSERT_NE(followup, simulated->duties().end());
  EXPECT_EQ(FromProto(followup->due_time()), server_.now() + absl::Hours(12));
  EXPECT_EQ(followup->state(), v1::Obligation::STATE_OVERDUE);
  EXPECT_EQ(InForce(), Name());
  EXPECT_EQ(server_.Open(), "incidents/DOP-2026-0002");
  // The pack in force, or a kept one, without a text.
  request.clear_text();
  EXPECT_EQ(server_.As("dop.clerk").SimulatePolicy(request)->policy(), Name());
  request.set_name(Name(9));
  EXPECT_THAT(server_.As("dop.clerk").SimulatePolicy(request), Refused("POLICY_NOT_FOUND", ""));
  request.clear_name();
  request.mutable_horizon()->set_seconds(401 * 86'400);
  EXPECT_THAT(server_.As("dop.clerk").SimulatePolicy(request),
              Refused("FIELD_INVALID", "400 days"));
}

TEST(PolicyStoreTest, APackThatCouldNotBeStoredIsNotInForce) {
  StoreFaults faults;
  TestServer server([&](std::unique_ptr<storage::Store> real) -> std::unique_ptr<storage::Store> {
    return std::make_unique<FaultyStore>(std::move(real), &faults);
  });
  engine::PolicyAdoption adoption;
  adoption.caller.internal = true;
  adoption.caller.actor.set_principal("system");
  adoption.text = ChangedPack();
  const auto adopt = [&] {
    absl::StatusOr<engine::AdoptedPolicy> result = absl::UnknownError("");
    absl::Notification done;
    server.engine().AdoptPolicy(adoption, [&](absl::StatusOr<engine::AdoptedPolicy> adopted) {
      result = std::move(adopted);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  };
  faults.begin = true;
  EXPECT_THAT(adopt(), RefusedBecause("STORE_UNAVAILABLE", "locked"));
  EXPECT_EQ(server.engine().policy().Name(), Name());
  EXPECT_THAT(server.engine().policies().List(), SizeIs(1));
  faults.begin = false;
  EXPECT_THAT(adopt(), IsOk());
  EXPECT_EQ(server.engine().policy().Name(), Name(1));
}

// A pack of another shape runs a whole incident with the same program.
class CountyTest : public ::testing::Test {
 protected:
  static v1::Directory County() {
    v1::Directory directory;
    v1::Entity* entity = directory.add_entities();
    entity->set_name("entities/dop");
    entity->set_title("County Roads");
    entity->set_kind(v1::Entity::KIND_AGENCY);
    const auto add = [&](const std::string& id, const std::string& role, bool global) {
      v1::Person* person = directory.add_people();
      person->set_name(absl::StrCat("people/", id));
      if (!global) person->set_entity("entities/dop");
      v1::Contact* contact = person->add_contacts();
      contact->set_platform("console");
      contact->set_address(absl::StrCat("@", id));
      if (role.empty()) return;
      v1::RoleAssignment* held = directory.add_role_assignments();
      held->set_person(person->name());
      held->set_role(role);
      if (!global) held->set_scope("entities/dop");
    };
    add("clerk", "", false);
    add("lead", "LEAD", false);
    add("manager", "MANAGER", false);
    add("cio", "CIO", true);
    add("sheriff", "SHERIFF", true);
    return directory;
  }
  template <typename Request>
  Request Named() const {
    Request request;
    request.set_name(name_);
    return request;
  }
  absl::Status Verb(const std::string& who, const std::string& verb) {
    auto request = Named<v1::TransitionIncidentRequest>();
    request.set_verb(verb);
    return server_.As(who).TransitionIncident(request).status();
  }
  absl::Status Document(const std::string& who, const std::string& type,
                        const std::vector<std::string>& fields) {
    auto request = Named<v1::SubmitDocumentRequest>();
    request.set_type(type);
    for (const std::string& name : fields) {
      auto* field = request.add_fields();
      field->set_name(name);
      field->set_value("as it is");
    }
    return server_.As(who).SubmitDocument(request).status();
  }
  std::vector<std::string> Open() {
    auto request = Named<v1::ListObligationsRequest>();
    request.set_open_only(true);
    std::vector<std::string> instances;
    const auto duties = server_.As("cio").ListObligations(request);
    EXPECT_THAT(duties, IsOk());
    for (const auto& duty : duties->obligations()) {
      instances.push_back(duty.instance());
    }
    std::sort(instances.begin(), instances.end());
    return instances;
  }

  TestServer server_{ReadSourceFile(kCounty), County()};
  std::string name_;
};

TEST_F(CountyTest, RunsFromTheReportToTheFile) {
  v1::CreateIncidentRequest report;
  report.set_title("The dispatch server asks for ransom");
  report.set_entity("entities/dop");
  report.add_categories()->set_category("ransomware");
  const auto created = server_.As("clerk").CreateIncident(report);
  ASSERT_THAT(created, IsOk());
  name_ = created->incident().name();
  EXPECT_EQ(created->incident().state(), "DETECTED");
  EXPECT_EQ(created->incident().severity(), "LOW");
  EXPECT_EQ(created->incident().policy(), "county-nist-800-61@3");
  EXPECT_THAT(Open(), ElementsAre("ANALYSIS-BEGUN", "COUNTY-REPORT"));

  auto facts = Named<v1::RecordFactsRequest>();
  const auto add = [&](const std::string& fact, const std::string& value) {
    auto* added = facts.add_facts();
    added->set_name(fact);
    added->set_value(value);
  };
  add("functional_impact", "HIGH");
  add("crime", "SUSPECTED");
  EXPECT_THAT(server_.As("clerk").RecordFacts(facts), Refused("ROLE_REQUIRED", "incident lead"));
  const auto recorded = server_.As("lead").RecordFacts(facts);
  ASSERT_THAT(recorded, IsOk());
  EXPECT_EQ(recorded->incident().severity(), "HIGH");
  // The manager is paged with the lead, and answers before the county's CIO is.
  server_.AdvanceTo(absl::Minutes(15));
  EXPECT_THAT(Open(), ElementsAre("ANALYSIS-BEGUN", "COUNTY-REPORT", "MANAGER-KNOWS",
                                  "POLICE-DECIDE", "WEEKLY-STATUS#1"));
  ASSERT_THAT(server_.As("manager").AcknowledgeIncident(Named<v1::AcknowledgeIncidentRequest>()),
              IsOk());
  auto decision = Named<v1::RecordDecisionRequest>();
  decision.set_question("sheriff");
  decision.set_answer("yes");
  decision.set_reason("extortion");
  EXPECT_THAT(server_.As("lead").RecordDecision(decision), Refused("ROLE_REQUIRED", "CIO"));
  ASSERT_THAT(server_.As("cio").RecordDecision(decision), IsOk());
  auto notice = Named<v1::SendObligationNoticeRequest>();
  notice.set_obligation("police-notice");
  ASSERT_THAT(server_.As("cio").SendObligationNotice(notice), IsOk());

  EXPECT_THAT(Verb("lead", "close"), Refused("TRANSITION_NOT_ALLOWED", "close"));
  ASSERT_THAT(Verb("lead", "analyze"), IsOk());
  ASSERT_THAT(Verb("lead", "contain"), IsOk());
  EXPECT_THAT(Verb("lead", "finish"), Refused("GUARD_FAILED", "COUNTY-REPORT is open"));
  ASSERT_THAT(Document("lead", "REPORT", {"what", "impact"}), IsOk());
  // A week later the status is due, and the report of the second week is missed.
  server_.AdvanceTo(absl::Hours(24) * 3);
  ASSERT_THAT(Document("lead", "STATUS", {"conditions"}), IsOk());
  server_.AdvanceTo(absl::Hours(24) * 8);
  ASSERT_THAT(Verb("lead", "finish"), IsOk());
  EXPECT_THAT(Open(), ElementsAre("LESSONS-LEARNED", "POLICE-NOTICE"));

  // The bot brings what it has to bring.
  v1::LeaseDeliveriesRequest lease;
  lease.set_holder("bot");
  lease.set_incarnation("1");
  lease.add_platforms("console");
  lease.set_max(100);
  for (;;) {
    const auto leased = server_.As("bot").LeaseDeliveries(lease);
    ASSERT_THAT(leased, IsOk());
    if (leased->deliveries().empty()) break;
    for (const v1::Delivery& delivery : leased->deliveries()) {
      v1::ReportDeliveryRequest done;
      done.set_name(delivery.name());
      done.set_holder("bot");
      done.set_incarnation("1");
      done.set_outcome(v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
      ASSERT_THAT(server_.As("bot").ReportDelivery(done), IsOk());
    }
  }
  EXPECT_THAT(Open(), ElementsAre("LESSONS-LEARNED"));
  EXPECT_THAT(Verb("manager", "file"), Refused("GUARD_FAILED", "LESSONS-LEARNED is open"));
  ASSERT_THAT(Document("lead", "LESSONS", {"held_on", "better"}), IsOk());
  EXPECT_THAT(Verb("lead", "file"), Refused("ROLE_REQUIRED", "department manager"));
  ASSERT_THAT(Verb("manager", "file"), IsOk());
  EXPECT_EQ(server_.As("cio").GetIncident(Named<v1::GetIncidentRequest>())->incident().state(),
            "FILED");
  // The plan itself has to be reviewed once a year.
  name_ = "incidents/CENTRAL-REGISTER";
  EXPECT_THAT(Open(), ElementsAre("PLAN-REVIEW"));
}

}  // namespace
}  // namespace belfry::testing
