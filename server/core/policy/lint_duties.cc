// Duties of a pack, one by one: when they exist, from when and by when, whose they are.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/time/civil_time.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"
#include "server/core/policy/lint_truth.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Predicate;

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

bool IsStanding(const Obligation& duty) { return duty.kind() == Obligation::KIND_STANDING; }

// Some instances at least fall due.
bool HasDeadline(const Obligation& duty) {
  return IsSet(duty.due()) || duty.has_recurrence() || IsStanding(duty) ||
         std::any_of(duty.sources().begin(), duty.sources().end(),
                     [](const policy::v1::Source& source) { return IsSet(source.due()); });
}

bool IsFactual(const Predicate& part) {
  return part.has_fact() || part.has_category() || part.has_presumption() || part.has_severity() ||
         part.has_count();
}

// ---- By when ----

int64_t Nanoseconds(const google::protobuf::Duration& duration) {
  return duration.seconds() * 1'000'000'000 + duration.nanos();
}

// The length for a severity; nullopt when there is none or it is counted in business days.
std::optional<int64_t> LengthFor(const policy::v1::Span& span, const std::string& severity) {
  if (span.business_days() > 0) return std::nullopt;
  for (const auto& entry : span.by_severity()) {
    if (entry.severity() == severity) return Nanoseconds(entry.span());
  }
  if (span.has_any()) return Nanoseconds(span.any());
  return std::nullopt;
}

void CheckLateLine(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.has_late_line()) return;
  lint.CheckSpan(duty.late_line(), path + ".late_line");
  if (!IsSet(duty.due())) {
    lint.Error(path + ".late_line",
               absl::StrCat(duty.code(), " has no deadline, so it is never late; add due"));
  }
  for (const auto& severity : lint.policy.severities()) {
    const auto due = LengthFor(duty.due(), severity.code());
    const auto line = LengthFor(duty.late_line(), severity.code());
    if (!due.has_value() || !line.has_value() || *line > *due) continue;
    lint.Error(path + ".late_line", absl::StrCat("the second line of ", duty.code(),
                                                 " comes after the deadline, also for ",
                                                 severity.code(), "; make it longer than due"));
    return;
  }
}

void CheckRecurrence(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.has_recurrence()) return;
  const std::string at = path + ".recurrence";
  if (duty.recurrence().has_period()) {
    lint.CheckDuration(duty.recurrence().period(), at + ".period");
  } else {
    lint.Error(at,
               absl::StrCat("how often is ", duty.code(), " owed? write period { seconds: N }"));
  }
  if (!duty.sources().empty()) {
    lint.Error(at, "does not go with sources: what happens raises it, no grid does");
  }
  if (duty.due().business_days() > 0) {
    lint.Error(path + ".due.business_days", "does not go with a grid; write the length with any");
  }
  if (!duty.has_void_when() && !(duty.has_when() && duty.void_when_untrue())) {
    lint.Error(at, absl::StrCat(duty.code(),
                                " would be owed for ever; add void_when, or when and "
                                "void_when_untrue"));
  }
}

void CheckDue(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (duty.has_due()) {
    lint.CheckSpan(duty.due(), path + ".due");
    if (!IsSet(duty.due())) lint.Error(path + ".due", "gives no length; write any { seconds: N }");
  }
  const bool dated = HasDeadline(duty);
  if (duty.kind() == Obligation::KIND_HARD && !dated) {
    lint.Error(path,
               absl::StrCat(duty.code(),
                            " is of KIND_HARD, a number of the policy, and has none; add due"));
  }
  CheckLateLine(lint, duty, path);
  CheckRecurrence(lint, duty, path);
  for (int i = 0; i < duty.rebases_size(); ++i) {
    const policy::v1::Rebase& rebase = duty.rebases(i);
    const std::string at = At(path + ".rebases", i);
    if (!dated) lint.Error(at, absl::StrCat(duty.code(), " has no deadline to replace; add due"));
    if (rebase.has_when()) {
      CheckCanHold(lint, rebase.when(), at + ".when", "the deadline is never replaced");
    } else {
      lint.Error(at, "has no `when`; say from when the other clock counts");
    }
    lint.CheckSpan(rebase.due(), at + ".due");
    if (!IsSet(rebase.due())) lint.Error(at, "has no due; say how long the other clock runs");
    lint.CheckText(rebase.reason(), "reason", at, "the record says why the deadline moved");
    lint.CheckCited(rebase, at);
  }
  if (!dated && !duty.overdue().empty()) {
    lint.Error(path + ".overdue",
               absl::StrCat(duty.code(), " has no deadline, so it is never overdue; add due"));
  }
}

// ---- From when ----

void CheckSince(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.has_since()) {
    if (duty.clock() == Obligation::CLOCK_SINCE && duty.sources().empty()) {
      lint.Error(path + ".clock", absl::StrCat("CLOCK_SINCE of ", duty.code(),
                                               " needs `since` or sources: since what?"));
    }
    return;
  }
  if (duty.clock() != Obligation::CLOCK_SINCE) {
    lint.Error(path + ".since", "counts only with CLOCK_SINCE; set that clock or take since out");
  } else if (!duty.sources().empty()) {
    lint.Error(path + ".since", "the clock starts with what its sources raise; take since out");
  }
  CheckCanHold(lint, duty.since(), path + ".since",
               absl::StrCat("the clock of ", duty.code(), " never starts"));
}

void CheckClock(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.sources().empty() && duty.clock() != Obligation::CLOCK_SINCE) {
    lint.Error(path + ".clock", absl::StrCat("with sources the clock of ", duty.code(),
                                             " starts when they raise it; write CLOCK_SINCE"));
    return;
  }
  const auto needs = [&](bool met, const std::string& what) {
    if (!met)
      lint.Error(path + ".clock", absl::StrCat("the clock of ", duty.code(), " needs ", what));
  };
  switch (duty.clock()) {
    case Obligation::CLOCK_UNSPECIFIED:
      lint.Error(path, absl::StrCat(duty.code(), " needs a clock: from when does the time run?"));
      break;
    case Obligation::CLOCK_DECLARED:
      needs(lint.clocks.count("TD") > 0, "a state with sets_clock: \"TD\"");
      break;
    case Obligation::CLOCK_RESOLVED:
      needs(lint.clocks.count("TS") > 0, "a state with sets_clock: \"TS\"");
      break;
    case Obligation::CLOCK_FACT:
      needs(duty.has_when() && Mentions(duty.when(), IsFactual),
            "a fact in `when` that became known");
      break;
    case Obligation::CLOCK_DECISION:
      needs(duty.has_when() &&
                Mentions(duty.when(), [](const Predicate& part) { return part.has_decision(); }),
            "a decision in `when` that was taken");
      break;
    default:
      break;
  }
  CheckSince(lint, duty, path);
}

// ---- When ----

void CheckExistence(LintContext& lint, const Obligation& duty, const std::string& path) {
  const std::string never = absl::StrCat(duty.code(), " is never owed");
  bool sound = true;
  if (duty.has_when()) {
    sound &= CheckPredicate(lint, duty.when(), path + ".when");
    if (sound) {
      const Truth truth = TruthOf(lint.policy, duty.when());
      sound &= truth.can_hold;
      if (!truth.can_hold) {
        lint.Error(path + ".when",
                   absl::StrCat("can never hold, so ", never, "; its parts exclude each other"));
      } else if (!truth.can_fail) {
        lint.Warning(path + ".when", absl::StrCat("always holds; leave it out of ", duty.code()));
      }
    }
  } else if (duty.void_when_untrue()) {
    lint.Error(path + ".void_when_untrue",
               absl::StrCat(duty.code(), " has no `when` to become untrue; add it"));
  }
  if (!duty.has_void_when()) return;
  sound &= CheckPredicate(lint, duty.void_when(), path + ".void_when");
  if (!sound) return;
  const Truth ends = TruthOf(lint.policy, duty.void_when());
  if (!ends.can_hold) {
    lint.Error(path + ".void_when", absl::StrCat("can never hold, so it ends nothing of ",
                                                 duty.code(), "; correct it or take it out"));
  }
  Predicate owed;
  if (duty.has_when()) *owed.mutable_all()->add_of() = duty.when();
  *owed.mutable_all()->add_of()->mutable_not_() = duty.void_when();
  if (!TruthOf(lint.policy, owed).can_hold) {
    lint.Error(path + ".void_when",
               absl::StrCat("holds whenever the duty would exist, so ", never, "; correct it"));
  }
}

// ---- Standing duties ----

void CheckCalendar(LintContext& lint, const Obligation& duty, const std::string& path) {
  const Obligation::Calendar& calendar = duty.calendar();
  const std::string at = path + ".calendar";
  const int kinds = !calendar.yearly_on().empty() + (calendar.months_after_last() != 0) +
                    (calendar.business_days_after_start() != 0) + !calendar.on_date().empty();
  if (kinds != 1) {
    lint.Error(duty.has_calendar() ? at : path,
               absl::StrCat("the standing duty ", duty.code(),
                            " needs a calendar of one kind: yearly_on, months_after_last, "
                            "business_days_after_start or on_date"));
  }
  absl::CivilDay day;
  // Judged in a year without 29 February: a day that is not there every year never comes.
  if (const std::string& yearly = calendar.yearly_on();
      !yearly.empty() && (!absl::ParseCivilTime("2001-" + yearly, &day) ||
                          absl::FormatCivilTime(day) != "2001-" + yearly)) {
    lint.Error(at + ".yearly_on",
               absl::StrCat("\"", yearly, "\" is no day of every year; write it as 01-31"));
  }
  if (!calendar.on_date().empty()) lint.CheckDay(calendar.on_date(), at + ".on_date");
  if (calendar.months_after_last() < 0) {
    lint.Error(at + ".months_after_last", "must not be negative; count months from 1");
  }
  if (calendar.business_days_after_start() < 0) {
    lint.Error(at + ".business_days_after_start", "must not be negative; count days from 1");
  }
  if (calendar.days_after_new_policy() < 0) {
    lint.Error(at + ".days_after_new_policy", "must not be negative; count days from 1");
  } else if (calendar.days_after_new_policy() > 0 && calendar.months_after_last() == 0) {
    lint.Error(at + ".days_after_new_policy", "counts only with months_after_last; take it out");
  }
  if ((calendar.business_days_after_start() != 0) != !duty.per_role().empty()) {
    lint.Error(at, absl::StrCat("business_days_after_start and per_role go together in ",
                                duty.code(), ": a new holder of the role starts the days"));
  }
}

void CheckStanding(LintContext& lint, const Obligation& duty, const std::string& path) {
  CheckCalendar(lint, duty, path);
  if (duty.scope() == Obligation::SCOPE_INCIDENT) {
    lint.Error(path + ".scope", absl::StrCat("the standing duty ", duty.code(),
                                             " belongs to no incident; write SCOPE_ENTITY, "
                                             "SCOPE_SECRETARIAT or SCOPE_GLOBAL"));
  }
  const auto unused = [&](bool set, const char* field) {
    if (!set) return;
    lint.Error(absl::StrCat(path, ".", field),
               absl::StrCat("the calendar alone raises the standing duty ", duty.code(), "; take ",
                            field, " out"));
  };
  unused(duty.clock() != Obligation::CLOCK_UNSPECIFIED, "clock");
  unused(duty.has_when(), "when");
  unused(duty.has_since(), "since");
  unused(!duty.sources().empty(), "sources");
  unused(duty.has_recurrence(), "recurrence");
  unused(duty.parties() != Obligation::PARTIES_UNSPECIFIED, "parties");
  if (duty.has_due() && duty.calendar().months_after_last() == 0) {
    lint.Error(path + ".due", "counts only with months_after_last, for what was never on file");
  }
  if (duty.per_role().empty()) return;
  lint.Refer(lint.roles, duty.per_role(), "role", path + ".per_role");
  // A document answers for the person it names.
  for (int i = 0; i < duty.satisfied_by_size(); ++i) {
    const auto document = lint.documents.find(duty.satisfied_by(i).document().type());
    if (document == lint.documents.end()) continue;
    const auto& fields = document->second->fields();
    if (std::none_of(fields.begin(), fields.end(),
                     [](const auto& field) { return field.name() == "member"; })) {
      lint.Error(At(path + ".satisfied_by", i),
                 absl::StrCat(document->first,
                              " does not say whose duty it answers; add a field "
                              "\"member\" for the holder of ",
                              duty.per_role()));
    }
  }
}

void CheckNotStanding(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (duty.has_calendar()) {
    lint.Error(path + ".calendar",
               absl::StrCat(duty.code(),
                            " is bound to an incident; write KIND_STANDING, or take "
                            "the calendar out"));
  }
  if (!duty.per_role().empty()) {
    lint.Error(path + ".per_role", "is for standing duties; take it out");
  }
  if (duty.scope() == Obligation::SCOPE_GLOBAL) {
    lint.Error(path + ".scope", absl::StrCat("only a standing duty is everybody's; give ",
                                             duty.code(), " SCOPE_INCIDENT"));
  }
  CheckClock(lint, duty, path);
  CheckExistence(lint, duty, path);
}

// ---- Whose ----

// A number of the policy is not given away, and a law only found not to apply.
void CheckWaivers(LintContext& lint, const Obligation& duty, const std::string& path) {
  const auto is_ever = [&](Obligation::Kind kind) {
    return duty.kind() == kind ||
           std::any_of(duty.kind_while().begin(), duty.kind_while().end(),
                       [kind](const auto& one) { return one.kind() == kind; });
  };
  for (int i = 0; i < duty.waivers_size(); ++i) {
    const Obligation::Waiver& waiver = duty.waivers(i);
    const std::string at = At(path + ".waivers", i);
    if (waiver.roles().empty()) {
      lint.Error(at, absl::StrCat("a waiver of ", duty.code(), " needs roles that may grant it"));
    }
    lint.ReferRoles(waiver.roles(), at + ".roles");
    if (waiver.has_when()) {
      CheckCanHold(lint, waiver.when(), at + ".when",
                   absl::StrCat(duty.code(), " can never be waived"));
    }
    lint.CheckCited(waiver, at);
    if (is_ever(Obligation::KIND_HARD)) {
      lint.Error(at, absl::StrCat("a hard number of the policy cannot be waived; take the waiver "
                                  "out of ",
                                  duty.code()));
    } else if (is_ever(Obligation::KIND_STATUTORY) && !waiver.not_applicable()) {
      lint.Error(at, absl::StrCat("nobody can waive a statute; set not_applicable: true in ",
                                  duty.code(), ", or take the waiver out"));
    }
  }
}

void CheckKinds(LintContext& lint, const Obligation& duty, const std::string& path) {
  for (int i = 0; i < duty.kind_while_size(); ++i) {
    const policy::v1::KindWhile& one = duty.kind_while(i);
    const std::string at = At(path + ".kind_while", i);
    if (one.kind() == Obligation::KIND_UNSPECIFIED || one.kind() == Obligation::KIND_STANDING ||
        one.kind() == duty.kind()) {
      lint.Error(at + ".kind", absl::StrCat("needs a kind that ", duty.code(),
                                            " does not have anyway, and not KIND_STANDING"));
    }
    if (one.has_when()) {
      CheckCanHold(lint, one.when(), at + ".when",
                   absl::StrCat("the kind of ", duty.code(), " never changes"));
    } else {
      lint.Error(at, "has no `when`; say while what holds");
    }
    if (!one.reminders().empty()) {
      lint.Refer(lint.reminders, one.reminders(), "reminder schedule", at + ".reminders");
    }
    if (!one.overdue().empty()) {
      lint.Refer(lint.overdue, one.overdue(), "overdue schedule", at + ".overdue");
    }
  }
}

void CheckHold(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.has_hold()) return;
  const std::string at = path + ".hold";
  lint.ReferAct(duty.hold().act(), at + ".act");
  lint.CheckSpan(duty.hold().resume(), at + ".resume");
  if (!IsSet(duty.hold().resume())) {
    lint.Error(at, absl::StrCat("by when is ", duty.code(), " owed after the release? add resume"));
  }
  if (duty.hold().has_review()) lint.CheckDuration(duty.hold().review(), at + ".review");
  lint.CheckCited(duty.hold(), at);
}

void CheckPeople(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (duty.owner_roles().empty()) {
    lint.Error(path, absl::StrCat(duty.code(), " has no owner; who must do it? add owner_roles"));
  }
  lint.ReferRoles(duty.owner_roles(), path + ".owner_roles");
  lint.ReferRoles(duty.accountable_roles(), path + ".accountable_roles");
  lint.ReferRoles(duty.recipient_roles(), path + ".recipient_roles");
  lint.CheckDistinct(duty.owner_roles(), path + ".owner_roles");
  lint.CheckDistinct(duty.accountable_roles(), path + ".accountable_roles");
  lint.CheckDistinct(duty.recipient_roles(), path + ".recipient_roles");
  if (duty.accountable_roles().empty()) {
    lint.Warning(path, absl::StrCat("nobody answers for ", duty.code(), "; add accountable_roles"));
  }
  if (duty.parties() > Obligation::PARTIES_REPORTING && duty.scope() != Obligation::SCOPE_ENTITY) {
    lint.Error(path + ".parties",
               absl::StrCat("each third party owes its own; give ", duty.code(), " SCOPE_ENTITY"));
  }
  CheckWaivers(lint, duty, path);
  CheckKinds(lint, duty, path);
  CheckHold(lint, duty, path);
}

void CheckSchedules(LintContext& lint, const Obligation& duty, const std::string& path) {
  if (!duty.overdue().empty()) {
    lint.Refer(lint.overdue, duty.overdue(), "overdue schedule", path + ".overdue");
  }
  if (duty.reminders().empty()) return;
  lint.Refer(lint.reminders, duty.reminders(), "reminder schedule", path + ".reminders");
  for (const auto& schedule : lint.policy.reminder_schedules()) {
    if (schedule.name() != duty.reminders()) continue;
    if (!HasDeadline(duty) && !schedule.has_every()) {
      lint.Error(path + ".reminders",
                 absl::StrCat(duty.code(), " has no deadline, so \"", duty.reminders(),
                              "\" never reminds; use a schedule with `every`"));
    } else if (HasDeadline(duty) && schedule.before().empty() && schedule.at_fraction().empty()) {
      lint.Error(path + ".reminders",
                 absl::StrCat(duty.code(), " has a deadline, so \"", duty.reminders(),
                              "\" never reminds; use a schedule with before or at_fraction"));
    }
  }
}

bool Reopens(const policy::v1::Policy& policy) {
  return std::any_of(policy.transitions().begin(), policy.transitions().end(),
                     [](const auto& transition) { return transition.restarts_clocks(); });
}

void CheckDuty(LintContext& lint, const Obligation& duty, const std::string& path) {
  lint.CheckText(duty.title(), "title", path, "people see it");
  if (duty.kind() == Obligation::KIND_UNSPECIFIED) {
    lint.Error(path, absl::StrCat(duty.code(), " needs a kind: whose clause sets the number?"));
  }
  if (duty.scope() == Obligation::SCOPE_UNSPECIFIED) {
    lint.Error(path,
               absl::StrCat(duty.code(), " needs a scope: what does one instance belong to?"));
  }
  if (IsStanding(duty)) {
    CheckStanding(lint, duty, path);
  } else {
    CheckNotStanding(lint, duty, path);
  }
  CheckDue(lint, duty, path);
  CheckPeople(lint, duty, path);
  CheckSchedules(lint, duty, path);
  LintWays(lint, duty, path);
  if (duty.fresh_on_reopen() && !Reopens(lint.policy)) {
    lint.Warning(path + ".fresh_on_reopen",
                 "no transition restarts the clocks; set restarts_clocks on one");
  }
  lint.CheckRemedy(duty.remedy(), path + ".remedy");
  if (duty.remedy().empty()) {
    lint.Warning(path,
                 absl::StrCat(duty.code(), " has no remedy; reminders will not say what to do"));
  }
  if (duty.kind() != Obligation::KIND_DERIVED) lint.CheckCited(duty, path);
}

}  // namespace

void LintDuties(LintContext& lint) {
  const auto& duties = lint.policy.obligations();
  lint.CheckCodes(duties, "obligations");
  for (int i = 0; i < duties.size(); ++i) CheckDuty(lint, duties.Get(i), At("obligations", i));
}

}  // namespace belfry::core
