#include "server/core/public_items.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "belfry/v1/evidence.pb.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/core/core.h"
#include "server/core/lifted_parts.h"
#include "server/core/predicate.h"

namespace belfry::core {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using policy::v1::RecordRule;
using record::v1::Event;
using record::v1::IncidentState;

std::string AfterSlash(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

// What a computer that evidence comes from is called on the network.
bool IsAddressOfSource(const FieldDescriptor& field) {
  return field.containing_type() == v1::SourceDevice::descriptor() &&
         (field.name() == "hostname" || field.name() == "ip" || field.name() == "mac");
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
    if (IsPersonName(value) && value.find_first_of(" \n") == std::string::npos) {
      people_.Add(value);
    } else if (field.name() == "device" || field.name() == "infected_by" ||
               field.name() == "reinfected" || IsAddressOfSource(field)) {
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

  void AddEntry(const Event& event) {
    Event plain = event;
    std::vector<LiftedPart> lifted = LiftParts(policy_, state_, plain);
    const v1::TimelineEntry entry = ToTimelineEntry(policy_, state_, plain);
    const std::string id = absl::StrCat("entries/", event.version());
    const std::string label = absl::StrCat(
        absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", FromProto(event.time()), policy_.TimeZone()), " ",
        entry.kind(), entry.actor().empty() ? "" : " by ", AfterSlash(entry.actor()));
    if (RecordPart* part = Add(id, label, entry.text()); part != nullptr) {
      part->facets.entry = entry.kind();
    }
    for (LiftedPart& one : lifted) {
      RecordPart* part =
          Add(absl::StrCat(id, "/", one.name, one.number == 0 ? "" : absl::StrCat("/", one.number)),
              absl::StrCat(label, ", ", one.name), std::move(one.text));
      if (part == nullptr) continue;
      part->facets.entry = entry.kind();
      part->facets.part = one.name;
      part->facets.fact = std::move(one.fact);
    }
    if (event.has_document_drafted()) {
      const record::v1::DocumentDrafted& body = event.document_drafted();
      AddDocument(absl::StrCat(id, "/draft"), body.type(),
                  absl::StrCat("Draft of the ", body.title(), " of ", AfterSlash(body.entity())),
                  body.fields());
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
        if (IsPersonName(names[i])) {
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
    return IsPersonName(name) ? AfterSlash(name) : name;
  }

  RecordRule::Person PersonOf(const std::string& name) const {
    const auto& subjects = state_.subjects();
    if (std::find(subjects.begin(), subjects.end(), name) != subjects.end()) {
      return RecordRule::PERSON_SUBJECT;
    }
    return name == state_.reporter() ? RecordRule::PERSON_REPORTER : RecordRule::PERSON_OTHER;
  }

  const PolicyIndex& policy_;
  const IncidentState& state_;
  std::vector<RecordPart> parts_;
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
