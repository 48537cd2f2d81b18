#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/base/tlp.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/compartment.h"
#include "server/core/confidentiality.h"
#include "server/core/escalation.h"
#include "server/core/limits.h"
#include "server/core/recipients.h"
#include "server/core/record_checks.h"
#include "server/core/rooms.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using record::v1::IncidentState;

template <typename List>
bool Contains(const List& list, absl::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

Sight SightOfPerson(const Context& context, const v1::Person& person, const IncidentState& state) {
  Caller reader;
  reader.actor.set_principal(person.name());
  reader.entity = person.entity();
  return SightOf(context.policy, context.directory, reader, state);
}

absl::StatusOr<const v1::Person*> FindPerson(const Context& context, const std::string& name) {
  const v1::Person* person = context.directory.FindPerson(name);
  if (person == nullptr) {
    return InvalidField("person", absl::StrCat("there is no ", name, " in the directory"));
  }
  return person;
}

absl::Status Full(absl::string_view what) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TOO_MANY",
                      absl::StrCat("at most ", kPeopleMax, " ", what, " of one incident"))
      .Build();
}

// Standing duties belong to the entity; nothing of them is kept from its people.
absl::Status CheckIsIncident(const IncidentState& state) {
  if (!state.standing_register()) return absl::OkStatus();
  return InvalidField("name", absl::StrCat(state.id(),
                                           " is a register of standing duties, which "
                                           "has no label and no readers of its own"));
}

// Would anybody be left who knows of it by name?
bool SomebodyElseIsNamed(const IncidentState& state, const std::string& person) {
  const auto counts = [&](const std::string& one) {
    return !one.empty() && one != person && !Contains(state.barred_people(), one) &&
           !Contains(state.subjects(), one);
  };
  return counts(state.reporter()) || counts(state.lead()) ||
         std::any_of(state.readers().begin(), state.readers().end(), counts);
}

void RecordReader(Draft& draft, const std::string& person, const std::string& reason,
                  absl::string_view act) {
  record::v1::Event event = draft.NewEvent();
  event.mutable_reader_named()->set_person(person);
  event.mutable_reader_named()->set_reason(reason);
  AddPermissionClauses(draft, act, event);
  draft.Record(std::move(event));
}

// Whose page or acknowledgement was theirs alone goes on to the next.
void PageOthers(Draft& draft, const std::vector<std::string>& entities) {
  for (const std::string& entity : entities) {
    const record::v1::Chain* chain = FindChain(draft.state(), entity);
    if (chain == nullptr || chain->state() != v1::EscalationChain::STATE_NOTIFIED) continue;
    PageAgain(draft, entity);
  }
}

}  // namespace

absl::Status DecideNameReader(Draft& draft, const Caller& caller,
                              const v1::NameReaderRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "NAME_READER"));
  BELFRY_RETURN_IF_ERROR(CheckIsIncident(draft.state()));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(FindPerson(context, act.person()).status());
  if (Contains(draft.state().subjects(), act.person())) {
    return InvalidField("person", absl::StrCat(draft.state().id(), " is about ", act.person(),
                                               ", who is told nothing of it"));
  }
  if (Contains(draft.state().readers(), act.person())) return absl::OkStatus();
  if (draft.state().readers_size() >= kPeopleMax) return Full("named readers");
  RecordReader(draft, act.person(), act.reason(), "NAME_READER");
  return absl::OkStatus();
}

absl::Status DecideRemoveReader(Draft& draft, const Caller& caller,
                                const v1::RemoveReaderRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "REMOVE_READER"));
  BELFRY_RETURN_IF_ERROR(CheckIsIncident(draft.state()));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const v1::Person* person, FindPerson(context, act.person()));
  const bool reads = Contains(draft.state().readers(), act.person()) ||
                     (IsClosed(draft.state()) &&
                      SightOfPerson(context, *person, draft.state()) != Sight::kNothing);
  if (!reads) {
    return InvalidField("person",
                        absl::StrCat(act.person(), " is no reader of ", draft.state().id()));
  }
  if (IsClosed(draft.state()) && !SomebodyElseIsNamed(draft.state(), act.person())) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "LAST_READER",
                        absl::StrCat("nobody would be left who may read ", draft.state().id(),
                                     "; name another reader first"))
        .Build();
  }
  const std::vector<std::string> chains = ChainsThatWaitFor(draft.state(), act.person());
  const auto rooms = RoomsWith(draft.state(), act.person());
  record::v1::Event event = draft.NewEvent();
  event.mutable_reader_removed()->set_person(act.person());
  event.mutable_reader_removed()->set_reason(act.reason());
  AddPermissionClauses(draft, "REMOVE_READER", event);
  draft.Record(std::move(event));
  if (!IsClosed(draft.state())) return absl::OkStatus();
  LeaveRooms(draft, rooms, act.person());
  PageOthers(draft, chains);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideNameSubject(Draft& draft, const Caller& caller,
                               const v1::NameSubjectRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "NAME_SUBJECT"));
  BELFRY_RETURN_IF_ERROR(CheckIsIncident(draft.state()));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(FindPerson(context, act.person()).status());
  if (Contains(draft.state().subjects(), act.person())) return absl::OkStatus();
  if (draft.state().subjects_size() >= kPeopleMax) return Full("subjects");
  if (IsClosed(draft.state()) && !SomebodyElseIsNamed(draft.state(), act.person())) {
    // Whoever says so must know of it, or nobody would.
    RecordReader(draft, caller.actor.principal(), act.reason(), "NAME_SUBJECT");
  }
  const std::vector<std::string> chains = ChainsThatWaitFor(draft.state(), act.person());
  const auto rooms = RoomsWith(draft.state(), act.person());
  record::v1::Event event = draft.NewEvent();
  event.mutable_subject_named()->add_people(act.person());
  event.mutable_subject_named()->set_reason(act.reason());
  AddPermissionClauses(draft, "NAME_SUBJECT", event);
  draft.Record(std::move(event));
  LeaveRooms(draft, rooms, act.person());
  PageOthers(draft, chains);
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideTlp(Draft& draft, const Caller& caller, const v1::ChangeTlpRequest& act) {
  const Context& context = draft.context();
  const absl::StatusOr<std::string> label = ReadTlp("tlp", act.tlp());
  const std::string from = draft.state().tlp();
  const bool raises = !label.ok() || !IsStricterThan(from, *label);
  const char* const right = raises ? "RAISE_TLP" : "LOWER_TLP";
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), right));
  BELFRY_RETURN_IF_ERROR(CheckIsIncident(draft.state()));
  BELFRY_RETURN_IF_ERROR(label.status());
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  if (*label == from) return absl::OkStatus();
  if (!raises && IsClosed(draft.state()) && Restricts(context.policy, draft.state().categories())) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "STAYS_RESTRICTED",
                        absl::StrCat("an incident of this category is for named readers; ",
                                     draft.state().id(), " stays ", from))
        .Violation(absl::StrJoin(context.policy.proto().confidentiality().clauses(), ", "),
                   "categories", "are for named readers")
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::TlpChanged* body = event.mutable_tlp_changed();
  body->set_from(from);
  body->set_to(*label);
  body->set_reason(act.reason());
  body->set_restricted(*label == kRestrictedTlp);
  AddPermissionClauses(draft, right, event);
  draft.Record(std::move(event));
  // Whoever closes it goes on knowing of it.
  if (IsClosed(draft.state()) &&
      SightOf(context.policy, context.directory, caller, draft.state()) == Sight::kNothing) {
    RecordReader(draft, caller.actor.principal(), act.reason(), right);
  }
  return absl::OkStatus();
}

bool MayBreakGlass(const Context& context, const Caller& caller, const IncidentState& state) {
  const std::string& principal = caller.actor.principal();
  if (caller.system || IsGuest(caller) || !IsClosed(state)) return false;
  if (!context.policy.proto().confidentiality().has_glass_good_for()) return false;
  if (Contains(state.subjects(), principal) || Contains(state.barred_people(), principal)) {
    return false;
  }
  return RequireAct(context, caller, state, "BREAK_GLASS").ok();
}

absl::Status DecideBreakGlass(Draft& draft, const Caller& caller,
                              const v1::BreakGlassRequest& act) {
  const Context& context = draft.context();
  const IncidentState& state = draft.state();
  if (MayRead(context.policy, context.directory, caller, state)) {
    // Whoever has broken it may do so again before its time is over.
    const bool by_glass =
        std::any_of(state.glasses().begin(), state.glasses().end(),
                    [&](const auto& glass) { return glass.person() == caller.actor.principal(); });
    if (!by_glass) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "ALREADY_READABLE",
                          absl::StrCat("you may read ", state.id(), "; there is no glass to break"))
          .Build();
    }
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, state, "BREAK_GLASS"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  const policy::v1::Confidentiality& rules = context.policy.proto().confidentiality();
  record::v1::Event event = draft.NewEvent();
  record::v1::GlassBroken* body = event.mutable_glass_broken();
  body->set_person(caller.actor.principal());
  body->set_reason(act.reason());
  *body->mutable_until_time() = ToProto(context.now + FromProto(rules.glass_good_for()));
  std::set<std::string> told(state.readers().begin(), state.readers().end());
  told.insert(state.reporter());
  told.insert(state.lead());
  for (const std::string& role : rules.glass_told_roles()) {
    // Not only those who are named: that they are not is why it was broken.
    for (const v1::Person* holder : context.directory.HoldersOf(role, state.entity())) {
      told.insert(holder->name());
    }
  }
  for (const std::string& person : told) {
    if (person == caller.actor.principal() || Contains(state.subjects(), person) ||
        Contains(state.barred_people(), person) ||
        context.directory.FindPerson(person) == nullptr) {
      continue;
    }
    body->add_told_people(person);
  }
  AddPermissionClauses(draft, "BREAK_GLASS", event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Time NextGlassClosing(const IncidentState& state) {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& glass : state.glasses()) next = std::min(next, FromProto(glass.until_time()));
  return next;
}

void CloseGlasses(Draft& draft, absl::Time due) {
  const auto glasses = draft.state().glasses();
  for (const record::v1::BrokenGlass& glass : glasses) {
    if (FromProto(glass.until_time()) > due) continue;
    record::v1::Event event = draft.NewEvent();
    event.mutable_glass_closed()->set_person(glass.person());
    draft.RecordDue(std::move(event), FromProto(glass.until_time()));
  }
}

}  // namespace belfry::core
