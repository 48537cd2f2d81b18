// Decisions on the policy's questions.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/question_card.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

using policy::v1::Question;

CommandResult WhichQuestion(const Session& session) {
  std::vector<std::string> codes;
  for (const Question& question : session.policy().questions()) codes.push_back(question.code());
  absl::Status status =
      Lacks(session, absl::StrCat("Say which question: ", absl::StrJoin(codes, ", "), "."));
  if (codes.empty()) {
    return Refused(UsageError("The policy in force leaves no question to be decided."));
  }
  Card card;
  card.title = "Which question?";
  card.body = "Type its code, then the answer.";
  card.table = QuestionTable(session.policy());
  card.hints.push_back(
      session.view.Typed(absl::StrCat("decide ", IncidentId(session.incident), " ", codes[0])));
  return Refused(std::move(status), std::move(card));
}

// "ack" is what one types after reading the warning; "yes" means the same.
absl::StatusOr<bool> ReadSafety(const Session& session) {
  const auto word = session.command.Option("safety");
  if (!word.has_value()) return false;
  if (ChooseValue({"acknowledged", "read"}, *word).has_value() || IsYes(*word)) return true;
  if (IsNo(*word)) return false;
  return AboutField(
      UsageError(absl::StrCat("\"safety:\" takes ack, not \"", Clip(*word, 40), "\".")), "safety");
}

}  // namespace

CommandResult RunDecide(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return WhichQuestion(session);
  const Question* question = session.grammar.FindQuestion(words[0]);
  if (question == nullptr) {
    std::vector<std::string> codes;
    for (const Question& known : session.policy().questions()) codes.push_back(known.code());
    return Refused(NotKnown("a question of the policy", words[0], codes));
  }
  const std::string line =
      absl::StrCat("decide ", IncidentId(session.incident), " ", question->code());
  if (words.size() == 1) {
    return Refused(
        Lacks(session, absl::StrCat("Say how ", question->code(), " is decided: ",
                                    absl::StrJoin(question->answers(), ", "), ".")),
        QuestionCard(session.policy(), *question, session.view, IncidentId(session.incident)));
  }
  const std::vector<std::string> answers(question->answers().begin(), question->answers().end());
  const auto answer = ChooseValue(answers, words[1]);
  if (!answer.has_value()) {
    return Refused(AboutField(
        NotKnown(absl::StrCat("an answer to ", question->code()), words[1], answers), ""));
  }
  v1::RecordDecisionRequest request;
  request.set_name(session.incident);
  request.set_question(question->code());
  request.set_answer(*answer);
  request.set_reason(ReadReason(session, 2));
  request.set_request_id(session.request_id);
  const std::string clauses = absl::StrJoin(question->clauses(), ", ");
  if (question->reason_required() && request.reason().empty()) {
    return Refused(AboutField(
        UsageError(absl::StrCat("Say why: ", question->code(), " needs a reason",
                                clauses.empty() ? "" : absl::StrCat(" (", clauses, ")"), "."),
                   {absl::StrCat(line, " ", *answer, " reason:\"…\"")}),
        "reason"));
  }
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  request.set_entity(*entity);
  for (std::string& device : ReadList(session, "devices")) {
    request.add_removal_devices(std::move(device));
  }
  for (std::string& subnet : ReadList(session, "subnets")) {
    request.add_removal_subnets(std::move(subnet));
  }
  const bool named = !request.removal_devices().empty() || !request.removal_subnets().empty();
  if (*answer == question->removes_on() && !named) {
    return Refused(AboutField(
        UsageError("Say what is to be removed from the network: devices:a,b or subnets:….",
                   {absl::StrCat(line, " ", *answer, " devices:… reason:\"…\""),
                    absl::StrCat("devices ", IncidentId(session.incident))}),
        "devices"));
  }
  const auto safety = ReadSafety(session);
  if (!safety.ok()) return Refused(safety.status());
  request.set_public_safety_acknowledged(*safety);
  LegalAct act;
  act.what = absl::StrCat(question->code(), ": ", *answer);
  act.confirm = question->confirm();
  act.clauses = clauses;
  act.label = absl::StrCat("Yes, decide ", *answer);
  act.facts.push_back({"Question", question->question()});
  for (const auto& [label, values] :
       {std::pair<const char*, std::string>{"Devices",
                                            absl::StrJoin(request.removal_devices(), ", ")},
        {"Subnets", absl::StrJoin(request.removal_subnets(), ", ")},
        {"Why", request.reason()}}) {
    if (!values.empty()) act.facts.push_back({label, values});
  }
  if (auto asked = AskBefore(session, std::move(act)); asked.has_value()) return *std::move(asked);
  auto response = session.client.RecordDecision(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card =
      ChangedCard(session, response->incident(),
                  absl::StrCat(question->code(), " decided: ", *answer), response->replayed());
  SayDone(response->satisfied(), card);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
