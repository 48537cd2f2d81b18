// The one table of what can be typed: help, the parser and the dispatcher are made from it.
#ifndef BELFRY_CLIENT_LIB_CHAT_VERBS_H_
#define BELFRY_CLIENT_LIB_CHAT_VERBS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace belfry::chat {

enum class VerbKind {
  kOpen,
  kDrill,
  kAck,
  kEscalate,
  kUpdate,
  kFollowup,
  kDocument,
  kDraft,
  kSend,
  kDiscard,
  kDocuments,
  kPaper,
  kNote,
  kTransition,  // every verb of the pack's life cycle; not in the table
  kPhase,
  kSeverity,
  kFact,
  kType,
  kAgency,
  kLead,
  kTicket,
  kNotify,
  kRelate,
  kMerge,
  kReader,
  kRemoveReader,
  kSubject,
  kTlp,
  kBreakGlass,
  kDecide,
  kSnooze,
  kWaive,
  kHold,
  kRelease,
  kExplain,
  kDevice,
  kScan,
  kRemoved,
  kLift,
  kDevices,
  kCost,
  kAssess,
  kSpend,
  kApprove,
  kRefuse,
  kCosts,
  kEvidence,
  kRecords,
  kHome,
  kList,
  kShow,
  kStatus,
  kReport,
  kDuties,
  kTimeline,
  kWho,
  kDeliveries,
  kLink,
  kUnlink,
  kWhoAmI,
  kNotNow,
  kHelp,
};

struct Verb {
  VerbKind kind;
  absl::string_view name;
  absl::string_view aliases;  // space-separated
  // Keys of its pairs, space-separated; "sev|severity": the first one is the canonical name.
  // "*fact" and "*field" stand for the pack's questions and a document's fields.
  absl::string_view keys;
  absl::string_view syntax;
  absl::string_view summary;
  absl::string_view example;
  // An incident may be named first; without one, the incident of the channel is meant.
  bool takes_incident;
  absl::string_view group;  // heading in the help
  // Acts of the policy's permission table that allow it, space-separated; any one is enough. Empty:
  // nothing in the table speaks of it. The acts of documents, questions and steps stand in the
  // pack.
  absl::string_view acts;
};

// Groups that the help shows in one line, `help <group>` in full: what a menu should not be crowded
// with.
struct FoldedGroup {
  absl::string_view name;
  absl::string_view summary;
};
absl::Span<const FoldedGroup> FoldedGroups();
// The group of that name, any case; null when there is none.
const FoldedGroup* FindFoldedGroup(absl::string_view name);

// In the order of the help.
absl::Span<const Verb> Verbs();

// The table's row of a kind; the kind must not be kTransition.
const Verb& VerbOf(VerbKind kind);

// "a b c" as {"a", "b", "c"}.
std::vector<std::string> SplitWords(absl::string_view words);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_VERBS_H_
