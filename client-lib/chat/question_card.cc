#include "client-lib/chat/question_card.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"

namespace belfry::chat {
namespace {

std::string RolesFor(const policy::v1::Policy& policy, absl::string_view act) {
  std::vector<std::string> roles;
  for (const auto& permission : policy.permissions()) {
    if (permission.act() != act) continue;
    if (permission.anyone()) return "anybody";
    roles.insert(roles.end(), permission.roles().begin(), permission.roles().end());
  }
  return absl::StrJoin(roles, ", ");
}

}  // namespace

std::vector<std::vector<std::string>> QuestionTable(const policy::v1::Policy& policy) {
  std::vector<std::vector<std::string>> table;
  if (policy.questions().empty()) return table;
  table.push_back({"Question", "Answers", "Meaning", "Also typed"});
  for (const auto& question : policy.questions()) {
    table.push_back({question.code(), absl::StrJoin(question.answers(), ", "), question.question(),
                     absl::StrJoin(question.aliases(), ", ")});
  }
  return table;
}

Card QuestionCard(const policy::v1::Policy& policy, const policy::v1::Question& question,
                  const View& view, absl::string_view id) {
  Card card;
  card.title = absl::StrCat(question.code(), " · to be decided");
  card.body = question.question();
  if (!question.confirm().empty()) absl::StrAppend(&card.body, "\n", question.confirm());
  card.fields.push_back({"Answers", absl::StrJoin(question.answers(), ", ")});
  if (const std::string roles = RolesFor(policy, question.act()); !roles.empty()) {
    card.fields.push_back({"Decided by", roles});
  }
  if (question.reason_required()) card.fields.push_back({"Reason", "needed"});
  for (const auto& guard : question.guards()) {
    card.table.push_back({guard.message(), absl::StrJoin(guard.clauses(), ", ")});
  }
  if (!card.table.empty()) card.table.insert(card.table.begin(), {"Needs", "Clause"});
  for (const std::string& answer : question.answers()) {
    std::string line =
        absl::StrCat("decide ", id, id.empty() ? "" : " ", question.code(), " ", answer);
    const bool removes = !question.removes_on().empty() && question.removes_on() == answer;
    if (removes) {
      absl::StrAppend(&line, " devices:… subnets:…");
      const std::string& warning = policy.network_removal().public_safety_warning();
      if (!warning.empty()) {
        card.fields.push_back({absl::StrCat("Before ", answer),
                               absl::StrCat(warning, " Say safety:ack when this was read.")});
      }
    }
    if (question.reason_required()) absl::StrAppend(&line, " reason:\"…\"");
    card.hints.push_back(view.Typed(line));
    if (id.empty() || removes || question.reason_required()) continue;
    if (card.buttons.size() + 1 == kButtonsMax) continue;
    card.buttons.push_back(PressButton(answer, line));
  }
  if (!id.empty()) {
    card.buttons.push_back(
        FormButton("Decide", absl::StrCat("decide ", id, " ", question.code()), Tone::kGood));
  }
  card.context = absl::StrJoin(question.clauses(), ", ");
  return card;
}

}  // namespace belfry::chat
