// Properties 1, 2, 7, 8, 13, 14, 19: duties and their deadlines.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "tests/properties/checker.h"

namespace belfry::properties {
namespace {

constexpr absl::Duration kDay = absl::Seconds(86'400);

// ---- 1 ----

class FollowUpChecker : public Checker {
 public:
  explicit FollowUpChecker(Findings& findings) : Checker(1, findings) {}

  void See(const Moment& moment) override {
    if (moment.after->standing_register()) return;
    awareness_.See(moment);
    if (moment.events->empty()) return;
    for (const auto& [entity, known] : awareness_.of(moment.slot)) {
      if (known.owes) Count(moment, entity, known.detected);
    }
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.code() == "FOLLOWUP-24H") Look(moment, row);
    }
  }

 private:
  void Count(const Moment& moment, const std::string& entity, absl::Time detected) {
    int live = 0;
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.code() != "FOLLOWUP-24H" || row.subject() != entity ||
          row.cycle() != moment.after->reopened_count()) {
        continue;
      }
      if (row.state() != v1::Obligation::STATE_VOID) ++live;
    }
    const std::string& state = moment.after->state();
    const bool ended = state == "DISMISSED" || state == "MERGED";
    if (live > 1 || (live == 0 && !ended)) {
      Fail(live > 1 ? "1/several" : (state == "CLOSED" ? "1/none-closed" : "1/none"),
           absl::StrCat(entity, " (T0 ", When(detected), ") has ", live,
                        " live FOLLOWUP-24H in state ", state));
    }
    Saw("1: entity with its follow-up");
  }

  void Look(const Moment& moment, const ObligationRow& row) {
    const auto& known = awareness_.of(moment.slot);
    const auto found = known.find(row.subject());
    if (found == known.end() || !found->second.ever_owed) {
      Fail("1/nobody", absl::StrCat(RowText(row), " is for an entity that never reported"));
      return;
    }
    if (row.state() == v1::Obligation::STATE_VOID) {
      const ObligationRow* before = RowOf(*moment.before, row.instance());
      const bool now = before == nullptr || before->state() != row.state();
      if (!now) return;
      // With a merger it goes on where the entity reports from then on: Count() asks for it there.
      const bool merged =
          moment.after->state() == "MERGED" && moment.before->state() != moment.after->state();
      const bool dismissed = moment.after->state() == "DISMISSED";
      if (!dismissed && !merged && found->second.owes) {
        Fail("1/void", absl::StrCat(RowText(row), " is void in state ", moment.after->state()));
      }
      Saw(merged ? "1: void by merger" : dismissed ? "1: void by dismissal" : "1: void by release");
      return;
    }
    if (row.state() == v1::Obligation::STATE_WAIVED || row.state() == v1::Obligation::STATE_HELD ||
        row.state() == v1::Obligation::STATE_NOT_APPLICABLE) {
      Fail("1/state", RowText(row));
    }
    if (row.cycle() != moment.after->reopened_count() || !IsOpenState(row.state())) return;
    if (FromProto(row.due_time()) != found->second.detected + kDay) {
      Fail("1/deadline", absl::StrCat(RowText(row), " but T0 is ", When(found->second.detected)));
    }
    if (awareness_.Corrected(moment.slot, row.subject())) Saw("1: T0 corrected while open");
    if (row.cycle() > 0) Saw("1: after a reopening");
  }

  Awareness awareness_;
};

// ---- 2 ----

class DailyStatusChecker : public Checker {
 public:
  explicit DailyStatusChecker(Findings& findings) : Checker(2, findings) {}

  void See(const Moment& moment) override {
    if (moment.after->standing_register()) return;
    awareness_.See(moment);
    // Rows that a merge brings lie on the grid of the incident they come from.
    corrected_ |= std::holds_alternative<core::Absorb>(moment.command->act);
    for (const auto& [entity, known] : awareness_.of(moment.slot)) {
      corrected_ |= awareness_.Corrected(moment.slot, entity);
    }
    Follow(moment);
    if (moment.events->empty()) return;
    std::set<std::string> points;
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.code() != "DAILY-STATUS") continue;
      Look(moment, row);
      const std::string point = absl::StrCat(row.subject(), "#", row.number(), "/", row.cycle());
      if (row.state() != v1::Obligation::STATE_VOID && !points.insert(point).second) {
        Fail("2/twice", absl::StrCat("two live instances of one point: ", RowText(row)));
      }
    }
    // Acts that answer nothing open nothing; a tick opens what has begun.
    if (IsOngoing(moment.after->state()) && moment.IsTick()) Complete(moment, points);
  }

 private:
  struct Progress {
    std::string state;
    absl::Time not_before = absl::InfinitePast();
    // The last point that another incident's rows came with; earlier ones are on record there.
    std::map<std::string, int> first_moved;
    // Accepted reports, by entity.
    std::map<std::string, std::vector<absl::Time>> reports;
  };

  // The state of the incident at each event, the regress that excuses points, the reports.
  void Follow(const Moment& moment) {
    Progress& progress = progress_[static_cast<size_t>(moment.slot)];
    for (const Event& event : *moment.events) {
      if (event.has_incident_reported()) progress.state = event.incident_reported().state();
      if (event.has_state_changed()) {
        progress.state = event.state_changed().to();
        if (event.state_changed().verb() == "regress") {
          progress.not_before = moment.now + absl::Hours(12);
          Saw("2: regress");
        }
        if (event.state_changed().verb() == "reopen") progress.not_before = absl::InfinitePast();
      }
      if (event.has_document_submitted() && event.document_submitted().type() == "DAILY_STATUS") {
        // It counts for the period in which it came, also when that turns out to be owed later.
        progress.reports[event.document_submitted().entity()].push_back(moment.now);
      }
      if (event.has_absorbed()) {
        for (const ObligationRow& row : event.absorbed().obligations()) {
          if (row.code() != "DAILY-STATUS") continue;
          int& first = progress.first_moved[row.subject()];
          first = std::max(first, static_cast<int>(row.number()));
        }
      }
      if (event.has_obligation_opened() && event.obligation_opened().code() == "DAILY-STATUS") {
        const auto& body = event.obligation_opened();
        if (!IsOngoing(progress.state)) {
          Fail("2/not-ongoing", absl::StrCat(body.instance(), " opened in ", progress.state));
        }
        const auto found = awareness_.of(moment.slot).find(body.subject());
        if (found == awareness_.of(moment.slot).end() || !found->second.owes) {
          Fail("2/potential", absl::StrCat(body.instance(), " opened for ", body.subject(),
                                           ", which owes nothing"));
        }
        const absl::Time due = FromProto(body.due_time());
        if (due - kDay > moment.now) {
          Fail("2/early", absl::StrCat(body.instance(), " opened before the previous point"));
        }
        if (due < progress.not_before) {
          Fail("2/grace", absl::StrCat(body.instance(), " is due less than 12 h after a regress"));
        }
        Saw("2: point opened");
      }
    }
  }

  void Look(const Moment& moment, const ObligationRow& row) {
    const ObligationRow* before = RowOf(*moment.before, row.instance());
    const bool settled_now =
        !IsOpenState(row.state()) && (before == nullptr || IsOpenState(before->state()));
    const auto found = awareness_.of(moment.slot).find(row.subject());
    if (found == awareness_.of(moment.slot).end()) return;
    const absl::Time due = FromProto(row.due_time());
    if (IsOpenState(row.state()) && row.cycle() == moment.after->reopened_count()) {
      const absl::Duration offset = due - found->second.detected;
      if (offset != kDay * (row.number() + 1)) {
        Fail(corrected_ ? "2/grid-after-correction" : "2/grid",
             absl::StrCat(RowText(row), " but T0 is ", When(found->second.detected)));
      }
      if (!IsOngoing(moment.after->state())) {
        Fail("2/open-after", absl::StrCat(RowText(row), " is open in ", moment.after->state()));
      }
    }
    // What comes with a merger was answered there.
    const bool came =
        before == nullptr && std::holds_alternative<core::Absorb>(moment.command->act);
    if (!settled_now || came) return;
    const Progress& progress = progress_[static_cast<size_t>(moment.slot)];
    const auto reports = progress.reports.find(row.subject());
    const auto in_time = [&](absl::Time time) { return time > due - kDay && time <= due; };
    const bool reported = reports != progress.reports.end() &&
                          std::any_of(reports->second.begin(), reports->second.end(), in_time);
    if (row.state() == v1::Obligation::STATE_SATISFIED) {
      Saw("2: satisfied");
      if (!reported) Fail("2/satisfied", absl::StrCat(RowText(row), " without a report in time"));
    } else if (row.state() == v1::Obligation::STATE_MISSED) {
      Saw("2: missed");
      if (moment.now < due) Fail("2/missed-early", RowText(row));
      if (reported) Fail("2/missed", absl::StrCat(RowText(row), " though it was reported in time"));
    } else if (row.state() == v1::Obligation::STATE_VOID) {
      Saw("2: void");
      if (IsOngoing(moment.after->state()) && found->second.owes) Fail("2/void", RowText(row));
    } else {
      Fail("2/state", RowText(row));
    }
  }

  // Each period that has begun while it was ongoing has its instance.
  void Complete(const Moment& moment, const std::set<std::string>& points) {
    const Progress& progress = progress_[static_cast<size_t>(moment.slot)];
    for (const auto& [entity, known] : awareness_.of(moment.slot)) {
      if (!known.owes) continue;
      const auto moved = progress.first_moved.find(entity);
      const int first = moved == progress.first_moved.end() ? 1 : moved->second;
      for (int number = first;; ++number) {
        const absl::Time due = known.detected + kDay * (number + 1);
        if (due - kDay > moment.now) break;
        if (due < progress.not_before) continue;
        Saw("2: point expected");
        if (points.count(absl::StrCat(entity, "#", number, "/", moment.after->reopened_count())) ==
            0) {
          Fail(corrected_ ? "2/missing-after-correction" : "2/missing",
               absl::StrCat(entity, " has no DAILY-STATUS for the point ", When(due), " (number ",
                            number, "), T0 ", When(known.detected)));
        }
      }
    }
  }

  Awareness awareness_;
  std::array<Progress, World::kSlots> progress_;
  bool corrected_ = false;
};

// ---- 7 ----

bool NeverWaived(absl::string_view code) {
  return IsMember(code, {"FOLLOWUP-24H", "DAILY-STATUS", "CRIM-ITD", "CRIM-GCLC", "FUSION",
                         "OLC-REFER", "WAN-DECIDE", "WAN-REMOVE", "WAN-SCAN"}) ||
         absl::StartsWith(code, "93H-");
}

class WaiverChecker : public Checker {
 public:
  explicit WaiverChecker(Findings& findings) : Checker(7, findings) {}

  void See(const Moment& moment) override {
    for (const Event& event : *moment.events) {
      if (event.has_obligation_settled()) Settled(moment, event);
      if (event.has_obligation_held()) Held(moment, event);
    }
  }

  void Refused(const Moment& moment, const absl::Status&) override {
    if (const auto* waive = std::get_if<v1::WaiveObligationRequest>(&moment.command->act)) {
      const ObligationRow* row = RowOf(*moment.before, waive->obligation());
      if (row != nullptr && NeverWaived(row->code())) Saw("7: refused to waive what nobody may");
    }
  }

 private:
  void Settled(const Moment& moment, const Event& event) {
    const auto& body = event.obligation_settled();
    const bool waived = body.state() == v1::Obligation::STATE_WAIVED;
    if (!waived && body.state() != v1::Obligation::STATE_NOT_APPLICABLE) return;
    const ObligationRow* row = RowOf(*moment.after, body.instance());
    if (row == nullptr) return;
    const std::string& person = event.actor().principal();
    const std::string scope =
        absl::StartsWith(row->subject(), "entities/") ? row->subject() : moment.after->entity();
    if (!waived) {
      Saw("7: counsel found it not applicable");
      if (!absl::StartsWith(row->code(), "93H-") ||
          !Holds(moment.directory(), person, scope, {"COUNSEL"})) {
        Fail("7/not-applicable", absl::StrCat(RowText(*row), " by ", person));
      }
      return;
    }
    Saw("7: waived where the table allows");
    if (NeverWaived(row->code())) Fail("7/waived", absl::StrCat(RowText(*row), " by ", person));
    const bool handler = IsMember(
        row->code(), {"EVIDENCE-PLAN", "LOG-PRESERVE", "COMMDL-ADVISORY", "TP-REPORT", "PIR"});
    const bool allowed =
        (handler && Holds(moment.directory(), person, scope, {"CSIRT_H"})) ||
        (row->code() == "CISO-COORD" && moment.before->severity() == "SEV5" &&
         Holds(moment.directory(), person, scope, {"CSIRT_X"})) ||
        (row->code() == "REIMBURSE" && Holds(moment.directory(), person, scope, {"ITD_DM"}));
    if (!allowed) {
      Fail("7/who", absl::StrCat(RowText(*row), " by ", person, " at ", moment.before->severity()));
    }
    if (body.reason().empty()) Fail("7/reason", RowText(*row));
  }

  void Held(const Moment& moment, const Event& event) {
    const ObligationRow* row = RowOf(*moment.after, event.obligation_held().instance());
    if (row == nullptr) return;
    Saw("7: held or released");
    const std::string& person = event.actor().principal();
    if (!absl::StartsWith(row->code(), "93H-")) Fail("7/held", RowText(*row));
    if (!Holds(moment.directory(), person, row->subject(), {"COUNSEL"})) {
      Fail("7/held-by", absl::StrCat(RowText(*row), " by ", person));
    }
    if (!event.obligation_held().held() &&
        FromProto(row->due_time()) != moment.now + absl::Hours(240)) {
      Fail("7/resume", absl::StrCat(RowText(*row), " released at ", When(moment.now)));
    }
  }
};

// ---- 8 ----

// Spans by severity, SEV1 to SEV5, in seconds; section 4.5.
std::optional<absl::Duration> SpanOf(absl::string_view code, absl::string_view severity) {
  static const auto* const kSpans = new std::map<std::string, std::array<int, 5>>{
      {"TRIAGE-DONE", {3600, 3600, 14400, 14400, 86400}},
      {"SCIO-NOTICE", {900, 1800, 14400, 86400, 86400}},
      {"CCIO-CSO-VIA-SCIO", {3600, 3600, 14400, 86400, 86400}},
      {"CISO-COORD", {3600, 3600, 14400, 86400, 86400}},
      {"EXEC-DECIDE", {900, 1800, 1800, 1800, 1800}}};
  const auto found = kSpans->find(std::string(code));
  if (found == kSpans->end() || severity.size() != 4) return std::nullopt;
  return absl::Seconds(found->second[static_cast<size_t>(severity[3] - '1')]);
}

absl::Duration AckWindow(absl::string_view severity) {
  constexpr int kSeconds[] = {300, 900, 1800, 14400, 86400};
  return absl::Seconds(kSeconds[severity[3] - '1']);
}

class DeadlineChecker : public Checker {
 public:
  explicit DeadlineChecker(Findings& findings) : Checker(8, findings) {}

  void See(const Moment& moment) override {
    if (moment.after->standing_register()) return;
    awareness_.See(moment);
    bool changed = false;
    bool law_enforcement = false;
    for (const Event& event : *moment.events) {
      if (event.has_severity_changed()) {
        changed |= event.severity_changed().from() != event.severity_changed().to();
      }
      if (event.has_document_submitted()) {
        law_enforcement |=
            IsMember(event.document_submitted().type(), {"LE_CONTACT", "LE_REFERRAL"});
      }
      if (event.has_obligation_held() || event.has_absorbed()) return;
    }
    if (!changed) {
      StaysPut(moment, law_enforcement);
      return;
    }
    const bool raised = moment.after->severity() < moment.before->severity();
    Saw(raised ? "8: severity raised" : "8: severity lowered");
    if (moment.before->severity().empty()) return;
    for (const ObligationRow& row : moment.after->obligations()) {
      const ObligationRow* before = RowOf(*moment.before, row.instance());
      if (before == nullptr || !before->has_due_time()) continue;
      const absl::Time old_due = FromProto(before->due_time());
      const absl::Time due = FromProto(row.due_time());
      const bool corrected = IsCorrection(moment, *before, row);
      const bool rebased = row.code() == "CRIM-GCLC" && (law_enforcement || due != old_due);
      if (rebased) continue;
      if (raised && due > old_due && !corrected) {
        Fail("8/later", absl::StrCat("raised to ", moment.after->severity(), ": ", RowText(*before),
                                     " became ", RowText(row)));
      }
      if (!raised && due != old_due && !corrected) {
        Fail("8/lowered", absl::StrCat("lowered to ", moment.after->severity(), ": ",
                                       RowText(*before), " became ", RowText(row)));
      }
      const auto span = SpanOf(row.code(), moment.after->severity());
      if (!raised || !span.has_value() || !IsOpenState(row.state()) || corrected) continue;
      Saw(absl::StrCat("8: recomputed ", row.code()));
      const absl::Time shortened = std::min(old_due, FromProto(before->clock_start()) + *span);
      const absl::Time expected =
          std::min(old_due, std::max(moment.now + AckWindow(moment.after->severity()), shortened));
      if (due != expected) {
        Fail(row.code() == "EXEC-DECIDE" ? "8/raise-exec-decide" : "8/raise",
             absl::StrCat("raised to ", moment.after->severity(), " at ", When(moment.now), ": ",
                          RowText(*before), " became ", RowText(row), ", expected ",
                          When(expected)));
      }
    }
  }

 private:
  // A corrected first awareness takes along what counts from it, as far as it moved itself.
  bool IsCorrection(const Moment& moment, const ObligationRow& before, const ObligationRow& row) {
    const absl::Duration shift = awareness_.Shift(moment.slot, row.subject());
    if (shift == absl::ZeroDuration()) return false;
    if (IsMember(row.code(), {"FOLLOWUP-24H", "DAILY-STATUS"}) && IsOpenState(row.state())) {
      Saw(shift < absl::ZeroDuration() ? "8: moved by an earlier T0" : "8: moved by a later T0");
      const absl::Time due = FromProto(row.due_time());
      if (due != FromProto(before.due_time()) + shift) {
        Fail("8/corrected", absl::StrCat("T0 moved by ", absl::FormatDuration(shift), ": ",
                                         RowText(before), " became ", RowText(row)));
      }
    }
    return IsMember(row.code(),
                    {"INIT-REPORT", "FOLLOWUP-24H", "DAILY-STATUS", "STAT-NONEXEC", "93H-OWNER"});
  }

  // Without a change of the severity only a correction, a contact with law enforcement or a
  // lawful hold moves a deadline.
  void StaysPut(const Moment& moment, bool law_enforcement) {
    for (const ObligationRow& row : moment.after->obligations()) {
      const ObligationRow* before = RowOf(*moment.before, row.instance());
      if (before == nullptr || !before->has_due_time()) continue;
      const absl::Time old_due = FromProto(before->due_time());
      const absl::Time due = FromProto(row.due_time());
      const bool corrected = IsCorrection(moment, *before, row);
      if (due == old_due || corrected) continue;
      if (row.code() == "CRIM-GCLC" && law_enforcement) continue;
      Fail("8/moved", absl::StrCat(RowText(*before), " became ", RowText(row)));
    }
  }

  Awareness awareness_;
};

// ---- 13 ----

class AdvisoryChecker : public Checker {
 public:
  explicit AdvisoryChecker(Findings& findings) : Checker(13, findings) {}

  void See(const Moment& moment) override {
    for (const ObligationRow& row : moment.after->obligations()) {
      const bool voluntary = IsVoluntary(moment.directory(), row.subject());
      if (voluntary) Saw("13: duty of a voluntary entity");
      if (row.advisory() && row.subject().empty()) continue;  // of an incident, for its entity
      if (row.advisory() != voluntary) {
        Fail("13/mark",
             absl::StrCat(RowText(row), voluntary ? " is not advisory" : " is advisory"));
      }
    }
    for (const Event& event : *moment.events) {
      if (event.has_overdue_step_taken()) Step(moment, event);
      if (event.has_case_changed()) {
        for (const std::string& instance : event.case_changed().changed().obligations()) {
          const ObligationRow* row = RowOf(*moment.after, instance);
          if (row != nullptr && row->advisory()) Fail("13/case", RowText(*row));
        }
      }
    }
  }

 private:
  static bool IsVoluntary(const v1::Directory& directory, absl::string_view subject) {
    return std::any_of(directory.entities().begin(), directory.entities().end(),
                       [&](const v1::Entity& entity) {
                         return entity.name() == subject && !entity.network_member() &&
                                entity.binding() == v1::Entity::BINDING_VOLUNTARY;
                       });
  }

  void Step(const Moment& moment, const Event& event) {
    const auto& body = event.overdue_step_taken();
    const ObligationRow* row = RowOf(*moment.after, body.instance());
    if (row == nullptr || !row->advisory()) return;
    Saw("13: step-up of an advisory duty");
    for (const std::string& role : body.roles()) {
      if (!IsMember(role, {"PC", "SC", "ISO", "AH", "SCIO", "COUNSEL", "TP"})) {
        Fail("13/step", absl::StrCat(RowText(*row), " climbed to ", role));
      }
    }
    for (const std::string& person : body.people()) {
      if (!Holds(moment.directory(), person,
                 row->subject().empty() ? moment.after->entity() : row->subject(),
                 {"PC", "SC", "ISO", "AH", "SCIO", "COUNSEL", "TP"}) &&
          moment.after->subjects().empty()) {
        Fail("13/step-person", absl::StrCat(RowText(*row), " climbed to ", person));
      }
    }
  }
};

// ---- 14 ----

bool IsPrivacyDuty(absl::string_view code) {
  return absl::StartsWith(code, "93H-") || code == "PI-ASSESS" || code == "STAT-NONEXEC";
}

class IndependenceChecker : public Checker {
 public:
  explicit IndependenceChecker(Findings& findings) : Checker(14, findings) {}

  void See(const Moment& moment) override {
    bool privacy = false;
    for (const Event& event : *moment.events) {
      if (event.has_fact_recorded()) {
        if (!IsMember(
                event.fact_recorded().fact().name(),
                {"personal_information", "residents_affected", "pi_elements", "custody_role"})) {
          return;
        }
        privacy = true;
      }
      if (event.has_state_changed()) return;
    }
    if (!privacy) return;
    Saw("14: only answers about personal information changed");
    for (const ObligationRow& row : moment.before->obligations()) {
      if (IsPrivacyDuty(row.code()) || !IsOpenState(row.state())) continue;
      const ObligationRow* after = RowOf(*moment.after, row.instance());
      if (after == nullptr || after->state() == v1::Obligation::STATE_VOID) {
        Fail("14/gone",
             absl::StrCat(RowText(row), " went with an answer about personal information"));
      }
    }
  }
};

// ---- 19 ----

class EndChecker : public Checker {
 public:
  explicit EndChecker(Findings& findings) : Checker(19, findings) {}

  void See(const Moment& moment) override {
    const std::string& state = moment.after->state();
    if (!IsMember(state, {"DISMISSED", "MERGED", "CLOSED"})) return;
    Saw(absl::StrCat("19: ", state));
    for (const Event& event : *moment.events) {
      // Together with the act that ends it, rows may still be opened and settled.
      // An outside contact is recorded in every state, and its justification is owed.
      if (state == "MERGED" && moment.before->state() == state && event.has_obligation_opened() &&
          event.obligation_opened().code() != "SCIO-JUSTIFY") {
        Fail("19/opened-merged",
             absl::StrCat(event.obligation_opened().instance(), " opens in a merged incident"));
      }
    }
    for (const ObligationRow& row : moment.after->obligations()) {
      const bool open = IsOpenState(row.state()) || row.state() == v1::Obligation::STATE_HELD;
      // A dismissal voids what is open (catalogue L4).
      if (open && state == "DISMISSED" && moment.before->state() != state) {
        Fail("19/dismissed-open", absl::StrCat(RowText(row), " is open after the dismissal"));
      }
      const bool hard =
          IsMember(row.code(), {"FOLLOWUP-24H", "DAILY-STATUS", "STAT-NONEXEC", "PI-ASSESS"}) ||
          absl::StartsWith(row.code(), "93H-");
      if (open && hard) {
        const bool entering = moment.before->state() != state;
        Fail(absl::StrCat(
                 "19/", state == "CLOSED" ? "closed" : (state == "MERGED" ? "merged" : "dismissed"),
                 entering ? "" : "-later"),
             absl::StrCat(RowText(row), " is open in ", state));
      }
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeFollowUpChecker(Findings& findings) {
  return std::make_unique<FollowUpChecker>(findings);
}
std::unique_ptr<Checker> MakeDailyStatusChecker(Findings& findings) {
  return std::make_unique<DailyStatusChecker>(findings);
}
std::unique_ptr<Checker> MakeWaiverChecker(Findings& findings) {
  return std::make_unique<WaiverChecker>(findings);
}
std::unique_ptr<Checker> MakeDeadlineChecker(Findings& findings) {
  return std::make_unique<DeadlineChecker>(findings);
}
std::unique_ptr<Checker> MakeAdvisoryChecker(Findings& findings) {
  return std::make_unique<AdvisoryChecker>(findings);
}
std::unique_ptr<Checker> MakeIndependenceChecker(Findings& findings) {
  return std::make_unique<IndependenceChecker>(findings);
}
std::unique_ptr<Checker> MakeEndChecker(Findings& findings) {
  return std::make_unique<EndChecker>(findings);
}

}  // namespace belfry::properties
