// Evidence: what holds it, who hears that it was changed, and that somebody can dispose of it.
#include <string>

#include "absl/strings/str_cat.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

constexpr char kPath[] = "evidence";

}  // namespace

void LintEvidence(LintContext& lint) {
  const policy::v1::Policy& pack = lint.policy;
  // Handed over, destroyed or changed: somebody is told, with words of the pack.
  if (lint.permissions.count("HANDLE_EVIDENCE") > 0) {
    lint.Refer(lint.notices, "EVIDENCE_TRANSFER", "notice", "notices");
    lint.Refer(lint.notices, "EVIDENCE", "notice", "notices");
  }
  if (!pack.has_evidence()) return;
  const policy::v1::EvidenceRules& rules = pack.evidence();
  const std::string path = kPath;
  lint.CheckCodes(rules.holds(), path + ".holds");
  for (int i = 0; i < rules.holds_size(); ++i) {
    const auto& hold = rules.holds(i);
    const std::string at = absl::StrCat(path, ".holds[", i, "]");
    lint.CheckText(hold.message(), "message", at, "people read why nothing may be disposed of");
    CheckCanHold(lint, hold.when(), at + ".when", "it would never hold anything");
    lint.CheckCited(hold, at);
  }
  if (rules.has_no_copy()) {
    CheckCanHold(lint, rules.no_copy(), path + ".no_copy", "everything could be copied");
    if (rules.no_copy_clauses().empty()) {
      lint.Warning(path + ".no_copy", "cites no clause; add no_copy_clauses");
    }
  }
  if (rules.has_retention()) lint.CheckDuration(rules.retention(), path + ".retention");
  lint.CheckDistinct(rules.destruction_methods(), path + ".destruction_methods");
  if (rules.destruction_methods().empty() && lint.permissions.count("DESTROY_EVIDENCE") > 0) {
    lint.Error(path, "names no destruction_methods, so that nothing could ever be destroyed");
  }
  if (lint.permissions.count("DESTROY_EVIDENCE") > 0 &&
      lint.permissions.count("APPROVE_DESTRUCTION") == 0) {
    lint.Error(path,
               "somebody may ask for a destruction and nobody may approve it; add a "
               "permission for APPROVE_DESTRUCTION");
  }
  lint.ReferRoles(rules.alarm_roles(), path + ".alarm_roles");
  if (rules.alarm_roles().empty()) {
    lint.Error(path, "names no alarm_roles, so that nobody hears when evidence was changed");
  }
  lint.Refer(lint.notices, "EVIDENCE_CHANGED", "notice", path + ".alarm_roles");
}

}  // namespace belfry::core
