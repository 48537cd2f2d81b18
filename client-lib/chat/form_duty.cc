// Forms of what else can happen to a duty than its being done.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/form_parts.h"
#include "client-lib/chat/snooze_span.h"
#include "client-lib/chat/time_format.h"

namespace belfry::chat {
namespace {

using PackDuty = policy::v1::Obligation;

bool Fits(VerbKind verb, const PackDuty& duty) {
  switch (verb) {
    case VerbKind::kWaive:
      return !duty.waivers().empty();
    case VerbKind::kHold:
    case VerbKind::kRelease:
      return duty.has_hold();
    case VerbKind::kNotify:
      for (const auto& satisfaction : duty.satisfied_by()) {
        if (satisfaction.has_notice_delivered()) return true;
      }
      return false;
    default:
      return true;
  }
}

// How long there is until the duty is due; far more than a day when that is not known.
absl::Duration LeftOf(const Session& session, const FormSight& sight, absl::string_view instance) {
  absl::Duration left = absl::Hours(24 * 365);
  if (!sight.duties.has_value()) return left;
  for (const v1::Obligation& duty : *sight.duties) {
    if (duty.instance() != instance && duty.code() != instance) continue;
    if (duty.has_due_time()) left = ToTime(duty.due_time()) - session.now;
  }
  return left;
}

FormField SpanField(const Session& session, const FormSight& sight, absl::string_view instance) {
  const absl::Duration left = LeftOf(session, sight, instance);
  std::vector<FormChoice> choices;
  for (const absl::Duration span : {absl::Minutes(30), absl::Hours(1), absl::Hours(2),
                                    absl::Hours(4), absl::Hours(8), absl::Hours(12)}) {
    // Nobody can be left in peace beyond the deadline.
    if (span >= left && !choices.empty()) break;
    choices.push_back(Choice(SpanText(span), FormatSpan(span)));
  }
  FormField field = ChoiceField("for", "No reminders for", std::move(choices));
  field.required = true;
  std::string given = Given(session, "for");
  if (given.empty() && session.command.words.size() > 1) given = session.command.words[1];
  if (const auto span = ParseSpan(given); span.ok()) {
    field.value = SpanText(*span);
    const bool offered =
        std::any_of(field.choices.begin(), field.choices.end(),
                    [&field](const FormChoice& one) { return one.value == field.value; });
    if (!offered) field.choices.push_back(Choice(field.value, FormatSpan(*span)));
  }
  return field;
}

struct DutyWords {
  absl::string_view title;
  absl::string_view intro;
  absl::string_view submit;
  absl::string_view reason;
  bool reason_required;
};

DutyWords WordsOf(VerbKind verb) {
  switch (verb) {
    case VerbKind::kSnooze:
      return {"Snooze the reminders",
              "The deadline stays, and so does what follows from missing it. Your name and reason "
              "go into the record.",
              "Snooze", "Why reminders would not help now", true};
    case VerbKind::kWaive:
      return {"Not needed", "A duty is waived, or does not apply, only with a reason on record.",
              "Waive", "Why it is not needed", true};
    case VerbKind::kHold:
      return {"Hold a duty's clock", "By a lawful hold only.", "Hold",
              "Who determined it, and how the attorney general was told", true};
    default:
      return {"Release a held duty", "Its clock runs again.", "Release", "Why", false};
  }
}

}  // namespace

std::vector<FormChoice> DutyChoices(const Session& session, const FormSight& sight) {
  const VerbKind verb = session.command.verb.kind;
  std::vector<FormChoice> choices;
  if (sight.duties.has_value()) {
    for (const v1::Obligation& duty : *sight.duties) {
      const PackDuty* row = session.grammar.FindObligation(duty.instance());
      const bool held = duty.state() == v1::Obligation::STATE_HELD;
      if (row == nullptr || !Fits(verb, *row) || held != (verb == VerbKind::kRelease)) continue;
      choices.push_back(Choice(duty.instance(), absl::StrCat(duty.instance(), ": ", duty.title())));
    }
  }
  // Without any that fits now, the pack's own: the server says why one does not.
  if (choices.empty()) {
    for (const PackDuty& duty : session.policy().obligations()) {
      if (!Fits(verb, duty)) continue;
      choices.push_back(Choice(duty.code(), absl::StrCat(duty.code(), ": ", duty.title())));
    }
  }
  return choices;
}

Form DutyForm(const Session& session, const FormSight& sight) {
  const auto& words = session.command.words;
  const VerbKind verb = session.command.verb.kind;
  const DutyWords text = WordsOf(verb);
  Form form;
  form.title = std::string(text.title);
  form.intro = absl::StrCat(IncidentLine(session, sight), "\n", text.intro);
  form.submit = std::string(text.submit);
  form.command = absl::StrCat(session.command.verb.name, " ", IncidentId(session.incident));
  if (words.empty()) {
    form.fields.push_back(ChoiceField("", "Which duty", DutyChoices(session, sight)));
    form.fields.back().required = true;
  } else {
    absl::StrAppend(&form.command, " ", words[0]);
    if (const PackDuty* row = session.grammar.FindObligation(words[0]); row != nullptr) {
      form.intro = absl::StrCat(IncidentLine(session, sight), "\n", words[0], ": ", row->title(),
                                ".\n", text.intro);
      form.context = absl::StrJoin(row->clauses(), ", ");
    }
  }
  if (verb == VerbKind::kSnooze) {
    form.fields.push_back(SpanField(session, sight, words.empty() ? "" : words[0]));
  }
  const size_t skip = verb == VerbKind::kSnooze && Given(session, "for").empty() ? 2 : 1;
  form.fields.push_back(ReasonField(session, text.reason, text.reason_required, skip));
  return form;
}

}  // namespace belfry::chat
