// Nothing of an incident for named readers only is shown in chat, whatever was typed.
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kSecret[] = "SECRET";

// Restricted, or marked TLP:RED; every text that the server sends is the secret.
class RunWithheldTest : public RunFixture, public testing::WithParamInterface<bool> {
 protected:
  RunWithheldTest() {
    context_.incident = "incidents/DOP-2026-0007";
    v1::Incident incident = TestIncident();
    incident.set_restricted(GetParam());
    incident.set_tlp(GetParam() ? "TLP:AMBER" : "TLP:RED");
    incident.set_title(kSecret);
    incident.set_summary(kSecret);
    incident.set_severity("SECRET-SEV");
    incident.set_state("SECRET-STATE");
    incident.clear_verbs();
    incident.add_verbs("secret-verb");
    FakeConnection& fake = *connection_;
    *fake.GetIncident_answer->mutable_incident() = incident;
    *fake.CreateIncident_answer->mutable_incident() = incident;
    *fake.AcknowledgeIncident_answer->mutable_incident() = incident;
    *fake.TransitionIncident_answer->mutable_incident() = incident;
    *fake.EscalateIncident_answer->mutable_incident() = incident;
    *fake.ChangeSeverity_answer->mutable_incident() = incident;
    *fake.RecordFacts_answer->mutable_incident() = incident;
    *fake.AssignCategories_answer->mutable_incident() = incident;
    *fake.SubmitDocument_answer->mutable_incident() = incident;
    *fake.SendObligationNotice_answer->mutable_incident() = incident;
    *fake.RecordDecision_answer->mutable_incident() = incident;
    fake.SubmitDocument_answer->add_satisfied()->set_instance(kSecret);
    fake.EscalateIncident_answer->add_paged_people("people/SECRET");
    fake.AddNote_answer->mutable_entry()->set_text(kSecret);
    fake.ListTimelineEntries_answer->add_entries()->set_text(kSecret);
    auto* duty = fake.ListObligations_answer->add_obligations();
    duty->set_instance(kSecret);
    duty->set_title(kSecret);
    *fake.ExplainObligation_answer->mutable_obligation() = *duty;
    // One that the pack knows, which forms would offer.
    auto* known = fake.ListObligations_answer->add_obligations();
    known->set_instance("93H-AGO[dop]");
    known->set_title(kSecret);
    *fake.WaiveObligation_answer->mutable_obligation() = *duty;
    *fake.SnoozeObligation_answer->mutable_obligation() = *duty;
    v1::ListIncidentsResponse page;
    *page.add_incidents() = incident;
    fake.pages = {page};
  }

  static std::string Everything(const CommandResult& result) {
    std::string text = result.card.PlainText();
    for (const CardButton& button : result.card.buttons) {
      absl::StrAppend(&text, "\n", button.label, button.command, button.confirm);
    }
    for (const auto& [name, error] : result.field_errors) absl::StrAppend(&text, "\n", error);
    if (!result.form.has_value()) return text;
    absl::StrAppend(&text, "\n", result.form->title, result.form->intro, result.form->context);
    for (const FormField& field : result.form->fields) {
      absl::StrAppend(&text, "\n", field.hint, field.value);
      for (const FormChoice& choice : field.choices) {
        absl::StrAppend(&text, "\n", choice.value, choice.label);
      }
    }
    return text;
  }
};

INSTANTIATE_TEST_SUITE_P(Marks, RunWithheldTest, testing::Bool());

constexpr const char* kLines[] = {"show",
                                  "timeline",
                                  "duties",
                                  "explain 93H-AGO",
                                  "devices",
                                  "costs",
                                  "ack",
                                  "note x",
                                  "sev 2 x",
                                  "fact attack:yes",
                                  "type ransomware",
                                  "escalate x",
                                  "update conditions:x actions:y",
                                  "notify CCIO-CSO-VIA-SCIO x",
                                  "decide OLC YES x",
                                  "declare",
                                  "waive 93H-AGO reason:x",
                                  "snooze DAILY-STATUS 2h x",
                                  "phase",
                                  "status",
                                  "status DOP-2026-0007",
                                  "home",
                                  "list",
                                  "help",
                                  "help all",
                                  "open x",
                                  "update",
                                  "followup",
                                  "sev",
                                  "escalate",
                                  "contain",
                                  "snooze",
                                  "waive",
                                  "hold",
                                  "notify"};

TEST_P(RunWithheldTest, NoAnswerHoldsContent) {
  context_.asks_first = true;
  context_.shows_forms = true;
  for (const char* line : kLines) {
    const CommandResult result = Run(line);
    EXPECT_THAT(Everything(result), Not(HasSubstr("SECRET"))) << line;
    EXPECT_THAT(Everything(result), Not(HasSubstr("secret"))) << line;
    EXPECT_FALSE(result.card.title.empty()) << line;
  }
  EXPECT_EQ(Run("note x").card.title, "DOP-2026-0007 · restricted · done");
  EXPECT_EQ(Run("timeline").card.title, "DOP-2026-0007 · restricted");
}

// It may have become restricted since.
TEST_P(RunWithheldTest, WhatCannotBeLookedAtAgainIsNotShown) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kDeadlineExceeded}) {
    connection_->GetIncident_answer = absl::Status(code, "busy");
    for (const char* line : {"timeline", "duties", "explain 93H-AGO"}) {
      const CommandResult result = Run(line);
      EXPECT_THAT(Everything(result), Not(HasSubstr("SECRET"))) << line;
      EXPECT_FALSE(result.card.title.empty()) << line;
    }
  }
}

TEST_P(RunWithheldTest, NoRefusalHoldsContent) {
  const absl::Status refused =
      Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", kSecret)
          .Violation("POL-1", kSecret, kSecret)
          .Field("reason", kSecret)
          .Status();
  FakeConnection& fake = *connection_;
  fake.TransitionIncident_answer = refused;
  fake.SubmitDocument_answer = refused;
  fake.RecordDecision_answer = refused;
  fake.AddNote_answer = refused;
  fake.ChangeSeverity_answer = Refusal(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", kSecret)
                                   .Field("reason", kSecret)
                                   .Status();
  context_.shows_forms = true;
  for (const char* line : {"declare", "update conditions:x actions:y", "decide OLC YES x", "note x",
                           "sev 2 x", "sev form:no 2 reason:x"}) {
    const CommandResult result = Run(line);
    EXPECT_FALSE(result.ok) << line;
    EXPECT_THAT(Everything(result), Not(HasSubstr("SECRET"))) << line;
    EXPECT_EQ(result.card.title, "DOP-2026-0007 · restricted · not done") << line;
    EXPECT_THAT(result.field_errors, IsEmpty());
  }
  fake.TransitionIncident_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED", kSecret).Status();
  EXPECT_THAT(Everything(Run("declare")), Not(HasSubstr("secret-verb")));
}

// What is wrong with the line itself is said: it is nothing of the record.
TEST_P(RunWithheldTest, AMistakeInTheLineIsExplained) {
  EXPECT_THAT(Run("sev 9").card.body, HasSubstr("is not a severity"));
}

TEST_P(RunWithheldTest, ATerminalShowsIt) {
  context_.via = "cli";
  EXPECT_THAT(Run("show").card.PlainText(), HasSubstr("SECRET"));
  EXPECT_THAT(Run("timeline").card.PlainText(), HasSubstr("SECRET"));
}

}  // namespace
}  // namespace belfry::chat
