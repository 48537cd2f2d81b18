// IODEF v2 (RFC 7970). docs/exchange.md has the mapping; the order of elements is that of the RFC.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/part_label.h"
#include "client-lib/exchange/xml.h"

namespace belfry::exchange {
namespace {

using Element = XmlWriter::Element;
using Attributes = XmlWriter::Attributes;

constexpr char kNamespace[] = "urn:ietf:params:xml:ns:iodef-2.0";
constexpr char kBelfryNamespace[] = "urn:belfry:exchange:1";

// The RFC knows TLP 1: what it has no word for is an extended value, which nobody can take for less
// than it is.
Attributes Restriction(Tlp label) {
  switch (label) {
    case Tlp::kClear:
      return {{"restriction", "white"}};
    case Tlp::kGreen:
      return {{"restriction", "green"}};
    case Tlp::kAmber:
      return {{"restriction", "amber"}};
    case Tlp::kAmberStrict:
      return {{"restriction", "ext-value"}, {"ext-restriction", "TLP:AMBER+STRICT"}};
    case Tlp::kRed:
      break;
  }
  return {{"restriction", "red"}};
}

Attributes Join(Attributes first, const Attributes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class IodefWriter {
 public:
  IodefWriter(const v1::Export& file, const Mappings& mappings)
      : file_(file), mappings_(mappings) {}

  std::string Write() {
    {
      const Element document(xml_, "IODEF-Document",
                             {{"version", "2.00"}, {"xml:lang", "en"}, {"xmlns", kNamespace}});
      for (const auto& part : file_.incidents()) Incident(part);
      for (const std::string& text : OmissionTexts(file_, "")) Additional("left-out", text);
      Additional("tlp", file_.tlp());
      Additional("recipient", file_.recipient());
      Additional("producer", file_.producer());
    }
    return xml_.text();
  }

 private:
  void Additional(absl::string_view name, absl::string_view text,
                  absl::string_view type = "string") {
    if (text.empty()) return;
    xml_.Text("AdditionalData", text, {{"dtype", std::string(type)}, {"name", std::string(name)}});
  }

  void Time(absl::string_view element, const google::protobuf::Timestamp* time) {
    if (time != nullptr) xml_.Text(element, Rfc3339(*time));
  }

  void Incident(const v1::IncidentExport& part) {
    const belfry::v1::Incident& incident = part.incident();
    const Mapping& mapping = MappingOf(mappings_, incident);
    csirt_ = mapping.proto().producer().iodef_name();
    const auto& clocks = mapping.proto().clocks();
    const Element element(xml_, "Incident",
                          Join({{"purpose", "reporting"},
                                {"status", mapping.State(incident.state()).iodef_status()},
                                {"xml:lang", "en"}},
                               Restriction(LabelOfAll(part))));
    xml_.Text("IncidentID", NumberOf(incident), {{"name", csirt_}});
    Alternatives(incident);
    Related(incident);
    Time("DetectTime", DetectTime(incident));
    Time("EndTime", ClockTime(incident, clocks.ended()));
    Time("RecoveryTime", ClockTime(incident, clocks.recovered()));
    Time("ReportTime", ClockTime(incident, clocks.reported()));
    xml_.Text("GenerationTime", Rfc3339(file_.export_time()));
    if (incident.drill()) xml_.Text("Description", "EXERCISE: this did not happen");
    xml_.Text("Description", incident.title());
    if (!incident.summary().empty()) xml_.Text("Description", incident.summary());
    Assessment(incident, mapping);
    Contacts(incident, mapping);
    Devices(incident);
    History(part);
    Extension(part);
  }

  void Alternatives(const belfry::v1::Incident& incident) {
    const Element alternative(xml_, "AlternativeID");
    xml_.Text("IncidentID", incident.uid(), {{"name", "belfry-uid"}});
    for (const auto& ticket : incident.tickets()) {
      xml_.Text("IncidentID", ticket.number(),
                {{"name", ticket.system().empty() ? "ticket" : ticket.system()}});
    }
  }

  void RelatedOne(const std::string& name, absl::string_view how) {
    const Element activity(xml_, "RelatedActivity");
    xml_.Text("IncidentID", absl::StripPrefix(name, "incidents/"), {{"name", csirt_}});
    xml_.Text("Description", how);
  }

  void Related(const belfry::v1::Incident& incident) {
    if (!incident.parent().empty()) {
      RelatedOne(incident.parent(),
                 MappingOf(mappings_, incident).State(incident.state()).duplicate() ? "merged into"
                                                                                    : "part of");
    }
    for (const std::string& child : incident.children()) RelatedOne(child, "has the part");
  }

  void Assessment(const belfry::v1::Incident& incident, const Mapping& mapping) {
    const auto& severity = mapping.Severity(incident.severity());
    const std::string determination = mapping.Verdict(incident).stix_determination();
    const Element assessment(
        xml_, "Assessment",
        {{"occurrence", determination == "confirmed" ? "actual" : "potential"}});
    const auto rows = mapping.Categories(incident);
    for (const auto& assigned : incident.categories()) {
      xml_.Text("IncidentCategory", assigned.category());
      for (const std::string& sub_value : assigned.sub_values()) {
        xml_.Text("IncidentCategory", absl::StrCat(assigned.category(), "/", sub_value));
      }
    }
    for (const auto* row : rows) {
      for (const std::string& tag : row->rsit()) {
        xml_.Text("IncidentCategory", absl::StrCat("rsit:", tag));
      }
    }
    bool told = false;
    for (const auto* row : rows) {
      for (const std::string& impact : row->iodef_impacts()) {
        xml_.Text("SystemImpact", "",
                  {{"severity", severity.iodef_severity()},
                   {"completion", row->attempt_failed() ? "failed" : ""},
                   {"type", impact}});
        told = true;
      }
    }
    if (!told) xml_.Text("SystemImpact", "", {{"type", "unknown"}});
    xml_.Text("BusinessImpact", "",
              {{"severity", severity.iodef_business_severity()}, {"type", "unknown"}});
    if (const int64_t cents = CostCents(incident); cents > 0) {
      xml_.Text("MonetaryImpact", absl::StrFormat("%d.%02d", cents / 100, cents % 100),
                {{"currency", "USD"}});
    }
  }

  void Contact(absl::string_view role, absl::string_view type, const std::string& name,
               const std::string& handle) {
    const Element contact(xml_, "Contact",
                          {{"role", std::string(role)}, {"type", std::string(type)}});
    if (!name.empty()) xml_.Text("ContactName", name);
    if (!handle.empty()) xml_.Text("RegistryHandle", handle, {{"registry", "local"}});
  }

  void Contacts(const belfry::v1::Incident& incident, const Mapping& mapping) {
    Contact("creator", "organization", mapping.proto().producer().name(), "");
    if (absl::StartsWith(incident.reporter(), "people/")) {
      Contact("reporter", "person", "", incident.reporter());
    }
    Contact("reporter", "organization", EntityTitle(file_, incident.entity()), incident.entity());
    if (!incident.lead().empty()) Contact("irt", "person", "", incident.lead());
    for (const auto& part : incident.entities()) {
      if (part.entity() == incident.entity()) continue;
      const bool third = part.relation() == belfry::v1::IncidentEntity::RELATION_THIRD_PARTY;
      const bool affected = part.relation() == belfry::v1::IncidentEntity::RELATION_AFFECTED;
      Contact(third      ? "vendor"
              : affected ? "victim"
                         : "cc",
              "organization", EntityTitle(file_, part.entity()), part.entity());
    }
  }

  static std::string NetworkKind(const std::string& subnet) {
    return absl::StrContains(subnet, ":") ? "ipv6-net" : "ipv4-net";
  }

  void Devices(const belfry::v1::Incident& incident) {
    for (const belfry::v1::Device& device : incident.devices()) {
      const Element event(xml_, "EventData");
      xml_.Text("Description",
                absl::StrCat("Device ", EnumWord(belfry::v1::Device::Status_Name(device.status()),
                                                 "STATUS_")));
      const Element flow(xml_, "Flow");
      const Element system(xml_, "System", {{"category", "target"}, {"ownership", "organization"}});
      {
        const Element node(xml_, "Node");
        if (device.subnet().empty()) {
          xml_.Text("Address", device.device(),
                    {{"category", "ext-value"}, {"ext-category", "device-name"}});
        } else {
          xml_.Text("Address", device.subnet(), {{"category", NetworkKind(device.subnet())}});
        }
      }
      xml_.Text("AssetID", device.device());
      if (!device.family().empty()) {
        xml_.Text("Description", absl::StrCat("Malicious code: ", device.family()));
      }
    }
    for (const belfry::v1::NetworkRemoval& removal : incident.removals()) {
      if (removal.state() == belfry::v1::NetworkRemoval::STATE_LIFTED ||
          removal.targets().empty()) {
        continue;
      }
      const Element event(xml_, "EventData");
      {
        const Element flow(xml_, "Flow");
        for (const auto& target : removal.targets()) {
          const Element system(xml_, "System", {{"category", "target"}});
          {
            const Element node(xml_, "Node");
            const bool network = !target.subnet().empty();
            xml_.Text("Address", network ? target.subnet() : target.device(),
                      {{"category", network ? NetworkKind(target.subnet()) : "ext-value"},
                       {"ext-category", network ? "" : "device-name"}});
          }
          if (!target.device().empty()) xml_.Text("AssetID", target.device());
        }
      }
      xml_.Text("Expectation", "", {{"action", "block-network"}});
    }
  }

  void History(const v1::IncidentExport& part) {
    if (part.timeline().empty()) return;
    const Element history(xml_, "History");
    for (const auto& entry : part.timeline()) {
      const Element item(xml_, "HistoryItem", {{"action", "status-new-info"}});
      xml_.Text("DateTime", Rfc3339(entry.has_event_time() ? entry.event_time() : entry.time()));
      xml_.Text("Description", entry.text());
      Additional("kind", entry.kind());
      Additional("actor", entry.actor());
      for (const std::string& clause : entry.clauses()) Additional("clause", clause);
    }
  }

  // What the policy asks for: codes, answers and duties, under a name space of our own.
  void Extension(const v1::IncidentExport& part) {
    const belfry::v1::Incident& incident = part.incident();
    for (const std::string& text : OmissionTexts(file_, incident.name())) {
      Additional("left-out", text);
    }
    const Element data(xml_, "AdditionalData", {{"dtype", "xml"}, {"name", "belfry"}});
    const Element root(xml_, "b:incident",
                       {{"xmlns:b", kBelfryNamespace},
                        {"state", incident.state()},
                        {"severity", incident.severity()},
                        {"tlp", incident.tlp()},
                        {"restricted", incident.restricted() ? "true" : "false"},
                        {"drill", incident.drill() ? "true" : "false"},
                        {"policy", incident.policy()}});
    for (const auto& fact : incident.facts()) {
      xml_.Text("b:fact", fact.value(), {{"name", fact.name()}, {"entity", fact.entity()}});
    }
    for (const auto& duty : part.obligations()) {
      const std::string state =
          EnumWord(belfry::v1::Obligation::State_Name(duty.state()), "STATE_");
      xml_.Text("b:duty", duty.title(),
                {{"instance", duty.instance()},
                 {"state", state},
                 {"subject", duty.subject()},
                 {"due", duty.has_due_time() ? Rfc3339(duty.due_time()) : ""},
                 {"settled", duty.has_settle_time() ? Rfc3339(duty.settle_time()) : ""}});
    }
  }

  const v1::Export& file_;
  const Mappings& mappings_;
  XmlWriter xml_;
  std::string csirt_;
};

}  // namespace

std::string WriteIodef(const v1::Export& file, const Mappings& mappings) {
  return IodefWriter(file, mappings).Write();
}

}  // namespace belfry::exchange
