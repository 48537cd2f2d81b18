// Everybody × every method × every situation, over gRPC: what the pack's text says against what the
// server does. Nothing that is tried changes anything: each request is one that is refused for
// another reason once the right to it has been asked.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "belfry/v1/compartment_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/frontend/rules.h"
#include "tests/authz/expected.h"
#include "tests/authz/government.h"
#include "tests/authz/wire.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::authz {
namespace {

using testing::IsOk;
using testing::ReadSourceFile;
using testing::TestServer;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kSummary[] = "docs/access-matrix.md";
constexpr char kAbsent[] = "incidents/DOP-2026-9999";

// What the rights of a method hang on.
enum class How {
  kRead,       // whoever reads the incident; what else is asked depends on the duty or the request
  kAct,        // an act of the pack, on the incident
  kEntityAct,  // an act of the pack, for the caller's own part in it, or else the reporting one
  kItemAct,    // as kAct, of an item of evidence that others collected; "": seeing it is enough
  kRecordAct,  // as kAct or by the act of `or_act`, of the record whose agency reports it
  kGlass,      // whoever may break its glass, or reads it anyway
  kAnywhere,   // an act of the pack, about no incident
  kAnybody,    // who has credentials
  kPeople,     // people, and administrators for them
  kReporter,   // may report: the one act that a chat account of nobody has, too
  kBots,       // bots on their own account
  kElsewhere,  // lists and streams of incidents have tests of their own
};

struct Row {
  const char* service;
  std::string method;
  std::string request;  // protobuf text; $I is the incident
  How how;
  std::string act;
  bool bots_too = false;
  std::string detail = "";  // "FOLLOWUP"
  std::string or_act = "";
};

constexpr char kIncidents[] = "IncidentService";

std::vector<Row> Rows(const policy::v1::Policy& pack) {
  const std::string named = "name: \"$I\"";
  const std::string item = "name: \"$I/evidence/1\"";
  const std::string long_text(3000, 'x');
  std::vector<Row> rows = {
      {kIncidents, "CreateIncident", "", How::kReporter, "OPEN"},
      {kIncidents, "GetIncident", named, How::kRead, "READ"},
      {kIncidents, "ListIncidents", "", How::kElsewhere, "LIST"},
      {kIncidents, "UpdateIncident", "incident { name: \"$I\" }", How::kAct, "UPDATE_DETAILS"},
      {kIncidents, "TransitionIncident",
       absl::StrCat(named, " verb: \"take\" reason: \"", long_text, "\""), How::kAct, "TAKE"},
      {kIncidents, "TransitionIncident",
       absl::StrCat(named, " verb: \"dismiss\" reason: \"", long_text, "\""), How::kRead, ""},
      {kIncidents, "AcknowledgeIncident", named, How::kElsewhere, "ACKNOWLEDGE"},
      {kIncidents, "EscalateIncident", named, How::kAct, "ESCALATE"},
      {kIncidents, "ChangeSeverity", absl::StrCat(named, " severity: \"NONE\""), How::kAct,
       "CHANGE_SEVERITY"},
      {kIncidents, "ChangeSeverity", absl::StrCat(named, " severity: \"SEV5\""), How::kRead, ""},
      {kIncidents, "RecordFacts", named, How::kAct, "RECORD_FACTS"},
      {kIncidents, "AssignCategories", named, How::kAct, "ASSIGN_CATEGORIES"},
      {kIncidents, "AddEntity", named, How::kAct, "ADD_ENTITY"},
      {kIncidents, "AddNote", named, How::kAct, "NOTE"},
      {kIncidents, "LinkTicket", named, How::kAct, "LINK_TICKET"},
      {kIncidents, "SendObligationNotice",
       absl::StrCat(named, " obligation: \"CCIO-CSO-VIA-SCIO\" text: \"", long_text, long_text,
                    "\""),
       How::kRead, ""},
      {kIncidents, "WaiveObligation", absl::StrCat(named, " obligation: \"E2E-TICKET\""),
       How::kRead, ""},
      {kIncidents, "HoldObligation", absl::StrCat(named, " obligation: \"E2E-TICKET\""), How::kRead,
       ""},
      {kIncidents, "ReleaseObligation", absl::StrCat(named, " obligation: \"E2E-TICKET\""),
       How::kRead, ""},
      {kIncidents, "SnoozeObligation", absl::StrCat(named, " obligation: \"E2E-TICKET\""),
       How::kAct, "SNOOZE"},
      {kIncidents, "ExplainObligation", absl::StrCat(named, " obligation: \"E2E-TICKET\""),
       How::kRead, "READ"},
      {kIncidents, "LinkIncident", absl::StrCat(named, " parent: \"$I\""), How::kAct, "LINK"},
      {kIncidents, "LinkIncident", absl::StrCat(named, " parent: \"$I\" merge: true"), How::kRead,
       ""},
      {kIncidents, "RecordDevices", named, How::kAct, "RECORD_DEVICES"},
      {kIncidents, "ConfirmRemoval", named, How::kAct, "EXECUTE_REMOVAL"},
      {kIncidents, "RecordScan", named, How::kAct, "RECORD_SCAN"},
      {kIncidents, "LiftRemoval", named, How::kAct, "LIFT_REMOVAL"},
      {kIncidents, "RecordCost", named, How::kAct, "RECORD_COST"},
      {kIncidents, "AssessCost", absl::StrCat(named, " number: 99"), How::kAct, "ASSESS_COST"},
      {kIncidents, "RequestSpend", named, How::kAct, "REQUEST_SPEND"},
      {kIncidents, "DecideSpend", absl::StrCat(named, " number: 99"), How::kAct, "APPROVE_SPEND"},
      {kIncidents, "ListObligations", named, How::kRead, "READ"},
      {kIncidents, "WatchIncidents", "", How::kElsewhere, "WATCH"},
      {"TimelineService", "ListTimelineEntries", "parent: \"$I\"", How::kRead, "READ"},
      {"DocumentService", "PreviewDocument", absl::StrCat(named, " type: \"FOLLOWUP\""), How::kRead,
       "READ"},
      {"DocumentService", "DraftDocument", absl::StrCat(named, " type: \"FOLLOWUP\" revision: 99"),
       How::kEntityAct, "DRAFT_DOCUMENT"},
      {"DocumentService", "ApproveDocument", "name: \"$I/drafts/FOLLOWUP.none\"", How::kRead, ""},
      {"DocumentService", "DiscardDraft", "name: \"$I/drafts/FOLLOWUP.none\"", How::kRead, ""},
      {"DocumentService", "ListDocuments", named, How::kRead, "READ"},
      {"DocumentService", "RenderDocument", "name: \"$I/documents/1\"", How::kRead, ""},
      {"CompartmentService", "NameReader", named, How::kAct, "NAME_READER"},
      {"CompartmentService", "RemoveReader", named, How::kAct, "REMOVE_READER"},
      {"CompartmentService", "NameSubject", named, How::kAct, "NAME_SUBJECT"},
      {"CompartmentService", "ChangeTlp", absl::StrCat(named, " tlp: \"none\""), How::kAct,
       "RAISE_TLP"},
      {"CompartmentService", "ChangeTlp", absl::StrCat(named, " tlp: \"clear\""), How::kAct,
       "LOWER_TLP"},
      {"CompartmentService", "BreakGlass", named, How::kGlass, "BREAK_GLASS"},
      {"DeliveryService", "LeaseDeliveries", "", How::kBots, ""},
      {"DeliveryService", "ReportDelivery", "", How::kBots, ""},
      {"DeliveryService", "ListDeliveries", "", How::kAnywhere, "READ_DELIVERIES"},
      {"DeliveryService", "RequeueDelivery", "name: \"deliveries/none\"", How::kAnywhere,
       "ADMIN_DELIVERIES", true},
      {"DirectoryService", "GetDirectory", "", How::kAnywhere, "ADMIN_DIRECTORY", true},
      {"DirectoryService", "ReplaceDirectory", "etag: \"none\"", How::kAnywhere, "ADMIN_DIRECTORY",
       true},
      {"DirectoryService", "UpdatePerson", "person { name: \"nobody\" }", How::kAnywhere,
       "ADMIN_DIRECTORY", true},
      {"DirectoryService", "UpdateEntity", "entity { name: \"nothing\" }", How::kAnywhere,
       "ADMIN_DIRECTORY", true},
      {"DirectoryService", "AssignRole", "assignment { person: \"nobody\" }", How::kAnywhere,
       "ADMIN_DIRECTORY", true},
      {"DirectoryService", "UnassignRole", "assignment { person: \"nobody\" }", How::kAnywhere,
       "ADMIN_DIRECTORY", true},
      {"DirectoryService", "ListEntities", "", How::kAnywhere, "READ_POLICY", true},
      {"DirectoryService", "ResolveContacts", "entity: \"entities/dop\"", How::kAnywhere,
       "READ_CONTACTS"},
      {"DirectoryService", "LookupChatAccount", "account { platform: \"console\" user_id: \"x\" }",
       How::kBots, ""},
      {"DirectoryService", "WhoAmI", "", How::kAnybody, "", true},
      {"PolicyService", "GetPolicy", "name: \"none@1\"", How::kAnywhere, "READ_POLICY", true},
      {"PolicyService", "ListPolicies", "", How::kAnywhere, "READ_POLICY", true},
      {"PolicyService", "LintPolicy", "text: \"x\"", How::kAnywhere, "READ_POLICY"},
      {"PolicyService", "PreviewPolicy", "text: \"x\"", How::kAnywhere, "SIMULATE_POLICY"},
      {"PolicyService", "AdoptPolicy", "text: \"x\"", How::kAnywhere, "ADOPT_POLICY"},
      {"PolicyService", "SimulatePolicy", "horizon { seconds: -1 }", How::kAnywhere,
       "SIMULATE_POLICY"},
      {"AuditService", "GetCheckpoint", "", How::kAnybody, "", true},
      {"AuditService", "GetInclusionProof", "incident: \"$I\" version: 1", How::kRead, "READ"},
      {"AuditService", "GetConsistencyProof", "", How::kAnybody, "", true},
      {"AuditService", "ExportRecord", "", How::kAnywhere, "AUDIT_EXPORT"},
      {"AuditService", "AddCosignature", "", How::kAnybody, "", true},
      {"AuditService", "ExpungePayload", "incident: \"$I\"", How::kAct, "EXPUNGE"},
      {"AccessService", "CreateToken", "", How::kPeople, ""},
      {"AccessService", "ListTokens", "", How::kAnybody, ""},
      {"AccessService", "RevokeToken", "name: \"tokens/none\"", How::kAnybody, ""},
      {"AccessService", "RotateToken", "name: \"tokens/none\"", How::kAnybody, ""},
      {"EvidenceService", "CreateEvidence", "parent: \"$I\"", How::kAct, "RECORD_EVIDENCE"},
      {"EvidenceService", "ListEvidence", "parent: \"$I\"", How::kRead, "READ"},
      {"EvidenceService", "GetEvidence", item, How::kItemAct, ""},
      {"EvidenceService", "ListCustody", "parent: \"$I/evidence/1\"", How::kItemAct, ""},
      {"EvidenceService", "RecordCustody",
       absl::StrCat(item, " entry { kind: KIND_ANALYSED note: \"", long_text, "\" }"),
       How::kItemAct, "HANDLE_EVIDENCE"},
      {"EvidenceService", "RecordCustody",
       absl::StrCat(item, " entry { kind: KIND_RETURNED note: \"", long_text, "\" }"),
       How::kItemAct, "RELEASE_EVIDENCE"},
      {"EvidenceService", "ConfirmTransfer", item, How::kItemAct, ""},
      {"EvidenceService", "SetLegalHold", absl::StrCat(item, " hold: true"), How::kItemAct,
       "HOLD_EVIDENCE"},
      {"EvidenceService", "SetLegalHold", item, How::kItemAct, "END_EVIDENCE_HOLD"},
      {"EvidenceService", "SetLegalHold", absl::StrCat(named, " hold: true"), How::kAct,
       "HOLD_EVIDENCE", false, "of all"},
      {"EvidenceService", "DestroyEvidence", item, How::kItemAct, "DESTROY_EVIDENCE"},
      {"EvidenceService", "DecideDestruction", item, How::kItemAct, "APPROVE_DESTRUCTION"},
      {"EvidenceService", "VerifyEvidence", item, How::kItemAct, "VERIFY_EVIDENCE"},
      {"EvidenceService", "BeginUpload", "evidence: \"$I/evidence/1\"", How::kItemAct,
       "RECORD_EVIDENCE"},
      {"EvidenceService", "DownloadEvidence", item, How::kItemAct, "READ_EVIDENCE"},
      {"EvidenceService", "UploadEvidence", "upload: \"uploads/none\"", How::kAnybody, ""},
      {"EvidenceService", "QueryUpload", "name: \"uploads/none\"", How::kAnybody, ""},
      {"EvidenceService", "AbortUpload", "name: \"uploads/none\"", How::kAnybody, ""},
      {"EvidenceService", "RekeyVault", "", How::kAnywhere, "ADMIN_VAULT"},
      {"PublicRecordsService", "RequestRecord", named, How::kRecordAct, "REQUEST_RECORD"},
      {"PublicRecordsService", "ListRecordItems", named, How::kRecordAct, "REVIEW_RECORD", false,
       "", "RELEASE_RECORD"},
      {"PublicRecordsService", "ReviewRecord", named, How::kRecordAct, "REVIEW_RECORD"},
      {"PublicRecordsService", "ReleaseRecord", named, How::kRecordAct, "RELEASE_RECORD"},
      {"PublicRecordsService", "DenyRecord", named, How::kRecordAct, "RELEASE_RECORD"},
      {"PublicRecordsService", "ListRecordReleases", named, How::kRecordAct, "REVIEW_RECORD", false,
       "", "RELEASE_RECORD"},
      {"PublicRecordsService", "GetRecordRelease", named, How::kRecordAct, "REVIEW_RECORD", false,
       "", "RELEASE_RECORD"},
      {"MeasuresService", "GetMeasures", "repeat_days: -1", How::kAnywhere, "LIST"},
      {"MeasuresService", "GetComplianceFile", "entity: \"nothing\"", How::kAnywhere, "LIST"},
      {"ChatService", "StartAccountLink", "account { platform: \"console\" }", How::kAnybody, "",
       true},
      {"ChatService", "CompleteAccountLink", "account { platform: \"console\" }", How::kAnybody, "",
       true},
      {"ChatService", "UnlinkAccount", "", How::kPeople, ""},
      {"ChatService", "LookupPlace",
       "place { platform: \"console\" } account { platform: \"console\" user_id: \"x\" }",
       How::kBots, ""},
      {"ChatService", "SaveConversation", "conversation { platform: \"console\" }", How::kBots, ""},
      {"ChatService", "ListConversations", "platform: \"console\"", How::kBots, ""},
  };
  for (const policy::v1::DocumentType& type : pack.documents()) {
    rows.push_back({kIncidents, "SubmitDocument",
                    absl::StrCat(named, " type: \"", type.code(),
                                 "\" tlp: \"none\" fields { name: "
                                 "\"no such field\" value: \"x\" }"),
                    How::kEntityAct, type.act(), false, type.code()});
  }
  for (const policy::v1::Question& question : pack.questions()) {
    rows.push_back({kIncidents, "RecordDecision",
                    absl::StrCat(named, " question: \"", question.code(), "\" answer: \"none\""),
                    How::kAct, question.act(), false, question.code()});
  }
  return rows;
}

const google::protobuf::MethodDescriptor& MethodOf(const Row& row) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      absl::StrCat("belfry.v1.", row.service));
  return *service->FindMethodByName(row.method);
}

// "hidden": as if it were not there. "part hidden": the incident is there, the item is not.
// "denied": not for them. "enter": whatever it says, the right was there.
std::string OutcomeOf(const Answer& answer) {
  if (answer.reason == "INCIDENT_NOT_FOUND") return "hidden";
  if (answer.reason == "EVIDENCE_NOT_FOUND") return "part hidden";
  if (answer.status.error_code() == grpc::StatusCode::PERMISSION_DENIED) {
    // An account of nobody's, a system that has no chat account: about the request, not the right.
    return answer.reason == "OWN_CREDENTIALS_NEEDED" ? "enter" : "denied";
  }
  if (answer.status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
      answer.status.error_code() == grpc::StatusCode::UNAUTHENTICATED ||
      answer.status.error_code() == grpc::StatusCode::INTERNAL) {
    return absl::StrCat("error ", answer.status.error_message());
  }
  return "enter";
}

struct Cell {
  std::string principal, method, detail, situation, expected, actual;
};

class AccessMatrixTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    pack_ = new policy::v1::Policy();
    const std::string text = ReadSourceFile(kPack);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, pack_));
    principals_ = new std::vector<Principal>(Principals(*pack_));
    server_ = new TestServer(text, DirectoryFor(*principals_));
    expected_ = new Expected(*pack_);
    incidents_ = new std::vector<Incident>();
    cells_ = new std::vector<Cell>();
    OpenIncidents();
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static Wire WireOf(const Principal& who) {
    return {server_->socket(), absl::StrCat("token-of-", who.guest ? "bot" : who.who),
            who.guest ? who.name : ""};
  }

  static void Open(const std::string& situation, const std::string& by, const std::string& entity,
                   bool restricted) {
    v1::CreateIncidentRequest request;
    request.set_title(absl::StrCat("Something about ", situation));
    request.set_entity(absl::StrCat("entities/", entity));
    request.set_restricted(restricted);
    if (situation == "restricted" || situation == "red") {
      request.add_readers(kReader);
      request.add_subjects(kSubject);
    }
    const auto created = server_->As(by).CreateIncident(request);
    ASSERT_THAT(created, IsOk());
    Incident incident;
    incident.situation = situation;
    incident.name = created->incident().name();
    incident.reporter = absl::StrCat("people/", by);
    incident.reporting = request.entity();
    incident.entities = {request.entity()};
    if (by == "r.tp") {
      incident.entities.push_back("entities/vend");
      incident.third_parties = {"entities/vend"};
    }
    incident.restricted = restricted;
    incident.state = created->incident().state().empty() ? "REPORTED" : created->incident().state();
    for (const std::string& reader : request.readers()) incident.readers.insert(reader);
    for (const std::string& subject : request.subjects()) incident.subjects.insert(subject);
    incidents_->push_back(std::move(incident));
  }

  static void OpenIncidents() {
    Open("own", "dop.clerk", "dop", false);
    Open("same secretariat", "dor.clerk", "dor", false);
    Open("other", "bor.clerk", "bor", false);
    Open("restricted", "dop.clerk", "dop", true);
    Open("red", "dop.clerk", "dop", false);
    v1::ChangeTlpRequest red;
    red.set_name(incidents_->back().name);
    red.set_tlp("TLP:RED");
    red.set_reason("A person is concerned");
    const auto closed = server_->As("r.csirt-x").ChangeTlp(red);
    ASSERT_THAT(closed, IsOk());
    incidents_->back().restricted = true;
    // Whoever closes it stays a reader.
    incidents_->back().readers.insert("people/r.csirt-x");
    Open("third party", "r.tp", "dop", false);
    for (Incident& incident : *incidents_) {
      WhoWasTold(incident);
      CollectEvidence(incident);
      WhoWasTold(incident);
    }
  }

  // One item in each, by the first who may.
  static void CollectEvidence(const Incident& incident) {
    for (const Principal& who : *principals_) {
      if (who.system || !expected_->Reads(who, incident) ||
          !expected_->May(who, incident, "RECORD_EVIDENCE")) {
        continue;
      }
      const Row row{"EvidenceService", "CreateEvidence", "", How::kAct, ""};
      const Answer answer = WireOf(who).Call(
          MethodOf(row),
          absl::StrCat("parent: \"", incident.name,
                       "\" evidence { kind: KIND_LOG description: \"A log of the firewall\" }"));
      ASSERT_TRUE(answer.status.ok()) << who.who << ": " << answer.status.error_message();
      return;
    }
    FAIL() << "nobody may record evidence: " << incident.situation;
  }

  // From outside: to whom something is on its way.
  static void WhoWasTold(Incident& incident) {
    v1::ListDeliveriesRequest request;
    request.set_incident(incident.name);
    request.set_page_size(1000);
    const auto deliveries = server_->As("admin").ListDeliveries(request);
    ASSERT_THAT(deliveries, IsOk());
    for (const v1::Delivery& delivery : deliveries->deliveries()) {
      incident.told.insert(delivery.target());
      const v1::Notice::Kind kind = delivery.notice().kind();
      if (kind == v1::Notice::KIND_PAGE || kind == v1::Notice::KIND_REMINDER ||
          kind == v1::Notice::KIND_OVERDUE) {
        incident.called.insert(delivery.target());
      }
    }
  }

  static std::string ExpectedOn(const Row& row, const Principal& who, const Incident& incident) {
    if (who.bot || who.guest) return "denied";
    const bool reads = expected_->Reads(who, incident);
    if (row.how == How::kGlass) {
      return reads || expected_->BreaksGlass(who, incident) ? "enter" : "hidden";
    }
    if (!reads) return "hidden";
    switch (row.how) {
      case How::kAct:
        return expected_->May(who, incident, row.act) ? "enter" : "denied";
      case How::kEntityAct: {
        const auto& parts = incident.entities;
        const bool own = std::find(parts.begin(), parts.end(), who.entity) != parts.end();
        return expected_->May(who, incident, row.act, own ? who.entity : incident.reporting)
                   ? "enter"
                   : "denied";
      }
      case How::kItemAct:
        if (expected_->OwnPartOnly(who, incident)) return "part hidden";
        return row.act.empty() || expected_->May(who, incident, row.act) ? "enter" : "denied";
      case How::kRecordAct: {
        // The whole record: of what is restricted for named readers alone, of none for those who
        // see a part of it.
        const auto may = [&](const std::string& act) {
          return !act.empty() && expected_->May(who, incident, act, incident.reporting);
        };
        const bool whole = !expected_->OwnPartOnly(who, incident) &&
                           (!incident.restricted || incident.readers.count(who.name) > 0);
        return whole && (may(row.act) || may(row.or_act)) ? "enter" : "denied";
      }
      default:
        return "read";  // not hidden
    }
  }

  static std::string ExpectedAnywhere(const Row& row, const Principal& who) {
    if (row.how == How::kBots) return who.bot ? "enter" : "denied";
    if (row.how == How::kPeople) {
      return who.admin || (!who.system && !who.guest) ? "enter" : "denied";
    }
    if (who.guest) return row.how == How::kReporter ? "enter" : "denied";
    if (who.bot && !row.bots_too) return "denied";
    if (row.how != How::kAnywhere) return "enter";
    return expected_->MayAnywhere(who, row.act) ? "enter" : "denied";
  }

  // Everybody at once, as callers are.
  static void ForEverybody(const std::function<void(const Principal&, std::vector<Cell>&)>& run) {
    std::vector<std::vector<Cell>> found(principals_->size());
    std::atomic<size_t> next{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (size_t at = next++; at < principals_->size(); at = next++) {
          run((*principals_)[at], found[at]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::vector<Cell>& cells : found) {
      cells_->insert(cells_->end(), std::make_move_iterator(cells.begin()),
                     std::make_move_iterator(cells.end()));
    }
  }

  static policy::v1::Policy* pack_;
  static std::vector<Principal>* principals_;
  static TestServer* server_;
  static Expected* expected_;
  static std::vector<Incident>* incidents_;
  static std::vector<Cell>* cells_;
};

policy::v1::Policy* AccessMatrixTest::pack_ = nullptr;
std::vector<Principal>* AccessMatrixTest::principals_ = nullptr;
TestServer* AccessMatrixTest::server_ = nullptr;
Expected* AccessMatrixTest::expected_ = nullptr;
std::vector<Incident>* AccessMatrixTest::incidents_ = nullptr;
std::vector<Cell>* AccessMatrixTest::cells_ = nullptr;

// Nobody can add a method and forget it here, nor in the server's own table.
TEST_F(AccessMatrixTest, EveryMethodOfEveryServiceIsInTheTable) {
  std::set<std::string> known;
  for (const Row& row : Rows(*pack_)) known.insert(MethodOf(row).full_name());
  for (const frontend::Rule& rule : frontend::Rules()) {
    if (absl::StrContains(rule.service, "ClockService")) continue;
    EXPECT_EQ(known.count(absl::StrCat(rule.service, ".", rule.method)), 1u) << rule.method;
  }
  std::set<std::string> ruled;
  for (const frontend::Rule& rule : frontend::Rules()) {
    ruled.insert(absl::StrCat(rule.service, ".", rule.method));
  }
  for (const std::string& method : known) EXPECT_EQ(ruled.count(method), 1u) << method;
}

TEST_F(AccessMatrixTest, EverybodyOnEveryIncidentByEveryMethod) {
  const std::vector<Row> rows = Rows(*pack_);
  ForEverybody([&](const Principal& who, std::vector<Cell>& cells) {
    const Wire wire = WireOf(who);
    for (const Row& row : rows) {
      if (row.how == How::kElsewhere) continue;
      const auto& method = MethodOf(row);
      if (!absl::StrContains(row.request, "$I")) {
        const Answer answer = wire.Call(method, row.request);
        const std::string expected = ExpectedAnywhere(row, who);
        const std::string actual = OutcomeOf(answer);
        cells.push_back({who.who, row.method, row.act, "-", expected, actual});
        EXPECT_EQ(actual, expected)
            << who.who << " " << row.method << ": " << answer.status.error_message();
        continue;
      }
      const std::string absent =
          wire.Call(method, absl::StrReplaceAll(row.request, {{"$I", kAbsent}})).Bytes(kAbsent);
      for (const Incident& incident : *incidents_) {
        const Answer answer =
            wire.Call(method, absl::StrReplaceAll(row.request, {{"$I", incident.name}}));
        const std::string expected = ExpectedOn(row, who, incident);
        std::string actual = OutcomeOf(answer);
        if (expected == "read" && (actual == "enter" || actual == "denied")) actual = "read";
        cells.push_back({who.who, row.method, row.detail.empty() ? row.act : row.detail,
                         incident.situation, expected, actual});
        EXPECT_EQ(actual, expected)
            << who.who << " " << row.method << " " << row.detail << " " << row.act << " on "
            << incident.situation << ": " << answer.status.error_message();
        // To the byte as what does not exist.
        if (expected == "hidden" || who.bot || who.guest) {
          EXPECT_EQ(answer.Bytes(incident.name), absent)
              << who.who << " " << row.method << " on " << incident.situation;
        }
      }
    }
  });
}

// Another incident that one may not see is no target: the answer is that of one that does not
// exist.
TEST_F(AccessMatrixTest, NobodyLearnsOfAnIncidentByLinkingToIt) {
  const Row link{kIncidents, "LinkIncident", "", How::kRead, ""};
  ForEverybody([&](const Principal& who, std::vector<Cell>& cells) {
    const Wire wire = WireOf(who);
    for (const Incident& from : *incidents_) {
      if (!expected_->Reads(who, from)) continue;
      const auto ask = [&](const std::string& parent) {
        return wire.Call(MethodOf(link), absl::StrCat("name: \"", from.name, "\" parent: \"",
                                                      parent, "\" reason: \"\""));
      };
      const std::string absent = ask(kAbsent).Bytes(kAbsent);
      for (const Incident& to : *incidents_) {
        if (expected_->Reads(who, to)) continue;
        const bool same = ask(to.name).Bytes(to.name) == absent;
        cells.push_back(
            {who.who, "LinkIncident", "parent", to.situation, "hidden", same ? "hidden" : "told"});
        EXPECT_TRUE(same) << who.who << " " << from.situation << " to " << to.situation;
      }
      break;
    }
  });
}

TEST_F(AccessMatrixTest, ListsCountsAndDeliveriesShowWhatMayBeRead) {
  const auto* incidents = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "belfry.v1.IncidentService");
  const auto* deliveries = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "belfry.v1.DeliveryService");
  ForEverybody([&](const Principal& who, std::vector<Cell>& cells) {
    const Wire wire = WireOf(who);
    for (const auto& [label, filter] : std::vector<std::pair<std::string, std::string>>{
             {"list", ""},
             {"count", "filter: \"open = true\""},
             {"search", "filter: \"state = REPORTED\""},
             {"pages", "page_size: 1"}}) {
      std::set<std::string> listed;
      std::string token;
      size_t pages = 0;
      bool refused = false;
      do {
        const Answer answer = wire.Call(*incidents->FindMethodByName("ListIncidents"),
                                        absl::StrCat(filter, " page_token: \"", token, "\""));
        refused = !answer.status.ok();
        const auto& list = static_cast<const v1::ListIncidentsResponse&>(*answer.response);
        for (const v1::Incident& incident : list.incidents()) listed.insert(incident.name());
        token = list.next_page_token();
        ++pages;
      } while (!token.empty());
      EXPECT_EQ(refused, who.bot || who.guest) << who.who;
      // No page is short or empty because of what it does not show.
      if (label == "pages" && !listed.empty()) {
        EXPECT_EQ(pages, listed.size()) << who.who;
      }
      for (const Incident& incident : *incidents_) {
        const bool shows = expected_->Lists(who, incident) &&
                           !(label == "search" && expected_->OwnPartOnly(who, incident));
        const std::string expected = shows ? "shown" : "hidden";
        const std::string actual = listed.count(incident.name) > 0 ? "shown" : "hidden";
        cells.push_back({who.who, "ListIncidents", label, incident.situation, expected, actual});
        EXPECT_EQ(actual, expected) << who.who << " " << label << " " << incident.situation;
      }
    }
    // What is on its way: to whom, of what they read; a third party sees its own people's.
    for (const Incident& incident : *incidents_) {
      const Answer answer =
          wire.Call(*deliveries->FindMethodByName("ListDeliveries"),
                    absl::StrCat("incident: \"", incident.name, "\" page_size: 1000"));
      const auto& list = static_cast<const v1::ListDeliveriesResponse&>(*answer.response);
      bool any = false;
      bool tells = false;
      for (const v1::Delivery& delivery : list.deliveries()) {
        any = true;
        tells |= !delivery.notice().title().empty() || !delivery.notice().text().empty();
      }
      const bool reads = expected_->Reads(who, incident);
      const bool whole = reads && !expected_->OwnPartOnly(who, incident);
      const std::string expected = whole ? "shown" : who.admin ? "envelopes" : "hidden";
      std::string actual = !any ? "hidden" : tells ? "shown" : "envelopes";
      // What its own people were sent.
      if (reads && !whole && actual == "shown") actual = "hidden";
      cells.push_back({who.who, "ListDeliveries", "", incident.situation, expected, actual});
      EXPECT_EQ(actual, expected) << who.who << " " << incident.situation;
    }
  });
}

// Reads a stream until the reader's own report comes by, which everybody sees.
std::set<std::string> Watched(const Wire& wire, const std::string& token,
                              const std::string& until) {
  const auto stub = v1::IncidentService::NewStub(wire.channel());
  grpc::ClientContext context;
  wire.Prepare(context);
  v1::WatchIncidentsRequest request;
  request.set_resume_token(token);
  const auto reader = stub->WatchIncidents(&context, request);
  std::set<std::string> seen;
  v1::WatchIncidentsResponse message;
  while (reader->Read(&message)) {
    if (message.incident().name().empty()) continue;
    if (message.incident().name() == until) break;
    seen.insert(message.incident().name());
  }
  context.TryCancel();
  return seen;
}

std::string TokenNow(const Wire& wire, grpc::Status* status) {
  const auto stub = v1::IncidentService::NewStub(wire.channel());
  grpc::ClientContext context;
  wire.Prepare(context);
  const auto reader = stub->WatchIncidents(&context, v1::WatchIncidentsRequest());
  v1::WatchIncidentsResponse message;
  if (!reader->Read(&message)) {
    *status = reader->Finish();
    return "";
  }
  context.TryCancel();
  return message.resume_token();
}

TEST_F(AccessMatrixTest, StreamsShowWhatMayBeRead) {
  std::map<std::string, std::string> tokens;
  std::map<std::string, std::string> marks;
  for (const Principal& who : *principals_) {
    grpc::Status status;
    const std::string token = TokenNow(WireOf(who), &status);
    if (who.bot || who.guest) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << who.who;
      continue;
    }
    EXPECT_NE(token, "") << who.who << ": " << status.error_message();
    tokens[who.who] = token;
  }
  // By somebody who reads each; none of them is tied to a third party.
  for (const Incident& incident : *incidents_) {
    v1::AddNoteRequest note;
    note.set_name(incident.name);
    note.set_text("Something happened");
    const std::string by = incident.reporting == "entities/bor"   ? "bor.clerk"
                           : incident.reporting == "entities/dor" ? "dor.clerk"
                           : incident.third_parties.empty()       ? "dop.clerk"
                                                                  : "r.csirt-h";
    ASSERT_THAT(server_->As(by).AddNote(note), IsOk()) << incident.situation;
  }
  for (const auto& [who, token] : tokens) {
    v1::CreateIncidentRequest request;
    request.set_title("A mark at the end");
    request.set_entity(absl::StartsWith(who, "siem.bor") ? "entities/bor" : "entities/dop");
    const auto created = server_->As(who).CreateIncident(request);
    ASSERT_THAT(created, IsOk()) << who;
    marks[who] = created->incident().name();
  }
  ForEverybody([&](const Principal& who, std::vector<Cell>& cells) {
    if (tokens.count(who.who) == 0) return;
    const std::set<std::string> seen = Watched(WireOf(who), tokens.at(who.who), marks.at(who.who));
    for (const Incident& incident : *incidents_) {
      // A third party is shown what its own people wrote; nobody of it did.
      const bool shows = expected_->Reads(who, incident) && !expected_->OwnPartOnly(who, incident);
      const std::string expected = shows ? "shown" : "silent";
      const std::string actual = seen.count(incident.name) > 0 ? "shown" : "silent";
      cells.push_back({who.who, "WatchIncidents", "", incident.situation, expected, actual});
      EXPECT_EQ(actual, expected) << who.who << " " << incident.situation;
    }
  });
}

// The one act that cannot be tried without doing it; so it comes after all others, and who was told
// of what is looked up before each.
TEST_F(AccessMatrixTest, EverybodyAcknowledgesWhatTheyMay) {
  const Row row{kIncidents, "AcknowledgeIncident", "name: \"$I\"", How::kAct, "ACKNOWLEDGE"};
  for (const Principal& who : *principals_) {
    const Wire wire = WireOf(who);
    for (Incident& incident : *incidents_) {
      WhoWasTold(incident);
      const std::string expected = ExpectedOn(row, who, incident);
      const Answer answer =
          wire.Call(MethodOf(row), absl::StrReplaceAll(row.request, {{"$I", incident.name}}));
      const std::string actual = OutcomeOf(answer);
      cells_->push_back({who.who, row.method, row.act, incident.situation, expected, actual});
      EXPECT_EQ(actual, expected) << who.who << " " << incident.situation << ": "
                                  << answer.status.error_message();
    }
  }
}

// What the whole comes to, for people: per method and situation how many were let in, and who
// reads.
std::string Summary(const std::vector<Cell>& cells, const std::vector<Incident>& incidents) {
  std::map<std::string, std::map<std::string, std::pair<int, int>>> counts;
  std::map<std::string, std::string> acts;
  std::map<std::string, std::set<std::string>> readers;
  std::vector<std::string> order;
  int differences = 0;
  for (const Cell& cell : cells) {
    differences += cell.expected == cell.actual ? 0 : 1;
    const bool in = cell.actual != "hidden" && cell.actual != "part hidden" &&
                    cell.actual != "denied" && cell.actual != "silent";
    if (cell.method == "GetIncident" && in) readers[cell.situation].insert(cell.principal);
    const bool many = cell.method == "SubmitDocument" || cell.method == "RecordDecision";
    const std::string key =
        absl::StrCat(cell.method, many ? absl::StrCat(" ", cell.detail) : "",
                     !many && !cell.detail.empty() ? absl::StrCat(" (", cell.detail, ")") : "");
    if (counts.count(key) == 0) order.push_back(key);
    auto& [let_in, all] = counts[key][cell.situation];
    let_in += in ? 1 : 0;
    ++all;
  }
  std::string text =
      "# Who may do what\n\n"
      "Written by `access_matrix_test` from what the server did; do not edit. It asks the server "
      "over\n"
      "gRPC for everybody (a holder of each role for DOP, people of three agencies and a third "
      "party, a\n"
      "named reader, somebody whom incidents are about, systems, an administrator, a bot, a chat "
      "account\n"
      "of nobody's), by every method, on six incidents, and compares with what\n"
      "[the pack](../deploy/policy/itd-sec-4.3.textproto) says by a reader of its own. All cells "
      "as CSV:\n"
      "`build/release/access-matrix.csv`. Rights are explained in "
      "[security-access.md](security-access.md).\n\n";
  absl::StrAppend(&text, cells.size(), " cells, ", differences, " differences.\n\n## Who reads\n\n",
                  "| incident | people and systems |\n|---|---|\n");
  for (const Incident& incident : incidents) {
    absl::StrAppend(&text, "| ", incident.situation, " | ",
                    absl::StrJoin(readers[incident.situation], " "), " |\n");
  }
  text += "\n## How many of all are let in\n\n| method | ";
  for (const Incident& incident : incidents) absl::StrAppend(&text, incident.situation, " | ");
  text += "no incident |\n|---|";
  for (size_t i = 0; i <= incidents.size(); ++i) text += "---|";
  text += "\n";
  std::sort(order.begin(), order.end());
  for (const std::string& key : order) {
    absl::StrAppend(&text, "| ", key, " | ");
    std::vector<std::string> columns;
    for (const Incident& incident : incidents) columns.push_back(incident.situation);
    columns.push_back("-");
    for (const std::string& column : columns) {
      const auto found = counts[key].find(column);
      absl::StrAppend(&text,
                      found == counts[key].end()
                          ? ""
                          : absl::StrCat(found->second.first, "/", found->second.second),
                      " | ");
    }
    text.pop_back();
    text += "\n";
  }
  return text;
}

// Last, by its name and by where it stands.
TEST_F(AccessMatrixTest, ZThereIsNoDifferenceAndTheSummaryIsTrue) {
  std::ofstream csv(MATRIX_CSV);
  csv << "principal,method,detail,situation,expected,actual\n";
  int differences = 0;
  for (const Cell& cell : *cells_) {
    csv << cell.principal << "," << cell.method << "," << cell.detail << "," << cell.situation
        << "," << cell.expected << "," << cell.actual << "\n";
    differences += cell.expected == cell.actual ? 0 : 1;
  }
  std::cout << cells_->size() << " cells, " << differences << " differences; all of them in "
            << MATRIX_CSV << "\n";
  EXPECT_EQ(differences, 0);
  EXPECT_GT(cells_->size(), 10'000u);
  const std::string summary = Summary(*cells_, *incidents_);
  const std::string path = absl::StrCat(BELFRY_SOURCE_DIR, "/", kSummary);
  if (std::getenv("BELFRY_WRITE_MATRIX") != nullptr) std::ofstream(path) << summary;
  std::ifstream stream(path);
  std::stringstream kept;
  kept << stream.rdbuf();
  EXPECT_EQ(kept.str() == summary, true)
      << kSummary << " is out of date; run BELFRY_WRITE_MATRIX=1 access_matrix_test";
}

}  // namespace
}  // namespace belfry::authz
