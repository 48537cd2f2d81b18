#include "server/core/policy/lint.h"

#include <utility>

#include "server/core/policy/lint_topics.h"

namespace belfry::core {

std::vector<Finding> LintPolicy(const policy::v1::Policy& policy) {
  LintContext lint(policy);
  LintVocabulary(lint);
  LintLifeCycle(lint);
  LintDocuments(lint);
  LintReimbursement(lint);
  LintDuties(lint);
  LintNotices(lint);
  LintSecrets(lint);
  LintEvidence(lint);
  LintRecords(lint);
  LintUse(lint);
  return std::move(lint.findings);
}

}  // namespace belfry::core
