// VERIS 1.4: what happened, for statistics. No names of people or agencies, no timeline, no numbers
// of ours but the uid.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/json_text.h"

namespace belfry::exchange {
namespace {

// A list without repeats, in the order of appearance.
void AddTo(Json& list, const std::string& word) {
  if (list.is_null()) list = Json::array();
  if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
}

template <typename Words>
void AddAll(Json& list, const Words& words) {
  for (const std::string& word : words) AddTo(list, word);
}

Json Action(const std::vector<const v1::CategoryMapping*>& rows) {
  Json action = Json::object();
  for (const auto* row : rows) {
    for (const auto& told : row->veris_actions()) {
      Json& kind = action[told.kind()];
      AddAll(kind["variety"], told.variety());
      if (told.kind() != "environmental") AddAll(kind["vector"], told.vector());
      if (told.kind() == "social") AddAll(kind["target"], told.target());
    }
  }
  // An "Unknown" beside what is known says nothing.
  for (auto& [name, kind] : action.items()) {
    for (auto& [list_name, list] : kind.items()) {
      const auto unknown = std::find(list.begin(), list.end(), "Unknown");
      if (list.size() > 1 && unknown != list.end()) list.erase(unknown);
    }
  }
  if (action.empty()) action["unknown"] = Json::object();
  return action;
}

Json Actor(const std::vector<const v1::CategoryMapping*>& rows) {
  Json actor = Json::object();
  for (const auto* row : rows) {
    const auto& told = row->veris_actor();
    if (told.kind() != "external" && told.kind() != "internal") continue;
    AddAll(actor[told.kind()]["variety"], told.variety());
    AddAll(actor[told.kind()]["motive"], told.motive());
  }
  if (actor.empty()) actor["unknown"] = Json::object();
  return actor;
}

Json Asset(const std::vector<const v1::CategoryMapping*>& rows,
           const belfry::v1::Incident& incident) {
  Json varieties;
  for (const auto* row : rows) AddAll(varieties, row->veris_assets());
  if (varieties.is_null()) AddTo(varieties, "Unknown");
  Json asset = Json::object();
  for (const auto& variety : varieties) asset["assets"].push_back({{"variety", variety}});
  asset["cloud"] = Json::array({"Unknown"});
  if (incident.devices_size() > 0) asset["total_amount"] = incident.devices_size();
  return asset;
}

Json Attribute(const std::vector<const v1::CategoryMapping*>& rows, const Mapping& mapping,
               const belfry::v1::Incident& incident) {
  Json attribute = Json::object();
  std::string disclosure;
  for (const auto* row : rows) {
    if (!row->veris_disclosure().empty()) disclosure = row->veris_disclosure();
    if (row->veris_integrity_size() > 0) {
      AddAll(attribute["integrity"]["variety"], row->veris_integrity());
    }
    if (row->veris_availability_size() > 0) {
      AddAll(attribute["availability"]["variety"], row->veris_availability());
    }
  }
  const auto& questions = mapping.proto().disclosure();
  if (const auto* answer = mapping.Disclosure(incident); answer != nullptr) {
    disclosure = answer->veris_disclosure();
  }
  if (disclosure.empty()) return attribute;
  Json& confidentiality = attribute["confidentiality"] = Json::object();
  confidentiality["data_disclosure"] = disclosure;
  if (disclosure == "No") return attribute;
  Json varieties;
  const std::string elements = FactValue(incident, questions.elements_fact());
  for (const absl::string_view element : absl::StrSplit(elements, ',', absl::SkipEmpty())) {
    for (const auto& row : questions.elements()) {
      if (row.value() == absl::StripAsciiWhitespace(element) && !row.veris_variety().empty()) {
        AddTo(varieties, row.veris_variety());
      }
    }
  }
  for (const auto& variety : varieties) {
    confidentiality["data"].push_back({{"variety", variety}});
  }
  int64_t count = 0;
  if (absl::SimpleAtoi(FactValue(incident, questions.count_fact()), &count) && count >= 0) {
    confidentiality["data_total"] = count;
  }
  return attribute;
}

// The largest unit that gives a whole number of at least one.
Json Span(absl::Duration span) {
  struct Unit {
    absl::string_view name;
    absl::Duration length;
  };
  const Unit units[] = {{"Days", absl::Hours(24)},
                        {"Hours", absl::Hours(1)},
                        {"Minutes", absl::Minutes(1)},
                        {"Seconds", absl::Seconds(1)}};
  for (const Unit& unit : units) {
    if (span >= unit.length) {
      return {{"unit", unit.name},
              {"value", static_cast<int64_t>(absl::FDivDuration(span, unit.length))}};
    }
  }
  return {{"unit", "Seconds"}, {"value", 0}};
}

Json Timeline(const belfry::v1::Incident& incident, const Mapping& mapping) {
  const auto* detected = DetectTime(incident);
  const absl::Time at = chat::ToTime(detected != nullptr ? *detected : incident.create_time());
  const absl::CivilDay day = absl::ToCivilDay(at, absl::UTCTimeZone());
  Json timeline = Json::object();
  timeline["incident"] = {
      {"year", static_cast<int>(day.year())}, {"month", day.month()}, {"day", day.day()}};
  timeline["discovery"] = {{"unit", "Unknown"}};
  if (const auto* contained = ClockTime(incident, mapping.proto().clocks().contained());
      contained != nullptr) {
    timeline["containment"] = Span(chat::ToTime(*contained) - at);
  }
  return timeline;
}

Json Victim(const belfry::v1::Incident& incident, const Mapping& mapping) {
  const auto& told = mapping.proto().producer().veris_victim();
  Json victim = Json::object();
  AddAll(victim["country"], told.country());
  if (told.region_size() > 0) AddAll(victim["region"], told.region());
  if (!told.state().empty()) victim["state"] = told.state();
  victim["industry"] = told.industry();
  victim["employee_count"] = told.employee_count();
  AddAll(victim["government"], told.government());
  int hit = 0;
  for (const auto& part : incident.entities()) {
    hit += part.relation() == belfry::v1::IncidentEntity::RELATION_ORIGIN ||
           part.relation() == belfry::v1::IncidentEntity::RELATION_AFFECTED;
  }
  victim["locations_affected"] = hit;
  return victim;
}

Json Discovery(const belfry::v1::Incident& incident) {
  Json method = Json::object();
  if (absl::StartsWith(incident.reporter(), "systems/")) {
    method["internal"]["variety"] = Json::array({"Security alarm"});
  } else if (absl::StartsWith(incident.reporter(), "people/")) {
    method["internal"]["variety"] = Json::array({"Reported by employee"});
  } else {
    method["unknown"] = true;
  }
  return method;
}

Json Record(const v1::Export& file, const v1::IncidentExport& part, const Mappings& mappings) {
  const belfry::v1::Incident& incident = part.incident();
  const Mapping& mapping = MappingOf(mappings, incident);
  const auto rows = mapping.Categories(incident);
  const auto& verdict = mapping.Verdict(incident);
  Json record = Json::object();
  record["schema_version"] = "1.4.0";
  record["schema_name"] = "verisc";
  record["incident_id"] = incident.uid();
  record["source_id"] = "belfry";
  record["security_incident"] = verdict.veris_security_incident();
  record["confidence"] = verdict.veris_confidence();
  record["summary"] =
      absl::StrCat(incident.title(), incident.summary().empty() ? "" : "\n\n", incident.summary());
  record["timeline"] = Timeline(incident, mapping);
  record["victim"] = Victim(incident, mapping);
  record["actor"] = Actor(rows);
  record["action"] = Action(rows);
  record["asset"] = Asset(rows, incident);
  if (Json attribute = Attribute(rows, mapping, incident); !attribute.empty()) {
    record["attribute"] = std::move(attribute);
  }
  record["discovery_method"] = Discovery(incident);
  record["targeted"] = "Unknown";
  Json& impact = record["impact"] = Json::object();
  impact["overall_rating"] = mapping.Severity(incident.severity()).veris_rating();
  if (const int64_t cents = CostCents(incident); cents > 0) {
    impact["overall_amount"] = static_cast<double>(cents) / 100;
    impact["iso_currency_code"] = "USD";
  }
  std::vector<std::string> notes = {file.tlp()};
  for (const std::string& text : OmissionTexts(file, incident.name())) notes.push_back(text);
  for (const std::string& text : OmissionTexts(file, "")) notes.push_back(text);
  record["notes"] = absl::StrJoin(notes, "\n");
  return record;
}

}  // namespace

std::string WriteVeris(const v1::Export& file, const Mappings& mappings, bool one) {
  Json records = Json::array();
  for (const auto& part : file.incidents()) records.push_back(Record(file, part, mappings));
  return DumpJson(one && records.size() == 1 ? records[0] : records);
}

}  // namespace belfry::exchange
