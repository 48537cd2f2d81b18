// Lines that lack something are answered with a form; what was filled in is a line like any other.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/parser.h"
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kId[] = "DOP-2026-0007";

class RunFormsTest : public RunFixture {
 protected:
  RunFormsTest() {
    context_.incident = "incidents/DOP-2026-0007";
    context_.shows_forms = true;
  }

  Form FormFor(const std::string& line) {
    const auto asked = connection_->calls.size();
    CommandResult result = Run(line);
    EXPECT_TRUE(result.form.has_value()) << line << "\n" << result.card.PlainText();
    EXPECT_FALSE(result.ok);
    EXPECT_FALSE(result.changed);
    for (size_t i = asked; i < connection_->calls.size(); ++i) {
      EXPECT_THAT(connection_->calls[i],
                  testing::AnyOf("GetPolicy", "GetIncident", "ListObligations"));
    }
    return result.form.value_or(Form());
  }

  CommandResult Send(const Form& form, const FormValues& values) {
    return Run(CompleteLine(form.command, values));
  }

  static std::vector<std::string> Names(const Form& form) {
    std::vector<std::string> names;
    for (const FormField& field : form.fields) names.push_back(field.name);
    return names;
  }

  static const FormField& Field(const Form& form, const std::string& name) {
    static const FormField none;
    for (const FormField& field : form.fields) {
      if (field.name == name) return field;
    }
    ADD_FAILURE() << "no field " << name;
    return none;
  }

  static std::vector<std::string> Values(const FormField& field) {
    std::vector<std::string> values;
    for (const FormChoice& choice : field.choices) values.push_back(choice.value);
    return values;
  }
};

TEST_F(RunFormsTest, TheWordsSayWhetherAFormComes) {
  for (const char* yes : {"open",
                          "new",
                          "open sev:3 agency:DOP",
                          "drill open",
                          "update",
                          "update DOP-2026-0007",
                          "Daily dop-2026-0007",
                          "followup DOP-2026-0007 for:DOR",
                          "document DOP-2026-0007 FOLLOWUP",
                          "doc police",
                          "notify",
                          "notify DOP-2026-0007 93H-AGO",
                          "note",
                          "note DOP-2026-0007 at:14:05",
                          "escalate",
                          "page DOP-2026-0007 to:SCIO",
                          "decide DOP-2026-0007 OLC",
                          "decide",
                          "sev",
                          "snooze",
                          "snooze DAILY-STATUS#1[dop]",
                          "snooze DAILY-STATUS 2h",
                          "waive",
                          "hold 93H-AGO",
                          "release",
                          "type",
                          "ticket",
                          "lead",
                          "agency",
                          "fact DOP-2026-0007",
                          "open Mail is down form:yes"}) {
    EXPECT_TRUE(CommandRunner::WantsForm(yes)) << yes;
  }
  for (const char* no : {"",
                         "open Mail is down",
                         "open title:\"Mail is down\"",
                         "report",
                         "update mail is down",
                         "update conditions:x",
                         "document",
                         "document FOLLOWUP description:x",
                         "note seen",
                         "escalate nobody answers",
                         "escalate reason:\"nobody answers\"",
                         "decide OLC YES",
                         "sev 2",
                         "snooze DAILY-STATUS 2h because",
                         "waive 93H-AGO reason:x",
                         "release 93H-AGO",
                         "ack",
                         "show",
                         "drill",
                         "contain",
                         "nonsense",
                         "\"open\"",
                         "open \"",
                         "update form:no",
                         "fact attack_intrusion:yes"}) {
    EXPECT_FALSE(CommandRunner::WantsForm(no)) << no;
  }
}

// Otherwise a form is opened and nothing comes into it, or one comes too late.
TEST_F(RunFormsTest, WhatTheWordsSayIsWhatComes) {
  for (const char* line : {"open",
                           "drill open",
                           "update",
                           "followup",
                           "document police",
                           "notify",
                           "notify 93H-AGO",
                           "note",
                           "escalate",
                           "decide",
                           "decide OLC",
                           "sev",
                           "snooze",
                           "snooze DAILY-STATUS",
                           "waive",
                           "waive 93H-AGO",
                           "hold",
                           "release",
                           "type",
                           "ticket",
                           "lead",
                           "agency",
                           "fact"}) {
    ASSERT_TRUE(CommandRunner::WantsForm(line)) << line;
    const Form form = FormFor(line);
    EXPECT_FALSE(form.title.empty()) << line;
    EXPECT_FALSE(form.fields.empty()) << line;
    EXPECT_LE(form.fields.size(), 40u) << line;
    EXPECT_LE(form.submit.size(), 24u) << line;
    for (const FormField& field : form.fields) {
      EXPECT_FALSE(field.label.empty()) << line << " " << field.name;
      const bool chooses =
          field.kind == FormField::Kind::kChoice || field.kind == FormField::Kind::kChoices;
      EXPECT_EQ(chooses, !field.choices.empty()) << line << " " << field.name;
      EXPECT_LE(field.choices.size(), 100u);
    }
  }
}

TEST_F(RunFormsTest, APlatformWithoutFormsIsToldWhatToType) {
  context_.shows_forms = false;
  const CommandResult result = Run("update");
  EXPECT_FALSE(result.form.has_value());
  EXPECT_THAT(result.card.hints, ElementsAre(HasSubstr("update DOP-2026-0007 conditions:\"…\"")));
}

TEST_F(RunFormsTest, TheReportAsksForLittleAndOffersMuch) {
  context_.entity = "entities/dop";
  const Form form = FormFor("open sev:3");
  EXPECT_EQ(form.title, "Report an incident");
  EXPECT_EQ(form.command, "open form:no");
  EXPECT_THAT(Names(form), ElementsAre("title", "summary", "sev", "type", "agency", "detected",
                                       "attack_intrusion", "personal_information", "residents",
                                       "elements", "restricted", "drill"));
  for (const FormField& field : form.fields) {
    EXPECT_EQ(field.required, field.name == "title") << field.name;
  }
  EXPECT_EQ(Field(form, "sev").value, "SEV3");
  EXPECT_EQ(Field(form, "sev").choices[2].label, "SEV3 High");
  EXPECT_EQ(Field(form, "agency").value, "DOP");
  EXPECT_EQ(Field(form, "type").kind, FormField::Kind::kChoices);
  EXPECT_THAT(Values(Field(form, "type")),
              ElementsAre("CAT-12", "CAT-13", "CAT-13/TROJAN", "CAT-13/WORM"));
  EXPECT_THAT(Values(Field(form, "attack_intrusion")),
              ElementsAre("YES", "SUSPECTED", "NO", "UNKNOWN"));
  EXPECT_EQ(Field(form, "attack_intrusion").label, "Is it an attack or an intrusion?");

  *connection_->CreateIncident_answer->mutable_incident() = TestIncident();
  const CommandResult result = Send(form, {{"title", "Ransom \"note\""},
                                           {"summary", "three PCs\nroom 5 sev:1"},
                                           {"sev", "SEV2"},
                                           {"type", "CAT-13/TROJAN,CAT-12"},
                                           {"agency", "DOP"},
                                           {"attack_intrusion", "YES"},
                                           {"restricted", "no"},
                                           {"drill", ""}});
  ASSERT_TRUE(result.ok) << result.card.PlainText();
  const v1::CreateIncidentRequest& request = connection_->CreateIncident_request;
  EXPECT_EQ(request.title(), "Ransom \"note\"");
  EXPECT_EQ(request.summary(), "three PCs\nroom 5 sev:1");
  EXPECT_EQ(request.severity(), "SEV2");
  ASSERT_EQ(request.categories_size(), 2);
  EXPECT_EQ(request.categories(0).sub_values(0), "TROJAN");
  EXPECT_EQ(request.facts(0).value(), "YES");
  EXPECT_FALSE(request.drill());
}

TEST_F(RunFormsTest, AMessageBecomesAReportByItsForm) {
  const Form form = FormFor("open \"Mail is down\nsince seven\" reader:dop.iso form:yes");
  EXPECT_EQ(Field(form, "title").value, "Mail is down");
  EXPECT_EQ(Field(form, "summary").value, "Mail is down\nsince seven");
  // What the form has no field for is not lost.
  EXPECT_EQ(form.command, "open reader:\"dop.iso\" form:no");
}

TEST_F(RunFormsTest, ADrillIsOpenedAsOne) {
  const Form form = FormFor("drill open");
  EXPECT_EQ(form.command, "drill open form:no");
  EXPECT_TRUE(Send(form, {{"title", "Exercise"}}).ok);
  EXPECT_TRUE(connection_->CreateIncident_request.drill());
  EXPECT_EQ(connection_->CreateIncident_request.title(), "Exercise");
}

TEST_F(RunFormsTest, TheDailyStatusHasItsFieldsAndSaysWhomItReaches) {
  const Form form = FormFor("update agency:DOR at:13:05");
  EXPECT_EQ(form.title, "Daily status");
  EXPECT_THAT(Names(form), ElementsAre("conditions", "actions", "needs"));
  EXPECT_TRUE(Field(form, "conditions").required);
  EXPECT_FALSE(Field(form, "needs").required);
  EXPECT_EQ(Field(form, "conditions").kind, FormField::Kind::kText);
  EXPECT_THAT(form.intro, HasSubstr("DOP-2026-0007 · SEV3 · Ransom note"));
  EXPECT_EQ(form.context, "POL-5.18");
  EXPECT_EQ(form.command, absl::StrCat("update ", kId, " agency:\"DOR\" at:\"13:05\" form:no"));
  ASSERT_TRUE(Send(form, {{"conditions", "mail is down"}, {"actions", "locked\nneeds:\"x"}}).ok);
  const v1::SubmitDocumentRequest& request = connection_->SubmitDocument_request;
  EXPECT_EQ(request.entity(), "entities/dor");
  ASSERT_EQ(request.fields_size(), 2);
  EXPECT_EQ(request.fields(0).name(), "actions");
  EXPECT_EQ(request.fields(0).value(), "locked\nneeds:\"x");
}

TEST_F(RunFormsTest, ChoicesComeFromThePack) {
  const Form form = FormFor("document police");
  EXPECT_THAT(Names(form), ElementsAre("agency", "channel", "case_no", "evidence", "at"));
  EXPECT_EQ(Field(form, "channel").kind, FormField::Kind::kChoice);
  EXPECT_EQ(Field(form, "channel").choices[1].label, "In person");
  EXPECT_EQ(Field(form, "evidence").kind, FormField::Kind::kChoices);
  EXPECT_FALSE(Field(form, "case_no").required);
  EXPECT_THAT(Field(form, "case_no").hint, HasSubstr("needed if channel is EMAIL"));
  EXPECT_THAT(form.intro, HasSubstr("Counsel hears of it first."));
  EXPECT_THAT(form.intro, HasSubstr("Checked before it is sent: Counsel was told."));
}

TEST_F(RunFormsTest, WrongValuesComeBackByField) {
  const Form form = FormFor("document police");
  CommandResult result = Send(form, {{"agency", "State police"}, {"channel", "EMAIL"}});
  EXPECT_FALSE(result.form.has_value());
  EXPECT_THAT(
      result.field_errors,
      ElementsAre(testing::Pair("case_no", "This is needed if channel is EMAIL (POL-3.13).")));
  EXPECT_THAT(result.card.PlainText(), HasSubstr("case_no (POL-3.13) is missing"));

  result = Send(form, {{"agency", "x"}, {"channel", "PIGEON"}});
  ASSERT_EQ(result.field_errors.count("channel"), 1u);
  EXPECT_THAT(result.field_errors["channel"], HasSubstr("Possible: PHONE, IN_PERSON, EMAIL."));

  result = Send(form, {{"agency", "x"}, {"channel", "PHONE"}, {"at", "25:99"}});
  EXPECT_EQ(result.field_errors.count("at"), 1u);

  // Nothing filled in at all: the form is not asked for again.
  result = Send(form, {});
  EXPECT_FALSE(result.form.has_value());
  EXPECT_THAT(result.field_errors, ElementsAre(testing::Key("agency"), testing::Key("channel")));
  EXPECT_EQ(connection_->SubmitDocument_request.type(), "");
}

TEST_F(RunFormsTest, WhatTheServerRefusesComesBackByFieldToo) {
  const Form form = FormFor("document police");
  const FormValues values = {{"agency", "x"}, {"channel", "PHONE"}};
  connection_->SubmitDocument_answer =
      Refusal(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "agency: is a secret")
          .Field("agency", "is a secret")
          .Status();
  EXPECT_THAT(Send(form, values).field_errors, ElementsAre(testing::Pair("agency", "Is a secret")));
  connection_->SubmitDocument_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "DOCUMENT_INCOMPLETE", "lacks")
          .Violation("POL-1", "case_no", "Their case number is missing")
          .Violation("POL-1", "nowhere", "No such field")
          .Status();
  EXPECT_THAT(Send(form, values).field_errors,
              ElementsAre(testing::Pair("case_no", "Their case number is missing")));

  connection_->CreateIncident_answer =
      Refusal(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "no")
          .Field("detect_time", "is in the future")
          .Field("facts[1].value", "is not allowed")
          .Field("entity", "there is no entities/dox")
          .Field("policy", "is nothing the form asks")
          .Status();
  const CommandResult result =
      Send(FormFor("open"), {{"title", "x"}, {"attack_intrusion", "YES"}, {"residents", "5"}});
  EXPECT_THAT(result.field_errors, ElementsAre(testing::Pair("agency", "There is no entities/dox"),
                                               testing::Pair("detected", "Is in the future"),
                                               testing::Pair("residents", "Is not allowed")));
  EXPECT_THAT(result.card.PlainText(), HasSubstr("is nothing the form asks"));
}

TEST_F(RunFormsTest, ALineThatWasTypedHasNoFieldErrors) {
  EXPECT_THAT(Run("document police agency:x channel:pigeon").field_errors, IsEmpty());
}

TEST_F(RunFormsTest, ANoticeCarriesItsDocument) {
  const Form form = FormFor("notify 93H-AGO[dop]");
  EXPECT_EQ(form.command, absl::StrCat("notify ", kId, " 93H-AGO[dop] form:no"));
  EXPECT_THAT(Names(form), ElementsAre("nature", "residents", "text"));
  EXPECT_THAT(form.intro, HasSubstr("Goes to AGO;"));
  ASSERT_TRUE(Send(form, {{"nature", "stolen"}, {"residents", "5"}, {"text", "please read"}}).ok);
  EXPECT_EQ(connection_->SendObligationNotice_request.obligation(), "93H-AGO[dop]");
  EXPECT_EQ(connection_->SendObligationNotice_request.text(), "please read");

  // Nothing is needed for this one, so what was sent empty is sent.
  const Form bare = FormFor("notify CCIO-CSO-VIA-SCIO");
  EXPECT_THAT(Names(bare), ElementsAre("text"));
  EXPECT_TRUE(Send(bare, {}).ok);
  EXPECT_EQ(connection_->SendObligationNotice_request.obligation(), "CCIO-CSO-VIA-SCIO");
}

TEST_F(RunFormsTest, OneFormMayLeadToAnother) {
  const Form which = FormFor("decide");
  EXPECT_THAT(Values(which.fields[0]), ElementsAre("OLC", "EXEC_NOTIFY", "REMOVAL"));
  const Form form = FormFor(CompleteLine(which.command, {{"", "OLC"}}));
  EXPECT_EQ(form.command, absl::StrCat("decide ", kId, " OLC form:no"));
  EXPECT_THAT(Names(form), ElementsAre("", "reason"));
  EXPECT_TRUE(Field(form, "reason").required);
  EXPECT_THAT(Send(form, {{"", "YES"}}).field_errors, ElementsAre(testing::Key("reason")));
  ASSERT_TRUE(Send(form, {{"", "YES"}, {"reason", "a crime"}}).ok);
  EXPECT_EQ(connection_->RecordDecision_request.reason(), "a crime");
}

TEST_F(RunFormsTest, ARemovalNamesItsTargets) {
  const Form form = FormFor("decide removal");
  EXPECT_THAT(Names(form), ElementsAre("", "reason", "devices", "subnets", "safety"));
  EXPECT_THAT(Send(form, {{"", "REMOVE"}}).field_errors, ElementsAre(testing::Key("devices")));
  connection_->RecordDecision_answer =
      Refusal(absl::StatusCode::kFailedPrecondition, "PUBLIC_SAFETY_WARNING", "read the warning")
          .Status();
  EXPECT_THAT(Send(form, {{"", "REMOVE"}, {"devices", "ws-1, ws-2"}}).field_errors,
              ElementsAre(testing::Pair("safety", "Read the warning")));
  EXPECT_THAT(connection_->RecordDecision_request.removal_devices(), ElementsAre("ws-1", "ws-2"));
  Send(form, {{"", "REMOVE"}, {"devices", "ws-1"}, {"safety", "ack"}});
  EXPECT_TRUE(connection_->RecordDecision_request.public_safety_acknowledged());
}

TEST_F(RunFormsTest, SnoozingNeedsATimeAndAReason) {
  auto* duty = connection_->ListObligations_answer->add_obligations();
  duty->set_instance("DAILY-STATUS#2[dop]");
  duty->set_title("Daily status");
  duty->mutable_due_time()->set_seconds(absl::ToUnixSeconds(TestNow()) + 3 * 3600);
  Form form = FormFor("snooze");
  EXPECT_THAT(Values(form.fields[0]), ElementsAre("DAILY-STATUS#2[dop]"));
  form = FormFor("snooze DAILY-STATUS#2[dop]");
  EXPECT_THAT(Names(form), ElementsAre("for", "reason"));
  // Not beyond the deadline, which is in three hours.
  EXPECT_THAT(Values(Field(form, "for")), ElementsAre("30m", "1h", "2h"));
  EXPECT_THAT(Send(form, {{"for", "2h"}}).field_errors, ElementsAre(testing::Key("reason")));
  EXPECT_THAT(Send(form, {{"for", "3 days"}, {"reason", "x"}}).field_errors,
              ElementsAre(testing::Key("for")));
  ASSERT_TRUE(Send(form, {{"for", "2h"}, {"reason", "the report comes at noon"}}).ok);
  const v1::SnoozeObligationRequest& request = connection_->SnoozeObligation_request;
  EXPECT_EQ(request.obligation(), "DAILY-STATUS#2[dop]");
  EXPECT_EQ(request.until_time().seconds(), absl::ToUnixSeconds(TestNow()) + 7'200);
  EXPECT_EQ(request.reason(), "the report comes at noon");
}

TEST_F(RunFormsTest, DutiesThatCannotBeWaivedAreNotOffered) {
  for (const char* instance : {"93H-AGO[dop]", "DAILY-STATUS#2[dop]"}) {
    connection_->ListObligations_answer->add_obligations()->set_instance(instance);
  }
  const Form form = FormFor("waive");
  EXPECT_THAT(Values(form.fields[0]), ElementsAre("93H-AGO[dop]"));
  ASSERT_TRUE(Send(form, {{"", "93H-AGO[dop]"}, {"reason", "no residents"}}).ok);
  EXPECT_EQ(connection_->WaiveObligation_request.obligation(), "93H-AGO[dop]");
  EXPECT_EQ(connection_->WaiveObligation_request.reason(), "no residents");
}

TEST_F(RunFormsTest, AStepThatNeedsAReasonAsksForIt) {
  const Form form = FormFor("reopen");
  EXPECT_EQ(form.command, absl::StrCat("reopen ", kId, " form:no"));
  EXPECT_THAT(Names(form), ElementsAre("reason"));
  EXPECT_THAT(Send(form, {{"reason", " "}}).field_errors, ElementsAre(testing::Key("reason")));
  EXPECT_TRUE(Send(form, {{"reason", "new facts"}}).ok);
  EXPECT_EQ(connection_->TransitionIncident_request.reason(), "new facts");
  // A step that needs none is taken.
  EXPECT_TRUE(Run("declare").ok);
}

TEST_F(RunFormsTest, RecordsHaveForms) {
  EXPECT_TRUE(Send(FormFor("note"), {{"", "the log\nis saved at:99"}, {"at", "13:05"}}).ok);
  EXPECT_EQ(connection_->AddNote_request.text(), "the log\nis saved at:99");
  EXPECT_TRUE(Send(FormFor("sev"), {{"", "SEV2"}, {"reason", "payroll"}}).ok);
  EXPECT_EQ(connection_->ChangeSeverity_request.severity(), "SEV2");
  EXPECT_EQ(connection_->ChangeSeverity_request.reason(), "payroll");
  EXPECT_TRUE(Send(FormFor("type"), {{"", "CAT-12,CAT-13/WORM"}}).ok);
  EXPECT_EQ(connection_->AssignCategories_request.categories_size(), 2);
  EXPECT_TRUE(Send(FormFor("ticket"), {{"", "E2E:INC7"}}).ok);
  EXPECT_EQ(connection_->LinkTicket_request.ticket().number(), "INC7");
  EXPECT_TRUE(Send(FormFor("agency"), {{"", "DOR"}, {"as", "potential"}}).ok);
  EXPECT_EQ(connection_->AddEntity_request.entity().relation(),
            v1::IncidentEntity::RELATION_POTENTIAL);
  EXPECT_TRUE(Send(FormFor("lead"), {{"", "@dop.contact"}}).ok);
  EXPECT_EQ(connection_->UpdateIncident_request.incident().lead(), "people/dop.contact");
  EXPECT_THAT(connection_->UpdateIncident_request.update_mask().paths(), ElementsAre("lead"));
  EXPECT_TRUE(Send(FormFor("fact"), {{"attack_intrusion", "NO"}, {"reason", "seen"}}).ok);
  EXPECT_EQ(connection_->RecordFacts_request.facts(0).value(), "NO");
  EXPECT_THAT(Send(FormFor("lead"), {{"", "Jane Doe"}}).field_errors,
              ElementsAre(testing::Key("")));
}

TEST_F(RunFormsTest, EscalatingOffersLevelsAndRoles) {
  const Form form = FormFor("escalate to:scio");
  EXPECT_THAT(Values(Field(form, "to")), ElementsAre("PC", "SCIO", "CSIRT_H"));
  EXPECT_EQ(Field(form, "to").value, "SCIO");
  ASSERT_TRUE(Send(form, {{"to", "SCIO"}, {"reason", "nobody answers"}}).ok);
  EXPECT_THAT(connection_->EscalateIncident_request.roles(), ElementsAre("SCIO"));
}

TEST_F(RunFormsTest, NothingOfARestrictedIncidentStandsInAForm) {
  connection_->GetIncident_answer->mutable_incident()->set_restricted(true);
  for (const char* line :
       {"update", "followup", "note", "sev", "escalate", "decide OLC", "fact", "waive 93H-AGO"}) {
    const Form form = FormFor(line);
    std::string all = absl::StrCat(form.title, form.intro, form.context);
    for (const FormField& field : form.fields) absl::StrAppend(&all, field.hint, field.value);
    EXPECT_THAT(all, Not(HasSubstr("Ransom"))) << line;
    EXPECT_THAT(all, Not(HasSubstr("SEV3"))) << line;
    EXPECT_THAT(form.intro, HasSubstr("DOP-2026-0007 · restricted")) << line;
  }
}

TEST_F(RunFormsTest, AnIncidentThatOneMayNotSeeHasNoForm) {
  connection_->GetIncident_answer =
      Refusal(absl::StatusCode::kNotFound, "INCIDENT_NOT_FOUND", "no such incident").Status();
  const CommandResult result = Run("update");
  EXPECT_FALSE(result.form.has_value());
  EXPECT_EQ(result.card.title, "There is no incident DOP-2026-0007");
}

TEST_F(RunFormsTest, WhereNoIncidentIsKnownItIsAskedFirst) {
  context_.incident.clear();
  v1::ListIncidentsResponse page;
  *page.add_incidents() = TestIncident();
  connection_->pages = {page};
  const CommandResult result = Run("update");
  EXPECT_FALSE(result.form.has_value());
  ASSERT_EQ(result.card.buttons.size(), 1u);
  EXPECT_EQ(result.card.buttons[0].command, "update DOP-2026-0007");
  EXPECT_TRUE(result.card.buttons[0].form);
}

TEST_F(RunFormsTest, TheCardBesideAFormOpensItAgain) {
  const CommandResult result = Run("update");
  ASSERT_EQ(result.card.buttons.size(), 1u);
  EXPECT_EQ(result.card.buttons[0].command, "update DOP-2026-0007");
  EXPECT_TRUE(result.card.buttons[0].form);
  EXPECT_THAT(result.card.hints,
              ElementsAre("/incident update DOP-2026-0007 conditions:\"…\" actions:\"…\""));
}

TEST_F(RunFormsTest, FollowupsBeginWithWhatIsKnown) {
  connection_->GetIncident_answer->mutable_incident()->set_summary("Three PCs, room 5");
  EXPECT_EQ(Field(FormFor("followup"), "description").value, "Three PCs, room 5");
}

}  // namespace
}  // namespace belfry::chat
