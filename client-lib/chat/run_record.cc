// What is written into the record of an incident.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
CommandResult RunNote(const Session& session) {
  v1::AddNoteRequest request;
  request.set_name(session.incident);
  request.set_text(session.command.text);
  request.set_request_id(session.request_id);
  if (request.text().empty()) return Refused(Lacks(session, "The note is empty."));
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *request.mutable_event_time() = ToTimestamp(**at);
  request.set_tlp(session.command.Option("tlp").value_or(""));
  auto response = session.client.AddNote(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  card.tone = Tone::kGood;
  const std::string id = IncidentId(session.incident);
  card.title = absl::StrCat(id, " · noted");
  // The server's own words; for a restricted incident it may keep them back.
  card.body = response->entry().text();
  card.context = absl::StrCat(
      response->entry().has_event_time()
          ? absl::StrCat("happened ", session.view.Time(response->entry().event_time()), " · ")
          : "",
      "recorded ", session.view.Time(response->entry().time()),
      response->replayed() ? " · already done by the same request" : "");
  card.hints.push_back(session.view.Typed(absl::StrCat("timeline ", id)));
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunSeverity(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say which severity."));
  auto severity = ParseSeverity(session.policy(), words[0]);
  if (!severity.ok()) return Refused(AboutField(severity.status(), ""));
  v1::ChangeSeverityRequest request;
  request.set_name(session.incident);
  request.set_severity(*severity);
  std::string reason = absl::StrJoin(words.begin() + 1, words.end(), " ");
  if (reason.empty()) reason = session.command.Option("reason").value_or("");
  request.set_reason(reason);
  request.set_request_id(session.request_id);
  return Changed(session, session.client.ChangeSeverity(request, session.call),
                 absl::StrCat("severity is ", *severity));
}

CommandResult RunFact(const Session& session) {
  if (!session.command.words.empty()) {
    return Refused(Lacks(session, absl::StrCat("\"", Clip(session.command.words[0], 40),
                                               "\" is not question:answer. A reason goes into "
                                               "reason:\"…\".")));
  }
  auto facts = ReadFacts(session);
  if (!facts.ok()) return Refused(facts.status());
  if (facts->empty()) {
    std::vector<std::string> names;
    for (const auto& fact : session.policy().facts()) names.push_back(fact.name());
    return Refused(Lacks(session, absl::StrCat("Say which answer. The questions are: ",
                                               absl::StrJoin(names, ", "), ".")));
  }
  v1::RecordFactsRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  std::vector<std::string> said;
  for (v1::Fact& fact : *facts) {
    said.push_back(absl::StrCat(fact.name(), " is ", fact.value()));
    *request.add_facts() = std::move(fact);
  }
  return Changed(session, session.client.RecordFacts(request, session.call),
                 absl::StrJoin(said, ", "));
}

CommandResult RunType(const Session& session) {
  auto categories = ParseCategories(session.policy(), session.command.words);
  if (!categories.ok()) return Refused(AboutField(categories.status(), ""));
  if (categories->empty()) {
    std::vector<std::string> all;
    for (const auto& category : session.policy().categories()) {
      all.push_back(category.aliases().empty()
                        ? category.code()
                        : absl::StrCat(category.code(), " (", category.aliases(0), ")"));
    }
    return Refused(
        Lacks(session, absl::StrCat("Say which category: ", absl::StrJoin(all, ", "), ".")));
  }
  v1::AssignCategoriesRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  std::vector<std::string> codes;
  for (auto& category : *categories) {
    codes.push_back(category.category());
    *request.add_categories() = std::move(category);
  }
  return Changed(session, session.client.AssignCategories(request, session.call),
                 absl::StrCat("type ", absl::StrJoin(codes, ", ")));
}

CommandResult RunAgency(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say which agency."));
  auto entity = ParseEntity(words[0]);
  if (!entity.ok()) return Refused(AboutField(entity.status(), ""));
  v1::AddEntityRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.mutable_entity()->set_entity(*entity);
  request.mutable_entity()->set_relation(v1::IncidentEntity::RELATION_AFFECTED);
  std::vector<std::string> relations(words.begin() + 1, words.end());
  if (const auto as = session.command.Option("as"); as.has_value()) relations.push_back(*as);
  for (const std::string& word : relations) {
    const auto relation = ParseEnumWord(*v1::IncidentEntity::Relation_descriptor(), "RELATION_",
                                        "how an agency is concerned", word);
    if (!relation.ok()) return Refused(AboutField(relation.status(), "as"));
    request.mutable_entity()->set_relation(static_cast<v1::IncidentEntity::Relation>(*relation));
  }
  const auto detected = ReadTime(session, "detected");
  if (!detected.ok()) return Refused(detected.status());
  if (detected->has_value()) {
    *request.mutable_entity()->mutable_detect_time() = ToTimestamp(**detected);
  }
  return Changed(session, session.client.AddEntity(request, session.call),
                 absl::StrCat("agency ", ShortName(*entity), " added"));
}

CommandResult RunLead(const Session& session) {
  const auto& words = session.command.words;
  if (words.size() != 1) return Refused(Lacks(session, "Say who leads: one person."));
  auto person = ReadPerson(session, "", words[0]);
  if (!person.ok()) return Refused(person.status());
  v1::UpdateIncidentRequest request;
  request.mutable_incident()->set_name(session.incident);
  request.mutable_incident()->set_lead(*person);
  request.mutable_update_mask()->add_paths("lead");
  request.set_request_id(session.request_id);
  return Changed(session, session.client.UpdateIncident(request, session.call),
                 absl::StrCat(ActorName(*person), " leads"));
}

CommandResult RunTicket(const Session& session) {
  std::vector<std::string> words = session.command.words;
  // "E2E:INC0012345" is one word; a number alone is a ticket too.
  if (words.size() == 1) words = absl::StrSplit(words[0], absl::MaxSplits(':', 1));
  if (words.size() == 1) words.insert(words.begin(), "");
  if (words.size() != 2 || words[1].empty()) {
    return Refused(Lacks(session,
                         "Say the ticket's number, and the service desk's system if there "
                         "are several."));
  }
  v1::LinkTicketRequest request;
  request.set_name(session.incident);
  request.mutable_ticket()->set_system(words[0]);
  request.mutable_ticket()->set_number(words[1]);
  request.set_request_id(session.request_id);
  return Changed(
      session, session.client.LinkTicket(request, session.call),
      absl::StrCat("ticket ", words[0], words[0].empty() ? "" : " ", words[1], " linked"));
}

}  // namespace belfry::chat
