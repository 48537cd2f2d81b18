#include "tests/properties/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tests/properties/judge.h"
#include "tests/properties/shrink.h"

namespace belfry::properties {
namespace {

int64_t Count(const Findings& findings, const std::string& what) {
  const auto found = findings.seen().find(what);
  return found == findings.seen().end() ? 0 : found->second;
}

// "CODE 12, CODE 7" of everything counted under a prefix.
std::string Group(const Findings& findings, const std::string& prefix) {
  std::vector<std::string> parts;
  for (const auto& [what, times] : findings.seen()) {
    absl::string_view rest = what;
    if (absl::ConsumePrefix(&rest, prefix)) parts.push_back(absl::StrCat(rest, " ", times));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string FailureText(const Failure& failure, const History& history,
                        const core::PolicyIndex& policy) {
  const History small = Shrink(history, policy, failure.property, failure.tag);
  std::string text = failure.text;
  const Findings findings = JudgeHistory(small, policy, failure.property);
  for (const Failure& again : findings.failures()) {
    if (again.tag == failure.tag) text = again.text;
  }
  return absl::StrCat("property ", failure.property, " (", PropertyTitle(failure.property),
                      ") fails: ", failure.tag, "\n  seed ", history.seed, ", profile ",
                      ProfileName(history.profile), ", government ", history.government, ", ",
                      small.steps.size(), " of ", history.steps.size(), " acts left\n  ", text,
                      "\n", Trace(small, policy, false));
}

std::string CoverageText(const Findings& findings) {
  const int64_t accepted = Count(findings, "acts accepted");
  const int64_t refused = Count(findings, "acts refused");
  std::string text =
      absl::StrFormat("acts: %d, accepted %.1f %%\n", accepted + refused,
                      100.0 * static_cast<double>(accepted) /
                          static_cast<double>(std::max<int64_t>(1, accepted + refused)));
  for (const char* prefix :
       {"accepted ", "refused ", "refusal ", "state ", "outcome ", "duty ", "event ", "settled "}) {
    absl::StrAppend(&text, prefix, "| ", Group(findings, prefix), "\n");
  }
  for (int property = 1; property <= kProperties; ++property) {
    absl::StrAppend(&text, "property ", property, " | ",
                    Group(findings, absl::StrCat(property, ": ")), "\n");
  }
  return text;
}

std::vector<std::string> Unexercised(const Findings& findings, const core::PolicyIndex& policy) {
  std::vector<std::string> missing;
  const auto need = [&](const std::string& what) {
    if (Count(findings, what) == 0) missing.push_back(what);
  };
  for (const auto& rule : policy.proto().obligations()) {
    // Nobody here asks for records.
    if (rule.code() != "RECORDS-RESPONSE") need(absl::StrCat("duty ", rule.code()));
  }
  for (const auto& state : policy.proto().states()) {
    if (state.code() != policy.proto().initial_state()) need(absl::StrCat("state ", state.code()));
  }
  const auto* oneof = Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < oneof->field_count(); ++i) {
    // Two packs are needed for that one; a history has one.
    if (oneof->field(i)->name() == "policy_repinned") continue;
    // Nobody here snoozes, and the government has no chat platform that opens rooms.
    const std::string& name = oneof->field(i)->name();
    if (name == "room_wanted" || name == "room_opened" || name == "reminder_snoozed") continue;
    // Evidence, public records, readers, labels, broken glass and drafts have tests of their own
    // (unit/server/core, integration, authz); no history here acts on them.
    static const auto* const elsewhere = new std::set<std::string>{
        "payload_expunged",   "evidence_recorded",     "custody_recorded",  "evidence_stored",
        "evidence_destroyed", "evidence_hold_changed", "evidence_verified", "destruction_asked",
        "record_requested",   "record_reviewed",       "record_released",   "record_denied",
        "reader_named",       "reader_removed",        "subject_named",     "tlp_changed",
        "glass_broken",       "glass_closed",          "document_drafted",  "document_approved",
        "draft_discarded"};
    if (elsewhere->count(name) > 0) continue;
    need(absl::StrCat("event ", oneof->field(i)->name()));
  }
  for (const char* outcome :
       {"SATISFIED", "SATISFIED_LATE", "MISSED", "VOID", "WAIVED", "NOT_APPLICABLE"}) {
    need(absl::StrCat("outcome ", outcome));
  }
  for (const char* what : {"1: entity with its follow-up",
                           "1: void by dismissal",
                           "1: void by merger",
                           "1: void by release",
                           "1: T0 corrected while open",
                           "1: after a reopening",
                           "2: point opened",
                           "2: point expected",
                           "2: satisfied",
                           "2: missed",
                           "2: void",
                           "2: regress",
                           "3: referral accepted",
                           "3: referral refused",
                           "3: outside contact in order",
                           "3: outside contact out of order",
                           "3: counsel after law enforcement",
                           "4: public safety concerned",
                           "4: no longer concerned",
                           "5: sent through the SCIO",
                           "5: sent by ITD",
                           "5: satisfied",
                           "state of a part: satisfied by the parent",
                           "6: removal decided",
                           "6: confirmed",
                           "6: scan",
                           "6: returned to the network",
                           "6: return refused",
                           "6: reinfection",
                           "7: waived where the table allows",
                           "7: refused to waive what nobody may",
                           "7: counsel found it not applicable",
                           "7: held or released",
                           "8: severity raised",
                           "8: severity lowered",
                           "8: recomputed SCIO-NOTICE",
                           "8: recomputed CCIO-CSO-VIA-SCIO",
                           "8: recomputed TRIAGE-DONE",
                           "8: recomputed CISO-COORD",
                           "8: recomputed EXEC-DECIDE",
                           "8: moved by an earlier T0",
                           "8: moved by a later T0",
                           "9: letter accepted",
                           "9: letter refused",
                           "9: filing accepted",
                           "10: notices of a restricted incident",
                           "10: notices of an ordinary incident",
                           "10: document labelled RED",
                           "10: CAT-03",
                           "10: sent to a list",
                           "11: event",
                           "12: folded and compared",
                           "12: second tick",
                           "13: duty of a voluntary entity",
                           "13: step-up of an advisory duty",
                           "13: played as voluntary and as bound",
                           "14: only answers about personal information changed",
                           "14: played with and without personal information",
                           "15: event",
                           "15: notice",
                           "16: overdue before",
                           "17: tick",
                           "18: incident about somebody",
                           "19: DISMISSED",
                           "19: MERGED",
                           "19: CLOSED",
                           "20: played at another pace"}) {
    need(what);
  }
  return missing;
}

}  // namespace belfry::properties
