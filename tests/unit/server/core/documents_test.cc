// Papers in the core: drafts, approvals, amendments, and what is written in them.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/document_checks.h"
#include "server/core/document_values.h"
#include "server/core/policy/document_sample.h"
#include "server/core/policy/lint.h"
#include "server/core/policy/read.h"
#include "server/paper/markup.h"
#include "server/paper/template.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Pairs = std::vector<std::pair<std::string, std::string>>;

const Pairs kNotice = {{"to", "BOTH"},
                       {"nature", "mail server encrypted"},
                       {"data_kinds", "NONE_IDENTIFIED"},
                       {"procedures", "established"},
                       {"consulted", "the SCIO"},
                       {"contact", "the primary contact"}};

void Fill(const Pairs& pairs, google::protobuf::RepeatedPtrField<v1::DocumentField>& fields) {
  for (const auto& [name, value] : pairs) {
    v1::DocumentField* field = fields.Add();
    field->set_name(name);
    field->set_value(value);
  }
}

class DocumentsTest : public ::testing::Test {
 protected:
  DocumentsTest() {
    EXPECT_THAT(world_.Open("dop.contact", "", "SEV3"), IsOk());
    world_.Triage();
    EXPECT_THAT(world_.Ack("eox.scio"), IsOk());
  }

  absl::Status DraftIt(const std::string& who, const std::string& type, const Pairs& pairs,
                       int64_t revision = 0) {
    v1::DraftDocumentRequest request;
    request.set_type(type);
    request.set_revision(revision);
    Fill(pairs, *request.mutable_fields());
    return world_.Act(who, std::move(request));
  }
  absl::Status Approve(const std::string& who, const std::string& draft, int64_t revision = 0) {
    v1::ApproveDocumentRequest request;
    request.set_name(absl::StrCat("incidents/", world_.state().id(), "/drafts/", draft));
    request.set_revision(revision);
    return world_.Act(who, std::move(request));
  }
  absl::Status Send(const std::string& who, const std::string& draft) {
    v1::SubmitDocumentRequest request;
    request.set_draft(absl::StrCat("incidents/", world_.state().id(), "/drafts/", draft));
    return world_.Act(who, std::move(request));
  }
  const record::v1::DraftRow& TheDraft() const { return world_.state().drafts(0); }
  const record::v1::DocumentSubmitted& Sent() const {
    for (auto event = world_.events().rbegin(); event != world_.events().rend(); ++event) {
      if (event->has_document_submitted()) return event->document_submitted();
    }
    return record::v1::DocumentSubmitted::default_instance();
  }

  CoreWorld world_;
};

TEST_F(DocumentsTest, ADraftIsApprovedAsItStandsAndSent) {
  ASSERT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", kNotice), IsOk());
  EXPECT_THAT(Send("dop.contact", "WRITTEN_NOTICE.dop"), RefusedBecause("APPROVAL_NEEDED", "SCIO"));
  EXPECT_THAT(Approve("dop.iso", "WRITTEN_NOTICE.dop"), RefusedBecause("ROLE_REQUIRED", "SCIO"));
  const int64_t first = TheDraft().revision();
  ASSERT_THAT(Approve("eox.scio", "WRITTEN_NOTICE.dop", first), IsOk());
  // A change of a word voids it.
  Pairs changed = kNotice;
  changed[1].second = "mail and file servers encrypted";
  ASSERT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", changed, first), IsOk());
  EXPECT_THAT(TheDraft().approvals(), IsEmpty());
  EXPECT_THAT(Send("dop.contact", "WRITTEN_NOTICE.dop"), RefusedBecause("APPROVAL_NEEDED", ""));
  EXPECT_THAT(Approve("eox.scio", "WRITTEN_NOTICE.dop", first),
              RefusedBecause("DRAFT_CHANGED", "revision"));
  ASSERT_THAT(Approve("eox.scio", "WRITTEN_NOTICE.dop", TheDraft().revision()), IsOk());
  ASSERT_THAT(Send("dop.contact", "WRITTEN_NOTICE.dop"), IsOk());
  EXPECT_THAT(world_.state().drafts(), IsEmpty());
  ASSERT_EQ(Sent().approvals_size(), 1);
  EXPECT_EQ(Sent().approvals(0).person(), "people/eox.scio");
  EXPECT_THAT(Sent().content(), HasSubstr("mail and file servers encrypted"));
  EXPECT_THAT(Sent().content(), HasSubstr("Approved by"));
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(DocumentsTest, WhoseApprovalItNeedsMaySendItAtOnce) {
  EXPECT_THAT(world_.Document("dop.contact", "WRITTEN_NOTICE", kNotice),
              RefusedBecause("APPROVAL_NEEDED", "draft"));
  EXPECT_THAT(world_.Document("eox.scio", "WRITTEN_NOTICE", kNotice), IsOk());
}

TEST_F(DocumentsTest, ApproversAreAskedOnceNothingIsMissing) {
  ASSERT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", {{"to", "BOTH"}}), IsOk());
  EXPECT_THAT(world_.fresh()[0].document_drafted().asked_people(), IsEmpty());
  EXPECT_THAT(Approve("eox.scio", "WRITTEN_NOTICE.dop"),
              RefusedBecause("DOCUMENT_INCOMPLETE", "nature (nature and circumstances; POL-3.16)"));
  ASSERT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", kNotice), IsOk());
  EXPECT_THAT(world_.fresh()[0].document_drafted().asked_people(), ElementsAre("people/eox.scio"));
  std::vector<std::string> told;
  for (const auto& notice : world_.notices()) told.push_back(notice.target);
  EXPECT_THAT(told, Contains("people/eox.scio"));
  // The same again changes nothing and asks nobody.
  ASSERT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", kNotice), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
}

TEST_F(DocumentsTest, WrongValuesAreNotEvenDrafted) {
  EXPECT_THAT(DraftIt("dop.contact", "WRITTEN_NOTICE", {{"to", "EVERYBODY"}}),
              RefusedBecause("FIELD_INVALID", "to"));
  EXPECT_THAT(DraftIt("dop.contact", "RESIDENT_NOTICE",
                      {{"batch", "FINAL"}, {"letter", "hackers took the data of 312 residents"}}),
              RefusedBecause("FIELD_INVALID", "LAW-93H-3b-res"));
  EXPECT_THAT(DraftIt("dop.clerk", "FOLLOWUP", {}), RefusedBecause("ROLE_REQUIRED", ""));
}

TEST_F(DocumentsTest, ADraftIsDiscardedWithAReason) {
  ASSERT_THAT(DraftIt("dop.contact", "FOLLOWUP", {{"summary", "x"}}), IsOk());
  v1::DiscardDraftRequest request;
  request.set_name(absl::StrCat("incidents/", world_.state().id(), "/drafts/FOLLOWUP.dop"));
  EXPECT_THAT(world_.Act("dop.contact", request), RefusedBecause("FIELD_INVALID", "reason"));
  request.set_reason("written elsewhere");
  ASSERT_THAT(world_.Act("dop.contact", request), IsOk());
  EXPECT_THAT(world_.state().drafts(), IsEmpty());
  EXPECT_THAT(world_.Act("dop.contact", request), RefusedBecause("DRAFT_NOT_FOUND", "documents"));
}

TEST_F(DocumentsTest, WhatWasSentIsAmendedOnceAndNeverChanged) {
  ASSERT_THAT(world_.FollowUp("dop.contact"), IsOk());
  const record::v1::DocumentRow first =
      world_.state().documents(world_.state().documents_size() - 1);
  v1::SubmitDocumentRequest request;
  request.set_type("FOLLOWUP");
  Fill({{"summary", "corrected"}, {"impact", "i"}, {"actions", "a"}, {"next", "n"}},
       *request.mutable_fields());
  request.set_amends(core::DocumentName(world_.state(), first.event_version()));
  ASSERT_THAT(world_.Act("dop.contact", request), IsOk());
  EXPECT_EQ(Sent().number(), 2);
  EXPECT_THAT(Sent().content(), HasSubstr(absl::StrCat("documents/", first.event_version())));
  EXPECT_EQ(core::FindDocumentRow(world_.state(), first.event_version())->amended_by(),
            world_.state().documents(world_.state().documents_size() - 1).event_version());
  EXPECT_THAT(world_.Act("dop.contact", request),
              RefusedBecause("FIELD_INVALID", "was amended by"));
  request.set_amends(core::DocumentName(world_.state(), 1));
  EXPECT_THAT(world_.Act("dop.contact", request), RefusedBecause("FIELD_INVALID", "is no"));
}

TEST_F(DocumentsTest, ADraftStandsInPlaceOfFields) {
  ASSERT_THAT(DraftIt("dop.contact", "FOLLOWUP", {{"summary", "x"}}), IsOk());
  v1::SubmitDocumentRequest request;
  request.set_draft("FOLLOWUP.dop");
  request.set_type("FOLLOWUP");
  EXPECT_THAT(world_.Act("dop.contact", request), RefusedBecause("FIELD_INVALID", "draft"));
  EXPECT_THAT(Send("dop.contact", "FOLLOWUP.dop"), RefusedBecause("DOCUMENT_INCOMPLETE", "impact"));
}

// Templates are checked against a sample; what a record gives has to have the same names.
void SameNames(const paper::Value& sample, const paper::Value& real, const std::string& path) {
  if (const auto* group = std::get_if<paper::Value::Group>(&sample.get())) {
    const auto* other = std::get_if<paper::Value::Group>(&real.get());
    ASSERT_NE(other, nullptr) << path;
    for (const auto& [name, value] : *group) {
      ASSERT_EQ(other->count(name), 1u) << path << "." << name;
      SameNames(value, other->at(name), absl::StrCat(path, ".", name));
    }
    EXPECT_EQ(group->size(), other->size()) << path;
  } else if (const auto* list = std::get_if<paper::Value::List>(&sample.get())) {
    const auto* other = std::get_if<paper::Value::List>(&real.get());
    ASSERT_NE(other, nullptr) << path;
    if (!other->empty()) SameNames(list->at(0), other->at(0), path + "[0]");
  }
}

TEST_F(DocumentsTest, EveryTypeIsWrittenWithAllThatItNeeds) {
  for (const policy::v1::DocumentType& type : world_.policy().proto().documents()) {
    core::DocumentFacts facts{type, "entities/dop", "people/dop.contact"};
    for (const auto& field : type.fields()) {
      v1::DocumentField* value = facts.fields.Add();
      value->set_name(field.name());
      value->set_value(absl::StrCat("<", type.code(), "/", field.name(), ">"));
    }
    facts.recipients = {"people/csirt.handler"};
    facts.name = "DOP-2026-0001/documents/1";
    SameNames(core::DocumentSample(world_.policy().proto(), type),
              core::DocumentValues(world_.context(), world_.state(), facts), type.code());
    const std::string content = core::DocumentContent(world_.context(), world_.state(), facts);
    const auto nodes = paper::ParseMarkup(content);
    ASSERT_TRUE(nodes.ok()) << type.code() << ": " << nodes.status() << "\n" << content;
    for (const auto& field : type.fields()) {
      if (!field.required()) continue;
      EXPECT_THAT(content, HasSubstr(absl::StrCat("&lt;", type.code(), "/", field.name(), "&gt;")));
    }
    // The letter to residents must not tell what happened.
    if (type.code() == "RESIDENT_NOTICE") {
      EXPECT_THAT(content, Not(HasSubstr(world_.state().title())));
      EXPECT_THAT(content, Not(HasSubstr(world_.state().id())));
    }
  }
}

TEST_F(DocumentsTest, TheRecordFillsWhatItKnows) {
  const auto* type = world_.policy().FindDocument("WRITTEN_NOTICE");
  core::DocumentFacts facts{*type, "entities/dop", "people/dop.contact"};
  const auto prefilled = [&](const std::string& name) {
    for (const auto& field : type->fields()) {
      if (field.name() == name) {
        return core::Prefilled(world_.context(), world_.state(), facts, field);
      }
    }
    return std::string("?");
  };
  EXPECT_THAT(prefilled("nature"), HasSubstr(world_.state().title()));
  EXPECT_THAT(prefilled("times"), HasSubstr("2026"));
  EXPECT_EQ(prefilled("data_kinds"), "");
}

std::vector<std::string> Findings(const std::string& from, const std::string& to) {
  std::string text = ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::vector<std::string> messages;
  for (const core::Finding& finding : core::CheckPolicyText(text)) {
    messages.push_back(finding.message);
  }
  return messages;
}

TEST(DocumentTemplateLintTest, RefusesTemplatesThatCannotBeFilled) {
  EXPECT_THAT(Findings("<p>{{fields.summary}}</p>", "<p>{{fields.sumary}}</p>"),
              ::testing::IsSupersetOf(
                  {HasSubstr("names \"fields.sumary\""), HasSubstr("leaves out fields.summary")}));
  EXPECT_THAT(Findings("<h1>Follow-up report</h1>", "<h1>Follow-up report</h2>"),
              Contains(HasSubstr("gives no document for FOLLOWUP")));
  EXPECT_THAT(Findings("<h1>Follow-up report</h1>", "<h1>{{{fields.next}}}</h1>"),
              Contains(HasSubstr("gives no document for FOLLOWUP")));
  EXPECT_THAT(Findings("<h1>Follow-up report</h1>", "{{#rows}}"),
              Contains(HasSubstr("is no mustache")));
  EXPECT_THAT(
      Findings("<h1>Notice about your personal information</h1>", "<h1>{{incident.title}}</h1>"),
      Contains(HasSubstr("tells more than RESIDENT_NOTICE may say")));
  EXPECT_THAT(Findings("template: \"FOLLOWUP\"", "template: \"FOLOWUP\""),
              Contains(HasSubstr("there is no template \"FOLOWUP\"")));
  EXPECT_THAT(Findings("prefill: \"{{policy.title}}\"", "prefill: \"{{policy.titel}}\""),
              Contains(HasSubstr("names \"policy.titel\"")));
}

}  // namespace
}  // namespace belfry::testing
