// Lines run against the fake connection, as somebody in a channel types them.
#ifndef BELFRY_TESTS_UNIT_CLIENT_LIB_RUN_FIXTURE_H_
#define BELFRY_TESTS_UNIT_CLIENT_LIB_RUN_FIXTURE_H_

#include <memory>
#include <string>

#include "client-lib/chat/run.h"
#include "client-lib/chat/usage_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {

class RunFixture : public testing::Test {
 protected:
  RunFixture() {
    context_.act_for = "people/dop.responder";
    context_.via = "slack";
    context_.request_id = "r1";
    context_.now = TestNow();
    context_.root = "/incident";
    FakeConnection& fake = *connection_;
    const v1::Incident incident = TestIncident();
    *fake.GetIncident_answer->mutable_incident() = incident;
    *fake.AcknowledgeIncident_answer->mutable_incident() = incident;
    *fake.TransitionIncident_answer->mutable_incident() = incident;
    *fake.EscalateIncident_answer->mutable_incident() = incident;
    *fake.ChangeSeverity_answer->mutable_incident() = incident;
    *fake.RecordFacts_answer->mutable_incident() = incident;
    *fake.AssignCategories_answer->mutable_incident() = incident;
    *fake.AddEntity_answer->mutable_incident() = incident;
    *fake.LinkTicket_answer->mutable_incident() = incident;
    *fake.SubmitDocument_answer->mutable_incident() = incident;
    *fake.SendObligationNotice_answer->mutable_incident() = incident;
    *fake.RecordDecision_answer->mutable_incident() = incident;
    *fake.LinkIncident_answer->mutable_incident() = incident;
    *fake.RecordDevices_answer->mutable_incident() = incident;
    *fake.ConfirmRemoval_answer->mutable_incident() = incident;
    *fake.RecordScan_answer->mutable_incident() = incident;
    *fake.LiftRemoval_answer->mutable_incident() = incident;
    *fake.RecordCost_answer->mutable_incident() = incident;
    *fake.AssessCost_answer->mutable_incident() = incident;
    *fake.RequestSpend_answer->mutable_incident() = incident;
    *fake.DecideSpend_answer->mutable_incident() = incident;
    *fake.UpdateIncident_answer->mutable_incident() = incident;
  }

  CommandResult Run(const std::string& line) { return runner_.Run(context_, line); }

  // The line is refused before anything is sent; what the card says about it.
  std::string RefusedHere(const std::string& line) {
    runner_.Run(context_, "help");  // fetches the pack
    const auto calls = connection_->calls.size();
    const CommandResult result = Run(line);
    EXPECT_TRUE(IsUsageError(result.status)) << line;
    EXPECT_EQ(connection_->calls.size(), calls) << line;
    return result.card.PlainText();
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  CommandRunner runner_{client::Client(connection_)};
  CommandContext context_;
};

}  // namespace belfry::chat

#endif  // BELFRY_TESTS_UNIT_CLIENT_LIB_RUN_FIXTURE_H_
