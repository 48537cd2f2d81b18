// The report that opens an incident.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

// Default label: known to the organisation only, until somebody decides otherwise.
constexpr char kDefaultTlp[] = "TLP:AMBER+STRICT";
constexpr char kRestrictedTlp[] = "TLP:RED";

// A reporter who is on the ladder knows of it: the report is the acknowledgement of that level.
void AcknowledgeByReporting(Draft& draft, const Caller& caller) {
  const Context& context = draft.context();
  const std::string entity = draft.state().entity();
  const auto grants = GrantsFor(context.directory, caller, entity);
  const int level = LevelOf(context.policy, grants);
  const record::v1::Chain* chain = FindChain(draft.state(), entity);
  if (chain == nullptr || level < chain->level()) return;
  record::v1::Event event = draft.NewEvent();
  record::v1::Acknowledged* body = event.mutable_acknowledged();
  body->set_person(caller.actor.principal());
  for (const auto& grant : grants) *body->add_grants() = grant;
  body->add_chains(entity);
  body->set_level(level);
  SetRecheck(draft, *body);
  draft.Record(std::move(event));
}

}  // namespace

absl::Status DecideReport(Draft& draft, const Caller& caller, const Report& act) {
  const Context& context = draft.context();
  const v1::CreateIncidentRequest& request = act.request;

  BELFRY_RETURN_IF_ERROR(CheckText("title", request.title(), kTitleCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText("summary", request.summary(), kTextCharactersMax));
  std::string title = FirstLine(request.title(), kTitleCharactersMax);
  if (title.empty()) title = FirstLine(request.summary(), kTitleCharactersMax);
  if (title.empty()) {
    return InvalidField("title", "is needed: say in a few words what was seen");
  }
  const std::string& entity_name = request.entity().empty() ? caller.entity : request.entity();
  if (entity_name.empty()) {
    return InvalidField("entity", "is needed: which agency is concerned, as in agency:DOP");
  }
  const v1::Entity* entity = context.directory.FindEntity(entity_name);
  if (entity == nullptr) {
    return InvalidField("entity", absl::StrCat("there is no ", entity_name, " in the directory"));
  }
  if (caller.system && !caller.entity.empty() && caller.entity != entity_name) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                        absl::StrCat("this system reports for ", caller.entity, " only"))
        .Build();
  }
  absl::Time detected = context.now;
  if (request.has_detect_time()) {
    detected = FromProto(request.detect_time());
    if (detected > context.now + kFutureTolerance) {
      return InvalidField("detect_time", "is in the future; leave it out for now");
    }
    detected = std::min(detected, context.now);
  }
  if (!request.severity().empty() && context.policy.SeverityRank(request.severity()) < 0) {
    return UnknownSeverity(context.policy, request.severity());
  }
  BELFRY_RETURN_IF_ERROR(CheckCategories(context.policy, request.categories()));
  BELFRY_RETURN_IF_ERROR(CheckFacts(draft, caller, request.facts()));

  // Rights last: they are asked about an incident that concerns this entity.
  const policy::v1::State* initial =
      context.policy.FindState(context.policy.proto().initial_state());
  record::v1::Event event = draft.NewEvent();
  record::v1::IncidentReported* body = event.mutable_incident_reported();
  body->set_id(act.id);
  body->set_uid(act.uid);
  body->set_title(title);
  body->set_summary(request.summary());
  body->set_state(context.policy.proto().initial_state());
  body->set_severity(request.severity().empty() ? context.policy.proto().initial_severity()
                                                : request.severity());
  body->set_requested_severity(request.severity());
  body->set_entity(entity_name);
  body->set_restricted(request.restricted());
  body->set_tlp(request.restricted() ? kRestrictedTlp : kDefaultTlp);
  body->set_drill(request.drill());
  body->set_policy(context.policy.Name());
  if (initial != nullptr) body->set_sets_clock(initial->sets_clock());
  draft.Record(std::move(event));
  RecordEntity(draft, *entity, v1::IncidentEntity::RELATION_ORIGIN, detected);
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "OPEN"));

  RecordCategories(draft, request.categories());
  RecordFacts(draft, request.facts());
  Reconcile(draft);
  AcknowledgeByReporting(draft, caller);
  return absl::OkStatus();
}

}  // namespace belfry::core
