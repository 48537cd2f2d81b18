// Who hears of what, when, and in which words: the ladder, reminders, overdue steps, notices.
#include <algorithm>
#include <set>
#include <string>

#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

using policy::v1::EscalationLadder;
using policy::v1::Obligation;
using policy::v1::OverdueSchedule;
using policy::v1::ReminderSchedule;

constexpr absl::string_view kPlaceholders[] = {
    "incident", "title", "severity", "state",  "entity", "duty",  "clause", "due",
    "left",     "late",  "level",    "reason", "remedy", "actor", "roles",  "when"};
constexpr int kSecondsOfDay = 24 * 60 * 60;
// Every program needs these words.
constexpr const char* kNotices[] = {"PAGE",      "OPENED_DUTY", "REMINDER", "OVERDUE",
                                    "EXHAUSTED", "DISMISSED",   "DOCUMENT", "CLEARED"};

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

const std::string& NameOf(const ReminderSchedule& schedule) { return schedule.name(); }

// ---- The ladder ----

void CheckPace(LintContext& lint, const EscalationLadder::Pace& pace, const std::string& path) {
  const int levels = lint.policy.escalation().levels_size();
  lint.Refer(lint.severities, pace.severity(), "severity", path + ".severity");
  lint.CheckDuration(pace.ack_window(), path + ".ack_window");
  lint.CheckDuration(pace.top_repeat(), path + ".top_repeat");
  if (pace.start_level() < 1 || pace.start_level() > pace.top_level() ||
      pace.top_level() > levels) {
    lint.Error(path, absl::StrCat("start_level and top_level of ", pace.severity(),
                                  " must be levels, the start not above the top"));
  }
  if (pace.repeats() < 0) lint.Error(path + ".repeats", "must not be negative; 0 climbs at once");
}

void CheckLadder(LintContext& lint) {
  const EscalationLadder& ladder = lint.policy.escalation();
  if (ladder.levels().empty()) lint.Error("escalation", "the ladder needs at least one level");
  for (int i = 0; i < ladder.levels_size(); ++i) {
    const std::string path = At("escalation.levels", i);
    if (ladder.levels(i).number() != i + 1) {
      lint.Error(path + ".number", "levels count 1, 2, 3 … in order, without gaps");
    }
    if (ladder.levels(i).roles().empty()) lint.Error(path, "needs at least one role");
    lint.ReferRoles(ladder.levels(i).roles(), path + ".roles");
    lint.CheckDistinct(ladder.levels(i).roles(), path + ".roles");
  }
  std::set<std::string> paced;
  for (int i = 0; i < ladder.paces_size(); ++i) {
    const std::string path = At("escalation.paces", i);
    CheckPace(lint, ladder.paces(i), path);
    if (!paced.insert(ladder.paces(i).severity()).second) {
      lint.Error(path + ".severity",
                 absl::StrCat(ladder.paces(i).severity(), " has a pace already; take one out"));
    }
  }
  for (const auto& severity : lint.policy.severities()) {
    if (paced.count(severity.code()) == 0) {
      lint.Error("escalation", absl::StrCat("there is no pace for ", severity.code(), "; add one"));
    }
  }
  lint.ReferRoles(ladder.exhausted_roles(), "escalation.exhausted_roles");
  if (ladder.exhausted_roles().empty()) {
    lint.Error("escalation", "somebody must hear of a silent ladder; name exhausted_roles");
  }
  if (ladder.ack_recheck_windows() < 0) {
    lint.Error("escalation.ack_recheck_windows", "must not be negative; 0 switches it off");
  }
  if (ladder.has_quiet()) lint.CheckNotNegative(ladder.quiet(), "escalation.quiet");
  lint.ReferAll(lint.severities, ladder.never_quiet(), "severity", "escalation.never_quiet");
  lint.CheckCited(ladder, "escalation");
}

// ---- Reminders ----

void CheckReminders(LintContext& lint, const ReminderSchedule& schedule, const std::string& path) {
  if (schedule.before().empty() && schedule.at_fraction().empty() && !schedule.has_every()) {
    lint.Error(path, absl::StrCat("\"", schedule.name(),
                                  "\" never reminds; add before, at_fraction or every"));
  }
  for (int i = 0; i < schedule.before_size(); ++i) {
    const std::string at = At(path + ".before", i);
    lint.CheckDuration(schedule.before(i), at);
    if (i > 0 && schedule.before(i).seconds() >= schedule.before(i - 1).seconds()) {
      lint.Error(at, "times before the deadline go from the longest to the shortest");
    }
  }
  for (int i = 0; i < schedule.at_fraction_size(); ++i) {
    const double fraction = schedule.at_fraction(i);
    if (!(fraction > 0 && fraction < 1)) {
      lint.Error(At(path + ".at_fraction", i), "at_fraction lies between 0 and 1, both excluded");
    } else if (i > 0 && fraction <= schedule.at_fraction(i - 1)) {
      lint.Error(At(path + ".at_fraction", i), "fractions go from the smallest to the largest");
    }
  }
  if (schedule.has_fraction_span_min()) {
    lint.CheckNotNegative(schedule.fraction_span_min(), path + ".fraction_span_min");
    if (schedule.at_fraction().empty()) {
      lint.Error(path + ".fraction_span_min", "counts only with at_fraction; add it");
    }
  }
  if (schedule.has_every()) lint.CheckDuration(schedule.every(), path + ".every");
  lint.ReferRoles(schedule.roles(), path + ".roles");
  if (schedule.first_owner_alone() < 0) {
    lint.Error(path + ".first_owner_alone", "is a number of reminders, zero or more");
  } else if (schedule.first_owner_alone() > 0 && !schedule.has_every() &&
             schedule.first_owner_alone() >=
                 std::max(schedule.before_size(), schedule.at_fraction_size())) {
    lint.Error(path + ".first_owner_alone",
               "leaves no reminder for the deputies; make it smaller than the number of reminders");
  }
}

// ---- Overdue steps ----

bool UsedByARecurringDuty(const policy::v1::Policy& policy, const std::string& schedule) {
  return std::any_of(
      policy.obligations().begin(), policy.obligations().end(), [&](const Obligation& duty) {
        return duty.has_recurrence() &&
               (duty.overdue() == schedule ||
                std::any_of(duty.kind_while().begin(), duty.kind_while().end(),
                            [&](const auto& kind) { return kind.overdue() == schedule; }));
      });
}

void CheckOpened(LintContext& lint, const std::string& code, const std::string& path) {
  if (!lint.Refer(lint.obligations, code, "duty", path)) return;
  const auto& sources = lint.obligations[code]->sources();
  if (std::none_of(sources.begin(), sources.end(),
                   [](const policy::v1::Source& source) { return source.has_overdue_step(); })) {
    lint.Error(path, absl::StrCat(code, " is raised by no step; give it a source overdue_step {}"));
  }
}

void CheckStep(LintContext& lint, const OverdueSchedule& schedule, int index,
               const std::string& path) {
  const OverdueSchedule::Step& step = schedule.steps(index);
  // Without roles the schedule would stop there.
  if (step.roles().empty()) lint.Error(path, "tells nobody; name a role");
  lint.ReferRoles(step.roles(), path + ".roles");
  for (int i = 0; i < step.opens_size(); ++i) {
    CheckOpened(lint, step.opens(i), At(path + ".opens", i));
  }
  if (step.has_after()) lint.CheckNotNegative(step.after(), path + ".after");
  if (step.after_spans() < 0) lint.Error(path + ".after_spans", "must not be negative");
  if (index > 0) {
    const OverdueSchedule::Step& before = schedule.steps(index - 1);
    const bool earlier = step.after_spans() <= before.after_spans() &&
                         step.after().seconds() <= before.after().seconds();
    if (earlier) lint.Error(path, "does not come after the step before it; give it a later time");
  }
  if (step.consecutive_misses() < 0) {
    lint.Error(path + ".consecutive_misses", "must not be negative");
  } else if (step.consecutive_misses() > 0 && !UsedByARecurringDuty(lint.policy, schedule.name())) {
    lint.Error(path + ".consecutive_misses",
               absl::StrCat("no recurring duty uses \"", schedule.name(),
                            "\", so nothing is missed in a row; take it out"));
  }
  if (step.proposes_case() &&
      std::none_of(lint.policy.questions().begin(), lint.policy.questions().end(),
                   [](const auto& question) { return question.about_case(); })) {
    lint.Error(path + ".proposes_case",
               "nobody can decide the case; add a question with about_case: true");
  }
  lint.CheckCited(step, path);
}

void CheckSchedules(LintContext& lint) {
  const auto& reminders = lint.policy.reminder_schedules();
  lint.CheckNames(reminders, "reminder_schedules", "name", NameOf);
  for (int i = 0; i < reminders.size(); ++i) {
    CheckReminders(lint, reminders.Get(i), At("reminder_schedules", i));
  }
  const auto& schedules = lint.policy.overdue_schedules();
  lint.CheckNames(schedules, "overdue_schedules", "name",
                  [](const auto& schedule) -> const std::string& { return schedule.name(); });
  for (int i = 0; i < schedules.size(); ++i) {
    const std::string path = At("overdue_schedules", i);
    if (schedules.Get(i).steps().empty()) {
      lint.Error(path, absl::StrCat("\"", schedules.Get(i).name(),
                                    "\" has no steps; add one or do not use it"));
    }
    for (int s = 0; s < schedules.Get(i).steps_size(); ++s) {
      CheckStep(lint, schedules.Get(i), s, At(path + ".steps", s));
    }
  }
}

// ---- Words ----

void CheckPlaceholders(LintContext& lint, absl::string_view text, const std::string& path) {
  for (size_t open = text.find('{'); open != absl::string_view::npos;
       open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    const absl::string_view name =
        close == absl::string_view::npos ? "" : text.substr(open + 1, close - open - 1);
    if (std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) ==
        std::end(kPlaceholders)) {
      lint.Error(path, absl::StrCat("there is no placeholder \"{", name,
                                    "}\"; use {incident}, "
                                    "{duty}, {due} or another that the schema lists"));
    }
  }
}

void CheckNotices(LintContext& lint) {
  const auto& notices = lint.policy.notices();
  lint.CheckNames(notices, "notices", "key",
                  [](const auto& notice) -> const std::string& { return notice.key(); });
  for (int i = 0; i < notices.size(); ++i) {
    const std::string path = At("notices", i);
    lint.CheckText(notices.Get(i).title(), "title", path, "say what it is about");
    CheckPlaceholders(lint, notices.Get(i).title(), path + ".title");
    CheckPlaceholders(lint, notices.Get(i).text(), path + ".text");
  }
  for (const char* key : kNotices) {
    if (lint.notices.count(key) == 0) {
      lint.Error("notices", absl::StrCat("there is no notice ", key, "; add notices { key: \"", key,
                                         "\" … }"));
    }
  }
}

void CheckInvolvement(LintContext& lint) {
  for (int i = 0; i < lint.policy.involvement_notices_size(); ++i) {
    const auto& notice = lint.policy.involvement_notices(i);
    const std::string path = At("involvement_notices", i);
    const std::string& relation = notice.relation();
    if (relation != "POTENTIAL" && relation != "AFFECTED" && relation != "THIRD_PARTY") {
      lint.Error(path + ".relation", absl::StrCat("\"", relation,
                                                  "\" is no relation; use POTENTIAL, AFFECTED or "
                                                  "THIRD_PARTY"));
    }
    if (notice.roles().empty()) lint.Error(path, "tells nobody; name roles");
    lint.ReferRoles(notice.roles(), path + ".roles");
    lint.Refer(lint.notices, notice.template_(), "notice", path + ".template");
    lint.CheckCited(notice, path);
  }
}

// ---- Digests ----

void CheckDigests(LintContext& lint) {
  const auto& digests = lint.policy.digests();
  lint.CheckCodes(digests, "digests");
  for (int i = 0; i < digests.size(); ++i) {
    const policy::v1::Digest& digest = digests.Get(i);
    const std::string path = At("digests", i);
    if (digest.scope() == policy::v1::Digest::SCOPE_UNSPECIFIED) {
      lint.Error(path + ".scope", "is needed: SCOPE_ENTITY or SCOPE_GOVERNMENT");
    }
    if (!digest.has_time_of_day() || digest.time_of_day().seconds() < 0 ||
        digest.time_of_day().nanos() != 0 || digest.time_of_day().seconds() >= kSecondsOfDay) {
      lint.Error(path + ".time_of_day",
                 "is the time on the wall in whole seconds, from 0 to 86399: 28800 is 08:00");
    }
    lint.ReferRoles(digest.roles(), path + ".roles");
    lint.CheckDistinct(digest.roles(), path + ".roles");
    lint.CheckCited(digest, path);
  }
  if (!digests.empty()) lint.Refer(lint.notices, "DIGEST", "notice", "digests");
}

}  // namespace

void LintNotices(LintContext& lint) {
  CheckLadder(lint);
  CheckSchedules(lint);
  CheckNotices(lint);
  CheckInvolvement(lint);
  CheckDigests(lint);
}

}  // namespace belfry::core
