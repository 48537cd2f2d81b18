#include "server/core/public_items.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/core/core.h"
#include "server/core/predicate.h"

namespace belfry::core {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using policy::v1::RecordRule;
using record::v1::Event;
using record::v1::IncidentState;

// Stands in a sentence for what is a part of its own.
constexpr char kElsewhere[] = "…";

std::string AfterSlash(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

bool IsPerson(absl::string_view value) {
  return absl::StartsWith(value, "people/") || absl::StartsWith(value, "accounts/");
}

// Devices, subnets and people, each numbered where it stands first.
class Names {
 public:
  void Collect(const Message& message) {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      const int count =
          field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) CollectField(message, *field, i);
    }
  }

  const std::vector<std::string>& devices() const { return devices_.names; }
  const std::vector<std::string>& subnets() const { return subnets_.names; }
  const std::vector<std::string>& people() const { return people_.names; }

 private:
  struct Numbered {
    std::vector<std::string> names;
    absl::flat_hash_set<std::string> known;
    void Add(const std::string& name) {
      if (!name.empty() && known.insert(name).second) names.push_back(name);
    }
  };

  void CollectField(const Message& message, const FieldDescriptor& field, int i) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Collect(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                  : reflection.GetMessage(message, &field));
      return;
    }
    if (field.type() != FieldDescriptor::TYPE_STRING) return;
    const std::string value = field.is_repeated() ? reflection.GetRepeatedString(message, &field, i)
                                                  : reflection.GetString(message, &field);
    // A name is a name by itself: "people/…" inside of a text is a part of the text.
    if (IsPerson(value) && value.find_first_of(" \n") == std::string::npos) {
      people_.Add(value);
    } else if (field.name() == "device" || field.name() == "infected_by" ||
               field.name() == "reinfected") {
      devices_.Add(value);
    } else if (field.name() == "subnet" || field.name() == "subnets" ||
               field.name() == "infect_subnet") {
      subnets_.Add(value);
    }
  }

  Numbered devices_, subnets_, people_;
};

class Builder {
 public:
  Builder(const PolicyIndex& policy, const IncidentState& state) : policy_(policy), state_(state) {}

  std::vector<RecordPart> Build(const std::vector<Event>& events) && {
    AddField("title", "title", "Title", state_.title());
    AddField("summary", "summary", "Summary", state_.summary());
    for (const Event& event : events) {
      AddEntry(event);
      names_.Collect(event);
    }
    AddNames();
    return std::move(parts_);
  }

 private:
  RecordPart* Add(std::string id, std::string label, std::string text) {
    if (text.empty()) return nullptr;
    RecordPart& part = parts_.emplace_back();
    part.id = std::move(id);
    part.label = std::move(label);
    part.text = std::move(text);
    return &part;
  }

  void AddField(const char* id, const char* field, const char* label, const std::string& text) {
    if (RecordPart* part = Add(id, label, text); part != nullptr) part->facets.field = field;
  }

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

  // Empties `event` of what people wrote.
  void LiftParts(Event& event) {
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
        event.mutable_document_submitted()->clear_fields();
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
      default:
        // The sentence is all there is: what a kind says that is not known here stays UNREVIEWED
        // until a rule names it.
        break;
    }
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

  void AddEntry(const Event& event) {
    lifted_.clear();
    Event plain = event;
    LiftParts(plain);
    const v1::TimelineEntry entry = ToTimelineEntry(policy_, state_, plain);
    const std::string id = absl::StrCat("entries/", event.version());
    const std::string label = absl::StrCat(
        absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", FromProto(event.time()), policy_.TimeZone()), " ",
        entry.kind(), entry.actor().empty() ? "" : " by ", AfterSlash(entry.actor()));
    if (RecordPart* part = Add(id, label, entry.text()); part != nullptr) {
      part->facets.entry = entry.kind();
    }
    for (Lifted& one : lifted_) {
      RecordPart* part =
          Add(absl::StrCat(id, "/", one.name, one.number == 0 ? "" : absl::StrCat("/", one.number)),
              absl::StrCat(label, ", ", one.name), std::move(one.text));
      if (part == nullptr) continue;
      part->facets.entry = entry.kind();
      part->facets.part = one.name;
      part->facets.fact = std::move(one.fact);
    }
    if (event.has_document_submitted()) {
      const record::v1::DocumentSubmitted& body = event.document_submitted();
      AddDocument(absl::StrCat("documents/", ++documents_), body.type(),
                  absl::StrCat(body.title(), " of ", AfterSlash(body.entity())), body.fields());
    }
    if (event.has_notice_sent() && event.notice_sent().fields_size() > 0) {
      AddDocument(absl::StrCat(id, "/document"), NoticeDocument(event.notice_sent().obligation()),
                  label, event.notice_sent().fields());
    }
  }

  // The type of document that accompanies the notice of a duty.
  std::string NoticeDocument(absl::string_view instance) const {
    const policy::v1::Obligation* rule =
        policy_.FindObligation(instance.substr(0, instance.find_first_of("#[")));
    if (rule == nullptr) return "";
    for (const policy::v1::Satisfaction& way : rule->satisfied_by()) {
      if (way.has_notice_delivered()) return way.notice_delivered().document();
    }
    return "";
  }

  void AddDocument(const std::string& id, const std::string& type, const std::string& title,
                   const google::protobuf::RepeatedPtrField<v1::DocumentField>& fields) {
    const policy::v1::DocumentType* known = policy_.FindDocument(type);
    for (const v1::DocumentField& field : fields) {
      std::string label = field.name();
      if (known != nullptr) {
        for (const auto& one : known->fields()) {
          if (one.name() == field.name()) label = one.label();
        }
      }
      RecordPart* part =
          Add(absl::StrCat(id, "/", field.name()), absl::StrCat(title, ": ", label), field.value());
      if (part == nullptr) continue;
      part->facets.document = type;
      part->facets.document_field = field.name();
    }
  }

  void AddNames() {
    const auto add = [this](const std::vector<std::string>& names, const char* list,
                            const char* what) {
      for (size_t i = 0; i < names.size(); ++i) {
        RecordPart* part = Add(absl::StrCat(list, "/", i + 1), absl::StrCat(what, " ", i + 1),
                               AfterSlashOfPeople(names[i]));
        if (part == nullptr) continue;
        part->is_name = true;
        if (IsPerson(names[i])) {
          part->facets.person = PersonOf(names[i]);
        } else {
          part->facets.field = absl::AsciiStrToLower(what);
        }
      }
    };
    add(names_.devices(), "devices", "Device");
    add(names_.subnets(), "subnets", "Subnet");
    add(names_.people(), "people", "Person");
  }

  static std::string AfterSlashOfPeople(const std::string& name) {
    return IsPerson(name) ? AfterSlash(name) : name;
  }

  RecordRule::Person PersonOf(const std::string& name) const {
    const auto& subjects = state_.subjects();
    if (std::find(subjects.begin(), subjects.end(), name) != subjects.end()) {
      return RecordRule::PERSON_SUBJECT;
    }
    return name == state_.reporter() ? RecordRule::PERSON_REPORTER : RecordRule::PERSON_OTHER;
  }

  struct Lifted {
    std::string name;
    int number = 0;
    std::string text;
    std::string fact;
  };

  const PolicyIndex& policy_;
  const IncidentState& state_;
  std::vector<RecordPart> parts_;
  std::vector<Lifted> lifted_;
  Names names_;
  int documents_ = 0;
};

}  // namespace

std::vector<RecordPart> PartsOf(const PolicyIndex& policy, const IncidentState& state,
                                const std::vector<Event>& events) {
  return Builder(policy, state).Build(events);
}

std::vector<const RecordRule*> RecordRulesInForce(const PolicyIndex& policy,
                                                  const IncidentState& state) {
  // Of what depends on time, "now" is the last change: the same record gives the same tags for
  // ever.
  const Subject about{policy, state, "", FromProto(state.update_time())};
  std::vector<const RecordRule*> in_force;
  for (const RecordRule& rule : policy.proto().record_rules()) {
    if (!rule.has_when() || Holds(rule.when(), about)) in_force.push_back(&rule);
  }
  return in_force;
}

const RecordRule* FindRecordRule(const std::vector<const RecordRule*>& in_force,
                                 const RecordFacets& facets) {
  const auto found = std::find_if(in_force.begin(), in_force.end(),
                                  [&](const RecordRule* rule) { return IsAbout(*rule, facets); });
  return found == in_force.end() ? nullptr : *found;
}

std::vector<TaggedPart> TaggedPartsOf(const PolicyIndex& policy, const IncidentState& state,
                                      const std::vector<Event>& events) {
  const std::vector<const RecordRule*> in_force = RecordRulesInForce(policy, state);
  absl::flat_hash_map<std::string, const record::v1::RecordReviewRow*> reviews;
  for (const auto& row : state.record_reviews()) reviews.emplace(row.item(), &row);
  std::vector<TaggedPart> tagged;
  for (RecordPart& part : PartsOf(policy, state, events)) {
    TaggedPart& one = tagged.emplace_back();
    one.part = std::move(part);
    one.tag = kTagUnreviewed;
    one.rule = FindRecordRule(in_force, one.part.facets);
    if (one.rule != nullptr) {
      one.tag = one.rule->tag();
      one.public_by_law = one.rule->public_by_law();
    }
    const auto found = reviews.find(one.part.id);
    if (found == reviews.end() || one.public_by_law) continue;
    if (found->second->text_sha256() != Sha256(one.part.text)) {
      // What was decided about other words is decided about nothing.
      one.changed_since_review = true;
      one.rule = nullptr;
      one.tag = kTagUnreviewed;
      continue;
    }
    one.review = found->second;
    one.rule = nullptr;
    one.tag = found->second->tag();
  }
  return tagged;
}

bool IsExempt(const TaggedPart& part) { return part.tag != kTagNone && part.tag != kTagUnreviewed; }

v1::RecordItem ToRecordItem(const TaggedPart& part) {
  v1::RecordItem item;
  item.set_id(part.part.id);
  item.set_label(part.part.label);
  item.set_text(part.part.text);
  item.set_tag(part.tag);
  if (part.rule != nullptr) {
    item.set_rule(part.rule->code());
    *item.mutable_clauses() = part.rule->clauses();
  }
  if (part.review != nullptr) {
    item.set_decider(part.review->decider());
    *item.mutable_decide_time() = part.review->time();
    item.set_reason(part.review->reason());
    *item.mutable_phrases() = part.review->phrases();
  }
  item.set_changed_since_review(part.changed_since_review);
  item.set_public_by_law(part.public_by_law);
  return item;
}

}  // namespace belfry::core
