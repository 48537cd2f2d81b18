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
constexpr char kClock[] = "belfry.testing.v1.ClockService";

// clang-format off
constexpr Rule kRules[] = {
    // ---- Incidents
    {kIncident, "CreateIncident", Audience::kGuestsToo, Scope::kNothing, "", "OPEN"},
    {kIncident, "GetIncident", Audience::kEverybody, Scope::kIncident, "READ", ""},
    {kIncident, "ListIncidents", Audience::kEverybody, Scope::kIncidents, "LIST", ""},
    {kIncident, "UpdateIncident", Audience::kEverybody, Scope::kIncident, "READ", "UPDATE_DETAILS, NAME_READER"},
    {kIncident, "TransitionIncident", Audience::kEverybody, Scope::kIncident, "READ", "the act of the verb's transition"},
    {kIncident, "AcknowledgeIncident", Audience::kEverybody, Scope::kIncident, "READ", "ACKNOWLEDGE"},
    {kIncident, "EscalateIncident", Audience::kEverybody, Scope::kIncident, "READ", "ESCALATE, DEESCALATE, DEESCALATE_LEVELS"},
    {kIncident, "ChangeSeverity", Audience::kEverybody, Scope::kIncident, "READ", "CHANGE_SEVERITY, LOWER_SEVERITY, LOWER_BELOW_SUGGESTION"},
    {kIncident, "RecordFacts", Audience::kEverybody, Scope::kIncident, "READ", "RECORD_FACTS, and the answer's authors"},
    {kIncident, "AssignCategories", Audience::kEverybody, Scope::kIncident, "READ", "ASSIGN_CATEGORIES"},
    {kIncident, "AddEntity", Audience::kEverybody, Scope::kIncident, "READ", "ADD_ENTITY, CORRECT_DETECTION, POSTPONE_DETECTION, RELEASE_ENTITY"},
    {kIncident, "AddNote", Audience::kGuestsToo, Scope::kIncident, "READ", "NOTE; guests keep up to date what they wrote"},
    {kIncident, "LinkTicket", Audience::kEverybody, Scope::kIncident, "READ", "LINK_TICKET"},
    {kIncident, "SubmitDocument", Audience::kEverybody, Scope::kIncident, "READ", "the act of the document type"},
    {kIncident, "SendObligationNotice", Audience::kEverybody, Scope::kIncident, "READ", "the duty's senders or owners"},
    {kIncident, "RecordDecision", Audience::kEverybody, Scope::kIncident, "READ", "the act of the question"},
    {kIncident, "WaiveObligation", Audience::kEverybody, Scope::kIncident, "READ", "the duty's waivers"},
    {kIncident, "HoldObligation", Audience::kEverybody, Scope::kIncident, "READ", "the act of the duty's hold"},
    {kIncident, "SnoozeObligation", Audience::kEverybody, Scope::kIncident, "READ", "SNOOZE, and the duty's owners"},
    {kIncident, "ReleaseObligation", Audience::kEverybody, Scope::kIncident, "READ", "the act of the duty's hold"},
    {kIncident, "ExplainObligation", Audience::kEverybody, Scope::kIncident, "READ", ""},
    {kIncident, "LinkIncident", Audience::kEverybody, Scope::kIncident, "READ", "LINK, or the act of the merger; READ of the other one"},
    {kIncident, "RecordDevices", Audience::kEverybody, Scope::kIncident, "READ", "RECORD_DEVICES"},
    {kIncident, "ConfirmRemoval", Audience::kEverybody, Scope::kIncident, "READ", "EXECUTE_REMOVAL"},
    {kIncident, "RecordScan", Audience::kEverybody, Scope::kIncident, "READ", "RECORD_SCAN, VERIFY_SCAN"},
    {kIncident, "LiftRemoval", Audience::kEverybody, Scope::kIncident, "READ", "LIFT_REMOVAL"},
    {kIncident, "RecordCost", Audience::kEverybody, Scope::kIncident, "READ", "RECORD_COST"},
    {kIncident, "AssessCost", Audience::kEverybody, Scope::kIncident, "READ", "ASSESS_COST"},
    {kIncident, "RequestSpend", Audience::kEverybody, Scope::kIncident, "READ", "REQUEST_SPEND"},
    {kIncident, "DecideSpend", Audience::kEverybody, Scope::kIncident, "READ", "APPROVE_SPEND"},
    {kIncident, "ListObligations", Audience::kEverybody, Scope::kIncident, "READ", ""},
    {kIncident, "WatchIncidents", Audience::kEverybody, Scope::kIncidents, "WATCH", ""},
    {kTimeline, "ListTimelineEntries", Audience::kEverybody, Scope::kIncident, "READ", ""},
    // ---- Who may know
    {kCompartment, "NameReader", Audience::kEverybody, Scope::kIncident, "READ", "NAME_READER"},
    {kCompartment, "RemoveReader", Audience::kEverybody, Scope::kIncident, "READ", "REMOVE_READER"},
    {kCompartment, "NameSubject", Audience::kEverybody, Scope::kIncident, "READ", "NAME_SUBJECT"},
    {kCompartment, "ChangeTlp", Audience::kEverybody, Scope::kIncident, "READ", "RAISE_TLP, LOWER_TLP"},
    {kCompartment, "BreakGlass", Audience::kEverybody, Scope::kGlass, "", "BREAK_GLASS"},
    // ---- Notices on their way
    {kDelivery, "LeaseDeliveries", Audience::kBotsOnly, Scope::kNothing, "", ""},
    {kDelivery, "ReportDelivery", Audience::kBotsOnly, Scope::kNothing, "", ""},
    {kDelivery, "ListDeliveries", Audience::kBotsToo, Scope::kIncidents, "READ_DELIVERIES", ""},
    {kDelivery, "RequeueDelivery", Audience::kBotsToo, Scope::kNothing, "ADMIN_DELIVERIES", ""},
    // ---- Who is who
    {kDirectory, "GetDirectory", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "ReplaceDirectory", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UpdatePerson", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UpdateEntity", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "AssignRole", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "UnassignRole", Audience::kBotsToo, Scope::kNothing, "ADMIN_DIRECTORY", ""},
    {kDirectory, "ListEntities", Audience::kBotsToo, Scope::kNothing, "READ_POLICY", ""},
    {kDirectory, "ResolveContacts", Audience::kEverybody, Scope::kNothing, "READ_CONTACTS", ""},
    {kDirectory, "LookupChatAccount", Audience::kBotsOnly, Scope::kNothing, "", ""},
    {kDirectory, "WhoAmI", Audience::kBotsToo, Scope::kNothing, "", ""},
    // ---- The policy
    {kPolicy, "GetPolicy", Audience::kBotsToo, Scope::kNothing, "READ_POLICY", ""},
    {kPolicy, "ListPolicies", Audience::kBotsToo, Scope::kNothing, "READ_POLICY", ""},
    {kPolicy, "LintPolicy", Audience::kEverybody, Scope::kNothing, "READ_POLICY", ""},
    {kPolicy, "PreviewPolicy", Audience::kEverybody, Scope::kIncidents, "SIMULATE_POLICY", ""},
    {kPolicy, "AdoptPolicy", Audience::kEverybody, Scope::kNothing, "", "ADOPT_POLICY"},
    {kPolicy, "SimulatePolicy", Audience::kEverybody, Scope::kNothing, "SIMULATE_POLICY", ""},
    // ---- Chat accounts and places
    {kChat, "StartAccountLink", Audience::kBotsToo, Scope::kNothing, "", "one's own account"},
    {kChat, "CompleteAccountLink", Audience::kBotsToo, Scope::kNothing, "", "one's own account"},
    {kChat, "UnlinkAccount", Audience::kBotsToo, Scope::kNothing, "", "one's own account"},
    {kChat, "LookupPlace", Audience::kBotsOnly, Scope::kIncidents, "", "READ of whoever types there"},
    {kChat, "SaveConversation", Audience::kBotsOnly, Scope::kNothing, "", ""},
    {kChat, "ListConversations", Audience::kBotsOnly, Scope::kNothing, "", ""},
    // ---- Tests
    {kClock, "GetTime", Audience::kOpen, Scope::kNothing, "", ""},
    {kClock, "AdvanceTo", Audience::kOpen, Scope::kNothing, "", ""},
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
