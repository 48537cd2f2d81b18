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
