// Reporting, the life cycle, acknowledging and escalating.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kTitleMax = 200;

// Title and summary: the first line is the title when it is short enough, and the whole text is
// the summary when it is more than the title.
absl::Status ReadTitle(const Session& session, v1::CreateIncidentRequest& request) {
  const std::string text = session.command.text;
  std::string title = session.command.Option("title").value_or("");
  std::string summary = session.command.Option("summary").value_or("");
  if (title.empty()) {
    title = text.substr(0, text.find('\n'));
    if (title.size() < text.size() || CountCodePoints(title) > kTitleMax) {
      summary = summary.empty() ? text : absl::StrCat(text, "\n", summary);
    }
  } else if (!text.empty()) {
    summary = summary.empty() ? text : absl::StrCat(text, "\n", summary);
  }
  if (title.empty() && summary.empty()) {
    return AboutField(
        UsageError("Say in a few words what happened. Nothing else is needed to begin.",
                   {std::string(VerbOf(session.command.verb.kind).example), "help open"}),
        "title");
  }
  request.set_title(Clip(title, kTitleMax));
  request.set_summary(summary);
  return absl::OkStatus();
}

// Whom it is about, who may read it, and which other agencies it hit.
absl::Status ReadParties(const Session& session, v1::CreateIncidentRequest& request) {
  for (const std::string& word : ReadList(session, "subject")) {
    auto person = ReadPerson(session, "subject", word);
    if (!person.ok()) return person.status();
    request.add_subjects(*std::move(person));
  }
  for (const std::string& word : ReadList(session, "reader")) {
    auto person = ReadPerson(session, "reader", word);
    if (!person.ok()) return person.status();
    request.add_readers(*std::move(person));
  }
  for (const std::string& word : ReadList(session, "also")) {
    auto entity = ParseEntity(word);
    if (!entity.ok()) return AboutField(entity.status(), "also");
    v1::IncidentEntity* other = request.add_other_entities();
    other->set_entity(*std::move(entity));
    other->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  }
  return absl::OkStatus();
}

absl::Status ReadReport(const Session& session, v1::CreateIncidentRequest& request) {
  if (absl::Status status = ReadTitle(session, request); !status.ok()) return status;
  const ParsedCommand& command = session.command;
  if (const auto word = command.Option("sev"); word.has_value()) {
    absl::StatusOr<std::string> severity = ParseSeverity(session.policy(), *word);
    if (!severity.ok()) return AboutField(severity.status(), "sev");
    request.set_severity(*severity);
  }
  std::vector<std::string> types;
  for (const Pair& pair : command.pairs) {
    if (pair.key.kind == KeyRef::Kind::kOption && pair.key.name == "type") {
      types.push_back(pair.value);
    }
  }
  if (!types.empty()) {
    auto categories = ParseCategories(session.policy(), types);
    if (!categories.ok()) return AboutField(categories.status(), "type");
    for (auto& category : *categories) *request.add_categories() = std::move(category);
  }
  absl::StatusOr<std::string> entity = ReadEntity(session);
  if (!entity.ok()) return entity.status();
  request.set_entity(entity->empty() ? session.context.entity : *entity);
  const auto detected = ReadTime(session, "detected");
  if (!detected.ok()) return detected.status();
  if (detected->has_value()) *request.mutable_detect_time() = ToTimestamp(**detected);
  if (absl::Status status = ReadParties(session, request); !status.ok()) return status;
  for (const absl::string_view flag : {"restricted", "drill"}) {
    const auto word = command.Option(flag);
    if (!word.has_value()) continue;
    absl::StatusOr<bool> yes = ParseYesNo(flag, *word);
    if (!yes.ok()) return AboutField(yes.status(), flag);
    if (flag == "drill") {
      request.set_drill(*yes);
    } else {
      request.set_restricted(*yes);
    }
  }
  if (command.verb.kind == VerbKind::kDrill) request.set_drill(true);
  auto facts = ReadFacts(session);
  if (!facts.ok()) return facts.status();
  for (v1::Fact& fact : *facts) *request.add_facts() = std::move(fact);
  request.set_request_id(session.request_id);
  return absl::OkStatus();
}

std::string PagedText(const google::protobuf::RepeatedPtrField<std::string>& people) {
  if (people.empty()) return "Nobody was paged: no one holds that role. See who.";
  return absl::StrCat("Paged: ",
                      absl::StrJoin(people, ", ", [](std::string* out, const std::string& person) {
                        absl::StrAppend(out, ActorName(person));
                      }));
}

}  // namespace

CommandResult RunOpen(const Session& session) {
  v1::CreateIncidentRequest request;
  if (absl::Status status = ReadReport(session, request); !status.ok()) return Refused(status);
  auto response = session.client.CreateIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());

  const v1::Incident& incident = response->incident();
  const std::string id = IncidentId(incident.name());
  Card card = ChangedCard(session, incident, absl::StrCat("opened as ", incident.severity()),
                          response->replayed());
  if (!IsWithheld(incident, session.view)) {
    card.table = DutyTable(response->obligations(), session.view, false);
  }
  card.hints = {session.view.Typed(absl::StrCat("ack ", id)),
                session.view.Typed(absl::StrCat("note ", id, " <what you see>"))};
  for (const std::string& verb : incident.verbs()) {
    card.hints.push_back(session.view.Typed(absl::StrCat(verb, " ", id)));
    break;
  }
  card.hints.push_back(session.view.Typed(absl::StrCat("duties ", id)));
  CommandResult result = Done(*std::move(response), incident.name(), true);
  result.card = std::move(card);
  return result;
}

CommandResult RunTransition(const Session& session) {
  const std::string& verb = session.command.verb.name;
  const auto transitions = session.grammar.TransitionsOf(verb);
  v1::TransitionIncidentRequest request;
  request.set_name(session.incident);
  request.set_verb(verb);
  request.set_reason(ReadReason(session));
  request.set_request_id(session.request_id);
  const bool needs_reason =
      !transitions.empty() &&
      std::all_of(transitions.begin(), transitions.end(),
                  [](const auto* transition) { return transition->reason_required(); });
  if (request.reason().empty() && needs_reason) {
    const std::string clauses = absl::StrJoin(transitions[0]->clauses(), ", ");
    return Refused(
        UsageError(absl::StrCat("Say why: \"", verb, "\" needs a reason",
                                clauses.empty() ? "" : absl::StrCat(" (", clauses, ")"), "."),
                   {absl::StrCat(verb, " ", IncidentId(session.incident), " <reason>")}));
  }
  auto facts = ReadFacts(session);
  if (!facts.ok()) return Refused(facts.status());
  for (v1::Fact& fact : *facts) *request.add_facts() = std::move(fact);
  if (auto asked = AskBeforeStep(session); asked.has_value()) return *std::move(asked);
  auto response = session.client.TransitionIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());

  std::string done = session.view.StateTitle(response->incident().state());
  for (const auto* transition : transitions) {
    if (transition->to() == response->incident().state() && !transition->done().empty()) {
      done = transition->done();
    }
  }
  Card card = ChangedCard(session, response->incident(), done, response->replayed());
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunAck(const Session& session) {
  v1::AcknowledgeIncidentRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  auto response = session.client.AcknowledgeIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());

  Card card = ChangedCard(
      session, response->incident(),
      response->already_acknowledged() ? "had been acknowledged before" : "acknowledged",
      response->replayed());
  if (!response->satisfied().empty()) {
    card.fields.push_back(
        {"Settled", absl::StrJoin(response->satisfied(), ", ",
                                  [](std::string* out, const v1::Obligation& duty) {
                                    absl::StrAppend(out, duty.instance());
                                  })});
  }
  // "ack looking at it": the words are worth a line in the timeline, not a refusal.
  if (!session.command.text.empty()) {
    v1::AddNoteRequest note;
    note.set_name(session.incident);
    note.set_text(session.command.text);
    note.set_request_id(absl::StrCat(session.request_id, "/note"));
    const auto noted = session.client.AddNote(note, session.call);
    absl::StrAppend(&card.body, "\n",
                    noted.ok() ? "Your words were added to the timeline."
                               : "Your words could NOT be added to the timeline; use note.");
  }
  const bool changed = !response->already_acknowledged() || !session.command.text.empty();
  CommandResult result = Done(*std::move(response), session.incident, changed);
  result.card = std::move(card);
  return result;
}

CommandResult RunEscalate(const Session& session) {
  v1::EscalateIncidentRequest request;
  request.set_name(session.incident);
  request.set_reason(ReadReason(session));
  request.set_request_id(session.request_id);
  const std::string id = IncidentId(session.incident);
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kOption || pair.key.name != "to") continue;
    // A number is a level of the ladder; a lower one than the present stands the others down.
    if (int32_t level = 0; absl::SimpleAtoi(pair.value, &level) && level > 0) {
      request.set_level(level);
      continue;
    }
    auto roles = ParseRoles(session.policy(), pair.value);
    if (!roles.ok()) return Refused(AboutField(roles.status(), "to"));
    for (std::string& role : *roles) request.add_roles(std::move(role));
  }
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  request.set_entity(*entity);
  if (request.reason().empty()) {
    return Refused(UsageError("Say why: those who are paged read it first.",
                              {absl::StrCat("escalate ", id, " The contact does not answer"),
                               absl::StrCat("escalate ", id, " to:<role> <reason>")}));
  }
  auto response = session.client.EscalateIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = ChangedCard(session, response->incident(), "escalated", response->replayed());
  card.body = absl::StrCat(PagedText(response->paged_people()), "\n", card.body);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
