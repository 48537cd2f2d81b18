// The core: pure functions from (policy, directory, state, command, time) to events, and from
// events to state and notices. No I/O, no clock, no threads; the same inputs give the same outputs.
#ifndef BELFRY_SERVER_CORE_CORE_H_
#define BELFRY_SERVER_CORE_CORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/delivery.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/timeline.pb.h"
#include "server/core/command.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// What every decision may look at.
struct Context {
  const PolicyIndex& policy;
  const Directory& directory;
  absl::Time now;
};

struct Decision {
  // In the order in which they happened; empty when there was nothing to do.
  std::vector<record::v1::Event> events;
  // `state` with all events applied.
  record::v1::IncidentState state;
  // How many of `events` come first and are not the act's own: what time had brought about by then.
  size_t caught_up = 0;
};

// Decides a command. `state` is null for a Report and only then. Refusals are built with
// ErrorBuilder: reason, clause and remedy. Never changes anything.
absl::StatusOr<Decision> Decide(const Context& context, const record::v1::IncidentState* state,
                                const Command& command);

// Applies one recorded event. Total: what happened, happened.
void Apply(record::v1::IncidentState& state, const record::v1::Event& event);

// When Decide(Tick) has something to do next; InfiniteFuture when never. It may be in the past.
absl::Time NextDue(const PolicyIndex& policy, const record::v1::IncidentState& state);

// What another incident has to do because of `events` of this one, in the same commit.
struct FollowUp {
  std::string incident;  // "DOP-2026-0007"
  Act act;
};
std::vector<FollowUp> FollowUps(const PolicyIndex& policy,
                                const std::shared_ptr<const record::v1::IncidentState>& before,
                                const record::v1::IncidentState& after,
                                const std::vector<record::v1::Event>& events);

// The registers, "DOP-REGISTER", whose devices have to come with the command
// (Command::device_history), where they exist: a device's history goes beyond one incident.
std::vector<std::string> RegistersFor(const Act& act, const record::v1::IncidentState& state);

// What a link is answered whose target, "incidents/…" as it was given, does not exist.
absl::Status NoSuchParent(absl::string_view parent);
// May the incident become a part of `target`, or go on in it? INVALID_ARGUMENT names `parent`; one
// that the caller may not see is answered by NoSuchParent().
absl::Status CheckLinkTarget(const Context& context, const Caller& caller, absl::string_view parent,
                             const record::v1::IncidentState& target);

// A notice and where it goes; the engine finds the address.
struct NoticeDraft {
  std::string target;  // "people/…", "channels/…" or "rooms/…"
  v1::Notice notice;
  // The entity whose escalation chain this page belongs to.
  std::string chain_entity;
  // The record wants to know what became of it (DeliveryOutcome).
  bool report_outcome = false;
  // Sent by another platform where there is one: this one has just failed somebody.
  std::string avoid_platform = {};
};

// The cards that ask for a duty, in the places that were sent one.
struct DutyCards {
  struct Place {
    std::string target;
    v1::Notice::Kind kind;  // of the newest card there
  };
  std::string obligation;  // instance
  std::vector<Place> places;
};

// The duties that `events` have ended: whoever was sent a card is sent its receipt.
std::vector<std::string> EndedDuties(const record::v1::IncidentState& state,
                                     const std::vector<record::v1::Event>& events);

// Who hears of `events`, why, and what. `state` is the state after them, `cards` are those of the
// duties that they ended.
std::vector<NoticeDraft> Notices(const Context& context, const record::v1::IncidentState& state,
                                 const std::vector<record::v1::Event>& events,
                                 const std::vector<DutyCards>& cards = {});

// A notice of a closed incident: its title and text say that there is something, and where.
void Withhold(absl::string_view id, v1::Notice& notice);
// Makes a notice that was written before the incident was closed into what would be written now.
void CloseNotice(const Context& context, const record::v1::IncidentState& state,
                 v1::Notice& notice);

// One event as people read it.
v1::TimelineEntry ToTimelineEntry(const PolicyIndex& policy, const record::v1::IncidentState& state,
                                  const record::v1::Event& event);

// The incident as callers see it.
v1::Incident ToIncident(const PolicyIndex& policy, const record::v1::IncidentState& state);
v1::Obligation ToObligation(const PolicyIndex& policy, const record::v1::ObligationRow& row);
v1::NextDuty ToNextDuty(const record::v1::ObligationRow& row);

// Why a duty exists, how its deadline came about, and what would end it. INVALID_ARGUMENT when
// there is no such duty.
absl::StatusOr<v1::ExplainObligationResponse> Explain(const Context& context,
                                                      const record::v1::IncidentState& state,
                                                      absl::string_view obligation);

// May this principal ("people/…", "systems/…") read anything of the incident? What, sight.h says.
bool MayRead(const PolicyIndex& policy, const Directory& directory, const Caller& caller,
             const record::v1::IncidentState& state);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_CORE_H_
