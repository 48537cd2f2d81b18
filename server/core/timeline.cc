// The record as people read it: one plain sentence for each kind of event.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "server/core/evidence.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using record::v1::ChainPaged;
using record::v1::Event;

struct Sentence {
  const char* kind;
  std::string text;
};

std::string Id(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

template <typename Range>
std::string Ids(const Range& names) {
  std::vector<std::string> ids;
  for (const std::string& name : names) ids.push_back(Id(name));
  return ids.empty() ? "nobody" : absl::StrJoin(ids, ", ");
}

std::string Because(absl::string_view reason) {
  return reason.empty() ? "" : absl::StrCat(": ", reason);
}

std::string Categories(const record::v1::CategoriesAssigned& body) {
  std::vector<std::string> parts;
  for (const auto& assigned : body.categories()) {
    parts.push_back(
        assigned.sub_values().empty()
            ? assigned.category()
            : absl::StrCat(assigned.category(), "/", absl::StrJoin(assigned.sub_values(), ",")));
  }
  return absl::StrJoin(parts, ", ");
}

std::string PagedText(const ChainPaged& body) {
  const std::string whom = absl::StrCat(
      "level ", body.level(), " (", absl::StrJoin(body.roles(), ", "), "): ", Ids(body.people()));
  const std::string folded = body.collapsed() == 0
                                 ? ""
                                 : absl::StrCat(" (", body.collapsed(),
                                                " earlier page(s) that fell due meanwhile are "
                                                "folded into this one)");
  switch (body.reason()) {
    case ChainPaged::REASON_STARTED:
      return absl::StrCat("Paged ", whom);
    case ChainPaged::REASON_REPEAT:
      return absl::StrCat("Nobody acknowledged; paged again, try ", body.attempt(), ", ", whom,
                          folded);
    case ChainPaged::REASON_CLIMB:
      return absl::StrCat("Nobody acknowledged; escalated to ", whom, folded);
    case ChainPaged::REASON_EXHAUSTED:
      return absl::StrCat("The whole ladder is silent; paged again, try ", body.attempt(), ", ",
                          whom, folded);
    case ChainPaged::REASON_REQUESTED:
      return absl::StrCat("Escalated on request to ", whom, Because(body.text()));
    case ChainPaged::REASON_SEVERITY_RAISED:
      return absl::StrCat("The severity was raised; paged ", whom);
    case ChainPaged::REASON_NO_ACTIVITY:
      return absl::StrCat("Acknowledged, but nothing was recorded since; paged again ", whom);
    case ChainPaged::REASON_UNREACHABLE:
      return absl::StrCat("Nobody on the level below can be reached; escalated to ", whom);
    default:
      return absl::StrCat("Paged ", whom);
  }
}

std::string SettledText(const record::v1::ObligationSettled& body) {
  switch (body.state()) {
    case v1::Obligation::STATE_SATISFIED:
      return absl::StrCat(body.instance(), " is satisfied");
    case v1::Obligation::STATE_SATISFIED_LATE:
      return absl::StrCat(body.instance(), " is satisfied, late");
    case v1::Obligation::STATE_MISSED:
      return absl::StrCat(body.instance(), " was missed: ", body.reason());
    case v1::Obligation::STATE_VOID:
      return absl::StrCat(body.instance(), " is void: ", body.reason());
    case v1::Obligation::STATE_WAIVED:
      return absl::StrCat(body.instance(), " was waived", Because(body.reason()));
    default:
      return absl::StrCat(body.instance(), " is settled");
  }
}

std::string DetailsText(const record::v1::DetailsChanged& body) {
  std::vector<std::string> parts;
  if (body.has_title()) parts.push_back(absl::StrCat("title is now \"", body.title(), "\""));
  if (body.has_summary()) parts.push_back("summary was rewritten");
  if (body.has_lead()) {
    parts.push_back(body.lead().empty() ? "nobody leads any more"
                                        : absl::StrCat(Id(body.lead()), " leads"));
  }
  if (body.restricted()) parts.push_back("known to named readers only");
  return absl::StrJoin(parts, "; ");
}

std::string SeverityText(const record::v1::SeverityChanged& body) {
  if (body.from() == body.to()) {
    return absl::StrCat(
        "Severity stays ", body.to(),
        body.floors().empty() ? "" : absl::StrCat("; floors ", absl::StrJoin(body.floors(), ", ")));
  }
  return absl::StrCat("Severity ", body.raised() ? "raised" : "lowered", " from ", body.from(),
                      " to ", body.to(), Because(body.reason()));
}

std::string DocumentText(const record::v1::DocumentSubmitted& body) {
  std::string text = absl::StrCat(body.title(), " of ", Id(body.entity()), " submitted");
  if (body.order_deviation()) absl::StrAppend(&text, " (ORDER_DEVIATION)");
  if (!body.flag().empty()) absl::StrAppend(&text, " (", body.flag(), ")");
  for (const auto& field : body.fields()) {
    absl::StrAppend(&text, "\n", field.name(), ": ", field.value());
  }
  return text;
}

std::string DevicesText(const record::v1::DevicesRecorded& body) {
  std::vector<std::string> parts;
  for (const v1::Device& device : body.devices()) {
    parts.push_back(absl::StrCat(device.device(), " is ", DeviceStatusName(device.status()),
                                 Because(device.reason())));
  }
  return absl::StrJoin(parts, "; ");
}

std::string Dollars(int64_t cents) { return absl::StrFormat("$%d.%02d", cents / 100, cents % 100); }

// What was asked for, and why somebody has to decide on it or nobody.
std::string SpendText(const record::v1::SpendRequested& body) {
  const v1::SpendRequest& request = body.request();
  const bool approved = request.state() == v1::SpendRequest::STATE_AUTO_APPROVED;
  return absl::StrCat("Spending request ", request.number(), " of ", Id(request.entity()), ": ",
                      Dollars(request.amount_cents()), " for ", request.purpose(),
                      approved ? "; approved, within" : "; waits for a decision, above", " the ",
                      Dollars(request.left_cents()), " left of ", Dollars(body.limit_cents()),
                      " pre-authorised");
}

std::string NoteText(const record::v1::NoteAdded& body) {
  if (body.expunged()) return "Expunged: the text was deleted by law";
  if (body.retracted()) return "Withdrawn: the message was deleted";
  return absl::StrCat(body.supersedes() == 0 ? "" : "Edited: ", body.text());
}

// What is withheld, and the words of it, stay out of the timeline.
std::string ReviewedText(const record::v1::RecordReviewed& body) {
  std::vector<std::string> items;
  for (const record::v1::RecordReviewRow& row : body.reviews()) {
    const int phrases = row.phrases_size();
    items.push_back(absl::StrCat(
        row.item(), " ", row.tag(),
        phrases == 0 ? ""
                     : absl::StrCat(" without ", phrases, phrases == 1 ? " phrase" : " phrases")));
  }
  return absl::StrCat("Reviewed for release: ", absl::StrJoin(items, ", "), Because(body.reason()));
}

Sentence Describe(const PolicyIndex& policy, const Event& event) {
  switch (event.body_case()) {
    case Event::kIncidentReported:
      return {"INCIDENT_REPORTED", absl::StrCat("Reported: ", event.incident_reported().title(),
                                                " (", event.incident_reported().severity(), ")")};
    case Event::kDetailsChanged:
      return {"DETAILS_CHANGED", DetailsText(event.details_changed())};
    case Event::kStateChanged:
      return {"STATE_CHANGED",
              absl::StrCat(event.state_changed().done().empty() ? event.state_changed().to()
                                                                : event.state_changed().done(),
                           " (", event.state_changed().from(), " to ", event.state_changed().to(),
                           ")", Because(event.state_changed().reason()))};
    case Event::kSeverityChanged:
      return {"SEVERITY_CHANGED", SeverityText(event.severity_changed())};
    case Event::kFactRecorded: {
      const auto& fact = event.fact_recorded().fact();
      return {"FACT_RECORDED",
              absl::StrCat(fact.name(), " is ", fact.value(),
                           event.fact_recorded().previous().empty()
                               ? ""
                               : absl::StrCat(" (was ", event.fact_recorded().previous(), ")"),
                           Because(fact.reason()))};
    }
    case Event::kCategoriesAssigned:
      return {"CATEGORIES_ASSIGNED",
              absl::StrCat("Categories: ", Categories(event.categories_assigned()))};
    case Event::kEntityAdded: {
      const auto& part = event.entity_added().part();
      const auto& body = event.entity_added();
      const std::string aware = CivilTime(policy, FromProto(part.detect_time()));
      if (body.has_previous_detect_time()) {
        return {"DETECTION_CORRECTED",
                absl::StrCat(Id(part.entity()), " was aware since ", aware, ", not ",
                             CivilTime(policy, FromProto(body.previous_detect_time())),
                             body.reason().empty() ? "" : ": ", body.reason())};
      }
      return {"ENTITY_ADDED", absl::StrCat(Id(part.entity()), " is ", RelationName(part.relation()),
                                           ", aware since ", aware)};
    }
    case Event::kNoteAdded:
      return {"NOTE_ADDED", NoteText(event.note_added())};
    case Event::kTicketLinked:
      return {"TICKET_LINKED", absl::StrCat("Ticket ", event.ticket_linked().ticket().system(), " ",
                                            event.ticket_linked().ticket().number(), " linked")};
    case Event::kDocumentDrafted:
      return {"DOCUMENT_DRAFTED", absl::StrCat("Draft: ", event.document_drafted().title(), " of ",
                                               Id(event.document_drafted().entity()))};
    case Event::kDocumentApproved:
      return {"DOCUMENT_APPROVED",
              absl::StrCat(event.document_approved().title(), " of ",
                           Id(event.document_approved().entity()), " approved by ",
                           Id(event.document_approved().approval().person()))};
    case Event::kDraftDiscarded:
      return {"DRAFT_DISCARDED", absl::StrCat("Draft discarded: ", event.draft_discarded().title(),
                                              " of ", Id(event.draft_discarded().entity()),
                                              Because(event.draft_discarded().reason()))};
    case Event::kDocumentSubmitted:
      return {"DOCUMENT_SUBMITTED", DocumentText(event.document_submitted())};
    case Event::kAcknowledged: {
      const auto& body = event.acknowledged();
      return {"ACKNOWLEDGED",
              absl::StrCat("Acknowledged by ", Id(body.person()),
                           body.level() == 0 ? "" : absl::StrCat(" (level ", body.level(), ")"),
                           body.chains().empty() ? "" : "; paging stops")};
    }
    case Event::kChainPaged:
      return {"PAGED", PagedText(event.chain_paged())};
    case Event::kRolesPaged:
      return {"ROLES_PAGED",
              absl::StrCat("Paged ", absl::StrJoin(event.roles_paged().roles(), ", "), " (",
                           Ids(event.roles_paged().people()), ")",
                           Because(event.roles_paged().reason()))};
    case Event::kChainLowered: {
      const auto& body = event.chain_lowered();
      return {"DEESCALATED", absl::StrCat("De-escalated from level ", body.from(), " to level ",
                                          body.level(), Because(body.reason()))};
    }
    case Event::kChainCleared:
      return {"ESCALATION_CLEARED",
              absl::StrCat("Escalation of ", Id(event.chain_cleared().entity()), " ended")};
    case Event::kObligationOpened: {
      const auto& body = event.obligation_opened();
      return {"DUTY_OPENED",
              absl::StrCat(body.instance(), " is owed",
                           body.has_due_time()
                               ? absl::StrCat(" by ", CivilTime(policy, FromProto(body.due_time())))
                               : "")};
    }
    case Event::kObligationSettled:
      return {"DUTY_SETTLED", SettledText(event.obligation_settled())};
    case Event::kObligationOverdue:
      return {"DUTY_OVERDUE", absl::StrCat(event.obligation_overdue().instance(), " is overdue")};
    case Event::kObligationRescheduled:
      return {"DUTY_RESCHEDULED",
              absl::StrCat(event.obligation_rescheduled().instance(), " is now owed by ",
                           CivilTime(policy, FromProto(event.obligation_rescheduled().due_time())),
                           Because(event.obligation_rescheduled().reason()))};
    case Event::kReminderSent:
      return {"REMINDED", absl::StrCat("Reminded ", Ids(event.reminder_sent().people()), " of ",
                                       event.reminder_sent().instance())};
    case Event::kOverdueStepTaken: {
      const auto& body = event.overdue_step_taken();
      return {"OVERDUE_TOLD",
              absl::StrCat(body.instance(), " is late: told ", absl::StrJoin(body.roles(), ", "),
                           " (", Ids(body.people()), ")",
                           body.proposes_case() ? "; a non-compliance case is proposed" : "")};
    }
    case Event::kNoticeSent: {
      std::vector<std::string> people;
      for (const auto& recipient : event.notice_sent().recipients()) {
        people.push_back(recipient.person());
      }
      return {"NOTICE_SENT",
              absl::StrCat(event.notice_sent().obligation(), " sent to ", Ids(people))};
    }
    case Event::kDeliveryConcluded: {
      const auto& body = event.delivery_concluded();
      const std::string what = v1::Notice::Kind_Name(body.kind()).substr(sizeof("KIND_") - 1);
      if (body.kind() == v1::Notice::KIND_ROOM && !body.delivered()) {
        return {"DELIVERY_FAILED", absl::StrCat("A channel of its own could not be opened on ",
                                                body.endpoint().platform(), Because(body.error()))};
      }
      return {body.delivered() ? "DELIVERED" : "DELIVERY_FAILED",
              body.delivered() ? absl::StrCat(what, " reached ", Id(body.target()), " by ",
                                              body.endpoint().platform())
                               : absl::StrCat(what, " could not reach ", Id(body.target()),
                                              Because(body.error()))};
    }
    case Event::kDecisionRecorded: {
      const auto& decision = event.decision_recorded().decision();
      return {"DECIDED", absl::StrCat(decision.question(), " decided: ", decision.answer(),
                                      Because(decision.reason()))};
    }
    case Event::kDevicesRecorded:
      return {"DEVICES_RECORDED", DevicesText(event.devices_recorded())};
    case Event::kDevicesNoted:
      return {"DEVICES_NOTED", "The history of devices was continued"};
    case Event::kRemovalConfirmed:
      return {"REMOVAL_CONFIRMED",
              absl::StrCat(event.removal_confirmed().targets_size(), " targets of removal ",
                           event.removal_confirmed().removal(), " confirmed off the network",
                           event.removal_confirmed().active() ? "; it is in force" : "")};
    case Event::kScanRecorded: {
      const auto& scan = event.scan_recorded().scan();
      return {"SCAN_RECORDED",
              absl::StrCat("Scan of ", absl::StrJoin(scan.subnets(), ", "), ": ",
                           v1::Scan::Verdict_Name(scan.verdict()).substr(sizeof("VERDICT_") - 1),
                           scan.verified_by().empty()
                               ? ""
                               : absl::StrCat(", verified by ", Id(scan.verified_by())))};
    }
    case Event::kRemovalLifted:
      return {"REMOVAL_LIFTED", absl::StrCat("Removal ", event.removal_lifted().removal(),
                                             " lifted", Because(event.removal_lifted().reason()))};
    case Event::kCostRecorded: {
      const auto& cost = event.cost_recorded().cost();
      return {"COST_RECORDED",
              absl::StrCat("Cost ", cost.number(), ": ", Dollars(cost.amount_cents()), " for ",
                           cost.description())};
    }
    case Event::kCostAssessed:
      return {"COST_ASSESSED",
              absl::StrCat("Cost ", event.cost_assessed().number(), " is ",
                           v1::CostLine::Assessment_Name(event.cost_assessed().assessment())
                               .substr(sizeof("ASSESSMENT_") - 1),
                           Because(event.cost_assessed().reason()))};
    case Event::kSpendRequested:
      return {"SPEND_REQUESTED", SpendText(event.spend_requested())};
    case Event::kSpendDecided:
      return {"SPEND_DECIDED",
              absl::StrCat("Spending request ", event.spend_decided().number(), " is ",
                           event.spend_decided().approved() ? "approved" : "refused",
                           Because(event.spend_decided().reason()))};
    case Event::kCaseChanged: {
      const auto& changed = event.case_changed().changed();
      return {"CASE_CHANGED",
              absl::StrCat(
                  "Non-compliance case of ", Id(changed.entity()), " is ",
                  v1::NonComplianceCase::State_Name(changed.state()).substr(sizeof("STATE_") - 1),
                  " (", absl::StrJoin(changed.obligations(), ", "), ")")};
    }
    case Event::kLateLinePassed:
      return {"LATE_LINE_PASSED",
              absl::StrCat("The second line of ", event.late_line_passed().instance(), " passed")};
    case Event::kObligationHeld: {
      const auto& body = event.obligation_held();
      return {body.held() ? "DUTY_HELD" : "DUTY_RELEASED",
              absl::StrCat(
                  body.instance(), body.held() ? " is held" : " is released",
                  body.has_due_time()
                      ? absl::StrCat(", owed by ", CivilTime(policy, FromProto(body.due_time())))
                      : "",
                  Because(body.reason()))};
    }
    case Event::kLinked:
      return {"LINKED", event.linked().parent().empty()
                            ? absl::StrCat(Id(event.linked().child()), " is a part of this")
                            : absl::StrCat("This is a part of ", Id(event.linked().parent()))};
    case Event::kFirstPersonRecorded:
      return {"FIRST_PERSON", absl::StrCat(Id(event.first_person_recorded().person()),
                                           " agrees; a second person is needed")};
    case Event::kRegisterOpened:
      return {"REGISTER_OPENED", event.register_opened().title()};
    case Event::kPolicyRepinned:
      return {"POLICY_REPINNED", absl::StrCat("Now under policy ", event.policy_repinned().to(),
                                              ", before under ", event.policy_repinned().from())};
    case Event::kAbsorbed:
      return {"ABSORBED", absl::StrCat(Id(event.absorbed().from()), " was merged into this")};
    case Event::kSecretMasked:
      return {"SECRET_MASKED",
              absl::StrCat("Masked before it was stored: ",
                           absl::StrJoin(event.secret_masked().what(), ", "), " in ",
                           absl::StrJoin(event.secret_masked().fields(), ", "))};
    case Event::kIncidentRead:
      return {"READ", absl::StrCat(Id(event.incident_read().person()), " read it (",
                                   event.incident_read().what(), ")")};
    case Event::kReaderNamed:
      return {"READER_NAMED", absl::StrCat(Id(event.reader_named().person()), " may read it",
                                           Because(event.reader_named().reason()))};
    case Event::kReaderRemoved:
      return {"READER_REMOVED",
              absl::StrCat(Id(event.reader_removed().person()), " reads it no longer",
                           Because(event.reader_removed().reason()))};
    case Event::kSubjectNamed:
      return {"SUBJECT_NAMED", absl::StrCat("It is about ", Ids(event.subject_named().people()),
                                            Because(event.subject_named().reason()))};
    case Event::kTlpChanged: {
      const auto& body = event.tlp_changed();
      return {"TLP_CHANGED", absl::StrCat("Label changed from ", body.from(), " to ", body.to(),
                                          body.restricted() ? "; known to named readers only" : "",
                                          Because(body.reason()))};
    }
    case Event::kGlassBroken: {
      const auto& body = event.glass_broken();
      return {
          "GLASS_BROKEN",
          absl::StrCat(Id(body.person()), " broke the glass and may read it until ",
                       CivilTime(policy, FromProto(body.until_time())), Because(body.reason()))};
    }
    case Event::kGlassClosed:
      return {"GLASS_CLOSED", absl::StrCat("The broken glass of ",
                                           Id(event.glass_closed().person()), " is closed again")};
    case Event::kRoomWanted:
      if (!event.room_wanted().removed_people().empty()) {
        return {"ROOM_LEFT",
                absl::StrCat(Ids(event.room_wanted().removed_people()),
                             " must leave the channel on ", event.room_wanted().platform())};
      }
      return {"ROOM_WANTED",
              absl::StrCat("Asked ", event.room_wanted().platform(),
                           " for a channel of its own with ", Ids(event.room_wanted().people()))};
    case Event::kRoomOpened:
      return {"ROOM_OPENED",
              absl::StrCat("Has a channel of its own on ", event.room_opened().platform())};
    case Event::kReminderSnoozed:
      return {"SNOOZED",
              absl::StrCat("No reminders of ", event.reminder_snoozed().instance(), " until ",
                           CivilTime(policy, FromProto(event.reminder_snoozed().until_time())),
                           Because(event.reminder_snoozed().reason()))};
    case Event::kRecordRequested:
      return {"RECORD_REQUESTED", absl::StrCat("The record was asked for, reference ",
                                               event.record_requested().request().reference())};
    case Event::kRecordReviewed:
      return {"RECORD_REVIEWED", ReviewedText(event.record_reviewed())};
    case Event::kRecordReleased: {
      const v1::RecordRelease& release = event.record_released().release();
      return {"RECORD_RELEASED",
              absl::StrCat("The record up to entry ", release.record_version(),
                           " was released, reference ", release.reference(), ", version ",
                           release.number(), "; ", release.withheld_count(), " of ",
                           release.item_count(), " parts withheld, ",
                           release.partly_withheld_count(), " in part")};
    }
    case Event::kRecordDenied:
      return {"RECORD_DENIED",
              absl::StrCat("The record was denied, reference ", event.record_denied().reference(),
                           Because(event.record_denied().reason()))};
    case Event::kDigestDue:
      return {"DIGEST", absl::StrCat("Digest of ", event.digest_due().date(),
                                     event.digest_due().collapsed() == 0
                                         ? ""
                                         : absl::StrCat(" (", event.digest_due().collapsed(),
                                                        " earlier one(s) left out)"))};
    case Event::kPayloadExpunged: {
      const auto& body = event.payload_expunged();
      return {"EXPUNGED",
              absl::StrCat("Entry ", body.event_version(), " was expunged on the authority of ",
                           body.authority(), Because(body.reason()))};
    }
    case Event::kEvidenceRecorded:
    case Event::kCustodyRecorded:
    case Event::kEvidenceStored:
    case Event::kEvidenceHoldChanged:
    case Event::kEvidenceDestroyed:
    case Event::kEvidenceVerified:
    case Event::kDestructionAsked: {
      const char* kind = nullptr;
      std::string text = EvidenceSentence(event, &kind);
      return {kind, std::move(text)};
    }
    case Event::BODY_NOT_SET:
      break;
  }
  return {"UNKNOWN", "An event this version does not know"};
}

}  // namespace

v1::TimelineEntry ToTimelineEntry(const PolicyIndex& policy, const record::v1::IncidentState& state,
                                  const Event& event) {
  Sentence sentence = Describe(policy, event);
  v1::TimelineEntry entry;
  entry.set_name(absl::StrCat("incidents/", state.id(), "/timeline/", event.version()));
  *entry.mutable_time() = event.time();
  if (event.note_added().has_event_time()) {
    *entry.mutable_event_time() = event.note_added().event_time();
  }
  if (event.note_added().supersedes() > 0) {
    entry.set_supersedes(
        absl::StrCat("incidents/", state.id(), "/timeline/", event.note_added().supersedes()));
    entry.set_retracts(event.note_added().retracted());
  }
  entry.set_expunged(event.note_added().expunged());
  if (event.has_note_added()) entry.set_tlp(event.note_added().tlp());
  if (event.has_document_submitted()) entry.set_tlp(event.document_submitted().tlp());
  entry.set_actor(event.actor().principal());
  entry.set_via(event.actor().via());
  entry.set_kind(sentence.kind);
  entry.set_text(std::move(sentence.text));
  *entry.mutable_clauses() = event.clauses();
  entry.set_late(event.has_due_time() &&
                 FromProto(event.time()) - FromProto(event.due_time()) > kLateTolerance);
  return entry;
}

}  // namespace belfry::core
