// What is masked before it is stored: patterns that say which part is the secret.
#include "re2/re2.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

void CheckPattern(LintContext& lint, const policy::v1::SecretPattern& secret,
                  const std::string& path) {
  lint.CheckText(secret.title(), "title", path, "whoever wrote the secret is told what it was");
  lint.CheckCited(secret, path);
  const std::string at = path + ".pattern";
  const re2::RE2 pattern(secret.pattern(), re2::RE2::Quiet);
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
}

}  // namespace belfry::core
