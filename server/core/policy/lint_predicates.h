// Checks of predicates, guards and tests of document fields.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_PREDICATES_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_PREDICATES_H_

#include <string>

#include "server/core/policy/lint_context.h"

namespace belfry::core {

using Guards = google::protobuf::RepeatedPtrField<policy::v1::Guard>;
using FieldTests = google::protobuf::RepeatedPtrField<policy::v1::FieldTest>;

// True when nothing was found. The paths of findings lead to the innermost part.
bool CheckPredicate(LintContext& lint, const policy::v1::Predicate& predicate,
                    const std::string& path);

// As CheckPredicate; one that can never hold is an error: `so` says what never happens then.
void CheckCanHold(LintContext& lint, const policy::v1::Predicate& predicate,
                  const std::string& path, const std::string& so);

// `fields` of the document; null for transitions, whose guards have no fields to ask about.
void CheckGuards(LintContext& lint, const Guards& guards, const std::string& path,
                 const policy::v1::DocumentType* document);
// Guards of a decision may ask about its "answer".
void CheckGuards(LintContext& lint, const Guards& guards, const std::string& path,
                 const policy::v1::Question& question);

void CheckFieldTest(LintContext& lint, const policy::v1::DocumentType& document,
                    const policy::v1::FieldTest& test, const std::string& path);
void CheckFieldTests(LintContext& lint, const std::string& document, const FieldTests& tests,
                     const std::string& path);

// `answers` are answers of the fact, or UNANSWERED.
void CheckAnswers(LintContext& lint, const policy::v1::FactDefinition& fact,
                  const google::protobuf::RepeatedPtrField<std::string>& answers,
                  const std::string& path);

// `answers` are answers of the question; there must be one.
void CheckDecision(LintContext& lint, const std::string& question,
                   const google::protobuf::RepeatedPtrField<std::string>& answers,
                   const std::string& path, absl::string_view list);

// `test(part)` for the predicate or any of its parts.
template <typename Test>
bool Mentions(const policy::v1::Predicate& predicate, Test test) {
  if (test(predicate)) return true;
  for (const auto& part : predicate.all().of()) {
    if (Mentions(part, test)) return true;
  }
  for (const auto& part : predicate.any().of()) {
    if (Mentions(part, test)) return true;
  }
  return predicate.has_not_() && Mentions(predicate.not_(), test);
}

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_PREDICATES_H_
