#include "server/frontend/rules.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace belfry::frontend {
namespace {

constexpr char kIncident[] = "belfry.v1.IncidentService";
constexpr char kTimeline[] = "belfry.v1.TimelineService";
constexpr char kCompartment[] = "belfry.v1.CompartmentService";
constexpr char kDelivery[] = "belfry.v1.DeliveryService";
constexpr char kDirectory[] = "belfry.v1.DirectoryService";
constexpr char kPolicy[] = "belfry.v1.PolicyService";
constexpr char kChat[] = "belfry.v1.ChatService";
constexpr char kAudit[] = "belfry.v1.AuditService";
constexpr char kAccess[] = "belfry.v1.AccessService";
constexpr char kEvidence[] = "belfry.v1.EvidenceService";
constexpr char kPublicRecords[] = "belfry.v1.PublicRecordsService";
constexpr char kDocument[] = "belfry.v1.DocumentService";
constexpr char kMeasures[] = "belfry.v1.MeasuresService";
constexpr char kClock[] = "belfry.testing.v1.ClockService";

// clang-format off
constexpr Rule kRules[] = {
    // ---- Incidents
    {kIncident, "CreateIncident", Audience::kGuestsToo, About::kNothing, "", "OPEN"},
    {kIncident, "GetIncident", Audience::kEverybody, About::kIncident, "READ", ""},
    {kIncident, "ListIncidents", Audience::kEverybody, About::kIncidents, "LIST", ""},
    {kIncident, "UpdateIncident", Audience::kEverybody, About::kIncident, "READ", "UPDATE_DETAILS, NAME_READER"},
    {kIncident, "TransitionIncident", Audience::kEverybody, About::kIncident, "READ", "the act of the verb's transition"},
    {kIncident, "AcknowledgeIncident", Audience::kEverybody, About::kIncident, "READ", "ACKNOWLEDGE"},
    {kIncident, "EscalateIncident", Audience::kEverybody, About::kIncident, "READ", "ESCALATE, DEESCALATE, DEESCALATE_LEVELS"},
    {kIncident, "ChangeSeverity", Audience::kEverybody, About::kIncident, "READ", "CHANGE_SEVERITY, LOWER_SEVERITY, LOWER_BELOW_SUGGESTION"},
    {kIncident, "RecordFacts", Audience::kEverybody, About::kIncident, "READ", "RECORD_FACTS, and the answer's authors"},
    {kIncident, "AssignCategories", Audience::kEverybody, About::kIncident, "READ", "ASSIGN_CATEGORIES"},
    {kIncident, "AddEntity", Audience::kEverybody, About::kIncident, "READ", "ADD_ENTITY, CORRECT_DETECTION, POSTPONE_DETECTION, RELEASE_ENTITY"},
    {kIncident, "AddNote", Audience::kGuestsToo, About::kIncident, "READ", "NOTE; guests keep up to date what they wrote"},
    {kIncident, "LinkTicket", Audience::kEverybody, About::kIncident, "READ", "LINK_TICKET"},
    {kIncident, "SubmitDocument", Audience::kEverybody, About::kIncident, "READ", "the act of the document type"},
    {kIncident, "SendObligationNotice", Audience::kEverybody, About::kIncident, "READ", "the duty's senders or owners"},
    {kIncident, "RecordDecision", Audience::kEverybody, About::kIncident, "READ", "the act of the question"},
    {kIncident, "WaiveObligation", Audience::kEverybody, About::kIncident, "READ", "the duty's waivers"},
    {kIncident, "HoldObligation", Audience::kEverybody, About::kIncident, "READ", "the act of the duty's hold"},
    {kIncident, "SnoozeObligation", Audience::kEverybody, About::kIncident, "READ", "SNOOZE, and the duty's owners"},
    {kIncident, "ReleaseObligation", Audience::kEverybody, About::kIncident, "READ", "the act of the duty's hold"},
    {kIncident, "ExplainObligation", Audience::kEverybody, About::kIncident, "READ", ""},
    {kIncident, "LinkIncident", Audience::kEverybody, About::kIncident, "READ", "LINK, or the act of the merger; READ of the other one"},
    {kIncident, "RecordDevices", Audience::kEverybody, About::kIncident, "READ", "RECORD_DEVICES"},
    {kIncident, "ConfirmRemoval", Audience::kEverybody, About::kIncident, "READ", "EXECUTE_REMOVAL"},
    {kIncident, "RecordScan", Audience::kEverybody, About::kIncident, "READ", "RECORD_SCAN, VERIFY_SCAN"},
    {kIncident, "LiftRemoval", Audience::kEverybody, About::kIncident, "READ", "LIFT_REMOVAL"},
    {kIncident, "RecordCost", Audience::kEverybody, About::kIncident, "READ", "RECORD_COST"},
    {kIncident, "AssessCost", Audience::kEverybody, About::kIncident, "READ", "ASSESS_COST"},
    {kIncident, "RequestSpend", Audience::kEverybody, About::kIncident, "READ", "REQUEST_SPEND"},
    {kIncident, "DecideSpend", Audience::kEverybody, About::kIncident, "READ", "APPROVE_SPEND"},
    {kIncident, "ListObligations", Audience::kEverybody, About::kIncident, "READ", ""},
    {kIncident, "WatchIncidents", Audience::kEverybody, About::kIncidents, "WATCH", ""},
    {kTimeline, "ListTimelineEntries", Audience::kEverybody, About::kIncident, "READ", ""},
    // ---- Documents
    {kDocument, "PreviewDocument", Audience::kEverybody, About::kIncident, "READ", ""},
    {kDocument, "DraftDocument", Audience::kEverybody, About::kIncident, "READ", "DRAFT_DOCUMENT, or the act of the document type"},
    {kDocument, "ApproveDocument", Audience::kEverybody, About::kIncident, "READ", "the approvers of the document type"},
    {kDocument, "DiscardDraft", Audience::kEverybody, About::kIncident, "READ", "DRAFT_DOCUMENT, or the act of the document type"},
    {kDocument, "ListDocuments", Audience::kEverybody, About::kIncident, "READ", ""},
    {kDocument, "RenderDocument", Audience::kEverybody, About::kIncident, "READ", ""},
    // ---- Who may know
    {kCompartment, "NameReader", Audience::kEverybody, About::kIncident, "READ", "NAME_READER"},
    {kCompartment, "RemoveReader", Audience::kEverybody, About::kIncident, "READ", "REMOVE_READER"},
    {kCompartment, "NameSubject", Audience::kEverybody, About::kIncident, "READ", "NAME_SUBJECT"},
    {kCompartment, "ChangeTlp", Audience::kEverybody, About::kIncident, "READ", "RAISE_TLP, LOWER_TLP"},
    {kCompartment, "BreakGlass", Audience::kEverybody, About::kGlass, "", "BREAK_GLASS"},
    // ---- Notices on their way
    {kDelivery, "LeaseDeliveries", Audience::kBotsOnly, About::kNothing, "", ""},
    {kDelivery, "ReportDelivery", Audience::kBotsOnly, About::kNothing, "", ""},
    {kDelivery, "ListDeliveries", Audience::kEverybody, About::kIncidents, "READ_DELIVERIES", ""},
    {kDelivery, "RequeueDelivery", Audience::kBotsToo, About::kNothing, "ADMIN_DELIVERIES", ""},
    // ---- Who is who
    {kDirectory, "GetDirectory", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "ReplaceDirectory", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UpdatePerson", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UpdateEntity", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "AssignRole", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UnassignRole", Audience::kBotsToo, About::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "ListEntities", Audience::kBotsToo, About::kNothing, "READ_POLICY", ""},
    {kDirectory, "ResolveContacts", Audience::kEverybody, About::kNothing, "READ_CONTACTS", ""},
    {kDirectory, "LookupChatAccount", Audience::kBotsOnly, About::kNothing, "", ""},
    {kDirectory, "WhoAmI", Audience::kBotsToo, About::kNothing, "", ""},
    // ---- The policy
    {kPolicy, "GetPolicy", Audience::kBotsToo, About::kNothing, "READ_POLICY", ""},
    {kPolicy, "ListPolicies", Audience::kBotsToo, About::kNothing, "READ_POLICY", ""},
    {kPolicy, "LintPolicy", Audience::kEverybody, About::kNothing, "READ_POLICY", ""},
    {kPolicy, "PreviewPolicy", Audience::kEverybody, About::kIncidents, "SIMULATE_POLICY", ""},
    {kPolicy, "AdoptPolicy", Audience::kEverybody, About::kNothing, "", "ADOPT_POLICY"},
    {kPolicy, "SimulatePolicy", Audience::kEverybody, About::kNothing, "SIMULATE_POLICY", ""},
    // ---- Chat accounts and places
    {kChat, "StartAccountLink", Audience::kBotsToo, About::kNothing, "", "one's own account"},
    {kChat, "CompleteAccountLink", Audience::kBotsToo, About::kNothing, "", "one's own account"},
    {kChat, "UnlinkAccount", Audience::kBotsToo, About::kNothing, "", "one's own account"},
    {kChat, "LookupPlace", Audience::kBotsOnly, About::kIncidents, "", "READ of whoever types there"},
    {kChat, "SaveConversation", Audience::kBotsOnly, About::kNothing, "", ""},
    {kChat, "ListConversations", Audience::kBotsOnly, About::kNothing, "", ""},
    // ---- The record that proves itself
    {kAudit, "GetCheckpoint", Audience::kBotsToo, About::kNothing, "", "AUDIT_EXPORT, or one's own agency"},
    {kAudit, "GetInclusionProof", Audience::kEverybody, About::kIncident, "READ", ""},
    {kAudit, "GetConsistencyProof", Audience::kBotsToo, About::kNothing, "", "AUDIT_EXPORT, or one's own agency"},
    {kAudit, "ExportRecord", Audience::kEverybody, About::kIncidents, "", "AUDIT_EXPORT"},
    {kAudit, "AddCosignature", Audience::kBotsToo, About::kNothing, "", "the signature proves itself: of a witness in the configuration"},
    {kAudit, "ExpungePayload", Audience::kEverybody, About::kIncident, "READ", "EXPUNGE"},
    // ---- Tokens
    {kAccess, "CreateToken", Audience::kEverybody, About::kNothing, "", "one's own; administrators for systems"},
    {kAccess, "ListTokens", Audience::kEverybody, About::kNothing, "", "one's own; administrators for systems"},
    {kAccess, "RevokeToken", Audience::kEverybody, About::kNothing, "", "one's own; administrators for systems"},
    {kAccess, "RotateToken", Audience::kEverybody, About::kNothing, "", "one's own; administrators for systems"},
    // ---- Evidence
    {kEvidence, "CreateEvidence", Audience::kEverybody, About::kIncident, "READ", "RECORD_EVIDENCE"},
    {kEvidence, "GetEvidence", Audience::kEverybody, About::kIncident, "READ", ""},
    {kEvidence, "ListEvidence", Audience::kEverybody, About::kIncident, "READ", ""},
    {kEvidence, "ListCustody", Audience::kEverybody, About::kIncident, "READ", ""},
    {kEvidence, "RecordCustody", Audience::kEverybody, About::kIncident, "READ", "HANDLE_EVIDENCE, RELEASE_EVIDENCE"},
    {kEvidence, "ConfirmTransfer", Audience::kEverybody, About::kIncident, "READ", "the one it goes to, or HANDLE_EVIDENCE"},
    {kEvidence, "SetLegalHold", Audience::kEverybody, About::kIncident, "READ", "HOLD_EVIDENCE, END_EVIDENCE_HOLD"},
    {kEvidence, "DestroyEvidence", Audience::kEverybody, About::kIncident, "READ", "DESTROY_EVIDENCE"},
    {kEvidence, "DecideDestruction", Audience::kEverybody, About::kIncident, "READ", "APPROVE_DESTRUCTION"},
    {kEvidence, "VerifyEvidence", Audience::kEverybody, About::kIncident, "READ", "VERIFY_EVIDENCE"},
    {kEvidence, "BeginUpload", Audience::kEverybody, About::kIncident, "READ", "RECORD_EVIDENCE"},
    {kEvidence, "DownloadEvidence", Audience::kEverybody, About::kIncident, "READ", "READ_EVIDENCE"},
    {kEvidence, "QueryUpload", Audience::kEverybody, About::kNothing, "", "whoever began it"},
    {kEvidence, "UploadEvidence", Audience::kEverybody, About::kNothing, "", "whoever began it"},
    {kEvidence, "AbortUpload", Audience::kEverybody, About::kNothing, "", "whoever began it"},
    {kEvidence, "RekeyVault", Audience::kEverybody, About::kNothing, "ADMIN_VAULT", ""},
    // ---- What the public may have
    {kPublicRecords, "RequestRecord", Audience::kEverybody, About::kIncident, "READ", "REQUEST_RECORD"},
    {kPublicRecords, "ListRecordItems", Audience::kEverybody, About::kIncident, "READ", "REVIEW_RECORD, or RELEASE_RECORD"},
    {kPublicRecords, "ReviewRecord", Audience::kEverybody, About::kIncident, "READ", "REVIEW_RECORD"},
    {kPublicRecords, "ReleaseRecord", Audience::kEverybody, About::kIncident, "READ", "RELEASE_RECORD"},
    {kPublicRecords, "DenyRecord", Audience::kEverybody, About::kIncident, "READ", "RELEASE_RECORD"},
    {kPublicRecords, "ListRecordReleases", Audience::kEverybody, About::kIncident, "READ", "REVIEW_RECORD, or RELEASE_RECORD"},
    {kPublicRecords, "GetRecordRelease", Audience::kEverybody, About::kIncident, "READ", "REVIEW_RECORD, or RELEASE_RECORD"},
    // ---- What the record says in figures
    {kMeasures, "GetMeasures", Audience::kEverybody, About::kIncidents, "LIST", ""},
    {kMeasures, "GetComplianceFile", Audience::kEverybody, About::kIncidents, "LIST", ""},
    // ---- Tests
    {kClock, "GetTime", Audience::kOpen, About::kNothing, "", ""},
    {kClock, "AdvanceTo", Audience::kOpen, About::kNothing, "", ""},
};
// clang-format on

}  // namespace

absl::Span<const Rule> Rules() { return kRules; }

const Rule* FindRule(absl::string_view method) {
  for (const Rule& rule : kRules) {
    if (rule.method == method) return &rule;
  }
  return nullptr;
}

absl::Status CheckRules(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  std::set<std::pair<std::string, std::string>> known;
  for (const Rule& rule : kRules) known.emplace(rule.service, rule.method);
  std::map<std::string, int> names;
  std::vector<std::string> wrong;
  for (const google::protobuf::ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const google::protobuf::MethodDescriptor* method = service->method(i);
      const bool shared = ++names[method->name()] > 1;
      if (known.count({service->full_name(), method->name()}) == 0 || shared) {
        wrong.push_back(absl::StrCat(service->full_name(), "/", method->name()));
      }
    }
  }
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("no rule says who may call ",
                                                    absl::StrJoin(wrong, ", "),
                                                    "; add one to server/frontend/rules.cc"));
}

}  // namespace belfry::frontend
