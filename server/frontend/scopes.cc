#include "server/frontend/scopes.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace belfry::frontend {
namespace {

// By name.
constexpr MethodScope kMethods[] = {
    {"AbortUpload", Scope::kIncidentsWrite},
    {"AcknowledgeIncident", Scope::kIncidentsWrite},
    {"AddCosignature", Scope::kAuditRead},
    {"AddEntity", Scope::kIncidentsWrite},
    {"AddNote", Scope::kIncidentsWrite},
    {"AdoptPolicy", Scope::kPolicyAdmin},
    {"ApproveDocument", Scope::kIncidentsWrite},
    {"AssessCost", Scope::kIncidentsWrite},
    {"AssignCategories", Scope::kIncidentsWrite},
    {"AssignRole", Scope::kDirectoryAdmin},
    {"BeginUpload", Scope::kIncidentsWrite},
    {"BreakGlass", Scope::kIncidentsWrite},
    {"ChangeSeverity", Scope::kIncidentsWrite},
    {"ChangeTlp", Scope::kIncidentsWrite},
    {"CompleteAccountLink", Scope::kChat},
    {"ConfirmRemoval", Scope::kIncidentsWrite},
    {"ConfirmTransfer", Scope::kIncidentsWrite},
    {"CreateEvidence", Scope::kIncidentsWrite},
    {"CreateIncident", Scope::kIncidentsWrite},
    {"CreateToken", Scope::kTokens},
    {"DecideDestruction", Scope::kIncidentsWrite},
    {"DecideSpend", Scope::kIncidentsWrite},
    {"DenyRecord", Scope::kIncidentsWrite},
    {"DestroyEvidence", Scope::kIncidentsWrite},
    {"DiscardDraft", Scope::kIncidentsWrite},
    {"DownloadEvidence", Scope::kIncidentsRead},
    {"DraftDocument", Scope::kIncidentsWrite},
    {"EscalateIncident", Scope::kIncidentsWrite},
    {"ExplainObligation", Scope::kIncidentsRead},
    {"ExportRecord", Scope::kAuditRead},
    {"ExpungePayload", Scope::kIncidentsWrite},
    {"GetCheckpoint", Scope::kAuditRead},
    {"GetComplianceFile", Scope::kIncidentsRead},
    {"GetConsistencyProof", Scope::kAuditRead},
    {"GetDirectory", Scope::kDirectoryAdmin},
    {"GetEvidence", Scope::kIncidentsRead},
    {"GetIncident", Scope::kIncidentsRead},
    {"GetInclusionProof", Scope::kAuditRead},
    {"GetMeasures", Scope::kIncidentsRead},
    {"GetPolicy", Scope::kPolicyRead},
    {"GetRecordRelease", Scope::kIncidentsRead},
    {"HoldObligation", Scope::kIncidentsWrite},
    {"LeaseDeliveries", Scope::kDeliveries},
    {"LiftRemoval", Scope::kIncidentsWrite},
    {"LinkIncident", Scope::kIncidentsWrite},
    {"LinkTicket", Scope::kIncidentsWrite},
    {"LintPolicy", Scope::kPolicyRead},
    {"ListConversations", Scope::kChat},
    {"ListCustody", Scope::kIncidentsRead},
    {"ListDeliveries", Scope::kDeliveries},
    {"ListDocuments", Scope::kIncidentsRead},
    {"ListEntities", Scope::kDirectoryRead},
    {"ListEvidence", Scope::kIncidentsRead},
    {"ListIncidents", Scope::kIncidentsRead},
    {"ListObligations", Scope::kIncidentsRead},
    {"ListPolicies", Scope::kPolicyRead},
    {"ListRecordItems", Scope::kIncidentsRead},
    {"ListRecordReleases", Scope::kIncidentsRead},
    {"ListTimelineEntries", Scope::kIncidentsRead},
    {"ListTokens", Scope::kTokens},
    {"LookupChatAccount", Scope::kChat},
    {"LookupPlace", Scope::kChat},
    {"NameReader", Scope::kIncidentsWrite},
    {"NameSubject", Scope::kIncidentsWrite},
    {"PreviewDocument", Scope::kIncidentsRead},
    {"PreviewPolicy", Scope::kPolicyRead},
    {"QueryUpload", Scope::kIncidentsRead},
    {"RecordCost", Scope::kIncidentsWrite},
    {"RecordCustody", Scope::kIncidentsWrite},
    {"RecordDecision", Scope::kIncidentsWrite},
    {"RecordDevices", Scope::kIncidentsWrite},
    {"RecordFacts", Scope::kIncidentsWrite},
    {"RecordScan", Scope::kIncidentsWrite},
    {"RekeyVault", Scope::kDirectoryAdmin},
    {"ReleaseObligation", Scope::kIncidentsWrite},
    {"ReleaseRecord", Scope::kIncidentsWrite},
    {"RemoveReader", Scope::kIncidentsWrite},
    {"RenderDocument", Scope::kIncidentsRead},
    {"ReplaceDirectory", Scope::kDirectoryAdmin},
    {"ReportDelivery", Scope::kDeliveries},
    {"RequestRecord", Scope::kIncidentsWrite},
    {"RequestSpend", Scope::kIncidentsWrite},
    {"RequeueDelivery", Scope::kDeliveries},
    {"ResolveContacts", Scope::kDirectoryRead},
    {"ReviewRecord", Scope::kIncidentsWrite},
    {"RevokeToken", Scope::kTokens},
    {"RotateToken", Scope::kTokens},
    {"SaveConversation", Scope::kChat},
    {"SendObligationNotice", Scope::kIncidentsWrite},
    {"SetLegalHold", Scope::kIncidentsWrite},
    {"SimulatePolicy", Scope::kPolicyRead},
    {"SnoozeObligation", Scope::kIncidentsWrite},
    {"StartAccountLink", Scope::kChat},
    {"SubmitDocument", Scope::kIncidentsWrite},
    {"TransitionIncident", Scope::kIncidentsWrite},
    {"UnassignRole", Scope::kDirectoryAdmin},
    {"UnlinkAccount", Scope::kChat},
    {"UpdateEntity", Scope::kDirectoryAdmin},
    {"UpdateIncident", Scope::kIncidentsWrite},
    {"UpdatePerson", Scope::kDirectoryAdmin},
    {"UploadEvidence", Scope::kIncidentsWrite},
    {"VerifyEvidence", Scope::kIncidentsWrite},
    {"WaiveObligation", Scope::kIncidentsWrite},
    {"WatchIncidents", Scope::kIncidentsRead},
    {"WhoAmI", std::nullopt},
};

}  // namespace

absl::StatusOr<ScopeSet> ReadScopes(const google::protobuf::RepeatedPtrField<std::string>& names) {
  ScopeSet scopes;
  for (const std::string& name : names) {
    const std::optional<Scope> scope = ParseScope(name);
    if (!scope.has_value()) {
      return InvalidField("scopes", absl::StrCat("\"", name.substr(0, 40), "\" is none; there are ",
                                                 AllScopeNames()));
    }
    scopes.Add(*scope);
  }
  return scopes;
}

const MethodScope* FindMethodScope(absl::string_view method) {
  const auto* found =
      std::find_if(std::begin(kMethods), std::end(kMethods),
                   [method](const MethodScope& row) { return row.method == method; });
  return found == std::end(kMethods) ? nullptr : found;
}

absl::Status CheckScopes(ScopeSet held, absl::string_view method) {
  if (held == ScopeSet::All()) return absl::OkStatus();
  const MethodScope* row = FindMethodScope(method);
  if (row != nullptr && (!row->scope.has_value() || held.Has(*row->scope))) return absl::OkStatus();
  const std::string needed(row == nullptr ? "" : ScopeName(*row->scope));
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "SCOPE_REQUIRED",
                      needed.empty()
                          ? "these credentials were made for other calls"
                          : absl::StrCat("these credentials were made without the scope ", needed,
                                         "; use others, or make a token that has it"))
      .Metadata("scope", needed)
      .Build();
}

}  // namespace belfry::frontend
