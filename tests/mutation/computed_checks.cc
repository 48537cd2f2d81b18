// Expectations that are sums or lists rather than stories: the NCISS score (catalogue 3.2 and 4.4)
// and the offices.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/personal.h"
#include "server/core/evidence.h"
#include "tests/mutation/expectations.h"

namespace belfry::mutation {
namespace {

// Functional, activity, location, actor, information, recoverability, sector, potential.
using Vector = std::array<int, 8>;

constexpr const char* kNames[] = {"functional",  "activity",       "location", "actor",
                                  "information", "recoverability", "sector",   "potential"};
constexpr Vector kWeights = {6, 5, 4, 4, 2, 4, 3, 6};
constexpr int kLowest = 325;
constexpr int kHighest = 3400;

std::string ActOf(const Vector& vector) {
  std::string act = "CSIRT_H fact";
  for (size_t i = 0; i < vector.size(); ++i) {
    absl::StrAppend(&act, " nciss_", kNames[i], "=", vector[i]);
  }
  return act;
}

// "SEV3 55.12".
std::string Scored(Trial& trial, const Vector& vector) {
  World world = trial.NewWorld();
  absl::Status status = world.Act("CLERK open CAT-14");
  if (status.ok()) status = world.Act(ActOf(vector));
  if (!status.ok()) return std::string(status.message());
  return absl::StrCat(world.state().severity(), " ",
                      std::round(world.state().severity_score() * 100) / 100);
}

// A vector whose weighted sum is this.
Vector WithSum(int sum) {
  int each = sum / 34;
  int rest = sum % 34;
  if (rest == 1) {
    --each;
    rest += 34;
  }
  Vector vector;
  vector.fill(each);
  if (rest % 2 == 1) {
    ++vector[6];
    rest -= 3;
  }
  vector[4] += rest / 2;
  return vector;
}

int SumFor(double score) {
  return static_cast<int>(std::ceil(kLowest + score / 100 * (kHighest - kLowest)));
}

// The test vectors of the catalogue.
std::vector<std::string> Vectors(Trial& trial) {
  const std::vector<std::pair<Vector, std::string>> expected = {
      {{0, 0, 30, 20, 0, 20, 15, 0}, "SEV5 0"},
      {{100, 100, 100, 100, 100, 100, 100, 100}, "SEV1 100"},
      {{50, 100, 40, 40, 10, 40, 40, 50}, "SEV4 45.37"},
      {{60, 100, 60, 40, 50, 60, 40, 50}, "SEV3 55.12"},
      {{100, 100, 90, 80, 0, 60, 25, 100}, "SEV2 77.07"},
      {{0, 70, 40, 50, 0, 20, 40, 0}, "SEV5 19.02"},
      {{20, 80, 60, 80, 10, 60, 40, 75}, "SEV3 51.54"}};
  std::vector<std::string> failures;
  for (const auto& [vector, wanted] : expected) {
    const std::string actual = Scored(trial, vector);
    if (actual != wanted) failures.push_back(absl::StrCat(wanted, ": ", actual));
  }
  return failures;
}

// Each limit, and one point of the weighted sum below it.
std::vector<std::string> Bands(Trial& trial) {
  std::vector<std::string> failures;
  const struct {
    double limit;
    const char* from;
    const char* below;
  } bands[] = {
      {80, "SEV1", "SEV2"}, {65, "SEV2", "SEV3"}, {50, "SEV3", "SEV4"}, {35, "SEV4", "SEV5"}};
  for (const auto& band : bands) {
    const int sum = SumFor(band.limit);
    for (const int offset : {0, -1}) {
      const std::string wanted = offset == 0 ? band.from : band.below;
      const std::string actual = Scored(trial, WithSum(sum + offset));
      if (actual.substr(0, 4) != wanted) {
        failures.push_back(absl::StrCat("at ", sum + offset, " ", wanted, ": ", actual));
      }
    }
  }
  return failures;
}

std::vector<std::string> Incomplete(Trial& trial) {
  World world = trial.NewWorld();
  absl::Status status = world.Act("CLERK open CAT-14");
  if (status.ok()) status = world.Act("CSIRT_H fact nciss_functional=100 nciss_activity=100");
  if (!status.ok()) return {std::string(status.message())};
  if (world.state().severity() == "SEV4") return {};
  return {absl::StrCat("with two of eight answers it is ", world.state().severity())};
}

// The offices of catalogue 0.2 that act or are told, and how far each reaches. A pack may add some;
// it may not leave one out (POL-4.6).
std::vector<std::string> Roles(Trial& trial) {
  using policy::v1::Role;
  std::vector<std::string> failures;
  const auto expect = [&](const char* code, Role::Scope scope) {
    const Role* role = trial.policy().FindRole(code);
    if (role == nullptr) {
      failures.push_back(absl::StrCat("there is no ", code));
    } else if (role->scope() != scope) {
      failures.push_back(absl::StrCat(code, " is held for ", Role::Scope_Name(role->scope())));
    }
  };
  for (const char* code :
       {"PC", "SC", "ISO", "AH", "DA_T", "DA_M", "NETADMIN", "COUNSEL", "RAO", "TP"}) {
    expect(code, Role::SCOPE_ENTITY);
  }
  expect("SCIO", Role::SCOPE_SECRETARIAT);
  for (const char* code : {"CH", "CSIRT_H", "CSIRT_X", "ITD_DM", "CISO", "CSO", "CCIO", "AS_IT",
                           "ESB", "GCLC", "OLC", "FUSION", "AGO", "OCABR", "DPR", "AUDITOR"}) {
    expect(code, Role::SCOPE_GLOBAL);
  }
  return failures;
}

// What chat-ops must not show (M.G.L. c. 93H, section 1), one line for each pattern, and what looks
// like it and is something else.
std::vector<std::string> PersonalInformation(Trial& trial) {
  std::vector<std::string> failures;
  const std::pair<const char*, const char*> expected[] = {
      {"hers is 078-05-1120", "hers is ●●●"},
      {"SSN 078051120", "SSN ●●●"},
      {"paid with 4111 1111 1111 1111", "paid with ●●●"},
      {"licence S12345678", "licence ●●●"},
      {"account number 00123456789", "account number ●●●"},
      {"routing number 011000015", "routing number ●●●"},
      {"IBAN DE89 3704 0044 0532 0130 00", "IBAN ●●●"},
      // Not a card: its last digit does not fit.
      {"order 4111 1111 1111 1112", "order 4111 1111 1111 1112"},
      {"ticket 48113 at 2026-10-06 08:10", "ticket 48113 at 2026-10-06 08:10"}};
  for (const auto& [text, wanted] : expected) {
    const std::string actual = chat::MaskPersonal(trial.policy().proto(), text);
    if (actual != wanted) failures.push_back(absl::StrCat(wanted, ": ", actual));
  }
  return failures;
}

// The grounds of M.G.L. c. 4 § 7 cl. 26 that reviewers choose from, each with its sign and its
// place.
std::vector<std::string> Exemptions(Trial& trial) {
  std::vector<std::string> failures;
  for (const char* letter : {"a", "c", "f", "n", "o"}) {
    const std::string code(1, static_cast<char>(*letter - 'a' + 'A'));
    bool found = false;
    for (const auto& one : trial.policy().proto().exemptions()) {
      found = found || (one.code() == code && one.mark() == absl::StrCat("26(", letter, ")") &&
                        one.law() == absl::StrCat("M.G.L. c. 4 § 7 cl. 26(", letter, ")"));
    }
    if (!found) failures.push_back(absl::StrCat("there is no ", code));
  }
  return failures;
}

// The clauses under which disposal is forbidden after `acts`; "" when it is not.
std::string HeldAfter(Trial& trial, const std::vector<std::string>& acts) {
  World world = trial.NewWorld();
  for (const std::string& act : acts) {
    if (const absl::Status status = world.Act(act); !status.ok()) {
      return std::string(status.message());
    }
  }
  const auto directory = RoleDirectory(trial.policy());
  if (!directory.ok()) return std::string(directory.status().message());
  std::vector<std::string> holds;
  for (const v1::LegalHold& hold :
       core::HoldsOn({trial.policy(), **directory, world.now()}, world.state())) {
    holds.push_back(absl::StrJoin(hold.clauses(), " "));
  }
  return absl::StrJoin(holds, "; ");
}

// What evidence may not be done to (catalogue 3.4, 2.2).
std::vector<std::string> EvidenceIsKept(Trial& trial) {
  std::vector<std::string> failures;
  const auto expect = [&](const std::string& what, const std::string& actual,
                          const std::string& wanted) {
    if (actual != wanted) failures.push_back(absl::StrCat(what, ": ", actual));
  };
  const std::string crime = "POL-3.4 POL-3.12";
  expect("nothing suspected", HeldAfter(trial, {"CLERK open CAT-14"}), "");
  expect("a crime suspected",
         HeldAfter(trial, {"CLERK open CAT-14", "CSIRT_H fact criminal=SUSPECTED"}), crime);
  expect("a crime presumed", HeldAfter(trial, {"CLERK open CAT-01"}), crime);
  expect("a crime presumed and not known",
         HeldAfter(trial, {"CLERK open CAT-01", "CSIRT_H fact criminal=UNKNOWN"}), crime);
  expect("a crime possible, by its category", HeldAfter(trial, {"CLERK open CAT-06"}), "");
  expect("a crime presumed and ruled out",
         HeldAfter(trial, {"CLERK open CAT-01", "CSIRT_H fact criminal=RULED_OUT"}), "");
  expect("referred to law enforcement",
         HeldAfter(trial, {"CLERK open CAT-14",
                           "SCIO doc EXCEPTION_DECLARATION reason_code=THREAT_HEALTH explanation=x",
                           "SCIO doc LE_REFERRAL agency=x summary=x"}),
         "POL-3.4 POL-3.13");
  expect("law enforcement contacted",
         HeldAfter(trial, {"CLERK open CAT-14", "CLERK doc LE_CONTACT agency=x by=x summary=x"}),
         "POL-3.4 POL-3.13");
  const auto copies = [&](const std::string& category) {
    World world = trial.NewWorld();
    if (!world.Act(absl::StrCat("CLERK open ", category)).ok()) return std::string("not opened");
    const auto directory = RoleDirectory(trial.policy());
    if (!directory.ok()) return std::string(directory.status().message());
    return std::string(
        core::IsCopyForbidden({trial.policy(), **directory, world.now()}, world.state())
            ? "forbidden"
            : "allowed");
  };
  expect("copies in CAT-03", copies("CAT-03"), "forbidden");
  expect("copies in CAT-13", copies("CAT-13"), "allowed");
  const policy::v1::EvidenceRules& rules = trial.policy().proto().evidence();
  expect("what forbids copies", absl::StrJoin(rules.no_copy_clauses(), " "), "POL-1.8 POL-3.4");
  expect("retention", absl::StrCat(rules.retention().seconds()), "94608000");
  expect("what asks to keep it", absl::StrJoin(rules.retention_clauses(), " "), "POL-3.4");
  expect("methods of chapter 93I", absl::StrJoin(rules.destruction_methods(), " "),
         "REDACTED BURNED PULVERIZED SHREDDED DESTROYED ERASED");
  expect("what asks for a method", absl::StrJoin(rules.destruction_clauses(), " "), "LAW-93I-2");
  expect("who hears of a change", absl::StrJoin(rules.alarm_roles(), " "), "CSIRT_X");
  expect("what asks to tell them", absl::StrJoin(rules.alarm_clauses(), " "), "POL-3.4");
  return failures;
}

}  // namespace

void AddComputedChecks(Suite& suite) {
  static_assert(kWeights[0] + kWeights[1] + kWeights[2] + kWeights[3] + kWeights[4] + kWeights[5] +
                    kWeights[6] + kWeights[7] ==
                34);
  suite.checks.push_back({"roles of the policy", "0.2; POL-4.6", "computed_checks.cc", Roles});
  suite.checks.push_back(
      {"exemptions of the public records law", "2.3", "computed_checks.cc", Exemptions});
  suite.checks.push_back({"personal information is known by its looks", "LAW-93H-1e",
                          "computed_checks.cc", PersonalInformation});
  suite.checks.push_back(
      {"evidence is kept, and not copied", "3.4; 2.2", "computed_checks.cc", EvidenceIsKept});
  suite.checks.push_back({"score NCISS test vectors", "3.2", "computed_checks.cc", Vectors});
  suite.checks.push_back({"score NCISS bands", "4.4", "computed_checks.cc", Bands});
  suite.checks.push_back(
      {"score NCISS needs all answers", "4.4", "computed_checks.cc", Incomplete});
}

}  // namespace belfry::mutation
