#include "server/core/policy/record_vocabulary.h"

#include <algorithm>

#include "absl/strings/str_split.h"

namespace belfry::core {
namespace {

constexpr EntryKind kEntryKinds[] = {
    {"INCIDENT_REPORTED", "title summary"},
    {"DETAILS_CHANGED", "title summary"},
    {"STATE_CHANGED", "reason"},
    {"SEVERITY_CHANGED", "reason"},
    {"FACT_RECORDED", "value reason"},
    {"CATEGORIES_ASSIGNED", ""},
    {"ENTITY_ADDED", "reason"},
    {"DETECTION_CORRECTED", "reason"},
    {"NOTE_ADDED", ""},
    {"TICKET_LINKED", ""},
    {"DOCUMENT_SUBMITTED", ""},
    {"DOCUMENT_DRAFTED", ""},
    {"DOCUMENT_APPROVED", ""},
    {"DRAFT_DISCARDED", "reason"},
    {"ACKNOWLEDGED", ""},
    {"PAGED", "reason"},
    {"ROLES_PAGED", "reason"},
    {"DEESCALATED", "reason"},
    {"ESCALATION_CLEARED", ""},
    {"DUTY_OPENED", ""},
    {"DUTY_SETTLED", "reason"},
    {"DUTY_OVERDUE", ""},
    {"DUTY_RESCHEDULED", "reason"},
    {"REMINDED", ""},
    {"OVERDUE_TOLD", ""},
    {"NOTICE_SENT", "text"},
    {"DELIVERED", "address error"},
    {"DELIVERY_FAILED", "address error"},
    {"DECIDED", "reason removal"},
    {"DEVICES_RECORDED", "family reason"},
    {"DEVICES_NOTED", "family reason"},
    {"REMOVAL_CONFIRMED", ""},
    {"SCAN_RECORDED", "tool"},
    {"REMOVAL_LIFTED", "reason"},
    {"COST_RECORDED", "description"},
    {"COST_ASSESSED", "reason"},
    {"SPEND_REQUESTED", "purpose"},
    {"SPEND_DECIDED", "reason"},
    {"CASE_CHANGED", "answer"},
    {"LATE_LINE_PASSED", ""},
    {"DUTY_HELD", "reason"},
    {"DUTY_RELEASED", "reason"},
    {"LINKED", ""},
    {"FIRST_PERSON", ""},
    {"REGISTER_OPENED", ""},
    {"POLICY_REPINNED", ""},
    {"ABSORBED", "value reason purpose family"},
    {"SECRET_MASKED", ""},
    {"READ", ""},
    {"READER_NAMED", "reason"},
    {"READER_REMOVED", "reason"},
    {"SUBJECT_NAMED", "reason"},
    {"TLP_CHANGED", "reason"},
    {"GLASS_BROKEN", "reason"},
    {"GLASS_CLOSED", ""},
    {"ROOM_WANTED", ""},
    {"ROOM_LEFT", ""},
    {"ROOM_OPENED", ""},
    {"SNOOZED", "reason"},
    {"DIGEST", ""},
    {"RECORD_REQUESTED", "requester"},
    {"RECORD_REVIEWED", "reason"},
    {"RECORD_RELEASED", ""},
    {"RECORD_DENIED", "reason"},
    {"EXPUNGED", "authority reason"},
    {"EVIDENCE_RECORDED", "description details"},
    {"CUSTODY", "details"},
    {"EVIDENCE_STORED", ""},
    {"EVIDENCE_HOLD", "reason"},
    {"EVIDENCE_DESTROYED", "reason"},
    {"EVIDENCE_VERIFIED", ""},
    {"EVIDENCE_CHANGED", ""},
    {"DESTRUCTION_ASKED", "reason"},
};

constexpr absl::string_view kFields[] = {"title", "summary", "device", "subnet"};

template <typename List>
bool Contains(const List& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

absl::Span<const EntryKind> EntryKinds() { return kEntryKinds; }

const EntryKind* FindEntryKind(absl::string_view kind) {
  for (const EntryKind& one : kEntryKinds) {
    if (one.kind == kind) return &one;
  }
  return nullptr;
}

bool HasPart(const EntryKind& kind, absl::string_view part) {
  for (const absl::string_view one : absl::StrSplit(kind.parts, ' ', absl::SkipEmpty())) {
    if (one == part) return true;
  }
  return false;
}

absl::Span<const absl::string_view> RecordFields() { return kFields; }

bool IsAbout(const policy::v1::RecordRule& rule, const RecordFacets& facets) {
  if (!rule.fields().empty()) {
    return !facets.field.empty() && Contains(rule.fields(), facets.field);
  }
  if (rule.has_entry()) {
    if (facets.entry.empty() || !Contains(rule.entry().kinds(), facets.entry)) return false;
    return facets.part.empty() ? rule.entry().parts().empty()
                               : Contains(rule.entry().parts(), facets.part);
  }
  if (rule.has_document()) {
    if (facets.document.empty() || !Contains(rule.document().types(), facets.document))
      return false;
    return rule.document().fields().empty() ||
           Contains(rule.document().fields(), facets.document_field);
  }
  if (!rule.facts().empty()) return !facets.fact.empty() && Contains(rule.facts(), facets.fact);
  if (!rule.people().empty()) {
    return std::find(rule.people().begin(), rule.people().end(), facets.person) !=
           rule.people().end();
  }
  return false;
}

}  // namespace belfry::core
