// When a predicate became true.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/base/proto_time.h"
#include "server/core/predicate.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Predicate;

std::optional<absl::Time> NthSmallest(std::vector<absl::Time> times, int n) {
  if (n < 1 || times.size() < static_cast<size_t>(n)) return std::nullopt;
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(n) - 1];
}

std::optional<absl::Time> FactSince(const std::string& name, const Subject& subject) {
  const v1::Fact* fact = FindFact(subject.state, name, subject.entity);
  if (fact != nullptr) return FromProto(fact->known_time());
  // Nobody has answered since the report.
  return FromProto(subject.state.create_time());
}

std::optional<absl::Time> CountSince(const Predicate::CountTest& test, const Subject& subject) {
  std::vector<absl::Time> times;
  std::set<std::string> secretariats;
  switch (test.what()) {
    case Predicate::CountTest::WHAT_AFFECTED_ENTITIES:
      for (const auto& part : subject.state.entities()) {
        if (IsReporting(part)) times.push_back(FromProto(part.report_time()));
      }
      break;
    case Predicate::CountTest::WHAT_AFFECTED_OR_POTENTIAL_ENTITIES:
      for (const auto& part : subject.state.entities()) {
        if (part.relation() != v1::IncidentEntity::RELATION_THIRD_PARTY) {
          times.push_back(FromProto(part.add_time()));
        }
      }
      break;
    case Predicate::CountTest::WHAT_SECRETARIATS:
      for (const auto& part : subject.state.entities()) {
        if (IsReporting(part) && secretariats.insert(part.secretariat()).second) {
          times.push_back(FromProto(part.report_time()));
        }
      }
      break;
    case Predicate::CountTest::WHAT_REINFECTIONS:
      for (const auto& occurrence : subject.state.reinfections()) {
        times.push_back(FromProto(occurrence.time()));
      }
      break;
    default:
      return subject.now;
  }
  const std::optional<absl::Time> time = NthSmallest(std::move(times), test.at_least());
  return time.has_value() ? time : subject.now;
}

std::optional<absl::Time> StateSince(const Predicate::StateTest& test, const Subject& subject) {
  absl::Time since = FromProto(subject.state.create_time());
  if (!test.clock_set().empty()) {
    since = std::max(since, ClockOf(subject.state, test.clock_set()).value_or(subject.now));
  }
  if (!test.is().empty()) {
    const policy::v1::State* state = subject.policy.FindState(subject.state.state());
    const auto clock =
        state == nullptr ? std::nullopt : ClockOf(subject.state, state->sets_clock());
    since = std::max(since, clock.value_or(subject.now));
  }
  return since;
}

std::optional<absl::Time> SatisfiedSince(const Predicate::SatisfiedTest& test,
                                         const Subject& subject) {
  absl::Time since = absl::InfinitePast();
  for (const std::string& code : test.code()) {
    absl::Time first = absl::InfiniteFuture();
    for (const auto& row : subject.state.obligations()) {
      if (row.code() == code && IsSatisfied(row)) {
        first = std::min(first, FromProto(row.settle_time()));
      }
    }
    since = std::max(since, first);
  }
  return since;
}

// When an assigned category first fitted: a detail that came later counts from when it came.
template <typename Fits>
absl::Time CategorySince(const Subject& subject, Fits fits) {
  absl::Time since = absl::InfiniteFuture();
  for (const v1::CategoryAssignment& assigned : subject.state.categories()) {
    std::vector<absl::Time> times = {FromProto(assigned.assign_time())};
    for (const auto& time : assigned.sub_value_times()) times.push_back(FromProto(time));
    for (const absl::Time time : times) {
      v1::CategoryAssignment then;
      then.set_category(assigned.category());
      for (int i = 0; i < assigned.sub_values_size(); ++i) {
        if (i >= assigned.sub_value_times_size() ||
            FromProto(assigned.sub_value_times(i)) <= time) {
          then.add_sub_values(assigned.sub_values(i));
        }
      }
      if (fits(then)) since = std::min(since, time);
    }
  }
  return since == absl::InfiniteFuture() ? subject.now : since;
}

// For what does not hold any more: the newest answer that a negation speaks of.
void NewestMention(const Predicate& predicate, const Subject& subject, absl::Time& newest) {
  switch (predicate.kind_case()) {
    case Predicate::kAll:
      for (const Predicate& part : predicate.all().of()) NewestMention(part, subject, newest);
      break;
    case Predicate::kAny:
      for (const Predicate& part : predicate.any().of()) NewestMention(part, subject, newest);
      break;
    case Predicate::kNot:
      NewestMention(predicate.not_(), subject, newest);
      break;
    case Predicate::kFact:
      newest = std::max(newest, *FactSince(predicate.fact().name(), subject));
      break;
    default:
      break;
  }
}

}  // namespace

std::optional<absl::Time> Since(const Predicate& predicate, const Subject& subject) {
  if (!Holds(predicate, subject)) return std::nullopt;
  switch (predicate.kind_case()) {
    case Predicate::kAll: {
      absl::Time since = absl::InfinitePast();
      for (const Predicate& part : predicate.all().of()) {
        since = std::max(since, Since(part, subject).value_or(subject.now));
      }
      return since == absl::InfinitePast() ? subject.now : since;
    }
    case Predicate::kAny: {
      absl::Time since = absl::InfiniteFuture();
      for (const Predicate& part : predicate.any().of()) {
        if (const auto time = Since(part, subject); time.has_value()) {
          since = std::min(since, *time);
        }
      }
      return since;
    }
    case Predicate::kNot: {
      absl::Time newest = FromProto(subject.state.create_time());
      NewestMention(predicate.not_(), subject, newest);
      return newest;
    }
    case Predicate::kFact:
      return FactSince(predicate.fact().name(), subject);
    case Predicate::kCategory:
      return CategorySince(subject, [&](const v1::CategoryAssignment& assigned) {
        return CategoryFits(predicate.category(), assigned);
      });
    case Predicate::kPresumption:
      return CategorySince(subject, [&](const v1::CategoryAssignment& assigned) {
        return PresumptionOf(subject.policy, assigned) >= predicate.presumption().at_least();
      });
    case Predicate::kSeverity:
      return FromProto(subject.state.severity_time());
    case Predicate::kState:
      return StateSince(predicate.state(), subject);
    case Predicate::kEntity: {
      const auto* part =
          FindPart(subject.state, subject.entity.empty() ? absl::string_view(subject.state.entity())
                                                         : subject.entity);
      return part == nullptr ? subject.now : FromProto(part->add_time());
    }
    case Predicate::kCount:
      return CountSince(predicate.count(), subject);
    case Predicate::kElapsed:
      return ElapsedPoints(predicate, subject).front();
    case Predicate::kDocument:
      return FromProto(FindDocument(predicate.document(), subject)->event_time());
    case Predicate::kDecision: {
      absl::Time since = subject.now;
      for (const v1::Decision& decision : subject.state.decisions()) {
        if (decision.question() == predicate.decision().question()) {
          since = FromProto(decision.time());
        }
      }
      return since;
    }
    case Predicate::kSatisfied:
      return SatisfiedSince(predicate.satisfied(), subject);
    default:
      return subject.now;
  }
}

}  // namespace belfry::core
