// Cost lines and the claim.
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunMoneyTest : public RunFixture {
 protected:
  RunMoneyTest() { context_.incident = "incidents/DOP-2026-0007"; }
};

TEST_F(RunMoneyTest, ACostHasAnAmountAndAPurpose) {
  const CommandResult result =
      Run("cost $1,190.00 \"Forensic images, two days\" self-help:yes for:DOR");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  const v1::RecordCostRequest& request = connection_->RecordCost_request;
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(request.cost().amount_cents(), 119'000);
  EXPECT_EQ(request.cost().description(), "Forensic images, two days");
  EXPECT_TRUE(request.cost().self_help());
  EXPECT_EQ(request.cost().entity(), "entities/dor");
  EXPECT_THAT(result.card.title, HasSubstr("$1,190.00 recorded"));
  EXPECT_TRUE(Run("cost DOP-2026-0009 1190 disks").ok);
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(request.cost().amount_cents(), 119'000);
  EXPECT_FALSE(request.cost().self_help());

  EXPECT_THAT(RefusedHere("cost"), HasSubstr("Say how much, and what for."));
  EXPECT_THAT(RefusedHere("cost 1190"), HasSubstr("Say what $1,190.00 was spent on"));
  EXPECT_THAT(RefusedHere("cost \"Forensic images\" 1190"), HasSubstr("is not an amount"));
  EXPECT_THAT(RefusedHere("cost 1190 disks self_help:perhaps"),
              HasSubstr("\"self-help:\" takes yes or no"));
}

TEST_F(RunMoneyTest, ACostIsAssessedByItsNumber) {
  const v1::AssessCostRequest& request = connection_->AssessCost_request;
  EXPECT_TRUE(Run("assess 2 reasonable").ok);
  EXPECT_EQ(request.number(), 2);
  EXPECT_EQ(request.assessment(), v1::CostLine::ASSESSMENT_REASONABLE);
  EXPECT_EQ(request.reason(), "");
  const CommandResult result = Run("assess #3 not reasonable twice the list price");
  EXPECT_EQ(request.number(), 3);
  EXPECT_EQ(request.assessment(), v1::CostLine::ASSESSMENT_NOT_REASONABLE);
  EXPECT_EQ(request.reason(), "twice the list price");
  EXPECT_THAT(result.card.title, HasSubstr("cost 3 is not reasonable"));
  EXPECT_TRUE(Run("assess 3 not_reasonable reason:\"too dear\"").ok);
  EXPECT_EQ(request.assessment(), v1::CostLine::ASSESSMENT_NOT_REASONABLE);
  EXPECT_EQ(request.reason(), "too dear");
  EXPECT_TRUE(Run("assess 1 written-off").ok);
  EXPECT_EQ(request.assessment(), v1::CostLine::ASSESSMENT_WRITTEN_OFF);

  EXPECT_THAT(RefusedHere("assess 2"), HasSubstr("reasonable, not_reasonable, written_off"));
  EXPECT_THAT(RefusedHere("assess disks reasonable"),
              HasSubstr("\"disks\" is not the number of a cost line."));
  EXPECT_THAT(RefusedHere("assess 0 reasonable"), HasSubstr("is not the number"));
  EXPECT_THAT(RefusedHere("assess 2 open"), HasSubstr("\"open\" is not an assessment."));
}

TEST_F(RunMoneyTest, MoneyIsAskedForWithAPurpose) {
  v1::Incident& incident = *connection_->RequestSpend_answer->mutable_incident();
  v1::SpendRequest* made = incident.add_spend_requests();
  made->set_number(3);
  made->set_amount_cents(250'000);
  made->set_purpose("Forensic disks");
  made->set_state(v1::SpendRequest::STATE_PENDING);
  // Somebody else asks for more at the same time.
  incident.add_spend_requests()->set_number(4);
  const CommandResult result = Run("spend $2,500.00 \"Forensic disks\" for:DOR");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  EXPECT_TRUE(result.changed);
  const v1::RequestSpendRequest& request = connection_->RequestSpend_request;
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(request.amount_cents(), 250'000);
  EXPECT_EQ(request.purpose(), "Forensic disks");
  EXPECT_EQ(request.entity(), "entities/dor");
  EXPECT_THAT(result.card.title, HasSubstr("spending request 3: $2,500.00 waits for a decision"));
  incident.mutable_spend_requests(0)->set_state(v1::SpendRequest::STATE_AUTO_APPROVED);
  EXPECT_THAT(Run("spend DOP-2026-0009 2500 Forensic disks").card.title,
              HasSubstr("$2,500.00 pre-authorised"));
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(request.entity(), "");

  EXPECT_THAT(RefusedHere("spend"), HasSubstr("Say how much, and what for."));
  EXPECT_THAT(RefusedHere("spend 80"), HasSubstr("Say what $80.00 is needed for"));
  EXPECT_THAT(RefusedHere("spend disks 80"), HasSubstr("is not an amount"));
}

TEST_F(RunMoneyTest, ASpendingRequestIsDecidedByItsNumber) {
  const v1::DecideSpendRequest& request = connection_->DecideSpend_request;
  const CommandResult approved = Run("approve 2");
  ASSERT_TRUE(approved.ok) << approved.card.PlainText();
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(request.number(), 2);
  EXPECT_TRUE(request.approve());
  EXPECT_EQ(request.reason(), "");
  EXPECT_THAT(approved.card.title, HasSubstr("spending request 2 is approved"));
  EXPECT_THAT(Run("refuse DOP-2026-0009 #3 the disks are in stock").card.title,
              HasSubstr("spending request 3 is refused"));
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(request.number(), 3);
  EXPECT_FALSE(request.approve());
  EXPECT_EQ(request.reason(), "the disks are in stock");
  EXPECT_TRUE(Run("approve 2 reason:\"needed today\"").ok);
  EXPECT_EQ(request.reason(), "needed today");

  EXPECT_THAT(RefusedHere("approve"), HasSubstr("Say the number of the spending request, or the draft."));
  EXPECT_THAT(RefusedHere("refuse disks"),
              HasSubstr("\"disks\" is not the number of a spending request."));
  EXPECT_THAT(RefusedHere("refuse 2"), HasSubstr("Say why"));
}

TEST_F(RunMoneyTest, SpendingRequestsAreListedWithTheCosts) {
  v1::Incident& incident = *connection_->GetIncident_answer->mutable_incident();
  v1::SpendRequest* request = incident.add_spend_requests();
  request->set_number(1);
  request->set_amount_cents(8'000);
  request->set_purpose("a disk");
  request->set_entity("entities/dop");
  request->set_state(v1::SpendRequest::STATE_AUTO_APPROVED);
  request = incident.add_spend_requests();
  request->set_number(2);
  request->set_amount_cents(250'000);
  request->set_entity("entities/dor");
  request->set_state(v1::SpendRequest::STATE_PENDING);
  request = incident.add_spend_requests();
  request->set_number(3);
  request->set_amount_cents(100);
  request->set_entity("entities/dop");
  request->set_state(v1::SpendRequest::STATE_REFUSED);
  request->set_decider("people/eox.scio");
  request->set_reason("in stock");
  incident.set_claim_cents(119'000);
  incident.set_claim_state("ISSUED");
  const CommandResult result = Run("costs");
  EXPECT_EQ(result.card.fields[0].value, "$1,190.00 · issued");
  EXPECT_THAT(result.card.table[1],
              ElementsAre("request 1", "$80.00", "a disk", "DOP", "", "pre-authorised"));
  EXPECT_THAT(result.card.table[2],
              ElementsAre("request 2", "$2,500.00", "", "DOR", "", "waits for a decision"));
  EXPECT_THAT(result.card.table[3],
              ElementsAre("request 3", "$1.00", "", "DOP", "", "refused by eox.scio: in stock"));
  EXPECT_EQ(result.card.hints[0], "/incident approve DOP-2026-0007 2");
  incident.set_restricted(true);
  EXPECT_THAT(Run("costs").card.PlainText(), Not(HasSubstr("$")));
}

TEST_F(RunMoneyTest, CostsAreListedWithTheClaim) {
  v1::Incident& incident = *connection_->GetIncident_answer->mutable_incident();
  EXPECT_EQ(Run("costs").card.title, "DOP-2026-0007 · no costs");
  v1::CostLine* cost = incident.add_costs();
  cost->set_number(1);
  cost->set_amount_cents(119'000);
  cost->set_description("Forensic images");
  cost->set_self_help(true);
  cost->set_assessment(v1::CostLine::ASSESSMENT_REASONABLE);
  cost->set_assessed_by("people/itd.finance");
  cost = incident.add_costs();
  cost->set_number(2);
  cost->set_amount_cents(5);
  cost->set_entity("entities/dor");
  cost->set_assessment(v1::CostLine::ASSESSMENT_OPEN);
  incident.set_claim_cents(119'000);
  const CommandResult result = Run("costs");
  EXPECT_FALSE(result.changed);
  EXPECT_EQ(result.card.title, "DOP-2026-0007 · 2 cost lines, $1,190.05");
  EXPECT_EQ(result.card.fields[0].value, "$1,190.00");
  EXPECT_THAT(result.card.table[1], ElementsAre("1", "$1,190.00", "Forensic images", "DOP", "yes",
                                                "reasonable by itd.finance"));
  EXPECT_THAT(result.card.table[2], ElementsAre("2", "$0.05", "", "DOR", "", "open"));
  EXPECT_EQ(result.card.hints[0], "/incident assess DOP-2026-0007 2 reasonable");
  incident.set_restricted(true);
  EXPECT_THAT(Run("costs").card.PlainText(), Not(HasSubstr("$")));
}

}  // namespace
}  // namespace belfry::chat
