#include "client-lib/chat/session.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

std::string StateText(const v1::Obligation& duty) {
  switch (duty.state()) {
    case v1::Obligation::STATE_PENDING:
      return "open";
    case v1::Obligation::STATE_OVERDUE:
      return "OVERDUE";
    case v1::Obligation::STATE_SATISFIED:
      return "done";
    case v1::Obligation::STATE_SATISFIED_LATE:
      return "done, late";
    case v1::Obligation::STATE_MISSED:
      return "MISSED";
    case v1::Obligation::STATE_VOID:
      return "void";
    case v1::Obligation::STATE_WAIVED:
      return "waived";
    case v1::Obligation::STATE_HELD:
      return "held";
    case v1::Obligation::STATE_NOT_APPLICABLE:
      return "not applicable";
    default:
      return "";
  }
}

}  // namespace

CommandResult Refused(absl::Status status) {
  CommandResult result;
  result.status = std::move(status);
  return result;
}

Card ChangedCard(const Session& session, const v1::Incident& incident, absl::string_view what,
                 bool replayed) {
  Card card = IncidentCard(incident, session.view);
  const std::string id = IncidentId(incident.name());
  // What happened comes first; what the incident is about follows it.
  const std::string about = IsWithheld(incident, session.view) ? "" : incident.title();
  card.title = absl::StrCat(incident.drill() ? "DRILL · " : "", id, " · ", what);
  if (!about.empty()) card.body = absl::StrCat(about, "\n", card.body);
  if (replayed) {
    card.context = absl::StrCat("Already done by the same request; nothing was done twice.",
                                card.context.empty() ? "" : " · ", card.context);
  }
  return card;
}

absl::StatusOr<std::vector<v1::Fact>> ReadFacts(const Session& session) {
  std::vector<v1::Fact> facts;
  std::optional<absl::Time> known;
  if (const auto at = session.command.Option("at"); at.has_value()) {
    absl::StatusOr<absl::Time> time = ParsePastTime("at", *at, session.now, session.view.zone);
    if (!time.ok()) return time.status();
    known = *time;
  }
  const std::string reason = session.command.Option("reason").value_or("");
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kFact) continue;
    absl::StatusOr<v1::Fact> fact = ParseFact(session.policy(), pair.key.name, pair.value);
    if (!fact.ok()) return fact.status();
    fact->set_reason(reason);
    if (known.has_value()) *fact->mutable_known_time() = ToTimestamp(*known);
    facts.push_back(*std::move(fact));
  }
  return facts;
}

absl::StatusOr<std::string> ReadEntity(const Session& session) {
  const auto word = session.command.Option("agency");
  return word.has_value() ? ParseEntity(*word) : std::string();
}

std::string ReadReason(const Session& session) {
  const std::string reason = session.command.Option("reason").value_or("");
  if (reason.empty()) return session.command.text;
  return session.command.text.empty() ? reason : absl::StrCat(session.command.text, "\n", reason);
}

std::vector<std::vector<std::string>> DutyTable(
    const google::protobuf::RepeatedPtrField<v1::Obligation>& duties, const View& view,
    bool with_state) {
  std::vector<std::vector<std::string>> table;
  if (duties.empty()) return table;
  table.push_back({"Duty", "What", "Who", "Due"});
  if (with_state) table[0].push_back("State");
  for (const v1::Obligation& duty : duties) {
    const bool open = duty.state() == v1::Obligation::STATE_PENDING ||
                      duty.state() == v1::Obligation::STATE_OVERDUE;
    std::vector<std::string> row = {duty.instance(), duty.title(),
                                    absl::StrJoin(duty.owner_roles(), ", "),
                                    !duty.has_due_time() ? ""
                                    : open               ? view.Due(duty.due_time())
                                                         : view.Time(duty.due_time())};
    if (with_state) row.push_back(StateText(duty));
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace belfry::chat
