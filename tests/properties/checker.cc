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

bool Owes(const EntityPart& part) {
  return part.relation() == v1::IncidentEntity::RELATION_ORIGIN ||
         part.relation() == v1::IncidentEntity::RELATION_AFFECTED;
}

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

void Awareness::Add(int slot, const std::string& entity, absl::Time detected, bool owes) {
  auto& known = known_[static_cast<size_t>(slot)];
  const auto found = known.find(entity);
  if (found == known.end()) {
    known[entity] = {detected, owes, owes};
    return;
  }
  if (detected < found->second.detected) {
    found->second.detected = detected;
    corrected_[static_cast<size_t>(slot)].insert(entity);
  }
  found->second.owes = owes;
  found->second.ever_owed |= owes;
}

void Awareness::See(const Moment& moment) {
  auto& known = known_[static_cast<size_t>(moment.slot)];
  corrected_[static_cast<size_t>(moment.slot)].clear();
  const auto owes = [](v1::IncidentEntity::Relation relation) {
    return relation == v1::IncidentEntity::RELATION_ORIGIN ||
           relation == v1::IncidentEntity::RELATION_AFFECTED;
  };
  const auto given = [&](const auto& request) {
    return request.has_detect_time() ? std::min(FromProto(request.detect_time()), moment.now)
                                     : moment.now;
  };
  if (const auto* report = std::get_if<core::Report>(&moment.command->act)) {
    const v1::CreateIncidentRequest& request = report->request;
    const std::string& reporter = moment.command->caller.entity;
    bool third_party = false;
    for (const v1::Entity& entity : moment.directory().entities()) {
      third_party |=
          entity.name() == reporter && (entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
                                        entity.kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL);
    }
    // What a third party knew, the agency did not.
    Add(moment.slot, request.entity(), third_party ? moment.now : given(request), true);
    if (third_party) Add(moment.slot, reporter, given(request), false);
    for (const v1::IncidentEntity& other : request.other_entities()) {
      if (known.count(other.entity()) > 0) continue;
      Add(moment.slot, other.entity(), given(other), owes(other.relation()));
    }
  } else if (const auto* add = std::get_if<v1::AddEntityRequest>(&moment.command->act)) {
    Add(moment.slot, add->entity().entity(), given(add->entity()), owes(add->entity().relation()));
  } else if (const auto* absorb = std::get_if<core::Absorb>(&moment.command->act)) {
    for (const EntityPart& part : absorb->from->entities()) {
      const auto found = known.find(part.entity());
      const bool owed = found != known.end() && found->second.owes;
      Add(moment.slot, part.entity(), FromProto(part.detect_time()), owed || Owes(part));
    }
    // What an entity owed there before it was found to be hit by nothing comes with it.
    for (const ObligationRow& row : absorb->from->obligations()) {
      const auto found = known.find(row.subject());
      if (found != known.end()) found->second.ever_owed = true;
    }
  } else if (const auto* verb = std::get_if<v1::TransitionIncidentRequest>(&moment.command->act)) {
    // New facts: new clocks.
    if (verb->verb() == "reopen" && moment.before->state() == "CLOSED" &&
        moment.after->state() != "CLOSED") {
      for (auto& [entity, one] : known) one.detected = moment.now;
    }
  }
}

}  // namespace belfry::properties
