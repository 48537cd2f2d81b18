// The words of a pack: its identity, roles, categories, facts, decisions, severities and calendar.
#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"
#include "server/core/policy/lint_truth.h"

namespace belfry::core {
namespace {

using policy::v1::FactDefinition;
using policy::v1::Policy;
using policy::v1::Question;

constexpr int kSeveritiesMax = 9;
constexpr size_t kSha256Digits = 64;
// States of a non-compliance case that a decision may bring about.
constexpr absl::string_view kCaseAnswers[] = {"CONFIRMED", "REJECTED", "CLOSED"};

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

template <typename Words>
bool Contains(const Words& words, absl::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool IsLowerHex(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
}

void CheckIdentity(LintContext& lint) {
  const Policy& policy = lint.policy;
  const bool plain = std::all_of(policy.id().begin(), policy.id().end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-' || c == '.';
  });
  if (policy.id().empty() || !plain) {
    lint.Error("id", "is needed, lower case with dashes and dots, for example \"itd-sec-4.3\"");
  }
  if (policy.revision() <= 0) lint.Error("revision", "counts from 1");
  absl::TimeZone zone;
  if (policy.time_zone().empty() || !absl::LoadTimeZone(policy.time_zone(), &zone)) {
    lint.Error("time_zone", absl::StrCat("\"", policy.time_zone(),
                                         "\" is no IANA zone; write one such as "
                                         "\"America/New_York\""));
  }
  if (policy.text().reference().empty()) {
    lint.Warning("text", "has no reference; say which text the pack implements");
  }
  if (!policy.text().revised_on().empty()) {
    lint.CheckDay(policy.text().revised_on(), "text.revised_on");
  }
  const std::string& sha256 = policy.text().sha256();
  if (!sha256.empty() &&
      (sha256.size() != kSha256Digits || !std::all_of(sha256.begin(), sha256.end(), IsLowerHex))) {
    lint.Error("text.sha256", "is no SHA-256: 64 digits 0-9, a-f; sha256sum prints it");
  }
}

void CheckRoles(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.roles(), "roles");
  for (int i = 0; i < policy.roles_size(); ++i) {
    if (policy.roles(i).scope() == policy::v1::Role::SCOPE_UNSPECIFIED) {
      lint.Error(At("roles", i),
                 absl::StrCat(policy.roles(i).code(),
                              " needs a scope: SCOPE_ENTITY, SCOPE_SECRETARIAT or SCOPE_GLOBAL"));
    }
    lint.CheckCited(policy.roles(i), At("roles", i));
  }
  std::set<std::string> replaced;
  for (int i = 0; i < policy.substitutes_size(); ++i) {
    const policy::v1::Substitute& substitute = policy.substitutes(i);
    const std::string path = At("substitutes", i);
    lint.Refer(lint.roles, substitute.role(), "role", path + ".role");
    if (!replaced.insert(substitute.role()).second) {
      lint.Error(path + ".role",
                 absl::StrCat(substitute.role(), " is there twice; put all into one"));
    }
    if (substitute.by().empty()) {
      lint.Error(path, absl::StrCat("nobody stands in for ", substitute.role(), "; add `by`"));
    }
    lint.ReferRoles(substitute.by(), path + ".by");
    lint.CheckDistinct(substitute.by(), path + ".by");
    for (int b = 0; b < substitute.by_size(); ++b) {
      if (substitute.by(b) == substitute.role()) {
        lint.Error(At(path + ".by", b),
                   absl::StrCat(substitute.role(), " stands in for itself; name another role"));
      }
    }
  }
}

void CheckCategories(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.categories(), "categories");
  lint.CheckAliases(policy.categories(), "categories",
                    [](const auto& item) -> const std::string& { return item.code(); });
  for (int i = 0; i < policy.categories_size(); ++i) {
    const policy::v1::Category& category = policy.categories(i);
    const std::string path = At("categories", i);
    lint.CheckCodes(category.sub_values(), path + ".sub_values");
    if (category.sub_value_required() && category.sub_values().empty()) {
      lint.Error(path + ".sub_value_required",
                 absl::StrCat(category.code(), " has no sub-value to choose; add sub_values"));
    }
    if (category.presumption() == policy::v1::Category::PRESUMPTION_UNSPECIFIED) {
      lint.Warning(path,
                   absl::StrCat(category.code(), " has no presumption; say how likely a crime is"));
    }
    lint.CheckCited(category, path);
  }
}

void CheckFactAuthors(LintContext& lint, const FactDefinition& fact, const std::string& path) {
  lint.ReferRoles(fact.author_roles(), path + ".author_roles");
  // Whoever answers needs the right to record facts at all.
  const auto permission = lint.permissions.find("RECORD_FACTS");
  const auto may_record = [&](const auto& roles) {
    return permission == lint.permissions.end() || permission->second->anyone() || roles.empty() ||
           std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
             return Contains(permission->second->roles(), role);
           });
  };
  if (!may_record(fact.author_roles())) {
    lint.Error(path + ".author_roles",
               absl::StrCat("none of them may RECORD_FACTS, so nobody can answer ", fact.name(),
                            "; add one to the permission"));
  }
  std::set<std::string> values;
  for (int i = 0; i < fact.value_authors_size(); ++i) {
    const policy::v1::ValueAuthors& authors = fact.value_authors(i);
    const std::string at = absl::StrCat(path, ".value_authors[", i, "]");
    if (!fact.values().empty() && !Contains(fact.values(), authors.value())) {
      lint.Error(at + ".value", absl::StrCat("\"", authors.value(), "\" is no answer to ",
                                             fact.name(), "; use one of its values"));
    }
    if (!values.insert(authors.value()).second) {
      lint.Error(at + ".value", absl::StrCat(authors.value(), " is there twice; put all into one"));
    }
    if (authors.roles().empty()) {
      lint.Error(at, absl::StrCat("nobody may answer ", authors.value(), "; name roles"));
    }
    lint.ReferRoles(authors.roles(), at + ".roles");
    if (!may_record(authors.roles())) {
      lint.Error(at + ".roles", absl::StrCat("none of them may RECORD_FACTS, so nobody can answer ",
                                             authors.value(), "; add one to the permission"));
    }
  }
}

void CheckFacts(LintContext& lint) {
  const Policy& policy = lint.policy;
  const auto name = [](const auto& item) -> const std::string& { return item.name(); };
  lint.CheckNames(policy.facts(), "facts", "name", name);
  lint.CheckAliases(policy.facts(), "facts", name);
  for (int i = 0; i < policy.facts_size(); ++i) {
    const FactDefinition& fact = policy.facts(i);
    const std::string path = At("facts", i);
    lint.CheckText(fact.question(), "question", path, "people have to be asked something");
    lint.CheckDistinct(fact.values(), path + ".values");
    for (int v = 0; v < fact.values_size(); ++v) {
      if (fact.values(v) == "UNANSWERED") {
        lint.Error(At(path + ".values", v), "UNANSWERED is the lack of an answer; use UNKNOWN");
      }
    }
    if (fact.number() && !fact.values().empty()) {
      lint.Error(path + ".number", absl::StrCat(fact.name(),
                                                " is a number or one of its values, "
                                                "not both; take one out"));
    }
    if (fact.multiple() && fact.values().empty()) {
      lint.Error(path + ".multiple", "needs values to choose several of");
    }
    for (int v = 0; v < fact.reason_values_size(); ++v) {
      if (fact.number() || fact.values().empty() ||
          Contains(fact.values(), fact.reason_values(v))) {
        continue;
      }
      lint.Error(At(path + ".reason_values", v),
                 absl::StrCat("\"", fact.reason_values(v), "\" is no answer to ", fact.name(),
                              "; use one of its values"));
    }
    CheckFactAuthors(lint, fact, path);
    lint.CheckCited(fact, path);
  }
}

bool ProposesCases(const Policy& policy) {
  return std::any_of(policy.overdue_schedules().begin(), policy.overdue_schedules().end(),
                     [](const auto& schedule) {
                       return std::any_of(schedule.steps().begin(), schedule.steps().end(),
                                          [](const auto& step) { return step.proposes_case(); });
                     });
}

void CheckQuestion(LintContext& lint, const Question& question, const std::string& path) {
  lint.CheckText(question.question(), "question", path, "say what is decided");
  if (question.answers().empty()) {
    lint.Error(path, absl::StrCat("nobody can answer ", question.code(), "; add answers"));
  }
  lint.CheckDistinct(question.answers(), path + ".answers");
  lint.ReferAct(question.act(), path + ".act");
  CheckGuards(lint, question.guards(), path + ".guards", question);
  if (!question.removes_on().empty()) {
    if (!Contains(question.answers(), question.removes_on())) {
      lint.Error(path + ".removes_on",
                 absl::StrCat("\"", question.removes_on(), "\" is no answer to ", question.code(),
                              "; use one of its answers"));
    }
    for (const char* act : {"EXECUTE_REMOVAL", "RECORD_SCAN", "VERIFY_SCAN", "LIFT_REMOVAL"}) {
      if (lint.SomebodyMay(act)) continue;
      lint.Error(path + ".removes_on",
                 absl::StrCat("nobody may ", act,
                              ", which a removal needs; add permissions { act: \"", act, "\" … }"));
    }
    if (!lint.policy.has_network_removal()) {
      lint.Warning(path + ".removes_on", "the pack says nothing of removals; add network_removal");
    }
  }
  if (question.executor_not_decider() && question.removes_on().empty()) {
    lint.Error(path + ".executor_not_decider",
               absl::StrCat(question.code(),
                            " orders nothing to be carried out; set removes_on, or "
                            "take executor_not_decider out"));
  }
  if (question.about_case()) {
    for (int i = 0; i < question.answers_size(); ++i) {
      if (Contains(kCaseAnswers, question.answers(i))) continue;
      lint.Error(At(path + ".answers", i),
                 absl::StrCat("\"", question.answers(i),
                              "\" is no state of a case; use CONFIRMED, REJECTED or CLOSED"));
    }
    if (!ProposesCases(lint.policy)) {
      lint.Error(path + ".about_case",
                 "no overdue step proposes a case, so there is none to decide; set proposes_case");
    }
  }
  lint.CheckCited(question, path);
}

void CheckQuestions(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.questions(), "questions");
  lint.CheckAliases(policy.questions(), "questions",
                    [](const auto& item) -> const std::string& { return item.code(); });
  for (int i = 0; i < policy.questions_size(); ++i) {
    CheckQuestion(lint, policy.questions(i), At("questions", i));
  }
  if (policy.has_network_removal()) {
    const bool removes =
        std::any_of(policy.questions().begin(), policy.questions().end(),
                    [](const Question& question) { return !question.removes_on().empty(); });
    if (!removes) lint.Warning("network_removal", "no decision removes anything; set removes_on");
    lint.CheckText(policy.network_removal().public_safety_warning(), "public_safety_warning",
                   "network_removal", "say what to make sure of before public safety is cut off");
    lint.CheckCited(policy.network_removal(), "network_removal");
  }
}

void CheckScore(LintContext& lint) {
  const policy::v1::SeverityScore& score = lint.policy.score();
  lint.CheckText(score.code(), "code", "score", "name the scoring system");
  if (score.terms().empty()) lint.Error("score", "has no terms; add the number facts it weighs");
  std::set<std::string> weighed;
  for (int i = 0; i < score.terms_size(); ++i) {
    const std::string path = At("score.terms", i);
    const std::string& name = score.terms(i).fact();
    const auto fact = lint.facts.find(name);
    if (fact == lint.facts.end()) {
      lint.Error(path + ".fact",
                 absl::StrCat("there is no question \"", name, "\"; define it in facts"));
    } else if (!fact->second->number()) {
      lint.Error(path + ".fact", absl::StrCat(name, " is no number; set number: true in facts"));
    }
    if (!weighed.insert(name).second) {
      lint.Error(path + ".fact", absl::StrCat(name, " is weighed twice; take one out"));
    }
    if (score.terms(i).weight() <= 0)
      lint.Error(path, absl::StrCat("the weight of ", name, " must be more than zero"));
  }
  if (score.lowest() >= score.highest()) {
    lint.Error("score.lowest", "must be less than highest: the sums that count as 0 and as 100");
  }
  if (score.bands().empty()) lint.Error("score", "has no bands; say which score is which severity");
  for (int i = 0; i < score.bands_size(); ++i) {
    const auto& band = score.bands(i);
    const std::string path = At("score.bands", i);
    const bool known = lint.Refer(lint.severities, band.severity(), "severity", path + ".severity");
    if (band.at_least() < 0 || band.at_least() > 100) {
      lint.Error(path + ".at_least", "a score lies between 0 and 100");
    }
    if (i == 0) continue;
    const auto& above = score.bands(i - 1);
    if (band.at_least() >= above.at_least()) {
      lint.Error(path + ".at_least", "bands go from the highest score down; this one never counts");
    }
    if (known && lint.severities.count(above.severity()) > 0 &&
        lint.severities[band.severity()] <= lint.severities[above.severity()]) {
      lint.Error(path + ".severity",
                 absl::StrCat("a lower score must mean a milder severity than ", above.severity()));
    }
  }
}

void CheckFloors(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.floors(), "floors");
  for (int i = 0; i < policy.floors_size(); ++i) {
    const policy::v1::SeverityFloor& floor = policy.floors(i);
    const std::string path = At("floors", i);
    const std::string floor_name = absl::StrCat("floor ", floor.code());
    if (floor.at_least().empty() == floor.one_worse_up_to().empty()) {
      lint.Error(path, absl::StrCat(floor_name, " needs at_least or one_worse_up_to, one of them"));
    } else if (!floor.at_least().empty()) {
      lint.Refer(lint.severities, floor.at_least(), "severity", path + ".at_least");
    } else {
      lint.Refer(lint.severities, floor.one_worse_up_to(), "severity", path + ".one_worse_up_to");
    }
    lint.CheckText(floor.reason(), "reason", path, "people see it when they want to go lower");
    lint.CheckCited(floor, path);
    if (!floor.has_when()) {
      lint.Error(path, absl::StrCat(floor_name, " has no `when`; it would hold always"));
      continue;
    }
    if (!CheckPredicate(lint, floor.when(), path + ".when")) continue;
    const Truth truth = TruthOf(policy, floor.when());
    if (!truth.can_hold || !truth.can_fail) {
      lint.Error(path + ".when",
                 absl::StrCat(truth.can_hold ? "always" : "never", " holds, so ", floor_name,
                              truth.can_hold ? " fixes" : " changes nothing of",
                              " the severity; correct it"));
    }
  }
}

void CheckSeverities(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.severities(), "severities");
  if (policy.severities().empty() || policy.severities_size() > kSeveritiesMax) {
    lint.Error("severities", "there must be 1 to 9, the worst first");
  }
  lint.Refer(lint.severities, policy.initial_severity(), "severity", "initial_severity");
  if (policy.has_score()) CheckScore(lint);
  CheckFloors(lint);
}

void CheckHolidays(LintContext& lint) {
  const Policy& policy = lint.policy;
  std::set<std::string> days;
  for (int i = 0; i < policy.holidays_size(); ++i) {
    const std::string path = At("holidays", i);
    if (lint.CheckDay(policy.holidays(i), path) && !days.insert(policy.holidays(i)).second) {
      lint.Error(path, absl::StrCat(policy.holidays(i), " is there twice; take one out"));
    }
  }
}

}  // namespace

void LintVocabulary(LintContext& lint) {
  CheckIdentity(lint);
  CheckRoles(lint);
  CheckCategories(lint);
  CheckFacts(lint);
  CheckQuestions(lint);
  CheckSeverities(lint);
  CheckHolidays(lint);
}

}  // namespace belfry::core
