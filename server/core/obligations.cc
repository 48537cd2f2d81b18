#include "server/core/obligations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligation_sources.h"
#include "server/core/recipients.h"
#include "server/core/standing.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Satisfaction;
using record::v1::Event;
using record::v1::IncidentState;
using record::v1::ObligationRow;

bool Contains(const Roles& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool SameCycle(const Obligation& rule, const IncidentState& state, const ObligationRow& row) {
  return !rule.fresh_on_reopen() || row.cycle() == state.reopened_count();
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

// What ITD itself owes is never advisory.
bool OwedCentrally(const PolicyIndex& policy, const Obligation& rule) {
  return std::all_of(rule.owner_roles().begin(), rule.owner_roles().end(),
                     [&](const std::string& code) {
                       const policy::v1::Role* role = policy.FindRole(code);
                       return role != nullptr && role->scope() == policy::v1::Role::SCOPE_GLOBAL;
                     });
}

// Entities that are only encouraged to comply owe everything, as advice.
bool IsAdvisory(const PolicyIndex& policy, const Obligation& rule, const IncidentState& state,
                absl::string_view subject) {
  if (OwedCentrally(policy, rule)) return false;
  const record::v1::EntityPart* part = FindPart(state, EntityOf(state, subject));
  return part != nullptr && part->voluntary();
}

// ---- Opening ----

// An instance that is to be opened.
struct NewInstance {
  int number = 0;
  absl::Time start;
  std::vector<std::string> sources = {};
  const policy::v1::Span* due = nullptr;    // null: the rule's
  std::optional<absl::Time> deadline = {};  // given by the calendar
  std::string person = {};
};

void Open(Draft& draft, const Obligation& rule, absl::string_view subject,
          const NewInstance& instance) {
  const Context& context = draft.context();
  const IncidentState& state = draft.state();
  const policy::v1::Span& allowed = instance.due == nullptr ? rule.due() : *instance.due;
  std::optional<absl::Time> due =
      DeadlineOf(context.policy, allowed, state.severity(), instance.start);
  absl::Duration span = due.has_value() ? *due - instance.start : absl::ZeroDuration();
  if (instance.deadline.has_value()) {
    due = instance.deadline;
    span = *due - instance.start;
  } else if (instance.number > 0) {
    due = GridPoint(context.policy, rule, state, instance.start, instance.number);
    span = PeriodOf(rule);
  }
  Event event = draft.NewEvent();
  record::v1::ObligationOpened* body = event.mutable_obligation_opened();
  body->set_instance(InstanceName(rule, state, subject, instance.number));
  body->set_code(rule.code());
  body->set_number(instance.number);
  body->set_subject(std::string(subject));
  body->set_cycle(state.reopened_count());
  body->set_person(instance.person);
  body->set_advisory(IsAdvisory(context.policy, rule, state, subject));
  for (const std::string& source : instance.sources) body->add_sources(source);
  *body->mutable_clock_start() = ToProto(instance.start);
  if (due.has_value()) {
    *body->mutable_due_time() = ToProto(*due);
    *body->mutable_span() = ToProto(span);
    body->set_reminders_done(
        Passed(ReminderTimes(context.policy, rule, *due - span, span, *due), context.now));
    if (const auto line =
            DeadlineOf(context.policy, rule.late_line(), state.severity(), instance.start);
        line.has_value()) {
      *body->mutable_late_line_time() = ToProto(*line);
    }
  }
  if (rule.notify_on_open()) {
    const std::string scope = subject.empty() ? state.entity() : std::string(subject);
    for (std::string& person : PeopleHolding(context, state, rule.owner_roles(), scope)) {
      body->add_notify_people(std::move(person));
    }
  }
  if (rule.tell_recipients_on_open()) {
    const std::string scope = subject.empty() ? state.entity() : std::string(subject);
    for (std::string& person : PeopleHolding(context, state, rule.recipient_roles(), scope)) {
      body->add_told_people(std::move(person));
    }
  }
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

// Every grid period that has begun has its instance, also those that began while the server was
// down: a missed day is on record for ever.
void OpenGrid(Draft& draft, const Obligation& rule, absl::string_view subject, absl::Time start) {
  const Context& context = draft.context();
  const absl::Time not_before = draft.state().has_recurrence_not_before()
                                    ? FromProto(draft.state().recurrence_not_before())
                                    : absl::InfinitePast();
  for (int number = std::max(1, LastNumber(rule, draft.state(), subject));; ++number) {
    const absl::Time due = GridPoint(context.policy, rule, draft.state(), start, number);
    if (due - PeriodOf(rule) > context.now) break;
    if (due < not_before) continue;
    if (LiveRow(rule, draft.state(), subject, number) == nullptr) {
      Open(draft, rule, subject, {.number = number, .start = start});
    }
  }
}

const ObligationRow* OpenRow(const Obligation& rule, const IncidentState& state,
                             absl::string_view subject) {
  for (const ObligationRow& row : state.obligations()) {
    if (row.code() == rule.code() && row.subject() == subject && IsOpen(row)) return &row;
  }
  return nullptr;
}

// An open question that has come up in one more way stays one question.
void Join(Draft& draft, const Obligation& rule, const ObligationRow& row,
          const std::vector<Raised>& raised) {
  Event event = draft.NewEvent();
  record::v1::ObligationRescheduled* body = event.mutable_obligation_rescheduled();
  body->set_instance(row.instance());
  if (row.has_due_time()) {
    *body->mutable_due_time() = row.due_time();
    *body->mutable_span() = row.span();
  }
  *body->mutable_clock_start() = row.clock_start();
  body->set_reminders_done(row.reminders_done());
  body->set_rebases_done(row.rebases_done());
  body->set_kind_while(row.kind_while());
  for (const Raised& one : raised) body->add_sources(one.source);
  body->set_reason("it has come up in one more way");
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

void OpenRaised(Draft& draft, const Obligation& rule, absl::string_view subject,
                const Subject& about) {
  std::vector<Raised> fresh;
  const bool ended = IsEnded(draft.context().policy, draft.state());
  for (Raised& raised : RaisedBy(rule, about)) {
    // Of an ended incident only what happens counts, not what goes on being so.
    if (ended && !IsOccurrence(raised.source)) continue;
    if (!IsConsumed(rule, draft.state(), subject, raised.source))
      fresh.push_back(std::move(raised));
  }
  if (fresh.empty()) return;
  if (rule.one_at_a_time()) {
    if (const ObligationRow* row = OpenRow(rule, draft.state(), subject); row != nullptr) {
      Join(draft, rule, ObligationRow(*row), fresh);
      return;
    }
  }
  // What became true together is one instance; each happening is one of its own.
  std::vector<NewInstance> instances;
  std::optional<NewInstance> together;
  for (const Raised& raised : fresh) {
    if (IsOccurrence(raised.source) && !rule.one_at_a_time()) {
      instances.push_back({.start = raised.time, .sources = {raised.source}, .due = raised.due});
      continue;
    }
    if (!together.has_value()) {
      together = NewInstance{.start = raised.time, .due = raised.due};
    }
    together->start = std::min(together->start, raised.time);
    together->sources.push_back(raised.source);
  }
  if (together.has_value()) instances.push_back(*std::move(together));
  for (const NewInstance& instance : instances) Open(draft, rule, subject, instance);
}

void OpenStanding(Draft& draft, const Obligation& rule, absl::string_view subject) {
  for (StandingInstance& due : StandingDue(draft.context(), rule, draft.state(), subject)) {
    Open(draft, rule, subject,
         {.number = due.number,
          .start = due.start,
          .deadline = due.due,
          .person = std::move(due.person)});
  }
}

// Owed here before, whatever became of it.
bool EverOwed(const Obligation& rule, const IncidentState& state, absl::string_view subject) {
  return std::any_of(state.obligations().begin(), state.obligations().end(),
                     [&](const ObligationRow& row) {
                       return row.code() == rule.code() && row.subject() == subject;
                     });
}

void OpenDue(Draft& draft, const Obligation& rule) {
  const Context& context = draft.context();
  for (const std::string& subject : SubjectsOf(rule, draft.state())) {
    if (rule.kind() == Obligation::KIND_STANDING) {
      OpenStanding(draft, rule, subject);
      continue;
    }
    // What ended with the incident does not come back while it is ended.
    if (IsEnded(context.policy, draft.state()) && rule.sources().empty() &&
        EverOwed(rule, draft.state(), subject)) {
      continue;
    }
    const std::string entity = EntityOf(draft.state(), subject);
    // Incident-wide duties look at the whole incident, not at one entity's documents.
    const Subject about = draft.About(subject.empty() ? absl::string_view() : entity);
    if (rule.has_when() && !Holds(rule.when(), about)) continue;
    if (rule.has_void_when() && Holds(rule.void_when(), about)) continue;
    // What held already when it ended, or by time alone since, is not what this act asks for.
    if (draft.began_ended() && IsEnded(context.policy, draft.state()) && rule.has_when() &&
        Holds(rule.when(), {context.policy, draft.ended_state(), about.entity, context.now})) {
      continue;
    }
    if (!rule.sources().empty()) {
      OpenRaised(draft, rule, subject, about);
      continue;
    }
    const std::optional<absl::Time> start =
        ClockStart(context.policy, rule, draft.state(), subject, context.now);
    if (!start.has_value()) continue;
    if (rule.has_recurrence()) {
      OpenGrid(draft, rule, subject, *start);
    } else if (LiveRow(rule, draft.state(), subject, 0) == nullptr) {
      Open(draft, rule, subject, {.start = *start});
    }
  }
}

// ---- Settling ----

// The removal that raised a row; null when it was raised by something else.
const v1::NetworkRemoval* RemovalOf(const IncidentState& state, const ObligationRow& row) {
  for (const v1::NetworkRemoval& removal : state.removals()) {
    const std::string suffix = absl::StrCat(":", removal.id());
    if (std::any_of(row.sources().begin(), row.sources().end(),
                    [&](const std::string& source) { return absl::EndsWith(source, suffix); })) {
      return &removal;
    }
  }
  return nullptr;
}

// The spending request that raised a row; null when it was raised by something else.
const v1::SpendRequest* SpendRequestOf(const IncidentState& state, const ObligationRow& row) {
  for (const v1::SpendRequest& request : state.spend_requests()) {
    const std::string suffix = absl::StrCat(":", request.number());
    if (std::any_of(row.sources().begin(), row.sources().end(),
                    [&](const std::string& source) { return absl::EndsWith(source, suffix); })) {
      return &request;
    }
  }
  return nullptr;
}

// The request for the record that raised a row; null when it was raised by something else.
const v1::RecordsRequest* RecordsRequestOf(const IncidentState& state, const ObligationRow& row) {
  for (const v1::RecordsRequest& request : state.records_requests()) {
    const std::string suffix = absl::StrCat(":", request.event_version());
    if (std::any_of(row.sources().begin(), row.sources().end(),
                    [&](const std::string& source) { return absl::EndsWith(source, suffix); })) {
      return &request;
    }
  }
  return nullptr;
}

// Every role needs at least one holder whom the notice reached.
bool NoticeReachedAll(const Satisfaction::NoticeDelivered& way, const IncidentState& state,
                      const ObligationRow& row) {
  return std::all_of(way.roles().begin(), way.roles().end(), [&](const std::string& role) {
    return std::any_of(state.tracked_notices().begin(), state.tracked_notices().end(),
                       [&](const record::v1::TrackedNotice& notice) {
                         return notice.obligation() == row.instance() && notice.role() == role &&
                                notice.delivered();
                       });
  });
}

// Does the state itself satisfy the duty? Acknowledgements, decisions and documents are acts; they
// satisfy at the moment they happen.
bool StateSatisfies(const Draft& draft, const Satisfaction& way, const ObligationRow& row) {
  const IncidentState& state = draft.state();
  switch (way.kind_case()) {
    case Satisfaction::kReport:
      return true;
    case Satisfaction::kTicket:
      return !state.tickets().empty();
    case Satisfaction::kStateEntered:
      return Contains(way.state_entered().state(), state.state());
    case Satisfaction::kFactIs: {
      const std::optional<std::string> value = FactValue(state, way.fact_is().name());
      return value.has_value() && Contains(way.fact_is().is(), *value);
    }
    case Satisfaction::kNoticeDelivered:
      return NoticeReachedAll(way.notice_delivered(), state, row);
    case Satisfaction::kRemovalConfirmed: {
      const v1::NetworkRemoval* removal = RemovalOf(state, row);
      return removal != nullptr && removal->state() != v1::NetworkRemoval::STATE_DECIDED;
    }
    case Satisfaction::kRemovalLifted: {
      const v1::NetworkRemoval* removal = RemovalOf(state, row);
      return removal != nullptr && removal->state() == v1::NetworkRemoval::STATE_LIFTED;
    }
    case Satisfaction::kSpendDecided: {
      const v1::SpendRequest* request = SpendRequestOf(state, row);
      return request != nullptr && request->state() != v1::SpendRequest::STATE_PENDING;
    }
    case Satisfaction::kRecordsAnswered: {
      const v1::RecordsRequest* request = RecordsRequestOf(state, row);
      return request != nullptr && request->state() != v1::RecordsRequest::STATE_OPEN;
    }
    case Satisfaction::kRolesHeld:
      return std::all_of(
          way.roles_held().roles().begin(), way.roles_held().roles().end(),
          [&](const std::string& role) {
            return !draft.context().directory.HoldersOf(role, ScopeOf(state, row)).empty();
          });
    default:
      return false;
  }
}

// A decision or what becomes of a removal tells nobody by itself; a document or a notice does, and
// whoever acknowledges knows.
bool TellsOutcome(const Obligation& rule) {
  return std::any_of(
      rule.satisfied_by().begin(), rule.satisfied_by().end(), [](const Satisfaction& way) {
        return way.has_decision() || way.has_removal_confirmed() || way.has_removal_lifted();
      });
}

// Where a row's deadline ought to be by now.
struct Target {
  absl::Time start;
  absl::Time due;
  absl::Duration span;
  std::string reason = {};
  int rebases_done = 0;
  int kind_while = 0;
};

// The rule's span, or that of what raised the row.
const policy::v1::Span& AllowedSpan(const Obligation& rule, const ObligationRow& row) {
  for (const std::string& name : row.sources()) {
    for (const policy::v1::Source& source : rule.sources()) {
      const bool raised =
          name == source.key() || absl::StartsWith(name, absl::StrCat(source.key(), ":"));
      if (raised && source.has_due()) return source.due();
    }
  }
  return rule.due();
}

// A corrected first awareness moves what counts from it, with its grid and the span it had.
void FollowClock(const Draft& draft, const Obligation& rule, const ObligationRow& row,
                 Target& target) {
  if (rule.clock() != Obligation::CLOCK_DETECTED) return;
  const Context& context = draft.context();
  const std::optional<absl::Time> start =
      ClockStart(context.policy, rule, draft.state(), row.subject(), context.now);
  if (!start.has_value() || *start == target.start) return;
  target.due += *start - target.start;
  target.start = *start;
  target.reason = "the time of detection was corrected";
}

// A worse severity shortens what is still owed, but never below the time people need to answer.
void Shorten(const Draft& draft, const Obligation& rule, const ObligationRow& row, Target& target) {
  const Context& context = draft.context();
  const policy::v1::Span& allowed = AllowedSpan(rule, row);
  if (row.number() > 0 || allowed.business_days() > 0) return;
  const absl::Duration span = context.policy.SpanFor(allowed, draft.state().severity());
  if (span <= absl::ZeroDuration()) return;
  const auto* pace = context.policy.PaceFor(draft.state().severity());
  const absl::Duration window =
      pace == nullptr ? absl::ZeroDuration() : FromProto(pace->ack_window());
  const absl::Time due = std::max(context.now + window, target.start + span);
  if (due >= target.due) return;
  target.due = due;
  target.span = span;
  target.reason = absl::StrCat("severity is now ", draft.state().severity());
}

// The pack's own reasons for another clock. These may move a deadline later.
void ApplyRebase(const Draft& draft, const Obligation& rule, const Subject& about, Target& target) {
  for (int i = target.rebases_done; i < rule.rebases_size(); ++i) {
    const policy::v1::Rebase& rebase = rule.rebases(i);
    const std::optional<absl::Time> since = Since(rebase.when(), about);
    if (!since.has_value()) return;
    const auto due =
        DeadlineOf(draft.context().policy, rebase.due(), draft.state().severity(), *since);
    if (!due.has_value()) return;
    target.start = *since;
    target.due = *due;
    target.span = *due - *since;
    target.reason = rebase.reason();
    target.rebases_done = i + 1;
  }
}

int KindWhile(const Obligation& rule, const Subject& about) {
  for (int i = 0; i < rule.kind_while_size(); ++i) {
    if (Holds(rule.kind_while(i).when(), about)) return i + 1;
  }
  return 0;
}

void Reschedule(Draft& draft, const Obligation& rule, const ObligationRow& row,
                const Subject& about) {
  const Context& context = draft.context();
  Target target{.start = FromProto(row.clock_start()),
                .due = row.has_due_time() ? FromProto(row.due_time()) : absl::InfiniteFuture(),
                .span = FromProto(row.span()),
                .rebases_done = row.rebases_done(),
                .kind_while = KindWhile(rule, about)};
  if (row.has_due_time()) {
    if (row.rebases_done() == 0 && !row.deadline_fixed() &&
        rule.kind() != Obligation::KIND_STANDING) {
      FollowClock(draft, rule, row, target);
      Shorten(draft, rule, row, target);
    }
    ApplyRebase(draft, rule, about, target);
  }
  const bool moved = row.has_due_time() && (target.due != FromProto(row.due_time()) ||
                                            target.start != FromProto(row.clock_start()));
  const bool advisory = IsAdvisory(context.policy, rule, draft.state(), row.subject());
  if (!moved && target.kind_while == row.kind_while() && advisory == row.advisory()) return;
  Event event = draft.NewEvent();
  record::v1::ObligationRescheduled* body = event.mutable_obligation_rescheduled();
  body->set_instance(row.instance());
  if (row.has_due_time()) {
    *body->mutable_due_time() = ToProto(target.due);
    *body->mutable_span() = ToProto(target.span);
  }
  *body->mutable_clock_start() = ToProto(target.start);
  body->set_reminders_done(
      !moved ? row.reminders_done()
             : Passed(ReminderTimes(context.policy, rule, target.start, target.span, target.due),
                      context.now));
  body->set_rebases_done(target.rebases_done);
  body->set_kind_while(target.kind_while);
  if (advisory != row.advisory()) body->set_advisory(advisory);
  body->set_pending_again(row.state() == v1::Obligation::STATE_OVERDUE && target.due > context.now);
  body->set_reason(moved                                   ? target.reason
                   : target.kind_while != row.kind_while() ? "its kind has changed"
                   : advisory ? "the entity is encouraged to comply, no longer bound"
                              : "the entity is bound now");
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

bool IsSubject(const Obligation& rule, const IncidentState& state, const ObligationRow& row) {
  const std::vector<std::string> subjects = SubjectsOf(rule, state);
  return std::find(subjects.begin(), subjects.end(), row.subject()) != subjects.end();
}

// Was what this period asks for handed in during it? A corrected grid is laid over what is there.
bool AnsweredBefore(const Obligation& rule, const IncidentState& state, const ObligationRow& row) {
  if (!rule.has_recurrence() || row.number() == 0) return false;
  const absl::Time due = FromProto(row.due_time());
  const absl::Time from = due - PeriodOf(rule);
  return std::any_of(state.documents().begin(), state.documents().end(),
                     [&](const record::v1::DocumentRow& document) {
                       const absl::Time time = FromProto(document.time());
                       return document.entity() == row.subject() && time > from && time <= due &&
                              std::any_of(rule.satisfied_by().begin(), rule.satisfied_by().end(),
                                          [&](const Satisfaction& way) {
                                            return way.has_document() &&
                                                   way.document().type() == document.type() &&
                                                   FieldsFit(way.document().fields(),
                                                             document.fields());
                                          });
                     });
}

// Voids, satisfies and reschedules the open rows of one rule.
void UpdateOpen(Draft& draft, const Obligation& rule) {
  const policy::v1::State* state = draft.context().policy.FindState(draft.state().state());
  const bool voids = state != nullptr && state->voids_duties() && !AsksForRecord(rule);
  // By instance name: recording changes the rows.
  std::vector<std::string> open;
  for (const ObligationRow& row : draft.state().obligations()) {
    const bool held = row.state() == v1::Obligation::STATE_HELD && voids;
    if (row.code() == rule.code() && (IsOpen(row) || held)) open.push_back(row.instance());
  }
  for (const std::string& instance : open) {
    const ObligationRow row = *FindObligation(draft.state(), instance);
    const std::string entity = EntityOf(draft.state(), row.subject());
    const Subject about = draft.About(row.subject().empty() ? absl::string_view() : entity);
    if (std::any_of(rule.satisfied_by().begin(), rule.satisfied_by().end(),
                    [&](const auto& way) { return StateSatisfies(draft, way, row); })) {
      Satisfy(draft, row);
    } else if (AnsweredBefore(rule, draft.state(), row)) {
      Settle(draft, rule, instance, v1::Obligation::STATE_SATISFIED, "it was there in time");
    } else if (voids) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID,
             absl::StrCat("no longer owed: the incident is ", draft.state().state()));
    } else if (rule.scope() == Obligation::SCOPE_ENTITY && !IsSubject(rule, draft.state(), row)) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID, "the entity is not affected");
    } else if (rule.has_void_when() && Holds(rule.void_when(), about)) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID,
             absl::StrCat("no longer owed: the incident is ", draft.state().state()));
    } else if (rule.void_when_untrue() && rule.has_when() && !Holds(rule.when(), about)) {
      Settle(draft, rule, instance, v1::Obligation::STATE_VOID, "its reason went away");
    } else {
      Reschedule(draft, rule, row, about);
    }
  }
}

// What is handed in once answers the oldest that is open; what is asked of a person, that person's.
bool AnswersStanding(const IncidentState& state, const ObligationRow& row,
                     const record::v1::DocumentRow& document) {
  if (!row.person().empty()) {
    return std::any_of(document.fields().begin(), document.fields().end(),
                       [&](const v1::DocumentField& field) {
                         return field.name() == "member" && field.value() == row.person();
                       });
  }
  for (const ObligationRow& other : state.obligations()) {
    if (other.code() == row.code() && other.subject() == row.subject() && IsOpen(other)) {
      return other.instance() == row.instance();
    }
  }
  return false;
}

// Satisfies the open rows for which `answers(rule, row)`.
template <typename Answers>
void SatisfyWhere(Draft& draft, Answers answers) {
  std::vector<std::string> satisfied;
  for (const ObligationRow& row : draft.state().obligations()) {
    const Obligation* rule = draft.context().policy.FindObligation(row.code());
    if (IsOpen(row) && rule != nullptr && answers(*rule, row)) satisfied.push_back(row.instance());
  }
  for (const std::string& instance : satisfied) {
    Satisfy(draft, ObligationRow(*FindObligation(draft.state(), instance)));
  }
}

}  // namespace

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

int LastNumber(const Obligation& rule, const IncidentState& state, absl::string_view subject) {
  int last = 0;
  for (const ObligationRow& row : state.obligations()) {
    if (row.code() == rule.code() && row.subject() == subject && SameCycle(rule, state, row)) {
      last = std::max(last, static_cast<int>(row.number()));
    }
  }
  return last;
}

bool IsConsumed(const Obligation& rule, const IncidentState& state, absl::string_view subject,
                absl::string_view source) {
  return std::any_of(
      state.obligations().begin(), state.obligations().end(), [&](const ObligationRow& row) {
        // What became true again after its duty was void raises a new one; a happening does not.
        const bool counts = row.state() != v1::Obligation::STATE_VOID || IsOccurrence(source);
        return counts && row.code() == rule.code() && row.subject() == subject &&
               SameCycle(rule, state, row) && Contains(row.sources(), source);
      });
}

absl::string_view ScopeOf(const IncidentState& state, const ObligationRow& row) {
  return row.subject().empty() ? absl::string_view(state.entity())
                               : absl::string_view(row.subject());
}

void AddClauses(Event& event, const google::protobuf::RepeatedPtrField<std::string>& clauses) {
  for (const std::string& clause : clauses) {
    if (!Contains(event.clauses(), clause)) event.add_clauses(clause);
  }
}

void Settle(Draft& draft, const Obligation& rule, const std::string& instance,
            v1::Obligation::State state, absl::string_view reason, const Roles& told_roles) {
  Event event = draft.NewEvent();
  record::v1::ObligationSettled* body = event.mutable_obligation_settled();
  if (const ObligationRow* row = FindObligation(draft.state(), instance);
      row != nullptr && !told_roles.empty()) {
    *body->mutable_told_roles() = told_roles;
    for (std::string& person :
         PeopleHolding(draft.context(), draft.state(), told_roles, ScopeOf(draft.state(), *row))) {
      body->add_told_people(std::move(person));
    }
  }
  body->set_instance(instance);
  body->set_state(state);
  body->set_by(draft.actor().principal());
  body->set_reason(std::string(reason));
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

void Satisfy(Draft& draft, const ObligationRow& row) {
  const Obligation* rule = draft.context().policy.FindObligation(row.code());
  if (rule == nullptr) return;
  const bool late = row.state() == v1::Obligation::STATE_OVERDUE ||
                    (row.has_due_time() && draft.context().now > FromProto(row.due_time()));
  Settle(draft, *rule, row.instance(),
         late ? v1::Obligation::STATE_SATISFIED_LATE : v1::Obligation::STATE_SATISFIED, "",
         TellsOutcome(*rule) ? rule->recipient_roles() : Roles());
}

void SettleObligations(Draft& draft) {
  for (const Obligation& rule : draft.context().policy.proto().obligations()) {
    if (!BelongsTo(rule, draft.state())) continue;
    // What ends opens nothing more; what an act asks of an ended incident, Decide() looks at.
    const bool ended = IsEnded(draft.context().policy, draft.state());
    if (!ended || (draft.began_ended() && !draft.internal())) OpenDue(draft, rule);
    UpdateOpen(draft, rule);
  }
}

void SatisfyByAcknowledgement(Draft& draft, const std::vector<record::v1::RoleGrant>& grants) {
  const Directory& directory = draft.context().directory;
  SatisfyWhere(draft, [&](const Obligation& rule, const ObligationRow& row) {
    // A role held for one secretariat does not answer for another.
    const auto answers = [&](const record::v1::RoleGrant& grant, const Roles& roles) {
      if (!Contains(roles, grant.role())) return false;
      if (grant.scope().empty() || row.subject().empty() || grant.scope() == row.subject()) {
        return true;
      }
      const v1::Entity* entity = directory.FindEntity(row.subject());
      return entity != nullptr && entity->secretariat() == grant.scope();
    };
    // An answer answers a question: a standing duty must have asked first.
    if (rule.kind() == Obligation::KIND_STANDING && row.reminders_done() == 0 &&
        row.state() != v1::Obligation::STATE_OVERDUE) {
      return false;
    }
    return std::any_of(
        rule.satisfied_by().begin(), rule.satisfied_by().end(), [&](const Satisfaction& way) {
          return way.has_acknowledgement() &&
                 std::any_of(grants.begin(), grants.end(), [&](const record::v1::RoleGrant& grant) {
                   return answers(grant, way.acknowledgement().roles());
                 });
        });
  });
}

void SatisfyByDocument(Draft& draft, const record::v1::DocumentRow& document) {
  const absl::Time now = draft.context().now;
  SatisfyWhere(draft, [&](const Obligation& rule, const ObligationRow& row) {
    if (absl::StartsWith(row.subject(), "entities/") && row.subject() != document.entity()) {
      return false;
    }
    if (rule.kind() == Obligation::KIND_STANDING &&
        !AnswersStanding(draft.state(), row, document)) {
      return false;
    }
    // A recurring duty is answered within its own period only: (previous point, this point].
    if (rule.has_recurrence()) {
      const absl::Time due = FromProto(row.due_time());
      if (now > due || now <= due - FromProto(row.span())) return false;
    }
    return std::any_of(rule.satisfied_by().begin(), rule.satisfied_by().end(),
                       [&](const Satisfaction& way) {
                         return way.has_document() && way.document().type() == document.type() &&
                                FieldsFit(way.document().fields(), document.fields());
                       });
  });
}

void SatisfyByDecision(Draft& draft, const v1::Decision& decision) {
  SatisfyWhere(draft, [&](const Obligation& rule, const ObligationRow&) {
    return std::any_of(
        rule.satisfied_by().begin(), rule.satisfied_by().end(), [&](const Satisfaction& way) {
          return way.has_decision() && way.decision().question() == decision.question() &&
                 Contains(way.decision().answers(), decision.answer());
        });
  });
}

}  // namespace belfry::core
