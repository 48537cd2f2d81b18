// Evidence and its chain of custody (POL-3.4, catalogue 3.4).
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "server/core/evidence.h"
#include "server/core/sight.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::CustodyEntry;
using v1::Evidence;

constexpr char kDigest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// The demonstration government with a counsel, and two people who hold nothing.
v1::Directory WithCounsel() {
  v1::Directory directory = DemoDirectory();
  const auto add = [&](const char* who, const char* role) {
    v1::Person* person = directory.add_people();
    person->set_name(absl::StrCat("people/", who));
    person->set_entity("entities/dop");
    if (*role == '\0') return;
    v1::RoleAssignment* held = directory.add_role_assignments();
    held->set_person(person->name());
    held->set_role(role);
    held->set_scope("entities/dop");
  };
  add("dop.counsel", "COUNSEL");
  add("dop.lab", "");
  return directory;
}

// The shipped pack, with an hour in the place of years: what falls due in years is not asked here.
std::shared_ptr<const core::PolicyIndex> WithShortRetention() {
  policy::v1::Policy pack = ShippedPolicy()->proto();
  pack.mutable_evidence()->mutable_retention()->set_seconds(3600);
  return *core::PolicyIndex::Create(std::move(pack));
}

class EvidenceTest : public ::testing::Test {
 protected:
  EvidenceTest() : world_(WithShortRetention(), WithCounsel()) {
    EXPECT_THAT(world_.Open("dop.clerk", "", "SEV3"), IsOk());
  }

  static v1::CreateEvidenceRequest Image(int32_t rank = 0) {
    v1::CreateEvidenceRequest request;
    request.mutable_evidence()->set_kind(Evidence::KIND_IMAGE);
    request.mutable_evidence()->set_description("disk of ws-14");
    request.mutable_evidence()->set_volatility_rank(rank);
    return request;
  }
  template <typename Deed>
  absl::Status Do(const std::string& who, int32_t number, Deed deed) {
    return world_.Act(who, core::EvidenceAct{number, std::move(deed)});
  }
  absl::Status Add(const std::string& who = "dop.iso", int32_t rank = 0) {
    return Do(who, 0, Image(rank));
  }
  absl::Status Step(const std::string& who, CustodyEntry::Kind kind, const std::string& to = "",
                    const std::string& purpose = "for analysis") {
    v1::RecordCustodyRequest request;
    request.mutable_entry()->set_kind(kind);
    request.mutable_entry()->set_to(to);
    request.mutable_entry()->set_purpose(purpose);
    if (kind == CustodyEntry::KIND_SEALED) request.mutable_entry()->set_seal_no("S-1");
    return Do(who, 1, request);
  }
  absl::Status Confirm(const std::string& who, bool accept, const std::string& note = "") {
    v1::ConfirmTransferRequest request;
    request.set_accept(accept);
    request.set_note(note);
    return Do(who, 1, request);
  }
  absl::Status Hold(const std::string& who, bool hold, int32_t number = 1) {
    v1::SetLegalHoldRequest request;
    request.set_hold(hold);
    request.set_reason("letter of 24 November");
    return Do(who, number, request);
  }
  absl::Status Destroy(const std::string& who, const std::string& method = "SHREDDED") {
    v1::DestroyEvidenceRequest request;
    request.set_method(method);
    request.set_reason("no longer needed");
    return Do(who, 1, request);
  }
  absl::Status Approve(const std::string& who, bool approve = true) {
    v1::DecideDestructionRequest request;
    request.set_approve(approve);
    request.set_reason("checked");
    return Do(who, 1, request);
  }
  absl::Status Store(const std::string& who) {
    return Do(who, 1, core::StoreEvidence{5, kDigest, "object"});
  }
  const Evidence& item() const { return world_.item().evidence(); }
  Evidence Shown() const {
    return core::ToEvidence(world_.context(), world_.state(), world_.item());
  }
  // What fell due meanwhile is recorded before an act.
  CustodyEntry LastEntry() const {
    CustodyEntry entry;
    for (const record::v1::Event& event : world_.fresh()) {
      if (event.has_custody_recorded()) entry = event.custody_recorded().entry();
    }
    return entry;
  }
  std::vector<std::string> Told() const {
    std::vector<std::string> told;
    for (const core::NoticeDraft& draft : world_.notices()) told.push_back(draft.target);
    return told;
  }

  CoreWorld world_;
};

TEST_F(EvidenceTest, ItemHasCollectorTimeZoneAndItsFirstLink) {
  ASSERT_THAT(Add(), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_HELD);
  EXPECT_EQ(item().custodian(), "people/dop.iso");
  EXPECT_FALSE(item().collected().by().empty());
  EXPECT_EQ(FromProto(item().collected().time()), world_.now());
  EXPECT_EQ(item().collected().zone(), "America/New_York");
  EXPECT_EQ(item().custody_count(), 1);
  EXPECT_EQ(Shown().name(), absl::StrCat("incidents/", world_.state().id(), "/evidence/1"));
  EXPECT_EQ(Shown().evidence_no(), absl::StrCat(world_.state().id(), "-E1"));
  EXPECT_EQ(world_.state().evidence().item_count(), 1);
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(EvidenceTest, CallerSetsNothingThatIsTheServers) {
  v1::CreateEvidenceRequest request = Image();
  request.mutable_evidence()->set_state(Evidence::STATE_DESTROYED);
  request.mutable_evidence()->set_custodian("people/mallory");
  request.mutable_evidence()->mutable_content()->set_size_bytes(7);
  request.mutable_evidence()->set_custody_count(99);
  ASSERT_THAT(Do("dop.iso", 0, request), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_HELD);
  EXPECT_EQ(item().custodian(), "people/dop.iso");
  EXPECT_FALSE(item().has_content());
  EXPECT_EQ(item().custody_count(), 1);
}

TEST_F(EvidenceTest, PhysicalItemNeedsAMarkAndAPlace) {
  v1::CreateEvidenceRequest request = Image();
  request.mutable_evidence()->set_kind(Evidence::KIND_PHYSICAL);
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "serial"));
  request.mutable_evidence()->mutable_source()->set_serial("C02X");
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "place"));
  request.mutable_evidence()->mutable_storage()->set_place("safe 2");
  EXPECT_THAT(Do("dop.iso", 0, request), IsOk());
}

TEST_F(EvidenceTest, NamesTheFieldThatIsWrong) {
  v1::CreateEvidenceRequest request = Image(8);
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "volatility_rank"));
  request = Image();
  request.mutable_evidence()->set_collected_sha256("ABC");
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "collected_sha256"));
  request = Image();
  request.mutable_evidence()->set_tlp("TLP:PINK");
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "evidence.tlp"));
  request = Image();
  request.mutable_evidence()->set_copy(true);
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "parent"));
  request = Image();
  *request.mutable_evidence()->mutable_collected()->mutable_time() =
      ToProto(world_.now() + absl::Hours(1));
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "collected.time"));
}

// As for notes and documents: red is for named readers, and most incidents have none.
TEST_F(EvidenceTest, LabelIsReadAsItIsTypedAndRedNeedsNamedReaders) {
  v1::CreateEvidenceRequest request = Image();
  request.mutable_evidence()->set_tlp("amber");
  ASSERT_THAT(Do("dop.iso", 0, request), IsOk());
  EXPECT_EQ(item().tlp(), "TLP:AMBER");
  request.mutable_evidence()->set_tlp("red");
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "named readers"));
  CoreWorld world(ShippedPolicy(), WithCounsel());
  ASSERT_THAT(world.Open("dop.iso", "CAT-03"), IsOk());
  ASSERT_THAT(world.Act("dop.iso", core::EvidenceAct{0, request}), IsOk());
  EXPECT_EQ(world.item().evidence().tlp(), "TLP:RED");
}

TEST_F(EvidenceTest, OnlyThoseThePackNamesMayRecordIt) {
  EXPECT_THAT(Add("dop.clerk"), RefusedBecause("ROLE_REQUIRED", "RECORD_EVIDENCE"));
  EXPECT_THAT(Add("dop.contact"), IsOk());
}

// ---- Order of volatility (RFC 3227) ----

TEST_F(EvidenceTest, WarnsWhenWhatIsLostFirstIsCollectedLater) {
  ASSERT_THAT(Add("dop.iso", 4), IsOk());
  EXPECT_THAT(item().warnings(), ElementsAre(HasSubstr("lost when the power")));
  world_.At(absl::Minutes(10));
  ASSERT_THAT(Add("dop.iso", 2), IsOk());
  EXPECT_THAT(item().warnings(), ElementsAre(HasSubstr("rank 4")));
  EXPECT_THAT(world_.fresh()[0].evidence_recorded().evidence().warnings(), SizeIs(1));
}

TEST_F(EvidenceTest, IsContentWithTheRightOrderOrAReason) {
  ASSERT_THAT(Add("dop.iso", 2), IsOk());
  EXPECT_THAT(item().warnings(), IsEmpty());
  world_.At(absl::Minutes(10));
  ASSERT_THAT(Add("dop.iso", 4), IsOk());
  EXPECT_THAT(item().warnings(), IsEmpty());
  world_.At(absl::Minutes(20));
  v1::CreateEvidenceRequest request = Image(1);
  request.mutable_evidence()->set_order_reason("the machine was found running again");
  ASSERT_THAT(Do("dop.iso", 0, request), IsOk());
  EXPECT_THAT(item().warnings(), IsEmpty());
}

// ---- Custody ----

TEST_F(EvidenceTest, TransferStaysOpenUntilTheOtherOneConfirms) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_TRANSFERRED, "people/dop.lab"), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_IN_TRANSFER);
  EXPECT_EQ(item().custodian(), "people/dop.iso") << "until it has arrived";
  EXPECT_EQ(world_.state().evidence().open_transfer_count(), 1);
  EXPECT_THAT(Told(), Contains("people/dop.lab"));
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_SEALED),
              RefusedBecause("CUSTODY_STATE", "on its way"));
  EXPECT_THAT(Confirm("dop.iso", true), RefusedBecause("ROLE_REQUIRED", "people/dop.lab"));
  ASSERT_THAT(Confirm("dop.lab", true), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_HELD);
  EXPECT_EQ(item().custodian(), "people/dop.lab");
  EXPECT_EQ(world_.state().evidence().open_transfer_count(), 0);
  EXPECT_THAT(Confirm("dop.lab", true), RefusedBecause("CUSTODY_STATE", ""));
}

TEST_F(EvidenceTest, RefusedTransferLeavesItWhereItWas) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_TRANSFERRED, "people/dop.lab"), IsOk());
  EXPECT_THAT(Confirm("dop.lab", false), RefusedBecause("FIELD_INVALID", "note"));
  ASSERT_THAT(Confirm("dop.lab", false, "the seal is broken"), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_HELD);
  EXPECT_EQ(item().custodian(), "people/dop.iso");
  EXPECT_EQ(world_.state().evidence().open_transfer_count(), 0);
  EXPECT_THAT(Told(), Contains("people/dop.iso"));
}

TEST_F(EvidenceTest, SomebodyOutsideIsConfirmedByWhoMayHandleIt) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_TRANSFERRED, "Vendor lab, Ms. Reed"), IsOk());
  EXPECT_THAT(Confirm("dop.clerk", true, "receipt 9"), RefusedBecause("ROLE_REQUIRED", ""));
  EXPECT_THAT(Confirm("dop.contact", true), RefusedBecause("FIELD_INVALID", "note"));
  ASSERT_THAT(Confirm("dop.contact", true, "receipt 9"), IsOk());
  EXPECT_EQ(item().custodian(), "Vendor lab, Ms. Reed");
}

TEST_F(EvidenceTest, WhoeverHasItMayHandleIt) {
  ASSERT_THAT(Add(), IsOk());
  EXPECT_THAT(Step("dop.lab", CustodyEntry::KIND_ANALYSED), RefusedBecause("ROLE_REQUIRED", ""));
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_TRANSFERRED, "people/dop.lab"), IsOk());
  ASSERT_THAT(Confirm("dop.lab", true), IsOk());
  EXPECT_THAT(Step("dop.lab", CustodyEntry::KIND_ANALYSED), IsOk());
  EXPECT_THAT(Step("dop.lab", CustodyEntry::KIND_RETURNED, "the owner"),
              RefusedBecause("ROLE_REQUIRED", "RELEASE_EVIDENCE"));
}

TEST_F(EvidenceTest, TransferLetsTheTakerSeeTheIncident) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_TRANSFERRED, "people/dop.lab"), IsOk());
  const auto& told = world_.state().told_people();
  EXPECT_THAT(std::vector<std::string>(told.begin(), told.end()), Contains("people/dop.lab"));
}

TEST_F(EvidenceTest, SealsAreOpenedBeforeAnythingIsDone) {
  v1::CreateEvidenceRequest request = Image();
  request.mutable_evidence()->set_kind(Evidence::KIND_PHYSICAL);
  request.mutable_evidence()->mutable_storage()->set_place("safe 2");
  request.mutable_evidence()->mutable_storage()->set_seal_no("S-0");
  ASSERT_THAT(Do("dop.iso", 0, request), IsOk());
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_ANALYSED), RefusedBecause("CUSTODY_STATE", "S-0"));
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_SEALED), RefusedBecause("CUSTODY_STATE", "S-0"));
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_UNSEALED), IsOk());
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_ANALYSED), IsOk());
  ASSERT_THAT(Step("dop.iso", CustodyEntry::KIND_SEALED), IsOk());
  EXPECT_EQ(item().storage().seal_no(), "S-1");
}

TEST_F(EvidenceTest, CustodyNeverRunsBackwards) {
  ASSERT_THAT(Add(), IsOk());
  world_.At(absl::Hours(3));
  v1::RecordCustodyRequest request;
  request.mutable_entry()->set_kind(CustodyEntry::KIND_ANALYSED);
  request.mutable_entry()->set_purpose("triage");
  *request.mutable_entry()->mutable_assert_time() = ToProto(world_.start() + absl::Hours(2));
  ASSERT_THAT(Do("dop.iso", 1, request), IsOk());
  const CustodyEntry entry = LastEntry();
  EXPECT_EQ(FromProto(entry.assert_time()), world_.start() + absl::Hours(2)) << "as it was said";
  EXPECT_EQ(FromProto(entry.record_time()), world_.start() + absl::Hours(3)) << "when it was known";
  *request.mutable_entry()->mutable_assert_time() = ToProto(world_.start() + absl::Hours(1));
  EXPECT_THAT(Do("dop.iso", 1, request), RefusedBecause("CUSTODY_TIME", "before the entry"));
  *request.mutable_entry()->mutable_assert_time() = ToProto(world_.start() + absl::Hours(4));
  EXPECT_THAT(Do("dop.iso", 1, request), RefusedBecause("FIELD_INVALID", "future"));
}

TEST_F(EvidenceTest, IsAcceptedAfterTheEnd) {
  ASSERT_THAT(Add(), IsOk());
  world_.Triage();
  world_.Resolve();
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_ANALYSED), IsOk());
}

// ---- Bytes ----

TEST_F(EvidenceTest, ContentIsNeverReplaced) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Store("dop.iso"), IsOk());
  EXPECT_EQ(item().content().sha256(), kDigest);
  EXPECT_EQ(world_.state().evidence().stored_bytes(), 5);
  EXPECT_THAT(Store("dop.iso"), RefusedBecause("CONTENT_EXISTS", ""));
}

TEST_F(EvidenceTest, ReadingIsALinkOfTheChain) {
  ASSERT_THAT(Add(), IsOk());
  v1::DownloadEvidenceRequest request;
  request.set_purpose("analysis");
  request.set_offset(2);
  EXPECT_THAT(Do("dop.iso", 1, request), RefusedBecause("NO_CONTENT", ""));
  ASSERT_THAT(Store("dop.iso"), IsOk());
  ASSERT_THAT(Do("dop.iso", 1, request), IsOk());
  const CustodyEntry entry = LastEntry();
  EXPECT_EQ(entry.kind(), CustodyEntry::KIND_ACCESSED);
  EXPECT_EQ(entry.offset(), 2);
  EXPECT_EQ(entry.length(), 3);
  EXPECT_THAT(Do("dop.contact", 1, request), RefusedBecause("ROLE_REQUIRED", "READ_EVIDENCE"));
  request.clear_purpose();
  EXPECT_THAT(Do("dop.iso", 1, request), RefusedBecause("FIELD_INVALID", "purpose"));
}

TEST_F(EvidenceTest, ChangedContentRaisesAnAlarmAndChangesNothing) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Store("dop.iso"), IsOk());
  ASSERT_THAT(Do("dop.iso", 1, core::EvidenceChecked{false, std::string(64, '0'), false}), IsOk());
  EXPECT_TRUE(item().integrity_alert());
  EXPECT_EQ(item().content().sha256(), kDigest) << "what was stored stays written";
  EXPECT_THAT(Told(), Contains("people/csirt.executive"));
  // A client that tries again does not ring it again.
  ASSERT_THAT(Do("system", 1, core::EvidenceChecked{false, "", true}), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
  ASSERT_THAT(Do("dop.iso", 1, core::EvidenceChecked{true, kDigest, false}), IsOk());
  EXPECT_FALSE(item().integrity_alert());
}

TEST_F(EvidenceTest, ForbidsCopiesWhereThePolicyDoes) {
  CoreWorld world(ShippedPolicy(), WithCounsel());
  ASSERT_THAT(world.Open("dop.iso", "CAT-03"), IsOk());
  ASSERT_THAT(world.Act("dop.iso", core::EvidenceAct{0, Image()}), IsOk()) << "described";
  EXPECT_THAT(world.Act("dop.iso", core::EvidenceAct{1, core::StoreEvidence{5, kDigest, "o"}}),
              RefusedBecause("NO_COPY", "POL-1.8"));
  v1::DownloadEvidenceRequest download;
  download.set_purpose("analysis");
  EXPECT_THAT(world.Act("dop.iso", core::EvidenceAct{1, download}),
              RefusedBecause("NO_COPY", "POL-1.8"));
  v1::RecordCustodyRequest copied;
  copied.mutable_entry()->set_kind(CustodyEntry::KIND_COPIED);
  copied.mutable_entry()->set_purpose("a working copy");
  EXPECT_THAT(world.Act("dop.iso", core::EvidenceAct{1, copied}),
              RefusedBecause("NO_COPY", "POL-1.8"));
  v1::CreateEvidenceRequest copy = Image();
  copy.mutable_evidence()->set_copy(true);
  copy.mutable_evidence()->set_parent(core::EvidenceName(world.state().id(), 1));
  EXPECT_THAT(world.Act("dop.iso", core::EvidenceAct{0, copy}),
              RefusedBecause("NO_COPY", "POL-1.8"));
  const Evidence shown = core::ToEvidence(world.context(), world.state(), world.item());
  EXPECT_TRUE(shown.no_copy());
  EXPECT_THAT(shown.people_with_knowledge(), ElementsAre("people/dop.iso"));
}

TEST_F(EvidenceTest, RestrictedEvidenceGoesToReadersOnly) {
  CoreWorld world(ShippedPolicy(), WithCounsel());
  ASSERT_THAT(world.Open("dop.iso", "CAT-03"), IsOk());
  ASSERT_THAT(world.Act("dop.iso", core::EvidenceAct{0, Image()}), IsOk());
  v1::RecordCustodyRequest step;
  step.mutable_entry()->set_kind(CustodyEntry::KIND_TRANSFERRED);
  step.mutable_entry()->set_to("people/dop.lab");
  EXPECT_THAT(world.Act("dop.iso", core::EvidenceAct{1, step}),
              RefusedBecause("NOT_A_READER", "people/dop.lab"));
}

// ---- Holds and destruction ----

TEST_F(EvidenceTest, IsKeptAsLongAsThePackSays) {
  ASSERT_THAT(Add(), IsOk());
  EXPECT_THAT(Destroy("dop.iso"), RefusedBecause("RETENTION", "POL-3.4"));
  v1::CreateEvidenceRequest request = Image();
  *request.mutable_evidence()->mutable_retain_until_time() = ToProto(world_.now());
  EXPECT_THAT(Do("dop.iso", 0, request), RefusedBecause("FIELD_INVALID", "retain_until_time"));
}

TEST_F(EvidenceTest, IsDestroyedByTwoPeople) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Store("dop.iso"), IsOk());
  world_.At(absl::Hours(2));
  EXPECT_THAT(Destroy("dop.contact"), RefusedBecause("ROLE_REQUIRED", "DESTROY_EVIDENCE"));
  EXPECT_THAT(Destroy("dop.iso", "eaten"), RefusedBecause("FIELD_INVALID", "LAW-93I-2"));
  ASSERT_THAT(Destroy("dop.iso", "shredded"), IsOk());
  EXPECT_THAT(Told(), Contains("people/dop.counsel"));
  EXPECT_THAT(Destroy("dop.iso"), RefusedBecause("CUSTODY_STATE", "already"));
  EXPECT_THAT(Approve("dop.iso"), RefusedBecause("ROLE_REQUIRED", "APPROVE_DESTRUCTION"));
  ASSERT_THAT(Approve("dop.counsel"), IsOk());
  EXPECT_EQ(item().state(), Evidence::STATE_DESTROYED);
  EXPECT_EQ(item().disposition().method(), "SHREDDED");
  EXPECT_EQ(item().disposition().requested_by(), "people/dop.iso");
  EXPECT_EQ(item().disposition().approved_by(), "people/dop.counsel");
  EXPECT_EQ(world_.item().object(), "");
  EXPECT_EQ(item().content().sha256(), kDigest) << "the row stays";
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_ANALYSED), RefusedBecause("CUSTODY_STATE", ""));
  v1::DownloadEvidenceRequest download;
  download.set_purpose("analysis");
  EXPECT_THAT(Do("dop.iso", 1, download), RefusedBecause("CUSTODY_STATE", "destroyed"));
}

TEST_F(EvidenceTest, RefusedDestructionLeavesIt) {
  ASSERT_THAT(Add(), IsOk());
  world_.At(absl::Hours(2));
  ASSERT_THAT(Destroy("dop.iso"), IsOk());
  ASSERT_THAT(Approve("dop.counsel", false), IsOk());
  EXPECT_FALSE(item().has_destruction());
  EXPECT_EQ(item().state(), Evidence::STATE_HELD);
}

TEST_F(EvidenceTest, HoldStopsDisposal) {
  ASSERT_THAT(Add(), IsOk());
  world_.At(absl::Hours(2));
  ASSERT_THAT(Destroy("dop.iso"), IsOk());
  // Between asking and approving.
  ASSERT_THAT(Hold("dop.iso", true), IsOk());
  EXPECT_THAT(Approve("dop.counsel"), RefusedBecause("ON_HOLD", "24 November"));
  EXPECT_THAT(Step("dop.iso", CustodyEntry::KIND_RETURNED, "the owner"),
              RefusedBecause("ON_HOLD", "returned"));
  EXPECT_THAT(Hold("dop.iso", false), RefusedBecause("ROLE_REQUIRED", "END_EVIDENCE_HOLD"));
  ASSERT_THAT(Hold("dop.counsel", false), IsOk());
  EXPECT_THAT(Approve("dop.counsel"), IsOk());
}

TEST_F(EvidenceTest, HoldOnTheIncidentHoldsAllOfIt) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(Hold("dop.iso", true, 0), IsOk());
  EXPECT_THAT(Shown().holds(), SizeIs(1));
  world_.At(absl::Hours(2));
  EXPECT_THAT(Destroy("dop.iso"), RefusedBecause("ON_HOLD", ""));
  EXPECT_THAT(Hold("dop.counsel", false, 1), RefusedBecause("CUSTODY_STATE", "not set here"));
  ASSERT_THAT(Hold("dop.counsel", false, 0), IsOk());
  EXPECT_THAT(Destroy("dop.iso"), IsOk());
}

TEST_F(EvidenceTest, SuspectedCrimeHoldsItWhoeverSaysOtherwise) {
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(world_.Facts("dop.iso", {{"criminal", "SUSPECTED"}}), IsOk());
  ASSERT_THAT(Shown().holds(), SizeIs(1));
  EXPECT_EQ(Shown().holds(0).by(), "policy");
  world_.At(absl::Hours(2));
  EXPECT_THAT(Destroy("dop.iso"), RefusedBecause("ON_HOLD", "POL-3.12"));
  EXPECT_THAT(Hold("dop.counsel", false), RefusedBecause("CUSTODY_STATE", "a crime"));
}

}  // namespace
}  // namespace belfry::testing
