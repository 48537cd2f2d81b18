// Looking: nothing here changes anything, but `deliveries retry`.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/incident_record.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr int kRowsInChat = 20;
constexpr int kRowsAtTerminal = 200;
constexpr int kTimelinePages = 20;

bool AtTerminal(const Session& session) { return session.context.via == "cli"; }

absl::StatusOr<int> ReadLimit(const Session& session) {
  const auto word = session.command.Option("limit");
  if (!word.has_value()) return AtTerminal(session) ? kRowsAtTerminal : kRowsInChat;
  int limit = 0;
  if (!absl::SimpleAtoi(*word, &limit) || limit < 1 || limit > 1000) {
    return UsageError(
        absl::StrCat("\"limit:\" takes a number from 1 to 1000, not \"", Clip(*word, 40), "\"."));
  }
  return limit;
}

absl::StatusOr<std::string> ReadFilter(const Session& session) {
  std::vector<std::string> terms;
  bool open_only = true;
  for (const std::string& word : session.command.words) {
    const std::string lower = absl::AsciiStrToLower(word);
    if (lower == "all") {
      open_only = false;
    } else if (lower == "open") {
      open_only = true;
    } else if (lower == "late" || lower == "overdue") {
      terms.emplace_back("overdue = true");
    } else if (lower == "mine" || lower == "here") {
      if (session.context.entity.empty()) {
        return UsageError("This place belongs to no agency. Say which one.", {"list agency:DOP"});
      }
      terms.push_back(absl::StrCat("entity = \"", session.context.entity, "\""));
    } else {
      auto state = ParseState(session.policy(), word);
      if (!state.ok()) return state.status();
      open_only = false;
      terms.push_back(absl::StrCat("state = \"", *state, "\""));
    }
  }
  if (const auto word = session.command.Option("state"); word.has_value()) {
    auto state = ParseState(session.policy(), *word);
    if (!state.ok()) return state.status();
    open_only = false;
    terms.push_back(absl::StrCat("state = \"", *state, "\""));
  }
  if (const auto word = session.command.Option("sev"); word.has_value()) {
    auto severity = ParseSeverity(session.policy(), *word);
    if (!severity.ok()) return severity.status();
    terms.push_back(absl::StrCat("severity = \"", *severity, "\""));
  }
  auto entity = ReadEntity(session);
  if (!entity.ok()) return entity.status();
  if (!entity->empty()) terms.push_back(absl::StrCat("entity = \"", *entity, "\""));
  if (open_only) terms.emplace_back("open = true");
  return absl::StrJoin(terms, " AND ");
}

std::string DutyCell(const v1::Incident& incident, const View& view) {
  if (!incident.has_next_duty()) return "";
  const v1::NextDuty& duty = incident.next_duty();
  return absl::StrCat(duty.overdue() ? "OVERDUE " : "", duty.obligation(), " ",
                      view.Due(duty.due_time()));
}

std::string DeliveryState(v1::Delivery::State state) {
  switch (state) {
    case v1::Delivery::STATE_PENDING:
      return "waiting";
    case v1::Delivery::STATE_LEASED:
      return "being sent";
    case v1::Delivery::STATE_DELIVERED:
      return "delivered";
    case v1::Delivery::STATE_DEAD:
      return "DEAD";
    case v1::Delivery::STATE_SUPERSEDED:
      return "replaced";
    default:
      return "";
  }
}

std::string DeliveryName(const std::string& word) {
  return absl::StartsWith(word, "deliveries/") ? word : absl::StrCat("deliveries/", word);
}

CommandResult Requeue(const Session& session) {
  const auto& words = session.command.words;
  if (words.size() != 2) {
    return Refused(UsageError("Say which delivery to send again.",
                              {"deliveries dead", "deliveries retry deliveries/…"}));
  }
  v1::RequeueDeliveryRequest request;
  request.set_name(DeliveryName(words[1]));
  auto response = session.client.RequeueDelivery(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(response->delivery().name(), " is sent again");
  card.body = absl::StrCat("To ", ActorName(response->delivery().target()), ".");
  card.hints.push_back(session.view.Typed("deliveries pending"));
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

}  // namespace

CommandResult RunList(const Session& session) {
  auto filter = ReadFilter(session);
  if (!filter.ok()) return Refused(filter.status());
  auto limit = ReadLimit(session);
  if (!limit.ok()) return Refused(limit.status());
  v1::ListIncidentsRequest request;
  request.set_filter(*filter);
  request.set_page_size(*limit);
  auto response = session.client.ListIncidents(request, session.call);
  if (!response.ok()) return Refused(response.status());

  Card card;
  const int count = response->incidents_size();
  const bool more = !response->next_page_token().empty();
  card.title = count == 0 ? "No incidents"
                          : absl::StrCat(more ? "The newest " : "", count, " incident",
                                         count == 1 ? "" : "s");
  if (!filter->empty()) card.context = *filter;
  if (count > 0) card.table.push_back({"Incident", "Sev", "State", "Title", "Next duty"});
  for (const v1::Incident& incident : response->incidents()) {
    const bool withheld = IsWithheld(incident, session.view);
    card.table.push_back(
        {IncidentId(incident.name()), withheld ? "" : incident.severity(),
         withheld ? "" : session.view.StateTitle(incident.state()),
         withheld ? "restricted: open in Belfry"
                  : absl::StrCat(incident.drill() ? "DRILL · " : "", Clip(incident.title(), 60)),
         withheld ? "" : DutyCell(incident, session.view)});
  }
  if (count > 0) {
    card.hints.push_back(
        session.view.Typed(absl::StrCat("show ", IncidentId(response->incidents(0).name()))));
  } else {
    card.hints.push_back(session.view.Typed("list all"));
    card.hints.push_back(session.view.Typed(VerbOf(VerbKind::kOpen).example));
  }
  if (more) card.hints.push_back(session.view.Typed(absl::StrCat("list limit:", *limit * 5)));
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

CommandResult RunShow(const Session& session) {
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = IncidentCard(response->incident(), session.view);
  if (!IsWithheld(response->incident(), session.view)) {
    card.table = RecordTable(response->incident(), session.view);
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunTimeline(const Session& session) {
  int limit = AtTerminal(session) ? 0 : kRowsInChat;
  for (const std::string& word : session.command.words) {
    if (absl::EqualsIgnoreCase(word, "all")) {
      limit = 0;
    } else if (!absl::SimpleAtoi(word, &limit) || limit < 1) {
      return Refused(
          UsageError(absl::StrCat("\"", Clip(word, 40), "\" is neither a number nor all."),
                     {std::string(VerbOf(VerbKind::kTimeline).syntax)}));
    }
  }
  v1::ListTimelineEntriesRequest request;
  request.set_parent(session.incident);
  request.set_page_size(1000);
  v1::ListTimelineEntriesResponse all;
  // Oldest first is how the server lists; the last ones are what people ask for.
  for (int page = 0; page < kTimelinePages; ++page) {
    auto response = session.client.ListTimelineEntries(request, session.call);
    if (!response.ok()) return Refused(response.status());
    all.mutable_entries()->MergeFrom(response->entries());
    all.set_next_page_token(response->next_page_token());
    if (response->next_page_token().empty()) break;
    request.set_page_token(response->next_page_token());
  }
  const int count = all.entries_size();
  const int first = limit > 0 && count > limit ? count - limit : 0;
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title =
      absl::StrCat(id, " · timeline",
                   first > 0 ? absl::StrCat(", the last ", count - first, " of ", count) : "");
  if (count > 0) card.table.push_back({"Time", "What", "Who"});
  for (int i = first; i < count; ++i) {
    const v1::TimelineEntry& entry = all.entries(i);
    std::string what = entry.text();
    if (entry.has_event_time()) {
      absl::StrAppend(&what, " (happened ", session.view.Time(entry.event_time()), ")");
    }
    if (!entry.clauses().empty()) {
      absl::StrAppend(&what, " [", absl::StrJoin(entry.clauses(), ", "), "]");
    }
    if (entry.late()) absl::StrAppend(&what, " LATE");
    card.table.push_back(
        {session.view.Time(entry.time()), what,
         absl::StrCat(ActorName(entry.actor()), entry.via().empty() || entry.actor() == "system"
                                                    ? ""
                                                    : absl::StrCat(" (", entry.via(), ")"))});
  }
  if (first > 0) card.hints.push_back(session.view.Typed(absl::StrCat("timeline ", id, " all")));
  card.hints.push_back(session.view.Typed(absl::StrCat("note ", id, " <text>")));
  CommandResult result = Done(std::move(all), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunWho(const Session& session) {
  v1::ResolveContactsRequest request;
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  std::vector<std::string> words = session.command.words;
  if (entity->empty() && !words.empty()) {
    // The first word is the agency, unless it is a role.
    if (ParseRoles(session.policy(), words[0]).ok()) {
      // "who SCIO" asks about the agency of this place.
    } else {
      entity = ParseEntity(words[0]);
      if (!entity.ok()) return Refused(entity.status());
      words.erase(words.begin());
    }
  }
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kOption && pair.key.name == "role") {
      words.push_back(pair.value);
    }
  }
  for (const std::string& word : words) {
    auto roles = ParseRoles(session.policy(), word);
    if (!roles.ok()) return Refused(roles.status());
    for (std::string& role : *roles) request.add_roles(std::move(role));
  }
  if (entity->empty()) *entity = session.context.entity;
  if (entity->empty() && !session.context.incident.empty()) {
    // An incident's number begins with its agency's code.
    const std::string id = IncidentId(session.context.incident);
    entity = ParseEntity(id.substr(0, id.find('-')));
    if (!entity.ok()) return Refused(entity.status());
  }
  if (entity->empty()) {
    return Refused(
        UsageError("Say for which agency.", {std::string(VerbOf(VerbKind::kWho).example)}));
  }
  request.set_entity(*entity);
  auto response = session.client.ResolveContacts(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  card.title = absl::StrCat("Who answers for ", ShortName(*entity));
  card.table.push_back({"Level", "Role", "Person", "Reached by"});
  for (const auto& holder : response->holders()) {
    const std::string level = holder.level() == 0 ? "" : absl::StrCat(holder.level());
    const std::string role = holder.role_title().empty()
                                 ? holder.role()
                                 : absl::StrCat(holder.role(), " ", holder.role_title());
    if (holder.people().empty()) card.table.push_back({level, role, "NOBODY", ""});
    for (const v1::Person& person : holder.people()) {
      card.table.push_back(
          {level, role,
           person.display_name().empty() ? ActorName(person.name()) : person.display_name(),
           absl::StrJoin(person.contacts(), ", ", [](std::string* out, const v1::Contact& contact) {
             absl::StrAppend(out, contact.platform(), " ", contact.address());
           })});
    }
  }
  card.hints.push_back(session.view.Typed("escalate <id> to:<role> <reason>"));
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

CommandResult RunWhoAmI(const Session& session) {
  auto response = session.client.WhoAmI(v1::WhoAmIRequest(), session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  const std::string& name = response->person().display_name();
  card.title = absl::StrCat("You are ", name.empty() ? ActorName(response->principal()) : name);
  card.body = response->principal();
  if (response->role_assignments().empty()) {
    card.body += "\nYou hold no role.";
  } else {
    card.table.push_back({"Role", "For"});
    for (const auto& assignment : response->role_assignments()) {
      card.table.push_back({assignment.role(), assignment.scope().empty()
                                                   ? "the whole government"
                                                   : ShortName(assignment.scope())});
    }
  }
  card.hints.push_back(session.view.Typed("help"));
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

CommandResult RunDeliveries(const Session& session) {
  const auto& words = session.command.words;
  std::string which = words.empty() ? "dead" : absl::AsciiStrToLower(words[0]);
  if (which == "retry" || which == "requeue") return Requeue(session);
  v1::ListDeliveriesRequest request;
  auto limit = ReadLimit(session);
  if (!limit.ok()) return Refused(limit.status());
  request.set_page_size(*limit);
  if (which == "dead") {
    request.set_state(v1::Delivery::STATE_DEAD);
  } else if (which == "pending" || which == "waiting") {
    request.set_state(v1::Delivery::STATE_PENDING);
  } else if (const auto incident = ParseIncidentName(which); incident.has_value()) {
    request.set_incident(*incident);
  } else if (which != "all") {
    return Refused(UsageError(absl::StrCat("\"", Clip(which, 40),
                                           "\" is none of dead, pending, all, "
                                           "retry."),
                              {std::string(VerbOf(VerbKind::kDeliveries).syntax)}));
  }
  auto response = session.client.ListDeliveries(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  const int count = response->deliveries_size();
  card.title =
      count == 0 ? absl::StrCat("No ", which == "all" ? "" : absl::StrCat(which, " "), "deliveries")
                 : absl::StrCat(count, " deliver", count == 1 ? "y" : "ies");
  const bool dead = request.state() == v1::Delivery::STATE_DEAD && count > 0;
  if (dead) card.tone = Tone::kDanger;
  if (count > 0) card.table.push_back({"Delivery", "Incident", "To", "By", "State", "Why"});
  for (const v1::Delivery& delivery : response->deliveries()) {
    card.table.push_back({delivery.name(), IncidentId(delivery.incident()),
                          ActorName(delivery.target()), delivery.endpoint().platform(),
                          DeliveryState(delivery.state()),
                          delivery.last_error().empty() ? delivery.notice().reason()
                                                        : Clip(delivery.last_error(), 80)});
  }
  if (dead) {
    card.hints.push_back(
        session.view.Typed(absl::StrCat("deliveries retry ", response->deliveries(0).name())));
  }
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
