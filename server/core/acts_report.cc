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
#include "server/core/confidentiality.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

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
  for (const std::string& clause : context.policy.proto().escalation().clauses()) {
    event.add_clauses(clause);
  }
  draft.Record(std::move(event));
}

bool IsThirdParty(const v1::Entity& entity) {
  return entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
         entity.kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL;
}

// The third party that reports, when it is one (POL-2.6).
const v1::Entity* ReportingThirdParty(const Context& context, const Caller& caller) {
  const v1::Entity* own = context.directory.FindEntity(caller.entity);
  return own != nullptr && IsThirdParty(*own) ? own : nullptr;
}

absl::Status CheckPeople(const Context& context, const Roles& people, const char* field) {
  if (people.size() > kPeopleMax) {
    return InvalidField(field, absl::StrCat("at most ", kPeopleMax));
  }
  for (int i = 0; i < people.size(); ++i) {
    if (context.directory.FindPerson(people.Get(i)) == nullptr) {
      return InvalidField(absl::StrCat(field, "[", i, "]"),
                          absl::StrCat("there is no ", people.Get(i), " in the directory"));
    }
  }
  return absl::OkStatus();
}

// Further entities that are concerned from the start.
absl::Status CheckOthers(const Context& context, const v1::CreateIncidentRequest& request) {
  if (request.other_entities_size() >= kEntitiesMax) {
    return InvalidField("other_entities", absl::StrCat("at most ", kEntitiesMax - 1));
  }
  for (int i = 0; i < request.other_entities_size(); ++i) {
    const v1::IncidentEntity& other = request.other_entities(i);
    const std::string path = absl::StrCat("other_entities[", i, "]");
    if (context.directory.FindEntity(other.entity()) == nullptr) {
      return InvalidField(path + ".entity",
                          absl::StrCat("there is no ", other.entity(), " in the directory"));
    }
    if (other.relation() == v1::IncidentEntity::RELATION_UNSPECIFIED) {
      return InvalidField(path + ".relation", "is needed: AFFECTED, POTENTIAL or THIRD_PARTY");
    }
    if (other.has_detect_time() &&
        FromProto(other.detect_time()) > context.now + kFutureTolerance) {
      return InvalidField(path + ".detect_time", "is in the future");
    }
  }
  return absl::OkStatus();
}

// Whoever names people could find out who is in the directory, or keep an incident from those who
// should hear of it.
absl::Status CheckGuestReport(const Caller& caller, const v1::CreateIncidentRequest& request) {
  if (!IsGuest(caller)) return absl::OkStatus();
  const char* field = !request.subjects().empty()         ? "subjects"
                      : !request.readers().empty()        ? "readers"
                      : !request.other_entities().empty() ? "other_entities"
                                                          : nullptr;
  if (field == nullptr) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACCOUNT_NOT_LINKED",
                      absl::StrCat(field,
                                   ": is not for a chat account that is linked to nobody; "
                                   "leave it out, or `link` the account first"))
      .Field(field, "leave it out, or link the account first")
      .Build();
}

}  // namespace

absl::Status DecideReport(Draft& draft, const Caller& caller, const Report& act) {
  const Context& context = draft.context();
  const v1::CreateIncidentRequest& request = act.request;

  BELFRY_RETURN_IF_ERROR(CheckGuestReport(caller, request));
  BELFRY_RETURN_IF_ERROR(CheckText("title", request.title(), kTitleCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText("summary", request.summary(), kTextCharactersMax));
  std::string title = FirstLine(request.title(), kTitleCharactersMax);
  if (title.empty()) title = FirstLine(request.summary(), kTitleCharactersMax);
  if (title.empty()) {
    return InvalidField("title", "is needed: say in a few words what was seen");
  }
  const v1::Entity* third_party = ReportingThirdParty(context, caller);
  std::string entity_name = request.entity();
  if (entity_name.empty() && third_party == nullptr) entity_name = caller.entity;
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
  if (IsThirdParty(*entity)) {
    return InvalidField("entity", absl::StrCat(entity_name,
                                               " is a third party; name the agency that it "
                                               "concerns"));
  }
  BELFRY_RETURN_IF_ERROR(CheckOthers(context, request));
  BELFRY_RETURN_IF_ERROR(CheckPeople(context, request.subjects(), "subjects"));
  BELFRY_RETURN_IF_ERROR(CheckPeople(context, request.readers(), "readers"));
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
  // A report may ask for a worse severity than the policy's first one; a milder one is for those
  // who may lower it.
  const std::string& first = context.policy.proto().initial_severity();
  const bool worse =
      !request.severity().empty() &&
      context.policy.SeverityRank(request.severity()) < context.policy.SeverityRank(first);
  body->set_severity(worse ? request.severity() : first);
  if (worse) body->set_requested_severity(request.severity());
  body->set_entity(entity_name);
  const bool restricted = request.restricted() || Restricts(context.policy, request.categories());
  body->set_restricted(restricted);
  body->set_tlp(restricted ? kRestrictedTlp : InitialTlp(context.policy));
  body->set_drill(request.drill());
  body->set_policy(context.policy.Name());
  if (initial != nullptr) body->set_sets_clock(initial->sets_clock());
  *body->mutable_subjects() = request.subjects();
  std::sort(body->mutable_subjects()->begin(), body->mutable_subjects()->end());
  *body->mutable_readers() = request.readers();
  draft.Record(std::move(event));
  // What a third party knew, the agency did not: the report is its first awareness.
  RecordEntity(draft, *entity, v1::IncidentEntity::RELATION_ORIGIN,
               third_party == nullptr ? detected : context.now);
  if (third_party != nullptr) {
    RecordEntity(draft, *third_party, v1::IncidentEntity::RELATION_THIRD_PARTY, detected);
  }
  for (const v1::IncidentEntity& other : request.other_entities()) {
    if (FindPart(draft.state(), other.entity()) != nullptr) continue;
    RecordEntity(draft, *context.directory.FindEntity(other.entity()), other.relation(),
                 other.has_detect_time() ? std::min(FromProto(other.detect_time()), context.now)
                                         : context.now);
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "OPEN"));

  RecordCategories(draft, request.categories());
  RecordFacts(draft, caller, request.facts());
  Reconcile(draft);
  AcknowledgeByReporting(draft, caller);
  return absl::OkStatus();
}

}  // namespace belfry::core
