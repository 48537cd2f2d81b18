#include "tests/properties/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/core/confidentiality.h"

namespace belfry::properties {
namespace {

// An incident nobody answers is paged every five minutes; after this many ticks between two acts
// only deadlines are looked at.
constexpr int kExactTicksMax = 24;
constexpr size_t kWaitingMax = 12;
constexpr int kFollowDepthMax = 4;

core::Caller Internal(const char* via) {
  core::Caller caller;
  caller.internal = true;
  caller.actor.set_principal("system");
  caller.actor.set_via(via);
  return caller;
}

}  // namespace

World::World(const core::PolicyIndex& policy, const Government& government, Witness* witness,
             bool quiet)
    : policy_(policy),
      government_(government),
      witness_(witness),
      quiet_(quiet),
      directory_(government.directory.get()),
      start_(absl::FromCivil(absl::CivilMinute(2026, 10, 6, 8, 0), policy.TimeZone())),
      now_(start_),
      slots_(kSlots) {}

core::Caller World::CallerFor(const std::string& who) const {
  if (who == "system") return Internal("engine");
  core::Caller caller;
  caller.actor.set_via("grpc");
  if (absl::StartsWith(who, "systems/")) {
    caller.system = true;
    caller.actor.set_principal(who);
    caller.entity = absl::StrCat("entities/", absl::StripPrefix(who, "systems/"));
    return caller;
  }
  caller.actor.set_principal(absl::StrCat("people/", who));
  const v1::Person* person = directory_->FindPerson(caller.actor.principal());
  if (person != nullptr) caller.entity = person->entity();
  return caller;
}

int World::SlotOf(const std::string& id) const {
  for (int i = 0; i < kSlots; ++i) {
    if (Incident(i) != nullptr && Incident(i)->id() == id) return i;
  }
  return -1;
}

absl::Time World::NextDue(int slot) {
  Slot& one = slots_[static_cast<size_t>(slot)];
  if (one.state == nullptr) return absl::InfiniteFuture();
  if (!one.next_due.has_value()) one.next_due = core::NextDue(policy_, *one.state);
  return *one.next_due;
}

absl::Status World::Do(int slot, core::Command command, const std::string* what, int depth) {
  Slot& one = slots_[static_cast<size_t>(slot)];
  const core::Context context{policy_, *directory_, now_};
  static const IncidentState* const kNothing = new IncidentState();
  const std::shared_ptr<const IncidentState> before = one.state;
  Moment moment{slot,
                now_,
                &command,
                before == nullptr ? kNothing : before.get(),
                before == nullptr ? kNothing : before.get(),
                nullptr,
                nullptr,
                &context,
                what};
  absl::Status refusal;
  const bool opens = std::holds_alternative<core::Report>(command.act) ||
                     std::holds_alternative<core::OpenRegister>(command.act);
  if (std::holds_alternative<core::Report>(command.act) && before != nullptr) {
    return absl::AlreadyExistsError("the slot is taken");
  }
  if (before == nullptr && !opens) return absl::NotFoundError("no such incident");
  if (before != nullptr && !core::MayRead(policy_, *directory_, command.caller, *before)) {
    refusal = absl::NotFoundError("none that you may see");
  }
  if (const auto* link = std::get_if<v1::LinkIncidentRequest>(&command.act); link != nullptr) {
    const int target = SlotOf(std::string(absl::StripPrefix(link->parent(), "incidents/")));
    if (target < 0) return absl::NotFoundError("no such parent");
    if (refusal.ok()) {
      refusal = core::CheckLinkTarget(context, command.caller, link->parent(), *Incident(target));
    }
    command.link_target_closed = core::IsClosed(*Incident(target));
  }
  if (before != nullptr) {
    for (const std::string& id : core::RegistersFor(command.act, *before)) {
      const int other = SlotOf(id);
      if (other < 0) continue;
      const auto& known = Incident(other)->devices();
      command.device_history.insert(command.device_history.end(), known.begin(), known.end());
    }
  }
  if (refusal.ok()) {
    absl::StatusOr<core::Decision> decision = core::Decide(context, before.get(), command);
    if (decision.ok()) {
      one.state = std::make_shared<const IncidentState>(std::move(decision->state));
      if (!decision->events.empty()) one.next_due.reset();
      const std::vector<core::NoticeDraft> notices =
          quiet_ ? std::vector<core::NoticeDraft>()
                 : core::Notices(context, *one.state, decision->events);
      for (const core::NoticeDraft& draft : notices) {
        if (!draft.report_outcome) continue;
        core::DeliveryOutcome& outcome = one.waiting.emplace_back();
        outcome.delivery = "deliveries/1";
        outcome.target = draft.target;
        outcome.kind = draft.notice.kind();
        outcome.obligation = draft.notice.obligation();
        outcome.chain_entity = draft.chain_entity;
        if (one.waiting.size() > kWaitingMax) one.waiting.pop_front();
      }
      moment.after = one.state.get();
      moment.events = &decision->events;
      moment.notices = &notices;
      if (witness_ != nullptr) witness_->See(moment);
      if (depth == kFollowDepthMax || decision->events.empty()) return absl::OkStatus();
      for (core::FollowUp& next : core::FollowUps(policy_, before, *one.state, decision->events)) {
        const int other = SlotOf(next.incident);
        if (other < 0) continue;
        core::Command follow;
        follow.caller.internal = true;
        follow.caller.actor = decision->events.front().actor();
        follow.act = std::move(next.act);
        Do(other, follow, nullptr, depth + 1).IgnoreError();
      }
      return absl::OkStatus();
    }
    refusal = decision.status();
  }
  if (witness_ != nullptr) witness_->Refused(moment, refusal);
  return refusal;
}

void World::Tick(int slot, bool before_now) {
  core::Command command;
  command.caller = Internal("scheduler");
  command.act = core::Tick{before_now};
  const absl::Status status = Do(slot, command, nullptr);
  if (!status.ok()) stuck_ = absl::StrCat("a tick was refused: ", std::string(status.message()));
  slots_[static_cast<size_t>(slot)].ticked = now_;
}

absl::Time World::NextTick(int slot, Pace pace) {
  const Slot& one = slots_[static_cast<size_t>(slot)];
  if (one.state == nullptr || pace == Pace::kOutage || pace == Pace::kStale) {
    return absl::InfiniteFuture();
  }
  if (pace == Pace::kExact) return std::max(now_, NextDue(slot));
  absl::Time next = absl::InfiniteFuture();
  for (const record::v1::ObligationRow& row : one.state->obligations()) {
    if (row.state() != v1::Obligation::STATE_PENDING || !row.has_due_time()) continue;
    const absl::Time due = FromProto(row.due_time());
    if (due > one.ticked) next = std::min(next, due);
  }
  return std::max(now_, next);
}

void World::RunUntil(absl::Time time, Pace pace) {
  int ticks = 0;
  while (pace == Pace::kExact || pace == Pace::kDeadlines) {
    const Pace present = ticks > kExactTicksMax ? Pace::kDeadlines : pace;
    int slot = 0;
    absl::Time next = NextTick(0, present);
    for (int i = 1; i < kSlots; ++i) {
      if (const absl::Time other = NextTick(i, present); other < next) {
        next = other;
        slot = i;
      }
    }
    // Acts at an instant come before what falls due at it.
    if (next >= time) break;
    now_ = next;
    const int64_t version = Incident(slot)->version();
    Tick(slot, false);
    ++ticks;
    if (present == Pace::kExact && Incident(slot)->version() == version && NextDue(slot) <= now_) {
      stuck_ = absl::StrCat("at ", absl::FormatDuration(now_ - start_),
                            " something was due that a tick did not settle");
      break;
    }
  }
  now_ = std::max(now_, time);
  if (pace == Pace::kStale) return;
  for (int i = 0; i < kSlots; ++i) {
    if (Incident(i) != nullptr && NextDue(i) < now_) Tick(i, true);
  }
}

absl::Status World::Play(const Step& step) {
  RunUntil(start_ + step.at, step.pace);
  if (step.new_people) directory_ = government_.later.get();
  core::Command command;
  command.caller = CallerFor(step.who);
  command.act = step.act;
  return Do(step.slot, command, &step.what);
}

}  // namespace belfry::properties
