// One incident as a part of another, or moved there altogether.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// Asked only where the pack has words for it.
LegalAct MergeInto(const Session& session, const std::string& parent, const std::string& reason) {
  LegalAct act;
  act.what = absl::StrCat("merge into ", IncidentId(parent));
  for (const auto& step : session.policy().transitions()) {
    if (!step.merges() || step.confirm().empty()) continue;
    act.confirm = step.confirm();
    act.clauses = absl::StrJoin(step.clauses(), ", ");
  }
  act.label = "Yes, merge it";
  if (!reason.empty()) act.facts.push_back({"Why", reason});
  return act;
}

}  // namespace

CommandResult RunRelate(const Session& session) {
  const ParsedCommand& command = session.command;
  const bool is_merge = command.verb.kind == VerbKind::kMerge;
  v1::LinkIncidentRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  size_t used = 0;
  std::optional<std::string> parent;
  if (const auto word = command.Option("parent"); word.has_value()) {
    parent = ParseIncidentName(*word);
    if (!parent.has_value()) {
      return Refused(Lacks(session, absl::StrCat("\"", Clip(*word, 40),
                                                 "\" is not an incident. Ids look like "
                                                 "DOP-2026-0003.")));
    }
  } else if (!command.words.empty()) {
    parent = ParseIncidentName(command.words[0]);
    if (parent.has_value()) used = 1;
  }
  const auto here = ParseIncidentName(session.context.incident);
  if (!parent.has_value() && !command.incident.empty() && here.has_value()) {
    // In an incident's thread the one id of the line is the other incident's.
    parent = command.incident;
    request.set_name(*here);
  }
  if (!parent.has_value()) {
    return Refused(Lacks(session, is_merge ? "Say into which incident it is merged."
                                           : "Say of which incident it is a part."));
  }
  if (*parent == request.name()) {
    return Refused(Lacks(
        session,
        absl::StrCat(IncidentId(*parent), " cannot be a part of itself; name two incidents.")));
  }
  const auto merge = ReadFlag(session, "merge");
  if (!merge.ok()) return Refused(merge.status());
  request.set_parent(*parent);
  request.set_merge(is_merge || *merge);
  request.set_reason(ReadReason(session, used));
  if (request.merge()) {
    if (auto asked = AskBefore(session, MergeInto(session, *parent, request.reason()));
        asked.has_value()) {
      return *std::move(asked);
    }
  }
  auto response = session.client.LinkIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = ChangedCard(
      session, response->incident(),
      absl::StrCat(request.merge() ? "merged into " : "now a part of ", IncidentId(*parent)),
      response->replayed());
  card.hints.insert(card.hints.begin(),
                    session.view.Typed(absl::StrCat("show ", IncidentId(*parent))));
  CommandResult result = Done(*std::move(response), request.name(), true);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
