#include "client-lib/chat/verbs.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace belfry::chat {
namespace {

// clang-format off
constexpr Verb kVerbs[] = {
    {VerbKind::kOpen, "open", "new report create",
     "sev|severity type|category agency|entity detected|since restricted drill title "
     "summary|description subject reader also *fact",
     "open <title> [sev:] [type:] [agency:] [also:] [detected:] [restricted:yes] [subject:] "
     "[reader:] [drill:yes] [question:answer …]",
     "Report an incident; only a title is needed",
     "open \"Ransom note on three workstations\" sev:3 agency:DOP detected:14:05", false, "Report"},
    {VerbKind::kAck, "ack", "acknowledge", "", "ack [id]",
     "Say that you have it; the paging stops climbing", "ack DOP-2026-0007", true, "Respond"},
    {VerbKind::kEscalate, "escalate", "page", "to|role agency|entity reason|why",
     "escalate [id] [to:role,…|to:level] <reason>",
     "Page the next level, the holders of a role, or go up or down to a level",
     "escalate DOP-2026-0007 to:SCIO The contact does not answer", true, "Respond"},
    {VerbKind::kUpdate, "update", "daily", "*field agency|entity|for at|event-time",
     "update [id] <text> [field:text …]",
     "Send the daily status",
     "update DOP-2026-0007 conditions:mail is down actions:accounts locked needs:a forensic image",
     true, "Respond"},
    {VerbKind::kFollowup, "followup", "follow-up", "*field agency|entity|for at|event-time",
     "followup [id] field:text …", "Send the follow-up report",
     "followup DOP-2026-0007 description:\"mail server encrypted\"", true, "Respond"},
    {VerbKind::kDocument, "document", "doc file submit", "*field agency|entity|for at|event-time",
     "document [id] <type> [for:] [at:] field:text …",
     "Hand in any document of the policy; without fields, show its form",
     "document DOP-2026-0007 FOLLOWUP description:\"mail server encrypted\"", true, "Respond"},
    {VerbKind::kNote, "note", "log comment", "at|time", "note [id] <text> [at:14:05]",
     "Write into the timeline", "note DOP-2026-0007 Firewall log saved at:14:05", true, "Respond"},
    {VerbKind::kSeverity, "sev", "severity priority", "reason|why", "sev [id] <severity> [reason]",
     "Raise the severity, or lower it with a reason", "sev DOP-2026-0007 2 Payroll is affected",
     true, "Record"},
    {VerbKind::kFact, "fact", "set answer", "reason|why at|known *fact",
     "fact [id] question:answer … [reason:]",
     "Answer the policy's questions; duties follow at once",
     "fact DOP-2026-0007 attack_intrusion:suspected", true, "Record"},
    {VerbKind::kType, "type", "category", "", "type [id] <category[/detail]> …", "Add a category",
     "type DOP-2026-0007 ransomware", true, "Record"},
    {VerbKind::kAgency, "agency", "entity", "detected|since",
     "agency [id] <agency> [origin|affected|potential|third_party] [detected:]",
     "Add an agency, or change how it is concerned", "agency DOP-2026-0007 DOR affected", true,
     "Record"},
    {VerbKind::kTicket, "ticket", "", "", "ticket [id] [system] <number>",
     "Link a ticket of a service desk", "ticket DOP-2026-0007 E2E INC0012345", true, "Record"},
    {VerbKind::kNotify, "notify", "announce", "*field text",
     "notify [id] <duty> [text] [field:text …]",
     "Send the notice that a duty asks for", "notify DOP-2026-0007 CCIO-CSO-VIA-SCIO", true,
     "Record"},
    {VerbKind::kLink, "link", "", "parent|to merge reason|why",
     "link [id] parent:<id> [merge:yes] [reason:]", "Make it a part of another incident",
     "link DOP-2026-0007 parent:DOP-2026-0003 reason:\"the same mail wave\"", true, "Record"},
    {VerbKind::kMerge, "merge", "", "parent|to|into reason|why", "merge [id] <other id> [reason]",
     "It is the same occurrence: move everything to the other one",
     "merge DOP-2026-0007 DOP-2026-0003 the same mail wave", true, "Record"},
    {VerbKind::kDecide, "decide", "decision",
     "reason|why devices|device subnets|subnet safety agency|entity|for",
     "decide [id] <question> [answer] [reason:] [devices:a,b] [subnets:] [safety:ack] [for:]",
     "Decide a question of the policy; without an answer, show it",
     "decide DOP-2026-0007 OLC YES reason:\"a crime is likely\"", true, "Decisions"},
    {VerbKind::kWaive, "waive", "", "reason|why", "waive [id] <duty> reason:\"…\"",
     "Waive a duty, or find that it does not apply",
     "waive DOP-2026-0007 FOLLOWUP-24H reason:\"reported by the host\"", true, "Decisions"},
    {VerbKind::kHold, "hold", "", "reason|why", "hold [id] <duty> reason:\"…\"",
     "Stop a duty's clock by a lawful hold",
     "hold DOP-2026-0007 FOLLOWUP-24H reason:\"State police, letter of 24 November\"", true,
     "Decisions"},
    {VerbKind::kRelease, "release", "", "reason|why", "release [id] <duty> [reason:]",
     "Let the clock of a held duty run again", "release DOP-2026-0007 FOLLOWUP-24H", true,
     "Decisions"},
    {VerbKind::kExplain, "explain", "why", "", "explain [id] <duty>",
     "Show why a duty exists, how its deadline came about and what ends it",
     "explain DOP-2026-0007 FOLLOWUP-24H", true, "Decisions"},
    {VerbKind::kDevice, "device", "",
     "subnet|subnets family|malware by reason|why safety agency|entity|for",
     "device [id] <name,…> <status> [subnet:] [family:] [by:] [reason:] [safety:yes] [for:]",
     "Record what became of devices",
     "device DOP-2026-0007 ws-14,ws-15 infected subnet:10.20.4.0/24 family:emotet", true,
     "Network"},
    {VerbKind::kScan, "scan", "", "subnets|subnet tool at|time verify",
     "scan [id] <clean|infected|inconclusive> subnets:… [tool:] [at:] [verify:yes]",
     "Record a scan of what was removed", "scan DOP-2026-0007 clean subnets:10.20.4.0/24 tool:yara",
     true, "Network"},
    {VerbKind::kRemoved, "removed", "", "targets|target removal",
     "removed [id] [targets:…] [removal:number]", "Confirm that targets are off the network",
     "removed DOP-2026-0007 targets:ws-14,10.20.4.0/24", true, "Network"},
    {VerbKind::kLift, "lift", "", "reason|why removal", "lift [id] [reason] [removal:number]",
     "Let what was removed return after a clean scan", "lift DOP-2026-0007", true, "Network"},
    {VerbKind::kDevices, "devices", "", "", "devices [id]",
     "Show the devices and the removals", "devices DOP-2026-0007", true, "Network"},
    {VerbKind::kCost, "cost", "", "self-help agency|entity|for",
     "cost [id] <amount> \"what for\" [self-help:yes] [for:]", "Record a cost",
     "cost DOP-2026-0007 $1,190.00 \"Forensic images\" self-help:yes", true, "Money"},
    {VerbKind::kAssess, "assess", "", "reason|why",
     "assess [id] <number> <reasonable|not_reasonable|written_off> [reason:]",
     "Say whether a cost is reasonable", "assess DOP-2026-0007 1 reasonable", true, "Money"},
    {VerbKind::kSpend, "spend", "", "agency|entity|for", "spend [id] <amount> \"what for\" [for:]",
     "Ask for money; what is pre-authorised is approved at once",
     "spend DOP-2026-0007 $2,500.00 \"Forensic disks\"", true, "Money"},
    {VerbKind::kApprove, "approve", "", "reason|why", "approve [id] <number> [reason]",
     "Approve a spending request", "approve DOP-2026-0007 2", true, "Money"},
    {VerbKind::kRefuse, "refuse", "", "reason|why", "refuse [id] <number> <reason>",
     "Refuse a spending request", "refuse DOP-2026-0007 2 The disks are in stock", true, "Money"},
    {VerbKind::kCosts, "costs", "", "", "costs [id]",
     "Show the costs, the spending requests and what is claimed back",
     "costs DOP-2026-0007", true, "Money"},
    {VerbKind::kList, "list", "ls", "state sev|severity agency|entity limit",
     "list [late|all|mine] [state:] [sev:] [agency:]",
     "List incidents; the open ones unless you say all",
     "list late", false, "Look"},
    {VerbKind::kShow, "show", "info status", "", "show [id]", "Show one incident",
     "show DOP-2026-0007", true, "Look"},
    {VerbKind::kDuties, "duties", "obligations", "", "duties [id] [all]",
     "Show what is owed, by whom and by when", "duties DOP-2026-0007", true, "Look"},
    {VerbKind::kTimeline, "timeline", "history", "", "timeline [id] [number|all]",
     "Show what happened", "timeline DOP-2026-0007", true, "Look"},
    {VerbKind::kWho, "who", "oncall contacts", "agency|entity role", "who [agency] [role …]",
     "Show who holds which role now", "who DOP", false, "Look"},
    {VerbKind::kWhoAmI, "whoami", "me", "", "whoami", "Show who you are for Belfry and your roles",
     "whoami", false, "Look"},
    {VerbKind::kDeliveries, "deliveries", "dead", "limit",
     "deliveries [dead|pending|all|retry <name>]", "Show notices that could not be delivered",
     "deliveries retry deliveries/0190b3f2", false, "Look"},
    {VerbKind::kHelp, "help", "?", "", "help [command]", "Show this, or how one command is used",
     "help open", false, "Look"},
};
// clang-format on

constexpr FoldedGroup kFoldedGroups[] = {
    {"Decisions", "Decide, waive, hold, explain a duty"},
    {"Network", "Devices, scans, removals from the network"},
    {"Money", "Costs, spending requests and what is claimed back"},
};

}  // namespace

absl::Span<const FoldedGroup> FoldedGroups() { return kFoldedGroups; }

const FoldedGroup* FindFoldedGroup(absl::string_view name) {
  for (const FoldedGroup& group : kFoldedGroups) {
    if (absl::EqualsIgnoreCase(group.name, name)) return &group;
  }
  return nullptr;
}

absl::Span<const Verb> Verbs() { return kVerbs; }

const Verb& VerbOf(VerbKind kind) {
  for (const Verb& verb : kVerbs) {
    if (verb.kind == kind) return verb;
  }
  return VerbOf(VerbKind::kHelp);
}

std::vector<std::string> SplitWords(absl::string_view words) {
  return absl::StrSplit(words, ' ', absl::SkipEmpty());
}

}  // namespace belfry::chat
