// Who may read, and who may say who may: the rows of catalogue 4.9 and 3.3 that are no stories.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/mutation/expectations.h"

namespace belfry::mutation {
namespace {

using policy::v1::Permission;

// Everything about a permission but its citations, in one line.
std::string Line(Permission permission) {
  permission.clear_clauses();
  permission.clear_act();
  return permission.ShortDebugString();
}

constexpr char kForAll[] = "anyone: true systems: true third_parties: true";
constexpr char kGovernment[] = "anyone: true systems: true";
constexpr char kKeepers[] =
    "roles: \"ISO\" roles: \"SCIO\" roles: \"COUNSEL\" roles: \"CSIRT_H\" roles: \"CSIRT_X\" "
    "roles: \"CISO\" restricted: RESTRICTED_NAMED";

const std::map<std::string, std::string>& Expected() {
  static const auto* const expected = new std::map<std::string, std::string>{
      // 4.9: any authenticated user; a third party for its own (POL-2.6).
      {"OPEN", kForAll},
      {"NOTE", kForAll},
      {"RECORD_OUTSIDE_ACT", kForAll},
      {"ACKNOWLEDGE", "anyone: true third_parties: true"},
      {"ESCALATE", "anyone: true"},
      // Whoever is tied to it; 4.9: a TLP:RED incident, named readers only, and those who are
      // called upon, or the page would be a riddle.
      {"READ",
       absl::StrCat(kForAll,
                    " standings: STANDING_READER standings: STANDING_REPORTER standings: "
                    "STANDING_LEAD standings: STANDING_TOLD standings: STANDING_OFFICE standings: "
                    "STANDING_MEMBER")},
      {"READ_RED",
       absl::StrCat(kForAll,
                    " standings: STANDING_READER standings: STANDING_REPORTER standings: "
                    "STANDING_LEAD standings: STANDING_CALLED standings: STANDING_GLASS")},
      {"LIST", kForAll},
      {"WATCH", kForAll},
      {"READ_POLICY", kForAll},
      {"READ_DELIVERIES", kForAll},
      {"READ_CONTACTS", kGovernment},
      {"SIMULATE_POLICY", kGovernment},
      {"ADMIN_DIRECTORY", "admins: true"},
      {"ADMIN_DELIVERIES", "admins: true"},
      {"ADMIN_VAULT", "admins: true"},
      // Settings, where the catalogue leaves it to the pack.
      {"NAME_READER", kKeepers},
      {"REMOVE_READER", kKeepers},
      {"NAME_SUBJECT",
       "roles: \"ISO\" roles: \"SCIO\" roles: \"AH\" roles: \"COUNSEL\" roles: \"CSIRT_H\" roles: "
       "\"CSIRT_X\" roles: \"CISO\""},
      {"RAISE_TLP",
       "roles: \"PC\" roles: \"SC\" roles: \"ISO\" roles: \"SCIO\" roles: \"COUNSEL\" roles: "
       "\"CSIRT_H\" roles: \"CSIRT_X\" roles: \"CISO\""},
      {"LOWER_TLP",
       "roles: \"CSIRT_X\" roles: \"CISO\" scope: SCOPE_GLOBAL restricted: RESTRICTED_NAMED"},
      {"BREAK_GLASS", "roles: \"CISO\" roles: \"CSIRT_X\" roles: \"ITD_DM\" scope: SCOPE_GLOBAL"}};
  return *expected;
}

std::vector<std::string> Reading(Trial& trial) {
  std::vector<std::string> failures;
  for (const auto& [act, wanted] : Expected()) {
    const Permission* permission = trial.policy().FindPermission(act);
    const std::string actual = permission == nullptr ? "nobody may" : Line(*permission);
    if (actual != wanted) failures.push_back(absl::StrCat(act, ": ", actual));
  }
  return failures;
}

// No other act has conditions of its own, and nobody but those above is let in without a role.
std::vector<std::string> Conditions(Trial& trial) {
  std::vector<std::string> failures;
  for (const Permission& permission : trial.policy().proto().permissions()) {
    if (Expected().count(permission.act()) > 0) continue;
    if (permission.third_parties() || permission.admins() || !permission.standings().empty() ||
        permission.restricted() != Permission::RESTRICTED_UNSPECIFIED ||
        permission.scope() != policy::v1::Role::SCOPE_UNSPECIFIED || !permission.states().empty() ||
        !permission.closed_states().empty()) {
      failures.push_back(absl::StrCat(permission.act(), ": ", Line(permission)));
    }
  }
  return failures;
}

// 3.3: the labels; settings: how long, and who hears of it.
std::vector<std::string> Labels(Trial& trial) {
  policy::v1::Confidentiality rules = trial.policy().proto().confidentiality();
  rules.clear_clauses();
  const std::string wanted =
      "initial_tlp: \"TLP:AMBER+STRICT\" reading_pause { seconds: 600 } glass_good_for { seconds: "
      "3600 } glass_told_roles: \"CISO\" glass_told_roles: \"AUDITOR\" channel_tlp: "
      "\"TLP:AMBER+STRICT\"";
  if (rules.ShortDebugString() == wanted) return {};
  return {rules.ShortDebugString()};
}

}  // namespace

void AddAccessChecks(Suite& suite) {
  const std::string here = "access_checks.cc";
  suite.checks.push_back({"who may read and who says so", "4.9; POL-2.6", here, Reading});
  suite.checks.push_back({"no other act has conditions", "4.9", here, Conditions});
  suite.checks.push_back({"labels and broken glass", "3.3", here, Labels});
}

}  // namespace belfry::mutation
