#include "server/core/obligation_clock.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "server/base/proto_time.h"
#include "server/core/predicate.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using record::v1::IncidentState;

bool TakesPart(const Obligation& rule, const record::v1::EntityPart& part) {
  const bool third = part.relation() == v1::IncidentEntity::RELATION_THIRD_PARTY;
  switch (rule.parties()) {
    case Obligation::PARTIES_THIRD:
      return third;
    case Obligation::PARTIES_ALL:
      return third || IsReporting(part);
    default:
      return IsReporting(part);
  }
}

// An entity drawn in later was reported when it was drawn in.
absl::Time ReportedAt(const IncidentState& state, absl::string_view subject) {
  absl::Time start = FromProto(state.create_time());
  if (subject.empty()) return start;
  if (const auto* part = FindPart(state, EntityOf(state, subject)); part != nullptr) {
    start = std::max(start, FromProto(part->report_time()));
  }
  return start;
}

bool IsBusinessDay(const PolicyIndex& policy, absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) return false;
  const auto& holidays = policy.proto().holidays();
  return std::find(holidays.begin(), holidays.end(), absl::FormatCivilTime(day)) == holidays.end();
}

}  // namespace

std::vector<std::string> SubjectsOf(const Obligation& rule, const IncidentState& state) {
  switch (rule.scope()) {
    case Obligation::SCOPE_ENTITY: {
      std::vector<std::string> entities;
      for (const auto& part : state.entities()) {
        if (TakesPart(rule, part)) entities.push_back(part.entity());
      }
      return entities;
    }
    case Obligation::SCOPE_SECRETARIAT:
      return Secretariats(state);
    default:
      return {""};
  }
}

std::string EntityOf(const IncidentState& state, absl::string_view subject) {
  if (subject.empty()) return state.entity();
  if (absl::StartsWith(subject, "entities/")) return std::string(subject);
  for (const auto& part : state.entities()) {
    if (IsReporting(part) && part.secretariat() == subject) return part.entity();
  }
  // None of them reports any more: it is theirs all the same.
  for (const auto& part : state.entities()) {
    if (part.secretariat() == subject) return part.entity();
  }
  return state.entity();
}

std::optional<absl::Time> ClockStart(const PolicyIndex& policy, const Obligation& rule,
                                     const IncidentState& state, absl::string_view subject,
                                     absl::Time now) {
  switch (rule.clock()) {
    case Obligation::CLOCK_DETECTED: {
      const record::v1::EntityPart* part = FindPart(state, EntityOf(state, subject));
      if (part == nullptr) return std::nullopt;
      return FromProto(part->detect_time());
    }
    case Obligation::CLOCK_REPORTED:
      return ReportedAt(state, subject);
    case Obligation::CLOCK_DECLARED:
    case Obligation::CLOCK_RESOLVED: {
      const auto clock = ClockOf(state, rule.clock() == Obligation::CLOCK_DECLARED ? "TD" : "TS");
      if (!clock.has_value()) return std::nullopt;
      // An entity drawn in after the declaration owes from when it was drawn in.
      return subject.empty() ? *clock : std::max(*clock, ReportedAt(state, subject));
    }
    default: {
      const std::string entity = EntityOf(state, subject);
      const Subject about{policy, state, entity, now};
      const policy::v1::Predicate& since = rule.has_since() ? rule.since() : rule.when();
      const std::optional<absl::Time> start = Since(since, about);
      if (!start.has_value() || subject.empty()) return start;
      return std::max(*start, ReportedAt(state, subject));
    }
  }
}

absl::Time BusinessDeadline(const PolicyIndex& policy, absl::Time start, int days) {
  absl::CivilDay day = absl::ToCivilDay(start, policy.TimeZone());
  while (days > 0) {
    ++day;
    if (IsBusinessDay(policy, day)) --days;
  }
  return absl::FromCivil(day + 1, policy.TimeZone()) - absl::Seconds(1);
}

std::optional<absl::Time> DeadlineOf(const PolicyIndex& policy, const policy::v1::Span& span,
                                     absl::string_view severity, absl::Time start) {
  if (span.business_days() > 0) return BusinessDeadline(policy, start, span.business_days());
  const absl::Duration length = policy.SpanFor(span, severity);
  if (length <= absl::ZeroDuration()) return std::nullopt;
  return start + length;
}

absl::Duration PeriodOf(const Obligation& rule) { return FromProto(rule.recurrence().period()); }

absl::Time GridPoint(const PolicyIndex& policy, const Obligation& rule, const IncidentState& state,
                     absl::Time start, int64_t number) {
  return start + policy.SpanFor(rule.due(), state.severity()) + PeriodOf(rule) * number;
}

std::vector<absl::Time> ReminderTimes(const PolicyIndex& policy, const Obligation& rule,
                                      absl::Time start, absl::Duration span, absl::Time due) {
  std::vector<absl::Time> times;
  const policy::v1::ReminderSchedule* schedule = policy.ReminderScheduleFor(rule.reminders());
  if (schedule == nullptr) return times;
  for (const auto& before : schedule->before()) {
    const absl::Time time = due - FromProto(before);
    if (time > start) times.push_back(time);
  }
  if (span >= FromProto(schedule->fraction_span_min())) {
    for (const double fraction : schedule->at_fraction()) {
      // Whole microseconds, as everything that is recorded.
      times.push_back(absl::FromUnixMicros(absl::ToUnixMicros(due - span * (1 - fraction))));
    }
  }
  std::sort(times.begin(), times.end());
  return times;
}

std::vector<absl::Time> ReminderTimesOf(const PolicyIndex& policy, const Obligation& rule,
                                        const record::v1::ObligationRow& row) {
  if (!row.has_due_time()) return {};
  return ReminderTimes(policy, rule, FromProto(row.clock_start()), FromProto(row.span()),
                       FromProto(row.due_time()));
}

int Passed(const std::vector<absl::Time>& times, absl::Time now) {
  return static_cast<int>(
      std::count_if(times.begin(), times.end(), [&](absl::Time time) { return time <= now; }));
}

}  // namespace belfry::core
