// Stopping the reminders of a duty for a while. What it owes, and what follows from not doing it,
// stay as they are.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/limits.h"
#include "server/core/notice_text.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligation_due.h"
#include "server/core/obligations.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using record::v1::ObligationRow;

// By instance, else the first one of that code.
absl::StatusOr<ObligationRow> FindPending(const Draft& draft, const Caller& caller,
                                          absl::string_view name) {
  const record::v1::IncidentState& state = draft.state();
  const View view(draft.context().policy, draft.context().directory, caller, state);
  const ObligationRow* by_code = nullptr;
  for (const ObligationRow& row : state.obligations()) {
    if (row.state() != v1::Obligation::STATE_PENDING || !view.Shows(row)) continue;
    if (absl::EqualsIgnoreCase(row.instance(), name)) return row;
    if (by_code == nullptr && absl::EqualsIgnoreCase(row.code(), name)) by_code = &row;
  }
  if (by_code != nullptr) return *by_code;
  return InvalidField("obligation",
                      absl::StrCat("no duty \"", name, "\" of ", state.id(),
                                   " is still ahead; only those can be snoozed, `duties` lists "
                                   "them"));
}

absl::Status CheckUntil(const Context& context, const ObligationRow& row,
                        const v1::SnoozeObligationRequest& act) {
  if (!act.has_until_time()) {
    return InvalidField("until_time", "is needed: until when nobody is to be reminded");
  }
  const absl::Time until = FromProto(act.until_time());
  if (until <= context.now) {
    return InvalidField("until_time", "is not in the future; give a later time");
  }
  if (until > context.now + kSnoozeMax) {
    return InvalidField("until_time",
                        absl::StrCat("is more than ", RoughDuration(kSnoozeMax),
                                     " ahead; snooze for less, it can be done again"));
  }
  if (row.has_due_time() && until >= FromProto(row.due_time())) {
    return InvalidField(
        "until_time",
        absl::StrCat("is not before the deadline of ", row.instance(), ", ",
                     CivilTime(context.policy, FromProto(row.due_time())), "; snooze for less"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideSnooze(Draft& draft, const Caller& caller,
                          const v1::SnoozeObligationRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "SNOOZE"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const ObligationRow row, FindPending(draft, caller, act.obligation()));
  const policy::v1::Obligation* rule = context.policy.FindObligation(row.code());
  const std::string clauses = absl::StrJoin(rule->clauses(), ", ");
  // Nobody silences what somebody else is reminded of.
  const auto grants = GrantsFor(context.directory, caller, EntityOf(draft.state(), row.subject()));
  BELFRY_RETURN_IF_ERROR(RequireRole(context, grants, rule->owner_roles(),
                                     absl::StrCat("snoozing ", row.instance()), clauses));
  if (!IsReminded(context.policy, *rule, row)) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_REMINDERS",
                        absl::StrCat("nobody is reminded of ", row.instance(), " (", clauses,
                                     "); there is nothing to snooze"))
        .Violation(clauses, row.instance(), "has no reminders")
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(CheckUntil(context, row, act));
  record::v1::Event event = draft.NewEvent();
  record::v1::ReminderSnoozed* body = event.mutable_reminder_snoozed();
  body->set_instance(row.instance());
  // Whole microseconds, as all times of the record: the scheduler keeps no more.
  *body->mutable_until_time() =
      ToProto(absl::FromUnixMicros(absl::ToUnixMicros(FromProto(act.until_time()))));
  body->set_reason(act.reason());
  AddPermissionClauses(draft, "SNOOZE", event);
  AddClauses(event, rule->clauses());
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
