#include "server/core/record_checks.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/limits.h"
#include "server/core/recipients.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using policy::v1::FactDefinition;

template <typename Range>
bool Contains(const Range& range, absl::string_view value) {
  return std::any_of(range.begin(), range.end(),
                     [&](const std::string& item) { return item == value; });
}

absl::Status CheckFact(const Draft& draft, const Caller& caller, const v1::Fact& fact,
                       const std::string& path) {
  const Context& context = draft.context();
  const FactDefinition* definition = context.policy.FindFact(fact.name());
  if (definition == nullptr) {
    std::vector<std::string> names;
    for (const FactDefinition& known : context.policy.proto().facts())
      names.push_back(known.name());
    return InvalidField(path + ".name",
                        absl::StrCat("there is no question \"", fact.name(), "\"; ask one of ",
                                     absl::StrJoin(names, ", ")));
  }
  if (definition->number()) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(fact.value(), &number) || number < 0) {
      return InvalidField(path + ".value",
                          absl::StrCat(definition->name(), " is a whole number, zero or more"));
    }
  } else if (!definition->values().empty()) {
    std::vector<absl::string_view> given = {fact.value()};
    if (definition->multiple()) given = absl::StrSplit(fact.value(), ',');
    for (const absl::string_view one : given) {
      const absl::string_view value = absl::StripAsciiWhitespace(one);
      if (Contains(definition->values(), value)) continue;
      return InvalidField(path + ".value", absl::StrCat(definition->name(), " is one of ",
                                                        absl::StrJoin(definition->values(), ", "),
                                                        "; this is \"", value, "\""));
    }
  }
  BELFRY_RETURN_IF_ERROR(CheckNeeded(path + ".value", fact.value(), kFactCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText(path + ".reason", fact.reason(), kReasonCharactersMax));
  if (Contains(definition->reason_values(), fact.value()) && fact.reason().empty()) {
    return InvalidField(path + ".reason",
                        absl::StrCat(definition->name(), ":", fact.value(), " needs a reason"));
  }
  if (!fact.entity().empty() && definition->per_entity() && !draft.state().id().empty() &&
      FindPart(draft.state(), fact.entity()) == nullptr) {
    return InvalidField(path + ".entity",
                        absl::StrCat(fact.entity(), " has no part in ", draft.state().id()));
  }
  if (fact.has_known_time() && FromProto(fact.known_time()) > context.now + kFutureTolerance) {
    return InvalidField(path + ".known_time", "is in the future");
  }
  for (const policy::v1::ValueAuthors& authors : definition->value_authors()) {
    if (authors.value() != fact.value() || caller.internal) continue;
    BELFRY_RETURN_IF_ERROR(RequireRole(context, GrantsOn(context.directory, caller, draft.state()),
                                       authors.roles(),
                                       absl::StrCat("the answer ", fact.name(), ":", fact.value()),
                                       absl::StrJoin(definition->clauses(), ", ")));
  }
  if (!definition->author_roles().empty() && !caller.internal) {
    return RequireRole(context, GrantsOn(context.directory, caller, draft.state()),
                       definition->author_roles(), absl::StrCat("the answer to ", fact.name()),
                       absl::StrJoin(definition->clauses(), ", "));
  }
  return absl::OkStatus();
}

// Whose answer it is: nobody's in particular, unless the pack asks each entity.
std::string WhoseFact(const Draft& draft, const Caller& caller, const FactDefinition& definition,
                      const v1::Fact& given) {
  if (!definition.per_entity()) return "";
  if (!given.entity().empty()) return given.entity();
  return FindPart(draft.state(), caller.entity) != nullptr ? caller.entity : draft.state().entity();
}

}  // namespace

absl::Status UnknownSeverity(const PolicyIndex& policy, absl::string_view severity) {
  std::vector<std::string> codes;
  for (const auto& known : policy.proto().severities()) codes.push_back(known.code());
  return InvalidField("severity", absl::StrCat("is one of ", absl::StrJoin(codes, ", "),
                                               "; this is \"", severity, "\""));
}

absl::Status CheckCategories(const PolicyIndex& policy, const Categories& categories) {
  if (categories.size() > kCategoriesMax) {
    return InvalidField("categories", absl::StrCat("at most ", kCategoriesMax));
  }
  for (int i = 0; i < categories.size(); ++i) {
    const std::string path = absl::StrCat("categories[", i, "]");
    const policy::v1::Category* category = policy.FindCategory(categories.Get(i).category());
    if (category == nullptr) {
      std::vector<std::string> names;
      for (const auto& known : policy.proto().categories()) {
        names.push_back(absl::StrCat(known.code(), " ", known.title()));
      }
      return InvalidField(path + ".category",
                          absl::StrCat("there is no category \"", categories.Get(i).category(),
                                       "\"; it is one of ", absl::StrJoin(names, ", ")));
    }
    for (const std::string& code : categories.Get(i).sub_values()) {
      const bool known = category->sub_values().empty() ||
                         std::any_of(category->sub_values().begin(), category->sub_values().end(),
                                     [&](const auto& value) { return value.code() == code; });
      if (known) continue;
      std::vector<std::string> codes;
      for (const auto& value : category->sub_values()) codes.push_back(value.code());
      return InvalidField(path + ".sub_values",
                          absl::StrCat(category->code(), " takes ", absl::StrJoin(codes, ", "),
                                       "; this is \"", code, "\""));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFacts(const Draft& draft, const Caller& caller, const Facts& facts) {
  if (facts.size() > kFactsPerRequestMax) {
    return InvalidField("facts", absl::StrCat("at most ", kFactsPerRequestMax, " in one request"));
  }
  for (int i = 0; i < facts.size(); ++i) {
    BELFRY_RETURN_IF_ERROR(CheckFact(draft, caller, facts.Get(i), absl::StrCat("facts[", i, "]")));
  }
  return absl::OkStatus();
}

bool Restricts(const PolicyIndex& policy, const Categories& categories) {
  return std::any_of(categories.begin(), categories.end(),
                     [&](const v1::CategoryAssignment& assigned) {
                       const auto* category = policy.FindCategory(assigned.category());
                       return category != nullptr && category->restricted();
                     });
}

void RecordCategories(Draft& draft, const Categories& categories) {
  record::v1::Event event = draft.NewEvent();
  record::v1::CategoriesAssigned* body = event.mutable_categories_assigned();
  for (const v1::CategoryAssignment& assigned : categories) {
    v1::CategoryAssignment fresh = assigned;
    *fresh.mutable_assign_time() = event.time();
    fresh.set_category(draft.context().policy.FindCategory(assigned.category())->code());
    const auto& current = draft.state().categories();
    const bool known =
        std::any_of(current.begin(), current.end(), [&](const v1::CategoryAssignment& existing) {
          return existing.category() == fresh.category() &&
                 std::all_of(fresh.sub_values().begin(), fresh.sub_values().end(),
                             [&](const std::string& code) {
                               return Contains(existing.sub_values(), code);
                             });
        });
    if (!known) *body->add_categories() = std::move(fresh);
  }
  if (body->categories().empty()) return;
  draft.Record(std::move(event));
  if (!draft.state().restricted() && Restricts(draft.context().policy, categories)) {
    record::v1::Event closed = draft.NewEvent();
    closed.mutable_details_changed()->set_restricted(true);
    closed.mutable_details_changed()->set_tlp(kRestrictedTlp);
    draft.Record(std::move(closed));
  }
}

void RecordFacts(Draft& draft, const Caller& caller, const Facts& facts) {
  for (const v1::Fact& given : facts) {
    const FactDefinition* definition = draft.context().policy.FindFact(given.name());
    const std::string entity = WhoseFact(draft, caller, *definition, given);
    const std::optional<std::string> previous =
        FactValue(draft.state(), definition->name(), entity);
    if (previous == given.value()) continue;
    record::v1::Event event = draft.NewEvent();
    record::v1::FactRecorded* body = event.mutable_fact_recorded();
    v1::Fact& fact = *body->mutable_fact();
    fact = given;
    fact.set_name(definition->name());
    fact.set_entity(entity);
    *fact.mutable_record_time() = event.time();
    const absl::Time known =
        given.has_known_time() ? FromProto(given.known_time()) : draft.context().now;
    *fact.mutable_known_time() = ToProto(std::min(known, draft.context().now));
    fact.set_author(draft.actor().principal());
    body->set_previous(previous.value_or(""));
    for (const std::string& clause : definition->clauses()) event.add_clauses(clause);
    draft.Record(std::move(event));
  }
}

void RecordEntity(Draft& draft, const v1::Entity& entity, v1::IncidentEntity::Relation relation,
                  absl::Time detected, absl::string_view reason) {
  const Context& context = draft.context();
  record::v1::Event event = draft.NewEvent();
  record::v1::EntityAdded* body = event.mutable_entity_added();
  record::v1::EntityPart* part = body->mutable_part();
  part->set_entity(entity.name());
  part->set_title(entity.title());
  part->set_secretariat(entity.secretariat());
  part->set_executive_department(entity.executive_department());
  part->set_network_member(entity.network_member());
  // Whoever is on the network is bound, also those who would only be encouraged.
  part->set_voluntary(entity.binding() == v1::Entity::BINDING_VOLUNTARY &&
                      !entity.network_member());
  part->set_relation(relation);
  *part->mutable_detect_time() = ToProto(detected);
  const record::v1::EntityPart* known = FindPart(draft.state(), entity.name());
  *part->mutable_add_time() = known == nullptr ? event.time() : known->add_time();
  if (known != nullptr && known->relation() == relation) {
    if (FromProto(known->detect_time()) == detected) {
      draft.Record(std::move(event));  // the directory says more of it now
      return;
    }
    body->set_reason(std::string(reason));
    *body->mutable_previous_detect_time() = known->detect_time();
    AddPermissionClauses(draft, "CORRECT_DETECTION", event);
  } else if (const auto* notice = context.policy.InvolvementNoticeFor(RelationName(relation));
             notice != nullptr) {
    *body->mutable_told_roles() = notice->roles();
    for (std::string& person :
         PeopleHolding(context, draft.state(), notice->roles(), entity.name())) {
      body->add_told_people(std::move(person));
    }
    for (const std::string& clause : notice->clauses()) event.add_clauses(clause);
  }
  if (IsReporting(*part)) {
    *part->mutable_report_time() =
        known != nullptr && IsReporting(*known) ? known->report_time() : event.time();
  }
  draft.Record(std::move(event));
}

void SetRecheck(const Draft& draft, record::v1::Acknowledged& body) {
  const PolicyIndex& policy = draft.context().policy;
  const int windows = policy.proto().escalation().ack_recheck_windows();
  const auto* pace = policy.PaceFor(draft.state().severity());
  if (windows <= 0 || pace == nullptr) return;
  *body.mutable_recheck() = ToProto(FromProto(pace->ack_window()) * windows);
}

void AddPermissionClauses(const Draft& draft, absl::string_view act, record::v1::Event& event) {
  const policy::v1::Permission* permission = draft.context().policy.FindPermission(act);
  if (permission == nullptr) return;
  for (const std::string& clause : permission->clauses()) event.add_clauses(clause);
}

std::string Remedy(const record::v1::IncidentState& state, absl::string_view remedy) {
  return absl::StrReplaceAll(remedy, {{"{incident}", state.id()}});
}

}  // namespace belfry::core
