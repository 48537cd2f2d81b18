// What is masked before it is stored, and what chat-ops ask about before they take it: patterns
// that say which part is the secret.
#include "re2/re2.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

template <typename Row>
void CheckPattern(LintContext& lint, const Row& row, const std::string& path) {
  lint.CheckText(row.title(), "title", path, "whoever wrote it is told what it was");
  lint.CheckCited(row, path);
  const std::string at = path + ".pattern";
  const re2::RE2 pattern(row.pattern(), re2::RE2::Quiet);
  if (!pattern.ok()) {
    lint.Error(at, absl::StrCat("is no RE2 pattern: ", pattern.error(), "; correct it"));
  } else if (pattern.NumberOfCapturingGroups() != 1) {
    lint.Error(at, absl::StrCat("has ", pattern.NumberOfCapturingGroups(),
                                " groups; put one around the part to mask, and write (?:…) for "
                                "the others"));
  } else if (re2::RE2::PartialMatch("", pattern)) {
    lint.Error(at, "fits every text, also none; make it narrower");
  }
}

}  // namespace

void LintSecrets(LintContext& lint) {
  const auto& secrets = lint.policy.secret_patterns();
  for (int i = 0; i < secrets.size(); ++i) {
    CheckPattern(lint, secrets.Get(i), absl::StrCat("secret_patterns[", i, "]"));
  }
  if (!secrets.empty()) lint.Refer(lint.notices, "SECRET_MASKED", "notice", "secret_patterns");
  const auto& personal = lint.policy.personal_patterns();
  for (int i = 0; i < personal.size(); ++i) {
    CheckPattern(lint, personal.Get(i), absl::StrCat("personal_patterns[", i, "]"));
  }
}

}  // namespace belfry::core
