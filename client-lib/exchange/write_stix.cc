// STIX 2.1: a bundle with an incident, its notes, who is concerned, and the marks. What STIX has no
// word for stands in Belfry's own extension, so that nothing is lost on the way back.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/message_json.h"
#include "client-lib/exchange/part_label.h"
#include "client-lib/exchange/stix_words.h"

namespace belfry::exchange {
namespace {

using belfry::v1::IncidentEntity;

class StixWriter {
 public:
  StixWriter(const v1::Export& file, const Mappings& mappings) : file_(file), mappings_(mappings) {}

  std::string Write() {
    const std::string producer = ProducerName();
    producer_ = StixId("identity", absl::StrCat("producer:", producer));
    label_ = TlpOrRed(file_.tlp());
    Json identity = Object("identity", absl::StrCat("producer:", producer), kEpoch, kEpoch);
    identity["name"] = producer;
    identity["identity_class"] = "organization";
    Add(std::move(identity), Tlp::kClear);
    Extension();
    for (const auto& part : file_.incidents()) Incident(part);
    LeftOut("", producer_, label_);
    Json bundle = Json::object();
    bundle["type"] = "bundle";
    bundle["id"] = absl::StrCat("bundle--", Uuid5(absl::StrJoin(versions_, "\n")));
    bundle["objects"] = Json::array();
    for (const Tlp tlp : kAllTlp) {
      if (used_.count(tlp) != 0) bundle["objects"].push_back(Marking(tlp));
    }
    for (Json& object : objects_) bundle["objects"].push_back(std::move(object));
    return DumpJson(bundle);
  }

 private:
  // Objects that are about nothing that happened have always been there.
  static constexpr char kEpoch[] = "2026-01-01T00:00:00.000Z";

  static std::string StixId(absl::string_view type, absl::string_view name) {
    return absl::StrCat(type, "--", Uuid5(absl::StrCat(type, ":", name)));
  }

  std::string ProducerName() const {
    return mappings_.empty() ? "Belfry" : mappings_.begin()->second.proto().producer().name();
  }

  static Json Marking(Tlp tlp) {
    Json mark = Json::object();
    mark["type"] = "marking-definition";
    mark["spec_version"] = "2.1";
    mark["id"] = TlpMarkingId(tlp);
    mark["created"] = "2022-10-01T00:00:00.000Z";
    mark["name"] = TlpLabel(tlp);
    mark["extensions"][kTlpExtension] = {{"extension_type", "property-extension"},
                                         {"tlp_2_0", TlpStixWord(tlp)}};
    return mark;
  }

  static Json Object(absl::string_view type, absl::string_view name, absl::string_view created,
                     absl::string_view modified) {
    Json object = Json::object();
    object["type"] = type;
    object["spec_version"] = "2.1";
    object["id"] = StixId(type, name);
    object["created"] = created;
    object["modified"] = modified;
    return object;
  }

  void Add(Json object, Tlp label) {
    const std::string id = object["id"].get<std::string>();
    if (!ids_.insert(id).second) return;
    if (id != producer_) object["created_by_ref"] = producer_;
    object["object_marking_refs"] = Json::array({TlpMarkingId(label)});
    used_.insert(label);
    versions_.push_back(absl::StrCat(id, " ", object["modified"].get<std::string>()));
    objects_.push_back(std::move(object));
  }

  void Extension() {
    Json object = Object("extension-definition", "belfry", kEpoch, kEpoch);
    object["id"] = kBelfryExtension;
    object["name"] = "Belfry incident record";
    object["description"] =
        "What a policy's incident record has and STIX has no property for: codes of the policy "
        "pack, answers, clocks, duties, entities, devices; and the whole of a timeline entry.";
    object["schema"] =
        "JSON Schema docs/exchange/stix-extension.schema.json of Belfry, by this version";
    object["version"] = kBelfryExtensionVersion;
    object["extension_types"] = Json::array({"property-extension"});
    Add(std::move(object), Tlp::kClear);
  }

  // Returns its id.
  std::string Person(const std::string& name, Tlp label) {
    const absl::string_view kind = absl::StartsWith(name, "people/") ? "individual" : "system";
    Json object = Object("identity", name, kEpoch, kEpoch);
    object["name"] = name;
    object["identity_class"] = kind;
    const std::string id = object["id"].get<std::string>();
    Add(std::move(object), label);
    return id;
  }

  std::string Entity(const std::string& name, const Mapping& mapping, Tlp label) {
    Json object = Object("identity", name, kEpoch, kEpoch);
    object["name"] = EntityTitle(file_, name);
    object["identity_class"] = "organization";
    for (const std::string& sector : mapping.proto().producer().stix_sectors()) {
      object["sectors"].push_back(sector);
    }
    object["external_references"] =
        Json::array({{{"source_name", "belfry"}, {"external_id", name}}});
    const std::string id = object["id"].get<std::string>();
    Add(std::move(object), label);
    return id;
  }

  void Relate(absl::string_view type, const std::string& source, const std::string& target,
              const std::string& at, absl::string_view description, Tlp label) {
    Json object = Object("relationship", absl::StrCat(type, ":", source, ":", target), at, at);
    object["relationship_type"] = type;
    object["source_ref"] = source;
    object["target_ref"] = target;
    object["description"] = description;
    Add(std::move(object), label);
  }

  Json Core(const belfry::v1::Incident& incident, const Mapping& mapping) const {
    Json core = Json::object();
    core["extension_type"] = "property-extension";
    core["determination"] = mapping.Verdict(incident).stix_determination();
    core["investigation_status"] = mapping.State(incident.state()).stix_status();
    core["criticality"] =
        incident.has_severity_score()
            ? static_cast<int>(std::clamp(incident.severity_score(), 0.0, 100.0) + 0.5)
            : mapping.Severity(incident.severity()).stix_criticality();
    std::set<std::string> seen;
    for (const auto* row : mapping.Categories(incident)) {
      for (const std::string& type : row->stix_types()) {
        if (seen.insert(type).second) core["incident_types"].push_back(type);
      }
    }
    if (incident.has_severity_score()) {
      core["scores"].push_back(
          {{"name", "severity score of the policy pack"}, {"value", incident.severity_score()}});
    }
    core["detection_methods"] = Json::array(
        {absl::StartsWith(incident.reporter(), "systems/") ? "automated-tool" : "user-reporting"});
    return core;
  }

  // The incident without what STIX has a property for, and the duties.
  static Json Record(const v1::IncidentExport& part) {
    v1::IncidentExport rest = part;
    rest.clear_timeline();
    rest.mutable_incident()->clear_title();
    rest.mutable_incident()->clear_summary();
    Json record = Json::object();
    record["extension_type"] = "property-extension";
    record["record"] = MessageToJson(rest, FieldNames::kProto);
    return record;
  }

  static Tlp DutyLabel(const v1::IncidentExport& part) {
    Tlp label = Tlp::kClear;
    for (const auto& duty : part.obligations()) {
      label = std::max(label, StrictestIn(duty).value_or(Tlp::kClear));
    }
    return label;
  }

  void Incident(const v1::IncidentExport& part) {
    const belfry::v1::Incident& incident = part.incident();
    const Mapping& mapping = MappingOf(mappings_, incident);
    const Tlp label = IncidentLabel(incident);
    const Tlp whole = std::max(LabelWithFields(incident), DutyLabel(part));
    const std::string created = Rfc3339Millis(incident.create_time());
    const std::string modified = Rfc3339Millis(incident.update_time());
    Json object = Object("incident", incident.uid(), created, modified);
    object["name"] = incident.title();
    if (!incident.summary().empty()) object["description"] = incident.summary();
    if (incident.drill()) object["labels"] = Json::array({"exercise"});
    Json references = Json::array();
    references.push_back({{"source_name", "belfry"}, {"external_id", NumberOf(incident)}});
    for (const auto& ticket : incident.tickets()) {
      references.push_back({{"source_name", ticket.system().empty() ? "ticket" : ticket.system()},
                            {"external_id", ticket.number()}});
    }
    object["external_references"] = std::move(references);
    object["extensions"][kIncidentCoreExtension] = Core(incident, mapping);
    object["extensions"][kBelfryExtension] = Record(part);
    const std::string id = object["id"].get<std::string>();
    Add(std::move(object), whole);
    People(incident, mapping, id, label);
    for (const auto& entry : part.timeline()) {
      Note(entry, id, std::max(label, StrictestIn(entry).value_or(Tlp::kClear)));
    }
    LeftOut(incident.name(), id, label);
  }

  void People(const belfry::v1::Incident& incident, const Mapping& mapping, const std::string& id,
              Tlp label) {
    const std::string created = Rfc3339Millis(incident.create_time());
    if (!incident.reporter().empty()) {
      Relate("contact-for", Person(incident.reporter(), label), id, created, "reporter", label);
    }
    if (!incident.lead().empty()) {
      Relate("contact-for", Person(incident.lead(), label), id, created, "leads the response",
             label);
    }
    for (const IncidentEntity& entity : incident.entities()) {
      const bool hit = entity.relation() == IncidentEntity::RELATION_ORIGIN ||
                       entity.relation() == IncidentEntity::RELATION_AFFECTED;
      Relate(hit ? "impacts" : "related-to", id, Entity(entity.entity(), mapping, label), created,
             EnumWord(IncidentEntity::Relation_Name(entity.relation()), "RELATION_"), label);
    }
    // Only to incidents of the same bundle: another one's id is made from what is not known here.
    for (const auto& other : file_.incidents()) {
      if (other.incident().name() != incident.parent()) continue;
      const bool same = mapping.State(incident.state()).duplicate();
      Relate(same ? "duplicate-of" : "related-to", id, StixIncidentId(other.incident().uid()),
             created, same ? "merged into" : "part of", label);
    }
  }

  void Note(const belfry::v1::TimelineEntry& entry, const std::string& incident, Tlp label) {
    const std::string time = Rfc3339Millis(entry.time());
    Json object = Object("note", absl::StrCat(incident, ":", entry.name()), time, time);
    object["abstract"] = entry.kind();
    object["content"] = entry.text();
    if (!entry.actor().empty()) object["authors"] = Json::array({entry.actor()});
    object["object_refs"] = Json::array({incident});
    belfry::v1::TimelineEntry rest = entry;
    rest.clear_text();
    Json extension = Json::object();
    extension["extension_type"] = "property-extension";
    extension["entry"] = MessageToJson(rest, FieldNames::kProto);
    object["extensions"][kBelfryExtension] = std::move(extension);
    Add(std::move(object), label);
  }

  void LeftOut(const std::string& incident, const std::string& about, Tlp label) {
    const auto texts = OmissionTexts(file_, incident);
    if (texts.empty()) return;
    const std::string time = Rfc3339Millis(file_.export_time());
    Json object = Object("note", absl::StrCat("left-out:", about, ":", time), time, time);
    object["abstract"] = "Left out of this export";
    object["content"] = absl::StrJoin(texts, "\n");
    object["object_refs"] = Json::array({about});
    Add(std::move(object), label);
  }

  const v1::Export& file_;
  const Mappings& mappings_;
  std::string producer_;
  Tlp label_ = Tlp::kRed;
  std::vector<Json> objects_;
  std::vector<std::string> versions_;
  std::set<std::string> ids_;
  std::set<Tlp> used_;
};

}  // namespace

std::string WriteStix(const v1::Export& file, const Mappings& mappings) {
  return StixWriter(file, mappings).Write();
}

}  // namespace belfry::exchange
