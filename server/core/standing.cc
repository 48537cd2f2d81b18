#include "server/core/standing.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "server/base/proto_time.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligations.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using record::v1::IncidentState;
using record::v1::ObligationRow;

// The last second of a civil day.
absl::Time EndOf(const PolicyIndex& policy, absl::CivilDay day) {
  return absl::FromCivil(day + 1, policy.TimeZone()) - absl::Seconds(1);
}

// What a later pack has added is owed from when the register came under it, not from the beginning.
absl::Time KnownSince(const IncidentState& state) {
  return FromProto(state.has_policy_time() ? state.policy_time() : state.create_time());
}

absl::Time YearDue(const PolicyIndex& policy, const Obligation& rule, int64_t year) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(absl::StrCat(year, "-", rule.calendar().yearly_on()), &day)) {
    return absl::InfiniteFuture();
  }
  return EndOf(policy, day);
}

std::vector<StandingInstance> Yearly(const Context& context, const Obligation& rule,
                                     const IncidentState& state, absl::string_view subject) {
  int64_t year = LastNumber(rule, state, subject);
  absl::Time start = KnownSince(state);
  if (year == 0) {
    year = absl::ToCivilYear(start, context.policy.TimeZone()).year();
    while (YearDue(context.policy, rule, year) < start) ++year;
  } else {
    start = YearDue(context.policy, rule, year) + absl::Seconds(1);
    if (context.now < start) return {};
    ++year;
  }
  std::vector<StandingInstance> instances;
  // After a long outage each year that has begun has its instance.
  for (; instances.empty() || start <= context.now; ++year) {
    StandingInstance& instance = instances.emplace_back();
    instance.number = static_cast<int>(year);
    instance.start = start;
    instance.due = YearDue(context.policy, rule, year);
    start = instance.due + absl::Seconds(1);
  }
  return instances;
}

const ObligationRow* Newest(const Obligation& rule, const IncidentState& state,
                            absl::string_view subject) {
  const ObligationRow* newest = nullptr;
  for (const ObligationRow& row : state.obligations()) {
    if (row.code() == rule.code() && row.subject() == subject &&
        row.state() != v1::Obligation::STATE_VOID) {
      newest = &row;
    }
  }
  return newest;
}

std::vector<StandingInstance> Renewed(const Context& context, const Obligation& rule,
                                      const IncidentState& state, absl::string_view subject) {
  const ObligationRow* newest = Newest(rule, state, subject);
  if (newest != nullptr && !newest->has_settle_time()) return {};
  StandingInstance instance;
  instance.start = newest == nullptr ? KnownSince(state) : FromProto(newest->settle_time());
  const absl::TimeZone zone = context.policy.TimeZone();
  const absl::CivilSecond civil = absl::ToCivilSecond(instance.start, zone);
  const absl::CivilMonth month = absl::CivilMonth(civil) + rule.calendar().months_after_last();
  // 29 February plus twelve months is 1 March: civil days are normalised.
  instance.due = absl::FromCivil(absl::CivilSecond(month.year(), month.month(), civil.day(),
                                                   civil.hour(), civil.minute(), civil.second()),
                                 zone);
  // What was never there is owed sooner than what has to be renewed.
  if (newest == nullptr) {
    instance.due =
        DeadlineOf(context.policy, rule.due(), "", instance.start).value_or(instance.due);
  }
  return {instance};
}

std::vector<StandingInstance> OnDate(const Context& context, const Obligation& rule,
                                     const IncidentState& state, absl::string_view subject) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(rule.calendar().on_date(), &day)) return {};
  StandingInstance instance;
  instance.due = EndOf(context.policy, day);
  // Once for each date: a later pack may name another one.
  const ObligationRow* newest = Newest(rule, state, subject);
  if (newest != nullptr &&
      (!newest->has_settle_time() || FromProto(newest->due_time()) >= instance.due)) {
    return {};
  }
  instance.start = std::min(KnownSince(state), instance.due);
  return {instance};
}

// One for each person who newly holds the role.
std::vector<StandingInstance> PerPerson(const Context& context, const Obligation& rule,
                                        const IncidentState& state, absl::string_view subject) {
  std::vector<StandingInstance> instances;
  for (const v1::Person* person : context.directory.HoldersOf(rule.per_role(), subject)) {
    const bool known = std::any_of(
        state.obligations().begin(), state.obligations().end(), [&](const ObligationRow& row) {
          return row.code() == rule.code() && row.subject() == subject &&
                 row.person() == person->name() && row.state() != v1::Obligation::STATE_VOID;
        });
    if (known) continue;
    StandingInstance& instance = instances.emplace_back();
    instance.person = person->name();
    instance.start = context.now;
    instance.due =
        BusinessDeadline(context.policy, context.now, rule.calendar().business_days_after_start());
  }
  return instances;
}

}  // namespace

std::vector<StandingInstance> StandingDue(const Context& context, const Obligation& rule,
                                          const IncidentState& state, absl::string_view subject) {
  if (!rule.per_role().empty()) return PerPerson(context, rule, state, subject);
  if (!rule.calendar().yearly_on().empty()) return Yearly(context, rule, state, subject);
  if (!rule.calendar().on_date().empty()) return OnDate(context, rule, state, subject);
  return Renewed(context, rule, state, subject);
}

std::optional<absl::Time> NextStanding(const PolicyIndex& policy, const Obligation& rule,
                                       const IncidentState& state, absl::string_view subject) {
  if (rule.calendar().yearly_on().empty()) return std::nullopt;
  const int last = LastNumber(rule, state, subject);
  if (last == 0) return std::nullopt;
  return YearDue(policy, rule, last) + absl::Seconds(1);
}

bool BelongsTo(const Obligation& rule, const IncidentState& state) {
  const bool standing = rule.kind() == Obligation::KIND_STANDING;
  if (standing != state.standing_register()) return false;
  // What the whole government owes stands in its own register, and nothing else does.
  return !standing || (rule.scope() == Obligation::SCOPE_GLOBAL) == state.entity().empty();
}

std::string RegisterId(absl::string_view entity) {
  if (entity.empty()) return "CENTRAL-REGISTER";
  return absl::StrCat(absl::AsciiStrToUpper(absl::StripPrefix(entity, "entities/")), "-REGISTER");
}

}  // namespace belfry::core
