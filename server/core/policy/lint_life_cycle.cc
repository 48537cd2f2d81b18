// The life cycle of a pack: states, the ways between them, and who may do what.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

using policy::v1::Policy;
using policy::v1::State;
using policy::v1::Transition;

// Acts the programs ask about; a pack without a permission for one lets nobody do it.
constexpr const char* kActs[] = {"READ",
                                 "READ_RED",
                                 "LIST",
                                 "WATCH",
                                 "READ_CONTACTS",
                                 "READ_POLICY",
                                 "SIMULATE_POLICY",
                                 "READ_DELIVERIES",
                                 "ADMIN_DIRECTORY",
                                 "ADMIN_DELIVERIES",
                                 "ADMIN_VAULT",
                                 "OPEN",
                                 "NOTE",
                                 "ACKNOWLEDGE",
                                 "ESCALATE",
                                 "UPDATE_DETAILS",
                                 "RECORD_FACTS",
                                 "ASSIGN_CATEGORIES",
                                 "ADD_ENTITY",
                                 "CHANGE_SEVERITY",
                                 "LOWER_SEVERITY",
                                 "LINK_TICKET"};

// Labels of what is not for named readers alone.
constexpr std::array<absl::string_view, 4> kOpenLabels = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER",
                                                          "TLP:AMBER+STRICT"};

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

template <typename Words>
bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::set<std::string> ReachedStates(const Policy& policy) {
  std::set<std::string> reached = {policy.initial_state()};
  for (bool grew = true; grew;) {
    grew = false;
    for (const Transition& transition : policy.transitions()) {
      const bool from_reached =
          std::any_of(transition.from().begin(), transition.from().end(),
                      [&](const std::string& from) { return reached.count(from) > 0; });
      if (from_reached) grew |= reached.insert(transition.to()).second;
    }
  }
  return reached;
}

// States from which some way leads to a terminal one.
std::set<std::string> EndingStates(const Policy& policy) {
  std::set<std::string> ending;
  for (const State& state : policy.states()) {
    if (state.terminal()) ending.insert(state.code());
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const Transition& transition : policy.transitions()) {
      if (ending.count(transition.to()) == 0) continue;
      for (const std::string& from : transition.from()) grew |= ending.insert(from).second;
    }
  }
  return ending;
}

void CheckStates(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckCodes(policy.states(), "states");
  lint.Refer(lint.states, policy.initial_state(), "state", "initial_state");
  const std::set<std::string> reached = ReachedStates(policy);
  const std::set<std::string> ending = EndingStates(policy);
  for (int i = 0; i < policy.states_size(); ++i) {
    const State& state = policy.states(i);
    const std::string path = At("states", i);
    if (state.sets_clock() == "T0") {
      lint.Error(path + ".sets_clock", "T0 is an entity's first awareness; use another name");
    }
    if (state.ongoing() && state.terminal()) {
      lint.Error(path + ".terminal",
                 absl::StrCat(state.code(), " is ongoing or terminal, not both; take one out"));
    }
    if (reached.count(state.code()) == 0) {
      lint.Error(path, absl::StrCat("no transition leads to ", state.code(),
                                    "; add one or take the state out"));
    }
    if (ending.count(state.code()) == 0) {
      lint.Error(path, absl::StrCat("nothing leads out of ", state.code(),
                                    " to a terminal state; add a transition or mark it terminal"));
    }
  }
}

// The way that a short path takes from one state to the next.
bool LeadsDirectly(const Policy& policy, const std::string& from, const std::string& to) {
  return std::any_of(
      policy.transitions().begin(), policy.transitions().end(), [&](const Transition& step) {
        return step.to() == to && step.through().empty() && Contains(step.from(), from);
      });
}

// Every step of a short path is a transition of its own, from wherever it is begun.
void CheckThrough(LintContext& lint, const Transition& transition, const std::string& path) {
  lint.ReferAll(lint.states, transition.through(), "state", path + ".through");
  if (transition.through().empty()) return;
  for (const std::string& start : transition.from()) {
    std::string here = start;
    const auto passed = std::find(transition.through().begin(), transition.through().end(), start);
    const int first = passed == transition.through().end()
                          ? 0
                          : static_cast<int>(passed - transition.through().begin()) + 1;
    for (int i = first; i <= transition.through_size(); ++i) {
      const bool last = i == transition.through_size();
      const std::string& next = last ? transition.to() : transition.through(i);
      if (!LeadsDirectly(lint.policy, here, next)) {
        lint.Error(last ? path + ".through" : At(path + ".through", i),
                   absl::StrCat("no transition leads from ", here, " to ", next,
                                "; add one or name the states in between"));
      }
      here = next;
    }
  }
}

void CheckTransition(LintContext& lint, const Transition& transition, const std::string& path) {
  const std::string& verb = transition.verb();
  if (verb.empty() || absl::AsciiStrToLower(verb) != verb || verb.find(' ') != std::string::npos) {
    lint.Error(path + ".verb", absl::StrCat("\"", verb, "\" is no verb: one word in lower case"));
  }
  lint.CheckText(transition.done(), "done", path, "the timeline says what was done");
  if (transition.from().empty()) lint.Error(path, "needs at least one state in `from`");
  lint.ReferAll(lint.states, transition.from(), "state", path + ".from");
  lint.Refer(lint.states, transition.to(), "state", path + ".to");
  for (int f = 0; f < transition.from_size(); ++f) {
    const std::string at = At(path + ".from", f);
    if (transition.from(f) == transition.to()) {
      lint.Error(at, absl::StrCat(transition.to(), " leads to itself; take it out of `from`"));
    }
    const auto state = lint.states.find(transition.from(f));
    if (state != lint.states.end() && state->second->terminal() && !transition.restarts_clocks()) {
      lint.Error(at, absl::StrCat(transition.from(f),
                                  " is terminal: only reopening leads out; set restarts_clocks, or "
                                  "take terminal out of the state"));
    }
  }
  CheckThrough(lint, transition, path);
  lint.ReferAct(transition.act(), path + ".act");
  CheckGuards(lint, transition.guards(), path + ".guards", nullptr);
  if (transition.has_second_person_when()) {
    CheckCanHold(lint, transition.second_person_when(), path + ".second_person_when",
                 "nobody has to agree");
  }
  if (transition.has_by_rule() && !transition.by_rule().reinfection() &&
      !transition.by_rule().infection() && !transition.by_rule().affected_entity()) {
    lint.Error(path + ".by_rule",
               "nothing takes it; set reinfection, infection or affected_entity");
  }
  if (transition.has_recurrence_grace()) {
    lint.CheckNotNegative(transition.recurrence_grace(), path + ".recurrence_grace");
  }
  if (transition.merges()) {
    if (!lint.SomebodyMay("MERGE")) {
      lint.Error(path + ".merges",
                 "nobody may MERGE; add permissions { act: \"MERGE\" … } or take merges out");
    }
    const auto to = lint.states.find(transition.to());
    if (to != lint.states.end() && !to->second->terminal()) {
      lint.Error(path + ".to", absl::StrCat("a merged incident goes on in the other one; mark ",
                                            transition.to(), " terminal"));
    }
  }
  lint.CheckCited(transition, path);
}

void CheckTransitions(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckNames(policy.transitions(), "transitions", "id",
                  [](const auto& item) -> const std::string& { return item.id(); });
  std::set<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < policy.transitions_size(); ++i) {
    const Transition& transition = policy.transitions(i);
    const std::string path = At("transitions", i);
    for (int f = 0; f < transition.from_size(); ++f) {
      if (!pairs.emplace(transition.from(f), transition.verb()).second) {
        lint.Error(At(path + ".from", f),
                   absl::StrCat("\"", transition.verb(), "\" leads out of ", transition.from(f),
                                " twice; one verb, one way"));
      }
    }
    CheckTransition(lint, transition, path);
  }
}

// Where and when a permission counts.
void CheckWhen(LintContext& lint, const policy::v1::Permission& permission,
               const std::string& path) {
  lint.ReferAll(lint.states, permission.states(), "state", path + ".states");
  lint.CheckDistinct(permission.states(), path + ".states");
  lint.ReferAll(lint.states, permission.closed_states(), "state", path + ".closed_states");
  lint.CheckDistinct(permission.closed_states(), path + ".closed_states");
  if (!permission.states().empty() && !permission.closed_states().empty()) {
    lint.Error(path + ".closed_states",
               "name the states in which it is open, or those in which it "
               "is not; take one list out");
  }
  if (permission.third_parties() && !permission.anyone()) {
    lint.Error(path + ".third_parties",
               "says nothing without anyone; name the roles that third parties hold instead");
  }
  if (permission.scope() != policy::v1::Role::SCOPE_UNSPECIFIED && permission.roles().empty()) {
    lint.Error(path + ".scope", "is about roles, and there are none; take it out");
  }
  const bool reading = permission.act() == "READ" || permission.act() == "READ_RED";
  if (reading && permission.standings().empty()) {
    lint.Error(path + ".standings",
               "everybody would read everything; say what ties a reader to an incident");
  }
  if (permission.act() == "READ_RED") {
    for (int i = 0; i < permission.standings_size(); ++i) {
      const auto standing = permission.standings(i);
      if (standing == policy::v1::Permission::STANDING_OFFICE ||
          standing == policy::v1::Permission::STANDING_MEMBER ||
          standing == policy::v1::Permission::STANDING_TOLD) {
        lint.Error(At(path + ".standings", i),
                   "opens a restricted incident to whoever happens to belong; only readers, the "
                   "reporter, the lead, those called upon and broken glass may");
      }
    }
  }
}

// Labels, and the glass of restricted incidents.
void CheckConfidentiality(LintContext& lint) {
  if (!lint.policy.has_confidentiality()) {
    if (lint.SomebodyMay("BREAK_GLASS")) {
      lint.Error("confidentiality", "is missing: somebody may BREAK_GLASS; say for how long");
    }
    return;
  }
  const policy::v1::Confidentiality& rules = lint.policy.confidentiality();
  const std::string path = "confidentiality";
  const auto check_label = [&](const char* name, const std::string& label) {
    if (Contains(kOpenLabels, label)) return;
    lint.Error(absl::StrCat(path, ".", name),
               absl::StrCat("\"", label,
                            "\" is none of TLP:CLEAR, TLP:GREEN, TLP:AMBER and TLP:AMBER+STRICT"));
  };
  check_label("initial_tlp", rules.initial_tlp());
  check_label("channel_tlp", rules.channel_tlp());
  if (!rules.has_reading_pause()) {
    lint.Error(path, "needs reading_pause; zero records every reading");
  } else {
    lint.CheckNotNegative(rules.reading_pause(), path + ".reading_pause");
  }
  if (lint.SomebodyMay("BREAK_GLASS") != rules.has_glass_good_for()) {
    lint.Error(path + ".glass_good_for",
               "belongs together with permissions { act: \"BREAK_GLASS\" … }: there are both, or "
               "neither");
  }
  if (rules.has_glass_good_for()) {
    lint.CheckDuration(rules.glass_good_for(), path + ".glass_good_for");
    if (rules.glass_told_roles().empty()) {
      lint.Error(path + ".glass_told_roles", "somebody must hear of broken glass; name a role");
    }
    lint.Refer(lint.notices, "GLASS_BROKEN", "notice", path);
  }
  if (lint.SomebodyMay("NAME_READER")) {
    lint.Refer(lint.notices, "READER_NAMED", "notice", path);
  }
  lint.ReferRoles(rules.glass_told_roles(), path + ".glass_told_roles");
  lint.CheckDistinct(rules.glass_told_roles(), path + ".glass_told_roles");
  lint.CheckCited(rules, path);
}

void CheckPermissions(LintContext& lint) {
  const Policy& policy = lint.policy;
  lint.CheckNames(policy.permissions(), "permissions", "act",
                  [](const auto& item) -> const std::string& { return item.act(); });
  for (int i = 0; i < policy.permissions_size(); ++i) {
    const auto& permission = policy.permissions(i);
    const std::string path = At("permissions", i);
    lint.ReferRoles(permission.roles(), path + ".roles");
    lint.CheckDistinct(permission.roles(), path + ".roles");
    if (permission.roles().empty() && !permission.anyone() && !permission.systems() &&
        !permission.admins()) {
      lint.Error(path, absl::StrCat("lets nobody do ", permission.act(),
                                    "; name roles, or set anyone, systems or admins"));
    }
    CheckWhen(lint, permission, path);
    lint.CheckCited(permission, path);
  }
  for (const char* act : kActs) {
    if (lint.permissions.count(act) == 0) {
      lint.Error("permissions", absl::StrCat("nothing says who may do ", act,
                                             "; add permissions { act: \"", act, "\" … }"));
    }
  }
}

}  // namespace

void LintLifeCycle(LintContext& lint) {
  CheckStates(lint);
  CheckTransitions(lint);
  CheckPermissions(lint);
  CheckConfidentiality(lint);
}

}  // namespace belfry::core
