#include "tests/properties/checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"

namespace belfry::properties {

void Findings::Fail(int property, absl::string_view tag, std::string text) {
  for (const Failure& known : failures_) {
    if (known.tag == tag) return;
  }
  failures_.push_back({property, std::string(tag), std::move(text)});
}

void Findings::Saw(absl::string_view what, int64_t times) { seen_[std::string(what)] += times; }

void Findings::Merge(const Findings& other) {
  for (const Failure& failure : other.failures_) Fail(failure.property, failure.tag, failure.text);
  for (const auto& [what, times] : other.seen_) seen_[what] += times;
}

std::vector<std::unique_ptr<Checker>> MakeCheckers(Findings& findings, int property) {
  using Maker = std::unique_ptr<Checker> (*)(Findings&);
  constexpr Maker kMakers[] = {
      MakeFollowUpChecker, MakeDailyStatusChecker,  MakeLawEnforcementChecker,
      MakeFusionChecker,   MakeOfficialsChecker,    MakeRemovalChecker,
      MakeWaiverChecker,   MakeDeadlineChecker,     MakeLetterChecker,
      MakeLabelChecker,    MakeRecordChecker,       MakeReplayChecker,
      MakeAdvisoryChecker, MakeIndependenceChecker, MakeClauseChecker,
      MakeRowChecker,      MakeTickChecker,         MakeSubjectChecker,
      MakeEndChecker};
  std::vector<std::unique_ptr<Checker>> checkers;
  for (const Maker& make : kMakers) {
    std::unique_ptr<Checker> checker = make(findings);
    if (property == 0 || checker->property() == property) checkers.push_back(std::move(checker));
  }
  return checkers;
}

const char* PropertyTitle(int property) {
  static constexpr const char* kTitles[kProperties] = {
      "one FOLLOWUP-24H per reporting entity, due T0 + 86,400 s",
      "DAILY-STATUS on the grid T0 + 24 h k, while ongoing, for reporting entities",
      "no law enforcement through Belfry before ITD and counsel, unless excepted; any outside "
      "contact is recordable",
      "FUSION exactly when public safety has been POSSIBLE or YES",
      "a notice to CCIO and CSO has two deliveries and a sender that is the SCIO or ITD",
      "no return to the network without a covering clean scan; whole subnets go",
      "H, CRIM, FUSION, OLC-REFER, 93H and WAN duties are never waived",
      "a raise never moves a deadline later, a lowering moves none",
      "a resident letter tells neither nature nor number, a filing tells both",
      "a message is labelled as strictly as its parts; RED is in no channel",
      "the record is only appended to (the hash chain is not built yet)",
      "folding the record gives the same state; a second tick does nothing",
      "what a voluntary entity owes is advisory and climbs no higher than its SCIO",
      "what is found about personal information removes no other duty",
      "every duty event and notice cites a clause",
      "no duty row disappears or changes its identity; final states are final; late stays late",
      "after a tick nothing is due any more",
      "nothing is told to the people it is about",
      "nothing hard or statutory is open in a dismissed, merged or closed incident",
      "ticks at any granularity give the same duties, deadlines and outcomes"};
  return property >= 1 && property <= kProperties ? kTitles[property - 1] : "";
}

bool Owes(v1::IncidentEntity::Relation relation) {
  return relation == v1::IncidentEntity::RELATION_ORIGIN ||
         relation == v1::IncidentEntity::RELATION_AFFECTED;
}

bool Owes(const EntityPart& part) { return Owes(part.relation()); }

bool IsOpenState(v1::Obligation::State state) {
  return state == v1::Obligation::STATE_PENDING || state == v1::Obligation::STATE_OVERDUE;
}

const EntityPart* PartOf(const IncidentState& state, absl::string_view entity) {
  for (const EntityPart& part : state.entities()) {
    if (part.entity() == entity) return &part;
  }
  return nullptr;
}

const ObligationRow* RowOf(const IncidentState& state, absl::string_view instance) {
  for (const ObligationRow& row : state.obligations()) {
    if (row.instance() == instance) return &row;
  }
  return nullptr;
}

bool IsMember(absl::string_view value, std::initializer_list<absl::string_view> of) {
  return std::find(of.begin(), of.end(), value) != of.end();
}

bool IsOngoing(absl::string_view state) {
  return IsMember(state,
                  {"REPORTED", "TRIAGE", "DECLARED", "CONTAINED", "ERADICATED", "RECOVERING"});
}

bool Holds(const v1::Directory& directory, absl::string_view person, absl::string_view scope,
           std::initializer_list<absl::string_view> roles) {
  std::string secretariat;
  for (const v1::Entity& entity : directory.entities()) {
    if (entity.name() == scope) secretariat = entity.secretariat();
  }
  return std::any_of(directory.role_assignments().begin(), directory.role_assignments().end(),
                     [&](const v1::RoleAssignment& held) {
                       return held.person() == person && IsMember(held.role(), roles) &&
                              (held.scope().empty() || held.scope() == scope ||
                               (!secretariat.empty() && held.scope() == secretariat));
                     });
}

std::string When(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E*S", time, absl::UTCTimeZone());
}

std::string RowText(const ObligationRow& row) {
  return absl::StrCat(row.instance(), " {", row.subject(), " #", row.number(), " ",
                      v1::Obligation::State_Name(row.state()).substr(6), " clock ",
                      When(FromProto(row.clock_start())), " due ",
                      row.has_due_time() ? When(FromProto(row.due_time())) : "never", " cycle ",
                      row.cycle(), "}");
}

void Awareness::Put(int slot, const std::string& entity, absl::Time detected,
                    v1::IncidentEntity::Relation relation) {
  auto& known = known_[static_cast<size_t>(slot)];
  const auto found = known.find(entity);
  const bool owes = Owes(relation);
  if (found == known.end()) {
    known[entity] = {detected, relation, owes, owes};
    return;
  }
  Known& one = found->second;
  // Who starts to owe starts anew; nothing is moved by that.
  if (((owes && one.owes) || relation == one.relation) && detected != one.detected) {
    shifts_[static_cast<size_t>(slot)][entity] = detected - one.detected;
  }
  one = {detected, relation, owes, one.ever_owed || owes};
}

// Somebody drawn in, found to take another part, or whose first awareness is corrected.
void Awareness::SeeEntity(const Moment& moment, const v1::IncidentEntity& given) {
  const auto& known = known_[static_cast<size_t>(moment.slot)];
  const auto found = known.find(given.entity());
  const absl::Time told =
      given.has_detect_time() ? std::min(FromProto(given.detect_time()), moment.now) : moment.now;
  if (found == known.end()) {
    Put(moment.slot, given.entity(), told, given.relation());
    return;
  }
  const Known& one = found->second;
  if (given.relation() == v1::IncidentEntity::RELATION_UNSPECIFIED ||
      given.relation() == one.relation) {
    // A correction, to an earlier time or to a later one.
    if (given.has_detect_time()) Put(moment.slot, given.entity(), told, one.relation);
    return;
  }
  // Who owes already was aware already; who turns out to be affected becomes aware by this.
  Put(moment.slot, given.entity(), one.owes ? std::min(told, one.detected) : told,
      given.relation());
}

void Awareness::See(const Moment& moment) {
  auto& known = known_[static_cast<size_t>(moment.slot)];
  shifts_[static_cast<size_t>(moment.slot)].clear();
  if (const auto* report = std::get_if<core::Report>(&moment.command->act)) {
    const v1::CreateIncidentRequest& request = report->request;
    const std::string& reporter = moment.command->caller.entity;
    bool third_party = false;
    for (const v1::Entity& entity : moment.directory().entities()) {
      third_party |=
          entity.name() == reporter && (entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
                                        entity.kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL);
    }
    const absl::Time given = request.has_detect_time()
                                 ? std::min(FromProto(request.detect_time()), moment.now)
                                 : moment.now;
    // What a third party knew, the agency did not.
    Put(moment.slot, request.entity(), third_party ? moment.now : given,
        v1::IncidentEntity::RELATION_ORIGIN);
    if (third_party) {
      Put(moment.slot, reporter, given, v1::IncidentEntity::RELATION_THIRD_PARTY);
    }
    for (const v1::IncidentEntity& other : request.other_entities()) {
      if (known.count(other.entity()) == 0) SeeEntity(moment, other);
    }
  } else if (const auto* add = std::get_if<v1::AddEntityRequest>(&moment.command->act)) {
    SeeEntity(moment, add->entity());
  } else if (const auto* absorb = std::get_if<core::Absorb>(&moment.command->act)) {
    for (const EntityPart& part : absorb->from->entities()) {
      const auto found = known.find(part.entity());
      const absl::Time detected = FromProto(part.detect_time());
      if (found == known.end()) {
        Put(moment.slot, part.entity(), detected, part.relation());
      } else {
        const bool keeps = found->second.owes || !Owes(part);
        Put(moment.slot, part.entity(), std::min(detected, found->second.detected),
            keeps ? found->second.relation : part.relation());
      }
    }
    // What an entity owed there before it was found to be hit by nothing comes with it.
    for (const ObligationRow& row : absorb->from->obligations()) {
      const auto found = known.find(row.subject());
      if (found != known.end()) found->second.ever_owed = true;
    }
  } else if (const auto* verb = std::get_if<v1::TransitionIncidentRequest>(&moment.command->act)) {
    // New facts: new clocks, from when they were known.
    if (verb->verb() == "reopen" && moment.before->state() == "CLOSED" &&
        moment.after->state() != "CLOSED") {
      absl::Time since = moment.now;
      for (const v1::Fact& fact : verb->facts()) {
        if (fact.has_known_time()) since = std::min(since, FromProto(fact.known_time()));
      }
      for (auto& [entity, one] : known) one.detected = since;
    }
  }
}

}  // namespace belfry::properties
