#include "server/core/policy/lint_directory.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/directory.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Role;
using policy::v1::Satisfaction;
using Words = google::protobuf::RepeatedPtrField<std::string>;

// Names shown before "and N more".
constexpr size_t kNamesMax = 8;

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsThirdParty(const v1::Entity& entity) {
  return entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
         entity.kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL;
}

std::string Listed(const std::vector<std::string>& names) {
  if (names.size() <= kNamesMax) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kNamesMax, ", "), " and ",
                      names.size() - kNamesMax, " more");
}

class DirectoryLinter {
 public:
  DirectoryLinter(const PolicyIndex& policy, const Directory& directory)
      : policy_(policy), pack_(policy.proto()), directory_(directory) {
    for (const v1::Entity& entity : directory.proto().entities()) {
      // Whoever is on the network is bound, also those who would only be encouraged.
      const bool bound =
          entity.binding() != v1::Entity::BINDING_VOLUNTARY || entity.network_member();
      if (IsThirdParty(entity)) {
        third_parties_.push_back(entity.name());
      } else if (bound) {
        bound_.push_back(entity.name());
      }
    }
  }

  std::vector<Finding> Run() && {
    CheckRoles();
    CheckLadder();
    CheckRecipients();
    CheckDuties();
    return std::move(findings_);
  }

 private:
  void Warning(std::string path, std::string message) {
    findings_.push_back({0, std::move(path), std::move(message), true});
  }

  bool IsHeld(const std::string& role, const std::string& scope) const {
    return !directory_.HoldersOf(role, scope).empty();
  }
  bool AnyHeld(const Words& roles, const std::string& scope) const {
    return std::any_of(roles.begin(), roles.end(),
                       [&](const std::string& role) { return IsHeld(role, scope); });
  }

  // "PC (primary contact)"
  std::string Named(const std::string& code) const {
    const Role* role = policy_.FindRole(code);
    return role == nullptr || role->title().empty() ? code
                                                    : absl::StrCat(code, " (", role->title(), ")");
  }

  // A role that owes what third parties owe is theirs, not every entity's.
  bool IsOfThirdParties(const std::string& role) const {
    bool theirs = false;
    for (const Obligation& duty : pack_.obligations()) {
      if (!Contains(duty.owner_roles(), role)) continue;
      if (duty.parties() <= Obligation::PARTIES_REPORTING) return false;
      theirs = true;
    }
    return theirs;
  }

  // Where each role has to be held: the secretariat or the entity it stands for, or "".
  std::vector<std::string> PlacesOf(const Role& role) const {
    if (role.scope() == Role::SCOPE_GLOBAL) return {""};
    if (IsOfThirdParties(role.code())) return third_parties_;
    if (role.scope() == Role::SCOPE_ENTITY) return bound_;
    std::set<std::string> places;
    for (const std::string& name : bound_) {
      const std::string& secretariat = directory_.FindEntity(name)->secretariat();
      // Outside a secretariat the entity has its own.
      places.insert(secretariat.empty() ? name : secretariat);
    }
    return {places.begin(), places.end()};
  }

  void CheckRoles() {
    for (int i = 0; i < pack_.roles_size(); ++i) {
      const Role& role = pack_.roles(i);
      std::vector<std::string> missing;
      for (const std::string& place : PlacesOf(role)) {
        if (!IsHeld(role.code(), place)) missing.push_back(place);
      }
      if (missing.empty()) continue;
      const std::string where =
          role.scope() == Role::SCOPE_GLOBAL ? "" : absl::StrCat(" for ", Listed(missing));
      Warning(At("roles", i), absl::StrCat("nobody holds ", Named(role.code()), where,
                                           "; add role_assignments { role: \"", role.code(),
                                           "\" … } to the directory"));
    }
  }

  // People with this role anywhere.
  std::vector<const v1::RoleAssignment*> AssignmentsOf(const std::string& role) const {
    std::vector<const v1::RoleAssignment*> found;
    for (const v1::RoleAssignment& assignment : directory_.proto().role_assignments()) {
      if (assignment.role() == role) found.push_back(&assignment);
    }
    return found;
  }

  void CheckReachable(const Words& roles, const std::string& path) {
    for (int i = 0; i < roles.size(); ++i) {
      for (const v1::RoleAssignment* held : AssignmentsOf(roles.Get(i))) {
        const v1::Person* person = directory_.FindPerson(held->person());
        if (!person->contacts().empty() || !unreachable_.insert(person->name()).second) continue;
        Warning(At(path, i),
                absl::StrCat(person->name(), " is paged as ", Named(roles.Get(i)),
                             held->scope().empty() ? "" : absl::StrCat(" of ", held->scope()),
                             " and cannot be reached; add contacts { … } to the person"));
      }
    }
  }

  void CheckLadder() {
    const auto& ladder = pack_.escalation();
    for (int i = 0; i < ladder.levels_size(); ++i) {
      const std::string path = At("escalation.levels", i);
      CheckReachable(ladder.levels(i).roles(), path + ".roles");
      std::vector<std::string> silent;
      for (const std::string& entity : bound_) {
        if (!AnyHeld(ladder.levels(i).roles(), entity)) silent.push_back(entity);
      }
      if (silent.empty()) continue;
      Warning(path, absl::StrCat("nobody is on level ", ladder.levels(i).number(),
                                 " of the ladder for ", Listed(silent), "; assign one of ",
                                 absl::StrJoin(ladder.levels(i).roles(), ", ")));
    }
    CheckReachable(ladder.exhausted_roles(), "escalation.exhausted_roles");
    if (!AnyHeld(ladder.exhausted_roles(), "")) {
      Warning("escalation.exhausted_roles",
              absl::StrCat("nobody hears of a silent ladder; assign one of ",
                           absl::StrJoin(ladder.exhausted_roles(), ", ")));
    }
  }

  void CheckHeldSomewhere(const Words& roles, const std::string& path, const std::string& what) {
    for (int i = 0; i < roles.size(); ++i) {
      if (!AssignmentsOf(roles.Get(i)).empty()) continue;
      Warning(At(path, i), absl::StrCat(what, " reaches nobody as ", Named(roles.Get(i)),
                                        "; assign the role in the directory"));
    }
  }

  void CheckRecipients() {
    for (int i = 0; i < pack_.documents_size(); ++i) {
      CheckHeldSomewhere(pack_.documents(i).recipient_roles(),
                         At("documents", i) + ".recipient_roles",
                         absl::StrCat("the document ", pack_.documents(i).code()));
    }
    for (int i = 0; i < pack_.documents_size(); ++i) {
      CheckHeldSomewhere(pack_.documents(i).list_roles(), At("documents", i) + ".list_roles",
                         absl::StrCat("the document ", pack_.documents(i).code()));
    }
    for (int i = 0; i < pack_.obligations_size(); ++i) {
      CheckHeldSomewhere(pack_.obligations(i).recipient_roles(),
                         At("obligations", i) + ".recipient_roles",
                         absl::StrCat("what ", pack_.obligations(i).code(), " produces"));
    }
  }

  // ---- Duties ----

  bool SomebodyMay(const std::string& act, const std::string& place) const {
    const policy::v1::Permission* permission = policy_.FindPermission(act);
    if (permission == nullptr) return false;
    if (permission->anyone() || permission->systems()) return true;
    // Of an incident without a place everybody who takes part may do it.
    return AnyHeld(permission->roles(), place);
  }

  bool SomebodyEnters(const Words& states, const std::string& place) const {
    return std::any_of(states.begin(), states.end(), [&](const std::string& state) {
      return state == pack_.initial_state() ||
             std::any_of(pack_.transitions().begin(), pack_.transitions().end(),
                         [&](const auto& transition) {
                           return transition.to() == state && SomebodyMay(transition.act(), place);
                         });
    });
  }

  bool SomebodyAnswers(const Satisfaction::FactIs& way, const std::string& place) const {
    if (!SomebodyMay("RECORD_FACTS", place)) return false;
    const policy::v1::FactDefinition* fact = policy_.FindFact(way.name());
    return fact == nullptr || fact->author_roles().empty() || AnyHeld(fact->author_roles(), place);
  }

  bool CanBeDone(const Obligation& duty, const Satisfaction& way, const std::string& place) const {
    switch (way.kind_case()) {
      case Satisfaction::kTicket:
        return SomebodyMay("LINK_TICKET", place);
      case Satisfaction::kAcknowledgement:
        return AnyHeld(way.acknowledgement().roles(), place);
      case Satisfaction::kStateEntered:
        return SomebodyEnters(way.state_entered().state(), place);
      case Satisfaction::kDocument:
        return SomebodyMay(policy_.FindDocument(way.document().type())->act(), place);
      case Satisfaction::kNoticeDelivered: {
        const auto& notice = way.notice_delivered();
        const Words& senders =
            notice.sender_roles().empty() ? duty.owner_roles() : notice.sender_roles();
        return AnyHeld(senders, place) &&
               std::all_of(notice.roles().begin(), notice.roles().end(),
                           [&](const std::string& role) { return IsHeld(role, place); });
      }
      case Satisfaction::kDecision:
        return SomebodyMay(policy_.FindQuestion(way.decision().question())->act(), place);
      case Satisfaction::kFactIs:
        return SomebodyAnswers(way.fact_is(), place);
      case Satisfaction::kRemovalConfirmed:
        return SomebodyMay("EXECUTE_REMOVAL", place);
      case Satisfaction::kRemovalLifted:
        return SomebodyMay("LIFT_REMOVAL", place);
      case Satisfaction::kSpendDecided:
        return SomebodyMay("APPROVE_SPEND", place);
      case Satisfaction::kRecordsAnswered:
        return SomebodyMay("RELEASE_RECORD", place);
      default:
        return true;  // what no person has to do
    }
  }

  // The entities whose incidents raise the duty; "" for what the whole government owes.
  std::vector<std::string> PlacesOf(const Obligation& duty) const {
    if (duty.scope() == Obligation::SCOPE_GLOBAL) return {""};
    std::vector<std::string> places;
    if (duty.parties() != Obligation::PARTIES_THIRD) places = bound_;
    if (duty.parties() > Obligation::PARTIES_REPORTING) {
      places.insert(places.end(), third_parties_.begin(), third_parties_.end());
    }
    return places;
  }

  void CheckDuties() {
    for (int i = 0; i < pack_.obligations_size(); ++i) {
      const Obligation& duty = pack_.obligations(i);
      std::vector<std::string> stuck;
      for (const std::string& place : PlacesOf(duty)) {
        const bool possible =
            std::any_of(duty.satisfied_by().begin(), duty.satisfied_by().end(),
                        [&](const Satisfaction& way) { return CanBeDone(duty, way, place); });
        if (!possible) stuck.push_back(place);
      }
      if (stuck.empty()) continue;
      const std::string where =
          duty.scope() == Obligation::SCOPE_GLOBAL ? "" : absl::StrCat(" for ", Listed(stuck));
      Warning(At("obligations", i) + ".satisfied_by",
              absl::StrCat("nobody could satisfy ", duty.code(), where, "; the directory lacks ",
                           Lacking(duty, stuck.front())));
    }
  }

  // The roles that would make one way possible.
  std::string Lacking(const Obligation& duty, const std::string& place) const {
    std::set<std::string> roles;
    const auto add = [&](const Words& more) {
      for (const std::string& role : more) {
        if (!IsHeld(role, place)) roles.insert(role);
      }
    };
    const auto add_act = [&](const std::string& act) {
      if (const auto* permission = policy_.FindPermission(act); permission != nullptr) {
        add(permission->roles());
      }
    };
    for (const Satisfaction& way : duty.satisfied_by()) {
      add(way.acknowledgement().roles());
      add(way.notice_delivered().roles());
      if (way.has_notice_delivered()) {
        const Words& senders = way.notice_delivered().sender_roles();
        const Words& asked = senders.empty() ? duty.owner_roles() : senders;
        if (!AnyHeld(asked, place)) add(asked);
      }
      if (way.has_ticket()) add_act("LINK_TICKET");
      if (way.has_document()) add_act(policy_.FindDocument(way.document().type())->act());
      if (way.has_decision()) add_act(policy_.FindQuestion(way.decision().question())->act());
      if (way.has_fact_is()) add_act("RECORD_FACTS");
      if (way.has_fact_is()) add(policy_.FindFact(way.fact_is().name())->author_roles());
      if (way.has_removal_confirmed()) add_act("EXECUTE_REMOVAL");
      if (way.has_removal_lifted()) add_act("LIFT_REMOVAL");
      if (way.has_spend_decided()) add_act("APPROVE_SPEND");
      if (way.has_records_answered()) add_act("RELEASE_RECORD");
      for (const auto& transition : pack_.transitions()) {
        if (Contains(way.state_entered().state(), transition.to())) add_act(transition.act());
      }
    }
    return roles.empty() ? "somebody who may do it" : absl::StrJoin(roles, ", ");
  }

  const PolicyIndex& policy_;
  const policy::v1::Policy& pack_;
  const Directory& directory_;
  std::vector<std::string> bound_, third_parties_;
  std::set<std::string> unreachable_;  // said already
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> LintDirectory(const policy::v1::Policy& pack, v1::Directory directory) {
  const auto policy = PolicyIndex::Create(pack);
  if (!policy.ok()) return {};  // the pack's own errors come first
  const auto indexed = Directory::Create(std::move(directory), **policy);
  if (!indexed.ok()) {
    return {{0, "",
             absl::StrCat("the directory does not fit: ", std::string(indexed.status().message()),
                          "; correct the directory, or the pack"),
             false}};
  }
  return DirectoryLinter(**policy, **indexed).Run();
}

}  // namespace belfry::core
