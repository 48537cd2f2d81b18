#include "server/core/policy/lint_predicates.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "belfry/v1/incident.pb.h"
#include "server/core/policy/lint_truth.h"

namespace belfry::core {
namespace {

using policy::v1::DocumentType;
using policy::v1::FieldTest;
using policy::v1::Guard;
using policy::v1::Predicate;
using Words = google::protobuf::RepeatedPtrField<std::string>;

bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string Part(const std::string& path, absl::string_view list, int index) {
  return absl::StrCat(path, ".", list, "[", index, "]");
}

void CheckParts(LintContext& lint, const google::protobuf::RepeatedPtrField<Predicate>& parts,
                const std::string& path, absl::string_view kind) {
  if (parts.empty()) {
    lint.Error(path, absl::StrCat("`", kind, "` of nothing; add `of { … }`"));
  }
  for (int i = 0; i < parts.size(); ++i) CheckPredicate(lint, parts.Get(i), Part(path, "of", i));
}

void CheckFact(LintContext& lint, const Predicate::FactTest& test, const std::string& path) {
  const auto fact = lint.facts.find(test.name());
  if (fact == lint.facts.end()) {
    lint.Error(path + ".name",
               absl::StrCat("there is no question \"", test.name(), "\"; define it in facts"));
    return;
  }
  if (test.has_at_least() == !test.is().empty()) {
    lint.Error(path,
               absl::StrCat("a test of ", test.name(), " needs `is` or `at_least`, one of them"));
  }
  if (test.has_at_least() && !fact->second->number()) {
    lint.Error(path + ".at_least",
               absl::StrCat(test.name(), " is no number; use `is`, or set number in facts"));
  }
  CheckAnswers(lint, *fact->second, test.is(), path + ".is");
}

void CheckCategory(LintContext& lint, const Predicate::CategoryTest& test,
                   const std::string& path) {
  if (test.code().empty()) lint.Error(path, "a test of the category needs a code");
  lint.ReferAll(lint.categories, test.code(), "category", path + ".code");
  for (int i = 0; i < test.sub_value_size(); ++i) {
    const bool known = std::any_of(test.code().begin(), test.code().end(), [&](const auto& code) {
      const auto category = lint.categories.find(code);
      if (category == lint.categories.end()) return false;
      const auto& values = category->second->sub_values();
      return std::any_of(values.begin(), values.end(),
                         [&](const auto& value) { return value.code() == test.sub_value(i); });
    });
    if (known) continue;
    lint.Error(
        Part(path, "sub_value", i),
        absl::StrCat("\"", test.sub_value(i), "\" is no sub-value of ",
                     absl::StrJoin(test.code(), ", "), "; define it or correct the spelling"));
  }
}

void CheckState(LintContext& lint, const Predicate::StateTest& test, const std::string& path) {
  if (test.is().empty() && test.clock_set().empty() && !test.ongoing()) {
    lint.Error(path, "a test of the state needs `is`, `clock_set` or `ongoing: true`");
  }
  lint.ReferAll(lint.states, test.is(), "state", path + ".is");
  if (!test.clock_set().empty()) {
    lint.Refer(lint.clocks, test.clock_set(), "clock", path + ".clock_set");
  }
}

void CheckElapsed(LintContext& lint, const Predicate::ElapsedTest& test, const std::string& path) {
  if (test.clock() != "T0") lint.Refer(lint.clocks, test.clock(), "clock", path + ".clock");
  if (test.has_span() == test.has_at_least()) {
    lint.Error(path, "needs `at_least` or `span`: how long after the clock?");
  }
  if (test.has_at_least()) lint.CheckDuration(test.at_least(), path + ".at_least");
  if (!test.has_span()) return;
  lint.CheckSpan(test.span(), path + ".span", true);
  if (test.span().business_days() > 0) {
    lint.Error(path + ".span.business_days",
               "is not known here; write the length with any or by_severity");
  } else if (!IsSet(test.span())) {
    lint.Error(path + ".span", "gives no length; write any or by_severity");
  }
}

void CheckDevice(LintContext& lint, const Predicate::DeviceTest& test, const std::string& path) {
  for (int i = 0; i < test.status_size(); ++i) {
    v1::Device::Status status = v1::Device::STATUS_UNSPECIFIED;
    if (v1::Device::Status_Parse(absl::StrCat("STATUS_", test.status(i)), &status) &&
        status != v1::Device::STATUS_UNSPECIFIED) {
      continue;
    }
    lint.Error(Part(path, "status", i), absl::StrCat("\"", test.status(i),
                                                     "\" is no status of a device; use one such as "
                                                     "INFECTED, ISOLATED or SCAN_CLEAN"));
  }
  const bool both = test.has_at_most() && test.at_least() != 0;
  if (both || (!test.has_at_most() && test.at_least() < 1)) {
    lint.Error(path, "needs `at_least`, from 1, or `at_most`, one of them");
  }
  if (test.at_most() < 0) lint.Error(path + ".at_most", "must not be negative");
}

void CheckLate(LintContext& lint, const Predicate::LateTest& test, const std::string& path) {
  if (test.kind().empty()) lint.Error(path, "needs a kind: which duties?");
  for (int i = 0; i < test.kind_size(); ++i) {
    const bool any = std::any_of(
        lint.policy.obligations().begin(), lint.policy.obligations().end(),
        [&](const policy::v1::Obligation& duty) { return duty.kind() == test.kind(i); });
    if (any) continue;
    lint.Error(Part(path, "kind", i),
               absl::StrCat("no duty is of kind ",
                            policy::v1::Obligation::Kind_Name(
                                static_cast<policy::v1::Obligation::Kind>(test.kind(i))),
                            "; none can be late"));
  }
}

void CheckKind(LintContext& lint, const Predicate& predicate, const std::string& path) {
  switch (predicate.kind_case()) {
    case Predicate::kAll:
      CheckParts(lint, predicate.all().of(), path + ".all", "all");
      break;
    case Predicate::kAny:
      CheckParts(lint, predicate.any().of(), path + ".any", "any");
      break;
    case Predicate::kNot:
      CheckPredicate(lint, predicate.not_(), path + ".not");
      break;
    case Predicate::kFact:
      CheckFact(lint, predicate.fact(), path + ".fact");
      break;
    case Predicate::kCategory:
      CheckCategory(lint, predicate.category(), path + ".category");
      break;
    case Predicate::kPresumption:
      if (predicate.presumption().at_least() == policy::v1::Category::PRESUMPTION_UNSPECIFIED) {
        lint.Error(path + ".presumption", "needs `at_least`: how likely?");
      }
      break;
    case Predicate::kSeverity:
      lint.Refer(lint.severities, predicate.severity().at_least(), "severity",
                 path + ".severity.at_least");
      break;
    case Predicate::kState:
      CheckState(lint, predicate.state(), path + ".state");
      break;
    case Predicate::kEntity:
      if (predicate.entity().property() == Predicate::EntityTest::PROPERTY_UNSPECIFIED) {
        lint.Error(path + ".entity", "a test of an entity needs a property");
      }
      break;
    case Predicate::kCount:
      if (predicate.count().what() == Predicate::CountTest::WHAT_UNSPECIFIED) {
        lint.Error(path + ".count", "a count needs `what`");
      }
      if (predicate.count().at_least() < 1) {
        lint.Error(path + ".count", "at_least counts from 1; there are always zero or more");
      }
      break;
    case Predicate::kOpenObligations:
      lint.ReferAll(lint.obligations, predicate.open_obligations().code(), "duty",
                    path + ".open_obligations.code");
      if (predicate.open_obligations().at_most() < 0) {
        lint.Error(path + ".open_obligations.at_most", "must not be negative; it never holds");
      }
      break;
    case Predicate::kElapsed:
      CheckElapsed(lint, predicate.elapsed(), path + ".elapsed");
      break;
    case Predicate::kDocument:
      if (lint.Refer(lint.documents, predicate.document().type(), "document",
                     path + ".document.type")) {
        CheckFieldTests(lint, predicate.document().type(), predicate.document().fields(),
                        path + ".document.fields");
      }
      break;
    case Predicate::kDecision:
      CheckDecision(lint, predicate.decision().question(), predicate.decision().is(),
                    path + ".decision", "is");
      break;
    case Predicate::kSatisfied:
      if (predicate.satisfied().code().empty()) {
        lint.Error(path + ".satisfied", "needs a code: which duty?");
      }
      lint.ReferAll(lint.obligations, predicate.satisfied().code(), "duty",
                    path + ".satisfied.code");
      break;
    case Predicate::kDevice:
      CheckDevice(lint, predicate.device(), path + ".device");
      break;
    case Predicate::kLate:
      CheckLate(lint, predicate.late(), path + ".late");
      break;
    case Predicate::kTold:
      if (predicate.told().roles().empty()) lint.Error(path + ".told", "needs roles: who?");
      lint.ReferRoles(predicate.told().roles(), path + ".told.roles");
      break;
    case Predicate::kTicket:
    case Predicate::kCategoryDetail:
    case Predicate::kChild:
      break;
    case Predicate::KIND_NOT_SET:
      lint.Error(path, "an empty predicate says nothing; set one kind");
      break;
  }
}

// What all guards need; true when the requirement can be judged.
void CheckGuard(LintContext& lint, const Guard& guard, const std::string& path) {
  lint.CheckText(guard.message(), "message", path, "say why it is refused");
  lint.CheckText(guard.remedy(), "remedy", path, "say what to do about it");
  lint.CheckRemedy(guard.remedy(), path + ".remedy");
  lint.CheckCited(guard, path);
  if (!guard.has_require()) {
    lint.Error(path, absl::StrCat("guard ", guard.code(), " has no `require`; say what must hold"));
    return;
  }
  const std::string at = path + ".require";
  if (!CheckPredicate(lint, guard.require(), at)) return;
  const Truth truth = TruthOf(lint.policy, guard.require());
  if (!truth.can_hold) {
    lint.Error(at, absl::StrCat("can never hold, so guard ", guard.code(),
                                " refuses always; correct it or take it out"));
  } else if (!truth.can_fail) {
    lint.Warning(at, absl::StrCat("always holds, so guard ", guard.code(),
                                  " refuses nothing; correct it or take it out"));
  }
}

// Who is asked: `when_actor`, but for `unless_actor`. Only documents know who acts.
void CheckActors(LintContext& lint, const Guard& guard, const std::string& path, bool document) {
  lint.ReferRoles(guard.when_actor(), path + ".when_actor");
  lint.ReferRoles(guard.unless_actor(), path + ".unless_actor");
  if (!document && !guard.when_actor().empty()) {
    lint.Error(path + ".when_actor", "is for documents; name the roles in the permission");
  }
  if (guard.when_actor().empty() && !guard.unless_actor().empty()) {
    lint.Error(path + ".unless_actor", "counts only with when_actor; say who is asked");
  }
}

}  // namespace

bool CheckPredicate(LintContext& lint, const Predicate& predicate, const std::string& path) {
  const size_t before = lint.findings.size();
  CheckKind(lint, predicate, path);
  return lint.findings.size() == before;
}

void CheckCanHold(LintContext& lint, const Predicate& predicate, const std::string& path,
                  const std::string& so) {
  if (CheckPredicate(lint, predicate, path) && !TruthOf(lint.policy, predicate).can_hold) {
    lint.Error(path, absl::StrCat("can never hold, so ", so, "; its parts exclude each other"));
  }
}

void CheckGuards(LintContext& lint, const Guards& guards, const std::string& path,
                 const DocumentType* document) {
  lint.CheckCodes(guards, path);
  for (int i = 0; i < guards.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    CheckGuard(lint, guards.Get(i), at);
    CheckActors(lint, guards.Get(i), at, document != nullptr);
    if (!guards.Get(i).has_when_field()) continue;
    if (document != nullptr) {
      CheckFieldTest(lint, *document, guards.Get(i).when_field(), at + ".when_field");
    } else {
      lint.Error(at + ".when_field", "a transition has no fields; put the question into `require`");
    }
  }
}

void CheckGuards(LintContext& lint, const Guards& guards, const std::string& path,
                 const policy::v1::Question& question) {
  lint.CheckCodes(guards, path);
  for (int i = 0; i < guards.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    CheckGuard(lint, guards.Get(i), at);
    CheckActors(lint, guards.Get(i), at, false);
    if (!guards.Get(i).has_when_field()) continue;
    const FieldTest& test = guards.Get(i).when_field();
    if (test.name() != "answer") {
      lint.Error(at + ".when_field.name",
                 absl::StrCat("\"", test.name(), "\" is no field of a decision; write \"answer\""));
    }
    if (test.is().empty()) lint.Error(at + ".when_field", "needs `is`: which answers?");
    for (int a = 0; a < test.is_size(); ++a) {
      if (Contains(question.answers(), test.is(a))) continue;
      lint.Error(Part(at, "when_field.is", a),
                 absl::StrCat("\"", test.is(a), "\" is no answer to ", question.code(),
                              "; use one of ", absl::StrJoin(question.answers(), ", ")));
    }
  }
}

void CheckFieldTest(LintContext& lint, const DocumentType& document, const FieldTest& test,
                    const std::string& path) {
  const auto field =
      std::find_if(document.fields().begin(), document.fields().end(),
                   [&](const DocumentType::Field& known) { return known.name() == test.name(); });
  if (field == document.fields().end()) {
    lint.Error(path + ".name", absl::StrCat(document.code(), " has no field \"", test.name(),
                                            "\"; define it or correct the spelling"));
    return;
  }
  if (test.is().empty()) lint.Error(path, "needs `is`: which values?");
  if (field->values().empty() || field->multiple()) {
    lint.Error(path + ".name",
               absl::StrCat("only a field with one of several values can be asked about; give ",
                            document.code(), ".", test.name(), " values, and not multiple"));
    return;
  }
  for (int i = 0; i < test.is_size(); ++i) {
    if (Contains(field->values(), test.is(i))) continue;
    lint.Error(Part(path, "is", i),
               absl::StrCat("\"", test.is(i), "\" is no value of ", document.code(), ".",
                            test.name(), "; use one of ", absl::StrJoin(field->values(), ", ")));
  }
}

void CheckFieldTests(LintContext& lint, const std::string& document, const FieldTests& tests,
                     const std::string& path) {
  const auto found = lint.documents.find(document);
  if (found == lint.documents.end()) return;
  for (int i = 0; i < tests.size(); ++i) {
    CheckFieldTest(lint, *found->second, tests.Get(i), absl::StrCat(path, "[", i, "]"));
  }
}

void CheckAnswers(LintContext& lint, const policy::v1::FactDefinition& fact, const Words& answers,
                  const std::string& path) {
  for (int i = 0; i < answers.size(); ++i) {
    const std::string& answer = answers.Get(i);
    int64_t number = 0;
    const bool known = answer == "UNANSWERED" ||
                       (fact.number() ? absl::SimpleAtoi(answer, &number) && number >= 0
                                      : fact.values().empty() || Contains(fact.values(), answer));
    if (known) continue;
    lint.Error(
        absl::StrCat(path, "[", i, "]"),
        absl::StrCat("\"", answer, "\" is no answer to ", fact.name(), "; use ",
                     fact.number() ? "a whole number, zero or more"
                                   : absl::StrCat("one of ", absl::StrJoin(fact.values(), ", "))));
  }
}

void CheckDecision(LintContext& lint, const std::string& question, const Words& answers,
                   const std::string& path, absl::string_view list) {
  const auto found = lint.questions.find(question);
  if (found == lint.questions.end()) {
    lint.Error(path + ".question",
               absl::StrCat("there is no decision \"", question, "\"; define it in questions"));
    return;
  }
  if (answers.empty()) {
    lint.Error(path, absl::StrCat("needs `", list, "`: which answers to ", question, "?"));
  }
  for (int i = 0; i < answers.size(); ++i) {
    if (Contains(found->second->answers(), answers.Get(i))) continue;
    lint.Error(Part(path, list, i),
               absl::StrCat("\"", answers.Get(i), "\" is no answer to ", question, "; use one of ",
                            absl::StrJoin(found->second->answers(), ", ")));
  }
}

}  // namespace belfry::core
