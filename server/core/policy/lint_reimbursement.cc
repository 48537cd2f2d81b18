// The states of the claim for self-help costs: each can be reached, and by a document that exists.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

using policy::v1::Reimbursement;

constexpr char kPath[] = "reimbursement";

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

void CheckStep(LintContext& lint, const Reimbursement::Step& step,
               const std::set<std::string>& states, const std::string& path) {
  if (lint.Refer(lint.documents, step.document(), "document", path + ".document") &&
      step.has_when()) {
    CheckFieldTest(lint, *lint.documents[step.document()], step.when(), path + ".when");
  }
  if (step.to().empty()) lint.Error(path, "leads nowhere; name the state in `to`");
  if (step.from().empty()) lint.Error(path, "begins nowhere; name the states in `from`");
  for (int i = 0; i < step.from_size(); ++i) {
    if (states.count(step.from(i)) > 0) continue;
    lint.Error(At(path + ".from", i),
               absl::StrCat("no step leads to ", step.from(i),
                            ", and the claim does not begin there; correct the spelling"));
  }
}

}  // namespace

void LintReimbursement(LintContext& lint) {
  if (!lint.policy.has_reimbursement()) return;
  const Reimbursement& rules = lint.policy.reimbursement();
  CheckDecision(lint, rules.question(), rules.answers(), kPath, "answers");
  lint.CheckText(rules.initial_state(), "initial_state", kPath, "the claim begins there");
  if (rules.steps().empty()) lint.Error(kPath, "has no steps, so that nothing is ever claimed");
  std::set<std::string> states = {rules.initial_state()};
  for (const Reimbursement::Step& step : rules.steps()) states.insert(step.to());
  for (int i = 0; i < rules.steps_size(); ++i) {
    CheckStep(lint, rules.steps(i), states, At(absl::StrCat(kPath, ".steps"), i));
  }
  lint.CheckCited(rules, kPath);
}

}  // namespace belfry::core
