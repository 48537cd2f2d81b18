#include "server/core/obligations.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "server/core/limits.h"
#include "server/core/recipients.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using record::v1::Event;
using record::v1::IncidentState;
using record::v1::ObligationRow;

// ---- Subjects and clocks ----

std::vector<std::string> SubjectsOf(const Obligation& rule, const IncidentState& state) {
  switch (rule.scope()) {
    case Obligation::SCOPE_ENTITY: {
      std::vector<std::string> entities;
      for (const auto& part : state.entities()) {
        if (IsReporting(part)) entities.push_back(part.entity());
      }
      return entities;
    }
    case Obligation::SCOPE_SECRETARIAT:
      return Secretariats(state);
    default:
      return {""};
  }
}

// The entity whose properties and T0 count for a subject.
std::string EntityOf(const IncidentState& state, absl::string_view subject) {
  if (absl::StartsWith(subject, "entities/")) return std::string(subject);
  for (const auto& part : state.entities()) {
    if (IsReporting(part) && part.secretariat() == subject) return part.entity();
  }
  return state.entity();
}

void CollectFacts(const policy::v1::Predicate& predicate, std::vector<std::string>& names) {
  switch (predicate.kind_case()) {
    case policy::v1::Predicate::kAll:
      for (const auto& part : predicate.all().of()) CollectFacts(part, names);
      break;
    case policy::v1::Predicate::kAny:
      for (const auto& part : predicate.any().of()) CollectFacts(part, names);
      break;
    case policy::v1::Predicate::kNot:
      CollectFacts(predicate.not_(), names);
      break;
    case policy::v1::Predicate::kFact:
      names.push_back(predicate.fact().name());
      break;
    default:
      break;
  }
}

// When the newest of the facts that a predicate asks for became known.
absl::Time FactTime(const Obligation& rule, const IncidentState& state, absl::Time now) {
  std::vector<std::string> names;
  CollectFacts(rule.when(), names);
  absl::Time newest = absl::InfinitePast();
  for (const v1::Fact& fact : state.facts()) {
    if (std::find(names.begin(), names.end(), fact.name()) == names.end()) continue;
    newest = std::max(newest, FromProto(fact.known_time()));
  }
  return newest == absl::InfinitePast() ? now : newest;
}

// nullopt while the clock has not started.
std::optional<absl::Time> ClockStart(const Obligation& rule, const IncidentState& state,
                                     absl::string_view subject, absl::Time now) {
  switch (rule.clock()) {
    case Obligation::CLOCK_DETECTED: {
      const record::v1::EntityPart* part = FindPart(state, EntityOf(state, subject));
      if (part == nullptr) return std::nullopt;
      return FromProto(part->detect_time());
    }
    case Obligation::CLOCK_REPORTED: {
      // An entity drawn in later was reported when it was drawn in.
      absl::Time start = FromProto(state.create_time());
      if (!subject.empty()) {
        if (const auto* part = FindPart(state, EntityOf(state, subject)); part != nullptr) {
          start = std::max(start, FromProto(part->add_time()));
        }
      }
      return start;
    }
    case Obligation::CLOCK_DECLARED:
      return ClockOf(state, "TD");
    case Obligation::CLOCK_RESOLVED:
      return ClockOf(state, "TS");
    default:
      return FactTime(rule, state, now);
  }
}

absl::Duration SpanOf(const PolicyIndex& policy, const Obligation& rule,
                      const IncidentState& state) {
  return policy.SpanFor(rule.due(), state.severity());
}

absl::Duration PeriodOf(const Obligation& rule) { return FromProto(rule.recurrence().period()); }

// Deadline of instance `number` of a recurring duty.
absl::Time GridPoint(const PolicyIndex& policy, const Obligation& rule, const IncidentState& state,
                     absl::Time start, int64_t number) {
  return start + SpanOf(policy, rule, state) + PeriodOf(rule) * number;
}

// ---- Rows ----

bool SameCycle(const Obligation& rule, const IncidentState& state, const ObligationRow& row) {
  return !rule.fresh_on_reopen() || row.cycle() == state.reopened_count();
}

// The row that stands for (rule, subject, number) now; a VOID one does not stand for anything.
const ObligationRow* LiveRow(const Obligation& rule, const IncidentState& state,
                             absl::string_view subject, int number) {
  for (const ObligationRow& row : state.obligations()) {
    if (row.code() == rule.code() && row.subject() == subject && row.number() == number &&
        row.state() != v1::Obligation::STATE_VOID && SameCycle(rule, state, row)) {
      return &row;
    }
  }
  return nullptr;
}

// "DAILY-STATUS#2", with "[dop]" when the plain name is another subject's, and "(2)" for a second
// one of the same name.
std::string InstanceName(const Obligation& rule, const IncidentState& state,
                         absl::string_view subject, int number) {
  std::string name = rule.code();
  if (number > 0) absl::StrAppend(&name, "#", number);
  const ObligationRow* plain = FindObligation(state, name);
  if (plain == nullptr) return name;
  if (plain->subject() != subject) {
    absl::string_view id = subject;
    if (!absl::ConsumePrefix(&id, "entities/")) absl::ConsumePrefix(&id, "secretariats/");
    absl::StrAppend(&name, "[", id, "]");
  }
  std::string unique = name;
  for (int i = 2; FindObligation(state, unique) != nullptr; ++i) {
    unique = absl::StrCat(name, "(", i, ")");
  }
  return unique;
}

// Ascending; empty for a duty without a deadline or schedule.
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
                                        const ObligationRow& row) {
  if (!row.has_due_time()) return {};
  return ReminderTimes(policy, rule, FromProto(row.clock_start()), FromProto(row.span()),
                       FromProto(row.due_time()));
}

// How many of them lie behind. They are not sent: nobody can be reminded of the past.
int Passed(const std::vector<absl::Time>& times, absl::Time now) {
  return static_cast<int>(
      std::count_if(times.begin(), times.end(), [&](absl::Time time) { return time <= now; }));
}

void AddClauses(Event& event, const google::protobuf::RepeatedPtrField<std::string>& clauses) {
  for (const std::string& clause : clauses) {
    const auto& known = event.clauses();
    if (std::find(known.begin(), known.end(), clause) == known.end()) event.add_clauses(clause);
  }
}

// ---- Opening and settling ----

void Open(Draft& draft, const Obligation& rule, absl::string_view subject, int number,
          absl::Time start) {
  const Context& context = draft.context();
  const IncidentState& state = draft.state();
  absl::Duration span = SpanOf(context.policy, rule, state);
  absl::Time due = start + span;
  if (number > 0) {
    due = GridPoint(context.policy, rule, state, start, number);
    span = PeriodOf(rule);
  }
  Event event = draft.NewEvent();
  record::v1::ObligationOpened* body = event.mutable_obligation_opened();
  body->set_instance(InstanceName(rule, state, subject, number));
  body->set_code(rule.code());
  body->set_number(number);
  body->set_subject(std::string(subject));
  body->set_cycle(state.reopened_count());
  *body->mutable_clock_start() = ToProto(start);
  if (span > absl::ZeroDuration()) {
    *body->mutable_due_time() = ToProto(due);
    *body->mutable_span() = ToProto(span);
    body->set_reminders_done(
        Passed(ReminderTimes(context.policy, rule, due - span, span, due), context.now));
  }
  if (rule.notify_on_open()) {
    const std::string scope = subject.empty() ? state.entity() : std::string(subject);
    for (std::string& person : PeopleHolding(context.directory, rule.owner_roles(), scope)) {
      body->add_notify_people(std::move(person));
    }
  }
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

void Settle(Draft& draft, const Obligation& rule, const std::string& instance,
            v1::Obligation::State state, absl::string_view reason) {
  Event event = draft.NewEvent();
  record::v1::ObligationSettled* body = event.mutable_obligation_settled();
  body->set_instance(instance);
  body->set_state(state);
  body->set_by(draft.actor().principal());
  body->set_reason(std::string(reason));
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

// Does the state itself satisfy the duty? Acknowledgements and documents are acts; they satisfy at
// the moment they happen.
bool StateSatisfies(const policy::v1::Satisfaction& satisfaction, const IncidentState& state,
                    const ObligationRow& row) {
  using policy::v1::Satisfaction;
  switch (satisfaction.kind_case()) {
    case Satisfaction::kReport:
      return true;
    case Satisfaction::kTicket:
      return !state.tickets().empty();
    case Satisfaction::kStateEntered: {
      const auto& wanted = satisfaction.state_entered().state();
      return std::find(wanted.begin(), wanted.end(), state.state()) != wanted.end();
    }
    case Satisfaction::kFactIs: {
      const std::optional<std::string> value = FactValue(state, satisfaction.fact_is().name());
      const auto& wanted = satisfaction.fact_is().is();
      return value.has_value() && std::find(wanted.begin(), wanted.end(), *value) != wanted.end();
    }
    case Satisfaction::kNoticeDelivered: {
      // Every role needs at least one holder whom the notice reached.
      for (const std::string& role : satisfaction.notice_delivered().roles()) {
        const bool reached =
            std::any_of(state.tracked_notices().begin(), state.tracked_notices().end(),
                        [&](const record::v1::TrackedNotice& notice) {
                          return notice.obligation() == row.instance() && notice.role() == role &&
                                 notice.delivered();
                        });
        if (!reached) return false;
      }
      return true;
    }
    default:
      return false;
  }
}

void OpenDue(Draft& draft, const Obligation& rule) {
  const Context& context = draft.context();
  for (const std::string& subject : SubjectsOf(rule, draft.state())) {
    const std::string entity = EntityOf(draft.state(), subject);
    if (rule.has_when() && !Holds(rule.when(), draft.About(entity))) continue;
    if (rule.has_void_when() && Holds(rule.void_when(), draft.About(entity))) continue;
    const std::optional<absl::Time> start = ClockStart(rule, draft.state(), subject, context.now);
    if (!start.has_value()) continue;
    if (!rule.has_recurrence()) {
      if (LiveRow(rule, draft.state(), subject, 0) == nullptr) {
        Open(draft, rule, subject, 0, *start);
      }
      continue;
    }
    // Every grid period that has begun has its instance, also those that began while the server was
    // down: a missed day is on record for ever.
    const absl::Time not_before = draft.state().has_recurrence_not_before()
                                      ? FromProto(draft.state().recurrence_not_before())
                                      : absl::InfinitePast();
    int last = 0;
    for (const ObligationRow& row : draft.state().obligations()) {
      if (row.code() == rule.code() && row.subject() == subject &&
          SameCycle(rule, draft.state(), row)) {
        last = std::max(last, static_cast<int>(row.number()));
      }
    }
    for (int number = std::max(1, last);; ++number) {
      const absl::Time due = GridPoint(context.policy, rule, draft.state(), *start, number);
      if (due - PeriodOf(rule) > context.now) break;
      if (due < not_before) continue;
      if (LiveRow(rule, draft.state(), subject, number) == nullptr) {
        Open(draft, rule, subject, number, *start);
      }
    }
  }
}

// Voids, satisfies and reschedules the open rows of one rule.
void UpdateOpen(Draft& draft, const Obligation& rule) {
  const Context& context = draft.context();
  // By instance name: recording changes the rows.
  std::vector<std::string> open;
  for (const ObligationRow& row : draft.state().obligations()) {
    if (row.code() == rule.code() && IsOpen(row)) open.push_back(row.instance());
  }
  for (const std::string& instance : open) {
    const ObligationRow row = *FindObligation(draft.state(), instance);
    const std::string entity = EntityOf(draft.state(), row.subject());
    const bool satisfied =
        std::any_of(rule.satisfied_by().begin(), rule.satisfied_by().end(),
                    [&](const auto& way) { return StateSatisfies(way, draft.state(), row); });
    if (satisfied) {
      Satisfy(draft, row);
      continue;
    }
    if (rule.has_void_when() && Holds(rule.void_when(), draft.About(entity))) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID,
             absl::StrCat("no longer owed: the incident is ", draft.state().state()));
      continue;
    }
    if (rule.void_when_untrue() && rule.has_when() && !Holds(rule.when(), draft.About(entity))) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID, "its reason went away");
      continue;
    }
    if (row.number() > 0 || !row.has_due_time()) continue;

    // A worse severity shortens what is still owed, but never below the time people need to answer;
    // a corrected clock moves it earlier. Nothing moves a deadline later.
    const std::optional<absl::Time> start =
        rule.clock() == Obligation::CLOCK_DETECTED
            ? ClockStart(rule, draft.state(), row.subject(), context.now)
            : FromProto(row.clock_start());
    const absl::Duration span = SpanOf(context.policy, rule, draft.state());
    const absl::Time old_due = FromProto(row.due_time());
    absl::Time due = std::min(old_due, *start + span);
    if (due >= old_due) continue;
    if (*start == FromProto(row.clock_start())) {
      const policy::v1::EscalationLadder::Pace* pace =
          context.policy.PaceFor(draft.state().severity());
      const absl::Duration window =
          pace == nullptr ? absl::ZeroDuration() : FromProto(pace->ack_window());
      due = std::min(old_due, std::max(context.now + window, due));
      if (due >= old_due) continue;
    }
    Event event = draft.NewEvent();
    record::v1::ObligationRescheduled* body = event.mutable_obligation_rescheduled();
    body->set_instance(instance);
    *body->mutable_due_time() = ToProto(due);
    *body->mutable_clock_start() = ToProto(*start);
    *body->mutable_span() = ToProto(span);
    body->set_reminders_done(
        Passed(ReminderTimes(context.policy, rule, *start, span, due), context.now));
    body->set_reason(*start == FromProto(row.clock_start())
                         ? absl::StrCat("severity is now ", draft.state().severity())
                         : "the time of detection was corrected");
    AddClauses(event, rule.clauses());
    draft.Record(std::move(event));
  }
}

// ---- What falls due ----

const policy::v1::OverdueSchedule::Step* NextStep(const PolicyIndex& policy, const Obligation& rule,
                                                  const ObligationRow& row) {
  const policy::v1::OverdueSchedule* schedule = policy.OverdueScheduleFor(rule.overdue());
  if (schedule == nullptr || row.overdue_steps_done() >= schedule->steps_size()) return nullptr;
  return &schedule->steps(row.overdue_steps_done());
}

absl::Time StepTime(const policy::v1::OverdueSchedule::Step& step, const ObligationRow& row) {
  return FromProto(row.due_time()) + FromProto(step.after()) +
         FromProto(row.span()) * step.after_spans();
}

// A missed recurring duty keeps climbing until the next one is answered or nothing is owed.
bool StepsGoOn(const PolicyIndex& policy, const IncidentState& state, const ObligationRow& row) {
  if (row.state() == v1::Obligation::STATE_OVERDUE) return true;
  if (row.state() != v1::Obligation::STATE_MISSED) return false;
  const policy::v1::State* current = policy.FindState(state.state());
  if (current == nullptr || !current->ongoing()) return false;
  return std::none_of(state.obligations().begin(), state.obligations().end(),
                      [&](const ObligationRow& other) {
                        return other.code() == row.code() && other.subject() == row.subject() &&
                               other.number() > row.number() && other.cycle() == row.cycle() &&
                               (other.state() == v1::Obligation::STATE_SATISFIED ||
                                other.state() == v1::Obligation::STATE_SATISFIED_LATE);
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

void TakeReminder(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const Context& context = draft.context();
  const std::vector<absl::Time> times = ReminderTimesOf(context.policy, rule, row);
  const int passed = Passed(times, context.now);
  if (passed <= row.reminders_done()) return;
  Event event = draft.NewEvent();
  record::v1::ReminderSent* body = event.mutable_reminder_sent();
  body->set_instance(row.instance());
  body->set_done(passed);
  body->set_collapsed(passed - row.reminders_done() - 1);
  const policy::v1::ReminderSchedule* schedule =
      context.policy.ReminderScheduleFor(rule.reminders());
  body->set_post_to_channel(schedule->post_to_channel());
  for (std::string& person :
       PeopleHolding(context.directory, rule.owner_roles(), ScopeOf(draft.state(), row))) {
    body->add_people(std::move(person));
  }
  AddClauses(event, rule.clauses());
  draft.RecordDue(std::move(event), times[static_cast<size_t>(passed) - 1]);
}

void TakeDeadline(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const absl::Time due = FromProto(row.due_time());
  if (rule.recurrence().missed_at_due() && row.number() > 0) {
    Event event = draft.NewEvent();
    record::v1::ObligationSettled* body = event.mutable_obligation_settled();
    body->set_instance(row.instance());
    body->set_state(v1::Obligation::STATE_MISSED);
    body->set_by(draft.actor().principal());
    body->set_reason("nothing was delivered before its point passed");
    AddClauses(event, rule.clauses());
    draft.RecordDue(std::move(event), due);
    return;
  }
  Event event = draft.NewEvent();
  event.mutable_obligation_overdue()->set_instance(row.instance());
  AddClauses(event, rule.clauses());
  draft.RecordDue(std::move(event), due);
}

void TakeOverdueStep(Draft& draft, const Obligation& rule, const ObligationRow& row) {
  const Context& context = draft.context();
  const policy::v1::OverdueSchedule::Step* step = NextStep(context.policy, rule, row);
  if (step == nullptr) return;
  Event event = draft.NewEvent();
  record::v1::OverdueStepTaken* body = event.mutable_overdue_step_taken();
  body->set_instance(row.instance());
  body->set_done(row.overdue_steps_done() + 1);
  for (const std::string& role : step->roles()) body->add_roles(role);
  for (std::string& person :
       PeopleHolding(context.directory, step->roles(), ScopeOf(draft.state(), row))) {
    body->add_people(std::move(person));
  }
  const policy::v1::OverdueSchedule* schedule = context.policy.OverdueScheduleFor(rule.overdue());
  body->set_post_to_channel(schedule->post_to_channel());
  body->set_proposes_case(
      step->proposes_case() &&
      (row.number() == 0 || MissesInARow(draft.state(), row) >= step->consecutive_misses()));
  AddClauses(event, rule.clauses());
  AddClauses(event, step->clauses());
  draft.RecordDue(std::move(event), StepTime(*step, row));
}

}  // namespace

absl::string_view ScopeOf(const IncidentState& state, const ObligationRow& row) {
  return row.subject().empty() ? absl::string_view(state.entity())
                               : absl::string_view(row.subject());
}

void Satisfy(Draft& draft, const ObligationRow& row) {
  const Obligation* rule = draft.context().policy.FindObligation(row.code());
  if (rule == nullptr) return;
  const bool late = row.has_due_time() && draft.context().now > FromProto(row.due_time());
  const std::string instance = row.instance();
  Settle(draft, *rule, instance,
         late ? v1::Obligation::STATE_SATISFIED_LATE : v1::Obligation::STATE_SATISFIED, "");
}

void SettleObligations(Draft& draft) {
  for (const Obligation& rule : draft.context().policy.proto().obligations()) {
    OpenDue(draft, rule);
    UpdateOpen(draft, rule);
  }
}

void SatisfyByAcknowledgement(Draft& draft, const std::vector<record::v1::RoleGrant>& grants) {
  const Context& context = draft.context();
  std::vector<std::string> satisfied;
  for (const ObligationRow& row : draft.state().obligations()) {
    const Obligation* rule = context.policy.FindObligation(row.code());
    if (!IsOpen(row) || rule == nullptr) continue;
    // A role held for one secretariat does not answer for another.
    const auto answers = [&](const record::v1::RoleGrant& grant, const auto& roles) {
      if (std::find(roles.begin(), roles.end(), grant.role()) == roles.end()) return false;
      if (grant.scope().empty() || row.subject().empty()) return true;
      if (grant.scope() == row.subject()) return true;
      const v1::Entity* entity = context.directory.FindEntity(row.subject());
      return entity != nullptr && entity->secretariat() == grant.scope();
    };
    const bool matches =
        std::any_of(rule->satisfied_by().begin(), rule->satisfied_by().end(), [&](const auto& way) {
          return way.has_acknowledgement() &&
                 std::any_of(grants.begin(), grants.end(), [&](const record::v1::RoleGrant& grant) {
                   return answers(grant, way.acknowledgement().roles());
                 });
        });
    if (matches) satisfied.push_back(row.instance());
  }
  for (const std::string& instance : satisfied) {
    const ObligationRow row = *FindObligation(draft.state(), instance);
    Satisfy(draft, row);
  }
}

void SatisfyByDocument(Draft& draft, absl::string_view type, absl::string_view entity) {
  const Context& context = draft.context();
  std::vector<std::string> satisfied;
  for (const ObligationRow& row : draft.state().obligations()) {
    const Obligation* rule = context.policy.FindObligation(row.code());
    if (!IsOpen(row) || rule == nullptr) continue;
    if (absl::StartsWith(row.subject(), "entities/") && row.subject() != entity) continue;
    // A recurring duty is answered within its own period only: (previous point, this point].
    if (row.number() > 0) {
      const absl::Time due = FromProto(row.due_time());
      if (context.now > due || context.now <= due - FromProto(row.span())) continue;
    }
    const bool matches = std::any_of(
        rule->satisfied_by().begin(), rule->satisfied_by().end(),
        [&](const auto& way) { return way.has_document() && way.document().type() == type; });
    if (matches) satisfied.push_back(row.instance());
  }
  for (const std::string& instance : satisfied) {
    const ObligationRow row = *FindObligation(draft.state(), instance);
    Satisfy(draft, row);
  }
}

std::vector<ObligationDue> ObligationsDue(const PolicyIndex& policy, const IncidentState& state) {
  std::vector<ObligationDue> due;
  for (const ObligationRow& row : state.obligations()) {
    const Obligation* rule = policy.FindObligation(row.code());
    if (rule == nullptr || !row.has_due_time()) continue;
    if (row.state() == v1::Obligation::STATE_PENDING) {
      due.push_back({FromProto(row.due_time()), ObligationDue::What::kDeadline, row.instance()});
      const std::vector<absl::Time> reminders = ReminderTimesOf(policy, *rule, row);
      const auto next = static_cast<size_t>(row.reminders_done());
      if (next < reminders.size() && reminders[next] < FromProto(row.due_time())) {
        due.push_back({reminders[next], ObligationDue::What::kReminder, row.instance()});
      }
    } else if (StepsGoOn(policy, state, row)) {
      if (const auto* step = NextStep(policy, *rule, row); step != nullptr) {
        due.push_back({StepTime(*step, row), ObligationDue::What::kOverdueStep, row.instance()});
      }
    }
  }
  // Duties that time alone opens: the next grid period, and elapsed tests that turn true.
  const absl::Time seen = FromProto(state.update_time());
  for (const Obligation& rule : policy.proto().obligations()) {
    for (const std::string& subject : SubjectsOf(rule, state)) {
      const std::string entity = EntityOf(state, subject);
      const Subject about{policy, state, entity, seen};
      if (rule.has_void_when() && Holds(rule.void_when(), about)) continue;
      if (rule.has_recurrence()) {
        const std::optional<absl::Time> start = ClockStart(rule, state, subject, seen);
        if (!start.has_value() || (rule.has_when() && !Holds(rule.when(), about))) continue;
        int last = 0;
        for (const ObligationRow& row : state.obligations()) {
          if (row.code() == rule.code() && row.subject() == subject &&
              SameCycle(rule, state, row)) {
            last = std::max(last, static_cast<int>(row.number()));
          }
        }
        const absl::Time not_before = state.has_recurrence_not_before()
                                          ? FromProto(state.recurrence_not_before())
                                          : absl::InfinitePast();
        int number = last + 1;
        while (GridPoint(policy, rule, state, *start, number) < not_before) ++number;
        due.push_back({GridPoint(policy, rule, state, *start, number) - PeriodOf(rule),
                       ObligationDue::What::kOpen, ""});
        continue;
      }
      if (!rule.has_when() || LiveRow(rule, state, subject, 0) != nullptr) continue;
      for (const absl::Time point : ElapsedPoints(rule.when(), about)) {
        const Subject then{policy, state, entity, point};
        if (point > seen && Holds(rule.when(), then)) {
          due.push_back({point, ObligationDue::What::kOpen, ""});
        }
      }
    }
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
    case ObligationDue::What::kOverdueStep:
      TakeOverdueStep(draft, *rule, row);
      break;
    case ObligationDue::What::kOpen:
      break;
  }
}

}  // namespace belfry::core
