#include "server/core/policy/lint_truth.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace belfry::core {
namespace {

using policy::v1::FactDefinition;
using policy::v1::Policy;
using policy::v1::Predicate;

constexpr char kUnanswered[] = "UNANSWERED";
// A text no pack names: any answer but those mentioned.
constexpr char kOther[] = "\n";
constexpr int64_t kCombinationsMax = 50'000;

template <typename Words>
bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Something the predicate asks about, and what it may be.
struct Variable {
  std::set<std::string> words;
  std::set<int64_t> numbers;  // instead of words
  std::vector<std::string> values = {};
  size_t at = 0;

  const std::string& value() const { return values[at]; }
  bool yes() const { return at == 1; }
};

class Table {
 public:
  Table(const Policy& policy, const Predicate& predicate) : policy_(policy) {
    for (const FactDefinition& fact : policy.facts()) facts_.emplace(fact.name(), &fact);
    Collect(predicate);
    for (auto& [key, variable] : variables_) {
      variable.values.assign(variable.words.begin(), variable.words.end());
      for (const int64_t number : variable.numbers) variable.values.push_back(absl::StrCat(number));
    }
  }

  int64_t Combinations() const {
    int64_t product = 1;
    for (const auto& [key, variable] : variables_) {
      product *= static_cast<int64_t>(variable.values.size());
      if (product > kCombinationsMax) break;
    }
    return product;
  }

  // The next combination; false after the last one.
  bool Next() {
    for (auto& [key, variable] : variables_) {
      if (++variable.at < variable.values.size()) return true;
      variable.at = 0;
    }
    return false;
  }

  bool Holds(const Predicate& predicate) const {
    const auto holds = [this](const Predicate& part) { return Holds(part); };
    switch (predicate.kind_case()) {
      case Predicate::kAll:
        return std::all_of(predicate.all().of().begin(), predicate.all().of().end(), holds);
      case Predicate::kAny:
        return std::any_of(predicate.any().of().begin(), predicate.any().of().end(), holds);
      case Predicate::kNot:
        return !Holds(predicate.not_());
      case Predicate::kFact:
        return FactHolds(predicate.fact());
      case Predicate::kCategory:
        return CategoryHolds(predicate.category());
      case Predicate::kPresumption:
        return Number("presumption") >= predicate.presumption().at_least();
      case Predicate::kSeverity:
        return Rank(At("severity").value()) <= Rank(predicate.severity().at_least());
      case Predicate::kState:
        return StateHolds(predicate.state());
      case Predicate::kCount:
        return Number(CountKey(predicate.count())) >= predicate.count().at_least();
      case Predicate::kDecision:
        return Contains(predicate.decision().is(), At(DecisionKey(predicate.decision())).value());
      case Predicate::kSatisfied:
        return predicate.satisfied().code().empty() || At(Opaque(predicate)).yes();
      case Predicate::KIND_NOT_SET:
        return true;
      default:
        return At(Opaque(predicate)).yes();
    }
  }

 private:
  static std::string Opaque(const Predicate& predicate) { return predicate.SerializeAsString(); }
  static std::string CountKey(const Predicate::CountTest& test) {
    return absl::StrCat("count ", test.what());
  }
  static std::string DecisionKey(const Predicate::DecisionTest& test) {
    return absl::StrCat("decision ", test.question());
  }
  static std::string FactKey(const std::string& name) { return absl::StrCat("fact ", name); }

  const FactDefinition* Fact(const std::string& name) const {
    const auto found = facts_.find(name);
    return found == facts_.end() ? nullptr : found->second;
  }

  int Rank(absl::string_view severity) const {
    for (int i = 0; i < policy_.severities_size(); ++i) {
      if (policy_.severities(i).code() == severity) return i;
    }
    return policy_.severities_size();
  }

  const Variable& At(const std::string& key) const { return variables_.at(key); }
  int64_t Number(const std::string& key) const {
    int64_t number = 0;
    return absl::SimpleAtoi(At(key).value(), &number) ? number : -1;
  }

  void AddBool(const std::string& key) { variables_[key].words = {"0", "1"}; }

  void Collect(const Predicate& predicate) {
    switch (predicate.kind_case()) {
      case Predicate::kAll:
        for (const Predicate& part : predicate.all().of()) Collect(part);
        break;
      case Predicate::kAny:
        for (const Predicate& part : predicate.any().of()) Collect(part);
        break;
      case Predicate::kNot:
        Collect(predicate.not_());
        break;
      case Predicate::kFact:
        CollectFact(predicate.fact());
        break;
      case Predicate::kCategory:
        for (const std::string& code : predicate.category().code()) {
          AddBool(absl::StrCat("category ", code));
          for (const std::string& sub_value : predicate.category().sub_value()) {
            AddBool(absl::StrCat("category ", code, "/", sub_value));
          }
        }
        break;
      case Predicate::kPresumption:
        variables_["presumption"].numbers = {0, 1, 2, 3};
        break;
      case Predicate::kSeverity:
        for (const auto& severity : policy_.severities()) {
          variables_["severity"].words.insert(severity.code());
        }
        break;
      case Predicate::kState:
        for (const auto& state : policy_.states()) variables_["state"].words.insert(state.code());
        if (!predicate.state().clock_set().empty()) {
          AddBool(absl::StrCat("clock ", predicate.state().clock_set()));
        }
        break;
      case Predicate::kCount: {
        std::set<int64_t>& numbers = variables_[CountKey(predicate.count())].numbers;
        numbers.insert(0);
        for (int64_t number = predicate.count().at_least() - 1;
             number <= predicate.count().at_least(); ++number) {
          if (number >= 0) numbers.insert(number);
        }
        break;
      }
      case Predicate::kDecision: {
        std::set<std::string>& words = variables_[DecisionKey(predicate.decision())].words;
        words.insert(kOther);  // not decided yet
        for (const auto& question : policy_.questions()) {
          if (question.code() != predicate.decision().question()) continue;
          words.insert(question.answers().begin(), question.answers().end());
        }
        break;
      }
      case Predicate::KIND_NOT_SET:
        break;
      default:
        AddBool(Opaque(predicate));
        break;
    }
  }

  void CollectFact(const Predicate::FactTest& test) {
    const FactDefinition* fact = Fact(test.name());
    if (fact != nullptr && fact->multiple()) {
      for (const std::string& word : test.is())
        AddBool(absl::StrCat(FactKey(test.name()), "=", word));
      return;
    }
    Variable& variable = variables_[FactKey(test.name())];
    variable.words.insert(kUnanswered);
    if (fact == nullptr) {
      variable.words.insert(test.is().begin(), test.is().end());
      return;
    }
    if (!fact->number()) {
      variable.words.insert(fact->values().begin(), fact->values().end());
      if (!fact->values().empty()) return;
      variable.words.insert(kOther);
      variable.words.insert(test.is().begin(), test.is().end());
      return;
    }
    variable.numbers.insert(0);
    variable.numbers.insert(INT64_MAX);
    if (test.has_at_least()) {
      for (int64_t number = std::max<int64_t>(test.at_least(), 1) - 1;
           number <= test.at_least() && number < INT64_MAX; ++number) {
        variable.numbers.insert(number);
      }
    }
    for (const std::string& word : test.is()) {
      int64_t number = 0;
      if (absl::SimpleAtoi(word, &number) && number >= 0) variable.numbers.insert(number);
    }
  }

  bool FactHolds(const Predicate::FactTest& test) const {
    const FactDefinition* fact = Fact(test.name());
    if (fact != nullptr && fact->multiple()) {
      return std::any_of(test.is().begin(), test.is().end(), [&](const std::string& word) {
        return At(absl::StrCat(FactKey(test.name()), "=", word)).yes();
      });
    }
    const std::string& value = At(FactKey(test.name())).value();
    if (!test.has_at_least()) return Contains(test.is(), value);
    int64_t number = 0;
    return absl::SimpleAtoi(value, &number) && number >= test.at_least();
  }

  bool CategoryHolds(const Predicate::CategoryTest& test) const {
    return std::any_of(test.code().begin(), test.code().end(), [&](const std::string& code) {
      if (!At(absl::StrCat("category ", code)).yes()) return false;
      return test.sub_value().empty() ||
             std::any_of(test.sub_value().begin(), test.sub_value().end(),
                         [&](const std::string& sub_value) {
                           return At(absl::StrCat("category ", code, "/", sub_value)).yes();
                         });
    });
  }

  bool StateHolds(const Predicate::StateTest& test) const {
    const auto state = variables_.find("state");
    if (state->second.values.empty()) return true;
    const std::string& code = state->second.value();
    if (!test.is().empty() && !Contains(test.is(), code)) return false;
    if (!test.clock_set().empty() && !At(absl::StrCat("clock ", test.clock_set())).yes()) {
      return false;
    }
    return !test.ongoing() ||
           std::any_of(policy_.states().begin(), policy_.states().end(),
                       [&](const auto& known) { return known.code() == code && known.ongoing(); });
  }

  const Policy& policy_;
  std::map<std::string, const FactDefinition*> facts_;
  std::map<std::string, Variable> variables_;
};

}  // namespace

Truth TruthOf(const Policy& policy, const Predicate& predicate) {
  Table table(policy, predicate);
  // Nothing to choose from: the pack lacks what the predicate speaks of, which is said elsewhere.
  if (table.Combinations() <= 0 || table.Combinations() > kCombinationsMax) return {};
  Truth truth{false, false};
  do {
    (table.Holds(predicate) ? truth.can_hold : truth.can_fail) = true;
  } while (!(truth.can_hold && truth.can_fail) && table.Next());
  return truth;
}

}  // namespace belfry::core
