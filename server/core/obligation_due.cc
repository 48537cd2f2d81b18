#include "server/core/obligation_due.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/base/proto_time.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligation_sources.h"
#include "server/core/obligations.h"
#include "server/core/predicate.h"
#include "server/core/recipients.h"
#include "server/core/standing.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::OverdueSchedule;
using policy::v1::ReminderSchedule;
using record::v1::Event;
using record::v1::IncidentState;
using record::v1::ObligationRow;

// ---- Schedules ----

const policy::v1::KindWhile* KindOf(const Obligation& rule, const ObligationRow& row) {
  const int index = row.kind_while() - 1;
  return index >= 0 && index < rule.kind_while_size() ? &rule.kind_while(index) : nullptr;
}

const ReminderSchedule* RemindersOf(const PolicyIndex& policy, const Obligation& rule,
                                    const ObligationRow& row) {
  const policy::v1::KindWhile* kind = KindOf(rule, row);
  return policy.ReminderScheduleFor(
      kind != nullptr && !kind->reminders().empty() ? kind->reminders() : rule.reminders());
}

const OverdueSchedule* OverdueOf(const PolicyIndex& policy, const Obligation& rule,
                                 const ObligationRow& row) {
  const policy::v1::KindWhile* kind = KindOf(rule, row);
  return policy.OverdueScheduleFor(kind != nullptr && !kind->overdue().empty() ? kind->overdue()
                                                                               : rule.overdue());
}

// The roles a step tells. For an advisory duty nobody beyond the entity and its secretariat.
Roles RolesOf(const PolicyIndex& policy, const OverdueSchedule::Step& step,
              const ObligationRow& row) {
  if (!row.advisory()) return step.roles();
  Roles roles;
  for (const std::string& code : step.roles()) {
    const policy::v1::Role* role = policy.FindRole(code);
    if (role != nullptr && role->scope() != policy::v1::Role::SCOPE_GLOBAL) {
      roles.Add(std::string(code));
    }
  }
  return roles;
}

const OverdueSchedule::Step* NextStep(const PolicyIndex& policy, const Obligation& rule,
                                      const ObligationRow& row) {
  const OverdueSchedule* schedule = OverdueOf(policy, rule, row);
  if (schedule == nullptr || row.overdue_steps_done() >= schedule->steps_size()) return nullptr;
  const OverdueSchedule::Step& step = schedule->steps(row.overdue_steps_done());
  return RolesOf(policy, step, row).empty() ? nullptr : &step;
}

absl::Time StepTime(const OverdueSchedule::Step& step, const ObligationRow& row) {
  return FromProto(row.due_time()) + FromProto(step.after()) +
         FromProto(row.span()) * step.after_spans();
}

// A missed recurring duty keeps climbing until the next one is answered or nothing is owed.
bool StepsGoOn(const PolicyIndex& policy, const IncidentState& state, const ObligationRow& row) {
  if (row.state() == v1::Obligation::STATE_OVERDUE) return true;
  if (row.state() != v1::Obligation::STATE_MISSED) return false;
  const policy::v1::State* current = policy.FindState(state.state());
  if (current == nullptr || !current->ongoing()) return false;
  return std::none_of(
      state.obligations().begin(), state.obligations().end(), [&](const ObligationRow& other) {
        return other.code() == row.code() && other.subject() == row.subject() &&
               other.number() > row.number() && other.cycle() == row.cycle() && IsSatisfied(other);
      });
}

int MissesInARow(const IncidentState& state, const ObligationRow& row) {
  int misses = 0;
  for (int number = row.number(); number > 0; --number) {
    const bool missed = std::any_of(
        state.obligations().begin(), state.obligations().end(), [&](const ObligationRow& other) {
          return other.code() == row.code() && other.subject() == row.subject() &&
                 other.number() == number && other.cycle() == row.cycle() &&
                 other.state() == v1::Obligation::STATE_MISSED;
        });
    if (!missed) break;
    ++misses;
  }
  return misses;
}

// The next reminder; nullopt when there is none before the deadline.
std::optional<absl::Time> NextReminder(const PolicyIndex& policy, const Obligation& rule,
                                       const ObligationRow& row) {
  const ReminderSchedule* schedule = RemindersOf(policy, rule, row);
  if (schedule == nullptr) return std::nullopt;
  // Snoozed: then one, at once, for all that fell into it. A deadline that has moved before the end
  // leaves none.
  if (row.has_snooze_until_time()) {
    const absl::Time end = FromProto(row.snooze_until_time());
    if (row.has_due_time() && end >= FromProto(row.due_time())) return std::nullopt;
    return end;
  }
  if (!row.has_due_time()) {
    if (!schedule->has_every()) return std::nullopt;
    return FromProto(row.clock_start()) +
           FromProto(schedule->every()) * (int64_t{row.reminders_done()} + 1);
  }
  const std::vector<absl::Time> times = ReminderTimesOf(policy, rule, row);
  const auto next = static_cast<size_t>(row.reminders_done());
  if (next >= times.size() || times[next] >= FromProto(row.due_time())) return std::nullopt;
  return times[next];
}

// While a clock is held, its owners look again in this rhythm whether it must be.
std::optional<absl::Time> NextReview(const Obligation& rule, const ObligationRow& row) {
  if (!rule.hold().has_review()) return std::nullopt;
  return FromProto(row.hold_time()) +
         FromProto(rule.hold().review()) * (int64_t{row.reminders_done()} + 1);
}

// ---- Taking what is due ----

// Whoever leads the incident answers for it in its channel, beside those who owe it.
bool AsksLead(const Draft& draft, const ReminderSchedule& schedule, const ObligationRow& row) {
  const IncidentState& state = draft.state();
  const auto& subjects = state.subjects();
  return schedule.post_to_channel() && !state.lead().empty() &&
         ScopeOf(state, row) == state.entity() &&
         draft.context().directory.FindPerson(state.lead()) != nullptr &&
         std::find(subjects.begin(), subjects.end(), state.lead()) == subjects.end();
}

// Whom the `number`-th reminder goes to; without a schedule, all owners.
std::vector<std::string> RemindedPeople(const Draft& draft, const Obligation& rule,
                                        const ObligationRow& row, const ReminderSchedule* schedule,
                                        int number) {
  const auto holding = [&](const Roles& roles) {
    return PeopleHolding(draft.context(), draft.state(), roles, ScopeOf(draft.state(), row));
  };
  Roles roles = rule.owner_roles();
  if (schedule != nullptr && number <= schedule->first_owner_alone()) {
    Roles first;
    *first.Add() = roles[0];
    // A contact that nobody is cannot be waited for.
    if (!holding(first).empty()) roles = first;
  }
  if (schedule != nullptr) roles.MergeFrom(schedule->roles());
  return holding(roles);
}

void TakeReminder(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const Context& context = draft.context();
  const ReminderSchedule* schedule = RemindersOf(context.policy, rule, row);
  const bool held = row.state() == v1::Obligation::STATE_HELD;
  std::vector<absl::Time> times;
  if (held || !row.has_due_time()) {
    const absl::Time from = FromProto(held ? row.hold_time() : row.clock_start());
    const absl::Duration every = FromProto(held ? rule.hold().review() : schedule->every());
    for (absl::Time time = from + every; time <= context.now; time += every) times.push_back(time);
  } else {
    times = ReminderTimesOf(context.policy, rule, row);
  }
  // The end of a snooze reminds by itself; what was missed meanwhile is folded into it.
  const bool snoozed = !held && row.has_snooze_until_time();
  const int passed = std::max(Passed(times, context.now), row.reminders_done());
  if (!snoozed && passed == row.reminders_done()) return;
  Event event = draft.NewEvent();
  record::v1::ReminderSent* body = event.mutable_reminder_sent();
  body->set_instance(row.instance());
  body->set_done(passed);
  body->set_collapsed(passed - row.reminders_done() - (snoozed ? 0 : 1));
  body->set_post_to_channel(!held && schedule->post_to_channel());
  for (std::string& person : RemindedPeople(draft, rule, row, held ? nullptr : schedule, passed)) {
    body->add_people(std::move(person));
  }
  if (const std::string& lead = draft.state().lead(); !held && AsksLead(draft, *schedule, row)) {
    const auto& people = body->people();
    if (std::find(people.begin(), people.end(), lead) == people.end()) body->add_people(lead);
  }
  AddClauses(event, rule.clauses());
  draft.RecordDue(std::move(event), snoozed ? FromProto(row.snooze_until_time())
                                            : times[static_cast<size_t>(passed) - 1]);
}

void TakeDeadline(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const absl::Time due = FromProto(row.due_time());
  Event event = draft.NewEvent();
  if (rule.recurrence().missed_at_due() && row.number() > 0) {
    record::v1::ObligationSettled* body = event.mutable_obligation_settled();
    body->set_instance(row.instance());
    body->set_state(v1::Obligation::STATE_MISSED);
    body->set_by(draft.actor().principal());
    body->set_reason("nothing was delivered before its point passed");
  } else {
    event.mutable_obligation_overdue()->set_instance(row.instance());
  }
  AddClauses(event, rule.clauses());
  draft.RecordDue(std::move(event), due);
}

void TakeLateLine(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  Event event = draft.NewEvent();
  event.mutable_late_line_passed()->set_instance(row.instance());
  AddClauses(event, rule.clauses());
  draft.RecordDue(std::move(event), FromProto(row.late_line_time()));
}

// One case for each entity: a further miss joins the one that is open.
void ProposeCase(Draft& draft, const ObligationRow& row, absl::Time due,
                 const google::protobuf::RepeatedPtrField<std::string>& clauses) {
  const std::string entity = draft.state().entity();
  v1::NonComplianceCase changed;
  changed.set_entity(row.subject().empty() ? entity : row.subject());
  changed.set_state(v1::NonComplianceCase::STATE_PROPOSED);
  changed.set_proposer(draft.actor().principal());
  *changed.mutable_propose_time() = ToProto(draft.context().now);
  for (const v1::NonComplianceCase& open : draft.state().cases()) {
    if (open.entity() == changed.entity() &&
        (open.state() == v1::NonComplianceCase::STATE_PROPOSED ||
         open.state() == v1::NonComplianceCase::STATE_CONFIRMED)) {
      changed = open;
    }
  }
  changed.add_obligations(row.instance());
  Event event = draft.NewEvent();
  *event.mutable_case_changed()->mutable_changed() = std::move(changed);
  AddClauses(event, clauses);
  draft.RecordDue(std::move(event), due);
}

void TakeOverdueStep(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const Context& context = draft.context();
  const OverdueSchedule::Step* step = NextStep(context.policy, rule, row);
  if (step == nullptr) return;
  const Roles roles = RolesOf(context.policy, *step, row);
  const bool enough =
      row.number() == 0 || MissesInARow(draft.state(), row) >= step->consecutive_misses();
  Event event = draft.NewEvent();
  record::v1::OverdueStepTaken* body = event.mutable_overdue_step_taken();
  body->set_instance(row.instance());
  body->set_done(row.overdue_steps_done() + 1);
  *body->mutable_roles() = roles;
  for (std::string& person :
       PeopleHolding(context, draft.state(), roles, ScopeOf(draft.state(), row))) {
    body->add_people(std::move(person));
  }
  body->set_post_to_channel(OverdueOf(context.policy, rule, row)->post_to_channel());
  const bool proposes = step->proposes_case() && enough && !row.advisory();
  body->set_proposes_case(proposes);
  if (enough) *body->mutable_opens() = step->opens();
  AddClauses(event, rule.clauses());
  AddClauses(event, step->clauses());
  const absl::Time due = StepTime(*step, row);
  draft.RecordDue(std::move(event), due);
  if (proposes) ProposeCase(draft, row, due, step->clauses());
}

// ---- What time alone opens ----

// The next grid period of a recurring duty.
std::optional<absl::Time> NextPeriod(const PolicyIndex& policy, const Obligation& rule,
                                     const IncidentState& state, absl::string_view subject,
                                     absl::Time seen) {
  const std::optional<absl::Time> start = ClockStart(policy, rule, state, subject, seen);
  if (!start.has_value()) return std::nullopt;
  const absl::Time not_before = state.has_recurrence_not_before()
                                    ? FromProto(state.recurrence_not_before())
                                    : absl::InfinitePast();
  int number = LastNumber(rule, state, subject) + 1;
  while (GridPoint(policy, rule, state, *start, number) < not_before) ++number;
  return GridPoint(policy, rule, state, *start, number) - PeriodOf(rule);
}

// Elapsed tests that will turn a predicate true.
void AddTurns(const Obligation& rule, const policy::v1::Predicate& predicate, const Subject& about,
              std::vector<ObligationDue>& due) {
  for (const absl::Time point : ElapsedPoints(predicate, about)) {
    if (point <= about.now) continue;
    if (rule.has_suppressed_by() && DecisionHolds(rule.suppressed_by(), about.state, point))
      continue;
    const Subject then{about.policy, about.state, about.entity, point};
    if (Holds(predicate, then)) due.push_back({point, ObligationDue::What::kOpen, ""});
  }
}

void AddOpenings(const PolicyIndex& policy, const Obligation& rule, const IncidentState& state,
                 std::vector<ObligationDue>& due) {
  const absl::Time seen = FromProto(state.update_time());
  for (const std::string& subject : SubjectsOf(rule, state)) {
    if (rule.kind() == Obligation::KIND_STANDING) {
      if (const auto next = NextStanding(policy, rule, state, subject); next.has_value()) {
        due.push_back({*next, ObligationDue::What::kOpen, ""});
      }
      continue;
    }
    const std::string entity = EntityOf(state, subject);
    const Subject about{policy, state, subject.empty() ? absl::string_view() : entity, seen};
    if (rule.has_void_when() && Holds(rule.void_when(), about)) continue;
    if (rule.has_recurrence()) {
      if (rule.has_when() && !Holds(rule.when(), about)) continue;
      if (const auto next = NextPeriod(policy, rule, state, subject, seen); next.has_value()) {
        due.push_back({*next, ObligationDue::What::kOpen, ""});
      }
      continue;
    }
    for (const policy::v1::Source& source : rule.sources()) {
      if (!source.has_becomes() || IsConsumed(rule, state, subject, source.key())) continue;
      AddTurns(rule, source.becomes().when(), about, due);
    }
    if (rule.has_when() && LiveRow(rule, state, subject, 0) == nullptr) {
      AddTurns(rule, rule.when(), about, due);
    }
  }
}

}  // namespace

bool IsReminded(const PolicyIndex& policy, const Obligation& rule, const ObligationRow& row) {
  const ReminderSchedule* schedule = RemindersOf(policy, rule, row);
  return schedule != nullptr && (row.has_due_time() || schedule->has_every());
}

std::vector<ObligationDue> ObligationsDue(const PolicyIndex& policy, const IncidentState& state) {
  std::vector<ObligationDue> due;
  for (const ObligationRow& row : state.obligations()) {
    const Obligation* rule = policy.FindObligation(row.code());
    if (rule == nullptr) continue;
    if (row.state() == v1::Obligation::STATE_PENDING) {
      if (row.has_due_time()) {
        due.push_back({FromProto(row.due_time()), ObligationDue::What::kDeadline, row.instance()});
      }
      if (const auto next = NextReminder(policy, *rule, row); next.has_value()) {
        due.push_back({*next, ObligationDue::What::kReminder, row.instance()});
      }
    } else if (row.state() == v1::Obligation::STATE_HELD) {
      if (const auto next = NextReview(*rule, row); next.has_value()) {
        due.push_back({*next, ObligationDue::What::kReminder, row.instance()});
      }
    } else if (row.has_due_time() && StepsGoOn(policy, state, row)) {
      if (const auto* step = NextStep(policy, *rule, row); step != nullptr) {
        due.push_back({StepTime(*step, row), ObligationDue::What::kOverdueStep, row.instance()});
      }
    }
    if (IsOpen(row) && row.has_late_line_time() && !row.late_line_passed()) {
      due.push_back(
          {FromProto(row.late_line_time()), ObligationDue::What::kLateLine, row.instance()});
    }
  }
  if (IsEnded(policy, state)) return due;
  for (const Obligation& rule : policy.proto().obligations()) {
    if (BelongsTo(rule, state)) AddOpenings(policy, rule, state, due);
  }
  return due;
}

void TakeObligationDue(Draft& draft, const ObligationDue& due) {
  const ObligationRow* found = FindObligation(draft.state(), due.instance);
  if (found == nullptr) return;  // kOpen: SettleObligations opens it
  const ObligationRow row = *found;
  const Obligation* rule = draft.context().policy.FindObligation(row.code());
  if (rule == nullptr) return;
  switch (due.what) {
    case ObligationDue::What::kReminder:
      TakeReminder(draft, *rule, row);
      break;
    case ObligationDue::What::kDeadline:
      TakeDeadline(draft, *rule, row);
      break;
    case ObligationDue::What::kLateLine:
      TakeLateLine(draft, *rule, row);
      break;
    case ObligationDue::What::kOverdueStep:
      TakeOverdueStep(draft, *rule, row);
      break;
    case ObligationDue::What::kOpen:
      break;
  }
}

}  // namespace belfry::core
