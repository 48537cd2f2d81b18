// `evidence` as it is typed, what is sent for it, and what is shown.
#include <memory>
#include <string>
#include <vector>

#include "client-lib/chat/evidence_name.h"
#include "client-lib/chat/run.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/cli/evidence_commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using v1::CustodyEntry;
using v1::Evidence;

constexpr char kItem[] = "incidents/DOP-2026-0007/evidence/3";

// Takes every method on items; answers with the same one.
class EvidenceConnection final : public FakeConnection {
 public:
  Evidence item;

#define EVIDENCE_METHOD(Method)                                                      \
  v1::Method##Request Method##_request;                                              \
  absl::StatusOr<v1::Method##Response> Method(const v1::Method##Request& request,    \
                                              const client::CallOptions&) override { \
    calls.push_back(#Method);                                                        \
    Method##_request = request;                                                      \
    v1::Method##Response response;                                                   \
    *response.mutable_evidence() = item;                                             \
    return response;                                                                 \
  }
  EVIDENCE_METHOD(CreateEvidence)
  EVIDENCE_METHOD(GetEvidence)
  EVIDENCE_METHOD(RecordCustody)
  EVIDENCE_METHOD(ConfirmTransfer)
  EVIDENCE_METHOD(SetLegalHold)
  EVIDENCE_METHOD(DestroyEvidence)
  EVIDENCE_METHOD(DecideDestruction)
  EVIDENCE_METHOD(VerifyEvidence)
#undef EVIDENCE_METHOD

  v1::ListEvidenceResponse list;
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(const v1::ListEvidenceRequest& request,
                                                        const client::CallOptions&) override {
    calls.push_back("ListEvidence " + request.parent());
    return list;
  }
  v1::ListCustodyResponse custody;
  absl::StatusOr<v1::ListCustodyResponse> ListCustody(const v1::ListCustodyRequest& request,
                                                      const client::CallOptions&) override {
    calls.push_back("ListCustody " + request.parent());
    return custody;
  }
};

class RunEvidenceTest : public testing::Test {
 protected:
  RunEvidenceTest() {
    context_.act_for = "people/dop.responder";
    context_.via = "slack";
    context_.request_id = "r1";
    context_.now = TestNow();
    context_.root = "/incident";
    *connection_->GetIncident_answer->mutable_incident() = TestIncident();
    Evidence& item = connection_->item;
    item.set_name(kItem);
    item.set_evidence_no("DOP-2026-0007-E3");
    item.set_kind(Evidence::KIND_IMAGE);
    item.set_description("disk of ws-14");
    item.set_state(Evidence::STATE_HELD);
    item.set_custodian("people/dop.iso");
    item.set_tlp("TLP:AMBER");
  }

  CommandResult Run(const std::string& line) { return runner_.Run(context_, line); }
  // Refused before anything is sent.
  std::string RefusedHere(const std::string& line) {
    runner_.Run(context_, "help");  // fetches the pack
    const auto calls = connection_->calls.size();
    const CommandResult result = Run(line);
    EXPECT_TRUE(IsUsageError(result.status)) << line;
    EXPECT_EQ(connection_->calls.size(), calls) << line;
    return result.card.PlainText();
  }

  std::shared_ptr<EvidenceConnection> connection_ = std::make_shared<EvidenceConnection>();
  CommandRunner runner_{client::Client(connection_)};
  CommandContext context_;
};

TEST(EvidenceNameTest, IsReadAsPeopleTypeIt) {
  for (const char* text :
       {"DOP-2026-0007-E3", "dop-2026-0007-e3", "incidents/DOP-2026-0007/evidence/3"}) {
    const auto item = ParseEvidenceNo(text);
    ASSERT_TRUE(item.has_value()) << text;
    EXPECT_EQ(item->Name(), kItem) << text;
  }
  for (const char* text : {"", "E3", "DOP-2026-0007", "DOP-2026-0007-E", "DOP-2026-0007-E0",
                           "DOP-2026-0007-E-1", "DOP-2026-0007-E3x", "x-E3"}) {
    EXPECT_FALSE(ParseEvidenceNo(text).has_value()) << text;
  }
  EXPECT_EQ(ParseItemNumber("e12"), 12);
  EXPECT_EQ(ParseItemNumber("12"), 12);
  for (const char* text : {"", "E", "E 1", "-1", "0", "99999999999"}) {
    EXPECT_FALSE(ParseItemNumber(text).has_value()) << text;
  }
}

TEST_F(RunEvidenceTest, AnItemIsRecordedWithWhatACourtAsksFor) {
  ASSERT_TRUE(Run("evidence add DOP-2026-0007 \"memory of ws-14\" kind:memory host:ws-14 rank:2 "
                  "tool:\"avml 0.14\" at:13:05 tlp:amber copy-of:E1")
                  .ok);
  const v1::CreateEvidenceRequest& request = connection_->CreateEvidence_request;
  EXPECT_EQ(request.parent(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_EQ(request.evidence().description(), "memory of ws-14");
  EXPECT_EQ(request.evidence().kind(), Evidence::KIND_MEMORY);
  EXPECT_EQ(request.evidence().source().hostname(), "ws-14");
  EXPECT_EQ(request.evidence().volatility_rank(), 2);
  EXPECT_EQ(request.evidence().collected().tool(), "avml 0.14");
  EXPECT_EQ(request.evidence().collected().time().seconds(),
            absl::ToUnixSeconds(TestNow() - absl::Hours(1)));
  EXPECT_TRUE(request.evidence().copy());
  EXPECT_EQ(request.evidence().parent(), "incidents/DOP-2026-0007/evidence/1");
  EXPECT_THAT(RefusedHere("evidence add DOP-2026-0007 kind:image"), HasSubstr("Say what it is"));
  EXPECT_THAT(RefusedHere("evidence add DOP-2026-0007 disk kind:floppy"), HasSubstr("floppy"));
  EXPECT_THAT(RefusedHere("evidence add DOP-2026-0007 disk kind:image rank:9"),
              HasSubstr("1 (registers) to 7"));
}

TEST_F(RunEvidenceTest, StepsOfCustodyNameItemAndTaker) {
  ASSERT_TRUE(Run("evidence transfer DOP-2026-0007-E3 to:@dop.lab carrier:\"UPS 1Z\" analysis").ok);
  const v1::RecordCustodyRequest& request = connection_->RecordCustody_request;
  EXPECT_EQ(request.name(), kItem);
  EXPECT_EQ(request.entry().kind(), CustodyEntry::KIND_TRANSFERRED);
  EXPECT_EQ(request.entry().to(), "people/dop.lab");
  EXPECT_EQ(request.entry().carrier(), "UPS 1Z");
  EXPECT_EQ(request.entry().purpose(), "analysis");
  ASSERT_TRUE(Run("evidence transfer DOP-2026-0007-E3 to:\"Vendor lab, J. Doe\" analysis").ok);
  EXPECT_EQ(request.entry().to(), "Vendor lab, J. Doe");
  ASSERT_TRUE(Run("evidence release DOP-2026-0007-E3 to:\"State Police\" case 77").ok);
  EXPECT_EQ(request.entry().kind(), CustodyEntry::KIND_RELEASED_TO_LAW_ENFORCEMENT);
  EXPECT_EQ(request.entry().to(), "State Police");
  ASSERT_TRUE(Run("evidence seal DOP-2026-0007-E3 seal:4711").ok);
  EXPECT_EQ(request.entry().kind(), CustodyEntry::KIND_SEALED);
  EXPECT_EQ(request.entry().seal_no(), "4711");
  EXPECT_THAT(RefusedHere("evidence transfer DOP-2026-0007-E3 analysis"), HasSubstr("to whom"));
  EXPECT_THAT(RefusedHere("evidence transfer DOP-2026-0007 to:@dop.lab"), HasSubstr("which item"));
  EXPECT_THAT(RefusedHere("evidence eat DOP-2026-0007-E3"), HasSubstr("Say what"));
}

TEST_F(RunEvidenceTest, TransfersAreAcceptedOrRefusedWithAReason) {
  ASSERT_TRUE(Run("evidence accept DOP-2026-0007-E3 place:\"lab, locker 3\"").ok);
  EXPECT_TRUE(connection_->ConfirmTransfer_request.accept());
  EXPECT_EQ(connection_->ConfirmTransfer_request.place(), "lab, locker 3");
  EXPECT_THAT(RefusedHere("evidence refuse DOP-2026-0007-E3"), HasSubstr("Say why"));
  ASSERT_TRUE(Run("evidence refuse DOP-2026-0007-E3 the seal is broken").ok);
  EXPECT_FALSE(connection_->ConfirmTransfer_request.accept());
  EXPECT_EQ(connection_->ConfirmTransfer_request.note(), "the seal is broken");
}

TEST_F(RunEvidenceTest, AHoldIsForOneItemOrForAll) {
  const v1::SetLegalHoldRequest& request = connection_->SetLegalHold_request;
  ASSERT_TRUE(Run("evidence hold DOP-2026-0007-E3 Letter of 24 November").ok);
  EXPECT_EQ(request.name(), kItem);
  EXPECT_TRUE(request.hold());
  EXPECT_EQ(request.reason(), "Letter of 24 November");
  ASSERT_TRUE(Run("evidence unhold DOP-2026-0007 Settled").ok);
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_FALSE(request.hold());
  // A number that a reason begins with is no item.
  ASSERT_TRUE(Run("evidence hold DOP-2026-0007 3 letters of counsel").ok);
  EXPECT_EQ(request.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(request.reason(), "3 letters of counsel");
  EXPECT_THAT(RefusedHere("evidence hold DOP-2026-0007-E3"), HasSubstr("Say why"));
}

TEST_F(RunEvidenceTest, DestructionNamesMethodAndReason) {
  EXPECT_THAT(RefusedHere("evidence destroy DOP-2026-0007-E3 no longer needed"),
              HasSubstr("method:SHREDDED"));
  ASSERT_TRUE(Run("evidence destroy DOP-2026-0007-E3 method:ERASED kept long enough").ok);
  EXPECT_EQ(connection_->DestroyEvidence_request.method(), "ERASED");
  EXPECT_EQ(connection_->DestroyEvidence_request.reason(), "kept long enough");
  ASSERT_TRUE(Run("evidence approve DOP-2026-0007-E3").ok);
  EXPECT_TRUE(connection_->DecideDestruction_request.approve());
  EXPECT_THAT(RefusedHere("evidence deny DOP-2026-0007-E3"), HasSubstr("Say why"));
}

TEST_F(RunEvidenceTest, CardsShowWhereItIsAndWhatStandsAgainstIt) {
  Evidence& item = connection_->item;
  v1::LegalHold* hold = item.add_holds();
  hold->set_reason("a crime is suspected");
  hold->add_clauses("POL-3.12");
  EXPECT_THAT(Run("evidence show DOP-2026-0007-E3").card.PlainText(),
              testing::AllOf(HasSubstr("held, with dop.iso"), HasSubstr("disk of ws-14"),
                             HasSubstr("a crime is suspected (POL-3.12)")));
  item.set_integrity_alert(true);
  EXPECT_THAT(Run("evidence verify DOP-2026-0007-E3").card.title, HasSubstr("NOT what was stored"));
  item.set_state(Evidence::STATE_IN_TRANSFER);
  item.set_transfer_to("people/dop.lab");
  EXPECT_THAT(Run("evidence show DOP-2026-0007-E3").card.PlainText(),
              testing::AllOf(HasSubstr("on its way to dop.lab, not confirmed"),
                             HasSubstr("/incident evidence accept DOP-2026-0007-E3")));
  *connection_->list.add_evidence() = item;
  const std::string list = Run("evidence list DOP-2026-0007").card.PlainText();
  EXPECT_THAT(list, HasSubstr("1 item of evidence"));
  EXPECT_THAT(list, HasSubstr("E3"));
  CustodyEntry* entry = connection_->custody.add_entries();
  entry->set_seq(2);
  entry->set_kind(CustodyEntry::KIND_TRANSFERRED);
  entry->set_to("people/dop.lab");
  EXPECT_THAT(Run("evidence custody DOP-2026-0007-E3").card.PlainText(), HasSubstr("transferred"));
  EXPECT_THAT(connection_->calls, Contains("ListCustody incidents/DOP-2026-0007/evidence/3"));
}

// In a channel others read along.
TEST_F(RunEvidenceTest, RedItemsAreNotShownWhereOthersRead) {
  connection_->item.set_tlp("TLP:RED");
  *connection_->list.add_evidence() = connection_->item;
  context_.public_place = true;
  for (const char* line : {"evidence show DOP-2026-0007-E3", "evidence list DOP-2026-0007"}) {
    const std::string text = Run(line).card.PlainText();
    EXPECT_THAT(text, Not(HasSubstr("ws-14"))) << line;
    EXPECT_THAT(text, HasSubstr("TLP:RED")) << line;
  }
}

TEST(EvidenceProgressTest, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(
      cli::ProgressLine({"sending", int64_t{512} << 20, int64_t{2} << 30}, 0, absl::Seconds(1)),
      "sending  512.0 MiB of 2.0 GiB  25 %  512.0 MiB/s  3 s left");
  // What was there before the break was not sent by this run.
  EXPECT_EQ(cli::ProgressLine({"sending", int64_t{1} << 30, int64_t{2} << 30}, int64_t{512} << 20,
                              absl::Seconds(1)),
            "sending  1.0 GiB of 2.0 GiB  50 %  512.0 MiB/s  2 s left");
  EXPECT_EQ(cli::ProgressLine({"sending", 0, 0}, 0, absl::ZeroDuration()),
            "sending  0 B of 0 B  100 %");
}

}  // namespace
}  // namespace belfry::chat
