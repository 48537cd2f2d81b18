// Acts that add to the record: details, facts, categories, entities, tickets.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/confidentiality.h"
#include "server/core/limits.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {

namespace {

// Who leads reads: of a restricted incident that makes a reader, which is a right of its own.
absl::Status CheckLead(const Draft& draft, const Caller& caller, const std::string& lead) {
  const Context& context = draft.context();
  const record::v1::IncidentState& state = draft.state();
  if (lead.empty()) return absl::OkStatus();
  const auto stands_in = [&](const google::protobuf::RepeatedPtrField<std::string>& list) {
    return std::find(list.begin(), list.end(), lead) != list.end();
  };
  if (stands_in(state.subjects())) {
    return InvalidField(
        "lead", absl::StrCat(state.id(), " is about ", lead, ", who is told nothing of it"));
  }
  if (!IsClosed(state)) return absl::OkStatus();
  Caller reader;
  reader.actor.set_principal(lead);
  reader.entity = context.directory.FindPerson(lead)->entity();
  if (MayRead(context.policy, context.directory, reader, state)) return absl::OkStatus();
  if (stands_in(state.barred_people())) {
    return InvalidField("lead", absl::StrCat(lead,
                                             " was removed as a reader; name them a reader "
                                             "again first"));
  }
  return RequireAct(context, caller, state, "NAME_READER");
}

}  // namespace

absl::Status DecideUpdate(Draft& draft, const Caller& caller,
                          const v1::UpdateIncidentRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "UPDATE_DETAILS"));
  if (act.update_mask().paths().empty()) {
    return InvalidField("update_mask", "names no field; use title, summary or lead");
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::DetailsChanged* body = event.mutable_details_changed();
  for (const std::string& path : act.update_mask().paths()) {
    if (path == "title") {
      BELFRY_RETURN_IF_ERROR(CheckNeeded("title", act.incident().title(), kTitleCharactersMax));
      body->set_title(FirstLine(act.incident().title(), kTitleCharactersMax));
    } else if (path == "summary") {
      BELFRY_RETURN_IF_ERROR(CheckText("summary", act.incident().summary(), kTextCharactersMax));
      body->set_summary(act.incident().summary());
    } else if (path == "lead") {
      const std::string& lead = act.incident().lead();
      if (!lead.empty() && context.directory.FindPerson(lead) == nullptr) {
        return InvalidField("lead", absl::StrCat("there is no ", lead, " in the directory"));
      }
      BELFRY_RETURN_IF_ERROR(CheckLead(draft, caller, lead));
      body->set_lead(lead);
    } else {
      return InvalidField("update_mask",
                          absl::StrCat("\"", path,
                                       "\" cannot be changed here; use title, summary "
                                       "or lead"));
    }
  }
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Status DecideFacts(Draft& draft, const Caller& caller,
                         const google::protobuf::RepeatedPtrField<v1::Fact>& facts) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "RECORD_FACTS"));
  if (facts.empty()) return InvalidField("facts", "is empty; give at least one, as name:value");
  BELFRY_RETURN_IF_ERROR(CheckFacts(draft, caller, facts));
  RecordFacts(draft, caller, facts);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideCategories(Draft& draft, const Caller& caller,
                              const v1::AssignCategoriesRequest& act) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "ASSIGN_CATEGORIES"));
  if (act.categories().empty()) return InvalidField("categories", "is empty; name at least one");
  BELFRY_RETURN_IF_ERROR(CheckCategories(draft.context().policy, act.categories()));
  if (draft.state().categories_size() + act.categories_size() > kCategoriesMax) {
    return InvalidField("categories", absl::StrCat("at most ", kCategoriesMax, " in all"));
  }
  RecordCategories(draft, act.categories());
  Reconcile(draft);
  return absl::OkStatus();
}

namespace {

// The new first awareness of an entity; an act of its own right. Earlier: deadlines move earlier.
// Later: they move away, so it takes a higher office and a reason.
absl::StatusOr<absl::Time> CorrectedDetection(const Draft& draft, const Caller& caller,
                                              const v1::AddEntityRequest& act,
                                              const record::v1::EntityPart& known) {
  const absl::Time before = FromProto(known.detect_time());
  const absl::Time given = FromProto(act.entity().detect_time());
  const bool later = given > before;
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(),
                                    later ? "POSTPONE_DETECTION" : "CORRECT_DETECTION",
                                    known.entity()));
  if (later) {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
    if (given > draft.context().now) {
      return InvalidField("entity.detect_time", "is in the future");
    }
    if (IsReporting(known) && given > FromProto(known.report_time())) {
      return InvalidField("entity.detect_time",
                          "lies after its report; nobody reports what nobody is aware of");
    }
  }
  return given;
}

}  // namespace

absl::Status DecideEntity(Draft& draft, const Caller& caller, const v1::AddEntityRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  const v1::Entity* entity = context.directory.FindEntity(act.entity().entity());
  const record::v1::EntityPart* known =
      entity == nullptr ? nullptr : FindPart(draft.state(), entity->name());
  const bool same_relation =
      known != nullptr && (act.entity().relation() == v1::IncidentEntity::RELATION_UNSPECIFIED ||
                           act.entity().relation() == known->relation());
  const bool corrects = same_relation && act.entity().has_detect_time();
  if (!corrects) BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "ADD_ENTITY"));
  if (entity == nullptr) {
    return InvalidField("entity.entity",
                        absl::StrCat("there is no ", act.entity().entity(), " in the directory"));
  }
  if (known == nullptr && act.entity().relation() == v1::IncidentEntity::RELATION_UNSPECIFIED) {
    return InvalidField("entity.relation", "is needed: AFFECTED or POTENTIAL");
  }
  if (known == nullptr && draft.state().entities_size() >= kEntitiesMax) {
    return InvalidField("entity", absl::StrCat("at most ", kEntitiesMax, " in one incident"));
  }
  if (corrects) {
    BELFRY_ASSIGN_OR_RETURN(const absl::Time detected,
                            CorrectedDetection(draft, caller, act, *known));
    if (detected == FromProto(known->detect_time())) return absl::OkStatus();
    RecordEntity(draft, *entity, known->relation(), detected, act.reason());
    Reconcile(draft);
    return absl::OkStatus();
  }
  if (same_relation) return absl::OkStatus();
  // Letting an agency out ends what it owes; that is not for those who owe it.
  if (known != nullptr && IsReporting(*known) &&
      act.entity().relation() == v1::IncidentEntity::RELATION_POTENTIAL) {
    BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "RELEASE_ENTITY"));
    BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  }
  // T0 of an entity drawn in later is its own detection or the time it was told, the earlier one;
  // one that was only possibly concerned becomes aware when it is found to be affected.
  const bool keeps = known != nullptr && IsReporting(*known);
  absl::Time detected = keeps ? FromProto(known->detect_time()) : context.now;
  if (act.entity().has_detect_time()) {
    detected = std::min(FromProto(act.entity().detect_time()), detected);
  }
  RecordEntity(draft, *entity, act.entity().relation(), detected);
  if (!keeps && IsReporting(*FindPart(draft.state(), entity->name()))) {
    policy::v1::RuleTrigger seen;
    seen.set_affected_entity(true);
    TakeByRule(draft, seen,
               absl::StrCat("affected as well: ", absl::StripPrefix(entity->name(), "entities/")));
  }
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideTicket(Draft& draft, const Caller& caller, const v1::LinkTicketRequest& act) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "LINK_TICKET"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("ticket.number", act.ticket().number(), kTicketCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText("ticket.system", act.ticket().system(), kTicketCharactersMax));
  const auto& tickets = draft.state().tickets();
  const bool known = std::any_of(tickets.begin(), tickets.end(), [&](const v1::Ticket& ticket) {
    return ticket.system() == act.ticket().system() && ticket.number() == act.ticket().number();
  });
  if (known) return absl::OkStatus();
  if (tickets.size() >= kTicketsMax) {
    return InvalidField("ticket", absl::StrCat("at most ", kTicketsMax, " in one incident"));
  }
  record::v1::Event event = draft.NewEvent();
  *event.mutable_ticket_linked()->mutable_ticket() = act.ticket();
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
