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
  absl::string_view digits = words[0];
  absl::ConsumePrefix(&digits, "#");
  int32_t number = 0;
  if (!absl::SimpleAtoi(digits, &number) || number < 1) {
    return Refused(
        UsageError(absl::StrCat("\"", Clip(words[0], 40), "\" is not the number of a cost line."),
                   {absl::StrCat("costs ", IncidentId(session.incident))}));
  }
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
  request.set_number(number);
  request.set_assessment(static_cast<v1::CostLine::Assessment>(*assessment));
  request.set_reason(ReadReason(session, used));
  return Changed(session, session.client.AssessCost(request, session.call),
                 absl::StrCat("cost ", number, " is ", AssessmentText(request.assessment())));
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
    card.fields.push_back({"Claimed back", FormatMoney(incident.claim_cents())});
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
