// Properties 11, 12, 15, 16, 17: the record itself.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "tests/properties/checker.h"

namespace belfry::properties {
namespace {

// ---- 11 ----

class RecordChecker : public Checker {
 public:
  explicit RecordChecker(Findings& findings) : Checker(11, findings) {}

  void See(const Moment& moment) override {
    int64_t version = moment.before->version();
    absl::Time time = moment.before->has_update_time() ? FromProto(moment.before->update_time())
                                                       : absl::InfinitePast();
    for (const Event& event : *moment.events) {
      if (event.version() != ++version) {
        Fail("11/version", absl::StrCat("event ", event.version(), " where ", version, " is next"));
      }
      // What fell due before an act is decided as it stood the moment before it.
      const absl::Time at = FromProto(event.time());
      const bool caught_up =
          event.actor().principal() == "system" && at == moment.now - absl::Microseconds(1);
      if (at < time || (at != moment.now && !caught_up)) {
        Fail("11/time", absl::StrCat("event ", version, " at ", When(FromProto(event.time()))));
      }
      time = FromProto(event.time());
      if (event.has_due_time() && FromProto(event.due_time()) > moment.now) {
        Fail("11/future",
             absl::StrCat("event ", version, " was due at ", When(FromProto(event.due_time()))));
      }
      if (event.actor().principal().empty()) Fail("11/actor", absl::StrCat("event ", version));
      if (event.body_case() == Event::BODY_NOT_SET) Fail("11/body", absl::StrCat(version));
      Saw("11: event");
    }
    if (moment.after->version() != version) Fail("11/state-version", moment.after->id());
    Kept(moment, moment.before->documents(), moment.after->documents(), "documents");
    Kept(moment, moment.before->decisions(), moment.after->decisions(), "decisions");
    Kept(moment, moment.before->acknowledgements(), moment.after->acknowledgements(),
         "acknowledgements");
    Kept(moment, moment.before->reinfections(), moment.after->reinfections(), "reinfections");
    Kept(moment, moment.before->tickets(), moment.after->tickets(), "tickets");
    Grown(moment.before->tracked_notices_size(), moment.after->tracked_notices_size(), "notices");
    Grown(moment.before->devices_size(), moment.after->devices_size(), "devices");
    Grown(moment.before->costs_size(), moment.after->costs_size(), "costs");
    Grown(moment.before->cases_size(), moment.after->cases_size(), "cases");
    Grown(moment.before->facts_size(), moment.after->facts_size(), "answers");
    for (int i = 0; i < moment.before->removals_size(); ++i) {
      const auto& before = moment.before->removals(i);
      if (i >= moment.after->removals_size() || moment.after->removals(i).id() != before.id() ||
          moment.after->removals(i).scans_size() < before.scans_size() ||
          moment.after->removals(i).targets_size() != before.targets_size()) {
        Fail("11/removals", absl::StrCat("removal ", before.id()));
      }
    }
    for (int i = 0; i < moment.before->tracked_notices_size(); ++i) {
      if (i < moment.after->tracked_notices_size() &&
          moment.before->tracked_notices(i).delivered() &&
          !moment.after->tracked_notices(i).delivered()) {
        Fail("11/delivery", moment.before->tracked_notices(i).ShortDebugString());
      }
    }
  }

 private:
  template <typename List>
  void Kept(const Moment& moment, const List& before, const List& after, const char* what) {
    Grown(before.size(), after.size(), what);
    if (moment.events->empty() || after.size() < before.size()) return;
    for (int i = 0; i < before.size(); ++i) {
      if (before.Get(i).SerializeAsString() != after.Get(i).SerializeAsString()) {
        Fail(absl::StrCat("11/", what), absl::StrCat("entry ", i, " of the ", what, " changed"));
      }
    }
  }

  void Grown(int before, int after, const char* what) {
    if (after < before) Fail(absl::StrCat("11/", what), absl::StrCat(what, " were lost"));
  }
};

// ---- 12 ----

class ReplayChecker : public Checker {
 public:
  explicit ReplayChecker(Findings& findings) : Checker(12, findings) {}

  void See(const Moment& moment) override {
    IncidentState& folded = folded_[static_cast<size_t>(moment.slot)];
    for (const Event& event : *moment.events) core::Apply(folded, event);
    // Comparing bytes costs more than deciding; now and then, and at the end.
    if (++moments_ % 16 == 0) Compare(moment.slot, folded, *moment.after);
    if (!moment.IsTick() || moments_ % 4 != 0 ||
        std::get<core::Tick>(moment.command->act).before_now) {
      return;
    }
    Saw("12: second tick");
    const auto again = core::Decide(*moment.context, moment.after, *moment.command);
    if (!again.ok() || !again->events.empty()) {
      Fail("12/tick-again", absl::StrCat("a second tick at ", When(moment.now), " did ",
                                         again.ok() ? again->events.front().ShortDebugString()
                                                    : again.status().ToString()));
    }
  }

  void End(const World* world) override {
    if (world == nullptr) return;
    for (int slot = 0; slot < World::kSlots; ++slot) {
      if (world->Incident(slot) == nullptr) continue;
      Compare(slot, folded_[static_cast<size_t>(slot)], *world->Incident(slot));
    }
  }

 private:
  void Compare(int slot, const IncidentState& folded, const IncidentState& kept) {
    Saw("12: folded and compared");
    if (folded.SerializeAsString() == kept.SerializeAsString()) return;
    std::string differing;
    for (const ObligationRow& row : kept.obligations()) {
      const ObligationRow* other = RowOf(folded, row.instance());
      if (other == nullptr || other->SerializeAsString() != row.SerializeAsString()) {
        absl::StrAppend(&differing, "\n  ", RowText(row),
                        " folded: ", other == nullptr ? "none" : RowText(*other));
      }
    }
    Fail("12/replay", absl::StrCat("slot ", slot, " at version ", kept.version(),
                                   " is not what its record folds to", differing));
  }

  std::array<IncidentState, World::kSlots> folded_;
  int64_t moments_ = 0;
};

// ---- 15 ----

class ClauseChecker : public Checker {
 public:
  explicit ClauseChecker(Findings& findings) : Checker(15, findings) {}

  void See(const Moment& moment) override {
    for (const Event& event : *moment.events) {
      const bool needed =
          event.has_obligation_opened() || event.has_obligation_settled() ||
          event.has_obligation_overdue() || event.has_obligation_rescheduled() ||
          event.has_obligation_held() || event.has_reminder_sent() ||
          event.has_overdue_step_taken() || event.has_late_line_passed() ||
          event.has_notice_sent() || event.has_chain_paged() || event.has_roles_paged() ||
          event.has_state_changed() || event.has_document_submitted() ||
          event.has_fact_recorded() || event.has_decision_recorded() || event.has_acknowledged() ||
          event.has_devices_recorded() || event.has_removal_confirmed() ||
          event.has_scan_recorded() || event.has_removal_lifted() || event.has_cost_recorded() ||
          event.has_cost_assessed() || event.has_first_person_recorded();
      if (needed && event.clauses().empty()) {
        Fail(absl::StrCat("15/event-", static_cast<int>(event.body_case())),
             absl::StrCat("no clause: ", event.ShortDebugString()));
      }
      Saw("15: event");
    }
    for (const core::NoticeDraft& draft : *moment.notices) {
      const v1::Notice::Kind kind = draft.notice.kind();
      const bool needed = !draft.notice.obligation().empty() || kind == v1::Notice::KIND_PAGE ||
                          kind == v1::Notice::KIND_REMINDER || kind == v1::Notice::KIND_OVERDUE;
      if (needed && draft.notice.clauses().empty()) {
        Fail("15/notice", draft.notice.ShortDebugString());
      }
      if (needed) Saw("15: notice");
    }
  }
};

// ---- 16 ----

bool IsFinal(v1::Obligation::State state) {
  return !IsOpenState(state) && state != v1::Obligation::STATE_HELD;
}

// A corrected grid is laid over the reports that are there: one may have come in time for a point
// that did not exist yet.
bool WasThere(const IncidentState& state, const ObligationRow& row) {
  if (row.code() != "DAILY-STATUS") return false;
  const absl::Time due = FromProto(row.due_time());
  return std::any_of(state.documents().begin(), state.documents().end(), [&](const auto& one) {
    const absl::Time time = FromProto(one.time());
    return one.type() == "DAILY_STATUS" && one.entity() == row.subject() && time <= due &&
           time > due - absl::Hours(24);
  });
}

class RowChecker : public Checker {
 public:
  explicit RowChecker(Findings& findings) : Checker(16, findings) {}

  void See(const Moment& moment) override {
    if (moment.events->empty()) return;
    std::set<std::string> names;
    for (const ObligationRow& row : moment.after->obligations()) {
      if (!names.insert(row.instance()).second) {
        Fail("16/name", absl::StrCat("two rows are called ", row.instance()));
      }
    }
    for (const ObligationRow& before : moment.before->obligations()) {
      const ObligationRow* after = RowOf(*moment.after, before.instance());
      if (after == nullptr) {
        Fail("16/gone", RowText(before));
        continue;
      }
      if (after->code() != before.code() || after->subject() != before.subject() ||
          after->number() != before.number() || after->cycle() != before.cycle() ||
          after->person() != before.person() || after->advisory() != before.advisory()) {
        Fail("16/identity", absl::StrCat(RowText(before), " became ", RowText(*after)));
      }
      if (IsFinal(before.state()) && (after->state() != before.state() ||
                                      after->SerializeAsString() != before.SerializeAsString())) {
        // The overdue steps of a missed day go on.
        const bool counts_on = before.state() == v1::Obligation::STATE_MISSED &&
                               after->state() == before.state() &&
                               after->overdue_steps_done() > before.overdue_steps_done();
        if (!counts_on) {
          Fail("16/final", absl::StrCat(RowText(before), " became ", RowText(*after)));
        }
      }
      if (before.state() == v1::Obligation::STATE_OVERDUE &&
          after->state() == v1::Obligation::STATE_SATISFIED) {
        Fail("16/late", absl::StrCat(RowText(before), " became ", RowText(*after)));
      }
      if (before.state() == v1::Obligation::STATE_OVERDUE &&
          after->state() == v1::Obligation::STATE_PENDING &&
          FromProto(after->due_time()) <= FromProto(before.due_time())) {
        Fail("16/pending-again", absl::StrCat(RowText(before), " became ", RowText(*after)));
      }
      if (before.state() == v1::Obligation::STATE_OVERDUE) Saw("16: overdue before");
      if (before.late_line_passed() && !after->late_line_passed())
        Fail("16/late-line", RowText(before));
    }
    for (const ObligationRow& row : moment.after->obligations()) {
      const ObligationRow* before = RowOf(*moment.before, row.instance());
      if (!row.has_settle_time() || (before != nullptr && before->has_settle_time())) continue;
      // What comes with a merger was settled there, when it was.
      const absl::Time settled =
          before == nullptr && std::holds_alternative<core::Absorb>(moment.command->act)
              ? FromProto(row.settle_time())
              : moment.now;
      const bool past = row.has_due_time() && FromProto(row.due_time()) < settled;
      if (row.state() == v1::Obligation::STATE_SATISFIED && past && !WasThere(*moment.after, row)) {
        Fail("16/in-time", RowText(row));
      }
      if (row.state() == v1::Obligation::STATE_SATISFIED_LATE && !past)
        Fail("16/not-late", RowText(row));
      if (row.settled_by().empty()) Fail("16/by", RowText(row));
      Saw(absl::StrCat("16: ", v1::Obligation::State_Name(row.state()).substr(6)));
    }
  }
};

// ---- 17 ----

class TickChecker : public Checker {
 public:
  explicit TickChecker(Findings& findings) : Checker(17, findings) {}

  void See(const Moment& moment) override {
    if (!moment.IsTick()) return;
    const bool before_now = std::get<core::Tick>(moment.command->act).before_now;
    const absl::Time next = core::NextDue(moment.context->policy, *moment.after);
    Saw("17: tick");
    // What falls due exactly now is left for later, and with it the reminders of it.
    if (!before_now && next <= moment.now) {
      Fail(TagOf(moment, next), absl::StrCat("after a tick at ", When(moment.now),
                                             " something is due since ", When(next)));
    }
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.state() == v1::Obligation::STATE_PENDING && row.has_due_time() &&
          FromProto(row.due_time()) < moment.now) {
        Fail("17/pending", absl::StrCat(RowText(row), " is pending at ", When(moment.now)));
      }
    }
  }

  void End(const World* world) override {
    if (world != nullptr && !world->stuck().empty()) Fail("17/stuck", world->stuck());
  }

 private:
  // Which of the two things that are known to stay due it is; "17/due" for any other.
  static std::string TagOf(const Moment& moment, absl::Time next) {
    for (const ObligationRow& row : moment.after->obligations()) {
      if (!IsOpenState(row.state()) || row.has_due_time()) continue;
      const absl::Duration since = next - FromProto(row.clock_start());
      if (since > absl::ZeroDuration() && since % absl::Hours(24) == absl::ZeroDuration()) {
        return "17/scan-reminder";
      }
    }
    return "17/due";
  }
};

}  // namespace

std::unique_ptr<Checker> MakeRecordChecker(Findings& findings) {
  return std::make_unique<RecordChecker>(findings);
}
std::unique_ptr<Checker> MakeReplayChecker(Findings& findings) {
  return std::make_unique<ReplayChecker>(findings);
}
std::unique_ptr<Checker> MakeClauseChecker(Findings& findings) {
  return std::make_unique<ClauseChecker>(findings);
}
std::unique_ptr<Checker> MakeRowChecker(Findings& findings) {
  return std::make_unique<RowChecker>(findings);
}
std::unique_ptr<Checker> MakeTickChecker(Findings& findings) {
  return std::make_unique<TickChecker>(findings);
}

}  // namespace belfry::properties
