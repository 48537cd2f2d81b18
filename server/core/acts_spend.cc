// Spending requests against what an entity has pre-authorised (POL-3.21). Nothing but the duty to
// decide looks at them: technical work never waits for money.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/limits.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using v1::SpendRequest;

bool Reports(const record::v1::IncidentState& state, absl::string_view entity) {
  const record::v1::EntityPart* part = FindPart(state, entity);
  return part != nullptr && IsReporting(*part);
}

// What of the entity's limit this incident has not used up.
int64_t LeftOf(const record::v1::IncidentState& state, absl::string_view entity, int64_t limit) {
  int64_t left = limit;
  for (const SpendRequest& request : state.spend_requests()) {
    if (request.entity() == entity && request.state() == SpendRequest::STATE_AUTO_APPROVED) {
      left -= request.amount_cents();
    }
  }
  // A limit that was lowered meanwhile takes nothing back.
  return std::max<int64_t>(left, 0);
}

absl::Status CheckRequest(const Draft& draft, const v1::RequestSpendRequest& act) {
  BELFRY_RETURN_IF_ERROR(CheckNeeded("purpose", act.purpose(), kTitleCharactersMax));
  if (act.amount_cents() <= 0 || act.amount_cents() > kCostCentsMax) {
    return InvalidField("amount_cents",
                        absl::StrCat("is a whole number of cents, from 1 to ", kCostCentsMax));
  }
  if (draft.state().spend_requests_size() >= kSpendRequestsMax) {
    return InvalidField(
        "name", absl::StrCat("at most ", kSpendRequestsMax, " spending requests in one incident"));
  }
  return absl::OkStatus();
}

bool HasEnded(const Draft& draft) {
  const policy::v1::State* state = draft.context().policy.FindState(draft.state().state());
  return state != nullptr && state->terminal();
}

absl::Status Ended(const Draft& draft, absl::string_view remedy) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "INCIDENT_ENDED",
                      absl::StrCat(draft.state().id(), " is ", draft.state().state(), "; ", remedy))
      .Build();
}

}  // namespace

absl::Status DecideSpendRequest(Draft& draft, const Caller& caller,
                                const v1::RequestSpendRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "REQUEST_SPEND"));
  BELFRY_RETURN_IF_ERROR(CheckRequest(draft, act));
  std::string entity = act.entity();
  if (entity.empty()) {
    entity = Reports(draft.state(), caller.entity) ? caller.entity : draft.state().entity();
  }
  if (draft.state().standing_register() || !Reports(draft.state(), entity)) {
    return InvalidField("entity", absl::StrCat(entity, " does not report ", draft.state().id(),
                                               ", so that it pays nothing for it"));
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "REQUEST_SPEND", entity));
  if (HasEnded(draft)) return Ended(draft, "ask in an incident that goes on");
  const v1::Entity* known = context.directory.FindEntity(entity);
  const int64_t limit = known == nullptr ? 0 : known->preauthorized_spend_cents();
  const int64_t left = LeftOf(draft.state(), entity, limit);

  record::v1::Event event = draft.NewEvent();
  record::v1::SpendRequested* body = event.mutable_spend_requested();
  body->set_limit_cents(limit);
  SpendRequest& request = *body->mutable_request();
  request.set_number(draft.state().spend_requests_size() + 1);
  request.set_entity(entity);
  request.set_amount_cents(act.amount_cents());
  request.set_purpose(act.purpose());
  request.set_requester(caller.actor.principal());
  request.set_state(act.amount_cents() <= left ? SpendRequest::STATE_AUTO_APPROVED
                                               : SpendRequest::STATE_PENDING);
  request.set_left_cents(left);
  *request.mutable_request_time() = event.time();
  AddPermissionClauses(draft, "REQUEST_SPEND", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideSpend(Draft& draft, const Caller& caller, const v1::DecideSpendRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "APPROVE_SPEND"));
  if (act.number() < 1 || act.number() > draft.state().spend_requests_size()) {
    return InvalidField("number", absl::StrCat(draft.state().id(), " has no spending request ",
                                               act.number(), "; `costs` lists them"));
  }
  const SpendRequest& request = draft.state().spend_requests(act.number() - 1);
  BELFRY_RETURN_IF_ERROR(
      RequireAct(context, caller, draft.state(), "APPROVE_SPEND", request.entity()));
  if (act.approve()) {
    BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  } else {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  }
  if (request.state() != SpendRequest::STATE_PENDING) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "ALREADY_DECIDED",
               absl::StrCat("spending request ", act.number(), " is ",
                            SpendRequest::State_Name(request.state()).substr(sizeof("STATE_") - 1),
                            "; what has changed since is a new request"))
        .Build();
  }
  // What was pending when the incident was merged went along.
  if (HasEnded(draft) && !draft.state().parent().empty()) {
    return Ended(draft, absl::StrCat("decide it in ", draft.state().parent()));
  }
  if (request.requester() == caller.actor.principal()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
                        "whoever asked for money must not approve it; somebody else has to")
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::SpendDecided* body = event.mutable_spend_decided();
  body->set_number(act.number());
  body->set_approved(act.approve());
  body->set_reason(act.reason());
  body->add_told_people(request.requester());
  AddPermissionClauses(draft, "APPROVE_SPEND", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
