// Documents of any type, and notices that must carry one's fields.
#include "absl/strings/str_cat.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunDocumentTest : public RunFixture {
 protected:
  // "LE_CONTACT entities/dor 13:05 name=value …".
  std::string Sent() const {
    const v1::SubmitDocumentRequest& request = connection_->SubmitDocument_request;
    std::string text = request.type();
    if (!request.entity().empty()) absl::StrAppend(&text, " for ", request.entity());
    if (request.has_event_time()) {
      absl::StrAppend(
          &text, " at ",
          absl::FormatTime("%m-%d %H:%M", absl::FromUnixSeconds(request.event_time().seconds()),
                           TestView().zone));
    }
    for (const auto& field : request.fields()) {
      absl::StrAppend(&text, " ", field.name(), "=", field.value());
    }
    return text;
  }
};

TEST_F(RunDocumentTest, AnyTypeByCodeOrAliasInAnyDoor) {
  for (const char* line :
       {"document DOP-2026-0007 LE_CONTACT agency:\"State police\" channel:PHONE",
        "doc DOP-2026-0007 le-contact channel:phone agency:\"State police\"",
        "file DOP-2026-0007 Police agency:State police channel:phone",
        "submit DOP-2026-0007 lecontact agency: State police channel: phone"}) {
    ASSERT_TRUE(Run(line).ok) << line;
    EXPECT_EQ(connection_->SubmitDocument_request.name(), "incidents/DOP-2026-0007");
    EXPECT_EQ(connection_->SubmitDocument_request.request_id(), "r1");
    EXPECT_THAT(Sent(), HasSubstr("LE_CONTACT")) << line;
    EXPECT_THAT(Sent(), HasSubstr(" agency=State police")) << line;
    EXPECT_THAT(Sent(), HasSubstr(" channel=PHONE")) << line;
  }
}

TEST_F(RunDocumentTest, WhenItHappenedAndForWhom) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("doc police agency:x channel:phone at:13:05 for:DOR").ok);
  EXPECT_EQ(Sent(), "LE_CONTACT for entities/dor at 11-24 13:05 agency=x channel=PHONE");
  EXPECT_TRUE(Run("doc police at:2026-10-06 08:10 agency:x channel:phone").ok);
  EXPECT_EQ(Sent(), "LE_CONTACT at 10-06 08:10 agency=x channel=PHONE");
  EXPECT_TRUE(Run("doc police at:\"2026-10-06 08:10\" agency:x channel:phone").ok);
  EXPECT_EQ(Sent(), "LE_CONTACT at 10-06 08:10 agency=x channel=PHONE");
  EXPECT_TRUE(Run("doc police at:2026-10-06T12:10:00Z agency:x channel:phone").ok);
  EXPECT_EQ(Sent(), "LE_CONTACT at 10-06 08:10 agency=x channel=PHONE");
  EXPECT_TRUE(Run("update at:13:05 conditions:x actions:y").ok);
  EXPECT_EQ(Sent(), "DAILY at 11-24 13:05 conditions=x actions=y");
  EXPECT_TRUE(Run("update conditions:x actions:y").ok);
  EXPECT_FALSE(connection_->SubmitDocument_request.has_event_time());

  EXPECT_THAT(RefusedHere("doc police agency:x channel:phone at:2026-12-01 08:10"),
              HasSubstr("\"at:2026-12-01 08:10\" is in the future."));
  EXPECT_THAT(RefusedHere("doc police agency:x channel:phone at:2026-03-08 02:30"),
              HasSubstr("the clocks went forward over it"));
}

TEST_F(RunDocumentTest, AMissingOrUnknownTypeListsTheTypes) {
  EXPECT_EQ(RefusedHere("document DOP-2026-0007"),
            "Not done yet\n"
            "Say which document. The policy has: FOLLOWUP, DAILY, LE_CONTACT, AGO_FORM.\n"
            "Next: /incident help document");
  const std::string unknown = RefusedHere("document DOP-2026-0007 le_contract agency:x");
  EXPECT_THAT(unknown, HasSubstr("\"le_contract\" is no document. The policy has: FOLLOWUP, DAILY, "
                                 "LE_CONTACT, AGO_FORM."));
  EXPECT_THAT(unknown, HasSubstr("Next: /incident document DOP-2026-0007 LE_CONTACT\n"));
}

TEST_F(RunDocumentTest, ATypeAloneIsAnsweredWithItsForm) {
  EXPECT_EQ(RefusedHere("document DOP-2026-0007 police"),
            "Not done yet\n"
            "Contact with law enforcement: fill in what is needed and send it.\n"
            "Counsel hears of it first.\n"
            "Before it: Counsel was told.\n"
            "- agency:, Needed yes, Meaning Who was called: Name and unit\n"
            "- channel:, Needed yes, Allowed PHONE, IN_PERSON, EMAIL\n"
            "- case_no:, Needed if channel is EMAIL, Meaning Their case number\n"
            "- evidence:, Allowed several of LOGS, DISKS\n"
            "Next: /incident document DOP-2026-0007 LE_CONTACT agency:\"…\" channel:\"…\"\n"
            "POL-3.12");
}

TEST_F(RunDocumentTest, WhatIsNeededMayDependOnAnAnswer) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_THAT(RefusedHere("doc police agency:x channel:email"),
              HasSubstr("Not sent, case_no (POL-3.13) is missing."));
  EXPECT_TRUE(Run("doc police agency:x channel:email case_no:77-12").ok);
  EXPECT_TRUE(Run("doc police agency:x channel:phone").ok);
  EXPECT_THAT(RefusedHere("doc police agency:x"), HasSubstr("Not sent, channel is missing."));
}

TEST_F(RunDocumentTest, ValuesAreSpeltAsThePackDoes) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("doc police agency:x channel:in-person evidence:\"disks, logs\"").ok);
  EXPECT_EQ(Sent(), "LE_CONTACT agency=x channel=IN_PERSON evidence=DISKS,LOGS");
  EXPECT_THAT(
      RefusedHere("doc police agency:x channel:pigeon"),
      HasSubstr("\"pigeon\" is not allowed for channel. Possible: PHONE, IN_PERSON, EMAIL."));
  EXPECT_THAT(RefusedHere("doc police agency:x chanel:phone"),
              HasSubstr("Did you mean \"channel:\"?"));
}

TEST_F(RunDocumentTest, ANoticeCarriesTheFieldsThePolicyAsksFor) {
  context_.incident = "incidents/DOP-2026-0007";
  EXPECT_TRUE(Run("notify 93h-ago please read nature:\"stolen laptop\" residents:512").ok);
  const v1::SendObligationNoticeRequest& request = connection_->SendObligationNotice_request;
  EXPECT_EQ(request.obligation(), "93h-ago");
  EXPECT_EQ(request.text(), "please read");
  ASSERT_EQ(request.fields_size(), 2);
  EXPECT_EQ(request.fields(0).name(), "nature");
  EXPECT_EQ(request.fields(0).value(), "stolen laptop");
  EXPECT_EQ(request.fields(1).value(), "512");

  EXPECT_TRUE(Run("notify 93h_ago[dop] nature:x residents:1").ok);
  EXPECT_EQ(connection_->SendObligationNotice_request.obligation(), "93h_ago[dop]");
  EXPECT_EQ(connection_->SendObligationNotice_request.fields_size(), 2);

  EXPECT_THAT(RefusedHere("notify 93H-AGO nature:x"), HasSubstr("Not sent, residents is missing."));
  EXPECT_THAT(
      RefusedHere("notify 93H-AGO"),
      HasSubstr("Next: /incident notify DOP-2026-0007 93H-AGO nature:\"…\" residents:\"…\""));
}

TEST_F(RunDocumentTest, HelpShowsTypesAndForms) {
  EXPECT_THAT(Run("help document").card.PlainText(),
              HasSubstr("- LE_CONTACT, What Contact with law enforcement, Also typed police"));
  const Card form = Run("help document police").card;
  EXPECT_EQ(form.title, "LE_CONTACT · Contact with law enforcement");
  EXPECT_THAT(form.table[2], ElementsAre("channel:", "yes", "PHONE, IN_PERSON, EMAIL", ""));
}

TEST_F(RunDocumentTest, AGuardsRemedyIsOffered) {
  connection_->SubmitDocument_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "not yet")
          .Violation("POL-3.12", "OLC_FIRST", "Counsel was told.")
          .Status();
  EXPECT_THAT(Run("doc DOP-2026-0007 police agency:x channel:phone").card.PlainText(),
              HasSubstr("Next: /incident notify DOP-2026-0007 OLC\n"));
}

}  // namespace
}  // namespace belfry::chat
