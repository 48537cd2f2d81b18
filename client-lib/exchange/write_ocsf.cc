// OCSF Incident Finding (class 2005), one event for each incident. Times are milliseconds.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "belfry/version.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/message_json.h"
#include "client-lib/exchange/part_label.h"

namespace belfry::exchange {
namespace {

constexpr int kCategoryUid = 2;
constexpr int kClassUid = 2005;
constexpr int kVerdictTest = 6;
constexpr int kVerdictDuplicate = 10;

struct Caption {
  int id;
  absl::string_view caption;
};

constexpr Caption kActivities[] = {{1, "Create"}, {2, "Update"}, {3, "Close"}};
constexpr Caption kSeverities[] = {{1, "Informational"}, {2, "Low"},      {3, "Medium"},
                                   {4, "High"},          {5, "Critical"}, {6, "Fatal"}};
constexpr Caption kStatuses[] = {
    {1, "New"}, {2, "In Progress"}, {3, "On Hold"}, {4, "Resolved"}, {5, "Closed"}};
constexpr Caption kPriorities[] = {{1, "Low"}, {2, "Medium"}, {3, "High"}, {4, "Critical"}};

template <size_t N>
absl::string_view CaptionOf(const Caption (&captions)[N], int id) {
  for (const Caption& row : captions) {
    if (row.id == id) return row.caption;
  }
  return "Unknown";
}

int64_t Millis(const google::protobuf::Timestamp& time) {
  return absl::ToUnixMillis(chat::ToTime(time));
}

Json Finding(const belfry::v1::Incident& incident, const Mapping& mapping) {
  Json finding = Json::object();
  finding["uid"] = incident.uid();
  finding["title"] = incident.title();
  if (!incident.summary().empty()) finding["desc"] = incident.summary();
  finding["created_time"] = Millis(incident.create_time());
  finding["modified_time"] = Millis(incident.update_time());
  if (const auto* detected = DetectTime(incident); detected != nullptr) {
    finding["first_seen_time"] = Millis(*detected);
  }
  for (const auto* row : mapping.Categories(incident)) {
    for (const std::string& tag : row->rsit()) finding["types"].push_back("rsit:" + tag);
  }
  return finding;
}

// What OCSF has no attribute for, by the pack's codes.
Json Unmapped(const v1::Export& file, const v1::IncidentExport& part) {
  const belfry::v1::Incident& incident = part.incident();
  Json unmapped = Json::object();
  unmapped["number"] = NumberOf(incident);
  unmapped["state"] = incident.state();
  unmapped["severity"] = incident.severity();
  unmapped["tlp"] = incident.tlp();
  unmapped["restricted"] = incident.restricted();
  unmapped["drill"] = incident.drill();
  unmapped["policy"] = incident.policy();
  const auto list = [&](const char* name, const auto& messages) {
    for (const auto& message : messages) {
      unmapped[name].push_back(MessageToJson(message, FieldNames::kProto));
    }
  };
  list("entities", incident.entities());
  list("categories", incident.categories());
  list("facts", incident.facts());
  list("clocks", incident.clocks());
  list("devices", incident.devices());
  list("duties", part.obligations());
  list("timeline", part.timeline());
  if (!incident.parent().empty()) unmapped["parent"] = incident.parent();
  for (const std::string& child : incident.children()) unmapped["children"].push_back(child);
  for (const std::string& text : OmissionTexts(file, incident.name())) {
    unmapped["left_out"].push_back(text);
  }
  for (const std::string& text : OmissionTexts(file, "")) {
    unmapped["left_out_of_file"].push_back(text);
  }
  return unmapped;
}

Json Event(const v1::Export& file, const v1::IncidentExport& part, const Mappings& mappings) {
  const belfry::v1::Incident& incident = part.incident();
  const Mapping& mapping = MappingOf(mappings, incident);
  const auto& state = mapping.State(incident.state());
  const auto& severity = mapping.Severity(incident.severity());
  const auto& verdict = mapping.Verdict(incident);
  Json event = Json::object();
  event["category_uid"] = kCategoryUid;
  event["category_name"] = "Findings";
  event["class_uid"] = kClassUid;
  event["class_name"] = "Incident Finding";
  event["activity_id"] = state.ocsf_activity_id();
  event["activity_name"] = CaptionOf(kActivities, state.ocsf_activity_id());
  event["type_uid"] = kClassUid * 100 + state.ocsf_activity_id();
  event["type_name"] =
      absl::StrCat("Incident Finding: ", CaptionOf(kActivities, state.ocsf_activity_id()));
  event["time"] = Millis(incident.create_time());
  if (const auto* detected = DetectTime(incident); detected != nullptr) {
    event["start_time"] = Millis(*detected);
  }
  if (const auto* ended = ClockTime(incident, mapping.proto().clocks().ended()); ended != nullptr) {
    event["end_time"] = Millis(*ended);
  }
  event["severity_id"] = severity.ocsf_severity_id();
  event["severity"] = CaptionOf(kSeverities, severity.ocsf_severity_id());
  event["priority_id"] = severity.ocsf_priority_id();
  event["priority"] = CaptionOf(kPriorities, severity.ocsf_priority_id());
  event["impact_id"] = severity.ocsf_priority_id();
  event["impact"] = CaptionOf(kPriorities, severity.ocsf_priority_id());
  if (incident.has_severity_score()) {
    event["impact_score"] = static_cast<int>(std::lround(incident.severity_score()));
  }
  event["status_id"] = state.ocsf_status_id();
  event["status"] = CaptionOf(kStatuses, state.ocsf_status_id());
  event["verdict_id"] = incident.drill()    ? kVerdictTest
                        : state.duplicate() ? kVerdictDuplicate
                                            : verdict.ocsf_verdict_id();
  event["verdict"] = incident.drill()    ? "Test"
                     : state.duplicate() ? "Duplicate"
                                         : verdict.ocsf_verdict();
  const auto* disclosure = mapping.Disclosure(incident);
  event["is_suspected_breach"] = disclosure != nullptr && disclosure->suspected_breach();
  event["message"] = absl::StrCat(incident.drill() ? "EXERCISE: " : "", incident.title());
  if (!incident.summary().empty()) event["desc"] = incident.summary();
  event["finding_info_list"] = Json::array({Finding(incident, mapping)});
  if (incident.lead().empty()) {
    event["assignee_group"] = {{"name", mapping.proto().producer().team()}};
  } else {
    event["assignee"] = {{"name", absl::StripPrefix(incident.lead(), "people/")},
                         {"uid", incident.lead()}};
  }
  for (const auto& ticket : incident.tickets()) {
    Json row = Json::object();
    row["uid"] = ticket.number();
    if (!ticket.system().empty()) row["title"] = ticket.system();
    event["tickets"].push_back(std::move(row));
  }
  Json& metadata = event["metadata"] = Json::object();
  metadata["version"] = "1.8.0";
  metadata["profiles"] = Json::array({"incident"});
  metadata["product"] = {
      {"name", "Belfry"}, {"vendor_name", "Belfry"}, {"version", client::VersionString()}};
  metadata["uid"] = Uuid5(absl::StrCat("ocsf:", incident.uid(), ":", incident.etag()));
  metadata["tenant_uid"] = incident.entity();
  metadata["labels"] = Json::array({TlpLabel(LabelOfAll(part))});
  metadata["logged_time"] = Millis(file.export_time());
  metadata["log_name"] = "belfry export";
  event["unmapped"] = Unmapped(file, part);
  return event;
}

}  // namespace

std::string WriteOcsf(const v1::Export& file, const Mappings& mappings, bool one) {
  Json events = Json::array();
  for (const auto& part : file.incidents()) events.push_back(Event(file, part, mappings));
  return DumpJson(one && events.size() == 1 ? events[0] : events);
}

}  // namespace belfry::exchange
