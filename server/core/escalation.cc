#include "server/core/escalation.h"

#include <algorithm>
#include <utility>

#include "server/base/proto_time.h"
#include "server/core/access.h"
#include "server/core/recipients.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::EscalationLadder;
using record::v1::Chain;
using record::v1::ChainPaged;

// A place on the ladder and the time of the page after it.
struct Position {
  int level = 0;
  int attempt = 1;
  ChainPaged::Reason reason = ChainPaged::REASON_UNSPECIFIED;
};

const EscalationLadder& LadderOf(const Draft& draft) {
  return draft.context().policy.proto().escalation();
}

const EscalationLadder::Pace* PaceOf(const Draft& draft) {
  return draft.context().policy.PaceFor(draft.state().severity());
}

google::protobuf::RepeatedPtrField<std::string> RolesOfLevels(const EscalationLadder& ladder,
                                                              int from, int to) {
  google::protobuf::RepeatedPtrField<std::string> roles;
  for (const EscalationLadder::Level& level : ladder.levels()) {
    if (level.number() < from || level.number() > to) continue;
    for (const std::string& role : level.roles()) roles.Add(std::string(role));
  }
  return roles;
}

// At the top the rhythm is its own.
absl::Duration WindowAt(const EscalationLadder::Pace& pace, const Position& position) {
  return position.reason == ChainPaged::REASON_EXHAUSTED ? FromProto(pace.top_repeat())
                                                         : FromProto(pace.ack_window());
}

// What silence leads to.
Position After(const EscalationLadder::Pace& pace, const Chain& chain) {
  if (chain.state() == v1::EscalationChain::STATE_ACKNOWLEDGED) {
    return {chain.level(), 1, ChainPaged::REASON_NO_ACTIVITY};
  }
  if (chain.attempt() <= pace.repeats()) {
    return {chain.level(), chain.attempt() + 1, ChainPaged::REASON_REPEAT};
  }
  if (chain.level() < pace.top_level()) return {chain.level() + 1, 1, ChainPaged::REASON_CLIMB};
  return {chain.level(), chain.attempt() + 1, ChainPaged::REASON_EXHAUSTED};
}

// Pages `position`: the levels from `from_level` up to it.
std::vector<std::string> Page(Draft& draft, absl::string_view entity, Position position,
                              int from_level, absl::Time counted_from, int collapsed,
                              absl::string_view text, std::optional<absl::Time> due) {
  const Context& context = draft.context();
  const EscalationLadder& ladder = LadderOf(draft);
  const EscalationLadder::Pace* pace = PaceOf(draft);
  auto roles = RolesOfLevels(ladder, from_level, position.level);
  std::vector<std::string> people = PeopleHolding(context, draft.state(), roles, entity);
  // Nobody holds the level: that is an answer too, and waiting for nobody helps nobody.
  while (people.empty() && position.level < ladder.levels_size()) {
    ++position.level;
    position.attempt = 1;
    position.reason = ChainPaged::REASON_UNREACHABLE;
    roles = RolesOfLevels(ladder, from_level, position.level);
    people = PeopleHolding(context, draft.state(), roles, entity);
  }
  record::v1::Event event = draft.NewEvent();
  ChainPaged* body = event.mutable_chain_paged();
  body->set_entity(std::string(entity));
  body->set_reason(position.reason);
  body->set_level(position.level);
  body->set_attempt(position.attempt);
  *body->mutable_roles() = std::move(roles);
  for (const std::string& person : people) body->add_people(person);
  body->set_collapsed(collapsed);
  body->set_text(std::string(text));
  if (pace != nullptr) {
    *body->mutable_next_time() = ToProto(counted_from + WindowAt(*pace, position));
  }
  if (position.reason == ChainPaged::REASON_EXHAUSTED) {
    for (std::string& person :
         PeopleHolding(context, draft.state(), ladder.exhausted_roles(), entity)) {
      body->add_alarm_people(std::move(person));
    }
  }
  for (const std::string& clause : ladder.clauses()) event.add_clauses(clause);
  if (due.has_value()) {
    draft.RecordDue(std::move(event), *due);
  } else {
    draft.Record(std::move(event));
  }
  return people;
}

// A repeated page goes to whom the level's first page went.
int FirstLevelFor(const EscalationLadder::Pace& pace, const Position& position) {
  return position.level == pace.start_level() ? 1 : position.level;
}

void StartOrRaise(Draft& draft, const std::string& entity) {
  const EscalationLadder::Pace* pace = PaceOf(draft);
  if (pace == nullptr) return;
  const absl::Time now = draft.context().now;
  const Chain* chain = FindChain(draft.state(), entity);
  if (chain == nullptr || chain->state() == v1::EscalationChain::STATE_CLEARED) {
    Page(draft, entity, {pace->start_level(), 1, ChainPaged::REASON_STARTED}, 1, now, 0, "",
         std::nullopt);
    return;
  }
  if (chain->level() >= pace->start_level()) return;
  // Those below know already; the raise wakes the levels above them.
  const int from = chain->level() + 1;
  Page(draft, entity, {pace->start_level(), 1, ChainPaged::REASON_SEVERITY_RAISED}, from, now, 0,
       "", std::nullopt);
}

// Everybody who was paged hears that it is over; who ends it knows.
google::protobuf::RepeatedPtrField<std::string> ToldOf(const Draft& draft, const Chain& chain) {
  google::protobuf::RepeatedPtrField<std::string> people;
  for (const std::string& person : chain.paged_people()) {
    if (person != draft.actor().principal()) people.Add(std::string(person));
  }
  return people;
}

}  // namespace

void SettleChains(Draft& draft) {
  const policy::v1::State* state = draft.context().policy.FindState(draft.state().state());
  if (state == nullptr) return;
  // The parts of a larger incident page through its chains.
  if (state->ongoing() && draft.state().parent().empty()) {
    std::vector<std::string> entities;
    for (const auto& part : draft.state().entities()) {
      if (IsReporting(part)) entities.push_back(part.entity());
    }
    for (const std::string& entity : entities) StartOrRaise(draft, entity);
    return;
  }
  std::vector<std::string> running;
  for (const Chain& chain : draft.state().chains()) {
    if (chain.state() != v1::EscalationChain::STATE_CLEARED) running.push_back(chain.entity());
  }
  for (std::string& entity : running) {
    record::v1::Event event = draft.NewEvent();
    const Chain* chain = FindChain(draft.state(), entity);
    if (chain != nullptr)
      *event.mutable_chain_cleared()->mutable_told_people() = ToldOf(draft, *chain);
    event.mutable_chain_cleared()->set_entity(std::move(entity));
    for (const std::string& clause : LadderOf(draft).clauses()) event.add_clauses(clause);
    draft.Record(std::move(event));
  }
}

void TakeChainDue(Draft& draft, absl::string_view entity) {
  const EscalationLadder::Pace* pace = PaceOf(draft);
  const Chain* found = FindChain(draft.state(), entity);
  if (pace == nullptr || found == nullptr || !found->has_next_time()) return;
  const absl::Time now = draft.context().now;
  Chain chain = *found;  // walks ahead of the record
  const absl::Time due = FromProto(chain.next_time());
  absl::Time time = due;
  int from_level = 0;
  int steps = 0;
  Position position;
  absl::Time last = due;
  while (time <= now) {
    position = After(*pace, chain);
    const int first = FirstLevelFor(*pace, position);
    from_level = from_level == 0 ? first : std::min(from_level, first);
    chain.set_level(position.level);
    chain.set_attempt(position.attempt);
    chain.set_state(v1::EscalationChain::STATE_NOTIFIED);
    last = time;
    ++steps;
    const absl::Duration window = WindowAt(*pace, position);
    if (window <= absl::ZeroDuration()) break;  // a pace without a window would turn for ever
    time = last + window;
  }
  if (steps == 0) return;
  Page(draft, entity, position, from_level, last, steps - 1, "", due);
}

std::vector<std::string> ClimbNow(Draft& draft, absl::string_view entity, ChainPaged::Reason reason,
                                  absl::string_view text) {
  const Chain* chain = FindChain(draft.state(), entity);
  const int level = chain == nullptr ? 1 : chain->level() + 1;
  if (level > LadderOf(draft).levels_size()) return {};
  return Page(draft, entity, {level, 1, reason}, level, draft.context().now, 0, text, std::nullopt);
}

void PageAgain(Draft& draft, absl::string_view entity) {
  const Chain* chain = FindChain(draft.state(), entity);
  const EscalationLadder::Pace* pace = PaceOf(draft);
  if (chain == nullptr || pace == nullptr) return;
  const Position position{std::max(1, chain->level()), 1, ChainPaged::REASON_REPEAT};
  Page(draft, entity, position, FirstLevelFor(*pace, position), draft.context().now, 0, "",
       std::nullopt);
}

std::vector<std::string> ChainsThatWaitFor(const record::v1::IncidentState& state,
                                           absl::string_view person) {
  std::vector<std::string> entities;
  for (const Chain& chain : state.chains()) {
    const auto& paged = chain.current_people();
    const bool alone = chain.state() == v1::EscalationChain::STATE_NOTIFIED && paged.size() == 1 &&
                       paged.Get(0) == person;
    const bool answered = chain.state() == v1::EscalationChain::STATE_ACKNOWLEDGED &&
                          chain.acknowledged_by() == person;
    if (alone || answered) entities.push_back(chain.entity());
  }
  return entities;
}

void ClimbTo(Draft& draft, absl::string_view entity, int level, absl::string_view text) {
  const Chain* chain = FindChain(draft.state(), entity);
  const int from = chain == nullptr ? 1 : chain->level() + 1;
  Page(draft, entity, {level, 1, ChainPaged::REASON_REQUESTED}, from, draft.context().now, 0, text,
       std::nullopt);
}

void Lower(Draft& draft, const Chain& chain, int level, absl::string_view reason) {
  const EscalationLadder::Pace* pace = PaceOf(draft);
  record::v1::Event event = draft.NewEvent();
  record::v1::ChainLowered* body = event.mutable_chain_lowered();
  body->set_entity(chain.entity());
  body->set_from(chain.level());
  body->set_level(level);
  body->set_reason(std::string(reason));
  *body->mutable_told_people() = ToldOf(draft, chain);
  // Whoever answered has answered; silence goes on counting on the lower level.
  if (pace != nullptr && chain.state() != v1::EscalationChain::STATE_ACKNOWLEDGED) {
    *body->mutable_next_time() = ToProto(draft.context().now + FromProto(pace->ack_window()));
  }
  for (const std::string& clause : LadderOf(draft).clauses()) event.add_clauses(clause);
  draft.Record(std::move(event));
}

int LevelOf(const PolicyIndex& policy, const std::vector<record::v1::RoleGrant>& grants) {
  int highest = 0;
  for (const EscalationLadder::Level& level : policy.proto().escalation().levels()) {
    if (Includes(grants, level.roles())) highest = std::max(highest, level.number());
  }
  return highest;
}

bool NobodyReachable(const Chain& chain) {
  return std::all_of(chain.current_people().begin(), chain.current_people().end(),
                     [&](const std::string& person) {
                       const auto& lost = chain.unreachable_people();
                       return std::find(lost.begin(), lost.end(), person) != lost.end();
                     });
}

}  // namespace belfry::core
