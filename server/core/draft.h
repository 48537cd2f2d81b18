// A decision in the making.
#ifndef BELFRY_SERVER_CORE_DRAFT_H_
#define BELFRY_SERVER_CORE_DRAFT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/command.h"
#include "server/core/core.h"
#include "server/core/predicate.h"

namespace belfry::core {

// Collects the events of one command. Each is applied at once, so that what comes after sees what
// came before. Not thread-safe; lives on the stack of Decide().
class Draft {
 public:
  Draft(const Context& context, record::v1::IncidentState state, const Command& command)
      : context_(context),
        state_(std::move(state)),
        actor_(command.caller.actor),
        request_id_(command.request_id),
        internal_(command.caller.internal),
        began_ended_(IsEnded(context.policy, state_)) {
    if (began_ended_) ended_state_ = state_;
  }

  // A new event with the version, time, actor and request id filled in; give it a body, then
  // Record() it. `due` is set for what fell due.
  record::v1::Event NewEvent() const;
  void Record(record::v1::Event event);
  void RecordDue(record::v1::Event event, absl::Time due);

  const Context& context() const { return context_; }
  const record::v1::IncidentState& state() const { return state_; }
  const record::v1::Actor& actor() const { return actor_; }
  Subject About(absl::string_view entity) const {
    return {context_.policy, state_, entity, context_.now};
  }
  bool empty() const { return events_.empty(); }
  const std::vector<record::v1::Event>& events() const { return events_; }
  // Belfry itself acts, not a person.
  bool internal() const { return internal_; }
  // The incident had ended before this command.
  bool began_ended() const { return began_ended_; }
  // As it was then.
  const record::v1::IncidentState& ended_state() const { return ended_state_; }

  Decision Finish() && { return {std::move(events_), std::move(state_)}; }

 private:
  const Context& context_;
  record::v1::IncidentState state_;
  record::v1::Actor actor_;
  std::string request_id_;
  bool internal_;
  bool began_ended_;
  record::v1::IncidentState ended_state_;
  std::vector<record::v1::Event> events_;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_DRAFT_H_
