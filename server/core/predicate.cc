#include "server/core/predicate.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "server/base/proto_time.h"
#include "server/core/obligation_sources.h"
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
  const std::optional<std::string> value = FactValue(subject.state, test.name(), subject.entity);
  if (test.has_at_least()) {
    int64_t number = 0;
    return value.has_value() && absl::SimpleAtoi(*value, &number) && number >= test.at_least();
  }
  if (!value.has_value()) return Contains(test.is(), kUnanswered);
  const policy::v1::FactDefinition* definition = subject.policy.FindFact(test.name());
  if (definition == nullptr || !definition->multiple()) return Contains(test.is(), *value);
  const std::vector<absl::string_view> parts = absl::StrSplit(*value, ',');
  return std::any_of(parts.begin(), parts.end(), [&](absl::string_view part) {
    return Contains(test.is(), absl::StripAsciiWhitespace(part));
  });
}

bool CategoryHolds(const Predicate::CategoryTest& test, const Subject& subject) {
  return std::any_of(subject.state.categories().begin(), subject.state.categories().end(),
                     [&](const auto& assigned) { return CategoryFits(test, assigned); });
}

bool CategoryDetailHolds(const Subject& subject) {
  return std::all_of(subject.state.categories().begin(), subject.state.categories().end(),
                     [&](const v1::CategoryAssignment& assigned) {
                       const Category* category = subject.policy.FindCategory(assigned.category());
                       return category == nullptr || !category->sub_value_required() ||
                              !assigned.sub_values().empty();
                     });
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
    case Predicate::EntityTest::PROPERTY_VOLUNTARY:
      return part->voluntary();
    default:
      return false;
  }
}

int64_t Count(Predicate::CountTest::What what, const record::v1::IncidentState& state) {
  switch (what) {
    case Predicate::CountTest::WHAT_AFFECTED_ENTITIES:
      return static_cast<int>(
          std::count_if(state.entities().begin(), state.entities().end(), IsReporting));
    case Predicate::CountTest::WHAT_AFFECTED_OR_POTENTIAL_ENTITIES:
      return std::count_if(state.entities().begin(), state.entities().end(),
                           [](const record::v1::EntityPart& part) {
                             return part.relation() != v1::IncidentEntity::RELATION_THIRD_PARTY;
                           });
    case Predicate::CountTest::WHAT_SECRETARIATS:
      return static_cast<int>(Secretariats(state).size());
    case Predicate::CountTest::WHAT_CATEGORIES:
      return state.categories_size();
    case Predicate::CountTest::WHAT_INFECTED_SUBNETS: {
      std::set<std::string> subnets;
      for (const v1::Device& device : state.devices()) {
        if (device.ever_infected() && !device.subnet().empty()) subnets.insert(device.subnet());
      }
      return static_cast<int64_t>(subnets.size());
    }
    case Predicate::CountTest::WHAT_REINFECTIONS:
      return state.reinfections_size();
    case Predicate::CountTest::WHAT_ACTIVE_REMOVALS:
      return std::count_if(state.removals().begin(), state.removals().end(),
                           [](const v1::NetworkRemoval& removal) {
                             return removal.state() != v1::NetworkRemoval::STATE_LIFTED;
                           });
    case Predicate::CountTest::WHAT_OPEN_COSTS:
      return std::count_if(state.costs().begin(), state.costs().end(), [](const auto& cost) {
        return cost.assessment() == v1::CostLine::ASSESSMENT_OPEN;
      });
    case Predicate::CountTest::WHAT_SELF_HELP_CENTS: {
      int64_t cents = 0;
      for (const v1::CostLine& cost : state.costs()) {
        if (!cost.self_help() || cost.assessment() == v1::CostLine::ASSESSMENT_WRITTEN_OFF)
          continue;
        cents += cost.amount_cents();
      }
      return cents;
    }
    default:
      return 0;
  }
}

int OpenObligations(const Predicate::OpenObligationTest& test, const PolicyIndex& policy,
                    const record::v1::IncidentState& state) {
  return static_cast<int>(std::count_if(
      state.obligations().begin(), state.obligations().end(),
      [&](const record::v1::ObligationRow& row) {
        const bool unsettled = IsOpen(row) || row.state() == v1::Obligation::STATE_HELD;
        if (!unsettled || !test.code().empty())
          return unsettled && Contains(test.code(), row.code());
        // Whoever asks for the record does not keep the incident open.
        const policy::v1::Obligation* rule = policy.FindObligation(row.code());
        return rule == nullptr || !AsksForRecord(*rule);
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
  if (!test.has_span()) return *start + FromProto(test.at_least());
  const absl::Duration span = subject.policy.SpanFor(test.span(), subject.state.severity());
  if (span <= absl::ZeroDuration()) return std::nullopt;
  return *start + span;
}

bool SatisfiedHolds(const Predicate::SatisfiedTest& test, const record::v1::IncidentState& state) {
  return std::all_of(test.code().begin(), test.code().end(), [&](const std::string& code) {
    bool satisfied = false;
    for (const record::v1::ObligationRow& row : state.obligations()) {
      if (row.code() != code) continue;
      if (IsOpen(row)) return false;
      satisfied |= IsSatisfied(row);
    }
    return satisfied;
  });
}

bool DeviceHolds(const Predicate::DeviceTest& test, const record::v1::IncidentState& state) {
  const auto count =
      std::count_if(state.devices().begin(), state.devices().end(), [&](const v1::Device& device) {
        return test.status().empty() || Contains(test.status(), DeviceStatusName(device.status()));
      });
  return test.has_at_most() ? count <= test.at_most() : count >= test.at_least();
}

bool LateHolds(const Predicate::LateTest& test, const Subject& subject) {
  return std::any_of(
      subject.state.obligations().begin(), subject.state.obligations().end(),
      [&](const record::v1::ObligationRow& row) {
        const policy::v1::Obligation* rule = subject.policy.FindObligation(row.code());
        const bool kind = rule != nullptr && std::find(test.kind().begin(), test.kind().end(),
                                                       rule->kind()) != test.kind().end();
        return kind && (row.state() == v1::Obligation::STATE_OVERDUE ||
                        row.state() == v1::Obligation::STATE_SATISFIED_LATE ||
                        row.state() == v1::Obligation::STATE_MISSED);
      });
}

}  // namespace

bool IsEnded(const PolicyIndex& policy, const record::v1::IncidentState& state) {
  const policy::v1::State* current = policy.FindState(state.state());
  return current != nullptr && current->terminal();
}

bool CategoryFits(const Predicate::CategoryTest& test, const v1::CategoryAssignment& assigned) {
  if (!Contains(test.code(), assigned.category())) return false;
  return test.sub_value().empty() ||
         std::any_of(assigned.sub_values().begin(), assigned.sub_values().end(),
                     [&](const std::string& code) { return Contains(test.sub_value(), code); });
}

Category::Presumption PresumptionOf(const PolicyIndex& policy,
                                    const v1::CategoryAssignment& assigned) {
  const Category* category = policy.FindCategory(assigned.category());
  if (category == nullptr) return Category::PRESUMPTION_UNSPECIFIED;
  // A sub-value replaces its category's presumption, so the category counts on its own only when
  // some sub-value says nothing, or there is none.
  bool own = assigned.sub_values().empty();
  Category::Presumption strongest = Category::PRESUMPTION_UNSPECIFIED;
  for (const std::string& code : assigned.sub_values()) {
    const auto found =
        std::find_if(category->sub_values().begin(), category->sub_values().end(),
                     [&](const Category::SubValue& sub_value) { return sub_value.code() == code; });
    if (found == category->sub_values().end() ||
        found->presumption() == Category::PRESUMPTION_UNSPECIFIED) {
      own = true;
    } else {
      strongest = std::max(strongest, found->presumption());
    }
  }
  return own ? std::max(strongest, category->presumption()) : strongest;
}

Category::Presumption Presumption(const PolicyIndex& policy,
                                  const record::v1::IncidentState& state) {
  Category::Presumption strongest = Category::PRESUMPTION_UNSPECIFIED;
  for (const v1::CategoryAssignment& assigned : state.categories()) {
    strongest = std::max(strongest, PresumptionOf(policy, assigned));
  }
  return strongest;
}

bool FieldsFit(const google::protobuf::RepeatedPtrField<policy::v1::FieldTest>& tests,
               const google::protobuf::RepeatedPtrField<v1::DocumentField>& fields) {
  return std::all_of(tests.begin(), tests.end(), [&](const policy::v1::FieldTest& test) {
    return std::any_of(fields.begin(), fields.end(), [&](const v1::DocumentField& field) {
      return field.name() == test.name() && Contains(test.is(), field.value());
    });
  });
}

namespace {

// The document of one entity, or of any for "".
const record::v1::DocumentRow* FindDocumentOf(const Predicate::DocumentTest& test,
                                              const record::v1::IncidentState& state,
                                              absl::string_view entity) {
  const record::v1::DocumentRow* found = nullptr;
  for (const record::v1::DocumentRow& row : state.documents()) {
    if (row.type() != test.type()) continue;
    if (!entity.empty() && row.entity() != entity) continue;
    const bool fits = FieldsFit(test.fields(), row.fields());
    if (test.latest()) {
      found = fits ? &row : nullptr;
    } else if (fits) {
      return &row;
    }
  }
  return found;
}

}  // namespace

const record::v1::DocumentRow* FindDocument(const Predicate::DocumentTest& test,
                                            const Subject& subject) {
  if (!test.each_entity()) return FindDocumentOf(test, subject.state, subject.entity);
  // It holds from when the last of them came.
  const record::v1::DocumentRow* last = nullptr;
  for (const record::v1::EntityPart& part : subject.state.entities()) {
    if (!IsReporting(part)) continue;
    const record::v1::DocumentRow* row = FindDocumentOf(test, subject.state, part.entity());
    if (row == nullptr) return nullptr;
    if (last == nullptr || last->event_version() < row->event_version()) last = row;
  }
  return last;
}

bool DecisionHolds(const Predicate::DecisionTest& test, const record::v1::IncidentState& state,
                   absl::Time before) {
  const v1::Decision* latest = nullptr;
  for (const v1::Decision& decision : state.decisions()) {
    if (decision.question() == test.question() && FromProto(decision.time()) < before) {
      latest = &decision;
    }
  }
  return latest != nullptr && Contains(test.is(), latest->answer());
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
      return OpenObligations(predicate.open_obligations(), subject.policy, subject.state) <=
             predicate.open_obligations().at_most();
    case Predicate::kElapsed: {
      const std::optional<absl::Time> point = ElapsedPoint(predicate.elapsed(), subject);
      return point.has_value() && subject.now >= *point;
    }
    case Predicate::kDocument:
      return FindDocument(predicate.document(), subject) != nullptr;
    case Predicate::kTicket:
      return !subject.state.tickets().empty();
    case Predicate::kDecision:
      return DecisionHolds(predicate.decision(), subject.state, absl::InfiniteFuture());
    case Predicate::kSatisfied:
      return SatisfiedHolds(predicate.satisfied(), subject.state);
    case Predicate::kDevice:
      return DeviceHolds(predicate.device(), subject.state);
    case Predicate::kLate:
      return LateHolds(predicate.late(), subject);
    case Predicate::kTold:
      return std::any_of(
          subject.state.told_roles().begin(), subject.state.told_roles().end(),
          [&](const std::string& role) { return Contains(predicate.told().roles(), role); });
    case Predicate::kChild:
      return !subject.state.parent().empty();
    case Predicate::kCategoryDetail:
      return CategoryDetailHolds(subject);
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
