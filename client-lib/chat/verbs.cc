#include "client-lib/chat/verbs.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace belfry::chat {
namespace {

// clang-format off
constexpr Verb kVerbs[] = {
    {VerbKind::kOpen, "open", "new create declare",
     "sev|severity type|category agency|entity detected|since restricted drill title "
     "summary|description subject reader also *fact",
     "open <title> [sev:] [type:] [agency:] [also:] [detected:] [restricted:yes] [subject:] "
     "[reader:] [drill:yes] [question:answer …]",
     "Report an incident; only a title is needed",
     "open \"Ransom note on three workstations\" sev:3 agency:DOP detected:14:05", false, "Report",
     "OPEN"},
    {VerbKind::kDrill, "drill", "exercise",
     "sev|severity type|category agency|entity detected|since restricted title "
     "summary|description subject reader also *fact",
     "drill open <title> …", "Open an exercise, marked as one everywhere",
     "drill open \"Ransom note in the exercise\" sev:3", false, "Report", "OPEN"},
    {VerbKind::kAck, "ack", "acknowledge", "", "ack [id]",
     "Say that you have it; the paging stops climbing", "ack DOP-2026-0007", true, "Respond",
     "ACKNOWLEDGE"},
    {VerbKind::kEscalate, "escalate", "page", "to|role agency|entity reason|why",
     "escalate [id] [to:role,…|to:level] <reason>",
     "Page the next level, the holders of a role, or go up or down to a level",
     "escalate DOP-2026-0007 to:SCIO The contact does not answer", true, "Respond",
     "ESCALATE"},
    {VerbKind::kUpdate, "update", "daily", "*field agency|entity|for at|event-time",
     "update [id] <text> [field:text …]",
     "Send the daily status",
     "update DOP-2026-0007 conditions:mail is down actions:accounts locked needs:a forensic image",
     true, "Respond", ""},
    {VerbKind::kFollowup, "followup", "follow-up", "*field agency|entity|for at|event-time",
     "followup [id] field:text …", "Send the follow-up report",
     "followup DOP-2026-0007 description:\"mail server encrypted\"", true, "Respond", ""},
    {VerbKind::kDocument, "document", "doc file submit", "*field agency|entity|for at|event-time",
     "document [id] <type> [for:] [at:] field:text …",
     "Hand in any document of the policy; without fields, show its form",
     "document DOP-2026-0007 FOLLOWUP description:\"mail server encrypted\"", true, "Respond", ""},
    {VerbKind::kNote, "note", "log comment", "at|time", "note [id] <text> [at:14:05]",
     "Write into the timeline", "note DOP-2026-0007 Firewall log saved at:14:05", true, "Respond",
     "NOTE"},
    {VerbKind::kSeverity, "sev", "severity priority", "reason|why", "sev [id] <severity> [reason]",
     "Raise the severity, or lower it with a reason", "sev DOP-2026-0007 2 Payroll is affected",
     true, "Record", "CHANGE_SEVERITY"},
    {VerbKind::kFact, "fact", "set answer", "reason|why at|known *fact",
     "fact [id] question:answer … [reason:]",
     "Answer the policy's questions; duties follow at once",
     "fact DOP-2026-0007 attack_intrusion:suspected", true, "Record", "RECORD_FACTS"},
    {VerbKind::kType, "type", "category", "", "type [id] <category[/detail]> …", "Add a category",
     "type DOP-2026-0007 ransomware", true, "Record", "ASSIGN_CATEGORIES"},
    {VerbKind::kLead, "lead", "commander owner", "", "lead [id] @person",
     "Say who leads the response", "lead DOP-2026-0007 @dop.contact", true, "Record",
     "UPDATE_DETAILS"},
    {VerbKind::kTicket, "ticket", "", "", "ticket [id] [system] <number>",
     "Link a ticket of a service desk", "ticket DOP-2026-0007 E2E INC0012345", true, "Record",
     "LINK_TICKET"},
    {VerbKind::kNotify, "notify", "announce", "*field text",
     "notify [id] <duty> [text] [field:text …]",
     "Send the notice that a duty asks for", "notify DOP-2026-0007 CCIO-CSO-VIA-SCIO", true,
     "Record", ""},
    {VerbKind::kAgency, "agency", "entity", "detected|since as|relation",
     "agency [id] <agency> [origin|affected|potential|third_party] [detected:]",
     "Add an agency, or change how it is concerned", "agency DOP-2026-0007 DOR affected", true,
     "Parts", "ADD_ENTITY CORRECT_DETECTION"},
    {VerbKind::kRelate, "relate", "", "parent|to merge reason|why",
     "relate [id] <other id> [reason]", "Make it a part of another incident",
     "relate DOP-2026-0007 DOP-2026-0003 the same mail wave", true, "Parts", "LINK"},
    {VerbKind::kMerge, "merge", "", "parent|to|into reason|why", "merge [id] <other id> [reason]",
     "It is the same occurrence: move everything to the other one",
     "merge DOP-2026-0007 DOP-2026-0003 the same mail wave", true, "Parts", "MERGE"},
    {VerbKind::kDecide, "decide", "decision",
     "reason|why devices|device subnets|subnet safety agency|entity|for",
     "decide [id] <question> [answer] [reason:] [devices:a,b] [subnets:] [safety:ack] [for:]",
     "Decide a question of the policy; without an answer, show it",
     "decide DOP-2026-0007 OLC YES reason:\"a crime is likely\"", true, "Decisions", ""},
    {VerbKind::kSnooze, "snooze", "silence", "for|until reason|why",
     "snooze [id] <duty> <2h> <reason>",
     "Stop the reminders of a duty for a while; its deadline stays",
     "snooze DOP-2026-0007 FOLLOWUP-24H 2h The forensic report comes at noon", true, "Decisions",
     ""},
    {VerbKind::kWaive, "waive", "", "reason|why", "waive [id] <duty> reason:\"…\"",
     "Waive a duty, or find that it does not apply",
     "waive DOP-2026-0007 FOLLOWUP-24H reason:\"reported by the host\"", true, "Decisions", ""},
    {VerbKind::kHold, "hold", "", "reason|why", "hold [id] <duty> reason:\"…\"",
     "Stop a duty's clock by a lawful hold",
     "hold DOP-2026-0007 FOLLOWUP-24H reason:\"State police, letter of 24 November\"", true,
     "Decisions", ""},
    {VerbKind::kRelease, "release", "", "reason|why", "release [id] <duty> [reason:]",
     "Let the clock of a held duty run again", "release DOP-2026-0007 FOLLOWUP-24H", true,
     "Decisions", ""},
    {VerbKind::kExplain, "explain", "why", "", "explain [id] <duty>",
     "Show why a duty exists, how its deadline came about and what ends it",
     "explain DOP-2026-0007 FOLLOWUP-24H", true, "Decisions", ""},
    {VerbKind::kRecords, "records", "record public-records",
     "phrase ground here reason|why requester|from received|at version",
     "records <show|review|request|release|deny|log> [id] …",
     "Public records: tag the parts of a record, release it or deny it",
     "records review DOP-2026-0007 entries/12 N reason:\"tells how the firewall is set up\"", true,
     "Decisions", "REVIEW_RECORD RELEASE_RECORD REQUEST_RECORD"},
    {VerbKind::kDevice, "device", "",
     "subnet|subnets family|malware by reason|why safety agency|entity|for",
     "device [id] <name,…> <status> [subnet:] [family:] [by:] [reason:] [safety:yes] [for:]",
     "Record what became of devices",
     "device DOP-2026-0007 ws-14,ws-15 infected subnet:10.20.4.0/24 family:emotet", true,
     "Network", "RECORD_DEVICES"},
    {VerbKind::kScan, "scan", "", "subnets|subnet tool at|time verify",
     "scan [id] <clean|infected|inconclusive> subnets:… [tool:] [at:] [verify:yes]",
     "Record a scan of what was removed", "scan DOP-2026-0007 clean subnets:10.20.4.0/24 tool:yara",
     true, "Network", "RECORD_SCAN VERIFY_SCAN"},
    {VerbKind::kRemoved, "removed", "", "targets|target removal",
     "removed [id] [targets:…] [removal:number]", "Confirm that targets are off the network",
     "removed DOP-2026-0007 targets:ws-14,10.20.4.0/24", true, "Network",
     "EXECUTE_REMOVAL"},
    {VerbKind::kLift, "lift", "", "reason|why removal", "lift [id] [reason] [removal:number]",
     "Let what was removed return after a clean scan", "lift DOP-2026-0007", true, "Network",
     "LIFT_REMOVAL"},
    {VerbKind::kDevices, "devices", "", "", "devices [id]",
     "Show the devices and the removals", "devices DOP-2026-0007", true, "Network", ""},
    {VerbKind::kCost, "cost", "", "self-help agency|entity|for",
     "cost [id] <amount> \"what for\" [self-help:yes] [for:]", "Record a cost",
     "cost DOP-2026-0007 $1,190.00 \"Forensic images\" self-help:yes", true, "Money", "RECORD_COST"},
    {VerbKind::kAssess, "assess", "", "reason|why",
     "assess [id] <number> <reasonable|not_reasonable|written_off> [reason:]",
     "Say whether a cost is reasonable", "assess DOP-2026-0007 1 reasonable", true, "Money",
     "ASSESS_COST"},
    {VerbKind::kSpend, "spend", "", "agency|entity|for", "spend [id] <amount> \"what for\" [for:]",
     "Ask for money; what is pre-authorised is approved at once",
     "spend DOP-2026-0007 $2,500.00 \"Forensic disks\"", true, "Money", "REQUEST_SPEND"},
    {VerbKind::kApprove, "approve", "", "reason|why", "approve [id] <number> [reason]",
     "Approve a spending request", "approve DOP-2026-0007 2", true, "Money", "APPROVE_SPEND"},
    {VerbKind::kRefuse, "refuse", "", "reason|why", "refuse [id] <number> <reason>",
     "Refuse a spending request", "refuse DOP-2026-0007 2 The disks are in stock", true, "Money",
     "APPROVE_SPEND"},
    {VerbKind::kCosts, "costs", "", "", "costs [id]",
     "Show the costs, the spending requests and what is claimed back",
     "costs DOP-2026-0007", true, "Money", ""},
    {VerbKind::kEvidence, "evidence", "item items",
     "kind serial make model host|hostname mac ip location place seal tool how by blocker "
     "authority rank|volatility order copy-of sha256|hash tlp at|time to carrier method "
     "reason|why|purpose",
     "evidence <add|list|show|custody|transfer|accept|refuse|seal|unseal|out|in|copied|analysed|"
     "verify|hold|unhold|release|return|destroy|approve|deny> [id or item] …",
     "Record evidence, hand it over, say who had it when",
     "evidence transfer DOP-2026-0007-E1 to:@dop.iso For analysis", true, "Evidence", ""},
    {VerbKind::kHome, "home", "mine", "", "home", "Show my duties, with their deadlines, and my pages",
     "home", false, "Look", ""},
    {VerbKind::kList, "list", "ls late", "state sev|severity agency|entity limit",
     "list [late|all|mine] [state:] [sev:] [agency:]",
     "List incidents; the open ones unless you say all",
     "list late", false, "Look", ""},
    {VerbKind::kShow, "show", "info summary", "", "show [id]", "Show one incident",
     "show DOP-2026-0007", true, "Look", ""},
    {VerbKind::kDuties, "duties", "obligations", "", "duties [id] [all]",
     "Show what is owed, by whom and by when", "duties DOP-2026-0007", true, "Look", ""},
    {VerbKind::kTimeline, "timeline", "history", "", "timeline [id] [number|all]",
     "Show what happened", "timeline DOP-2026-0007", true, "Look", ""},
    {VerbKind::kWho, "who", "oncall contacts", "agency|entity role", "who [agency] [role …]",
     "Show who holds which role now", "who DOP", false, "Look", ""},
    {VerbKind::kDeliveries, "deliveries", "dead", "limit",
     "deliveries [dead|pending|all|retry <name>]", "Show notices that could not be delivered",
     "deliveries retry deliveries/0190b3f2", false, "Look", ""},
    {VerbKind::kLink, "link", "", "parent|to merge reason|why incident|id", "link [code]",
     "Tie your chat account to you: get a one-time code, or redeem one", "link K7QF-2MRD", false,
     "Account", ""},
    {VerbKind::kUnlink, "unlink", "", "", "unlink [platform workspace user]",
     "Untie this chat account from you, or the named one", "unlink", false, "Account", ""},
    {VerbKind::kWhoAmI, "whoami", "me", "", "whoami", "Show who you are for Belfry and your roles",
     "whoami", false, "Account", ""},
    {VerbKind::kPhase, "phase", "", "reason|why *fact", "phase [id] <step or state> [reason]",
     "Take a step of the life cycle by its name or by where it leads",
     "phase DOP-2026-0007 contain", true, "Words", ""},
    {VerbKind::kStatus, "status", "", "reason|why *fact", "status [id]",
     "Ask what you mean: show it, write an update, take a step", "status", true, "Words", ""},
    {VerbKind::kReport, "report", "", "", "report",
     "Ask what you mean: a new incident, the daily status, another report", "report", false, "Words",
     ""},
    {VerbKind::kNotNow, "not-now", "", "", "not-now", "Answer a question of Belfry with no",
     "not-now", false, "Words", ""},
    {VerbKind::kHelp, "help", "?", "", "help [command|all]",
     "Show what you may do here, or how one command is used", "help open", false, "Look", ""},
};
// clang-format on

constexpr FoldedGroup kFoldedGroups[] = {
    {"Parts", "Agencies and incidents that belong together"},
    {"Decisions", "Decide, snooze, waive, hold, explain a duty; public records"},
    {"Network", "Devices, scans, removals from the network"},
    {"Evidence", "Items of evidence and their chain of custody"},
    {"Money", "Costs, spending requests and what is claimed back"},
    {"Account", "Your account here and who you are"},
    {"Words", "Words that ask what you mean"},
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
