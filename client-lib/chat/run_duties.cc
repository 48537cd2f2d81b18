// Duties: what is owed, why, and what else than doing it ends one.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/remedy.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/snooze_span.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

using PackDuty = policy::v1::Obligation;

// The duty that the line names, spelt as the pack does. Without one, those of the pack that the
// verb is for are offered.
absl::StatusOr<std::string> ReadDuty(const Session& session, bool (*fits)(const PackDuty&)) {
  const std::string& verb = session.command.verb.name;
  const std::string id = IncidentId(session.incident);
  std::vector<std::string> all;
  std::vector<std::string> fitting;
  for (const PackDuty& duty : session.policy().obligations()) {
    all.push_back(duty.code());
    if (fits(duty)) fitting.push_back(duty.code());
  }
  if (session.command.words.empty()) {
    const bool few = !fitting.empty() && fitting.size() <= kChoicesShown;
    return UsageError(
        absl::StrCat("Say which duty",
                     few ? absl::StrCat(". Possible: ", absl::StrJoin(fitting, ", ")) : "", "."),
        {absl::StrCat("duties ", id),
         absl::StrCat(verb, " ", id, " ", fitting.empty() ? "<duty>" : fitting[0])});
  }
  const std::string& word = session.command.words[0];
  const PackDuty* duty = session.grammar.FindObligation(word);
  if (duty == nullptr) return AboutField(NotKnown("a duty of the policy", word, all), "");
  const size_t code_end = word.find_first_of("#[");
  return absl::StrCat(duty->code(), code_end == std::string::npos ? "" : word.substr(code_end));
}

absl::StatusOr<std::string> ReadNeededReason(const Session& session, absl::string_view duty,
                                             absl::string_view what) {
  std::string reason = ReadReason(session, 1);
  if (!reason.empty()) return reason;
  const std::string& verb = session.command.verb.name;
  return AboutField(UsageError(absl::StrCat("Say why: ", what),
                               {absl::StrCat(verb, " ", IncidentId(session.incident), " ", duty,
                                             " reason:\"…\"")}),
                    "reason");
}

// The answer has the duty only; the card shows the incident, as after every other act. Where that
// cannot be read again, the duty must do.
template <typename Response>
CommandResult DutyChanged(const Session& session, absl::StatusOr<Response> response,
                          absl::string_view what) {
  if (!response.ok()) return Refused(response.status());
  const v1::Obligation& duty = response->obligation();
  const std::string done = absl::StrCat(duty.instance(), " ", what);
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  const auto incident = session.client.GetIncident(request, session.call);
  Card card;
  if (incident.ok()) {
    card = ChangedCard(session, incident->incident(), done, response->replayed());
  } else {
    card.tone = Tone::kGood;
    card.title = absl::StrCat(IncidentId(session.incident), " · ", done);
    card.hints.push_back(session.view.Typed(absl::StrCat("show ", IncidentId(session.incident))));
  }
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

void AddField(Card& card, absl::string_view label, std::string value) {
  if (!value.empty()) card.fields.push_back({std::string(label), std::move(value)});
}

}  // namespace

CommandResult RunDuties(const Session& session) {
  v1::ListObligationsRequest request;
  request.set_name(session.incident);
  const auto& words = session.command.words;
  request.set_open_only(words.empty() || !absl::EqualsIgnoreCase(words[0], "all"));
  auto response = session.client.ListObligations(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  const auto& duties = response->obligations();
  card.table = DutyTable(duties, session.view, true);
  const auto overdue = std::count_if(duties.begin(), duties.end(), [](const v1::Obligation& duty) {
    return duty.state() == v1::Obligation::STATE_OVERDUE;
  });
  card.tone = overdue > 0 ? Tone::kDanger : Tone::kNeutral;
  card.title = absl::StrCat(
      id, " · ",
      duties.empty() ? std::string("nothing is owed")
                     : absl::StrCat(duties.size(), duties.size() == 1 ? " duty" : " duties"),
      overdue > 0 ? absl::StrCat(", ", overdue, " OVERDUE") : "");
  for (const v1::Obligation& duty : duties) {
    if (card.hints.size() == 3) break;
    if (duty.remedy().empty()) continue;
    card.hints.push_back(absl::StrCat(TypedRemedy(session.grammar, session.view, duty.remedy(), id),
                                      "   (", duty.instance(), ")"));
  }
  if (request.open_only()) {
    card.hints.push_back(session.view.Typed(absl::StrCat("duties ", id, " all")));
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunExplain(const Session& session) {
  const auto name = ReadDuty(session, [](const PackDuty&) { return true; });
  if (!name.ok()) return Refused(name.status());
  v1::ExplainObligationRequest request;
  request.set_name(session.incident);
  request.set_obligation(*name);
  auto response = session.client.ExplainObligation(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const v1::Obligation& duty = response->obligation();
  const std::string id = IncidentId(session.incident);
  Card card;
  card.tone = duty.state() == v1::Obligation::STATE_OVERDUE ? Tone::kDanger : Tone::kNeutral;
  card.title = absl::StrCat(id, " · ", duty.instance().empty() ? *name : duty.instance());
  card.body = duty.title();
  AddField(card, "State",
           absl::StrCat(StateText(duty), duty.reason().empty() ? "" : ": ", duty.reason()));
  if (duty.has_due_time()) AddField(card, "Due", session.view.Due(duty.due_time()));
  AddField(card, "Who", absl::StrJoin(duty.owner_roles(), ", "));
  AddField(card, "Why", absl::StrJoin(response->reasons(), "\n"));
  AddField(card, "Clock", absl::StrJoin(response->clock(), "\n"));
  AddField(card, "Done by", absl::StrJoin(response->ways(), "\n"));
  AddField(card, "Otherwise ended by", absl::StrJoin(response->other_ends(), "\n"));
  AddField(card, "Remarks", DutyRemarks(duty, session.view));
  if (!duty.remedy().empty()) {
    card.hints.push_back(TypedRemedy(session.grammar, session.view, duty.remedy(), id));
  }
  card.hints.push_back(session.view.Typed(absl::StrCat("duties ", id)));
  card.context =
      absl::StrCat(absl::StrJoin(duty.clauses(), ", "),
                   duty.clauses().empty() || duty.kind().empty() ? "" : " · ", duty.kind());
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunSnooze(const Session& session) {
  const auto duty = ReadDuty(session, [](const PackDuty& one) { return !one.reminders().empty(); });
  if (!duty.ok()) return Refused(duty.status());
  const auto& words = session.command.words;
  const auto option = session.command.Option("for");
  const size_t reason_from = option.has_value() ? 1 : 2;
  const std::string line = absl::StrCat("snooze ", IncidentId(session.incident), " ", *duty);
  if (!option.has_value() && words.size() < 2) {
    return Refused(AboutField(
        UsageError("Say for how long: 30m, 2h, at most 24h.", {absl::StrCat(line, " 2h <reason>")}),
        "for"));
  }
  const auto span = ParseSpan(option.has_value() ? *option : words[1]);
  if (!span.ok()) return Refused(span.status());
  v1::SnoozeObligationRequest request;
  request.set_name(session.incident);
  request.set_obligation(*duty);
  *request.mutable_until_time() = ToTimestamp(session.now + *span);
  request.set_reason(ReadReason(session, reason_from));
  if (request.reason().empty()) {
    return Refused(AboutField(UsageError("Say why: nobody is left in peace without a reason on "
                                         "record.",
                                         {absl::StrCat(line, " ", SpanText(*span), " <reason>")}),
                              "reason"));
  }
  request.set_request_id(session.request_id);
  return DutyChanged(session, session.client.SnoozeObligation(request, session.call),
                     absl::StrCat("is snoozed until ", session.view.Time(request.until_time()),
                                  "; its deadline stays"));
}

CommandResult RunWaive(const Session& session) {
  const auto duty = ReadDuty(session, [](const PackDuty& one) { return !one.waivers().empty(); });
  if (!duty.ok()) return Refused(duty.status());
  const auto reason =
      ReadNeededReason(session, *duty, "a duty is not waived without a reason on record.");
  if (!reason.ok()) return Refused(reason.status());
  v1::WaiveObligationRequest request;
  request.set_name(session.incident);
  request.set_obligation(*duty);
  request.set_reason(*reason);
  request.set_request_id(session.request_id);
  auto response = session.client.WaiveObligation(request, session.call);
  const std::string what = response.ok() ? StateText(response->obligation()) : "";
  return DutyChanged(session, std::move(response), absl::StrCat("is ", what));
}

CommandResult RunHold(const Session& session) {
  const auto duty = ReadDuty(session, [](const PackDuty& one) { return one.has_hold(); });
  if (!duty.ok()) return Refused(duty.status());
  const auto reason =
      ReadNeededReason(session, *duty, "who determined it, and how the attorney general was told.");
  if (!reason.ok()) return Refused(reason.status());
  v1::HoldObligationRequest request;
  request.set_name(session.incident);
  request.set_obligation(*duty);
  request.set_reason(*reason);
  request.set_request_id(session.request_id);
  return DutyChanged(session, session.client.HoldObligation(request, session.call),
                     "is held: its clock stands");
}

CommandResult RunRelease(const Session& session) {
  const auto duty = ReadDuty(session, [](const PackDuty& one) { return one.has_hold(); });
  if (!duty.ok()) return Refused(duty.status());
  v1::ReleaseObligationRequest request;
  request.set_name(session.incident);
  request.set_obligation(*duty);
  request.set_reason(ReadReason(session, 1));
  request.set_request_id(session.request_id);
  auto response = session.client.ReleaseObligation(request, session.call);
  const std::string due =
      response.ok() && response->obligation().has_due_time()
          ? absl::StrCat(", due ", session.view.Due(response->obligation().due_time()))
          : "";
  return DutyChanged(session, std::move(response), absl::StrCat("runs again", due));
}

}  // namespace belfry::chat
