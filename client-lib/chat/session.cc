#include "client-lib/chat/session.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/past_time.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {

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

CommandResult Refused(absl::Status status) {
  CommandResult result;
  result.status = std::move(status);
  return result;
}

CommandResult Refused(absl::Status status, Card card) {
  CommandResult result = Refused(std::move(status));
  card.tone = Tone::kWarning;
  result.card = std::move(card);
  return result;
}

absl::Status Lacks(const Session& session, absl::string_view what) {
  const Verb& verb = VerbOf(session.command.verb.kind);
  return UsageError(what, {std::string(verb.example), absl::StrCat("help ", verb.name)});
}

void SayDone(const google::protobuf::RepeatedPtrField<v1::Obligation>& satisfied, Card& card) {
  for (const v1::Obligation& duty : satisfied) {
    card.body = absl::StrCat(duty.instance(), " is done.\n", card.body);
  }
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
  const auto known = ReadTime(session, "at");
  if (!known.ok()) return known.status();
  const std::string reason = session.command.Option("reason").value_or("");
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kFact) continue;
    absl::StatusOr<v1::Fact> fact = ParseFact(session.policy(), pair.key.name, pair.value);
    if (!fact.ok()) return AboutField(fact.status(), pair.key.name);
    fact->set_reason(reason);
    if (known->has_value()) *fact->mutable_known_time() = ToTimestamp(**known);
    facts.push_back(*std::move(fact));
  }
  return facts;
}

absl::StatusOr<std::string> ReadEntity(const Session& session) {
  const auto word = session.command.Option("agency");
  if (!word.has_value()) return std::string();
  absl::StatusOr<std::string> entity = ParseEntity(*word);
  if (!entity.ok()) return AboutField(entity.status(), "agency");
  return entity;
}

absl::StatusOr<std::optional<absl::Time>> ReadTime(const Session& session, absl::string_view key) {
  const auto text = session.command.Option(key);
  if (!text.has_value()) return std::optional<absl::Time>();
  const auto time = ParsePastTime(key, *text, session.now, session.view.zone);
  if (!time.ok()) return AboutField(time.status(), key);
  return std::optional<absl::Time>(*time);
}

std::string ReadReason(const Session& session, size_t skip) {
  const auto& words = session.command.words;
  std::string text = session.command.text;
  if (skip > 0) {
    text = skip < words.size() ? absl::StrJoin(words.begin() + skip, words.end(), " ") : "";
  }
  const std::string reason = session.command.Option("reason").value_or("");
  if (reason.empty()) return text;
  return text.empty() ? reason : absl::StrCat(text, "\n", reason);
}

absl::StatusOr<bool> ReadFlag(const Session& session, absl::string_view key) {
  const auto word = session.command.Option(key);
  if (!word.has_value()) return false;
  absl::StatusOr<bool> yes = ParseYesNo(key, *word);
  if (!yes.ok()) return AboutField(yes.status(), key);
  return yes;
}

std::vector<std::string> ReadList(const Session& session, absl::string_view key) {
  std::vector<std::string> values;
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kOption || pair.key.name != key) continue;
    for (std::string& value : SplitList(pair.value)) values.push_back(std::move(value));
  }
  return values;
}

std::string DutyRemarks(const v1::Obligation& duty, const View& view) {
  std::vector<std::string> remarks;
  if (!duty.sources().empty()) {
    remarks.push_back(absl::StrCat("from ", absl::StrJoin(duty.sources(), ", ")));
  }
  if (duty.advisory()) remarks.emplace_back("advisory");
  if (duty.has_late_line_time()) {
    const bool passed =
        view.now == absl::InfinitePast() || ToTime(duty.late_line_time()) <= view.now;
    remarks.push_back(passed ? absl::StrCat("late line passed ", view.Time(duty.late_line_time()))
                             : absl::StrCat("late line ", view.Due(duty.late_line_time())));
  }
  return absl::StrJoin(remarks, "; ");
}

std::vector<std::vector<std::string>> DutyTable(
    const google::protobuf::RepeatedPtrField<v1::Obligation>& duties, const View& view,
    bool with_state) {
  std::vector<std::vector<std::string>> table;
  if (duties.empty()) return table;
  const bool with_remarks =
      std::any_of(duties.begin(), duties.end(),
                  [&view](const v1::Obligation& duty) { return !DutyRemarks(duty, view).empty(); });
  table.push_back({"Duty", "What", "Who", "Due"});
  if (with_state) table[0].push_back("State");
  if (with_remarks) table[0].push_back("Remarks");
  for (const v1::Obligation& duty : duties) {
    const bool open = duty.state() == v1::Obligation::STATE_PENDING ||
                      duty.state() == v1::Obligation::STATE_OVERDUE;
    std::vector<std::string> row = {duty.instance(), duty.title(),
                                    absl::StrJoin(duty.owner_roles(), ", "),
                                    !duty.has_due_time() ? ""
                                    : open               ? view.Due(duty.due_time())
                                                         : view.Time(duty.due_time())};
    if (with_state) row.push_back(StateText(duty));
    if (with_remarks) row.push_back(DutyRemarks(duty, view));
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace belfry::chat
