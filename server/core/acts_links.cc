// Incidents that are parts of one another, and incidents that are the same.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/confidentiality.h"
#include "server/core/guards.h"
#include "server/core/limits.h"
#include "server/core/network.h"
#include "server/core/obligation_sources.h"
#include "server/core/obligations.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

// The transition by which this incident goes on in another one; null when the state has none.
const policy::v1::Transition* MergeTransition(const Draft& draft) {
  for (const policy::v1::Transition& transition : draft.context().policy.proto().transitions()) {
    const auto& from = transition.from();
    if (transition.merges() &&
        std::find(from.begin(), from.end(), draft.state().state()) != from.end()) {
      return &transition;
    }
  }
  return nullptr;
}

// What is still owed goes on in the other incident, once.
void LeaveDuties(Draft& draft, const std::string& parent) {
  std::vector<record::v1::ObligationRow> rows;
  for (const record::v1::ObligationRow& row : draft.state().obligations()) {
    if (IsOpen(row) || row.state() == v1::Obligation::STATE_HELD) rows.push_back(row);
  }
  for (const record::v1::ObligationRow& row : rows) {
    const auto* rule = draft.context().policy.FindObligation(row.code());
    // The record that somebody asked for stays where it is.
    if (rule == nullptr || AsksForRecord(*rule)) continue;
    Settle(draft, *rule, row.instance(), v1::Obligation::STATE_VOID,
           absl::StrCat("moved to ", parent));
  }
}

// Whom the absorbed incident is about, who may read it and who was told of it. What was kept from
// somebody stays so: a subject of either hears nothing of both, and whoever was told of an open
// incident is no named reader of a restricted one.
void TakeOverSecrecy(const record::v1::IncidentState& into, const record::v1::IncidentState& from,
                     record::v1::Absorbed& body) {
  *body.mutable_subjects() = from.subjects();
  *body.mutable_readers() = from.readers();
  // What was closed before stays what it was: nothing of it stands in any chat to be taken back.
  body.set_restricted(IsClosed(from) && !IsClosed(into));
  if (IsClosed(from)) body.set_tlp(kRestrictedTlp);
  if (IsClosed(into) && !IsClosed(from)) return;
  const auto is_subject = [](const record::v1::IncidentState& state, const std::string& person) {
    const auto& subjects = state.subjects();
    return std::find(subjects.begin(), subjects.end(), person) != subjects.end();
  };
  for (const std::string& person : from.told_people()) {
    if (!is_subject(into, person) && !is_subject(from, person)) body.add_told_people(person);
  }
}

}  // namespace

absl::Status NoSuchParent(absl::string_view parent) {
  return InvalidField("parent",
                      absl::StrCat("there is no incident ", parent, ", or none that you may see"));
}

absl::Status CheckLinkTarget(const Context& context, const Caller& caller, absl::string_view parent,
                             const record::v1::IncidentState& target) {
  if (!MayRead(context.policy, context.directory, caller, target)) return NoSuchParent(parent);
  const policy::v1::State* state = context.policy.FindState(target.state());
  if (state != nullptr && state->terminal()) {
    return InvalidField("parent",
                        absl::StrCat(target.id(), " is ", target.state(), "; it takes nothing in"));
  }
  if (!target.parent().empty()) {
    return InvalidField("parent", absl::StrCat(target.id(), " is itself a part of ",
                                               target.parent(), "; use that one"));
  }
  return absl::OkStatus();
}

// Nobody may find in an open incident which closed one it belongs to. One that is merged goes the
// way of the stricter of the two; one that only becomes a part would go on telling.
absl::Status KeepApart(Draft& draft, const v1::LinkIncidentRequest& act, bool target_closed) {
  const bool closed = IsClosed(draft.state());
  if (act.merge()) {
    if (closed || !target_closed) return absl::OkStatus();
    record::v1::Event event = draft.NewEvent();
    event.mutable_details_changed()->set_restricted(true);
    event.mutable_details_changed()->set_tlp(kRestrictedTlp);
    draft.Record(std::move(event));
    return absl::OkStatus();
  }
  if (closed == target_closed) return absl::OkStatus();
  return InvalidField("parent",
                      "an incident for named readers and an open one are kept apart; change the "
                      "label of one of them first, or merge them");
}

absl::Status DecideLink(Draft& draft, const Caller& caller, const v1::LinkIncidentRequest& act,
                        bool target_closed) {
  const Context& context = draft.context();
  const policy::v1::Transition* merge = act.merge() ? MergeTransition(draft) : nullptr;
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(),
                                    !act.merge()       ? "LINK"
                                    : merge == nullptr ? "MERGE"
                                                       : merge->act()));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  if (act.parent() == absl::StrCat("incidents/", draft.state().id())) {
    return InvalidField("parent", "is the incident itself");
  }
  if (!draft.state().parent().empty()) {
    return InvalidField("parent",
                        absl::StrCat("it is a part of ", draft.state().parent(), " already"));
  }
  if (!draft.state().children().empty()) {
    return InvalidField(
        "name", absl::StrCat(draft.state().id(), " has parts of its own; link those instead"));
  }
  if (act.merge()) {
    const policy::v1::Transition* transition = merge;
    if (transition == nullptr) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED",
                          absl::StrCat(draft.state().id(), " is ", draft.state().state(),
                                       "; it cannot be merged any more"))
          .Build();
    }
    BELFRY_RETURN_IF_ERROR(RequireGuards(draft, transition->guards(), transition->verb()));
    BELFRY_RETURN_IF_ERROR(KeepApart(draft, act, target_closed));
    record::v1::Event event = draft.NewEvent();
    record::v1::StateChanged* body = event.mutable_state_changed();
    body->set_transition(transition->id());
    body->set_from(draft.state().state());
    body->set_to(transition->to());
    body->set_verb(transition->verb());
    body->set_done(transition->done());
    body->set_reason(act.reason());
    body->set_tell_everyone(transition->tell_everyone());
    for (const std::string& clause : transition->clauses()) event.add_clauses(clause);
    draft.Record(std::move(event));
  }
  if (!act.merge()) BELFRY_RETURN_IF_ERROR(KeepApart(draft, act, target_closed));
  record::v1::Event event = draft.NewEvent();
  event.mutable_linked()->set_parent(act.parent());
  draft.Record(std::move(event));
  Reconcile(draft);  // the merger itself may satisfy some
  if (act.merge()) LeaveDuties(draft, act.parent());
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideAdoption(Draft& draft, const AdoptChild& act) {
  record::v1::Event event = draft.NewEvent();
  event.mutable_linked()->set_child(act.child);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

// A duty that a spending request raised: it comes with the request, not on its own.
bool IsOfSpendRequest(const policy::v1::Obligation& rule) {
  return std::any_of(rule.sources().begin(), rule.sources().end(),
                     [](const policy::v1::Source& source) { return source.has_spend(); });
}

// Somebody still waits for an answer to these; what was decided stays where it was spent.
void AddPendingRequests(const Draft& draft, const record::v1::IncidentState& from,
                        record::v1::Absorbed& body) {
  int number = draft.state().spend_requests_size();
  for (const v1::SpendRequest& request : from.spend_requests()) {
    if (request.state() != v1::SpendRequest::STATE_PENDING) continue;
    *body.add_spend_requests() = request;
    body.mutable_spend_requests(body.spend_requests_size() - 1)->set_number(++number);
  }
}

// Of two records of a device the newer counts, with what was ever found on it. True when one is
// infected that was not here.
bool AddDevices(const Draft& draft, const record::v1::IncidentState& from,
                record::v1::Absorbed& body) {
  bool infection = false;
  for (const v1::Device& device : from.devices()) {
    v1::Device& merged = *body.add_devices();
    merged = device;
    const v1::Device* own = FindDevice(draft.state(), device.entity(), device.device());
    if (own != nullptr && FromProto(own->update_time()) > FromProto(device.update_time())) {
      merged = *own;
      KeepHistory(device, merged);
    } else if (own != nullptr) {
      KeepHistory(*own, merged);
    }
    infection |= IsInfected(merged.status()) && (own == nullptr || !IsInfected(own->status()));
  }
  return infection;
}

// The open duty that asks for a decision about the reinfection; null when it was decided.
const record::v1::ObligationRow* AskedAbout(const PolicyIndex& policy,
                                            const record::v1::IncidentState& from,
                                            const record::v1::Occurrence& reinfection) {
  for (const record::v1::ObligationRow& row : from.obligations()) {
    const auto* rule = IsOpen(row) ? policy.FindObligation(row.code()) : nullptr;
    if (rule == nullptr) continue;
    for (const policy::v1::Source& source : rule->sources()) {
      const std::string name = absl::StrCat(source.key(), ":", reinfection.event_version());
      const auto& sources = row.sources();
      if (source.has_reinfection() &&
          std::find(sources.begin(), sources.end(), name) != sources.end()) {
        return &row;
      }
    }
  }
  return nullptr;
}

// Reinfections that nobody has decided about are asked about here, from when they happened. Gives
// the duties that they raised there, which do not move as well.
std::set<std::string> AddReinfections(const Draft& draft, const record::v1::IncidentState& from,
                                      record::v1::Absorbed& body) {
  std::set<std::string> raised;
  for (const record::v1::Occurrence& reinfection : from.reinfections()) {
    const auto* row = AskedAbout(draft.context().policy, from, reinfection);
    if (row == nullptr) continue;
    raised.insert(row->instance());
    record::v1::Occurrence& moved = *body.add_reinfections();
    moved = reinfection;
    moved.set_event_version(draft.state().version() + 1);
  }
  return raised;
}

// Each entity keeps the earlier of its two first awarenesses; what is answered here stays.
absl::Status DecideAbsorption(Draft& draft, const Absorb& act) {
  record::v1::Event event = draft.NewEvent();
  record::v1::Absorbed* body = event.mutable_absorbed();
  body->set_from(absl::StrCat("incidents/", act.from->id()));
  for (const record::v1::EntityPart& part : act.from->entities()) {
    record::v1::EntityPart merged = part;
    if (const auto* known = FindPart(draft.state(), part.entity()); known != nullptr) {
      merged = *known;
      if (FromProto(part.detect_time()) < FromProto(known->detect_time())) {
        *merged.mutable_detect_time() = part.detect_time();
      }
      if (!IsReporting(*known) && IsReporting(part)) {
        merged.set_relation(part.relation());
        *merged.mutable_report_time() = part.report_time();
      }
    }
    *body->add_entities() = std::move(merged);
  }
  for (const v1::Fact& fact : act.from->facts()) {
    // Of two answers the newer one counts.
    const v1::Fact* known = FindFact(draft.state(), fact.name(), fact.entity());
    if (known == nullptr || FromProto(known->known_time()) < FromProto(fact.known_time())) {
      *body->add_facts() = fact;
    }
  }
  *body->mutable_categories() = act.from->categories();
  policy::v1::RuleTrigger seen;
  seen.set_infection(AddDevices(draft, *act.from, *body));
  const std::set<std::string> raised = AddReinfections(draft, *act.from, *body);
  seen.set_reinfection(!raised.empty());
  // Duties that this one has as well are owed once; others move here with their clocks.
  for (const record::v1::ObligationRow& row : act.from->obligations()) {
    // What was done there is not owed again here.
    if (!(IsOpen(row) || IsSatisfied(row)) || raised.count(row.instance()) > 0) continue;
    const bool known =
        std::any_of(draft.state().obligations().begin(), draft.state().obligations().end(),
                    [&](const record::v1::ObligationRow& own) {
                      return own.code() == row.code() && own.subject() == row.subject() &&
                             own.number() == row.number();
                    });
    if (known || FindObligation(draft.state(), row.instance()) != nullptr) continue;
    // Reported under another pack: what this one's pack does not know, nobody could settle here.
    const auto* rule = draft.context().policy.FindObligation(row.code());
    if (rule == nullptr || IsOfSpendRequest(*rule) || AsksForRecord(*rule)) continue;
    record::v1::ObligationRow& moved = *body->add_obligations();
    moved = row;
    // Events are numbered within their incident: what raised it there must not pass for something
    // here.
    for (std::string& source : *moved.mutable_sources()) {
      if (IsOccurrence(source)) absl::StrAppend(&source, "@", act.from->id());
    }
  }
  AddPendingRequests(draft, *act.from, *body);
  TakeOverSecrecy(draft.state(), *act.from, *body);
  std::vector<std::string> affected;
  for (const record::v1::EntityPart& part : body->entities()) {
    const auto* known = FindPart(draft.state(), part.entity());
    if (IsReporting(part) && (known == nullptr || !IsReporting(*known))) {
      affected.emplace_back(absl::StripPrefix(part.entity(), "entities/"));
    }
  }
  draft.Record(std::move(event));
  seen.set_affected_entity(!affected.empty());
  TakeByRule(draft, seen,
             affected.empty() ? absl::StrCat("an infection came with ", act.from->id())
                              : absl::StrCat("affected as well: ", absl::StrJoin(affected, ", ")));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideParentSatisfied(Draft& draft, const ParentSatisfied& act) {
  std::vector<record::v1::ObligationRow> rows;
  for (const record::v1::ObligationRow& row : draft.state().obligations()) {
    if (IsOpen(row) &&
        std::find(act.codes.begin(), act.codes.end(), row.code()) != act.codes.end()) {
      rows.push_back(row);
    }
  }
  for (const record::v1::ObligationRow& row : rows) Satisfy(draft, row);
  Reconcile(draft);
  return absl::OkStatus();
}

std::vector<FollowUp> FollowUps(const PolicyIndex& policy,
                                const std::shared_ptr<const record::v1::IncidentState>& before,
                                const record::v1::IncidentState& after,
                                const std::vector<record::v1::Event>& events) {
  std::vector<FollowUp> result;
  std::set<std::string> codes;
  bool merged = false;
  for (const record::v1::Event& event : events) {
    if (event.has_state_changed() && event.state_changed().to() != event.state_changed().from()) {
      for (const policy::v1::Transition& transition : policy.proto().transitions()) {
        merged |= transition.merges() && transition.id() == event.state_changed().transition();
      }
    }
    if (event.has_linked() && !event.linked().parent().empty()) {
      const std::string parent(absl::StripPrefix(event.linked().parent(), "incidents/"));
      if (merged) {
        result.push_back({parent, Absorb{before}});
      } else {
        result.push_back({parent, AdoptChild{absl::StrCat("incidents/", after.id())}});
      }
    }
    if (event.has_devices_recorded()) AddDeviceNotes(after, event, result);
    if (event.has_obligation_settled()) {
      const auto* row = FindObligation(after, event.obligation_settled().instance());
      const auto* rule = row == nullptr ? nullptr : policy.FindObligation(row->code());
      if (rule != nullptr && rule->parent_satisfies() && IsSatisfied(*row)) {
        codes.insert(row->code());
      }
    }
  }
  if (!codes.empty()) {
    for (const std::string& child : after.children()) {
      result.push_back({std::string(absl::StripPrefix(child, "incidents/")),
                        ParentSatisfied{{codes.begin(), codes.end()}}});
    }
  }
  return result;
}

}  // namespace belfry::core
