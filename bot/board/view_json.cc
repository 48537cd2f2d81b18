#include "bot/board/view_json.h"

#include <string>

#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/base/proto_time.h"

namespace belfry::board {
namespace {

int64_t Milliseconds(const google::protobuf::Timestamp& time) {
  return absl::ToUnixMillis(FromProto(time));
}

template <typename Strings>
Json List(const Strings& strings) {
  Json list = Json::array();
  for (const std::string& one : strings) list.push_back(one);
  return list;
}

// "STATE_OVERDUE" to "OVERDUE".
std::string Short(absl::string_view prefix, const std::string& name) {
  return std::string(absl::StripPrefix(name, prefix));
}

Json ChainJson(const v1::EscalationChain& chain) {
  Json json = {{"entity", chain.entity()},
               {"state", Short("STATE_", v1::EscalationChain::State_Name(chain.state()))},
               {"level", chain.level()},
               {"attempt", chain.attempt()},
               {"paged", List(chain.paged_people())}};
  if (!chain.acknowledged_by().empty()) json["ackBy"] = chain.acknowledged_by();
  if (chain.has_acknowledge_time()) json["ackAt"] = Milliseconds(chain.acknowledge_time());
  if (chain.has_next_page_time()) json["nextPage"] = Milliseconds(chain.next_page_time());
  return json;
}

Json DutyJson(const v1::Obligation& duty) {
  Json json = {{"instance", duty.instance()},
               {"code", duty.code()},
               {"title", duty.title()},
               {"kind", duty.kind()},
               {"number", duty.number()},
               {"subject", duty.subject()},
               {"state", Short("STATE_", v1::Obligation::State_Name(duty.state()))},
               {"start", Milliseconds(duty.clock_start())},
               {"opened", Milliseconds(duty.open_time())},
               {"settledBy", duty.settled_by()},
               {"reason", duty.reason()},
               {"owners", List(duty.owner_roles())},
               {"clauses", List(duty.clauses())},
               {"remedy", duty.remedy()}};
  if (duty.has_due_time()) json["due"] = Milliseconds(duty.due_time());
  if (duty.has_settle_time()) json["settled"] = Milliseconds(duty.settle_time());
  if (duty.has_snooze_until_time()) json["snoozed"] = Milliseconds(duty.snooze_until_time());
  return json;
}

Json EntryJson(const v1::TimelineEntry& entry) {
  Json json = {{"name", entry.name()},
               {"time", Milliseconds(entry.time())},
               {"actor", entry.actor()},
               {"via", entry.via()},
               {"kind", entry.kind()},
               {"text", entry.text()},
               {"clauses", List(entry.clauses())}};
  if (entry.has_event_time()) json["eventTime"] = Milliseconds(entry.event_time());
  if (entry.late()) json["late"] = true;
  if (!entry.supersedes().empty()) json["supersedes"] = entry.supersedes();
  if (entry.retracts()) json["retracts"] = true;
  return json;
}

}  // namespace

absl::string_view IncidentId(absl::string_view name) {
  return absl::StripPrefix(name, "incidents/");
}

Json CardJson(const v1::Incident& incident) {
  Json card = {{"id", IncidentId(incident.name())},
               {"title", incident.title()},
               {"state", incident.state()},
               {"severity", incident.severity()},
               {"entity", incident.entity()},
               {"tlp", incident.tlp()},
               {"policy", incident.policy()},
               {"created", Milliseconds(incident.create_time())},
               {"open", incident.open_obligation_count()},
               {"overdue", incident.overdue_obligation_count()}};
  if (incident.has_update_time()) card["updated"] = Milliseconds(incident.update_time());
  if (incident.restricted()) card["restricted"] = true;
  if (incident.drill()) card["drill"] = true;
  if (!incident.lead().empty()) card["lead"] = incident.lead();
  Json agencies = Json::array();
  for (const v1::IncidentEntity& part : incident.entities()) agencies.push_back(part.entity());
  card["agencies"] = std::move(agencies);
  if (incident.has_next_duty()) {
    const v1::NextDuty& duty = incident.next_duty();
    card["next"] = {{"duty", duty.obligation()},
                    {"entity", duty.entity()},
                    {"due", Milliseconds(duty.due_time())},
                    {"overdue", duty.overdue()}};
  }
  Json chains = Json::array();
  for (const v1::EscalationChain& chain : incident.escalations())
    chains.push_back(ChainJson(chain));
  card["chains"] = std::move(chains);
  return card;
}

Json IncidentJson(const v1::Incident& incident, const v1::ListObligationsResponse& duties,
                  const std::vector<v1::TimelineEntry>& record, bool complete) {
  Json json = {{"card", CardJson(incident)},
               {"summary", incident.summary()},
               {"reporter", incident.reporter()},
               {"floors", List(incident.severity_floors())},
               {"parent", incident.parent()},
               {"children", List(incident.children())},
               {"complete", complete}};
  Json& parts = json["entities"] = Json::array();
  for (const v1::IncidentEntity& part : incident.entities()) {
    Json& one = parts.emplace_back(
        Json{{"entity", part.entity()},
             {"relation", Short("RELATION_", v1::IncidentEntity::Relation_Name(part.relation()))}});
    if (part.has_detect_time()) one["detected"] = Milliseconds(part.detect_time());
  }
  Json& categories = json["categories"] = Json::array();
  for (const v1::CategoryAssignment& category : incident.categories()) {
    categories.push_back({{"code", category.category()}, {"details", List(category.sub_values())}});
  }
  Json& tickets = json["tickets"] = Json::array();
  for (const v1::Ticket& ticket : incident.tickets()) {
    tickets.push_back({{"system", ticket.system()}, {"number", ticket.number()}});
  }
  Json& clocks = json["clocks"] = Json::array();
  for (const v1::ClockTime& clock : incident.clocks()) {
    clocks.push_back({{"clock", clock.clock()}, {"time", Milliseconds(clock.time())}});
  }
  Json& owed = json["duties"] = Json::array();
  for (const v1::Obligation& duty : duties.obligations()) owed.push_back(DutyJson(duty));
  Json& entries = json["record"] = Json::array();
  for (const v1::TimelineEntry& entry : record) entries.push_back(EntryJson(entry));
  return json;
}

Json PackJson(const policy::v1::Policy& policy) {
  Json json = {{"title", policy.title()}, {"zone", policy.time_zone()}};
  Json& states = json["states"] = Json::array();
  for (const auto& state : policy.states()) {
    states.push_back({{"code", state.code()},
                      {"title", state.title()},
                      {"ongoing", state.ongoing()},
                      {"terminal", state.terminal()}});
  }
  Json& severities = json["severities"] = Json::array();
  for (const auto& severity : policy.severities()) {
    severities.push_back({{"code", severity.code()},
                          {"title", severity.title()},
                          {"description", severity.description()}});
  }
  Json& levels = json["levels"] = Json::array();
  for (const auto& level : policy.escalation().levels()) {
    levels.push_back(
        {{"number", level.number()}, {"title", level.title()}, {"roles", List(level.roles())}});
  }
  Json& duties = json["duties"] = Json::object();
  for (const auto& duty : policy.obligations()) duties[duty.code()] = duty.title();
  Json& roles = json["roles"] = Json::object();
  for (const auto& role : policy.roles()) roles[role.code()] = role.title();
  Json& categories = json["categories"] = Json::object();
  for (const auto& category : policy.categories()) categories[category.code()] = category.title();
  return json;
}

Json EntitiesJson(const std::vector<v1::Entity>& entities) {
  Json json = Json::object();
  for (const v1::Entity& entity : entities) json[entity.name()] = entity.title();
  return json;
}

}  // namespace belfry::board
