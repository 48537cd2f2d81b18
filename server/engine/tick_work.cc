#include "server/engine/tick_work.h"

#include "spdlog/spdlog.h"

namespace belfry::engine {
namespace {

// After an error, or when a tick found nothing to do although something was due: not at once again,
// and not never.
constexpr absl::Duration kPause = absl::Minutes(1);

}  // namespace

void TickWork::Run(Batch& batch) {
  ++counters_.ticks;
  now_ = batch.now;
  core::Command command;
  command.caller.internal = true;
  command.caller.actor.set_principal("system");
  command.caller.actor.set_via("scheduler");
  command.act = core::Tick{};
  const absl::StatusOr<Executed> executed = executor_.Execute(batch, incident_, std::move(command));
  status_ = executed.status();
  if (!executed.ok()) return;
  did_something_ = !executed->events.empty();
  for (const record::v1::Event& event : executed->events) {
    if (event.has_due_time() && event.due_time().seconds() + 5 < event.time().seconds()) {
      ++counters_.late_ticks;
      break;
    }
  }
  const absl::Time next = batch.next_due[incident_];
  if (!did_something_ && next <= now_) {
    spdlog::error("{}: something is due that no decision settles; trying again in a minute",
                  incident_);
    batch.next_due[incident_] = now_ + kPause;
  }
}

void TickWork::Finish(const absl::Status& commit) {
  if (!status_.ok() || !commit.ok()) {
    spdlog::error("{}: what is due could not be decided: {}", incident_,
                  std::string((status_.ok() ? commit : status_).message()));
    due_.Set(incident_, now_ + kPause);
  }
  done_();
}

}  // namespace belfry::engine
