#include "client-lib/chat/verbs.h"

#include "absl/strings/str_split.h"

namespace belfry::chat {
namespace {

// clang-format off
constexpr Verb kVerbs[] = {
    {VerbKind::kOpen, "open", "new report create",
     "sev|severity type|category agency|entity detected|since restricted drill title "
     "summary|description *fact",
     "open <title> [sev:] [type:] [agency:] [detected:] [restricted:yes] [drill:yes] "
     "[question:answer …]",
     "Report an incident; only a title is needed",
     "open \"Ransom note on three workstations\" sev:3 agency:DOP detected:14:05", false, "Report"},
    {VerbKind::kAck, "ack", "acknowledge", "", "ack [id]",
     "Say that you have it; the paging stops climbing", "ack DOP-2026-0007", true, "Respond"},
    {VerbKind::kEscalate, "escalate", "page", "to|role agency|entity reason|why",
     "escalate [id] [to:role,…] <reason>", "Page the next level, or the holders of a role",
     "escalate DOP-2026-0007 to:SCIO The contact does not answer", true, "Respond"},
    {VerbKind::kUpdate, "update", "daily", "agency|entity *field",
     "update [id] <text> [field:text …]",
     "Send the daily status",
     "update DOP-2026-0007 conditions:mail is down actions:accounts locked needs:a forensic image",
     true, "Respond"},
    {VerbKind::kFollowup, "followup", "follow-up", "agency|entity *field",
     "followup [id] field:text …", "Send the follow-up report",
     "followup DOP-2026-0007 description:\"mail server encrypted\"", true, "Respond"},
    {VerbKind::kSubmit, "submit", "document", "agency|entity *field",
     "submit [id] <document> field:text …", "Send any other document of the policy",
     "submit DOP-2026-0007 FOLLOWUP description:\"mail server encrypted\"", true, "Respond"},
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
     "agency [id] <agency> [origin|affected|potential] [detected:]",
     "Add an agency, or change how it is concerned", "agency DOP-2026-0007 DOR affected", true,
     "Record"},
    {VerbKind::kTicket, "ticket", "", "", "ticket [id] [system] <number>",
     "Link a ticket of a service desk", "ticket DOP-2026-0007 E2E INC0012345", true, "Record"},
    {VerbKind::kNotify, "notify", "announce", "text", "notify [id] <duty> [text]",
     "Send the notice that a duty asks for", "notify DOP-2026-0007 CCIO-CSO-VIA-SCIO", true,
     "Record"},
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
    {VerbKind::kHelp, "help", "?", "", "help [verb]", "Show this, or how one verb is used",
     "help open", false, "Look"},
};
// clang-format on

}  // namespace

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
