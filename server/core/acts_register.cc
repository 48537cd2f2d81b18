// The register of an entity's standing duties.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "server/core/acts.h"
#include "server/core/obligation_clock.h"
#include "server/core/obligations.h"
#include "server/core/record_checks.h"
#include "server/core/standing.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

// No state of any pack: nothing leads in or out.
constexpr char kState[] = "REGISTER";

// A new policy asks for what was owed later, or not before long: now, within its own term.
void BringForward(Draft& draft, const policy::v1::Obligation& rule, const std::string& instance) {
  const Context& context = draft.context();
  const record::v1::ObligationRow& row = *FindObligation(draft.state(), instance);
  const absl::Time start = FromProto(row.clock_start());
  const absl::Time due = context.now + absl::Hours(24) * rule.calendar().days_after_new_policy();
  if (row.has_due_time() && FromProto(row.due_time()) <= due) return;
  record::v1::Event event = draft.NewEvent();
  record::v1::ObligationRescheduled* body = event.mutable_obligation_rescheduled();
  body->set_instance(instance);
  *body->mutable_clock_start() = row.clock_start();
  *body->mutable_due_time() = ToProto(due);
  *body->mutable_span() = ToProto(due - start);
  body->set_reminders_done(
      Passed(ReminderTimes(context.policy, rule, start, due - start, due), context.now));
  body->set_rebases_done(row.rebases_done());
  body->set_kind_while(row.kind_while());
  body->set_reason(absl::StrCat("the policy is now ", context.policy.Name()));
  AddClauses(event, rule.clauses());
  draft.Record(std::move(event));
}

// Standing duties follow the pack in force: what it does not ask for any more is void, what is
// satisfied by its coming is done, what it wants anew is due within its term.
void MoveToPolicy(Draft& draft) {
  const PolicyIndex& policy = draft.context().policy;
  record::v1::Event event = draft.NewEvent();
  event.mutable_policy_repinned()->set_from(draft.state().policy());
  event.mutable_policy_repinned()->set_to(policy.Name());
  draft.Record(std::move(event));
  const std::vector<record::v1::ObligationRow> rows(draft.state().obligations().begin(),
                                                    draft.state().obligations().end());
  for (const record::v1::ObligationRow& row : rows) {
    if (!IsOpen(row)) continue;
    const policy::v1::Obligation* rule = policy.FindObligation(row.code());
    if (rule == nullptr || !BelongsTo(*rule, draft.state())) {
      Settle(draft, policy::v1::Obligation(), row.instance(), v1::Obligation::STATE_VOID,
             absl::StrCat("no duty of policy ", policy.Name()));
    } else if (std::any_of(rule->satisfied_by().begin(), rule->satisfied_by().end(),
                           [](const auto& way) { return way.has_policy_adopted(); })) {
      Satisfy(draft, row);
    } else if (rule->calendar().days_after_new_policy() > 0) {
      BringForward(draft, *rule, row.instance());
    }
  }
}

// An entity that joins the network is bound from then on (POL-2.2).
void FollowDirectory(Draft& draft) {
  const v1::Entity* entity = draft.context().directory.FindEntity(draft.state().entity());
  const record::v1::EntityPart* part = FindPart(draft.state(), draft.state().entity());
  if (entity == nullptr || part == nullptr) return;
  const bool voluntary =
      entity->binding() == v1::Entity::BINDING_VOLUNTARY && !entity->network_member();
  if (part->voluntary() == voluntary && part->network_member() == entity->network_member() &&
      part->executive_department() == entity->executive_department() &&
      part->secretariat() == entity->secretariat()) {
    return;
  }
  RecordEntity(draft, *entity, part->relation(), FromProto(part->detect_time()));
}

}  // namespace

absl::Status DecideRegister(Draft& draft, const OpenRegister& act) {
  if (!draft.state().standing_register()) {
    const v1::Entity* entity = draft.context().directory.FindEntity(act.entity);
    record::v1::Event event = draft.NewEvent();
    record::v1::RegisterOpened* body = event.mutable_register_opened();
    body->set_id(act.id);
    body->set_uid(act.uid);
    body->set_title(absl::StrCat("Standing duties of ",
                                 entity == nullptr ? "the government" : entity->title()));
    body->set_state(kState);
    body->set_entity(act.entity);
    body->set_policy(draft.context().policy.Name());
    draft.Record(std::move(event));
    if (entity != nullptr) {
      RecordEntity(draft, *entity, v1::IncidentEntity::RELATION_ORIGIN, draft.context().now);
    }
  } else {
    FollowDirectory(draft);
    if (draft.state().policy() != draft.context().policy.Name()) MoveToPolicy(draft);
  }
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
