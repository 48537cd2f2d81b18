#include "server/core/predicate.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "server/base/proto_time.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Category;
using policy::v1::Predicate;

constexpr absl::string_view kUnanswered = "UNANSWERED";

template <typename Range>
bool Contains(const Range& range, absl::string_view value) {
  return std::any_of(range.begin(), range.end(),
                     [&](const std::string& item) { return item == value; });
}

bool FactHolds(const Predicate::FactTest& test, const Subject& subject) {
  const std::optional<std::string> value = FactValue(subject.state, test.name());
  if (test.has_at_least()) {
    int64_t number = 0;
    return value.has_value() && absl::SimpleAtoi(*value, &number) && number >= test.at_least();
  }
  return Contains(test.is(), value.has_value() ? absl::string_view(*value) : kUnanswered);
}

bool CategoryHolds(const Predicate::CategoryTest& test, const Subject& subject) {
  for (const v1::CategoryAssignment& assigned : subject.state.categories()) {
    if (!Contains(test.code(), assigned.category())) continue;
    if (test.sub_value().empty()) return true;
    for (const std::string& sub_value : assigned.sub_values()) {
      if (Contains(test.sub_value(), sub_value)) return true;
    }
  }
  return false;
}

bool StateHolds(const Predicate::StateTest& test, const Subject& subject) {
  if (!test.is().empty() && !Contains(test.is(), subject.state.state())) return false;
  if (!test.clock_set().empty() && !ClockOf(subject.state, test.clock_set()).has_value()) {
    return false;
  }
  if (test.ongoing()) {
    const policy::v1::State* state = subject.policy.FindState(subject.state.state());
    if (state == nullptr || !state->ongoing()) return false;
  }
  return true;
}

bool EntityHolds(const Predicate::EntityTest& test, const Subject& subject) {
  const absl::string_view name =
      subject.entity.empty() ? absl::string_view(subject.state.entity()) : subject.entity;
  const record::v1::EntityPart* part = FindPart(subject.state, name);
  if (part == nullptr) return false;
  switch (test.property()) {
    case Predicate::EntityTest::PROPERTY_EXECUTIVE_DEPARTMENT:
      return part->executive_department();
    case Predicate::EntityTest::PROPERTY_NETWORK_MEMBER:
      return part->network_member();
    default:
      return false;
  }
}

int Count(Predicate::CountTest::What what, const record::v1::IncidentState& state) {
  switch (what) {
    case Predicate::CountTest::WHAT_AFFECTED_ENTITIES:
      return static_cast<int>(
          std::count_if(state.entities().begin(), state.entities().end(), IsReporting));
    case Predicate::CountTest::WHAT_AFFECTED_OR_POTENTIAL_ENTITIES:
      return state.entities_size();
    case Predicate::CountTest::WHAT_SECRETARIATS:
      return static_cast<int>(Secretariats(state).size());
    case Predicate::CountTest::WHAT_CATEGORIES:
      return state.categories_size();
    default:
      return 0;
  }
}

int OpenObligations(const Predicate::OpenObligationTest& test,
                    const record::v1::IncidentState& state) {
  return static_cast<int>(std::count_if(
      state.obligations().begin(), state.obligations().end(),
      [&](const record::v1::ObligationRow& row) {
        const bool unsettled = IsOpen(row) || row.state() == v1::Obligation::STATE_HELD;
        return unsettled && (test.code().empty() || Contains(test.code(), row.code()));
      }));
}

// When an elapsed test turns true; nullopt while its clock is not set.
std::optional<absl::Time> ElapsedPoint(const Predicate::ElapsedTest& test, const Subject& subject) {
  std::optional<absl::Time> start;
  if (test.clock() == "T0") {
    const record::v1::EntityPart* part =
        FindPart(subject.state, subject.entity.empty() ? absl::string_view(subject.state.entity())
                                                       : subject.entity);
    if (part != nullptr) start = FromProto(part->detect_time());
  } else {
    start = ClockOf(subject.state, test.clock());
  }
  if (!start.has_value()) return std::nullopt;
  return *start + FromProto(test.at_least());
}

}  // namespace

Category::Presumption Presumption(const PolicyIndex& policy,
                                  const record::v1::IncidentState& state) {
  Category::Presumption strongest = Category::PRESUMPTION_UNSPECIFIED;
  for (const v1::CategoryAssignment& assigned : state.categories()) {
    const Category* category = policy.FindCategory(assigned.category());
    if (category == nullptr) continue;
    // A sub-value replaces its category's presumption, so the category counts on its own only when
    // some sub-value says nothing, or there is none.
    bool own = assigned.sub_values().empty();
    for (const std::string& code : assigned.sub_values()) {
      const auto found = std::find_if(
          category->sub_values().begin(), category->sub_values().end(),
          [&](const Category::SubValue& sub_value) { return sub_value.code() == code; });
      if (found == category->sub_values().end() ||
          found->presumption() == Category::PRESUMPTION_UNSPECIFIED) {
        own = true;
      } else {
        strongest = std::max(strongest, found->presumption());
      }
    }
    if (own) strongest = std::max(strongest, category->presumption());
  }
  return strongest;
}

bool Holds(const Predicate& predicate, const Subject& subject) {
  const auto holds = [&](const Predicate& part) { return Holds(part, subject); };
  switch (predicate.kind_case()) {
    case Predicate::kAll:
      return std::all_of(predicate.all().of().begin(), predicate.all().of().end(), holds);
    case Predicate::kAny:
      return std::any_of(predicate.any().of().begin(), predicate.any().of().end(), holds);
    case Predicate::kNot:
      return !Holds(predicate.not_(), subject);
    case Predicate::kFact:
      return FactHolds(predicate.fact(), subject);
    case Predicate::kCategory:
      return CategoryHolds(predicate.category(), subject);
    case Predicate::kPresumption:
      return Presumption(subject.policy, subject.state) >= predicate.presumption().at_least();
    case Predicate::kSeverity:
      return subject.policy.SeverityRank(subject.state.severity()) <=
             subject.policy.SeverityRank(predicate.severity().at_least());
    case Predicate::kState:
      return StateHolds(predicate.state(), subject);
    case Predicate::kEntity:
      return EntityHolds(predicate.entity(), subject);
    case Predicate::kCount:
      return Count(predicate.count().what(), subject.state) >= predicate.count().at_least();
    case Predicate::kOpenObligations:
      return OpenObligations(predicate.open_obligations(), subject.state) <=
             predicate.open_obligations().at_most();
    case Predicate::kElapsed: {
      const std::optional<absl::Time> point = ElapsedPoint(predicate.elapsed(), subject);
      return point.has_value() && subject.now >= *point;
    }
    case Predicate::kDocument:
      return std::any_of(subject.state.documents().begin(), subject.state.documents().end(),
                         [&](const record::v1::DocumentRow& row) {
                           return row.type() == predicate.document().type() &&
                                  (subject.entity.empty() || row.entity() == subject.entity);
                         });
    case Predicate::kTicket:
      return !subject.state.tickets().empty();
    case Predicate::KIND_NOT_SET:
      return true;
  }
  return false;
}

std::vector<absl::Time> ElapsedPoints(const Predicate& predicate, const Subject& subject) {
  std::vector<absl::Time> points;
  const auto collect = [&](const Predicate& part) {
    const std::vector<absl::Time> inner = ElapsedPoints(part, subject);
    points.insert(points.end(), inner.begin(), inner.end());
  };
  switch (predicate.kind_case()) {
    case Predicate::kAll:
      for (const Predicate& part : predicate.all().of()) collect(part);
      break;
    case Predicate::kAny:
      for (const Predicate& part : predicate.any().of()) collect(part);
      break;
    case Predicate::kNot:
      collect(predicate.not_());
      break;
    case Predicate::kElapsed:
      if (const auto point = ElapsedPoint(predicate.elapsed(), subject); point.has_value()) {
        points.push_back(*point);
      }
      break;
    default:
      break;
  }
  return points;
}

}  // namespace belfry::core
