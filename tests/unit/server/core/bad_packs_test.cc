// Broken packs: each is the shipped pack with one edit, and each must be refused when it is loaded,
// with the line of the fault and a remedy that names the item.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";
constexpr char kCounty[] = "deploy/policy/county-nist-800-61.textproto";

struct Breakage {
  const char* name;
  // Replaced where it stands first; empty: `to` is added at the end of the pack.
  std::string from;
  std::string to;
  // Stands once in the broken text, on the line of the fault.
  std::string at;
  std::string path;  // how the path of the finding ends
  std::string says;
};

std::ostream& operator<<(std::ostream& out, const Breakage& breakage) {
  return out << breakage.name;
}

std::string Break(const std::string& pack, const Breakage& breakage) {
  if (breakage.from.empty()) return absl::StrCat(pack, "\n", breakage.to);
  std::string broken = pack;
  const size_t found = broken.find(breakage.from);
  if (found != std::string::npos) broken.replace(found, breakage.from.size(), breakage.to);
  return broken;
}

// From 1; 0 when it is not there exactly once.
int LineOf(const std::string& text, const std::string& what) {
  const size_t found = text.find(what);
  if (found == std::string::npos || text.find(what, found + 1) != std::string::npos) return 0;
  return static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(found), '\n')) +
         1;
}

std::string Shown(const core::Finding& finding) {
  return absl::StrCat("line ", finding.line, ": ", finding.path, finding.path.empty() ? "" : ": ",
                      finding.message);
}

class BadPackTest : public ::testing::TestWithParam<Breakage> {};

TEST_P(BadPackTest, IsRefusedWithItsLineAndARemedy) {
  const Breakage& breakage = GetParam();
  const std::string pack = ReadSourceFile(kPack);
  ASSERT_THAT(pack, HasSubstr(breakage.from)) << "the shipped pack has changed; take another place";
  const std::string broken = Break(pack, breakage);
  const int line = LineOf(broken, breakage.at);
  ASSERT_GT(line, 0) << "stands not once in the broken pack: " << breakage.at;
  const auto policy = core::ReadPolicy(broken);
  ASSERT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument);
  bool found = false;
  for (const core::Finding& finding : core::CheckPolicyText(broken)) {
    if (finding.warning || finding.line != line ||
        finding.message.find(breakage.says) == std::string::npos ||
        finding.path.size() < breakage.path.size() ||
        finding.path.substr(finding.path.size() - breakage.path.size()) != breakage.path) {
      continue;
    }
    found = true;
    EXPECT_THAT(std::string(policy.status().message()), HasSubstr(Shown(finding)));
  }
  EXPECT_TRUE(found) << "wanted line " << line << ": …" << breakage.path << ": …" << breakage.says
                     << "\nfound\n"
                     << policy.status().message();
}

std::string NameOf(const ::testing::TestParamInfo<Breakage>& info) { return info.param.name; }

// ---- Text ----

INSTANTIATE_TEST_SUITE_P(
    Syntax, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"NoNumber", "\nrevision: ", "\nrevision: two # ", "revision: two", "", "integer"},
        Breakage{"UnknownField", "\nrevision: ", "\nrevison: ", "revison", "", "revison"},
        Breakage{"WrongEnum", "", "roles { code: \"NEW\"\n scope: SCOPE_TOWN }", "SCOPE_TOWN", "",
                 "SCOPE_TOWN"},
        Breakage{"FieldTwice", "", "title: \"another\"", "title: \"another\"", "",
                 "specified multiple times"},
        Breakage{"TwoKinds", "",
                 "floors { code: \"NEW\" at_least: \"SEV1\" reason: \"r\"\n when { ticket {}\n"
                 "  child {} } }",
                 "  child {}", "", "another member of oneof"},
        Breakage{"Unclosed", "", "roles { code: \"NEW\"\n  title: \"never closed\"", "never closed",
                 "", "Expected"},
        Breakage{"OutOfRange", "\nrevision: ", "\nrevision: 99999999999 # ", "99999999999", "",
                 "out of range"}}),
    NameOf);

// ---- Words ----

INSTANTIATE_TEST_SUITE_P(
    Vocabulary, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"Id", "id: \"itd-sec-4.3\"", "id: \"ITD SEC\"", "id: \"ITD SEC\"", "id",
                 "lower case with dashes"},
        Breakage{"Revision", "\nrevision: ", "\nrevision: 0 # ", "revision: 0", "revision",
                 "counts from 1"},
        Breakage{"Zone", "America/New_York", "America/Gotham", "America/Gotham", "time_zone",
                 "no IANA zone"},
        Breakage{"RevisedOn", "revised_on: \"2014-03-06\"", "revised_on: \"6 March 2014\"",
                 "6 March 2014", "text.revised_on", "no day of the calendar"},
        Breakage{"Sha256", "sha256: \"6597f9", "sha256: \"6597F9", "6597F9", "text.sha256",
                 "no SHA-256"},
        Breakage{"RoleTwice", "", "roles {\n  code: \"PC\" scope: SCOPE_ENTITY title: \"again\"\n}",
                 "title: \"again\"", ".code", "\"PC\" is there twice"},
        Breakage{"RoleWithoutCode", "", "roles { title: \"nameless\" scope: SCOPE_GLOBAL }",
                 "nameless", "]", "has no code"},
        Breakage{"RoleWithoutScope", "title: \"primary contact\" scope: SCOPE_ENTITY",
                 "title: \"primary contact\"", "title: \"primary contact\"", "roles[0]",
                 "PC needs a scope"},
        Breakage{"SubstituteOfNobody", "", "substitutes {\n  role: \"PCX\"\n  by: \"SC\" }",
                 "role: \"PCX\"", ".role", "no role \"PCX\""},
        Breakage{"SubstituteByNobody", "", "substitutes { role: \"AH\" }\n",
                 "substitutes { role: \"AH\" }", "]", "nobody stands in for AH"},
        Breakage{"SubstituteTwice", "", "substitutes {\n  role: \"SC\" by: \"SCIO\" }",
                 "role: \"SC\" by: \"SCIO\"", ".role", "SC is there twice"},
        Breakage{"SubstituteUnknown", "",
                 "substitutes {\n  role: \"AH\"\n  by: \"SC\"\n  by: \"SCX\" }", "by: \"SCX\"",
                 ".by[1]", "no role \"SCX\""},
        Breakage{"SubstituteTwiceInARow", "",
                 "substitutes {\n  role: \"AH\"\n  by: \"SC\"\n  by: \"SC\" # again\n}", "# again",
                 ".by[1]", "\"SC\" is there twice"},
        Breakage{"StandsForItself", "",
                 "substitutes {\n  role: \"AH\"\n  by: \"ISO\"\n  by: \"AH\" # selfsame\n}",
                 "# selfsame", ".by[1]", "AH stands in for itself"},
        Breakage{"CategoryTwice", "",
                 "categories { title: \"again\"\n  code: \"CAT-03\" # twice\n}", "# twice", ".code",
                 "\"CAT-03\" is there twice"},
        Breakage{"AliasTwice", "",
                 "categories { code: \"NEW\"\n  aliases: \"fresh\"\n  aliases: "
                 "\"ransomware\" # of "
                 "CAT-13\n}",
                 "# of CAT-13", ".aliases[1]", "\"ransomware\" already means CAT-13"},
        Breakage{"AliasAgain", "",
                 "categories { code: \"NEW\"\n  aliases: \"fresh\"\n  aliases: \"fresh\" # "
                 "again\n}",
                 "# again", ".aliases[1]", "\"fresh\" is there twice"},
        Breakage{"AliasOfACode", "", "categories { code: \"NEW\"\n  aliases: \"cat-01\" }",
                 "aliases: \"cat-01\"", ".aliases[0]", "already means CAT-01"},
        Breakage{"AliasUpperCase", "",
                 "facts { name: \"new\" question: \"?\"\n  aliases: \"New\" }", "aliases: \"New\"",
                 ".aliases[0]", "no word in lower case"},
        Breakage{"SubValueTwice", "",
                 "categories { code: \"NEW\"\n  sub_values { code: \"A\" }\n  sub_values { "
                 "code: "
                 "\"A\" } # again\n}",
                 "# again", ".sub_values[1].code", "\"A\" is there twice"},
        Breakage{"SubValueRequired", "",
                 "categories { code: \"NEW\"\n  sub_value_required: true # none\n}", "true # none",
                 ".sub_value_required", "NEW has no sub-value to choose"},
        Breakage{"FactTwice", "", "facts { question: \"?\"\n  name: \"verdict\" # again\n}",
                 "# again", ".name", "\"verdict\" is there twice"},
        Breakage{"FactWithoutQuestion", "", "facts { name: \"unasked\" }", "unasked", "]",
                 "has no question"},
        Breakage{"FactValueTwice", "",
                 "facts { name: \"new\" question: \"?\"\n  values: \"A\"\n  values: \"A\" "
                 "# again\n}",
                 "# again", ".values[1]", "\"A\" is there twice"},
        Breakage{"FactValueEmpty", "",
                 "facts { name: \"new\" question: \"?\"\n  values: \"A\"\n  values: \"\" # "
                 "empty\n}",
                 "# empty", ".values[1]", "is empty"},
        Breakage{"FactUnanswered", "",
                 "facts { name: \"new\" question: \"?\"\n  values: \"UNANSWERED\" # no "
                 "answer\n}",
                 "# no answer", ".values[0]", "use UNKNOWN"},
        Breakage{"NumberWithValues", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n  number: true # both\n}",
                 "# both", ".number", "new is a number or one of its values"},
        Breakage{"MultipleWithoutValues", "",
                 "facts { name: \"new\" question: \"?\"\n  multiple: true # none\n}", "# none",
                 ".multiple", "needs values"},
        Breakage{"ReasonValue", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n  reason_values: "
                 "\"A\"\n  "
                 "reason_values: \"B\" }",
                 "reason_values: \"B\"", ".reason_values[1]", "\"B\" is no answer to new"},
        Breakage{"AuthorUnknown", "",
                 "facts { name: \"new\" question: \"?\"\n  author_roles: \"ISOX\" }", "ISOX",
                 ".author_roles[0]", "no role \"ISOX\""},
        Breakage{"AuthorsMayNotRecord", "",
                 "facts { name: \"new\" question: \"?\"\n  author_roles: \"FUSION\" # may "
                 "not\n}",
                 "# may not", ".author_roles", "nobody can answer new"},
        Breakage{"ValueAuthorsOfNoValue", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n value_authors { roles: "
                 "\"ISO\"\n  value: \"B\" } }",
                 "value: \"B\"", ".value_authors[0].value", "\"B\" is no answer to new"},
        Breakage{"ValueAuthorsNobody", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n  value_authors { "
                 "value: \"A\" } "
                 "# nobody\n}",
                 "# nobody", ".value_authors[0]", "nobody may answer A"},
        Breakage{"ValueAuthorsUnknown", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n value_authors { "
                 "value: \"A\"\n  "
                 "roles: \"ISOX\" } }",
                 "ISOX", ".value_authors[0].roles[0]", "no role \"ISOX\""},
        Breakage{"ValueAuthorsMayNotRecord", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n value_authors { "
                 "value: \"A\"\n  "
                 "roles: \"FUSION\" # may not\n} }",
                 "# may not", ".value_authors[0].roles", "nobody can answer A"},
        Breakage{"ValueAuthorsTwice", "",
                 "facts { name: \"new\" question: \"?\" values: \"A\"\n  value_authors { value: "
                 "\"A\" "
                 "roles: \"ISO\" }\n  value_authors { value: \"A\" roles: \"PC\" } # again\n}",
                 "# again", ".value_authors[1].value", "A is there twice"},
        Breakage{"SeverityTwice", "", "severities { title: \"again\"\n  code: \"SEV3\" # twice\n}",
                 "# twice", ".code", "\"SEV3\" is there twice"},
        Breakage{"TooManySeverities", "severities { code: \"SEV1\"",
                 "severities { code: \"A\" } severities { code: \"B\" } severities { code: "
                 "\"C\" } "
                 "severities { code: \"D\" } severities { code: \"E\" }\nseverities { "
                 "code: \"SEV1\"",
                 "severities { code: \"A\" }", "severities", "1 to 9"},
        Breakage{"InitialSeverity", "initial_severity: \"SEV4\"", "initial_severity: \"HIGH\"",
                 "initial_severity: \"HIGH\"", "initial_severity", "no severity \"HIGH\""},
        Breakage{"HolidayNoDay", "", "holidays: \"2026-02-29\"", "2026-02-29", "]",
                 "no day of the calendar"},
        Breakage{"HolidayShort", "", "holidays: \"2026-1-1\"", "\"2026-1-1\"", "]",
                 "write it as 2026-01-31"},
        Breakage{"HolidayTwice", "", "holidays: \"2026-01-01\" # again", "# again", "]",
                 "2026-01-01 is there twice"}}),
    NameOf);

std::string Decision(const std::string& lines) {
  return absl::StrCat("questions { code: \"NEW\" question: \"?\" clauses: \"POL-1.1\"\n", lines,
                      "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Decisions, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"Twice", "",
                 "questions { question: \"?\" answers: \"A\" act: \"OPEN\"\n  code: "
                 "\"EXEC\" # twice\n}",
                 "# twice", ".code", "\"EXEC\" is there twice"},
        Breakage{"Alias", "",
                 Decision("answers: \"A\" act: \"OPEN\"\n  aliases: \"exec\" # taken\n"), "# taken",
                 ".aliases[0]", "already means EXEC"},
        Breakage{"NoText", "", "questions { code: \"WORDLESS\" answers: \"A\" act: \"OPEN\" }",
                 "WORDLESS", "]", "has no question"},
        Breakage{"NoAnswers", "", Decision("act: \"OPEN\""), "questions { code: \"NEW\"", "]",
                 "nobody can answer NEW"},
        Breakage{"AnswerTwice", "",
                 Decision("act: \"OPEN\" answers: \"A\"\n  answers: \"A\" # again\n"), "# again",
                 ".answers[1]", "\"A\" is there twice"},
        Breakage{"Act", "", Decision("answers: \"A\"\n  act: \"DECIDE_NEW\""), "DECIDE_NEW", ".act",
                 "no permission for the act \"DECIDE_NEW\""},
        Breakage{"GuardField", "",
                 Decision("answers: \"A\" act: \"OPEN\"\n guards { code: \"G\" message: "
                          "\"m\" remedy: "
                          "\"r\" clauses: \"c\" require { ticket {} }\n  when_field { is: "
                          "\"A\" name: "
                          "\"reason\" } }"),
                 "name: \"reason\" }", ".when_field.name", "write \"answer\""},
        Breakage{"GuardAnswer", "",
                 Decision("answers: \"A\" act: \"OPEN\"\n guards { code: \"G\" message: "
                          "\"m\" remedy: "
                          "\"r\" clauses: \"c\" require { ticket {} }\n  when_field { "
                          "name: \"answer\"\n"
                          "  is: \"B\" } }"),
                 "is: \"B\" }", ".when_field.is[0]", "\"B\" is no answer to NEW"},
        Breakage{"GuardNoAnswer", "",
                 Decision("answers: \"A\" act: \"OPEN\"\n guards { code: \"G\" message: "
                          "\"m\" remedy: "
                          "\"r\" clauses: \"c\" require { ticket {} }\n  when_field { "
                          "name: \"answer\" } "
                          "# which\n}"),
                 "# which", ".when_field", "which answers?"},
        Breakage{"RemovesOn", "", Decision("answers: \"A\" act: \"OPEN\"\n  removes_on: \"B\""),
                 "removes_on: \"B\"", ".removes_on", "\"B\" is no answer to NEW"},
        Breakage{"RemovalNobodyMay", "permissions { act: \"LIFT_REMOVAL\"",
                 "permissions { act: \"LIFT_REMOVALS\"",
                 "questions { code: \"REMOVAL_REINFECTION\"", ".removes_on",
                 "nobody may LIFT_REMOVAL"},
        Breakage{"CaseAnswer", "",
                 Decision("about_case: true act: \"OPEN\"\n  answers: \"CONFIRMED\"\n  answers: "
                          "\"MAYBE\""),
                 "answers: \"MAYBE\"", ".answers[1]", "\"MAYBE\" is no state of a case"},
        Breakage{"RemovalWarning", "  public_safety_warning: \"Public", "  clauses: \"Public",
                 "network_removal {", "network_removal", "has no public_safety_warning"}}),
    NameOf);

// ---- Severity ----

INSTANTIATE_TEST_SUITE_P(
    Severity, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"ScoreCode", "  code: \"NCISS\" lowest", "  lowest", "score {", "score",
                 "has no code"},
        Breakage{"TermUnknown", "terms { fact: \"nciss_actor\"", "terms { fact: \"nciss_author\"",
                 "nciss_author", ".terms[3].fact", "no question \"nciss_author\""},
        Breakage{"TermNoNumber", "terms { fact: \"nciss_actor\"", "terms { fact: \"statewide\"",
                 "terms { fact: \"statewide\"", ".terms[3].fact", "statewide is no number"},
        Breakage{"TermTwice", "terms { fact: \"nciss_actor\"", "terms { fact: \"nciss_activity\" ",
                 "terms { fact: \"nciss_activity\"  weight", ".terms[3].fact",
                 "nciss_activity is weighed twice"},
        Breakage{"Weight", "fact: \"nciss_actor\" weight: 4", "fact: \"nciss_actor\" weight: 0",
                 "weight: 0", ".terms[3]", "the weight of nciss_actor"},
        Breakage{"Range", "lowest: 325 highest: 3400", "lowest: 3400 highest: 3400", "lowest: 3400",
                 "score.lowest", "less than highest"},
        Breakage{"BandOrder", "bands { at_least: 65 ", "bands { at_least: 85 ", "at_least: 85",
                 ".bands[1].at_least", "from the highest score down"},
        Breakage{"BandRange", "bands { at_least: 80 ", "bands { at_least: 180 ", "at_least: 180",
                 ".bands[0].at_least", "between 0 and 100"},
        Breakage{"BandSeverity", "at_least: 65 severity: \"SEV2\"",
                 "at_least: 65 severity: \"BAD\"", "\"BAD\"", ".bands[1].severity",
                 "no severity \"BAD\""},
        Breakage{"BandMilder", "at_least: 65 severity: \"SEV2\"", "at_least: 65 severity: \"SEV1\"",
                 "at_least: 65", ".bands[1].severity", "a milder severity than SEV1"},
        Breakage{"FloorSeverity", "code: \"F3\" at_least: \"SEV3\"",
                 "code: \"F3\" at_least: \"SEV9\"", "\"SEV9\"", "floors[2].at_least",
                 "no severity \"SEV9\""},
        Breakage{"FloorStep", "one_worse_up_to: \"SEV2\"", "one_worse_up_to: \"SEV9\"", "\"SEV9\"",
                 ".one_worse_up_to", "no severity \"SEV9\""},
        Breakage{"FloorBoth", "",
                 "floors { # both\n code: \"NEW\" reason: \"r\" when { ticket {} }\n at_least: "
                 "\"SEV1\" one_worse_up_to: \"SEV1\" }",
                 "# both", "]", "needs at_least or one_worse_up_to"},
        Breakage{"FloorReason", "",
                 "floors { # mute\n code: \"NEW\" at_least: \"SEV1\" when { ticket {} } }",
                 "# mute", "]", "has no reason"},
        Breakage{"FloorWhen", "",
                 "floors { # always\n code: \"NEW\" at_least: \"SEV1\" reason: \"r\" }", "# always",
                 "]", "floor NEW has no `when`"},
        Breakage{"FloorNever", "",
                 "floors { code: \"NEW\" at_least: \"SEV1\" reason: \"r\"\n when { # "
                 "never\n all { of { "
                 "fact { name: \"statewide\" is: \"YES\" } }\n of { fact { name: "
                 "\"statewide\" is: "
                 "\"NO\" } } } } }",
                 "# never", ".when", "never holds, so floor NEW"},
        Breakage{"FloorTwice", "",
                 "floors { at_least: \"SEV1\" reason: \"r\" when { ticket {} }\n  code: "
                 "\"F4\" # "
                 "twice\n}",
                 "# twice", ".code", "\"F4\" is there twice"}}),
    NameOf);

// ---- Predicates, wherever they stand ----

std::string Floor(const std::string& predicate) {
  return absl::StrCat(
      "floors { code: \"NEW\" at_least: \"SEV1\" reason: \"r\" clauses: \"c\"\nwhen {\n", predicate,
      "\n} }\n");
}

INSTANTIATE_TEST_SUITE_P(
    Predicate, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"Nested", "",
                 Floor("all {\n of { ticket {} }\n of { any {\n  of { child {} }\n  of { "
                       "not {\n fact "
                       "{\n name: \"weather\"\n is: \"YES\" } } } } } }"),
                 "name: \"weather\"", ".when.all.of[1].any.of[1].not.fact.name",
                 "no question \"weather\""},
        Breakage{"AllOfNothing", "", Floor("all { # none\n}"), "# none", ".when.all",
                 "`all` of nothing"},
        Breakage{"AnyOfNothing", "", Floor("any { # none\n}"), "# none", ".when.any",
                 "`any` of nothing"},
        Breakage{"Empty", "", Floor("not { # empty\n}"), "# empty", ".when.not", "set one kind"},
        Breakage{"Answer", "", Floor("fact { name: \"statewide\"\n is: \"YES\"\n is: \"MAYBE\" }"),
                 "MAYBE", ".fact.is[1]", "\"MAYBE\" is no answer to statewide"},
        Breakage{"AnswerNumber", "", Floor("fact { name: \"residents_affected\"\n is: \"many\" }"),
                 "\"many\"", ".fact.is[0]", "a whole number"},
        Breakage{"FactWithoutTest", "", Floor("fact { # no test\n name: \"statewide\" }"),
                 "# no test", ".fact", "a test of statewide needs `is` or `at_least`"},
        Breakage{"AtLeastOfAWord", "", Floor("fact { name: \"statewide\"\n at_least: 3 # word\n}"),
                 "# word", ".fact.at_least", "statewide is no number"},
        Breakage{"Category", "", Floor("category {\n code: \"CAT-77\" }"), "CAT-77",
                 ".category.code[0]", "no category \"CAT-77\""},
        Breakage{"CategoryNone", "", Floor("category { # none\n}"), "# none", ".category",
                 "needs a code"},
        Breakage{"SubValue", "",
                 Floor("category { code: \"CAT-09\"\n sub_value: \"THREAT\"\n sub_value: "
                       "\"FIRMWARE\" # "
                       "CAT-12\n}"),
                 "# CAT-12", ".category.sub_value[1]", "\"FIRMWARE\" is no sub-value of CAT-09"},
        Breakage{"Presumption", "", Floor("presumption { # none\n}"), "# none", ".presumption",
                 "how likely?"},
        Breakage{"Severity", "", Floor("severity {\n at_least: \"HIGH\" }"), "at_least: \"HIGH\"",
                 ".severity.at_least", "no severity \"HIGH\""},
        Breakage{"StateNone", "", Floor("state { # none\n}"), "# none", ".state",
                 "needs `is`, `clock_set` or `ongoing"},
        Breakage{"State", "", Floor("state {\n is: \"OPENED\" }"), "\"OPENED\"", ".state.is[0]",
                 "no state \"OPENED\""},
        Breakage{"Clock", "", Floor("state {\n clock_set: \"TZ\" }"), "\"TZ\"", ".state.clock_set",
                 "no clock \"TZ\""},
        Breakage{"Entity", "", Floor("entity { # none\n}"), "# none", ".entity",
                 "needs a property"},
        Breakage{"CountWhat", "", Floor("count { # none\n at_least: 1 }"), "# none", ".count",
                 "needs `what`"},
        Breakage{"CountZero", "", Floor("count { # zero\n what: WHAT_CATEGORIES }"), "# zero",
                 ".count", "counts from 1"},
        Breakage{"OpenDuty", "", Floor("open_obligations {\n code: \"SLEEP\" }"), "SLEEP",
                 ".open_obligations.code[0]", "no duty \"SLEEP\""},
        Breakage{"OpenDutyNegative", "", Floor("open_obligations {\n at_most: -1 }"), "at_most: -1",
                 ".open_obligations.at_most", "must not be negative"},
        Breakage{"ElapsedClock", "", Floor("elapsed { at_least { seconds: 5 }\n clock: \"TZ\" }"),
                 "\"TZ\"", ".elapsed.clock", "no clock \"TZ\""},
        Breakage{"ElapsedNothing", "", Floor("elapsed { # how long\n clock: \"TR\" }"),
                 "# how long", ".elapsed", "needs `at_least` or `span`"},
        Breakage{"ElapsedZero", "",
                 Floor("elapsed { clock: \"TR\"\n at_least { seconds: 0 } # zero\n}"), "# zero",
                 ".elapsed.at_least", "longer than zero"},
        Breakage{"ElapsedSpan", "",
                 Floor("elapsed { clock: \"TR\"\n span { by_severity { span { seconds: 5 "
                       "}\n severity: "
                       "\"HIGH\" } } }"),
                 "severity: \"HIGH\" }", ".elapsed.span.by_severity[0].severity",
                 "no severity \"HIGH\""},
        Breakage{"ElapsedNoLength", "", Floor("elapsed { clock: \"TR\"\n span { } # none\n}"),
                 "# none", ".elapsed.span", "gives no length"},
        Breakage{"ElapsedDays", "",
                 Floor("elapsed { clock: \"TR\"\n span {\n business_days: 3 # days\n} }"), "# days",
                 ".elapsed.span.business_days", "is not known here"},
        Breakage{"Document", "", Floor("document {\n type: \"TELEGRAM\" }"), "\"TELEGRAM\"",
                 ".document.type", "no document \"TELEGRAM\""},
        Breakage{"Field", "",
                 Floor("document { type: \"ADVISORY\"\n fields { is: \"SENT\"\n name: "
                       "\"result\" # "
                       "none\n} }"),
                 "# none", ".document.fields[0].name", "ADVISORY has no field \"result\""},
        Breakage{"FieldOfText", "",
                 Floor("document { type: \"ADVISORY\"\n fields { is: \"SENT\"\n name: "
                       "\"threat\" # "
                       "text\n} }"),
                 "# text", ".document.fields[0].name", "give ADVISORY.threat values"},
        Breakage{"FieldValue", "",
                 Floor("document { type: \"ADVISORY\"\n fields { name: \"outcome\"\n is: "
                       "\"LOST\" # "
                       "value\n} }"),
                 "# value", ".document.fields[0].is[0]",
                 "\"LOST\" is no value of ADVISORY.outcome"},
        Breakage{"FieldNoValue", "",
                 Floor("document { type: \"ADVISORY\"\n fields { name: \"outcome\" } # which\n}"),
                 "# which", ".document.fields[0]", "which values?"},
        Breakage{"Question", "", Floor("decision { is: \"YES\"\n question: \"LUNCH\" }"), "LUNCH",
                 ".decision.question", "no decision \"LUNCH\""},
        Breakage{"DecisionAnswer", "", Floor("decision { question: \"EXEC\"\n is: \"LATER\" }"),
                 "LATER", ".decision.is[0]", "\"LATER\" is no answer to EXEC"},
        Breakage{"DecisionNoAnswer", "", Floor("decision { # which\n question: \"EXEC\" }"),
                 "# which", ".decision", "which answers to EXEC?"},
        Breakage{"Satisfied", "", Floor("satisfied {\n code: \"SLEEP\" }"), "SLEEP",
                 ".satisfied.code[0]", "no duty \"SLEEP\""},
        Breakage{"SatisfiedNone", "", Floor("satisfied { # none\n}"), "# none", ".satisfied",
                 "which duty?"},
        Breakage{"DeviceStatus", "", Floor("device { at_least: 1\n status: \"SMASHED\" }"),
                 "SMASHED", ".device.status[0]", "\"SMASHED\" is no status of a device"},
        Breakage{"DeviceNumber", "", Floor("device { # how many\n status: \"INFECTED\" }"),
                 "# how many", ".device", "needs `at_least`, from 1, or `at_most`"},
        Breakage{"DeviceBoth", "", Floor("device { # both\n at_least: 1 at_most: 2 }"), "# both",
                 ".device", "one of them"},
        Breakage{"DeviceNegative", "", Floor("device {\n at_most: -1 }"), "at_most: -1",
                 ".device.at_most", "must not be negative"},
        Breakage{"LateNone", "", Floor("late { # none\n}"), "# none", ".late", "which duties?"},
        Breakage{"LateKind", "", Floor("late {\n kind: KIND_UNSPECIFIED }"),
                 "kind: KIND_UNSPECIFIED", ".late.kind[0]", "no duty is of kind KIND_UNSPECIFIED"},
        Breakage{"Told", "", Floor("told {\n roles: \"PRESS\" }"), "PRESS", ".told.roles[0]",
                 "no role \"PRESS\""},
        Breakage{"ToldNobody", "", Floor("told { # who\n}"), "# who", ".told", "needs roles"}}),
    NameOf);

// ---- Life cycle ----

std::string Step(const std::string& lines) {
  return absl::StrCat(
      "transitions { id: \"NEW\" done: \"Done\" act: \"WORK\" clauses: \"POL-1.1\"\n", lines,
      "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    LifeCycle, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"StateTwice", "", "states { title: \"again\"\n  code: \"TRIAGE\" # twice\n}",
                 "# twice", ".code", "\"TRIAGE\" is there twice"},
        Breakage{"InitialState", "initial_state: \"REPORTED\"", "initial_state: \"NEWS\"",
                 "\"NEWS\"", "initial_state", "no state \"NEWS\""},
        Breakage{"Unreachable", "", "states { code: \"LIMBO\" terminal: true }", "LIMBO", "]",
                 "no transition leads to LIMBO"},
        Breakage{"NoWayOut", "",
                 absl::StrCat("states { code: \"LIMBO\" title: \"stuck\" }\n",
                              Step("verb: \"lose\" from: \"TRIAGE\" to: \"LIMBO\"")),
                 "title: \"stuck\"", "]", "nothing leads out of LIMBO"},
        Breakage{
            "NoEnd", "",
            absl::StrCat("states { code: \"LIMBO\" title: \"round\" }\nstates { code: \"MAZE\" }\n",
                         "transitions { id: \"A\" verb: \"lose\" from: \"TRIAGE\" to: \"LIMBO\" "
                         "done: \"d\" act: \"WORK\" }\n",
                         "transitions { id: \"B\" verb: \"turn\" from: \"LIMBO\" to: \"MAZE\" "
                         "done: \"d\" act: \"WORK\" }\n",
                         "transitions { id: \"C\" verb: \"turn\" from: \"MAZE\" to: \"LIMBO\" "
                         "done: \"d\" act: \"WORK\" }\n"),
            "title: \"round\"", "]", "to a terminal state"},
        Breakage{"OngoingAndTerminal", "states { code: \"MERGED\" title: \"Merged\" terminal: true",
                 "states { code: \"MERGED\" title: \"Merged\" ongoing: true\n terminal: "
                 "true # both\n",
                 "# both", ".terminal", "MERGED is ongoing or terminal"},
        Breakage{"ClockT0", "sets_clock: \"TERA\"", "sets_clock: \"T0\"", "sets_clock: \"T0\"",
                 ".sets_clock", "T0 is an entity's first awareness"},
        Breakage{"TransitionTwice", "",
                 "transitions { verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\" done: \"d\" act: "
                 "\"WORK\"\n  id: \"L2\" # twice\n}",
                 "# twice", ".id", "\"L2\" is there twice"},
        Breakage{"VerbTwice", "",
                 Step("verb: \"declare\" to: \"CONTAINED\"\n  from: \"TRIAGE\" # again\n"),
                 "# again", ".from[0]", "\"declare\" leads out of TRIAGE twice"},
        Breakage{"Verb", "", Step("from: \"TRIAGE\" to: \"DECLARED\"\n  verb: \"Go On\""), "Go On",
                 ".verb", "one word in lower case"},
        Breakage{"Done", "",
                 "transitions { id: \"MUTE\" verb: \"go\" from: \"TRIAGE\" to: "
                 "\"DECLARED\" act: "
                 "\"WORK\" }",
                 "id: \"MUTE\"", "]", "has no done"},
        Breakage{"FromNothing", "", Step("verb: \"go\" to: \"DECLARED\""), "id: \"NEW\"", "]",
                 "at least one state in `from`"},
        Breakage{"FromUnknown", "", Step("verb: \"go\" to: \"DECLARED\"\n  from: \"BED\""),
                 "\"BED\"", ".from[0]", "no state \"BED\""},
        Breakage{"ToUnknown", "", Step("verb: \"go\" from: \"TRIAGE\"\n  to: \"BED\""), "\"BED\"",
                 ".to", "no state \"BED\""},
        Breakage{"ToItself", "",
                 Step("verb: \"go\" to: \"TRIAGE\"\n  from: \"TRIAGE\" # selfsame\n"), "# selfsame",
                 ".from[0]", "TRIAGE leads to itself"},
        Breakage{"OutOfTerminal", "",
                 Step("verb: \"wake\" to: \"DECLARED\"\n  from: \"DISMISSED\" # ended\n"),
                 "# ended", ".from[0]", "DISMISSED is terminal"},
        Breakage{"ThroughUnknown", "",
                 Step("verb: \"jump\" from: \"DECLARED\" to: \"ERADICATED\"\n  through: \"BED\""),
                 "\"BED\"", ".through[0]", "no state \"BED\""},
        Breakage{"ThroughNoWay", "",
                 Step("verb: \"jump\" from: \"DECLARED\" to: \"RESOLVED\"\n  through: "
                      "\"CONTAINED\"\n  "
                      "through: \"RECOVERING\" # skips\n"),
                 "# skips", ".through[1]", "no transition leads from CONTAINED to RECOVERING"},
        Breakage{"ThroughNoEnd", "",
                 Step("verb: \"jump\" from: \"DECLARED\" to: \"RESOLVED\"\n  through: "
                      "\"CONTAINED\" # "
                      "stops\n"),
                 "# stops", ".through", "no transition leads from CONTAINED to RESOLVED"},
        Breakage{"Act", "",
                 "transitions { id: \"NEW\" verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\" "
                 "done: \"d\"\n  act: \"GO_ON\" }",
                 "GO_ON", ".act", "no permission for the act \"GO_ON\""},
        Breakage{"GuardMessage", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { # mute\n "
                      "code: \"G\" "
                      "require { ticket {} } remedy: \"r\" }"),
                 "# mute", ".guards[0]", "has no message"},
        Breakage{"GuardRemedy", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { # lost\n "
                      "code: \"G\" "
                      "require { ticket {} } message: \"m\" }"),
                 "# lost", ".guards[0]", "has no remedy"},
        Breakage{"GuardPlaceholder", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { code: "
                      "\"G\" require { "
                      "ticket {} } message: \"m\"\n  remedy: \"go to {entity}\" }"),
                 "go to {entity}", ".guards[0].remedy", "only {incident} is replaced"},
        Breakage{"GuardRequire", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { # "
                      "hollow\n code: \"G\" "
                      "remedy: \"r\" message: \"m\" }"),
                 "# hollow", ".guards[0]", "guard G has no `require`"},
        Breakage{"GuardNever", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { code: "
                      "\"G\" remedy: "
                      "\"r\" message: \"m\"\n require { # never\n all { of { state { is: "
                      "\"TRIAGE\" } } "
                      "of { state { is: \"CLOSED\" } } } } }"),
                 "# never", ".guards[0].require", "guard G refuses always"},
        Breakage{"GuardTwice", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { code: "
                      "\"G\" require { "
                      "ticket {} } message: \"m\" remedy: \"r\" }\n guards { require { "
                      "ticket {} } "
                      "message: \"m\" remedy: \"r\"\n  code: \"G\" # twice\n}"),
                 "# twice", ".guards[1].code", "\"G\" is there twice"},
        Breakage{"GuardField", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n guards { code: "
                      "\"G\" require { "
                      "ticket {} } message: \"m\" remedy: \"r\"\n  when_field { name: "
                      "\"answer\" is: "
                      "\"YES\" } # no field\n}"),
                 "# no field", ".guards[0].when_field", "a transition has no fields"},
        Breakage{"SecondPersonNever", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n second_person_when "
                      "{ # never\n "
                      "all { of { severity { at_least: \"SEV1\" } }\n of { not { severity "
                      "{ at_least: "
                      "\"SEV2\" } } } } }"),
                 "# never", ".second_person_when", "nobody has to agree"},
        Breakage{"Grace", "",
                 Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\n recurrence_grace { "
                      "seconds: -1 "
                      "} # before\n"),
                 "# before", ".recurrence_grace", "must not be negative"},
        Breakage{"MergesNobody", "permissions { act: \"MERGE\"", "permissions { act: \"MERGER\"",
                 "id: \"L5\" verb", ".merges", "nobody may MERGE"},
        Breakage{"MergesOn", "",
                 Step("verb: \"go\" merges: true from: \"TRIAGE\"\n  to: \"DECLARED\" # "
                      "onwards\n"),
                 "# onwards", ".to", "mark DECLARED terminal"},
        Breakage{"PermissionTwice", "", "permissions { anyone: true\n  act: \"WORK\" # twice\n}",
                 "# twice", ".act", "\"WORK\" is there twice"},
        Breakage{"PermissionUnknown", "", "permissions { act: \"NEW\"\n  roles: \"PRESS\" }",
                 "PRESS", ".roles[0]", "no role \"PRESS\""},
        Breakage{"PermissionRoleTwice", "",
                 "permissions { act: \"NEW\"\n  roles: \"PC\"\n  roles: \"PC\" # again\n}",
                 "# again", ".roles[1]", "\"PC\" is there twice"},
        Breakage{"PermissionNobody", "", "permissions { act: \"NEW\" }", "act: \"NEW\" }", "]",
                 "lets nobody do NEW"},
        Breakage{"PermissionMissing", "permissions { act: \"NOTE\"", "permissions { act: \"NOTES\"",
                 "permissions {\n  act: \"READ\" anyone", "permissions",
                 "nothing says who may do NOTE;"}}),
    NameOf);

// ---- Documents ----

std::string Document(const std::string& lines) {
  return absl::StrCat(
      "documents { code: \"NEW\" title: \"New\" act: \"WORK\" clauses: \"POL-1.1\"\n", lines,
      "}\n");
}
const char kField[] = "fields { name: \"plain\" label: \"l\" }\n";

INSTANTIATE_TEST_SUITE_P(
    Documents, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"Twice", "",
                 absl::StrCat("documents { title: \"t\" act: \"WORK\" ", kField,
                              "  code: \"PIR\" # twice\n}"),
                 "# twice", ".code", "\"PIR\" is there twice"},
        Breakage{"Alias", "", Document(absl::StrCat(kField, "  aliases: \"police\" # taken\n")),
                 "# taken", ".aliases[0]", "already means LE_REFERRAL"},
        Breakage{"Title", "",
                 absl::StrCat("documents { code: \"MUTE\" act: \"WORK\" ", kField, "}"), "MUTE",
                 "]", "has no title"},
        Breakage{
            "Act", "",
            absl::StrCat("documents { code: \"NEW\" title: \"t\" ", kField, "  act: \"SING\" }"),
            "\"SING\"", ".act", "no permission for the act \"SING\""},
        Breakage{"Recipient", "", Document(absl::StrCat(kField, "  recipient_roles: \"PRESS\"")),
                 "PRESS", ".recipient_roles[0]", "no role \"PRESS\""},
        Breakage{"RecipientTwice", "",
                 Document(absl::StrCat(kField,
                                       "recipient_roles: \"PC\"\n  recipient_roles: \"PC\" # "
                                       "again\n")),
                 "# again", ".recipient_roles[1]", "\"PC\" is there twice"},
        Breakage{"NoFields", "", Document(""), "documents { code: \"NEW\"", "]",
                 "NEW has no fields"},
        Breakage{
            "FieldTwice", "",
            Document(absl::StrCat(kField, "fields { label: \"l\"\n  name: \"plain\" # twice\n}")),
            "# twice", ".fields[1].name", "\"plain\" is there twice"},
        Breakage{"FieldNoName", "", Document("fields { label: \"nameless\" }"), "nameless",
                 ".fields[0]", "has no name"},
        Breakage{"FieldNoLabel", "", Document("fields { name: \"bare\" }"), "\"bare\"",
                 ".fields[0]", "has no label"},
        Breakage{"FieldMax", "",
                 Document("fields { name: \"f\" label: \"l\"\n  characters_max: -1 }"),
                 "characters_max: -1", ".fields[0].characters_max", "must not be negative"},
        Breakage{"FieldValueTwice", "",
                 Document("fields { name: \"f\" label: \"l\" values: \"A\"\n  values: "
                          "\"A\" # again\n}"),
                 "# again", ".fields[0].values[1]", "\"A\" is there twice"},
        Breakage{
            "FieldValueLong", "",
            Document("fields { name: \"f\" label: \"l\" characters_max: 2\n  values: \"LONG\" # "
                     "cut\n}"),
            "# cut", ".fields[0].values[0]", "longer than characters_max of f"},
        Breakage{"FieldMultiple", "",
                 Document("fields { name: \"f\" label: \"l\"\n  multiple: true # of what\n}"),
                 "# of what", ".fields[0].multiple", "needs values"},
        Breakage{"Pattern", "",
                 Document("fields { name: \"f\" label: \"l\" refuse_reason: \"r\" refuse_patterns: "
                          "\"a\"\n  refuse_patterns: \"(open\" }"),
                 "(open", ".fields[0].refuse_patterns[1]", "is no RE2 pattern"},
        Breakage{"PatternOfAll", "",
                 Document("fields { name: \"f\" label: \"l\" refuse_reason: \"r\"\n  "
                          "refuse_patterns: "
                          "\"x*\" }"),
                 "\"x*\"", ".fields[0].refuse_patterns[0]", "nothing is accepted"},
        Breakage{"PatternReason", "",
                 Document("fields { # why\n name: \"f\" label: \"l\" refuse_patterns: \"a\" }"),
                 "# why", ".fields[0]", "f needs refuse_reason"},
        Breakage{
            "RequiredTwice", "",
            Document("fields { name: \"g\" label: \"l\" values: \"A\" }\nfields { name: \"f\" "
                     "label: \"l\" required_when { name: \"g\" is: \"A\" }\n  required: true # "
                     "both\n}"),
            "# both", ".fields[1].required", "f is needed always or required_when"},
        Breakage{"RequiredByItself", "",
                 Document("fields { name: \"f\" label: \"l\" values: \"A\"\n required_when { is: "
                          "\"A\"\n  name: \"f\" # selfsame\n} }"),
                 "# selfsame", ".required_when.name", "f asks about itself"},
        Breakage{"RequiredByNothing", "",
                 Document("fields { name: \"f\" label: \"l\"\n required_when { is: \"A\"\n  name: "
                          "\"ghost\" } }"),
                 "ghost", ".required_when.name", "NEW has no field \"ghost\""},
        Breakage{"RequiredByNoValue", "",
                 Document("fields { name: \"g\" label: \"l\" values: \"A\" }\nfields { name: \"f\" "
                          "label: \"l\" required_when { name: \"g\"\n  is: \"B\" # value\n} }"),
                 "# value", ".required_when.is[0]", "\"B\" is no value of NEW.g"},
        Breakage{
            "GuardField", "",
            Document(absl::StrCat(kField,
                                  "guards { code: \"G\" require { ticket {} } message: \"m\" "
                                  "remedy: \"r\" when_field { is: \"A\"\n  name: \"ghost\" } }")),
            "ghost", ".guards[0].when_field.name", "NEW has no field \"ghost\""},
        Breakage{"Order", "",
                 Document(absl::StrCat(kField, "order { satisfied {\n  code: \"SLEEP\" } }")),
                 "SLEEP", ".order.satisfied.code[0]", "no duty \"SLEEP\""},
        Breakage{"OrderNever", "",
                 Document(absl::StrCat(
                     kField,
                     "order { # never\n all { of { decision { question: \"EXEC\" is: "
                     "\"YES\" } } of { decision { question: \"EXEC\" is: \"NO\" } } } }")),
                 "# never", ".order", "every NEW is marked as out of order"}}),
    NameOf);

// ---- Duties ----

constexpr char kWho[] =
    "title: \"New\" clauses: \"POL-1.1\" owner_roles: \"PC\" accountable_roles: \"ISO\" "
    "remedy: "
    "\"do\" ";
constexpr char kReport[] = "satisfied_by { report {} } ";
constexpr char kWhen[] = "kind: KIND_SOFT scope: SCOPE_INCIDENT clock: CLOCK_REPORTED ";
constexpr char kRaised[] = "kind: KIND_SOFT scope: SCOPE_INCIDENT clock: CLOCK_SINCE ";
constexpr char kStanding[] = "kind: KIND_STANDING scope: SCOPE_ENTITY ";

template <typename... Parts>
std::string Duty(const Parts&... parts) {
  return absl::StrCat("obligations { code: \"NEW\" ", kWho, "\n", parts..., "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Duties, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{
            "Twice", "",
            absl::StrCat("obligations { ", kWho, kWhen, kReport, "\n  code: \"PIR\" # twice\n}"),
            "# twice", ".code", "\"PIR\" is there twice"},
        Breakage{
            "Title", "",
            absl::StrCat("obligations { code: \"MUTE\" owner_roles: \"PC\" ", kWhen, kReport, "}"),
            "MUTE", "]", "has no title"},
        Breakage{"Kind", "", Duty("scope: SCOPE_INCIDENT clock: CLOCK_REPORTED ", kReport),
                 "obligations { code: \"NEW\"", "]", "NEW needs a kind"},
        Breakage{"Scope", "", Duty("kind: KIND_SOFT clock: CLOCK_REPORTED ", kReport),
                 "obligations { code: \"NEW\"", "]", "NEW needs a scope"},
        Breakage{"ScopeGlobal", "",
                 Duty("kind: KIND_SOFT clock: CLOCK_REPORTED ", kReport,
                      "\n  scope: SCOPE_GLOBAL # all\n"),
                 "# all", ".scope", "give NEW SCOPE_INCIDENT"},
        Breakage{"Clock", "", Duty("kind: KIND_SOFT scope: SCOPE_INCIDENT ", kReport),
                 "obligations { code: \"NEW\"", "]", "NEW needs a clock"},
        Breakage{"ClockDeclared", "sets_clock: \"TD\"", "sets_clock: \"TDX\"",
                 "clock: CLOCK_DECLARED due { any { seconds: 1800 } }", ".clock",
                 "DECISION-AUTH needs a state with sets_clock: \"TD\""},
        Breakage{"ClockResolved", "sets_clock: \"TS\"", "sets_clock: \"TSX\"",
                 "clock: CLOCK_RESOLVED due { any { seconds: 2592000 } }", ".clock",
                 "REIMBURSE needs a state with sets_clock: \"TS\""},
        Breakage{"ClockFact", "",
                 Duty("kind: KIND_SOFT scope: SCOPE_INCIDENT when { ticket {} } ", kReport,
                      "\n  clock: CLOCK_FACT # which\n"),
                 "# which", ".clock", "the clock of NEW needs a fact in `when`"},
        Breakage{"ClockDecision", "",
                 Duty("kind: KIND_SOFT scope: SCOPE_INCIDENT when { ticket {} } ", kReport,
                      "\n  clock: CLOCK_DECISION # which\n"),
                 "# which", ".clock", "the clock of NEW needs a decision in `when`"},
        Breakage{"ClockSince", "",
                 Duty("kind: KIND_SOFT scope: SCOPE_INCIDENT ", kReport,
                      "\n  clock: CLOCK_SINCE # since what\n"),
                 "# since what", ".clock", "CLOCK_SINCE of NEW needs `since` or sources"},
        Breakage{"ClockOfSources", "",
                 Duty("kind: KIND_SOFT scope: SCOPE_INCIDENT sources { key: \"A\" removal {} } ",
                      kReport, "\n  clock: CLOCK_REPORTED # other\n"),
                 "# other", ".clock", "write CLOCK_SINCE"},
        Breakage{"SinceUnused", "", Duty(kWhen, kReport, "\n  since { ticket {} } # unused\n"),
                 "# unused", ".since", "counts only with CLOCK_SINCE"},
        Breakage{"SinceAndSources", "",
                 Duty(kRaised, "sources { key: \"A\" removal {} } ", kReport,
                      "\n  since { ticket {} } # unused\n"),
                 "# unused", ".since", "take since out"},
        Breakage{"SinceNever", "",
                 Duty(kRaised, kReport,
                      "\n  since { # never\n all { of { fact { name: \"statewide\" is: "
                      "\"YES\" } } of { "
                      "fact { name: \"statewide\" is: \"NO\" } } } }"),
                 "# never", ".since", "the clock of NEW never starts"},
        Breakage{"WhenNever", "",
                 Duty(kWhen, kReport,
                      "\n  when { # never\n all { of { fact { name: \"residents_affected\" "
                      "at_least: 10 } "
                      "}\n of { not { fact { name: \"residents_affected\" at_least: 5 } } } } }"),
                 "# never", ".when", "NEW is never owed"},
        Breakage{"WhenNested", "",
                 Duty(kWhen, kReport,
                      "\n when { any {\n of { ticket {} }\n of { state {\n  is: \"BED\" } } "
                      "} }"),
                 "\"BED\"", ".when.any.of[1].state.is[0]", "no state \"BED\""},
        Breakage{"VoidAlways", "",
                 Duty(kWhen, kReport,
                      "when { state { is: \"DECLARED\" } }\n  void_when { # always\n any { "
                      "of { state { "
                      "ongoing: true } } } }"),
                 "# always", ".void_when", "holds whenever the duty would exist"},
        Breakage{"VoidNever", "",
                 Duty(kWhen, kReport,
                      "\n  void_when { # never\n all { of { state { is: \"CLOSED\" } }\n "
                      "of { state { "
                      "ongoing: true } } } }"),
                 "# never", ".void_when", "it ends nothing of NEW"},
        Breakage{"VoidNested", "",
                 Duty(kWhen, kReport, "\n void_when { state {\n  is: \"BED\" } }"), "\"BED\"",
                 ".void_when.state.is[0]", "no state \"BED\""},
        Breakage{"VoidUntrue", "", Duty(kWhen, kReport, "\n  void_when_untrue: true # of what\n"),
                 "# of what", ".void_when_untrue", "NEW has no `when`"},
        Breakage{"Owner", "",
                 absl::StrCat("obligations { code: \"ORPHAN\" title: \"t\" remedy: \"r\" ", kWhen,
                              kReport, "}"),
                 "ORPHAN", "]", "ORPHAN has no owner"},
        Breakage{"OwnerUnknown", "", Duty(kWhen, kReport, "\n  owner_roles: \"PRESS\""), "PRESS",
                 ".owner_roles[1]", "no role \"PRESS\""},
        Breakage{"OwnerTwice", "", Duty(kWhen, kReport, "\n  owner_roles: \"PC\" # again\n"),
                 "# again", ".owner_roles[1]", "\"PC\" is there twice"},
        Breakage{"AccountableUnknown", "", Duty(kWhen, kReport, "\n  accountable_roles: \"PRESS\""),
                 "PRESS", ".accountable_roles[1]", "no role \"PRESS\""},
        Breakage{"AccountableTwice", "",
                 Duty(kWhen, kReport, "\n  accountable_roles: \"ISO\" # again\n"), "# again",
                 ".accountable_roles[1]", "\"ISO\" is there twice"},
        Breakage{"RecipientUnknown", "", Duty(kWhen, kReport, "\n  recipient_roles: \"PRESS\""),
                 "PRESS", ".recipient_roles[0]", "no role \"PRESS\""},
        Breakage{
            "RecipientTwice", "",
            Duty(kWhen, kReport, "recipient_roles: \"PC\"\n  recipient_roles: \"PC\" # again\n"),
            "# again", ".recipient_roles[1]", "\"PC\" is there twice"},
        Breakage{"Parties", "", Duty(kWhen, kReport, "\n  parties: PARTIES_THIRD # whose\n"),
                 "# whose", ".parties", "give NEW SCOPE_ENTITY"},
        Breakage{"NotStandingCalendar", "",
                 Duty(kWhen, kReport, "\n  calendar { yearly_on: \"01-02\" }"), "01-02",
                 ".calendar", "NEW is bound to an incident"},
        Breakage{"NotStandingPerRole", "",
                 Duty(kWhen, kReport, "\n  per_role: \"PC\" # standing\n"), "# standing",
                 ".per_role", "is for standing duties"},
        Breakage{"Remedy", "",
                 absl::StrCat("obligations { code: \"NEW\" title: \"t\" owner_roles: \"PC\" ",
                              kWhen, kReport, "\n  remedy: \"ask {roles}\" }"),
                 "ask {roles}", ".remedy", "only {incident} is replaced"},
        Breakage{"Reminders", "",
                 Duty(kWhen, kReport, "due { any { seconds: 9 } }\n  reminders: \"gentle\""),
                 "gentle", ".reminders", "no reminder schedule \"gentle\""},
        Breakage{"RemindersNoDeadline", "",
                 Duty(kWhen, kReport, "\n  reminders: \"hard\" # when\n"), "# when", ".reminders",
                 "\"hard\" never reminds"},
        Breakage{"RemindersEvery", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n  reminders: \"every-day\" # dated\n"),
                 "# dated", ".reminders", "use a schedule with before"},
        Breakage{"Overdue", "",
                 Duty(kWhen, kReport, "due { any { seconds: 9 } }\n  overdue: \"never\""),
                 "\"never\"", ".overdue", "no overdue schedule \"never\""},
        Breakage{"OverdueNoDeadline", "", Duty(kWhen, kReport, "\n  overdue: \"itd\" # when\n"),
                 "# when", ".overdue", "it is never overdue"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Deadlines, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"HardWithoutNumber", "",
                 Duty("kind: KIND_HARD scope: SCOPE_INCIDENT clock: CLOCK_REPORTED ", kReport),
                 "obligations { code: \"NEW\"", "]", "NEW is of KIND_HARD"},
        Breakage{"DueEmpty", "", Duty(kWhen, kReport, "\n  due { # none\n}"), "# none", ".due",
                 "gives no length"},
        Breakage{"DueZero", "", Duty(kWhen, kReport, "\n due {\n  any { seconds: 0 } # zero\n}"),
                 "# zero", ".due.any", "longer than zero"},
        Breakage{"DueSeverity", "",
                 Duty(kWhen, kReport,
                      "\n due { by_severity { span { seconds: 5 }\n  severity: \"BAD\" } any { "
                      "seconds: 5 "
                      "} }"),
                 "\"BAD\"", ".due.by_severity[0].severity", "no severity \"BAD\""},
        Breakage{"DueSeverityZero", "",
                 Duty(kWhen, kReport,
                      "\n due { any { seconds: 5 } by_severity { severity: \"SEV1\"\n  span { "
                      "seconds: -5 "
                      "} } }"),
                 "seconds: -5", ".due.by_severity[0].span", "longer than zero"},
        Breakage{"DueSeverityTwice", "",
                 Duty(kWhen, kReport,
                      "\n due { any { seconds: 5 } by_severity { severity: \"SEV1\" span { "
                      "seconds: 4 } }\n"
                      "  by_severity { severity: \"SEV1\" span { seconds: 4 } } # again\n}"),
                 "# again", ".due.by_severity[1].severity", "SEV1 is there twice"},
        Breakage{"DueMissing", "",
                 Duty(kWhen, kReport,
                      "\n  due { # some\n by_severity { severity: \"SEV1\" span { seconds: "
                      "4 } } }"),
                 "# some", ".due", "says nothing about SEV2"},
        Breakage{"DueDays", "", Duty(kWhen, kReport, "\n due {\n  business_days: -3 }"),
                 "business_days: -3", ".due.business_days", "must not be negative"},
        Breakage{"DueDaysAndAny", "",
                 Duty(kWhen, kReport, "\n due { any { seconds: 5 }\n  business_days: 3 # both\n}"),
                 "# both", ".due.business_days", "not both"},
        Breakage{"LateLine", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n  late_line { any { seconds: 8 } } # soon\n"),
                 "# soon", ".late_line", "the second line of NEW comes after"},
        Breakage{"LateLineBySeverity", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } by_severity { severity: \"SEV3\" span { seconds: "
                      "99 } } }\n"
                      "  late_line { any { seconds: 10 } } # soon\n"),
                 "# soon", ".late_line", "also for SEV3"},
        Breakage{"LateLineAlone", "",
                 Duty(kWhen, kReport, "\n  late_line { any { seconds: 8 } } # alone\n"), "# alone",
                 ".late_line", "NEW has no deadline"},
        Breakage{"LateLineSpan", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n late_line {\n  any { seconds: 0 } # zero\n}"),
                 "# zero", ".late_line.any", "longer than zero"},
        Breakage{"Period", "",
                 Duty(kWhen, kReport,
                      "void_when { ticket {} } recurrence {\n  period { seconds: 0 } # zero\n}"),
                 "# zero", ".recurrence.period", "longer than zero"},
        Breakage{"PeriodNone", "",
                 Duty(kWhen, kReport, "void_when { ticket {} }\n  recurrence { } # often\n"),
                 "# often", ".recurrence", "how often is NEW owed?"},
        Breakage{"RecurrenceForEver", "",
                 Duty(kWhen, kReport, "\n  recurrence { # ever\n period { seconds: 9 } }"),
                 "# ever", ".recurrence", "NEW would be owed for ever"},
        Breakage{"RecurrenceAndSources", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" removal {} } void_when { ticket {} }\n"
                      "  recurrence { period { seconds: 9 } } # grid\n"),
                 "# grid", ".recurrence", "does not go with sources"},
        Breakage{"RecurrenceDays", "",
                 Duty(kWhen, kReport,
                      "void_when { ticket {} } recurrence { period { seconds: 9 } }\n due {\n"
                      "  business_days: 3 # grid\n}"),
                 "# grid", ".due.business_days", "does not go with a grid"},
        Breakage{"RebaseWhen", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n  rebases { # when\n due { any { "
                      "seconds: 9 } } "
                      "reason: \"r\" }"),
                 "# when", ".rebases[0]", "has no `when`"},
        Breakage{"RebaseNever", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } } rebases { due { any { seconds: 9 } } reason: "
                      "\"r\"\n  when { # never\n all { of { state { is: \"CLOSED\" } } of { "
                      "state { is: \"TRIAGE\" } } } } }"),
                 "# never", ".rebases[0].when", "the deadline is never replaced"},
        Breakage{"RebaseDue", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n  rebases { # due\n when { ticket {} } "
                      "reason: "
                      "\"r\" }"),
                 "# due", ".rebases[0]", "has no due"},
        Breakage{"RebaseReason", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } }\n  rebases { # why\n when { ticket {} } due { "
                      "any { seconds: 9 } } }"),
                 "# why", ".rebases[0]", "has no reason"},
        Breakage{"RebaseOfNothing", "",
                 Duty(kWhen, kReport,
                      "\n  rebases { # none\n when { ticket {} } due { any { seconds: 9 } } "
                      "reason: \"r\" }"),
                 "# none", ".rebases[0]", "NEW has no deadline to replace"},
        Breakage{"RebaseSpan", "",
                 Duty(kWhen, kReport,
                      "due { any { seconds: 9 } } rebases { when { ticket {} } reason: \"r\" due "
                      "{\n  any { seconds: 0 } # zero\n} }"),
                 "# zero", ".rebases[0].due.any", "longer than zero"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Standing, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"NoCalendar", "", Duty(kStanding, kReport), "obligations { code: \"NEW\"", "]",
                 "the standing duty NEW needs a calendar"},
        Breakage{
            "TwoCalendars", "",
            Duty(kStanding, kReport, "\n  calendar { yearly_on: \"01-02\" months_after_last: 3 }"),
            "01-02", ".calendar", "a calendar of one kind"},
        Breakage{"YearlyOn", "", Duty(kStanding, kReport, "calendar {\n  yearly_on: \"13-01\" }"),
                 "13-01", ".calendar.yearly_on", "no day of every year"},
        Breakage{"YearlyLeap", "", Duty(kStanding, kReport, "calendar {\n  yearly_on: \"02-29\" }"),
                 "02-29", ".calendar.yearly_on", "no day of every year"},
        Breakage{"OnDate", "", Duty(kStanding, kReport, "calendar {\n  on_date: \"2026-02-30\" }"),
                 "2026-02-30", ".calendar.on_date", "no day of the calendar"},
        Breakage{"Months", "", Duty(kStanding, kReport, "calendar {\n  months_after_last: -1 }"),
                 "months_after_last: -1", ".calendar.months_after_last", "must not be negative"},
        Breakage{"Days", "",
                 Duty(kStanding, kReport,
                      "per_role: \"PC\" calendar {\n  business_days_after_start: -1 }"),
                 "business_days_after_start: -1", ".calendar.business_days_after_start",
                 "must not be negative"},
        Breakage{"DaysNewPolicy", "",
                 Duty(kStanding, kReport,
                      "calendar { months_after_last: 3\n  days_after_new_policy: -1 }"),
                 "days_after_new_policy: -1", ".calendar.days_after_new_policy",
                 "must not be negative"},
        Breakage{"DaysNewPolicyAlone", "",
                 Duty(kStanding, kReport,
                      "calendar { yearly_on: \"01-02\"\n  days_after_new_policy: 7 }"),
                 "days_after_new_policy: 7", ".calendar.days_after_new_policy",
                 "only with months_after_last"},
        Breakage{
            "DaysWithoutRole", "",
            Duty(kStanding, kReport, "\n  calendar { business_days_after_start: 5 } # whose\n"),
            "# whose", ".calendar", "business_days_after_start and per_role go together in NEW"},
        Breakage{"RoleUnknown", "",
                 Duty(kStanding, kReport,
                      "calendar { business_days_after_start: 5 }\n  per_role: \"PRESS\""),
                 "PRESS", ".per_role", "no role \"PRESS\""},
        Breakage{"RoleNotNamed", "",
                 Duty(kStanding,
                      "calendar { business_days_after_start: 5 } per_role: \"PC\"\n  "
                      "satisfied_by { "
                      "document { type: \"CONTACT_LIST\" } } # whose\n"),
                 "# whose", ".satisfied_by[0]", "add a field \"member\" for the holder of PC"},
        Breakage{"ScopeIncident", "",
                 Duty("kind: KIND_STANDING calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  scope: SCOPE_INCIDENT # none\n"),
                 "# none", ".scope", "NEW belongs to no incident"},
        Breakage{"Clock", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  clock: CLOCK_REPORTED # unused\n"),
                 "# unused", ".clock", "take clock out"},
        Breakage{"When", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  when { ticket {} } # unused\n"),
                 "# unused", ".when", "take when out"},
        Breakage{"Sources", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  sources { key: \"A\" removal {} } # unused\n"),
                 "# unused", ".sources", "take sources out"},
        Breakage{"Recurrence", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  recurrence { period { seconds: 9 } } # unused\n"),
                 "# unused", ".recurrence", "take recurrence out"},
        Breakage{"Parties", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  parties: PARTIES_REPORTING # unused\n"),
                 "# unused", ".parties", "take parties out"},
        Breakage{"Since", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  since { ticket {} } # unused\n"),
                 "# unused", ".since", "take since out"},
        Breakage{"Due", "",
                 Duty(kStanding, "calendar { yearly_on: \"01-02\" } ", kReport,
                      "\n  due { any { seconds: 9 } } # unused\n"),
                 "# unused", ".due", "counts only with months_after_last"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Exceptions, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"WaiverOfAHardNumber", "",
                 Duty("kind: KIND_HARD scope: SCOPE_INCIDENT clock: CLOCK_REPORTED due { any { "
                      "seconds: 9 } } ",
                      kReport, "\n  waivers { roles: \"CISO\" not_applicable: true } # hard\n"),
                 "# hard", ".waivers[0]", "take the waiver out of NEW"},
        Breakage{"WaiverWhileHard", "",
                 Duty(kWhen, kReport,
                      "kind_while { kind: KIND_HARD when { ticket {} } }\n  waivers { roles: "
                      "\"CISO\" } # hard\n"),
                 "# hard", ".waivers[0]", "take the waiver out of NEW"},
        Breakage{"WaiverOfAStatute", "",
                 Duty("kind: KIND_STATUTORY scope: SCOPE_INCIDENT clock: CLOCK_REPORTED ", kReport,
                      "\n  waivers { roles: \"COUNSEL\" } # law\n"),
                 "# law", ".waivers[0]", "set not_applicable: true in NEW"},
        Breakage{"WaiverNobody", "", Duty(kWhen, kReport, "\n  waivers { clauses: \"c\" } # who\n"),
                 "# who", ".waivers[0]", "a waiver of NEW needs roles"},
        Breakage{"WaiverUnknown", "", Duty(kWhen, kReport, "waivers {\n  roles: \"PRESS\" }"),
                 "PRESS", ".waivers[0].roles[0]", "no role \"PRESS\""},
        Breakage{"WaiverNever", "",
                 Duty(kWhen, kReport,
                      "waivers { roles: \"CISO\"\n  when { # never\n all { of { state { is: "
                      "\"CLOSED\" } } of { state { is: \"TRIAGE\" } } } } }"),
                 "# never", ".waivers[0].when", "NEW can never be waived"},
        Breakage{"WaiverWhen", "",
                 Duty(kWhen, kReport,
                      "waivers { roles: \"CISO\" when { severity {\n  at_least: \"BAD\" } } }"),
                 "\"BAD\"", ".waivers[0].when.severity.at_least", "no severity \"BAD\""},
        Breakage{
            "KindSame", "",
            Duty(kWhen, kReport, "kind_while { when { ticket {} }\n  kind: KIND_SOFT # same\n}"),
            "# same", ".kind_while[0].kind", "needs a kind that NEW does not have"},
        Breakage{
            "KindStanding", "",
            Duty(kWhen, kReport, "kind_while { when { ticket {} }\n  kind: KIND_STANDING # no\n}"),
            "# no", ".kind_while[0].kind", "not KIND_STANDING"},
        Breakage{"KindWhen", "",
                 Duty(kWhen, kReport, "\n  kind_while { kind: KIND_STATUTORY } # when\n"), "# when",
                 ".kind_while[0]", "has no `when`"},
        Breakage{"KindNever", "",
                 Duty(kWhen, kReport,
                      "kind_while { kind: KIND_STATUTORY\n  when { # never\n all { of { state { "
                      "is: \"CLOSED\" } } of { state { is: \"TRIAGE\" } } } } }"),
                 "# never", ".kind_while[0].when", "the kind of NEW never changes"},
        Breakage{"KindReminders", "",
                 Duty(kWhen, kReport,
                      "kind_while { kind: KIND_STATUTORY when { ticket {} }\n  reminders: "
                      "\"soon\" }"),
                 "\"soon\"", ".kind_while[0].reminders", "no reminder schedule \"soon\""},
        Breakage{"KindOverdue", "",
                 Duty(kWhen, kReport,
                      "kind_while { kind: KIND_STATUTORY when { ticket {} }\n  overdue: "
                      "\"soon\" }"),
                 "\"soon\"", ".kind_while[0].overdue", "no overdue schedule \"soon\""},
        Breakage{"HoldAct", "",
                 Duty(kWhen, kReport, "hold { resume { any { seconds: 9 } }\n  act: \"PAUSE\" }"),
                 "\"PAUSE\"", ".hold.act", "no permission for the act \"PAUSE\""},
        Breakage{"HoldResume", "", Duty(kWhen, kReport, "\n  hold { act: \"WORK\" } # then\n"),
                 "# then", ".hold", "by when is NEW owed after the release?"},
        Breakage{
            "HoldResumeZero", "",
            Duty(kWhen, kReport, "hold { act: \"WORK\" resume {\n  any { seconds: 0 } # zero\n} }"),
            "# zero", ".hold.resume.any", "longer than zero"},
        Breakage{"HoldReview", "",
                 Duty(kWhen, kReport,
                      "hold { act: \"WORK\" resume { any { seconds: 9 } }\n  review { "
                      "seconds: 0 } "
                      "# zero\n}"),
                 "# zero", ".hold.review", "longer than zero"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Sources, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"KeyTwice", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" removal {} }\n sources { removal {}\n  key: \"A\" # "
                      "twice\n}"),
                 "# twice", ".sources[1].key", "\"A\" is there twice"},
        Breakage{"KeyNone", "", Duty(kRaised, kReport, "\n  sources { removal {} } # nameless\n"),
                 "# nameless", ".sources[0]", "has no key"},
        Breakage{"KeyColon", "", Duty(kRaised, kReport, "sources { removal {}\n  key: \"A:1\" }"),
                 "A:1", ".sources[0].key", "without a colon"},
        Breakage{"KeyLower", "", Duty(kRaised, kReport, "sources { removal {}\n  key: \"again\" }"),
                 "\"again\"", ".sources[0].key", "upper case"},
        Breakage{"NoKind", "", Duty(kRaised, kReport, "\n  sources { key: \"A\" } # nothing\n"),
                 "# nothing", ".sources[0]", "source A of NEW raises nothing"},
        Breakage{"Becomes", "",
                 Duty(kRaised, kReport, "sources { key: \"A\"\n  becomes { } # what\n}"), "# what",
                 ".becomes", "source A has no `when`"},
        Breakage{"BecomesFact", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" becomes { when { fact { is: \"YES\"\n  name: "
                      "\"weather\" } } } }"),
                 "weather", ".becomes.when.fact.name", "no question \"weather\""},
        Breakage{"BecomesNever", "",
                 Duty(kRaised, kReport,
                      "when { fact { name: \"statewide\" is: \"YES\" } } sources { key: \"A\" "
                      "becomes {\n  when { # never\n fact { name: \"statewide\" is: \"NO\" } } "
                      "} }"),
                 "# never", ".becomes.when", "source A raises nothing"},
        Breakage{"BecomesVoid", "",
                 Duty(kRaised, kReport,
                      "void_when { fact { name: \"statewide\" is: \"NO\" } } sources { key: "
                      "\"A\" "
                      "becomes {\n  when { # never\n fact { name: \"statewide\" is: \"NO\" } } "
                      "} }"),
                 "# never", ".becomes.when", "source A raises nothing"},
        Breakage{"Decision", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" decision { question: \"EXEC\"\n  answers: "
                      "\"LATER\" } }"),
                 "LATER", ".decision.answers[0]", "\"LATER\" is no answer to EXEC"},
        Breakage{"Document", "",
                 Duty(kRaised, kReport, "sources { key: \"A\" document {\n  type: \"LETTER\" } }"),
                 "LETTER\" }", ".document.type", "no document \"LETTER\""},
        Breakage{"DocumentField", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" document { type: \"ADVISORY\" fields { is: "
                      "\"SENT\"\n  "
                      "name: \"ghost\" } } }"),
                 "ghost", ".document.fields[0].name", "ADVISORY has no field \"ghost\""},
        Breakage{"DocumentOrder", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" document { type: \"ADVISORY\"\n  order_deviation: "
                      "true # none\n} }"),
                 "# none", ".document.order_deviation", "ADVISORY is never out of order"},
        Breakage{"OverdueStep", "",
                 Duty(kRaised, kReport, "\n  sources { key: \"A\" overdue_step {} } # no step\n"),
                 "# no step", ".sources[0]", "no overdue step opens it"},
        Breakage{"Reinfection", "permissions { act: \"RECORD_DEVICES\"",
                 "permissions { act: \"RECORD_DEVICE\"", "sources { key: \"REINFECTION\"",
                 ".sources[0]", "nobody may RECORD_DEVICES"},
        Breakage{"DueEmpty", "",
                 Duty(kRaised, kReport, "sources { key: \"A\" removal {}\n  due { } # none\n}"),
                 "# none", ".sources[0].due", "gives no length"},
        Breakage{"DueZero", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" removal {} due {\n  any { seconds: 0 } # zero\n} }"),
                 "# zero", ".sources[0].due.any", "longer than zero"},
        Breakage{"OneAtATime", "", Duty(kWhen, kReport, "\n  one_at_a_time: true # of none\n"),
                 "# of none", ".one_at_a_time", "NEW has no sources"},
        Breakage{
            "SuppressedNothing", "",
            Duty(kWhen, kReport, "\n  suppressed_by { question: \"EXEC\" is: \"NO\" } # none\n"),
            "# none", ".suppressed_by", "NEW has no sources to suppress"},
        Breakage{"SuppressedAnswer", "",
                 Duty(kRaised, kReport,
                      "sources { key: \"A\" removal {} } suppressed_by { question: \"EXEC\"\n  "
                      "is: \"LATER\" }"),
                 "LATER", ".suppressed_by.is[0]", "\"LATER\" is no answer to EXEC"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Ways, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"None", "", Duty(kWhen), "obligations { code: \"NEW\"", "]",
                 "nothing satisfies NEW"},
        Breakage{"Empty", "", Duty(kWhen, "\n  satisfied_by { } # empty\n"), "# empty",
                 ".satisfied_by[0]", "satisfies nothing of NEW"},
        Breakage{"Acknowledgement", "",
                 Duty(kWhen, "satisfied_by {\n  acknowledgement { } # whose\n}"), "# whose",
                 ".acknowledgement", "an acknowledgement of NEW needs roles"},
        Breakage{"AcknowledgementRole", "",
                 Duty(kWhen, "satisfied_by { acknowledgement {\n  roles: \"PRESS\" } }"), "PRESS",
                 ".acknowledgement.roles[0]", "no role \"PRESS\""},
        Breakage{"AcknowledgementNobodyMay", "permissions { act: \"ACKNOWLEDGE\" anyone: true",
                 "permissions { act: \"ACKNOWLEDGE\" roles: \"PC\"",
                 "satisfied_by { acknowledgement { roles: \"SCIO\" } }", ".acknowledgement.roles",
                 "no holder of SCIO may ACKNOWLEDGE"},
        Breakage{"State", "", Duty(kWhen, "satisfied_by { state_entered {\n  state: \"BED\" } }"),
                 "\"BED\"", ".state_entered.state[0]", "no state \"BED\""},
        Breakage{"StateNone", "", Duty(kWhen, "satisfied_by {\n  state_entered { } # which\n}"),
                 "# which", ".state_entered", "needs a state"},
        Breakage{
            "StateNeverEntered", "",
            absl::StrCat("states { code: \"LIMBO\" terminal: true }\n",
                         Duty(kWhen,
                              "satisfied_by { state_entered {\n  state: \"LIMBO\" # never\n} }")),
            "# never", ".state_entered.state[0]", "nobody can satisfy NEW this way"},
        Breakage{"Document", "", Duty(kWhen, "satisfied_by { document {\n  type: \"LETTER\" } }"),
                 "LETTER\" }", ".document.type", "no document \"LETTER\""},
        Breakage{"DocumentField", "",
                 Duty(kWhen,
                      "satisfied_by { document { type: \"ADVISORY\" fields { name: "
                      "\"outcome\"\n  is: "
                      "\"BURNT\" } } }"),
                 "BURNT", ".document.fields[0].is[0]", "no value of ADVISORY.outcome"},
        Breakage{
            "DocumentNobody", "",
            absl::StrCat("permissions { act: \"HUM\" }\ndocuments { code: \"SONG\" title: \"t\" "
                         "act: "
                         "\"HUM\" ",
                         kField, "}\n",
                         Duty(kWhen, "satisfied_by { document {\n  type: \"SONG\" # nobody\n} }")),
            "# nobody", ".document.type", "no role may HUM"},
        Breakage{
            "Decision", "",
            Duty(kWhen, "satisfied_by { decision { answers: \"YES\"\n  question: \"LUNCH\" } }"),
            "LUNCH", ".decision.question", "no decision \"LUNCH\""},
        Breakage{
            "DecisionAnswer", "",
            Duty(kWhen, "satisfied_by { decision { question: \"EXEC\"\n  answers: \"LATER\" } }"),
            "LATER", ".decision.answers[0]", "\"LATER\" is no answer to EXEC"},
        Breakage{"DecisionNobody", "permissions { act: \"DECIDE_EXEC\" roles: \"CSIRT_X\"",
                 "permissions { act: \"DECIDE_EXEC\"",
                 "satisfied_by { decision { question: \"EXEC\" answers: \"YES\" answers: "
                 "\"NO\" } }",
                 ".decision.question", "no role may DECIDE_EXEC"},
        Breakage{"Ticket",
                 "permissions { act: \"LINK_TICKET\" roles: \"CH\" roles: \"CSIRT_H\" "
                 "systems: true",
                 "permissions { act: \"LINK_TICKET\"", "satisfied_by { ticket {} }", ".ticket",
                 "no role may LINK_TICKET"},
        Breakage{"NoticeRoles", "",
                 Duty(kWhen, "satisfied_by {\n  notice_delivered { template: \"OLC\" } # whom\n}"),
                 "# whom", ".notice_delivered", "whom must the notice reach?"},
        Breakage{"NoticeRole", "",
                 Duty(kWhen,
                      "satisfied_by { notice_delivered { template: \"OLC\"\n  roles: "
                      "\"PRESS\" } }"),
                 "PRESS", ".notice_delivered.roles[0]", "no role \"PRESS\""},
        Breakage{"NoticeSender", "",
                 Duty(kWhen,
                      "satisfied_by { notice_delivered { template: \"OLC\" roles: \"PC\"\n  "
                      "sender_roles: "
                      "\"PRESS\" } }"),
                 "PRESS", ".notice_delivered.sender_roles[0]", "no role \"PRESS\""},
        Breakage{"NoticeTemplate", "",
                 Duty(kWhen,
                      "satisfied_by { notice_delivered { roles: \"PC\"\n  template: "
                      "\"HYMN\" } }"),
                 "HYMN", ".notice_delivered.template", "no notice \"HYMN\""},
        Breakage{"NoticeDocument", "",
                 Duty(kWhen,
                      "satisfied_by { notice_delivered { template: \"OLC\" roles: \"PC\"\n "
                      " document: "
                      "\"LETTER\" } }"),
                 "LETTER\" }", ".notice_delivered.document", "no document \"LETTER\""},
        Breakage{"TwoNotices", "",
                 Duty(kWhen,
                      "satisfied_by { notice_delivered { template: \"OLC\" roles: \"PC\" } }\n  "
                      "satisfied_by { notice_delivered { template: \"OLC\" roles: \"SC\" } } # "
                      "two\n"),
                 "# two", ".satisfied_by[1]", "NEW has two notices"},
        Breakage{"Fact", "",
                 Duty(kWhen, "satisfied_by { fact_is { is: \"YES\"\n  name: \"weather\" } }"),
                 "weather", ".fact_is.name", "no question \"weather\""},
        Breakage{"FactAnswer", "",
                 Duty(kWhen, "satisfied_by { fact_is { name: \"statewide\"\n  is: \"MAYBE\" } }"),
                 "MAYBE", ".fact_is.is[0]", "\"MAYBE\" is no answer to statewide"},
        Breakage{"FactNoAnswer", "",
                 Duty(kWhen, "satisfied_by {\n  fact_is { name: \"statewide\" } # which\n}"),
                 "# which", ".fact_is", "which answer to statewide?"},
        Breakage{"FactUnanswered", "",
                 Duty(kWhen,
                      "satisfied_by { fact_is { name: \"statewide\"\n  is: \"UNANSWERED\" "
                      "# lack\n} }"),
                 "# lack", ".fact_is.is[0]", "the lack of an answer satisfies nothing"},
        Breakage{"FactOfEach", "",
                 Duty(kWhen,
                      "satisfied_by { fact_is { is: \"UNKNOWN\"\n  name: \"custody_role\" "
                      "# each\n} }"),
                 "# each", ".fact_is.name", "custody_role has more than one answer"},
        Breakage{"RemovalConfirmed", "",
                 Duty(kWhen, "satisfied_by {\n  removal_confirmed {} # of what\n}"), "# of what",
                 ".removal_confirmed", "no removal raises it"},
        Breakage{"RemovalLifted", "",
                 Duty(kRaised,
                      "sources { key: \"A\" decision { question: \"REMOVAL_CASE\" answers: "
                      "\"REFUSE\" } "
                      "}\nsatisfied_by {\n  removal_lifted {} # of what\n}"),
                 "# of what", ".removal_lifted", "no removal raises it"},
        Breakage{"RolesHeld", "",
                 Duty(kWhen, "satisfied_by {\n  roles_held { roles: \"PC\" } # standing\n}"),
                 "# standing", ".roles_held", "is for standing duties"},
        Breakage{"RolesHeldNone", "",
                 Duty(kStanding,
                      "calendar { yearly_on: \"01-02\" }\n  satisfied_by { roles_held { } "
                      "} # which\n"),
                 "# which", ".satisfied_by[0]", "roles_held needs roles"},
        Breakage{"RolesHeldUnknown", "",
                 Duty(kStanding,
                      "calendar { yearly_on: \"01-02\" } satisfied_by { roles_held {\n  roles: "
                      "\"PRESS\" } }"),
                 "PRESS", ".roles_held.roles[0]", "no role \"PRESS\""},
        Breakage{"PolicyAdopted", "",
                 Duty(kWhen, "satisfied_by {\n  policy_adopted {} # standing\n}"), "# standing",
                 ".policy_adopted", "is for standing duties"}}),
    NameOf);

// ---- Ladder, schedules, notices ----

INSTANTIATE_TEST_SUITE_P(
    Notices, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"DigestTwice", "digests { code: \"ITD\"", "digests { code: \"AGENCY\"",
                 "digests { code: \"AGENCY\" scope: SCOPE_GOVERNMENT", ".code", "is there twice"},
        Breakage{"DigestScope", "code: \"ITD\" scope: SCOPE_GOVERNMENT", "code: \"ITD\"",
                 "digests { code: \"ITD\"", ".scope", "SCOPE_ENTITY or SCOPE_GOVERNMENT"},
        Breakage{"DigestTomorrow", "scope: SCOPE_GOVERNMENT time_of_day { seconds: 28800 }",
                 "scope: SCOPE_GOVERNMENT time_of_day { seconds: 86400 }",
                 "time_of_day { seconds: 86400 }", ".time_of_day", "from 0 to 86399"},
        Breakage{"DigestRole", "roles: \"CSIRT_X\" roles: \"ITD_DM\" clauses: \"POL-5.18\"",
                 "roles: \"CSIRT_X\" roles: \"PRESS\" clauses: \"POL-5.18\"", "PRESS", ".roles[1]",
                 "no role \"PRESS\""},
        Breakage{"DigestWords", "notices { key: \"DIGEST\"", "notices { key: \"DIGESTS\"",
                 "digests { code: \"AGENCY\"", "digests", "no notice \"DIGEST\""},
        Breakage{"LadderGap", "levels { number: 3", "levels { number: 6", "levels { number: 6",
                 ".levels[2].number", "without gaps"},
        Breakage{"LevelNobody", "levels { number: 1 title: \"Primary contact\" roles: \"PC\" }",
                 "levels { number: 1 title: \"Primary contact\" }",
                 "levels { number: 1 title: \"Primary contact\" }", ".levels[0]",
                 "needs at least one role"},
        Breakage{"LevelRole", "roles: \"SCIO\" roles: \"AH\" }",
                 "roles: \"SCIO\" roles: \"PRESS\" }", "PRESS", ".levels[2].roles[1]",
                 "no role \"PRESS\""},
        Breakage{"LevelRoleTwice", "roles: \"SCIO\" roles: \"AH\" }",
                 "roles: \"SCIO\" roles: \"SCIO\" } # twice", "# twice", ".levels[2].roles[1]",
                 "\"SCIO\" is there twice"},
        Breakage{"NoPace", "paces { severity: \"SEV5\" start_level: 1",
                 "paces { severity: \"SEV4\" start_level: 1", "escalation {", "escalation",
                 "no pace for SEV5"},
        Breakage{"PaceTwice", "paces { severity: \"SEV5\"", "paces { severity: \"SEV4\" # twice\n",
                 "# twice", ".paces[4].severity", "SEV4 has a pace already"},
        Breakage{"PaceSeverity", "paces { severity: \"SEV5\"", "paces { severity: \"BAD\"",
                 "\"BAD\"", ".paces[4].severity", "no severity \"BAD\""},
        Breakage{"PaceLevels", "severity: \"SEV1\" start_level: 4",
                 "severity: \"SEV1\" start_level: 6", "start_level: 6", ".paces[0]",
                 "start_level and top_level of SEV1"},
        Breakage{"PaceWindow", "start_level: 4 ack_window { seconds: 300 }",
                 "start_level: 4 ack_window { seconds: 0 }", "ack_window { seconds: 0 }",
                 ".paces[0].ack_window", "longer than zero"},
        Breakage{"PaceRepeat", "top_repeat { seconds: 300 }", "top_repeat { seconds: 0 }",
                 "top_repeat { seconds: 0 }", ".paces[0].top_repeat", "longer than zero"},
        Breakage{"PaceRepeats", "repeats: 0", "repeats: -1", "repeats: -1", ".paces[4].repeats",
                 "must not be negative"},
        Breakage{"Exhausted", "  exhausted_roles: \"CSIRT_X\"\n  exhausted_roles: \"CH\"\n", "",
                 "escalation {", "escalation", "name exhausted_roles"},
        Breakage{"ExhaustedRole", "exhausted_roles: \"CH\"", "exhausted_roles: \"PRESS\"", "PRESS",
                 ".exhausted_roles[1]", "no role \"PRESS\""},
        Breakage{"Recheck", "ack_recheck_windows: 4", "ack_recheck_windows: -4",
                 "ack_recheck_windows: -4", ".ack_recheck_windows", "must not be negative"},
        Breakage{"Quiet", "quiet { seconds: 300 }", "quiet { seconds: -300 }",
                 "quiet { seconds: -300 }", ".quiet", "must not be negative"},
        Breakage{"NeverQuiet", "never_quiet: \"SEV1\"", "never_quiet: \"BAD\"", "\"BAD\"",
                 ".never_quiet[0]", "no severity \"BAD\""},
        Breakage{"ReminderTwice", "",
                 "reminder_schedules { every { seconds: 9 }\n  name: \"soft\" # twice\n}",
                 "# twice", ".name", "\"soft\" is there twice"},
        Breakage{"ReminderNever", "", "reminder_schedules { name: \"dumb\" }", "\"dumb\"", "]",
                 "\"dumb\" never reminds"},
        Breakage{"ReminderZero", "",
                 "reminder_schedules { name: \"new\"\n  before { seconds: 0 } # zero\n}", "# zero",
                 ".before[0]", "longer than zero"},
        Breakage{"ReminderOrder", "",
                 "reminder_schedules { name: \"new\"\n before { seconds: 5 }\n before { "
                 "seconds: 9 "
                 "} # longer\n}",
                 "# longer", ".before[1]", "from the longest to the shortest"},
        Breakage{"ReminderDeputiesNever",
                 "before { seconds: 3600 } post_to_channel: true first_owner_alone: 1",
                 "before { seconds: 3600 } post_to_channel: true first_owner_alone: 2",
                 "reminder_schedules { name: \"daily\"", ".first_owner_alone",
                 "leaves no reminder for the deputies"},
        Breakage{
            "ReminderDeputiesNegative", "",
            "reminder_schedules { name: \"new\" every { seconds: 9 }\n first_owner_alone: -1 }",
            "alone: -1", ".first_owner_alone", "zero or more"},
        Breakage{"Fraction", "at_fraction: 0.5", "at_fraction: 1.5", "at_fraction: 1.5",
                 ".at_fraction[0]", "between 0 and 1"},
        Breakage{"FractionOrder", "",
                 "reminder_schedules { name: \"new\"\n at_fraction: 0.9\n at_fraction: 0.51 }",
                 "0.51", ".at_fraction[1]", "from the smallest to the largest"},
        Breakage{"FractionMin", "",
                 "reminder_schedules { name: \"new\" before { seconds: 9 }\n  "
                 "fraction_span_min { "
                 "seconds: 9 } # "
                 "of none\n}",
                 "# of none", ".fraction_span_min", "only with at_fraction"},
        Breakage{"FractionMinNegative", "",
                 "reminder_schedules { name: \"new\" at_fraction: 0.5\n  fraction_span_min { "
                 "seconds: -9 } }",
                 "seconds: -9", ".fraction_span_min", "must not be negative"},
        Breakage{"Every", "",
                 "reminder_schedules { name: \"new\"\n  every { seconds: 0 } # zero\n}", "# zero",
                 ".every", "longer than zero"},
        Breakage{"OverdueTwice", "",
                 "overdue_schedules { steps { roles: \"PC\" }\n  name: \"itd\" # twice\n}",
                 "# twice", ".name", "\"itd\" is there twice"},
        Breakage{"OverdueNoSteps", "", "overdue_schedules { name: \"dumb\" }", "\"dumb\"", "]",
                 "\"dumb\" has no steps"},
        Breakage{"StepNobody", "",
                 "overdue_schedules { name: \"new\"\n  steps { proposes_case: true } # "
                 "nobody\n}",
                 "# nobody", ".steps[0]", "tells nobody"},
        Breakage{"StepRole", "",
                 "overdue_schedules { name: \"new\" steps {\n  roles: \"PRESS\" } }", "PRESS",
                 ".steps[0].roles[0]", "no role \"PRESS\""},
        Breakage{"StepOpens", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  opens: "
                 "\"SLEEP\" } }",
                 "SLEEP", ".steps[0].opens[0]", "no duty \"SLEEP\""},
        Breakage{"StepOpensOther", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  opens: \"PIR\" # "
                 "unraised\n} }",
                 "# unraised", ".steps[0].opens[0]", "PIR is raised by no step"},
        Breakage{"StepAfter", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  after { "
                 "seconds: -9 } } }",
                 "seconds: -9", ".steps[0].after", "must not be negative"},
        Breakage{"StepSpans", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  after_spans: "
                 "-2 } }",
                 "after_spans: -2", ".steps[0].after_spans", "must not be negative"},
        Breakage{"StepOrder", "",
                 "overdue_schedules { name: \"new\"\n steps { roles: \"PC\" after { "
                 "seconds: 9 } "
                 "}\n  steps { roles: "
                 "\"SC\" after { seconds: 5 } } # before\n}",
                 "# before", ".steps[1]", "give it a later time"},
        Breakage{"StepMisses", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  "
                 "consecutive_misses: -2 } }",
                 "consecutive_misses: -2", ".consecutive_misses", "must not be negative"},
        Breakage{"StepMissesNothing", "",
                 "overdue_schedules { name: \"new\" steps { roles: \"PC\"\n  "
                 "consecutive_misses: 2 "
                 "# of none\n} }",
                 "# of none", ".consecutive_misses", "no recurring duty uses \"new\""},
        Breakage{"CaseNobodyDecides", "about_case: true", "about_case: false",
                 "steps { after { seconds: 604800 } roles: \"CSIRT_X\" proposes_case: true",
                 ".proposes_case", "nobody can decide the case"},
        Breakage{"NoticeTwice", "", "notices { title: \"t\"\n  key: \"PAGE\" # twice\n}", "# twice",
                 ".key", "\"PAGE\" is there twice"},
        Breakage{"NoticeTitle", "", "notices { key: \"BARE\" }", "BARE", "]", "has no title"},
        Breakage{"NoticeMissing", "notices { key: \"EXHAUSTED\"", "notices { key: \"TIRED\"",
                 "notices { key: \"PAGE\"", "notices", "no notice EXHAUSTED"},
        Breakage{"Placeholder", "is due in {left}\"", "is due in {leftover}\"", "{leftover}",
                 ".title", "no placeholder \"{leftover}\""},
        Breakage{"PlaceholderOpen", "text: \"Due {due}. To", "text: \"Due {due. To", "{due. To",
                 ".text", "no placeholder"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Involvement, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"Relation", "",
                 "involvement_notices { roles: \"PC\" template: \"OLC\"\n  relation: \"NEAR\" }",
                 "\"NEAR\"", ".relation", "\"NEAR\" is no relation"},
        Breakage{"Nobody", "",
                 "involvement_notices { # whom\n relation: \"AFFECTED\" template: \"OLC\" }",
                 "# whom", "]", "tells nobody"},
        Breakage{
            "Role", "",
            "involvement_notices { relation: \"AFFECTED\" template: \"OLC\"\n  roles: \"PRESS\" }",
            "PRESS", ".roles[0]", "no role \"PRESS\""},
        Breakage{
            "Template", "",
            "involvement_notices { relation: \"AFFECTED\" roles: \"PC\"\n  template: \"HYMN\" }",
            "HYMN", ".template", "no notice \"HYMN\""},
        Breakage{"BehalfRole", "",
                 Document(absl::StrCat(kField, "on_behalf { flag: \"F\"\n  role: \"PRESS\" }")),
                 "PRESS", ".on_behalf[0].role", "no role \"PRESS\""},
        Breakage{"BehalfFlag", "",
                 Document(absl::StrCat(kField, "\n  on_behalf { role: \"PC\" } # how\n")), "# how",
                 ".on_behalf[0]", "has no flag"},
        Breakage{"BehalfMayNot", "",
                 Document(absl::StrCat(kField,
                                       "on_behalf { flag: \"F\"\n  role: \"FUSION\" # may not\n}")),
                 "# may not", ".on_behalf[0].role", "FUSION may not WORK"},
        Breakage{"ListRole", "", Document(absl::StrCat(kField, "\n  list_roles: \"PRESS\"")),
                 "PRESS", ".list_roles[0]", "no role \"PRESS\""},
        Breakage{
            "ListWhen", "",
            Document("fields { name: \"f\" label: \"l\" values: \"A\" }\n  list_when { name: \"f\" "
                     "is: \"A\" } # whom\n"),
            "# whom", ".list_when", "say who is on the list"},
        Breakage{"ListField", "",
                 Document(absl::StrCat(kField,
                                       "list_roles: \"PC\" list_when { is: \"A\"\n  name: "
                                       "\"ghost\" }")),
                 "ghost", ".list_when.name", "NEW has no field \"ghost\""},
        Breakage{"CaseAnswer", "",
                 Document(absl::StrCat(kField, "\n  case_answer_field: \"ghost\"")), "ghost",
                 ".case_answer_field", "NEW has no field \"ghost\""},
        Breakage{"WhenActor", "",
                 Document(absl::StrCat(kField,
                                       "guards { code: \"G\" require { ticket {} } message: "
                                       "\"m\" remedy: \"r\"\n  when_actor: \"PRESS\" }")),
                 "PRESS", ".guards[0].when_actor[0]", "no role \"PRESS\""},
        Breakage{"UnlessActor", "",
                 Document(absl::StrCat(kField,
                                       "guards { code: \"G\" require { ticket {} } message: "
                                       "\"m\" remedy: \"r\"\n  unless_actor: \"PC\" # who\n}")),
                 "# who", ".guards[0].unless_actor", "say who is asked"},
        Breakage{
            "ActorOfATransition", "",
            Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\nguards { code: \"G\" require { "
                 "ticket {} } message: \"m\" remedy: \"r\"\n  when_actor: \"PC\" # step\n}"),
            "# step", ".guards[0].when_actor", "is for documents"},
        Breakage{"PartiesAll", "", Duty(kWhen, kReport, "\n  parties: PARTIES_ALL # whose\n"),
                 "# whose", ".parties", "give NEW SCOPE_ENTITY"}}),
    NameOf);

// ---- The other side ----

TEST(GoodPackTest, TheShippedPacksHaveNoFindings) {
  for (const char* path : {kPack, kCounty}) {
    for (const core::Finding& finding : core::CheckPolicyText(ReadSourceFile(path))) {
      ADD_FAILURE() << path << " " << Shown(finding);
    }
  }
}

// What the broken packs add is refused for its one fault, not for what surrounds it.
TEST(GoodPackTest, WhatIsAddedIsSoundWithoutItsFault) {
  const std::string text = absl::StrCat(
      ReadSourceFile(kPack), "\n", Decision("answers: \"A\" act: \"WORK\""), Floor("ticket {}"),
      Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\""), Document(kField),
      Duty(kWhen, kReport, "due { any { seconds: 9 } } late_line { any { seconds: 10 } }"));
  for (const core::Finding& finding : core::CheckPolicyText(text)) ADD_FAILURE() << Shown(finding);
  for (const std::string& duty :
       {Duty(kRaised, kReport, "sources { key: \"A\" removal {} }"),
        Duty(kStanding, kReport, "calendar { months_after_last: 3 days_after_new_policy: 7 }"),
        Duty(kStanding,
             "calendar { business_days_after_start: 5 } per_role: \"PC\" satisfied_by { "
             "document { type: \"COMMDL_MEMBERSHIP\" } }"),
        Duty(kWhen, kReport, "void_when { ticket {} } recurrence { period { seconds: 9 } }"),
        Duty("kind: KIND_STATUTORY scope: SCOPE_INCIDENT clock: CLOCK_REPORTED ", kReport,
             "waivers { roles: \"COUNSEL\" not_applicable: true clauses: \"c\" }"),
        Duty(kWhen, "satisfied_by { fact_is { name: \"statewide\" is: \"NO\" } }")}) {
    for (const core::Finding& finding :
         core::CheckPolicyText(absl::StrCat(ReadSourceFile(kPack), "\n", duty))) {
      ADD_FAILURE() << duty << Shown(finding);
    }
  }
}

struct Oddity {
  const char* name;
  std::string from;
  std::string to;
  std::string at;
  std::string path;
  std::string says;
};

std::ostream& operator<<(std::ostream& out, const Oddity& oddity) { return out << oddity.name; }

class OddPackTest : public ::testing::TestWithParam<Oddity> {};

// Warnings do not keep a pack out.
TEST_P(OddPackTest, IsLoadedWithAWarning) {
  const Oddity& oddity = GetParam();
  const std::string pack = ReadSourceFile(kPack);
  ASSERT_THAT(pack, HasSubstr(oddity.from));
  const std::string odd = Break(pack, {oddity.name, oddity.from, oddity.to, "", "", ""});
  const int line = LineOf(odd, oddity.at);
  ASSERT_GT(line, 0) << oddity.at;
  EXPECT_THAT(core::ReadPolicy(odd), IsOk());
  bool found = false;
  std::string all;
  for (const core::Finding& finding : core::CheckPolicyText(odd)) {
    absl::StrAppend(&all, Shown(finding), "\n");
    found |= finding.warning && finding.line == line &&
             finding.message.find(oddity.says) != std::string::npos &&
             finding.path.find(oddity.path) != std::string::npos;
  }
  EXPECT_TRUE(found) << "wanted line " << line << ": " << oddity.says << "\nfound\n" << all;
}

INSTANTIATE_TEST_SUITE_P(
    Policy, OddPackTest,
    ::testing::ValuesIn(std::vector<Oddity>{
        Oddity{"TextReference", "  reference: \"ITD-SEC-4.3\"\n", "", "text {", "text",
               "has no reference"},
        Oddity{"RoleUncited", "", "roles { code: \"NEW\" scope: SCOPE_GLOBAL sees_all: true }",
               "roles { code: \"NEW\"", "roles[", "cites no clause"},
        Oddity{"RoleUnused", "", "roles { code: \"IDLE\" scope: SCOPE_GLOBAL clauses: \"c\" }",
               "IDLE", "roles[", "nothing is asked of IDLE"},
        Oddity{"CategoryUncited", "",
               "categories { code: \"NEW\" presumption: PRESUMPTION_POSSIBLE }",
               "categories { code: \"NEW\"", "categories[", "cites no clause"},
        Oddity{"CategoryPresumption", "", "categories { code: \"NEW\" clauses: \"c\" }",
               "categories { code: \"NEW\"", "categories[", "NEW has no presumption"},
        Oddity{"FactUncited", "", "facts { name: \"new\" question: \"?\" }", "name: \"new\"",
               "facts[", "cites no clause"},
        Oddity{"QuestionUncited", "",
               "questions { code: \"NEW\" question: \"?\" answers: \"A\" act: \"WORK\" }",
               "questions { code: \"NEW\"", "questions[", "cites no clause"},
        Oddity{"FloorUncited", "",
               "floors { code: \"NEW\" at_least: \"SEV1\" reason: \"r\" when { ticket {} } }",
               "floors { code: \"NEW\"", "floors[", "cites no clause"},
        Oddity{"RemovalUncited", "  clauses: \"POL-4.4\" clauses: \"POL-4.5\"\n}", "}",
               "network_removal {", "network_removal", "cites no clause"},
        Oddity{"TransitionUncited", "",
               "transitions { id: \"NEW\" verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\" "
               "done: "
               "\"d\" act: "
               "\"WORK\" }",
               "id: \"NEW\"", "transitions[", "cites no clause"},
        Oddity{"GuardUncited", "",
               Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\nguards { code: \"G\" "
                    "require "
                    "{ ticket {} "
                    "} message: \"m\" remedy: \"r\" } # bare\n"),
               "# bare", ".guards[0]", "cites no clause"},
        Oddity{"GuardAlways", "",
               Step("verb: \"go\" from: \"TRIAGE\" to: \"DECLARED\"\nguards { code: \"G\" "
                    "message: "
                    "\"m\" "
                    "remedy: \"r\" clauses: \"c\"\n require { # always\n severity { at_least: "
                    "\"SEV5\" } } }"),
               "# always", ".guards[0].require", "guard G refuses nothing"},
        Oddity{"PermissionUncited", "", "permissions { act: \"LINK_X\" anyone: true }", "LINK_X",
               "permissions[", "cites no clause"},
        Oddity{"PermissionUnused", "", "permissions { act: \"HUM\" anyone: true clauses: \"c\" }",
               "HUM", ".act", "nothing asks for HUM"},
        Oddity{"DocumentUncited", "",
               "documents { code: \"NEW\" title: \"t\" act: \"WORK\" fields { name: \"f\" "
               "label: "
               "\"l\" } }",
               "documents { code: \"NEW\"", "documents[", "cites no clause"},
        Oddity{"DutyUncited", "",
               absl::StrCat("obligations { code: \"NEW\" title: \"t\" owner_roles: \"PC\" "
                            "accountable_roles: "
                            "\"PC\" remedy: \"r\" ",
                            kWhen, kReport, "}"),
               "obligations { code: \"NEW\"", "obligations[", "cites no clause"},
        Oddity{"DutyRemedy", "",
               absl::StrCat("obligations { code: \"NEW\" title: \"t\" owner_roles: \"PC\" "
                            "accountable_roles: "
                            "\"PC\" clauses: \"c\" ",
                            kWhen, kReport, "}"),
               "obligations { code: \"NEW\"", "obligations[", "NEW has no remedy"},
        Oddity{"DutyAccountable", "",
               absl::StrCat("obligations { code: \"NEW\" title: \"t\" owner_roles: \"PC\" "
                            "remedy: \"r\" "
                            "clauses: \"c\" ",
                            kWhen, kReport, "}"),
               "obligations { code: \"NEW\"", "obligations[", "nobody answers for NEW"},
        Oddity{"DutyAlways", "",
               Duty(kWhen, kReport,
                    "\n  when { # always\n any { of { state { ongoing: true } } of { not { "
                    "state { "
                    "ongoing: true } } } } }"),
               "# always", ".when", "always holds; leave it out of NEW"},
        Oddity{"WaiverUncited", "",
               Duty(kWhen, kReport, "\n  waivers { roles: \"CISO\" } # bare\n"), "# bare",
               ".waivers[0]", "cites no clause"},
        Oddity{"RebaseUncited", "",
               Duty(kWhen, kReport,
                    "due { any { seconds: 9 } }\n  rebases { when { ticket {} } due { any "
                    "{ seconds: "
                    "9 } } reason: \"r\" } # bare\n"),
               "# bare", ".rebases[0]", "cites no clause"},
        Oddity{"HoldUncited", "",
               Duty(kWhen, kReport,
                    "\n  hold { act: \"WORK\" resume { any { seconds: 9 } } } # bare\n"),
               "# bare", ".hold", "cites no clause"},
        Oddity{"LadderUncited", "  clauses: \"POL-5.24\"\n  clauses: \"POL-5.25\"\n}", "}",
               "escalation {", "escalation", "cites no clause"},
        Oddity{"ReminderUnused", "", "reminder_schedules { name: \"new\" every { seconds: 9 } }",
               "reminder_schedules { name: \"new\"", "reminder_schedules[", "no duty uses \"new\""},
        Oddity{"OverdueUnused", "",
               "overdue_schedules { name: \"new\" steps { roles: \"PC\" clauses: \"c\" } }",
               "overdue_schedules { name: \"new\"", "overdue_schedules[", "no duty uses \"new\""},
        Oddity{"StepUncited", "",
               "overdue_schedules { name: \"new\"\n  steps { roles: \"PC\" } # bare\n}", "# bare",
               ".steps[0]", "cites no clause"},
        Oddity{"NoticeUnused", "", "notices { key: \"SPARE\" title: \"t\" }", "SPARE", "notices[",
               "no duty uses \"SPARE\""}}),
    [](const auto& test) { return test.param.name; });

// ---- Public records ----

// A rule at the end of the pack, `what` on a line of its own.
std::string Rule(const std::string& what, const std::string& tag = "NONE") {
  return absl::StrCat("record_rules { code: \"NEW\" clauses: \"c\" tag: \"", tag, "\"\n  ", what,
                      "\n}");
}

INSTANTIATE_TEST_SUITE_P(
    Records, BadPackTest,
    ::testing::ValuesIn(std::vector<Breakage>{
        Breakage{"ExemptionTwice", "",
                 "exemptions {\n  code: \"N\" title: \"again\" mark: \"m\" law: \"l\"\n}",
                 "title: \"again\"", ".code", "\"N\" is there twice"},
        Breakage{"MarkTwice", "",
                 "exemptions {\n  code: \"X\" title: \"t\" mark: \"26(n)\" law: \"again\"\n}",
                 "law: \"again\"", ".mark", "\"26(n)\" is there twice"},
        Breakage{"ExemptionNone", "",
                 "exemptions {\n  code: \"NONE\" title: \"t\" mark: \"m\" law: \"l\"\n}",
                 "code: \"NONE\" title", ".code", "a meaning of its own"},
        Breakage{"ExemptionCase", "",
                 "exemptions {\n  code: \"x\" title: \"t\" mark: \"m\" law: \"l\"\n}",
                 "code: \"x\" title", ".code", "not in upper case"},
        Breakage{"ExemptionWithoutMark", "",
                 "exemptions { code: \"X\" title: \"bare\" law: \"l\" }", "title: \"bare\"", "]",
                 "has no mark"},
        Breakage{"ExemptionWithoutLaw", "",
                 "exemptions { code: \"X\" title: \"bare\" mark: \"m\" }", "title: \"bare\"", "]",
                 "law"},
        Breakage{"RuleOfNothing", "", Rule(""), "code: \"NEW\"", "]", "speaks of nothing"},
        Breakage{"RuleOfTwo", "", Rule("facts: \"cause\" fields: \"title\""), "code: \"NEW\"", "]",
                 "speaks of several things"},
        Breakage{"UnknownRecordField", "", Rule("fields: \"colour\""), "colour", ".fields[0]",
                 "the fields are title, summary, device, subnet"},
        Breakage{"UnknownKind", "", Rule("entry { kinds: \"SUNG\" }"), "SUNG", ".entry.kinds[0]",
                 "no kind of timeline entry \"SUNG\""},
        Breakage{"UnknownPart", "", Rule("entry { kinds: \"DECIDED\"\n parts: \"melody\" }"),
                 "melody", ".entry.parts[0]",
                 "DECIDED has no part \"melody\"; it has reason removal"},
        Breakage{"EntryWithoutKinds", "", Rule("entry { parts: \"reason\" }"),
                 "entry { parts: \"reason\" }", ".entry", "names no kinds"},
        Breakage{"UnknownRecordDocument", "", Rule("document { types: \"SONG\" }"), "SONG",
                 ".document.types[0]", "no document \"SONG\""},
        Breakage{"UnknownRecordDocumentField", "",
                 Rule("document { types: \"PIR\"\n fields: \"melody\" }"), "melody",
                 ".document.fields[0]", "PIR has no field \"melody\""},
        Breakage{"DocumentWithoutTypes", "", Rule("document { fields: \"summary\" }"),
                 "document { fields: \"summary\" }", ".document", "names no types"},
        Breakage{"UnknownRecordFact", "", Rule("facts: \"mood\""), "mood", ".facts[0]",
                 "no question \"mood\""},
        Breakage{"NobodysRule", "", Rule("people: PERSON_UNSPECIFIED"), "PERSON_UNSPECIFIED",
                 ".people[0]", "names nobody"},
        Breakage{"RuleWithoutTag", "",
                 "record_rules { code: \"NEW\" clauses: \"c\" facts: \"cause\" }", "code: \"NEW\"",
                 "]", "has no tag"},
        Breakage{"UnknownTag", "", Rule("facts: \"cause\"", "Q"), "tag: \"Q\"", ".tag",
                 "no exemption \"Q\""},
        Breakage{"PublicAndExempt", "", Rule("facts: \"cause\"\n public_by_law: true", "N"),
                 " public_by_law: true\n}", ".public_by_law", "is tagged NONE"},
        Breakage{"PersonalAndPublic",
                 "record_rules { code: \"PERSONAL\" personal_information: true tag: \"C\"",
                 "record_rules { code: \"PERSONAL\" personal_information: true tag: \"NONE\"",
                 "code: \"PERSONAL\"", ".tag", "what is personal is withheld"},
        Breakage{
            "NeverDecides", "",
            Rule("facts: \"cause\"\n when { all { of { ticket {} } of { not { ticket {} } } } }"),
            "not { ticket {} }", ".when", "the rule NEW never decides"},
        Breakage{"FieldDecidedBefore", "", Rule("fields: \"device\"\n"), "  fields: \"device\"\n\n",
                 ".fields[0]", "the rule NETWORK before it decides"},
        Breakage{"EntryDecidedBefore", "", Rule("entry { kinds: \"READ\" }"),
                 "entry { kinds: \"READ\" }", ".entry.kinds[0]",
                 "the rule COURSE before it decides"},
        Breakage{"DocumentDecidedBefore", "", Rule("document { types: \"AGO_FILING\" }"),
                 "document { types: \"AGO_FILING\" }", ".document.types[0]",
                 "the rule FILED before it decides"},
        Breakage{"PersonDecidedBefore", "", Rule("people: PERSON_SUBJECT\n"),
                 "  people: PERSON_SUBJECT\n\n", ".people[0]",
                 "the rule SUBJECTS before it decides"},
        Breakage{"NobodyReleases", "act: \"RELEASE_RECORD\" roles: \"RAO\"",
                 "act: \"RELEASE_RECORD\"", "exemptions { code: \"A\"", "exemptions[0]",
                 "nobody may RELEASE_RECORD"},
        Breakage{"NobodyReviews", "act: \"REVIEW_RECORD\" roles: \"RAO\" roles: \"COUNSEL\"",
                 "act: \"REVIEW_RECORD\"", "exemptions { code: \"A\"", "exemptions[0]",
                 "nobody may REVIEW_RECORD"},
        Breakage{"NobodyRequests",
                 "act: \"REQUEST_RECORD\" roles: \"RAO\" roles: \"COUNSEL\" roles: \"PC\" roles: "
                 "\"SC\" roles: \"ISO\"",
                 "act: \"REQUEST_RECORD\"", "sources { key: \"REQUEST\"", ".sources[0]",
                 "nobody may REQUEST_RECORD"},
        Breakage{"NothingToAnswer", "  sources { key: \"REQUEST\" records_request {} }\n", "",
                 "satisfied_by { records_answered {} }", ".records_answered",
                 "no request for the record raises it"}}),
    NameOf);

// An item of a list in brackets has its own line too.
TEST(FindingTest, BracketsHaveLines) {
  const std::string text = absl::StrCat(ReadSourceFile(kPack),
                                        "\nroles: [\n"
                                        "  { code: \"A\" scope: SCOPE_GLOBAL sees_all: true },\n"
                                        "  { code: \"B\" title: \"second\" sees_all: true }\n"
                                        "]\n");
  bool found = false;
  for (const core::Finding& finding : core::CheckPolicyText(text)) {
    if (finding.warning) continue;
    EXPECT_THAT(finding.message, HasSubstr("B needs a scope"));
    EXPECT_EQ(finding.line, LineOf(text, "title: \"second\""));
    found = true;
  }
  EXPECT_TRUE(found);
}

TEST(FindingTest, StandInTheOrderOfTheText) {
  const std::string text = absl::StrCat(ReadSourceFile(kPack), "\n",
                                        "notices { key: \"BARE\" }\n"
                                        "roles { code: \"IDLE\" }\n"
                                        "permissions { act: \"HUM\" }\n");
  int before = 0;
  for (const core::Finding& finding : core::CheckPolicyText(text)) {
    EXPECT_GE(finding.line, before) << Shown(finding);
    before = finding.line;
  }
  EXPECT_EQ(before, LineOf(text, "act: \"HUM\""));
}

}  // namespace
}  // namespace belfry::testing
