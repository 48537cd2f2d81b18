// What time alone brings about, and what deliveries report back.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/base/proto_time.h"
#include "server/core/acts.h"
#include "server/core/compartment.h"
#include "server/core/digest.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/obligation_due.h"
#include "server/core/recipients.h"
#include "server/core/rooms.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

// One thing that has fallen due.
struct Item {
  absl::Time time;
  std::optional<ObligationDue> obligation = {};
  std::string chain_entity = {};
  std::string digest = {};  // its code
  bool glass = false;       // somebody's time to read is over
};

// Names an item that was taken and brought about nothing.
using Idle = std::set<std::tuple<absl::Time, int, std::string>>;

std::tuple<absl::Time, int, std::string> NameOf(const Item& item) {
  if (item.glass) return {item.time, -3, ""};
  if (!item.digest.empty()) return {item.time, -2, item.digest};
  return {item.time, item.obligation.has_value() ? static_cast<int>(item.obligation->what) : -1,
          item.obligation.has_value() ? item.obligation->instance : item.chain_entity};
}

// At one instant: duties before pages, then in the order of the record.
std::optional<Item> Earliest(const Draft& draft, const Idle& idle) {
  std::optional<Item> earliest;
  for (ObligationDue& due : ObligationsDue(draft.context().policy, draft.state())) {
    // A reminder of a deadline that has passed as well reminds of nothing.
    if (due.what == ObligationDue::What::kReminder) {
      const auto* row = FindObligation(draft.state(), due.instance);
      if (row == nullptr) continue;
      const bool running = row->has_due_time() && row->state() != v1::Obligation::STATE_HELD;
      if (running && FromProto(row->due_time()) <= draft.context().now) continue;
    }
    Item item{due.time, std::move(due), ""};
    if (idle.count(NameOf(item)) > 0) continue;
    if (!earliest.has_value() || item.time < earliest->time) earliest = std::move(item);
  }
  for (const record::v1::Chain& chain : draft.state().chains()) {
    if (!chain.has_next_time()) continue;
    Item item{FromProto(chain.next_time()), std::nullopt, chain.entity()};
    if (idle.count(NameOf(item)) > 0) continue;
    if (!earliest.has_value() || item.time < earliest->time) earliest = std::move(item);
  }
  for (NextDigest& next : NextDigests(draft.context().policy, draft.state())) {
    Item item{next.time, std::nullopt, "", std::move(next.code)};
    if (idle.count(NameOf(item)) > 0) continue;
    if (!earliest.has_value() || item.time < earliest->time) earliest = std::move(item);
  }
  if (const absl::Time closing = NextGlassClosing(draft.state());
      closing != absl::InfiniteFuture()) {
    Item item{closing};
    item.glass = true;
    if (idle.count(NameOf(item)) == 0 && (!earliest.has_value() || closing < earliest->time)) {
      earliest = std::move(item);
    }
  }
  return earliest;
}

}  // namespace

absl::Status DecideTick(Draft& draft, const Tick& act) {
  const absl::Time now = draft.context().now;
  Reconcile(draft);  // opens what time alone has opened
  // One rule that brings about nothing must not keep the others from their time.
  Idle idle;
  for (;;) {
    const int64_t version = draft.state().version();
    const std::optional<Item> item = Earliest(draft, idle);
    if (!item.has_value()) break;
    if (act.before_now ? item->time >= now : item->time > now) break;
    if (item->obligation.has_value()) {
      TakeObligationDue(draft, *item->obligation);
    } else if (item->glass) {
      CloseGlasses(draft, item->time);
    } else if (!item->digest.empty()) {
      TakeDigest(draft, item->digest);
    } else {
      TakeChainDue(draft, item->chain_entity);
    }
    Reconcile(draft);
    if (draft.state().version() == version) idle.insert(NameOf(*item));
  }
  return absl::OkStatus();
}

absl::Status DecideOutcome(Draft& draft, const DeliveryOutcome& act) {
  const Context& context = draft.context();
  if (act.kind == v1::Notice::KIND_ROOM && act.delivered) {
    RecordRoom(draft, act);
    return absl::OkStatus();
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::DeliveryConcluded* body = event.mutable_delivery_concluded();
  body->set_delivery(act.delivery);
  body->set_target(act.target);
  *body->mutable_endpoint() = act.endpoint;
  body->set_kind(act.kind);
  body->set_obligation(act.obligation);
  body->set_delivered(act.delivered);
  body->set_error(act.error);
  body->set_chain_entity(act.chain_entity);
  if (!act.delivered) {
    for (std::string& person : PeopleHolding(context, draft.state(),
                                             context.policy.proto().escalation().exhausted_roles(),
                                             draft.state().entity())) {
      // An alarm about an alarm that cannot reach its reader would go round for ever.
      if (person != act.target) body->add_alarm_people(std::move(person));
    }
    if (act.kind == v1::Notice::KIND_ALARM) body->clear_alarm_people();
  }
  draft.Record(std::move(event));
  const record::v1::Chain* chain = FindChain(draft.state(), act.chain_entity);
  const bool waiting =
      chain != nullptr && (chain->state() == v1::EscalationChain::STATE_NOTIFIED) && !act.delivered;
  if (waiting && NobodyReachable(*chain)) {
    // A page that reaches nobody is an answer: nobody. There is nothing to wait for.
    ClimbNow(draft, act.chain_entity, record::v1::ChainPaged::REASON_UNREACHABLE, "");
  }
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
