// The parts of LintPolicy(), one for each file. Each adds its findings to the context.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_TOPICS_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_TOPICS_H_

#include "server/core/policy/lint_context.h"

namespace belfry::core {

// The words of a pack: identity, roles, categories, facts, decisions, severities, holidays.
void LintVocabulary(LintContext& lint);
// States, the ways between them, and who may do what.
void LintLifeCycle(LintContext& lint);
// Documents and their fields.
void LintDocuments(LintContext& lint);
// What the claim for the costs of self-help goes through.
void LintReimbursement(LintContext& lint);
// Duties one by one: when, from when, by when, by whom.
void LintDuties(LintContext& lint);
// What raises a duty and what satisfies it: somebody must be able to do it.
void LintWays(LintContext& lint, const policy::v1::Obligation& duty, const std::string& path);
// The ladder, reminders, overdue steps and the words of notices.
void LintNotices(LintContext& lint);
// What is masked in texts before they are stored.
void LintSecrets(LintContext& lint);
// What evidence may not be done to.
void LintEvidence(LintContext& lint);
// What of a record is withheld when it is asked for.
void LintRecords(LintContext& lint);
// What is defined and never used.
void LintUse(LintContext& lint);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_TOPICS_H_
