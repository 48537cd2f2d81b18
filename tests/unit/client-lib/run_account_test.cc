// Which chat account is whose, and whom a mention means.
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunAccountTest : public RunFixture {
 protected:
  void InChat(bool unlinked) {
    v1::ChatAccount account;
    account.set_platform("slack");
    account.set_workspace("T1");
    account.set_user_id("U1");
    context_.account = account;
    context_.unlinked = unlinked;
    if (unlinked) context_.act_for = "accounts/slack/T1/U1";
  }
};

TEST_F(RunAccountTest, AnUnlinkedAccountGetsACodeForTheTerminal) {
  InChat(true);
  connection_->StartAccountLink_answer->set_code("K7QF-2MRD");
  connection_->StartAccountLink_answer->mutable_expire_time()->set_seconds(
      absl::ToUnixSeconds(TestNow()) + 600);
  const CommandResult result = Run("link");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  EXPECT_FALSE(result.changed) << "nobody else may see the code";
  EXPECT_EQ(result.card.title, "Your code: K7QF-2MRD");
  EXPECT_THAT(result.card.hints, ElementsAre("belfry link K7QF-2MRD"));
  EXPECT_EQ(result.card.context, "Works once, until Tue 24 Nov 14:15 EST.");
  EXPECT_EQ(connection_->StartAccountLink_request.account().user_id(), "U1");
  // As the bot: an account that is nobody's has no rights of its own.
  EXPECT_EQ(connection_->last_call.act_for, "");
}

// Whoever reads it first could redeem it.
TEST_F(RunAccountTest, NoCodeIsMadeWhereOthersReadTheAnswer) {
  InChat(true);
  context_.public_answer = true;
  connection_->StartAccountLink_answer->set_code("K7QF-2MRD");
  connection_->calls.clear();
  const CommandResult result = Run("link");
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(connection_->calls, testing::Not(testing::Contains("StartAccountLink")));
  EXPECT_THAT(result.card.PlainText(), testing::Not(testing::HasSubstr("K7QF")));
  EXPECT_THAT(result.card.PlainText(), testing::HasSubstr("direct message"));
}

TEST_F(RunAccountTest, ACodeFromTheTerminalIsRedeemedInTheChat) {
  InChat(true);
  connection_->CompleteAccountLink_answer->mutable_person()->set_name("people/dop.contact");
  connection_->CompleteAccountLink_answer->mutable_account()->set_platform("slack");
  const CommandResult result = Run("link k7qf-2mrd");
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  EXPECT_EQ(result.verb, "link");
  EXPECT_EQ(result.card.title, "Linked: dop.contact");
  EXPECT_EQ(connection_->CompleteAccountLink_request.code(), "k7qf-2mrd");
  EXPECT_EQ(connection_->CompleteAccountLink_request.account().workspace(), "T1");
  EXPECT_EQ(connection_->last_call.act_for, "");
}

TEST_F(RunAccountTest, ATerminalIsThePersonItself) {
  context_.via = "cli";
  context_.act_for = "";
  context_.root = "belfry";
  connection_->StartAccountLink_answer->set_code("K7QF-2MRD");
  EXPECT_THAT(Run("link").card.hints, ElementsAre(HasSubstr("/incident link K7QF-2MRD")));
  EXPECT_FALSE(connection_->StartAccountLink_request.has_account());
  EXPECT_FALSE(connection_->last_call.act_for.has_value());
  connection_->CompleteAccountLink_answer->mutable_person()->set_name("people/dop.contact");
  EXPECT_TRUE(Run("link K7QF-2MRD").ok);
  EXPECT_FALSE(connection_->CompleteAccountLink_request.has_account());
  EXPECT_THAT(RefusedHere("unlink"), HasSubstr("Say which account"));
  EXPECT_TRUE(Run("unlink slack T1 U1").ok);
  EXPECT_EQ(connection_->UnlinkAccount_request.account().user_id(), "U1");
}

TEST_F(RunAccountTest, ALinkedAccountIsToldWhoItIsAndCanBeUntied) {
  InChat(false);
  const CommandResult result = Run("link");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.card.title, "You are dop.responder here");
  EXPECT_THAT(connection_->calls, ElementsAre("GetPolicy"));
  EXPECT_TRUE(Run("unlink").ok);
  EXPECT_EQ(connection_->UnlinkAccount_request.account().user_id(), "U1");
  EXPECT_EQ(connection_->last_call.act_for, "people/dop.responder");
}

TEST_F(RunAccountTest, AWrongCodeTellsNothingAboutTheRightOne) {
  InChat(true);
  connection_->CompleteAccountLink_answer =
      Refusal(absl::StatusCode::kInvalidArgument, "CODE_INVALID", "code: expired").Status();
  const CommandResult result = Run("link AAAA-BBBB");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.card.title, "This code does not fit");
  EXPECT_THAT(result.card.PlainText(), Not(HasSubstr("AAAA")));
  EXPECT_THAT(result.card.PlainText(), Not(HasSubstr("code: expired")));
  connection_->CompleteAccountLink_answer =
      Refusal(absl::StatusCode::kResourceExhausted, "TOO_MANY_CODES", "wait").Status();
  EXPECT_EQ(Run("link AAAA-BBBB").card.title, "Too many codes");
}

TEST_F(RunAccountTest, IncidentsAreRelatedByTheOldWordsToo) {
  context_.incident = "incidents/DOP-2026-0009";
  EXPECT_TRUE(Run("link DOP-2026-0007 parent:DOP-2026-0003 reason:\"same wave\"").ok);
  EXPECT_EQ(connection_->LinkIncident_request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(connection_->LinkIncident_request.parent(), "incidents/DOP-2026-0003");
  EXPECT_EQ(connection_->LinkIncident_request.reason(), "same wave");
  EXPECT_TRUE(Run("link parent:DOP-2026-0003").ok);
  EXPECT_EQ(connection_->LinkIncident_request.name(), "incidents/DOP-2026-0009");
  EXPECT_TRUE(Run("relate DOP-2026-0003 the same wave").ok);
  EXPECT_EQ(connection_->LinkIncident_request.parent(), "incidents/DOP-2026-0003");
  EXPECT_TRUE(Run("relate DOP-2026-0007 DOP-2026-0003 the same wave").ok);
  EXPECT_EQ(connection_->LinkIncident_request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(connection_->LinkIncident_request.reason(), "the same wave");
  EXPECT_FALSE(connection_->LinkIncident_request.merge());
  EXPECT_THAT(RefusedHere("link DOP-2026-0007 DOP-2026-0003"), HasSubstr("Incidents are related"));
}

TEST_F(RunAccountTest, AnUnlinkedAccountMayReportAndNothingElse) {
  InChat(true);
  for (const char* line : {"ack DOP-2026-0007", "show DOP-2026-0007", "list", "who DOP", "home",
                           "drill open x", "unlink", "contain DOP-2026-0007", "status", "whoami",
                           "duties DOP-2026-0007", "phase DOP-2026-0007"}) {
    connection_->calls.clear();
    const CommandResult result = Run(line);
    EXPECT_FALSE(result.ok) << line;
    EXPECT_EQ(result.card.title, "Belfry does not know you yet") << line;
    EXPECT_THAT(connection_->calls, testing::Each("GetPolicy")) << line;
    ASSERT_EQ(result.card.buttons.size(), 2u);
  }
  EXPECT_TRUE(Run("open Mail is down").ok);
  EXPECT_EQ(connection_->last_call.act_for, "accounts/slack/T1/U1");
  EXPECT_TRUE(Run("report").ok);
}

TEST_F(RunAccountTest, MentionsMeanTheLinkedPerson) {
  InChat(false);
  connection_->LookupChatAccount_answer->mutable_person()->set_name("people/dop.contact");
  for (const char* line : {"lead DOP-2026-0007 <@U123>", "lead DOP-2026-0007 <@U123|jane doe>",
                           "owner DOP-2026-0007 @dop.contact", "lead DOP-2026-0007 DOP.contact"}) {
    connection_->UpdateIncident_request.Clear();
    ASSERT_TRUE(Run(line).ok) << line;
    EXPECT_EQ(connection_->UpdateIncident_request.incident().lead(), "people/dop.contact") << line;
  }
  EXPECT_EQ(connection_->LookupChatAccount_request.account().platform(), "slack");
  EXPECT_EQ(connection_->LookupChatAccount_request.account().workspace(), "T1");
  EXPECT_EQ(connection_->LookupChatAccount_request.account().user_id(), "U123");
  // The look-up is the bot's; the act is the person's.
  EXPECT_EQ(connection_->last_call.act_for, "people/dop.responder");
  EXPECT_TRUE(Run("open Threats subject:<@U5|jane doe> reader:<@U6>").ok);
  EXPECT_THAT(connection_->CreateIncident_request.subjects(), ElementsAre("people/dop.contact"));
}

TEST_F(RunAccountTest, AMentionOfNobodyIsSaidSo) {
  InChat(false);
  connection_->LookupChatAccount_answer = absl::NotFoundError("nobody");
  const CommandResult result = Run("lead DOP-2026-0007 <@U999>");
  EXPECT_TRUE(IsUsageError(result.status));
  EXPECT_THAT(result.card.body, HasSubstr("<@U999> is linked to nobody in Belfry."));
  EXPECT_THAT(connection_->UpdateIncident_request.incident().lead(), IsEmpty());
  for (const char* bad : {"lead DOP-2026-0007 <@>", "lead DOP-2026-0007 <@U1<@U2>",
                          "lead DOP-2026-0007 <!channel>", "lead DOP-2026-0007 @"}) {
    EXPECT_TRUE(IsUsageError(Run(bad).status)) << bad;
  }
}

}  // namespace
}  // namespace belfry::chat
