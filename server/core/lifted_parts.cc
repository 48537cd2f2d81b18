#include "server/core/lifted_parts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "belfry/v1/evidence.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/base/proto_time.h"
#include "server/core/notice_text.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using record::v1::Event;
using record::v1::IncidentState;

// Stands in a sentence for what is a part of its own.
constexpr char kElsewhere[] = "…";

std::string Shown(const std::string& value) {
  return IsPersonName(value) ? value.substr(value.find('/') + 1) : value;
}

// Texts, numbers and times of a message, a line for each: "source hostname: web-01".
void AppendDetails(const PolicyIndex& policy, const Message& message, const std::string& of,
                   std::vector<std::string>& lines) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const std::string label =
        absl::StrCat(of, of.empty() ? "" : " ", absl::StrReplaceAll(field->name(), {{"_", " "}}));
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string value = field->is_repeated()
                                      ? reflection.GetRepeatedString(message, field, i)
                                      : reflection.GetString(message, field);
        lines.push_back(absl::StrCat(label, ": ", Shown(value)));
      } else if (field->type() == FieldDescriptor::TYPE_INT32 && !field->is_repeated()) {
        lines.push_back(absl::StrCat(label, ": ", reflection.GetInt32(message, field)));
      } else if (field->type() == FieldDescriptor::TYPE_INT64 && !field->is_repeated()) {
        lines.push_back(absl::StrCat(label, ": ", reflection.GetInt64(message, field)));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const Message& inner = field->is_repeated()
                                   ? reflection.GetRepeatedMessage(message, field, i)
                                   : reflection.GetMessage(message, field);
        if (inner.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
          lines.push_back(absl::StrCat(
              label, ": ",
              CivilTime(policy,
                        FromProto(static_cast<const google::protobuf::Timestamp&>(inner)))));
        } else {
          AppendDetails(policy, inner, label, lines);
        }
      }
    }
  }
}

class Lifter {
 public:
  Lifter(const PolicyIndex& policy, const IncidentState& state) : policy_(policy), state_(state) {}

  std::vector<LiftedPart> Lift(Event& event) && {
    LiftFrom(event);
    return std::move(lifted_);
  }

 private:
  // Takes what somebody wrote out of the sentence, as a part of its own. `number` tells several of
  // an entry apart, from 1; zero for a single one.
  void Lift(const char* name, std::string* text, const char* left = "", int number = 0) {
    if (text->empty()) return;
    std::string taken = std::move(*text);
    *text = left;
    lifted_.push_back({name, number, std::move(taken), {}});
  }

  void LiftFact(v1::Fact& fact, int number = 0) {
    if (!fact.value().empty()) {
      lifted_.push_back({"value", number,
                         number == 0 ? fact.value() : absl::StrCat(fact.name(), ": ", fact.value()),
                         fact.name()});
      fact.set_value(kElsewhere);
    }
    Lift("reason", fact.mutable_reason(), "", number);
  }

  void LiftDevices(google::protobuf::RepeatedPtrField<v1::Device>& devices) {
    int number = 0;
    for (v1::Device& device : devices) {
      ++number;
      Lift("family", device.mutable_family(), "", number);
      Lift("reason", device.mutable_reason(), "", number);
    }
  }

  void LiftRemoval(const v1::NetworkRemoval& removal) {
    std::vector<std::string> targets;
    for (const auto& target : removal.targets()) {
      targets.push_back(target.device().empty() ? target.subnet() : target.device());
    }
    std::string text = absl::StrJoin(targets, ", ");
    if (removal.subnets_size() > 0) {
      absl::StrAppend(&text, text.empty() ? "" : "; ", "subnets ",
                      absl::StrJoin(removal.subnets(), ", "));
    }
    Lift("removal", &text);
  }

  void LiftFrom(Event& event) {
    switch (event.body_case()) {
      case Event::kIncidentReported: {
        auto& body = *event.mutable_incident_reported();
        // What is still so is told by the incident's own title and summary.
        if (body.title() != state_.title()) Lift("title", body.mutable_title());
        if (body.summary() != state_.summary()) Lift("summary", body.mutable_summary());
        body.set_title(kElsewhere);
        break;
      }
      case Event::kDetailsChanged: {
        auto& body = *event.mutable_details_changed();
        if (body.has_title()) {
          if (body.title() != state_.title()) Lift("title", body.mutable_title());
          body.set_title(kElsewhere);
        }
        if (body.has_summary() && body.summary() != state_.summary()) {
          Lift("summary", body.mutable_summary());
        }
        break;
      }
      case Event::kStateChanged:
        Lift("reason", event.mutable_state_changed()->mutable_reason());
        break;
      case Event::kSeverityChanged:
        Lift("reason", event.mutable_severity_changed()->mutable_reason());
        break;
      case Event::kFactRecorded:
        // The answer before it stands in its own entry.
        event.mutable_fact_recorded()->clear_previous();
        LiftFact(*event.mutable_fact_recorded()->mutable_fact());
        break;
      case Event::kEntityAdded:
        Lift("reason", event.mutable_entity_added()->mutable_reason());
        break;
      case Event::kDocumentSubmitted:
        // The fields are items of their own, and the text says them again.
        event.mutable_document_submitted()->clear_fields();
        event.mutable_document_submitted()->clear_content();
        break;
      case Event::kDocumentDrafted:
        event.mutable_document_drafted()->clear_fields();
        break;
      case Event::kDraftDiscarded:
        Lift("reason", event.mutable_draft_discarded()->mutable_reason());
        break;
      case Event::kChainPaged:
        Lift("reason", event.mutable_chain_paged()->mutable_text());
        break;
      case Event::kRolesPaged:
        Lift("reason", event.mutable_roles_paged()->mutable_reason());
        break;
      case Event::kChainLowered:
        Lift("reason", event.mutable_chain_lowered()->mutable_reason());
        break;
      case Event::kObligationSettled:
        LiftSettled(*event.mutable_obligation_settled());
        break;
      case Event::kObligationRescheduled:
        Lift("reason", event.mutable_obligation_rescheduled()->mutable_reason());
        break;
      case Event::kNoticeSent:
        Lift("text", event.mutable_notice_sent()->mutable_text());
        event.mutable_notice_sent()->clear_content();
        break;
      case Event::kDeliveryConcluded: {
        auto& body = *event.mutable_delivery_concluded();
        Lift("address", body.mutable_endpoint()->mutable_address());
        Lift("error", body.mutable_error());
        break;
      }
      case Event::kDecisionRecorded:
        Lift("reason", event.mutable_decision_recorded()->mutable_decision()->mutable_reason());
        if (event.decision_recorded().has_removal()) {
          LiftRemoval(event.decision_recorded().removal());
        }
        break;
      case Event::kDevicesRecorded:
        LiftDevices(*event.mutable_devices_recorded()->mutable_devices());
        break;
      case Event::kDevicesNoted:
        LiftDevices(*event.mutable_devices_noted()->mutable_devices());
        break;
      case Event::kScanRecorded:
        Lift("tool", event.mutable_scan_recorded()->mutable_scan()->mutable_tool());
        break;
      case Event::kRemovalLifted:
        Lift("reason", event.mutable_removal_lifted()->mutable_reason());
        break;
      case Event::kCostRecorded:
        Lift("description", event.mutable_cost_recorded()->mutable_cost()->mutable_description(),
             kElsewhere);
        break;
      case Event::kCostAssessed:
        Lift("reason", event.mutable_cost_assessed()->mutable_reason());
        break;
      case Event::kSpendRequested:
        Lift("purpose", event.mutable_spend_requested()->mutable_request()->mutable_purpose(),
             kElsewhere);
        break;
      case Event::kSpendDecided:
        Lift("reason", event.mutable_spend_decided()->mutable_reason());
        break;
      case Event::kCaseChanged:
        Lift("answer", event.mutable_case_changed()->mutable_changed()->mutable_answer());
        break;
      case Event::kObligationHeld:
        Lift("reason", event.mutable_obligation_held()->mutable_reason());
        break;
      case Event::kReminderSnoozed:
        Lift("reason", event.mutable_reminder_snoozed()->mutable_reason());
        break;
      case Event::kAbsorbed:
        LiftAbsorbed(*event.mutable_absorbed());
        break;
      case Event::kRecordRequested:
        Lift("requester", event.mutable_record_requested()->mutable_request()->mutable_requester());
        break;
      case Event::kRecordReviewed:
        Lift("reason", event.mutable_record_reviewed()->mutable_reason());
        break;
      case Event::kRecordDenied:
        Lift("reason", event.mutable_record_denied()->mutable_reason());
        break;
      case Event::kReaderNamed:
        Lift("reason", event.mutable_reader_named()->mutable_reason());
        break;
      case Event::kReaderRemoved:
        Lift("reason", event.mutable_reader_removed()->mutable_reason());
        break;
      case Event::kSubjectNamed:
        Lift("reason", event.mutable_subject_named()->mutable_reason());
        break;
      case Event::kTlpChanged:
        Lift("reason", event.mutable_tlp_changed()->mutable_reason());
        break;
      case Event::kGlassBroken:
        Lift("reason", event.mutable_glass_broken()->mutable_reason());
        break;
      case Event::kPayloadExpunged:
        Lift("authority", event.mutable_payload_expunged()->mutable_authority(), kElsewhere);
        Lift("reason", event.mutable_payload_expunged()->mutable_reason());
        break;
      case Event::kEvidenceRecorded:
        LiftEvidence(*event.mutable_evidence_recorded());
        break;
      case Event::kCustodyRecorded:
        LiftCustody(*event.mutable_custody_recorded());
        break;
      case Event::kEvidenceHoldChanged:
        Lift("reason", event.mutable_evidence_hold_changed()->mutable_reason());
        break;
      case Event::kEvidenceDestroyed:
        Lift("reason", event.mutable_evidence_destroyed()->mutable_disposition()->mutable_reason());
        break;
      case Event::kDestructionAsked: {
        auto& body = *event.mutable_destruction_asked();
        Lift("reason", body.has_request() ? body.mutable_request()->mutable_reason()
                                          : body.mutable_entry()->mutable_note());
        break;
      }
      default:
        // The sentence is all there is: what a kind says that is not known here stays UNREVIEWED
        // until a rule names it.
        break;
    }
  }

  // What a court asks of an item, beside what it is.
  void LiftEvidence(record::v1::EvidenceRecorded& body) {
    v1::Evidence& evidence = *body.mutable_evidence();
    Lift("description", evidence.mutable_description(), kElsewhere);
    v1::Evidence rest = evidence;
    // Said by the entry itself, or made from where it stands.
    for (std::string* said : {rest.mutable_description(), rest.mutable_name(),
                              rest.mutable_evidence_no(), rest.mutable_recorded_by()}) {
      said->clear();
    }
    rest.clear_record_time();
    rest.clear_custody_count();
    std::vector<std::string> lines;
    AppendDetails(policy_, rest, "", lines);
    std::string details = absl::StrJoin(lines, "\n");
    Lift("details", &details);
    evidence.clear_warnings();
  }

  void LiftCustody(record::v1::CustodyRecorded& body) {
    v1::CustodyEntry& entry = *body.mutable_entry();
    v1::CustodyEntry rest = entry;
    rest.clear_seq();
    rest.clear_actor();
    rest.clear_record_time();
    std::vector<std::string> lines;
    AppendDetails(policy_, rest, "", lines);
    std::string details = absl::StrJoin(lines, "\n");
    Lift("details", &details);
    // Whom Belfry knows is told in the sentence; others are in their own words.
    for (std::string* who : {entry.mutable_from(), entry.mutable_to()}) {
      if (!who->empty() && !IsPersonName(*who)) *who = kElsewhere;
    }
    if (!entry.seal_no().empty()) entry.set_seal_no(kElsewhere);
    entry.clear_purpose();
    entry.clear_note();
  }

  void LiftSettled(record::v1::ObligationSettled& body) {
    const bool must_say =
        body.state() == v1::Obligation::STATE_MISSED || body.state() == v1::Obligation::STATE_VOID;
    Lift("reason", body.mutable_reason(), must_say ? kElsewhere : "");
  }

  void LiftAbsorbed(record::v1::Absorbed& body) {
    int number = 0;
    for (v1::Fact& fact : *body.mutable_facts()) LiftFact(fact, ++number);
    // Their reasons are numbered on.
    for (record::v1::ObligationRow& row : *body.mutable_obligations()) {
      Lift("reason", row.mutable_reason(), "", ++number);
    }
    for (v1::SpendRequest& request : *body.mutable_spend_requests()) {
      Lift("purpose", request.mutable_purpose(), "", ++number);
    }
    for (v1::Device& device : *body.mutable_devices()) {
      ++number;
      Lift("family", device.mutable_family(), "", number);
      Lift("reason", device.mutable_reason(), "", number);
    }
  }

  const PolicyIndex& policy_;
  const IncidentState& state_;
  std::vector<LiftedPart> lifted_;
};

}  // namespace

bool IsPersonName(absl::string_view value) {
  return absl::StartsWith(value, "people/") || absl::StartsWith(value, "accounts/");
}

std::vector<LiftedPart> LiftParts(const PolicyIndex& policy, const IncidentState& state,
                                  Event& event) {
  return Lifter(policy, state).Lift(event);
}

}  // namespace belfry::core
