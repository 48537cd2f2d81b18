// DocumentService over the API: who sees what of papers, in which format, and where they went.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/sha256.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string ReasonOf(const absl::Status& status) { return client::DescribeError(status).reason; }

class DocumentServiceTest : public ::testing::Test {
 protected:
  DocumentServiceTest() : incident_(server_.Open()) {}

  v1::SubmitDocumentRequest FollowUp() const {
    v1::SubmitDocumentRequest request;
    request.set_name(incident_);
    request.set_type("FOLLOWUP");
    for (const char* name : {"summary", "impact", "actions", "next"}) {
      v1::DocumentField* field = request.add_fields();
      field->set_name(name);
      field->set_value(absl::StrCat("what is said of <", name, ">"));
    }
    return request;
  }
  // The name of the newest document.
  std::string Newest() const {
    v1::ListDocumentsRequest request;
    request.set_name(incident_);
    const auto listed = server_.As("csirt.handler").ListDocuments(request);
    EXPECT_THAT(listed, IsOk());
    if (!listed.ok() || listed->documents().empty()) return "";
    return listed->documents(listed->documents_size() - 1).name();
  }
  absl::StatusOr<v1::RenderDocumentResponse> Render(
      const std::string& who, const std::string& name,
      v1::DocumentFormat format = v1::DOCUMENT_FORMAT_TEXT) const {
    v1::RenderDocumentRequest request;
    request.set_name(name);
    request.set_format(format);
    return server_.As(who).RenderDocument(request);
  }

  TestServer server_;
  const std::string incident_;
};

TEST_F(DocumentServiceTest, ADocumentIsTheSameForEverAndInEveryFormat) {
  ASSERT_THAT(server_.As("dop.contact").SubmitDocument(FollowUp()), IsOk());
  const std::string name = Newest();
  const auto text = Render("dop.contact", name);
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(text->content(), HasSubstr("what is said of <impact>"));
  EXPECT_EQ(text->sha256(), Sha256(text->content()));
  EXPECT_THAT(text->fields(), SizeIs(4));
  const auto html = Render("dop.contact", name, v1::DOCUMENT_FORMAT_HTML);
  const auto pdf = Render("dop.contact", name, v1::DOCUMENT_FORMAT_PDF);
  ASSERT_THAT(html, IsOk());
  ASSERT_THAT(pdf, IsOk());
  EXPECT_THAT(html->content(), HasSubstr("what is said of &lt;impact&gt;"));
  EXPECT_TRUE(absl::StartsWith(pdf->content(), "%PDF-"));
  EXPECT_EQ(pdf->recorded_sha256(), text->recorded_sha256());
  EXPECT_TRUE(absl::EndsWith(pdf->file_name(), ".pdf"));
  // What happens later changes nothing of it.
  v1::UpdateIncidentRequest update;
  update.mutable_incident()->set_name(incident_);
  update.mutable_incident()->set_title("Another title");
  update.mutable_update_mask()->add_paths("title");
  ASSERT_THAT(server_.As("csirt.handler").UpdateIncident(update), IsOk());
  server_.Restart();
  const auto again = Render("dop.contact", name, v1::DOCUMENT_FORMAT_PDF);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->content(), pdf->content());
}

TEST_F(DocumentServiceTest, SaysWhereItWent) {
  ASSERT_THAT(server_.As("dop.contact").SubmitDocument(FollowUp()), IsOk());
  const auto rendered = Render("dop.contact", Newest());
  ASSERT_THAT(rendered, IsOk());
  std::vector<std::string> targets;
  for (const auto& one : rendered->deliveries()) targets.push_back(one.target());
  EXPECT_THAT(targets, Contains("people/csirt.handler"));
}

TEST_F(DocumentServiceTest, APreviewFillsFromTheRecordAndRecordsNothing) {
  v1::PreviewDocumentRequest request;
  request.set_name(incident_);
  request.set_type("followup");
  request.set_format(v1::DOCUMENT_FORMAT_TEXT);
  const auto preview = server_.As("dop.contact").PreviewDocument(request);
  ASSERT_THAT(preview, IsOk());
  EXPECT_THAT(preview->prefilled(), Contains("summary"));
  EXPECT_THAT(preview->content(), HasSubstr("DRAFT"));
  ASSERT_THAT(preview->missing(), SizeIs(3));
  EXPECT_EQ(preview->missing(0).field(), "impact");
  EXPECT_THAT(preview->missing(0).clauses(), Contains("POL-5.17"));
  v1::ListDocumentsRequest list;
  list.set_name(incident_);
  EXPECT_THAT(server_.As("dop.contact").ListDocuments(list)->drafts(), IsEmpty());
}

TEST_F(DocumentServiceTest, OtherAgenciesLearnNothing) {
  ASSERT_THAT(server_.As("dop.contact").SubmitDocument(FollowUp()), IsOk());
  const std::string name = Newest();
  EXPECT_EQ(ReasonOf(Render("bor.contact", name).status()), "INCIDENT_NOT_FOUND");
  EXPECT_EQ(Render("bor.contact", name).status().message(),
            Render("bor.contact", absl::StrCat(incident_, "/documents/9999")).status().message());
  // An event that is no document is none.
  EXPECT_EQ(ReasonOf(Render("dop.contact", absl::StrCat(incident_, "/documents/1")).status()),
            "DOCUMENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Render("dop.contact", absl::StrCat(incident_, "/documents/x")).status()),
            "FIELD_INVALID");
  EXPECT_EQ(ReasonOf(Render("dop.contact", "documents/1").status()), "FIELD_INVALID");
  EXPECT_EQ(
      ReasonOf(Render("dop.contact", absl::StrCat(incident_, "/drafts/FOLLOWUP.dop")).status()),
      "DOCUMENT_NOT_FOUND");
}

TEST_F(DocumentServiceTest, DraftsGoThroughTheApi) {
  v1::DraftDocumentRequest request;
  request.set_name(incident_);
  request.set_type("FOLLOWUP");
  request.set_request_id("0190b3f2-0000-7000-8000-000000000001");
  *request.mutable_fields() = FollowUp().fields();
  const auto draft = server_.As("dop.contact").DraftDocument(request);
  ASSERT_THAT(draft, IsOk());
  EXPECT_EQ(draft->draft().name(), absl::StrCat(incident_, "/drafts/FOLLOWUP.dop"));
  EXPECT_TRUE(draft->has_receipt());
  EXPECT_TRUE(server_.As("dop.contact").DraftDocument(request)->replayed());
  const auto page = Render("dop.contact", draft->draft().name(), v1::DOCUMENT_FORMAT_HTML);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->content(), HasSubstr("It was not sent"));
  v1::SubmitDocumentRequest send;
  send.set_name(incident_);
  send.set_draft(draft->draft().name());
  send.set_draft_revision(draft->draft().revision());
  ASSERT_THAT(server_.As("dop.contact").SubmitDocument(send), IsOk());
  EXPECT_EQ(ReasonOf(server_.As("dop.contact").SubmitDocument(send).status()), "DRAFT_NOT_FOUND");
}

}  // namespace
}  // namespace belfry::testing
