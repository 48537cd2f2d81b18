#include "server/measures/duty.h"

#include "absl/strings/match.h"
#include "server/base/proto_time.h"
#include "server/core/state_util.h"
#include "server/measures/distribution.h"

namespace belfry::measures {
namespace {

using policy::v1::Role;
using record::v1::IncidentState;
using record::v1::ObligationRow;
using v1::Obligation;

Role::Scope ScopeOfFirstOwner(const core::PolicyIndex& policy, const ObligationRow& row) {
  const policy::v1::Obligation* rule = policy.FindObligation(row.code());
  if (rule == nullptr || rule->owner_roles().empty()) return Role::SCOPE_ENTITY;
  const Role* role = policy.FindRole(rule->owner_roles(0));
  return role == nullptr ? Role::SCOPE_ENTITY : role->scope();
}

absl::string_view SecretariatOf(const IncidentState& state, absl::string_view entity) {
  const record::v1::EntityPart* part = core::FindPart(state, entity);
  return part == nullptr ? absl::string_view() : absl::string_view(part->secretariat());
}

}  // namespace

Judgement Judge(const ObligationRow& row, absl::Time now) {
  const auto after_deadline = [&](absl::Time time) {
    return row.has_due_time() ? absl::ToInt64Milliseconds(time - FromProto(row.due_time())) : 0;
  };
  switch (row.state()) {
    case Obligation::STATE_SATISFIED:
      return {Outcome::kInTime, 0};
    case Obligation::STATE_SATISFIED_LATE:
      return {Outcome::kLate, after_deadline(FromProto(row.settle_time()))};
    case Obligation::STATE_MISSED:
      return {Outcome::kMissed, 0};
    case Obligation::STATE_HELD:
      return {Outcome::kHeld, 0};
    case Obligation::STATE_VOID:
      return {Outcome::kVoid, 0};
    case Obligation::STATE_WAIVED:
      return {Outcome::kWaived, 0};
    case Obligation::STATE_NOT_APPLICABLE:
      return {Outcome::kNotApplicable, 0};
    default:
      break;
  }
  const bool passed = row.has_due_time() && FromProto(row.due_time()) < now;
  if (passed || row.state() == Obligation::STATE_OVERDUE) {
    return {Outcome::kOverdue, after_deadline(now)};
  }
  return {Outcome::kPending, 0};
}

std::string FallsOn(const core::PolicyIndex& policy, const IncidentState& state,
                    const ObligationRow& row) {
  const Role::Scope scope = ScopeOfFirstOwner(policy, row);
  if (scope == Role::SCOPE_GLOBAL) return kCentral;
  if (!row.subject().empty()) return row.subject();
  if (scope == Role::SCOPE_SECRETARIAT) {
    const absl::string_view secretariat = SecretariatOf(state, state.entity());
    if (!secretariat.empty()) return std::string(secretariat);
  }
  return state.entity();
}

bool IsWithin(const IncidentState& state, absl::string_view owner, absl::string_view scope) {
  if (scope.empty() || owner == scope) return true;
  return absl::StartsWith(scope, "secretariats/") && SecretariatOf(state, owner) == scope;
}

void DutyTally::Add(const Judgement& judgement) {
  v1::DutyFigures& f = figures_;
  f.set_arose_count(f.arose_count() + 1);
  switch (judgement.outcome) {
    case Outcome::kInTime:
      f.set_in_time_count(f.in_time_count() + 1);
      break;
    case Outcome::kLate:
      f.set_late_count(f.late_count() + 1);
      late_.push_back(judgement.late_ms);
      break;
    case Outcome::kMissed:
      f.set_missed_count(f.missed_count() + 1);
      break;
    case Outcome::kOverdue:
      f.set_overdue_count(f.overdue_count() + 1);
      overdue_.push_back(judgement.late_ms);
      break;
    case Outcome::kPending:
      f.set_pending_count(f.pending_count() + 1);
      break;
    case Outcome::kHeld:
      f.set_held_count(f.held_count() + 1);
      break;
    case Outcome::kVoid:
      f.set_void_count(f.void_count() + 1);
      break;
    case Outcome::kWaived:
      f.set_waived_count(f.waived_count() + 1);
      break;
    case Outcome::kNotApplicable:
      f.set_not_applicable_count(f.not_applicable_count() + 1);
      break;
  }
}

v1::DutyFigures DutyTally::Figures(absl::string_view key) const {
  v1::DutyFigures figures = figures_;
  figures.set_key(std::string(key));
  *figures.mutable_lateness() = Describe(late_, TimeBounds());
  *figures.mutable_overdue() = Describe(overdue_, TimeBounds());
  return figures;
}

}  // namespace belfry::measures
