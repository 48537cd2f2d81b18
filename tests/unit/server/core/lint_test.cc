// Faults that no single edit of the shipped pack's text makes: of a whole list, or of what two
// parts of a pack have to say together.
#include "server/core/policy/lint.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/policy/lint_truth.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"

namespace belfry::testing {
namespace {

using policy::v1::Policy;

struct Fault {
  const char* name;
  std::function<void(Policy&)> make;
  bool warning;
  std::string path;
  std::string says;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.name; }

// Nobody may do it any more.
void Forbid(Policy& policy, const std::string& act) {
  for (auto& permission : *policy.mutable_permissions()) {
    if (permission.act() != act) continue;
    permission.clear_roles();
    permission.clear_anyone();
    permission.clear_systems();
  }
}

policy::v1::Obligation& Duty(Policy& policy, const std::string& code) {
  for (auto& duty : *policy.mutable_obligations()) {
    if (duty.code() == code) return duty;
  }
  return *policy.add_obligations();
}

class LintFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(LintFaultTest, IsFound) {
  Policy policy = ShippedPolicy()->proto();
  GetParam().make(policy);
  bool found = false;
  std::string all;
  for (const core::Finding& finding : core::LintPolicy(policy)) {
    all += finding.path + ": " + finding.message + "\n";
    found |= finding.warning == GetParam().warning &&
             finding.path.find(GetParam().path) != std::string::npos &&
             finding.message.find(GetParam().says) != std::string::npos;
  }
  EXPECT_TRUE(found) << all;
}

INSTANTIATE_TEST_SUITE_P(
    Policy, LintFaultTest,
    ::testing::ValuesIn(std::vector<Fault>{
        {"NoSeverities", [](Policy& p) { p.clear_severities(); }, false, "severities",
         "1 to 9, the worst first"},
        {"NoTimeZone", [](Policy& p) { p.clear_time_zone(); }, false, "time_zone",
         "no IANA zone"},
        {"NoId", [](Policy& p) { p.clear_id(); }, false, "id", "is needed"},
        {"NoLevels", [](Policy& p) { p.mutable_escalation()->clear_levels(); }, false, "escalation",
         "at least one level"},
        {"NoTerms", [](Policy& p) { p.mutable_score()->clear_terms(); }, false, "score",
         "has no terms"},
        {"NoBands", [](Policy& p) { p.mutable_score()->clear_bands(); }, false, "score",
         "has no bands"},
        {"NoEnd",
         [](Policy& p) {
           for (auto& state : *p.mutable_states()) state.clear_terminal();
         },
         false, "states[", "nothing leads out of DISMISSED to a terminal state"},
        {"NothingProposesACase",
         [](Policy& p) {
           for (auto& schedule : *p.mutable_overdue_schedules()) {
             for (auto& step : *schedule.mutable_steps()) step.clear_proposes_case();
           }
         },
         false, ".about_case", "no overdue step proposes a case"},
        {"NothingRemoves",
         [](Policy& p) {
           for (auto& question : *p.mutable_questions()) question.clear_removes_on();
         },
         true, "network_removal", "no decision removes anything"},
        {"NoRemovalRaises",
         [](Policy& p) {
           for (auto& question : *p.mutable_questions()) question.clear_removes_on();
         },
         false, ".sources[0]", "no decision removes anything; set removes_on"},
        {"NothingSaidOfRemovals", [](Policy& p) { p.clear_network_removal(); }, true, ".removes_on",
         "the pack says nothing of removals"},
        {"RemovalRecordedByNobody", [](Policy& p) { Forbid(p, "EXECUTE_REMOVAL"); }, false,
         ".removal_confirmed", "nobody can satisfy WAN-REMOVE this way: no role may"},
        {"RemovalLiftedByNobody", [](Policy& p) { Forbid(p, "LIFT_REMOVAL"); }, false,
         ".removal_lifted", "nobody can satisfy WAN-SCAN this way: no role may"},
        {"ScanRecordedByNobody", [](Policy& p) { Forbid(p, "RECORD_SCAN"); }, false, ".removes_on",
         "nobody may RECORD_SCAN"},
        {"ScanVerifiedByNobody", [](Policy& p) { Forbid(p, "VERIFY_SCAN"); }, false, ".removes_on",
         "nobody may VERIFY_SCAN"},
        {"FactsRecordedByNobody",
         [](Policy& p) {
           Forbid(p, "RECORD_FACTS");
           auto& way = *Duty(p, "PIR").add_satisfied_by()->mutable_fact_is();
           way.set_name("cause");
           way.add_is("UNKNOWN");
         },
         false, ".fact_is.name", "no role may RECORD_FACTS"},
        {"NothingRestartsTheClocks",
         [](Policy& p) {
           for (auto& transition : *p.mutable_transitions()) transition.clear_restarts_clocks();
         },
         true, ".fresh_on_reopen", "no transition restarts the clocks"},
        {"MergedByNobody", [](Policy& p) { Forbid(p, "MERGE"); }, false, ".merges",
         "nobody may MERGE"},
        {"SomeAuthorsOfAnAnswer",
         [](Policy& p) {
           // One of the authors is enough; this one is not among those who may record.
           for (auto& fact : *p.mutable_facts()) {
             if (fact.name() == "iso_sign_off") *fact.mutable_author_roles(0) = "ESB";
           }
         },
         false, ".author_roles", "nobody can answer iso_sign_off"}}),
    [](const auto& test) { return test.param.name; });

// What a predicate's text alone says of it.
struct Judgement {
  const char* name;
  const char* predicate;
  bool can_hold;
  bool can_fail;
};

std::ostream& operator<<(std::ostream& out, const Judgement& judgement) {
  return out << judgement.predicate;
}

class TruthTest : public ::testing::TestWithParam<Judgement> {};

TEST_P(TruthTest, IsJudged) {
  // Read as the condition of a floor, in the shipped pack.
  const std::string text = std::string("floors { when { ") + GetParam().predicate + " } }";
  const auto parsed = core::ParsePolicy(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const core::Truth truth = core::TruthOf(ShippedPolicy()->proto(), parsed->floors(0).when());
  EXPECT_EQ(truth.can_hold, GetParam().can_hold);
  EXPECT_EQ(truth.can_fail, GetParam().can_fail);
}

INSTANTIATE_TEST_SUITE_P(
    Policy, TruthTest,
    ::testing::ValuesIn(std::vector<Judgement>{
        {"Answer", "fact { name: \"statewide\" is: \"YES\" }", true, true},
        {"EveryAnswer",
         "fact { name: \"statewide\" is: \"YES\" is: \"POSSIBLE\" is: \"NO\" is: \"UNKNOWN\" is: "
         "\"UNANSWERED\" }",
         true, false},
        {"TwoAnswers",
         "all { of { fact { name: \"statewide\" is: \"YES\" } } of { fact { name: \"statewide\" "
         "is: "
         "\"NO\" } } }",
         false, true},
        {"AnswersOfTwoFacts",
         "all { of { fact { name: \"statewide\" is: \"YES\" } } of { fact { name: \"third_party\" "
         "is: "
         "\"NO\" } } }",
         true, true},
        {"SeveralAnswersAtOnce",
         "all { of { fact { name: \"pi_elements\" is: \"SSN\" } } of { fact { name: "
         "\"pi_elements\" is: "
         "\"CARD\" } } }",
         true, true},
        {"Text",
         "all { of { not { fact { name: \"cause\" is: \"UNANSWERED\" } } } of { not { fact { name: "
         "\"cause\" is: \"UNKNOWN\" } } } }",
         true, true},
        {"NumbersBetween",
         "all { of { fact { name: \"residents_affected\" at_least: 5 } } of { not { fact { name: "
         "\"residents_affected\" at_least: 6 } } } }",
         true, true},
        {"NumbersApart",
         "all { of { fact { name: \"residents_affected\" at_least: 6 } } of { not { fact { name: "
         "\"residents_affected\" at_least: 5 } } } }",
         false, true},
        {"NumberIs",
         "all { of { fact { name: \"residents_affected\" is: \"7\" } } of { fact { name: "
         "\"residents_affected\" at_least: 7 } } }",
         true, true},
        {"MildestSeverity", "severity { at_least: \"SEV5\" }", true, false},
        {"SeverityBand",
         "all { of { severity { at_least: \"SEV3\" } } of { not { severity { at_least: \"SEV2\" } "
         "} } }",
         true, true},
        {"SeverityNowhere",
         "all { of { severity { at_least: \"SEV2\" } } of { not { severity { at_least: \"SEV3\" } "
         "} } }",
         false, true},
        {"TwoStates", "all { of { state { is: \"TRIAGE\" } } of { state { is: \"CLOSED\" } } }",
         false, true},
        {"EndedAndOngoing",
         "all { of { state { is: \"CLOSED\" } } of { state { ongoing: true } } }", false, true},
        {"StateAndClock",
         "all { of { state { is: \"TRIAGE\" } } of { state { clock_set: \"TD\" } } }", true, true},
        {"ClockSetAndNot",
         "all { of { state { clock_set: \"TD\" } } of { not { state { clock_set: \"TD\" } } } }",
         false, true},
        {"Counts",
         "all { of { count { what: WHAT_SECRETARIATS at_least: 2 } } of { not { count { what: "
         "WHAT_SECRETARIATS at_least: 3 } } } }",
         true, true},
        {"CountsApart",
         "all { of { count { what: WHAT_SECRETARIATS at_least: 3 } } of { not { count { what: "
         "WHAT_SECRETARIATS at_least: 2 } } } }",
         false, true},
        {"Presumption",
         "all { of { presumption { at_least: PRESUMPTION_PRESUMED } } of { not { presumption { "
         "at_least: PRESUMPTION_POSSIBLE } } } }",
         false, true},
        {"TwoCategories",
         "all { of { category { code: \"CAT-01\" } } of { category { code: \"CAT-02\" } } }", true,
         true},
        {"SubValueWithoutCategory",
         "all { of { category { code: \"CAT-09\" sub_value: \"THREAT\" } } of { not { category { "
         "code: "
         "\"CAT-09\" } } } }",
         false, true},
        {"OneDecision",
         "all { of { decision { question: \"EXEC\" is: \"YES\" } } of { decision { question: "
         "\"EXEC\" "
         "is: \"NO\" } } }",
         false, true},
        {"NoDecisionYet",
         "all { of { not { decision { question: \"EXEC\" is: \"YES\" } } } of { not { decision { "
         "question: \"EXEC\" is: \"NO\" } } } }",
         true, true},
        {"SameAndNot",
         "any { of { document { type: \"PIR\" } } of { not { document { type: \"PIR\" } } } }",
         true, false},
        {"TooManyToTry",
         "all { of { fact { name: \"verdict\" is: \"CONFIRMED\" } } of { fact { name: \"criminal\" "
         "is: "
         "\"UNKNOWN\" } } of { fact { name: \"statewide\" is: \"YES\" } } of { fact { name: "
         "\"third_party\" is: \"YES\" } } of { fact { name: \"public_safety\" is: \"YES\" } } of { "
         "fact "
         "{ name: \"attack_intrusion\" is: \"YES\" } } of { fact { name: \"lives_at_risk\" is: "
         "\"YES\" } "
         "} of { state { is: \"TRIAGE\" } } of { state { is: \"CLOSED\" } } }",
         true, true}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace belfry::testing
