#include "server/core/policy/lint.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Policy;
using policy::v1::Predicate;
using policy::v1::Satisfaction;

constexpr int kSeveritiesMax = 9;

// Acts the programs ask about; a pack without a permission for one lets nobody do it.
constexpr absl::string_view kActs[] = {"OPEN",
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

constexpr absl::string_view kPlaceholders[] = {"incident", "title",  "severity", "state", "entity",
                                               "duty",     "clause", "due",      "left",  "late",
                                               "level",    "reason", "remedy",   "actor", "roles"};

class Linter {
 public:
  explicit Linter(const Policy& policy) : policy_(policy) {
    Collect(policy.roles(), "roles", roles_);
    Collect(policy.categories(), "categories", categories_);
    Collect(policy.severities(), "severities", severities_);
    Collect(policy.states(), "states", states_);
    Collect(policy.documents(), "documents", documents_);
    Collect(policy.obligations(), "obligations", obligations_);
    Collect(policy.floors(), "floors", floors_);
    for (int i = 0; i < policy.facts_size(); ++i) {
      CheckCode(policy.facts(i).name(), At("facts", i));
      if (!facts_.emplace(policy.facts(i).name(), &policy.facts(i)).second) {
        Error(At("facts", i),
              absl::StrCat("\"", policy.facts(i).name(), "\" is there twice; rename one"));
      }
    }
    for (const auto& item : policy.reminder_schedules()) reminders_.insert(item.name());
    for (const auto& item : policy.overdue_schedules()) overdue_.insert(item.name());
    for (const auto& item : policy.notices()) templates_.insert(item.key());
    for (const auto& item : policy.permissions()) acts_.insert(item.act());
    for (const auto& item : policy.states()) {
      if (!item.sets_clock().empty()) clocks_.insert(item.sets_clock());
    }
  }

  std::vector<Finding> Run() && {
    CheckIdentity();
    CheckRoles();
    CheckSeverities();
    CheckStates();
    CheckTransitions();
    CheckPermissions();
    CheckLadder();
    CheckDocuments();
    CheckSchedules();
    CheckObligations();
    CheckNotices();
    return std::move(findings_);
  }

 private:
  static std::string At(absl::string_view list, int index) {
    return absl::StrCat(list, "[", index, "]");
  }

  void Error(std::string path, std::string message) {
    findings_.push_back({0, std::move(path), std::move(message), false});
  }
  void Warning(std::string path, std::string message) {
    findings_.push_back({0, std::move(path), std::move(message), true});
  }

  void CheckCode(const std::string& code, const std::string& path) {
    if (code.empty()) Error(path, "has no code; give it one");
  }

  template <typename List, typename Set>
  void Collect(const List& list, absl::string_view name, Set& codes) {
    for (int i = 0; i < list.size(); ++i) {
      CheckCode(list.Get(i).code(), At(name, i));
      if (!codes.insert(list.Get(i).code()).second) {
        Error(At(name, i), absl::StrCat("\"", list.Get(i).code(), "\" is there twice; rename one"));
      }
    }
  }

  template <typename Set>
  void Refer(const Set& known, const std::string& code, absl::string_view what,
             const std::string& path) {
    if (known.count(code) > 0) return;
    Error(path, absl::StrCat("there is no ", what, " \"", code,
                             "\"; define it or correct the "
                             "spelling"));
  }

  template <typename List>
  void ReferRoles(const List& roles, const std::string& path) {
    for (const std::string& role : roles) Refer(roles_, role, "role", path);
  }

  template <typename Item>
  void CheckCited(const Item& item, const std::string& path) {
    if (item.clauses().empty()) {
      Warning(path, "cites no clause; add clauses so that people can look it up");
    }
  }

  void CheckDuration(const google::protobuf::Duration& duration, const std::string& path) {
    if (duration.seconds() < 0 || (duration.seconds() == 0 && duration.nanos() <= 0)) {
      Error(path, "must be longer than zero; write { seconds: N }");
    }
  }

  void CheckIdentity() {
    if (policy_.id().empty()) Error("id", "is needed, for example \"itd-sec-4.3\"");
    if (policy_.revision() <= 0) Error("revision", "counts from 1");
    absl::TimeZone zone;
    if (policy_.time_zone().empty() || !absl::LoadTimeZone(policy_.time_zone(), &zone)) {
      Error("time_zone", absl::StrCat("\"", policy_.time_zone(),
                                      "\" is no IANA zone; write one such as "
                                      "\"America/New_York\""));
    }
  }

  void CheckRoles() {
    for (int i = 0; i < policy_.roles_size(); ++i) {
      if (policy_.roles(i).scope() == policy::v1::Role::SCOPE_UNSPECIFIED) {
        Error(At("roles", i), "needs a scope: SCOPE_ENTITY, SCOPE_SECRETARIAT or SCOPE_GLOBAL");
      }
    }
  }

  void CheckSeverities() {
    if (policy_.severities().empty() || policy_.severities_size() > kSeveritiesMax) {
      Error("severities", "there must be 1 to 9, the worst first");
    }
    Refer(severities_, policy_.initial_severity(), "severity", "initial_severity");
    for (int i = 0; i < policy_.floors_size(); ++i) {
      const auto& floor = policy_.floors(i);
      const std::string path = At("floors", i);
      Refer(severities_,
            floor.one_worse_up_to().empty() ? floor.at_least() : floor.one_worse_up_to(),
            "severity", path);
      CheckPredicate(floor.when(), path + ".when");
      if (!floor.has_when()) Error(path, "has no `when`; it would hold always");
      CheckCited(floor, path);
    }
  }

  void CheckStates() {
    Refer(states_, policy_.initial_state(), "state", "initial_state");
    std::set<std::string> reached = {policy_.initial_state()};
    for (bool grew = true; grew;) {
      grew = false;
      for (const auto& transition : policy_.transitions()) {
        const bool from_reached =
            std::any_of(transition.from().begin(), transition.from().end(),
                        [&](const std::string& from) { return reached.count(from) > 0; });
        if (from_reached) grew |= reached.insert(transition.to()).second;
      }
    }
    for (int i = 0; i < policy_.states_size(); ++i) {
      const auto& state = policy_.states(i);
      const std::string path = At("states", i);
      if (reached.count(state.code()) == 0) {
        Error(path, absl::StrCat("no transition leads to ", state.code(),
                                 "; add one or take the state out"));
      }
      const bool leaves = std::any_of(
          policy_.transitions().begin(), policy_.transitions().end(), [&](const auto& transition) {
            return std::find(transition.from().begin(), transition.from().end(), state.code()) !=
                   transition.from().end();
          });
      if (!leaves && !state.terminal()) {
        Error(path, absl::StrCat("nothing leads out of ", state.code(),
                                 "; add a transition or mark it terminal"));
      }
    }
  }

  void CheckTransitions() {
    std::set<std::pair<std::string, std::string>> pairs;
    for (int i = 0; i < policy_.transitions_size(); ++i) {
      const auto& transition = policy_.transitions(i);
      const std::string path = At("transitions", i);
      if (transition.verb().empty() ||
          absl::AsciiStrToLower(transition.verb()) != transition.verb()) {
        Error(path, "needs a verb in lower case");
      }
      if (transition.from().empty()) Error(path, "needs at least one state in `from`");
      for (const std::string& from : transition.from()) {
        Refer(states_, from, "state", path + ".from");
        if (!pairs.emplace(from, transition.verb()).second) {
          Error(path, absl::StrCat("\"", transition.verb(), "\" leads out of ", from,
                                   " twice; one verb, one way"));
        }
      }
      Refer(states_, transition.to(), "state", path + ".to");
      for (const std::string& state : transition.through()) {
        Refer(states_, state, "state", path + ".through");
      }
      Refer(acts_, transition.act(), "permission for the act", path + ".act");
      for (int g = 0; g < transition.guards_size(); ++g) {
        const auto& guard = transition.guards(g);
        const std::string at = absl::StrCat(path, ".guards[", g, "]");
        CheckPredicate(guard.require(), at + ".require");
        if (guard.message().empty()) Error(at, "needs a message: why it is refused");
        if (guard.remedy().empty()) Error(at, "needs a remedy: what to do about it");
        CheckCited(guard, at);
      }
      CheckCited(transition, path);
    }
  }

  void CheckPermissions() {
    for (int i = 0; i < policy_.permissions_size(); ++i) {
      const auto& permission = policy_.permissions(i);
      const std::string path = At("permissions", i);
      ReferRoles(permission.roles(), path + ".roles");
      if (permission.roles().empty() && !permission.anyone() && !permission.systems()) {
        Error(path, absl::StrCat("lets nobody do ", permission.act(),
                                 "; name roles, or set anyone or systems"));
      }
      CheckCited(permission, path);
    }
    for (const absl::string_view act : kActs) {
      if (acts_.count(std::string(act)) == 0) {
        Error("permissions", absl::StrCat("nothing says who may do ", act,
                                          "; add permissions { act: \"", act, "\" … }"));
      }
    }
  }

  void CheckLadder() {
    const auto& ladder = policy_.escalation();
    if (ladder.levels().empty()) Error("escalation.levels", "the ladder needs at least one level");
    for (int i = 0; i < ladder.levels_size(); ++i) {
      const std::string path = absl::StrCat("escalation.levels[", i, "]");
      if (ladder.levels(i).number() != i + 1) {
        Error(path, "levels count 1, 2, 3 … in order, without gaps");
      }
      if (ladder.levels(i).roles().empty()) Error(path, "needs at least one role");
      ReferRoles(ladder.levels(i).roles(), path + ".roles");
    }
    std::set<std::string> paced;
    for (int i = 0; i < ladder.paces_size(); ++i) {
      const auto& pace = ladder.paces(i);
      const std::string path = absl::StrCat("escalation.paces[", i, "]");
      Refer(severities_, pace.severity(), "severity", path + ".severity");
      paced.insert(pace.severity());
      CheckDuration(pace.ack_window(), path + ".ack_window");
      CheckDuration(pace.top_repeat(), path + ".top_repeat");
      if (pace.start_level() < 1 || pace.start_level() > pace.top_level() ||
          pace.top_level() > ladder.levels_size()) {
        Error(path, "start_level and top_level must be levels, the start not above the top");
      }
      if (pace.repeats() < 0) Error(path, "repeats must not be negative");
    }
    for (const std::string& severity : severities_) {
      if (paced.count(severity) == 0) {
        Error("escalation.paces", absl::StrCat("there is no pace for ", severity, "; add one"));
      }
    }
    ReferRoles(ladder.exhausted_roles(), "escalation.exhausted_roles");
    if (ladder.exhausted_roles().empty()) {
      Error("escalation.exhausted_roles", "somebody must hear of a silent ladder; name a role");
    }
  }

  void CheckDocuments() {
    for (int i = 0; i < policy_.documents_size(); ++i) {
      const auto& document = policy_.documents(i);
      const std::string path = At("documents", i);
      Refer(acts_, document.act(), "permission for the act", path + ".act");
      ReferRoles(document.recipient_roles(), path + ".recipient_roles");
      if (document.fields().empty()) Error(path, "has no fields; a document says something");
      std::set<std::string> names;
      for (int f = 0; f < document.fields_size(); ++f) {
        const std::string at = absl::StrCat(path, ".fields[", f, "]");
        if (!names.insert(document.fields(f).name()).second || document.fields(f).name().empty()) {
          Error(at, "needs a name of its own");
        }
        if (document.fields(f).characters_max() < 0) Error(at, "characters_max is negative");
      }
      CheckCited(document, path);
    }
  }

  void CheckSchedules() {
    for (int i = 0; i < policy_.reminder_schedules_size(); ++i) {
      const auto& schedule = policy_.reminder_schedules(i);
      const std::string path = At("reminder_schedules", i);
      for (const auto& before : schedule.before()) CheckDuration(before, path + ".before");
      for (const double fraction : schedule.at_fraction()) {
        if (fraction <= 0 || fraction >= 1) {
          Error(path, "at_fraction lies between 0 and 1, both excluded");
        }
      }
    }
    for (int i = 0; i < policy_.overdue_schedules_size(); ++i) {
      const auto& schedule = policy_.overdue_schedules(i);
      const std::string path = At("overdue_schedules", i);
      if (schedule.steps().empty()) Error(path, "has no steps; add one or do not use it");
      for (int s = 0; s < schedule.steps_size(); ++s) {
        const std::string at = absl::StrCat(path, ".steps[", s, "]");
        if (schedule.steps(s).roles().empty()) Error(at, "tells nobody; name a role");
        ReferRoles(schedule.steps(s).roles(), at + ".roles");
        for (const std::string& code : schedule.steps(s).opens()) {
          Refer(obligations_, code, "duty", at + ".opens");
        }
      }
    }
  }

  void CheckObligations() {
    for (int i = 0; i < policy_.obligations_size(); ++i) {
      CheckObligation(policy_.obligations(i), At("obligations", i));
    }
  }

  void CheckObligation(const Obligation& duty, const std::string& path) {
    if (duty.kind() == Obligation::KIND_UNSPECIFIED) Error(path, "needs a kind");
    if (duty.scope() == Obligation::SCOPE_UNSPECIFIED) Error(path, "needs a scope");
    const bool standing = duty.kind() == Obligation::KIND_STANDING;
    if (!standing && duty.clock() == Obligation::CLOCK_UNSPECIFIED) {
      Error(path, "needs a clock: from when does the time run?");
    }
    if (duty.owner_roles().empty()) Error(path, "has no owner; who must do it?");
    ReferRoles(duty.owner_roles(), path + ".owner_roles");
    ReferRoles(duty.accountable_roles(), path + ".accountable_roles");
    ReferRoles(duty.recipient_roles(), path + ".recipient_roles");
    if (duty.has_when()) CheckPredicate(duty.when(), path + ".when");
    if (duty.has_void_when()) CheckPredicate(duty.void_when(), path + ".void_when");
    if (duty.satisfied_by().empty()) {
      Error(path, absl::StrCat("nothing satisfies ", duty.code(), "; add satisfied_by"));
    }
    for (const Satisfaction& way : duty.satisfied_by()) CheckSatisfaction(way, path);
    CheckSpan(duty.due(), path + ".due");
    if (duty.has_recurrence()) CheckDuration(duty.recurrence().period(), path + ".recurrence");
    if (!duty.reminders().empty()) {
      Refer(reminders_, duty.reminders(), "reminder schedule", path + ".reminders");
    }
    if (!duty.overdue().empty()) {
      Refer(overdue_, duty.overdue(), "overdue schedule", path + ".overdue");
    }
    for (const auto& waiver : duty.waivers()) {
      if (waiver.roles().empty()) Error(path, "a waiver needs roles that may grant it");
      ReferRoles(waiver.roles(), path + ".waivers");
      if (duty.kind() == Obligation::KIND_HARD) {
        Error(path, "a hard number of the policy cannot be waived; take the waiver out");
      }
    }
    if (duty.remedy().empty()) {
      Warning(path, "has no remedy; reminders will not say what to do");
    }
    if (duty.kind() != Obligation::KIND_DERIVED) CheckCited(duty, path);
  }

  void CheckSpan(const policy::v1::Span& span, const std::string& path) {
    if (span.has_any()) CheckDuration(span.any(), path);
    std::set<std::string> covered;
    for (const auto& entry : span.by_severity()) {
      Refer(severities_, entry.severity(), "severity", path);
      CheckDuration(entry.span(), path);
      covered.insert(entry.severity());
    }
    if (covered.empty() || span.has_any()) return;
    for (const std::string& severity : severities_) {
      if (covered.count(severity) == 0) {
        Error(path, absl::StrCat("says nothing about ", severity, "; add it, or `any`"));
      }
    }
  }

  void CheckSatisfaction(const Satisfaction& way, const std::string& path) {
    switch (way.kind_case()) {
      case Satisfaction::kAcknowledgement:
        ReferRoles(way.acknowledgement().roles(), path + ".satisfied_by");
        if (way.acknowledgement().roles().empty()) {
          Error(path, "an acknowledgement needs roles: whose?");
        }
        break;
      case Satisfaction::kStateEntered:
        for (const std::string& state : way.state_entered().state()) {
          Refer(states_, state, "state", path + ".satisfied_by");
        }
        break;
      case Satisfaction::kDocument:
        Refer(documents_, way.document().type(), "document", path + ".satisfied_by");
        break;
      case Satisfaction::kNoticeDelivered:
        ReferRoles(way.notice_delivered().roles(), path + ".satisfied_by");
        ReferRoles(way.notice_delivered().sender_roles(), path + ".satisfied_by");
        Refer(templates_, way.notice_delivered().template_(), "notice", path + ".satisfied_by");
        break;
      case Satisfaction::kFactIs:
        CheckFact(way.fact_is().name(), way.fact_is().is(), path + ".satisfied_by");
        break;
      case Satisfaction::KIND_NOT_SET:
        Error(path, "an empty satisfied_by satisfies nothing");
        break;
      default:
        break;
    }
  }

  template <typename Values>
  void CheckFact(const std::string& name, const Values& values, const std::string& path) {
    const auto fact = facts_.find(name);
    if (fact == facts_.end()) {
      Error(path, absl::StrCat("there is no question \"", name, "\"; define it in facts"));
      return;
    }
    const auto& allowed = fact->second->values();
    for (const std::string& value : values) {
      const bool known = value == "UNANSWERED" || allowed.empty() ||
                         std::find(allowed.begin(), allowed.end(), value) != allowed.end();
      if (!known) {
        Error(path,
              absl::StrCat("\"", value, "\" is no answer to ", name, "; use one of its values"));
      }
    }
  }

  void CheckPredicate(const Predicate& predicate, const std::string& path) {
    switch (predicate.kind_case()) {
      case Predicate::kAll:
        if (predicate.all().of().empty()) Error(path, "`all` of nothing; add `of`");
        for (const Predicate& part : predicate.all().of()) CheckPredicate(part, path);
        break;
      case Predicate::kAny:
        if (predicate.any().of().empty()) Error(path, "`any` of nothing never holds; add `of`");
        for (const Predicate& part : predicate.any().of()) CheckPredicate(part, path);
        break;
      case Predicate::kNot:
        CheckPredicate(predicate.not_(), path);
        break;
      case Predicate::kFact:
        CheckFact(predicate.fact().name(), predicate.fact().is(), path);
        if (predicate.fact().is().empty() && !predicate.fact().has_at_least()) {
          Error(path, "a test of a fact needs `is` or `at_least`");
        }
        break;
      case Predicate::kCategory:
        for (const std::string& code : predicate.category().code()) {
          Refer(categories_, code, "category", path);
        }
        break;
      case Predicate::kSeverity:
        Refer(severities_, predicate.severity().at_least(), "severity", path);
        break;
      case Predicate::kState:
        for (const std::string& code : predicate.state().is()) Refer(states_, code, "state", path);
        if (!predicate.state().clock_set().empty()) {
          Refer(clocks_, predicate.state().clock_set(), "clock", path);
        }
        break;
      case Predicate::kEntity:
        if (predicate.entity().property() == Predicate::EntityTest::PROPERTY_UNSPECIFIED) {
          Error(path, "a test of an entity needs a property");
        }
        break;
      case Predicate::kCount:
        if (predicate.count().what() == Predicate::CountTest::WHAT_UNSPECIFIED) {
          Error(path, "a count needs `what`");
        }
        break;
      case Predicate::kOpenObligations:
        for (const std::string& code : predicate.open_obligations().code()) {
          Refer(obligations_, code, "duty", path);
        }
        break;
      case Predicate::kElapsed:
        if (predicate.elapsed().clock() != "T0") {
          Refer(clocks_, predicate.elapsed().clock(), "clock", path);
        }
        CheckDuration(predicate.elapsed().at_least(), path);
        break;
      case Predicate::kDocument:
        Refer(documents_, predicate.document().type(), "document", path);
        break;
      case Predicate::KIND_NOT_SET:
        Error(path, "an empty predicate says nothing; set one kind");
        break;
      default:
        break;
    }
  }

  void CheckNotices() {
    std::set<std::string> keys;
    for (int i = 0; i < policy_.notices_size(); ++i) {
      const auto& notice = policy_.notices(i);
      const std::string path = At("notices", i);
      if (!keys.insert(notice.key()).second) Error(path, "this key is there twice");
      CheckPlaceholders(notice.title(), path + ".title");
      CheckPlaceholders(notice.text(), path + ".text");
    }
    for (const char* key :
         {"PAGE", "OPENED_DUTY", "REMINDER", "OVERDUE", "EXHAUSTED", "DISMISSED", "DOCUMENT"}) {
      if (keys.count(key) == 0) {
        Error("notices", absl::StrCat("there is no notice ", key, "; add one"));
      }
    }
  }

  void CheckPlaceholders(absl::string_view text, const std::string& path) {
    for (size_t open = text.find('{'); open != absl::string_view::npos;
         open = text.find('{', open + 1)) {
      const size_t close = text.find('}', open);
      const absl::string_view name =
          close == absl::string_view::npos ? "" : text.substr(open + 1, close - open - 1);
      const bool known = std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) !=
                         std::end(kPlaceholders);
      if (!known) {
        Error(path,
              absl::StrCat("there is no placeholder \"{", name, "}\"; the schema lists them"));
      }
    }
  }

  const Policy& policy_;
  std::vector<Finding> findings_;
  std::set<std::string> roles_, categories_, severities_, states_, documents_, obligations_,
      floors_, reminders_, overdue_, templates_, acts_, clocks_;
  std::map<std::string, const policy::v1::FactDefinition*> facts_;
};

}  // namespace

std::vector<Finding> LintPolicy(const Policy& policy) { return Linter(policy).Run(); }

}  // namespace belfry::core
