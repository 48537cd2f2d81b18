// What an incident costs, and what is claimed back.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/money.h"
#include "client-lib/chat/papers.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr char kAssessment[] = "ASSESSMENT_";

std::string AssessmentText(v1::CostLine::Assessment assessment) {
  return EnumWord(v1::CostLine::Assessment_Name(assessment), kAssessment);
}

std::string LineCount(int count) {
  return count == 0 ? "no costs" : absl::StrCat(count, count == 1 ? " cost line" : " cost lines");
}

std::string SpendState(const v1::SpendRequest& request) {
  switch (request.state()) {
    case v1::SpendRequest::STATE_AUTO_APPROVED:
      return "pre-authorised";
    case v1::SpendRequest::STATE_PENDING:
      return "waits for a decision";
    default:
      return absl::StrCat(
          EnumWord(v1::SpendRequest::State_Name(request.state()), "STATE_"),
          request.decider().empty() ? "" : absl::StrCat(" by ", ActorName(request.decider())),
          request.reason().empty() ? "" : absl::StrCat(": ", request.reason()));
  }
}

// "#2" and "2": the number of a `what`.
absl::StatusOr<int32_t> ReadNumber(const Session& session, absl::string_view what) {
  const std::string& word = session.command.words[0];
  absl::string_view digits = word;
  absl::ConsumePrefix(&digits, "#");
  int32_t number = 0;
  if (absl::SimpleAtoi(digits, &number) && number > 0) return number;
  return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is not the number of a ", what, "."),
                    {absl::StrCat("costs ", IncidentId(session.incident))});
}

// What became of what was asked for: the newest of its kind, as others may ask meanwhile.
std::string RequestedText(const v1::Incident& incident, const v1::RequestSpendRequest& asked) {
  std::string text = absl::StrCat(FormatMoney(asked.amount_cents()), " asked for");
  for (const v1::SpendRequest& request : incident.spend_requests()) {
    if (request.amount_cents() != asked.amount_cents() || request.purpose() != asked.purpose()) {
      continue;
    }
    text = absl::StrCat("spending request ", request.number(), ": ",
                        FormatMoney(request.amount_cents()), " ", SpendState(request));
  }
  return text;
}

// Under the lines of cost, with the same columns.
void AddSpending(const v1::Incident& incident, Card& card) {
  if (incident.spend_requests().empty()) return;
  if (card.table.empty()) {
    card.table.push_back({"No.", "Amount", "What for", "Agency", "Self-help", "Assessed"});
  }
  for (const v1::SpendRequest& request : incident.spend_requests()) {
    card.table.push_back({absl::StrCat("request ", request.number()),
                          FormatMoney(request.amount_cents()), request.purpose(),
                          ShortName(request.entity()), "", SpendState(request)});
  }
}

void OfferDecision(const v1::Incident& incident, const View& view, Card& card) {
  for (const v1::SpendRequest& request : incident.spend_requests()) {
    if (request.state() != v1::SpendRequest::STATE_PENDING) continue;
    card.hints.push_back(
        view.Typed(absl::StrCat("approve ", IncidentId(incident.name()), " ", request.number())));
    return;
  }
}

std::string ClaimText(const v1::Incident& incident) {
  return absl::StrCat(FormatMoney(incident.claim_cents()),
                      incident.claim_state().empty()
                          ? ""
                          : absl::StrCat(" · ", EnumWord(incident.claim_state(), "")));
}

}  // namespace

CommandResult RunCost(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say how much, and what for."));
  const auto cents = ParseMoney(words[0]);
  if (!cents.ok()) return Refused(cents.status());
  v1::RecordCostRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  v1::CostLine& cost = *request.mutable_cost();
  cost.set_amount_cents(*cents);
  cost.set_description(absl::StrJoin(words.begin() + 1, words.end(), " "));
  if (cost.description().empty()) {
    return Refused(Lacks(session, absl::StrCat("Say what ", FormatMoney(*cents),
                                               " was spent on: it is claimed back by it.")));
  }
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  cost.set_entity(*entity);
  const auto self_help = ReadFlag(session, "self-help");
  if (!self_help.ok()) return Refused(self_help.status());
  cost.set_self_help(*self_help);
  return Changed(session, session.client.RecordCost(request, session.call),
                 absl::StrCat(FormatMoney(*cents), " recorded"));
}

CommandResult RunAssess(const Session& session) {
  const auto& words = session.command.words;
  const auto& type = *v1::CostLine::Assessment_descriptor();
  const std::vector<int> not_typed = {v1::CostLine::ASSESSMENT_OPEN};
  if (words.size() < 2) {
    return Refused(Lacks(
        session, absl::StrCat("Say the number of the cost line and one of ",
                              absl::StrJoin(EnumWords(type, kAssessment, not_typed), ", "), ".")));
  }
  const auto number = ReadNumber(session, "cost line");
  if (!number.ok()) return Refused(number.status());
  // "not reasonable" is two words to those who speak.
  size_t used = 3;
  absl::StatusOr<int> assessment = absl::NotFoundError("");
  if (words.size() > 2) {
    assessment = ParseEnumWord(type, kAssessment, "an assessment",
                               absl::StrCat(words[1], "-", words[2]), not_typed);
  }
  if (!assessment.ok()) {
    used = 2;
    assessment = ParseEnumWord(type, kAssessment, "an assessment", words[1], not_typed);
  }
  if (!assessment.ok()) return Refused(assessment.status());
  v1::AssessCostRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_number(*number);
  request.set_assessment(static_cast<v1::CostLine::Assessment>(*assessment));
  request.set_reason(ReadReason(session, used));
  return Changed(session, session.client.AssessCost(request, session.call),
                 absl::StrCat("cost ", *number, " is ", AssessmentText(request.assessment())));
}

CommandResult RunSpend(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say how much, and what for."));
  const auto cents = ParseMoney(words[0]);
  if (!cents.ok()) return Refused(cents.status());
  v1::RequestSpendRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_amount_cents(*cents);
  request.set_purpose(absl::StrJoin(words.begin() + 1, words.end(), " "));
  if (request.purpose().empty()) {
    return Refused(Lacks(session, absl::StrCat("Say what ", FormatMoney(*cents),
                                               " is needed for: it is decided by it.")));
  }
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  request.set_entity(*entity);
  auto response = session.client.RequestSpend(request, session.call);
  const std::string done = response.ok() ? RequestedText(response->incident(), request) : "";
  return Changed(session, std::move(response), done);
}

CommandResult RunDecideSpend(const Session& session, bool approve) {
  if (session.command.words.empty()) {
    return Refused(Lacks(session, approve ? "Say the number of the spending request, or the draft."
                                          : "Say the number of the spending request."));
  }
  int64_t anything = 0;
  if (approve && !absl::SimpleAtoi(absl::StripPrefix(session.command.words[0], "#"), &anything)) {
    return RunApproveDraft(session);
  }
  const auto number = ReadNumber(session, "spending request");
  if (!number.ok()) return Refused(number.status());
  v1::DecideSpendRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  request.set_number(*number);
  request.set_approve(approve);
  request.set_reason(ReadReason(session, 1));
  if (!approve && request.reason().empty()) {
    return Refused(Lacks(session, "Say why: whoever asked is told."));
  }
  return Changed(
      session, session.client.DecideSpend(request, session.call),
      absl::StrCat("spending request ", *number, " is ", approve ? "approved" : "refused"));
}

CommandResult RunCosts(const Session& session) {
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const v1::Incident& incident = response->incident();
  const std::string id = IncidentId(incident.name());
  Card card;
  if (IsWithheld(incident, session.view)) {
    card = RestrictedCard(incident, session.view);
  } else {
    int64_t total = 0;
    for (const v1::CostLine& cost : incident.costs()) total += cost.amount_cents();
    card.title =
        absl::StrCat(id, " · ", LineCount(incident.costs_size()),
                     incident.costs().empty() ? "" : absl::StrCat(", ", FormatMoney(total)));
    card.fields.push_back({"Claimed back", ClaimText(incident)});
    if (!incident.costs().empty()) {
      card.table.push_back({"No.", "Amount", "What for", "Agency", "Self-help", "Assessed"});
    }
    for (const v1::CostLine& cost : incident.costs()) {
      card.table.push_back(
          {absl::StrCat(cost.number()), FormatMoney(cost.amount_cents()), cost.description(),
           ShortName(cost.entity().empty() ? incident.entity() : cost.entity()),
           cost.self_help() ? "yes" : "",
           absl::StrCat(AssessmentText(cost.assessment()),
                        cost.assessed_by().empty()
                            ? ""
                            : absl::StrCat(" by ", ActorName(cost.assessed_by())))});
    }
    AddSpending(incident, card);
    OfferDecision(incident, session.view, card);
    for (const v1::CostLine& cost : incident.costs()) {
      if (cost.assessment() != v1::CostLine::ASSESSMENT_OPEN) continue;
      card.hints.push_back(
          session.view.Typed(absl::StrCat("assess ", id, " ", cost.number(), " reasonable")));
      break;
    }
    card.hints.push_back(session.view.Typed(absl::StrCat("cost ", id, " <amount> \"what for\"")));
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
