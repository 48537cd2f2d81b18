// Cost lines, in whole cents, and whether they are reasonable (POL-3.24).
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/claim.h"
#include "server/core/limits.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {

absl::Status DecideCost(Draft& draft, const Caller& caller, const v1::RecordCostRequest& act) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "RECORD_COST"));
  const v1::CostLine& given = act.cost();
  BELFRY_RETURN_IF_ERROR(CheckNeeded("cost.description", given.description(), kTitleCharactersMax));
  if (given.amount_cents() <= 0 || given.amount_cents() > kCostCentsMax) {
    return InvalidField("cost.amount_cents",
                        absl::StrCat("is a whole number of cents, from 1 to ", kCostCentsMax));
  }
  if (draft.state().costs_size() >= kCostsMax) {
    return InvalidField("cost", absl::StrCat("at most ", kCostsMax, " lines in one incident"));
  }
  const std::string entity = given.entity().empty() ? draft.state().entity() : given.entity();
  if (FindPart(draft.state(), entity) == nullptr) {
    return InvalidField("cost.entity",
                        absl::StrCat(entity, " has no part in ", draft.state().id()));
  }
  if (given.self_help()) {
    BELFRY_RETURN_IF_ERROR(RequireSelfHelp(draft, "have costs of self-help"));
  }
  record::v1::Event event = draft.NewEvent();
  v1::CostLine& cost = *event.mutable_cost_recorded()->mutable_cost();
  cost.set_number(draft.state().costs_size() + 1);
  cost.set_description(given.description());
  cost.set_amount_cents(given.amount_cents());
  cost.set_entity(entity);
  cost.set_self_help(given.self_help());
  cost.set_assessment(v1::CostLine::ASSESSMENT_OPEN);
  cost.set_recorded_by(caller.actor.principal());
  *cost.mutable_record_time() = event.time();
  AddPermissionClauses(draft, "RECORD_COST", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideAssessment(Draft& draft, const Caller& caller,
                              const v1::AssessCostRequest& act) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "ASSESS_COST"));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  if (act.number() < 1 || act.number() > draft.state().costs_size()) {
    return InvalidField("number", absl::StrCat(draft.state().id(), " has no cost line ",
                                               act.number(), "; `costs` lists them"));
  }
  if (act.assessment() != v1::CostLine::ASSESSMENT_REASONABLE &&
      act.assessment() != v1::CostLine::ASSESSMENT_NOT_REASONABLE &&
      act.assessment() != v1::CostLine::ASSESSMENT_WRITTEN_OFF) {
    return InvalidField("assessment", "is REASONABLE, NOT_REASONABLE or WRITTEN_OFF");
  }
  // Money is judged by somebody else than the one who spent it.
  if (draft.state().costs(act.number() - 1).recorded_by() == caller.actor.principal()) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
                        "whoever recorded a cost must not assess it; somebody else has to")
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::CostAssessed* body = event.mutable_cost_assessed();
  body->set_number(act.number());
  body->set_assessment(act.assessment());
  body->set_reason(act.reason());
  AddPermissionClauses(draft, "RECORD_COST", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
