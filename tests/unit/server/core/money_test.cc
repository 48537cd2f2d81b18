// Money: spending requests against what is pre-authorised, and the claim for self-help.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/claim.h"
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
using v1::SpendRequest;

// The demonstration government: DOP has pre-authorised $1,000, and somebody decides there on money.
v1::Directory WithApprovers() {
  v1::Directory directory = DemoDirectory();
  for (const char* who : {"dop.approver", "dor.approver"}) {
    v1::Person* person = directory.add_people();
    person->set_name(absl::StrCat("people/", who));
    person->set_entity(absl::StrCat("entities/", std::string(who).substr(0, 3)));
    v1::RoleAssignment* role = directory.add_role_assignments();
    role->set_person(person->name());
    role->set_role("DA_M");
    role->set_scope(person->entity());
  }
  return directory;
}

class SpendTest : public ::testing::Test {
 protected:
  SpendTest() {
    EXPECT_THAT(world_.Open("dop.clerk", "", "SEV3"), IsOk());
    world_.Triage();
  }

  absl::Status Ask(const std::string& who, int64_t cents, const std::string& entity = "") {
    v1::RequestSpendRequest request;
    request.set_amount_cents(cents);
    request.set_purpose("disks");
    request.set_entity(entity);
    return world_.Act(who, std::move(request));
  }
  absl::Status Answer(const std::string& who, int number, bool approve,
                      const std::string& reason = "") {
    v1::DecideSpendRequest request;
    request.set_number(number);
    request.set_approve(approve);
    request.set_reason(reason);
    return world_.Act(who, std::move(request));
  }
  const SpendRequest& Request(int number) { return world_.state().spend_requests(number - 1); }
  // Who got a notice of the last act, with its text.
  std::vector<std::string> Told(const std::string& person) {
    std::vector<std::string> texts;
    for (const core::NoticeDraft& draft : world_.notices()) {
      if (draft.target == "people/" + person) {
        texts.push_back(draft.notice.title() + " " + draft.notice.text());
      }
    }
    return texts;
  }

  CoreWorld world_{ShippedPolicy(), WithApprovers()};
};

TEST_F(SpendTest, WhatIsPreAuthorisedIsApprovedUntilItIsUsedUp) {
  ASSERT_THAT(Ask("dop.contact", 60'000), IsOk());
  EXPECT_EQ(Request(1).state(), SpendRequest::STATE_AUTO_APPROVED);
  EXPECT_EQ(Request(1).left_cents(), 100'000);
  EXPECT_EQ(Request(1).requester(), "people/dop.contact");
  EXPECT_EQ(Request(1).entity(), "entities/dop");
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_UNSPECIFIED);
  // $400 are left; a cent more is asked, and uses up nothing.
  ASSERT_THAT(Ask("dop.contact", 40'001), IsOk());
  EXPECT_EQ(Request(2).state(), SpendRequest::STATE_PENDING);
  EXPECT_EQ(Request(2).left_cents(), 40'000);
  ASSERT_THAT(Ask("dop.iso", 40'000), IsOk());
  EXPECT_EQ(Request(3).state(), SpendRequest::STATE_AUTO_APPROVED);
  ASSERT_THAT(Ask("dop.iso", 1), IsOk());
  EXPECT_EQ(Request(4).state(), SpendRequest::STATE_PENDING);
  EXPECT_EQ(Request(4).left_cents(), 0);
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(SpendTest, AnotherAgencysLimitIsItsOwn) {
  v1::AddEntityRequest also;
  also.mutable_entity()->set_entity("entities/dor");
  also.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_POTENTIAL);
  ASSERT_THAT(world_.Act("csirt.handler", also), IsOk());
  EXPECT_THAT(Ask("csirt.handler", 100, "entities/dor"),
              RefusedBecause("FIELD_INVALID", "entities/dor does not report"));
  also.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  ASSERT_THAT(world_.Act("csirt.handler", also), IsOk());
  // DOR has pre-authorised nothing; its own contact asks for it without naming it.
  ASSERT_THAT(Ask("dor.contact", 100), IsOk());
  EXPECT_EQ(Request(1).entity(), "entities/dor");
  EXPECT_EQ(Request(1).state(), SpendRequest::STATE_PENDING);
  const auto* duty = core::FindObligation(world_.state(), "SPEND-DECIDE");
  ASSERT_NE(duty, nullptr);
  EXPECT_EQ(duty->subject(), "entities/dor");
  // Another agency's money is not theirs to ask for, nor to give.
  EXPECT_THAT(Ask("dor.contact", 100, "entities/dop"), RefusedBecause("ROLE_REQUIRED", "POL-3.21"));
  EXPECT_THAT(Answer("dop.approver", 1, true), RefusedBecause("ROLE_REQUIRED", "POL-3.21"));
  EXPECT_THAT(Answer("dor.approver", 1, true), IsOk());
}

TEST_F(SpendTest, MoreGoesToAnApproverWithinTheTimeOfTheSeverity) {
  ASSERT_THAT(Ask("dop.contact", 250'000), IsOk());
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_PENDING);
  EXPECT_EQ(world_.DueAfter("SPEND-DECIDE"), absl::Hours(2));
  EXPECT_THAT(Told("dop.approver"), Contains(HasSubstr("SPEND-DECIDE")));
  EXPECT_THAT(Told("eox.scio"), IsEmpty());
  // Each request is a decision of its own.
  world_.At(absl::Hours(1));
  ASSERT_THAT(Ask("dop.contact", 300'000), IsOk());
  EXPECT_EQ(world_.DueAfter("SPEND-DECIDE(2)"), absl::Hours(3));
  ASSERT_THAT(Answer("dop.approver", 2, true), IsOk());
  EXPECT_EQ(world_.Duty("SPEND-DECIDE(2)"), v1::Obligation::STATE_SATISFIED);
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_PENDING);
  EXPECT_EQ(Request(2).state(), SpendRequest::STATE_APPROVED);
  EXPECT_EQ(Request(2).decider(), "people/dop.approver");
  // Whoever asked is told.
  EXPECT_THAT(Told("dop.contact"), ElementsAre(HasSubstr("Spending request 2 is approved")));
  // Nobody decides on the first one: the Secretariat CIO hears of it, and may decide.
  world_.Advance(absl::Hours(2));
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_OVERDUE);
  EXPECT_THAT(Told("eox.scio"), Contains(HasSubstr("SPEND-DECIDE")));
  world_.At(absl::Minutes(121));
  ASSERT_THAT(Answer("eox.scio", 1, false, "the disks are in stock"), IsOk());
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_SATISFIED_LATE);
  EXPECT_THAT(Told("dop.contact"), ElementsAre(HasSubstr("refused: the disks are in stock")));
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST(SpendTimeTest, SmallIncidentsHaveADay) {
  CoreWorld world(ShippedPolicy(), WithApprovers());
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_EQ(world.state().severity(), "SEV4");
  v1::RequestSpendRequest request;
  request.set_amount_cents(100'001);
  request.set_purpose("disks");
  ASSERT_THAT(world.Act("dop.contact", request), IsOk());
  EXPECT_EQ(world.DueAfter("SPEND-DECIDE"), absl::Hours(24));
}

TEST_F(SpendTest, WhoAsksDoesNotDecideAndNobodyDecidesTwice) {
  ASSERT_THAT(Ask("dop.approver", 250'000), IsOk());
  EXPECT_THAT(Answer("dop.approver", 1, true), RefusedBecause("SAME_PERSON", "somebody else"));
  EXPECT_THAT(Answer("dop.contact", 1, true), RefusedBecause("ROLE_REQUIRED", "DA_M"));
  EXPECT_THAT(Answer("eox.scio", 1, false), RefusedBecause("FIELD_INVALID", "reason"));
  EXPECT_THAT(Answer("eox.scio", 2, true),
              RefusedBecause("FIELD_INVALID", "no spending request 2"));
  EXPECT_THAT(Answer("eox.scio", 0, true),
              RefusedBecause("FIELD_INVALID", "no spending request 0"));
  EXPECT_EQ(Request(1).state(), SpendRequest::STATE_PENDING);
  ASSERT_THAT(Answer("eox.scio", 1, true), IsOk());
  EXPECT_THAT(Answer("eox.scio", 1, false, "no"), RefusedBecause("ALREADY_DECIDED", "APPROVED"));
  ASSERT_THAT(Ask("dop.contact", 1), IsOk());
  EXPECT_THAT(Answer("eox.scio", 2, false, "no"),
              RefusedBecause("ALREADY_DECIDED", "AUTO_APPROVED"));
  EXPECT_THAT(Ask("dop.clerk", 1), RefusedBecause("ROLE_REQUIRED", "POL-3.21"));
  EXPECT_THAT(Ask("dop.contact", 0), RefusedBecause("FIELD_INVALID", "amount_cents"));
  EXPECT_THAT(Ask("dop.contact", -5), RefusedBecause("FIELD_INVALID", "amount_cents"));
}

TEST_F(SpendTest, TechnicalWorkDoesNotWaitForMoney) {
  ASSERT_THAT(Ask("dop.contact", 250'000), IsOk());
  world_.Respond();
  ASSERT_THAT(world_.Facts("csirt.handler", {{"devices_contained", "ALL"},
                                             {"credentials_revoked", "YES"},
                                             {"cause", "known"},
                                             {"weaknesses", "NONE_FOUND"},
                                             {"devices_clean", "YES"},
                                             {"services_restored", "YES"}}),
              IsOk());
  v1::RecordDevicesRequest devices;
  v1::Device* device = devices.add_devices();
  device->set_device("web-1");
  device->set_status(v1::Device::STATUS_ISOLATED);
  EXPECT_THAT(world_.Act("dop.contact", devices), IsOk());
  for (const char* verb : {"contain", "eradicate", "recover", "resolve"}) {
    EXPECT_THAT(world_.Verb("csirt.handler", verb), IsOk()) << verb;
  }
  EXPECT_EQ(world_.state().state(), "RESOLVED");
  EXPECT_EQ(world_.Duty("SPEND-DECIDE"), v1::Obligation::STATE_PENDING);
}

// Only the end of the record waits for every duty; no other step knows of this one.
TEST(SpendPackTest, NoGuardButTheLastAsksAboutIt) {
  const auto policy = ShippedPolicy();
  for (const auto& transition : policy->proto().transitions()) {
    for (const auto& guard : transition.guards()) {
      EXPECT_THAT(guard.ShortDebugString(), Not(HasSubstr("SPEND"))) << transition.id();
      if (guard.require().has_open_obligations() &&
          guard.require().open_obligations().code().empty()) {
        EXPECT_EQ(transition.verb(), "close");
      }
    }
  }
}

TEST_F(SpendTest, WhatIsPendingGoesAlongWhenTheIncidentIsMerged) {
  ASSERT_THAT(Ask("dop.contact", 250'000), IsOk());
  core::Absorb absorb{std::make_shared<record::v1::IncidentState>(world_.state())};
  CoreWorld other(ShippedPolicy(), WithApprovers());
  ASSERT_THAT(other.Open("dop.clerk", "", "SEV3"), IsOk());
  v1::RequestSpendRequest own;
  own.set_amount_cents(1);
  own.set_purpose("a cable");
  ASSERT_THAT(other.Act("dop.contact", own), IsOk());
  ASSERT_THAT(other.Act("system", absorb), IsOk());
  ASSERT_EQ(other.state().spend_requests_size(), 2);
  EXPECT_EQ(other.state().spend_requests(1).number(), 2);
  EXPECT_EQ(other.state().spend_requests(1).state(), SpendRequest::STATE_PENDING);
  EXPECT_EQ(other.Duty("SPEND-DECIDE"), v1::Obligation::STATE_PENDING);
  v1::DecideSpendRequest decide;
  decide.set_number(2);
  decide.set_approve(true);
  ASSERT_THAT(other.Act("dop.approver", decide), IsOk());
  EXPECT_EQ(other.Duty("SPEND-DECIDE"), v1::Obligation::STATE_SATISFIED);
}

// ---- The claim ----

class ClaimTest : public ::testing::Test {
 protected:
  ClaimTest() {
    EXPECT_THAT(world_.Open("dop.clerk", "", "SEV3"), IsOk());
    world_.Triage();
  }

  absl::Status SelfHelp(const std::string& answer) {
    v1::RecordDecisionRequest request;
    request.set_question("SELF_HELP");
    request.set_answer(answer);
    request.set_reason("nobody acts");
    return world_.Act("csirt.executive", std::move(request));
  }
  absl::Status Cost(int64_t cents, bool self_help = true) {
    v1::RecordCostRequest request;
    request.mutable_cost()->set_description("labour");
    request.mutable_cost()->set_amount_cents(cents);
    request.mutable_cost()->set_self_help(self_help);
    return world_.Act("csirt.handler", std::move(request));
  }
  absl::Status Assess(int number, v1::CostLine::Assessment assessment) {
    v1::AssessCostRequest request;
    request.set_number(number);
    request.set_assessment(assessment);
    return world_.Act("itd.duty", std::move(request));
  }
  absl::Status Claim() { return world_.Document("itd.duty", "CLAIM", {{"grounds", "labour"}}); }
  absl::Status Reply(const std::string& answer, const std::string& reason = "too dear") {
    return world_.Document("dop.head", "CLAIM_ANSWER", {{"answer", answer}, {"reason", reason}});
  }
  absl::Status End(const std::string& outcome, const std::string& reason = "settled") {
    return world_.Document("itd.duty", "CLAIM_CLOSE", {{"outcome", outcome}, {"reason", reason}});
  }
  std::string State() const { return core::ClaimState(world_.policy().proto(), world_.state()); }
  v1::Incident View() const { return core::ToIncident(world_.policy(), world_.state()); }
  // Self-help with one reasonable and one unreasonable line.
  void Assessed() {
    ASSERT_THAT(SelfHelp("YES"), IsOk());
    ASSERT_THAT(Cost(100'000), IsOk());
    ASSERT_THAT(Cost(20'000), IsOk());
    ASSERT_THAT(Assess(1, v1::CostLine::ASSESSMENT_REASONABLE), IsOk());
    ASSERT_THAT(Assess(2, v1::CostLine::ASSESSMENT_NOT_REASONABLE), IsOk());
  }

  CoreWorld world_;
};

TEST_F(ClaimTest, CostsOfSelfHelpNeedSelfHelp) {
  EXPECT_THAT(Cost(100), RefusedBecause("GUARD_FAILED", "POL-3.24"));
  EXPECT_THAT(Cost(100), RefusedBecause("GUARD_FAILED", "decide DOP-2026-0001 SELF_HELP YES"));
  EXPECT_THAT(Cost(100, false), IsOk());
  ASSERT_THAT(SelfHelp("NO"), IsOk());
  EXPECT_THAT(Cost(100), RefusedBecause("GUARD_FAILED", "POL-3.24"));
  ASSERT_THAT(SelfHelp("YES"), IsOk());
  EXPECT_THAT(Cost(100), IsOk());
  // The bill may come when it is over.
  ASSERT_THAT(SelfHelp("END"), IsOk());
  EXPECT_THAT(Cost(100), IsOk());
}

TEST_F(ClaimTest, NothingIsClaimedWithoutSelfHelp) {
  ASSERT_THAT(Cost(100, false), IsOk());
  ASSERT_THAT(Assess(1, v1::CostLine::ASSESSMENT_REASONABLE), IsOk());
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "nobody has decided SELF_HELP YES"));
  EXPECT_EQ(State(), "");
  EXPECT_EQ(View().claim_state(), "");
}

TEST_F(ClaimTest, GoesFromDraftToPaid) {
  ASSERT_NO_FATAL_FAILURE(Assessed());
  EXPECT_EQ(State(), "DRAFT");
  EXPECT_THAT(Reply("ACCEPTED"), RefusedBecause("GUARD_FAILED", "the claim is DRAFT"));
  EXPECT_THAT(End("PAID"), RefusedBecause("GUARD_FAILED", "needs it to be ACCEPTED"));
  ASSERT_THAT(Claim(), IsOk());
  EXPECT_EQ(State(), "ISSUED");
  EXPECT_EQ(View().claim_cents(), 100'000);
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "the claim is ISSUED"));
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "CLAIM_ANSWER answer:ACCEPTED"));
  EXPECT_THAT(End("PAID"), RefusedBecause("GUARD_FAILED", "POL-3.24"));
  ASSERT_THAT(Reply("ACCEPTED", ""), IsOk());
  EXPECT_EQ(State(), "ACCEPTED");
  ASSERT_THAT(End("PAID", ""), IsOk());
  EXPECT_EQ(View().claim_state(), "PAID");
  // The end is the end.
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "it has ended"));
  EXPECT_THAT(End("WITHDRAWN"), RefusedBecause("GUARD_FAILED", "the claim is PAID"));
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(ClaimTest, ADisputedOneIsIssuedAgainOrWithdrawn) {
  ASSERT_NO_FATAL_FAILURE(Assessed());
  ASSERT_THAT(Claim(), IsOk());
  EXPECT_THAT(Reply("DISPUTED", ""), RefusedBecause("DOCUMENT_INCOMPLETE", "reason"));
  ASSERT_THAT(Reply("DISPUTED"), IsOk());
  EXPECT_EQ(State(), "DISPUTED");
  EXPECT_THAT(End("PAID"), RefusedBecause("GUARD_FAILED", "the claim is DISPUTED"));
  // Reviewed again, and less is claimed.
  ASSERT_THAT(Cost(5'000), IsOk());
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "not assessed"));
  ASSERT_THAT(Assess(3, v1::CostLine::ASSESSMENT_REASONABLE), IsOk());
  ASSERT_THAT(Claim(), IsOk());
  EXPECT_EQ(State(), "ISSUED");
  EXPECT_EQ(View().claim_cents(), 105'000);
  EXPECT_THAT(End("WITHDRAWN", ""), RefusedBecause("DOCUMENT_INCOMPLETE", "reason"));
  ASSERT_THAT(End("WITHDRAWN"), IsOk());
  EXPECT_EQ(State(), "WITHDRAWN");
  EXPECT_THAT(Claim(), RefusedBecause("GUARD_FAILED", "the claim is WITHDRAWN"));
}

TEST_F(ClaimTest, TheAgencyAnswersAndItdEnds) {
  ASSERT_NO_FATAL_FAILURE(Assessed());
  ASSERT_THAT(Claim(), IsOk());
  EXPECT_THAT(world_.Document("itd.duty", "CLAIM_ANSWER", {{"answer", "ACCEPTED"}}),
              RefusedBecause("ROLE_REQUIRED", "AH"));
  EXPECT_THAT(world_.Document("dop.head", "CLAIM_CLOSE", {{"outcome", "PAID"}}),
              RefusedBecause("ROLE_REQUIRED", "ITD_DM"));
  EXPECT_THAT(world_.Document("eox.scio", "CLAIM_ANSWER", {{"answer", "ACCEPTED"}}), IsOk());
}

TEST_F(ClaimTest, APackWithoutReimbursementClaimsNothing) {
  policy::v1::Policy pack = ShippedPolicy()->proto();
  pack.clear_reimbursement();
  record::v1::IncidentState state = world_.state();
  state.add_costs()->set_self_help(true);
  EXPECT_EQ(core::ClaimState(pack, state), "");
  EXPECT_EQ(core::ClaimState(ShippedPolicy()->proto(), state), "DRAFT");
}

// ---- Packs ----

struct Broken {
  const char* from;
  const char* to;
  // How the path of the finding ends, and what it says.
  const char* path;
  const char* says;
};

TEST(MoneyPackTest, WhatCannotWorkIsFound) {
  const std::string pack = ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  const std::vector<Broken> all = {
      {"steps { document: \"CLAIM\" from", "steps { document: \"CLAIMS\" from",
       "reimbursement.steps[0].document", "there is no document \"CLAIMS\""},
      {"from: \"DRAFT\" from", "from: \"DRAFTED\" from", "reimbursement.steps[0].from[0]",
       "no step leads to DRAFTED"},
      {"to: \"ISSUED\" }", "}", "reimbursement.steps[0]", "leads nowhere"},
      {"from: \"DRAFT\" from: \"DISPUTED\" to", "to", "reimbursement.steps[0]", "begins nowhere"},
      {"when { name: \"outcome\" is: \"PAID\" } from",
       "when { name: \"outcome\" is: \"PAYED\" } from", "reimbursement.steps[3].when.is[0]",
       "PAYED"},
      {"question: \"SELF_HELP\" answers: \"YES\"\n  initial",
       "question: \"SELFHELP\" answers: \"YES\"\n  initial", "reimbursement.question",
       "there is no decision \"SELFHELP\""},
      {"initial_state: \"DRAFT\"", "", "reimbursement", "has no initial_state"},
      {"permissions { act: \"REQUEST_SPEND\"", "permissions { act: \"NOTHING\"", ".sources[0]",
       "nobody may REQUEST_SPEND"},
      {"permissions { act: \"APPROVE_SPEND\"", "permissions { act: \"NOTHING\"", ".spend_decided",
       "no role may APPROVE_SPEND"},
      {"sources { key: \"SPEND\" spend {} }", "sources { key: \"SPEND\" reinfection {} }",
       ".spend_decided", "no spending request raises it"},
  };
  for (const Broken& one : all) {
    std::string text = pack;
    const size_t at = text.find(one.from);
    ASSERT_NE(at, std::string::npos) << one.from;
    text.replace(at, std::string(one.from).size(), one.to);
    std::vector<std::string> found;
    for (const core::Finding& finding : core::CheckPolicyText(text)) {
      if (!finding.warning) found.push_back(finding.path + ": " + finding.message);
    }
    EXPECT_THAT(found,
                Contains(AllOf(HasSubstr(std::string(one.path) + ": "), HasSubstr(one.says))))
        << one.to;
  }
}

TEST(MoneyDirectoryTest, ALimitIsAnAmount) {
  v1::Directory directory = DemoDirectory();
  directory.mutable_entities(1)->set_preauthorized_spend_cents(-1);
  const auto policy = ShippedPolicy();
  EXPECT_THAT(core::Directory::Create(directory, *policy),
              RefusedBecause("FIELD_INVALID", "entities[1].preauthorized_spend_cents"));
  directory.mutable_entities(1)->set_preauthorized_spend_cents(1);
  EXPECT_THAT(core::Directory::Create(directory, *policy), IsOk());
}

}  // namespace
}  // namespace belfry::testing
