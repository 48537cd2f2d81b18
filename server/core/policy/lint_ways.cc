// What raises a duty and what satisfies it. A way that nobody can go is an error at that way.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"
#include "server/core/policy/lint_truth.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::OverdueSchedule;
using policy::v1::Policy;
using policy::v1::Satisfaction;
using policy::v1::Source;

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

template <typename Words>
bool Contains(const Words& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool OpenedByAStep(const Policy& policy, const std::string& code) {
  return std::any_of(policy.overdue_schedules().begin(), policy.overdue_schedules().end(),
                     [&](const OverdueSchedule& schedule) {
                       return std::any_of(
                           schedule.steps().begin(), schedule.steps().end(),
                           [&](const auto& step) { return Contains(step.opens(), code); });
                     });
}

bool SomethingRemoves(const Policy& policy) {
  return std::any_of(policy.questions().begin(), policy.questions().end(),
                     [](const auto& question) { return !question.removes_on().empty(); });
}

// An instance that a removal raised, or the decision that orders it.
bool RaisedByARemoval(const LintContext& lint, const Obligation& duty) {
  return std::any_of(duty.sources().begin(), duty.sources().end(), [&](const Source& source) {
    if (source.has_removal()) return true;
    const auto question = lint.questions.find(source.decision().question());
    return question != lint.questions.end() && !question->second->removes_on().empty() &&
           Contains(source.decision().answers(), question->second->removes_on());
  });
}

// ---- Sources ----

void CheckBecomes(LintContext& lint, const Obligation& duty, const Source& source,
                  const std::string& path) {
  const std::string at = path + ".becomes";
  if (!source.becomes().has_when()) {
    lint.Error(at, absl::StrCat("source ", source.key(), " has no `when`; say what becomes true"));
    return;
  }
  if (!CheckPredicate(lint, source.becomes().when(), at + ".when")) return;
  // The duty's own conditions hold at the same time.
  policy::v1::Predicate raised;
  *raised.mutable_all()->add_of() = source.becomes().when();
  if (duty.has_when()) *raised.mutable_all()->add_of() = duty.when();
  if (duty.has_void_when()) {
    *raised.mutable_all()->add_of()->mutable_not_() = duty.void_when();
  }
  if (!TruthOf(lint.policy, raised).can_hold) {
    lint.Error(at + ".when", absl::StrCat("can never hold while the duty may exist, so source ",
                                          source.key(), " raises nothing; correct it"));
  }
}

void CheckSource(LintContext& lint, const Obligation& duty, const Source& source,
                 const std::string& path) {
  const auto never = [&](const std::string& why) {
    lint.Error(
        path, absl::StrCat("source ", source.key(), " of ", duty.code(), " raises nothing: ", why));
  };
  switch (source.kind_case()) {
    case Source::kBecomes:
      CheckBecomes(lint, duty, source, path);
      break;
    case Source::kDecision:
      CheckDecision(lint, source.decision().question(), source.decision().answers(),
                    path + ".decision", "answers");
      break;
    case Source::kDocument: {
      const std::string at = path + ".document";
      if (!lint.Refer(lint.documents, source.document().type(), "document", at + ".type")) break;
      CheckFieldTests(lint, source.document().type(), source.document().fields(), at + ".fields");
      if (source.document().order_deviation() &&
          !lint.documents[source.document().type()]->has_order()) {
        lint.Error(at + ".order_deviation",
                   absl::StrCat(source.document().type(),
                                " is never out of order; give the document an `order`"));
      }
      break;
    }
    case Source::kReinfection:
      if (!lint.SomebodyMay("RECORD_DEVICES")) {
        never("nobody may RECORD_DEVICES; add permissions { act: \"RECORD_DEVICES\" … }");
      }
      break;
    case Source::kOverdueStep:
      if (!OpenedByAStep(lint.policy, duty.code())) {
        never(absl::StrCat("no overdue step opens it; add opens: \"", duty.code(), "\" to one"));
      }
      break;
    case Source::kRemoval:
      if (!SomethingRemoves(lint.policy)) never("no decision removes anything; set removes_on");
      break;
    case Source::kSpend:
      if (!lint.SomebodyMay("REQUEST_SPEND")) {
        never("nobody may REQUEST_SPEND; add permissions { act: \"REQUEST_SPEND\" … }");
      }
      break;
    case Source::kRecordsRequest:
      if (!lint.SomebodyMay("REQUEST_RECORD")) {
        never("nobody may REQUEST_RECORD; add permissions { act: \"REQUEST_RECORD\" … }");
      }
      break;
    case Source::KIND_NOT_SET:
      lint.Error(path, absl::StrCat("source ", source.key(), " of ", duty.code(),
                                    " raises nothing; set one kind"));
      break;
  }
  if (source.has_due()) {
    lint.CheckSpan(source.due(), path + ".due");
    if (!IsSet(source.due()))
      lint.Error(path + ".due", "gives no length; write any { seconds: N }");
  }
}

void CheckSources(LintContext& lint, const Obligation& duty, const std::string& path) {
  lint.CheckNames(duty.sources(), path + ".sources", "key",
                  [](const auto& source) -> const std::string& { return source.key(); });
  for (int i = 0; i < duty.sources_size(); ++i) {
    const Source& source = duty.sources(i);
    const std::string at = At(path + ".sources", i);
    // The record writes KEY:number for what happens again and again.
    if (absl::AsciiStrToUpper(source.key()) != source.key() ||
        source.key().find(':') != std::string::npos) {
      lint.Error(at + ".key",
                 absl::StrCat("\"", source.key(), "\" is no key: upper case, without a colon"));
    }
    CheckSource(lint, duty, source, at);
  }
  if (duty.one_at_a_time() && duty.sources().empty()) {
    lint.Error(path + ".one_at_a_time",
               absl::StrCat(duty.code(), " has no sources, so there is one anyway; take it out"));
  }
  if (!duty.has_suppressed_by()) return;
  CheckDecision(lint, duty.suppressed_by().question(), duty.suppressed_by().is(),
                path + ".suppressed_by", "is");
  if (duty.sources().empty()) {
    lint.Error(path + ".suppressed_by",
               absl::StrCat(duty.code(), " has no sources to suppress; take it out"));
  }
}

// ---- Ways to satisfy ----

class WayChecker {
 public:
  WayChecker(LintContext& lint, const Obligation& duty, std::string path)
      : lint_(lint), duty_(duty), path_(std::move(path)) {}

  void Check(const Satisfaction& way) {
    switch (way.kind_case()) {
      case Satisfaction::kReport:
        break;
      case Satisfaction::kTicket:
        NeedAct("LINK_TICKET", path_ + ".ticket");
        break;
      case Satisfaction::kAcknowledgement:
        CheckAcknowledgement(way.acknowledgement());
        break;
      case Satisfaction::kStateEntered:
        CheckStateEntered(way.state_entered());
        break;
      case Satisfaction::kDocument: {
        const std::string at = path_ + ".document";
        if (!lint_.Refer(lint_.documents, way.document().type(), "document", at + ".type")) break;
        CheckFieldTests(lint_, way.document().type(), way.document().fields(), at + ".fields");
        NeedAct(lint_.documents[way.document().type()]->act(), at + ".type");
        break;
      }
      case Satisfaction::kNoticeDelivered:
        CheckNotice(way.notice_delivered());
        break;
      case Satisfaction::kDecision: {
        const std::string at = path_ + ".decision";
        CheckDecision(lint_, way.decision().question(), way.decision().answers(), at, "answers");
        const auto question = lint_.questions.find(way.decision().question());
        if (question != lint_.questions.end()) NeedAct(question->second->act(), at + ".question");
        break;
      }
      case Satisfaction::kFactIs:
        CheckFact(way.fact_is());
        break;
      case Satisfaction::kRemovalConfirmed:
        NeedRemoval(path_ + ".removal_confirmed", "EXECUTE_REMOVAL");
        break;
      case Satisfaction::kRemovalLifted:
        NeedRemoval(path_ + ".removal_lifted", "LIFT_REMOVAL");
        break;
      case Satisfaction::kRolesHeld:
        if (way.roles_held().roles().empty()) lint_.Error(path_, "roles_held needs roles: which?");
        lint_.ReferRoles(way.roles_held().roles(), path_ + ".roles_held.roles");
        if (duty_.kind() != Obligation::KIND_STANDING) {
          lint_.Error(path_ + ".roles_held",
                      absl::StrCat("is for standing duties; ", duty_.code(),
                                   " would be satisfied by the directory, not by an act"));
        }
        break;
      case Satisfaction::kPolicyAdopted:
        if (duty_.kind() != Obligation::KIND_STANDING) {
          lint_.Error(path_ + ".policy_adopted",
                      absl::StrCat("is for standing duties; an incident stays with its pack, so ",
                                   duty_.code(), " needs another way"));
        }
        break;
      case Satisfaction::kSpendDecided:
        if (std::none_of(duty_.sources().begin(), duty_.sources().end(),
                         [](const Source& source) { return source.has_spend(); })) {
          Blocked(path_ + ".spend_decided", "no spending request raises it; add a source spend {}");
        }
        NeedAct("APPROVE_SPEND", path_ + ".spend_decided");
        break;
      case Satisfaction::kRecordsAnswered:
        if (std::none_of(duty_.sources().begin(), duty_.sources().end(),
                         [](const Source& source) { return source.has_records_request(); })) {
          Blocked(path_ + ".records_answered",
                  "no request for the record raises it; add a source records_request {}");
        }
        NeedAct("RELEASE_RECORD", path_ + ".records_answered");
        break;
      case Satisfaction::KIND_NOT_SET:
        lint_.Error(path_, absl::StrCat("an empty satisfied_by satisfies nothing of ", duty_.code(),
                                        "; set one kind"));
        break;
    }
  }

 private:
  void Blocked(const std::string& path, const std::string& why) {
    lint_.Error(path, absl::StrCat("nobody can satisfy ", duty_.code(), " this way: ", why));
  }

  // The act is permitted to somebody; that it has a permission at all is said where it stands.
  void NeedAct(const std::string& act, const std::string& path) {
    if (lint_.SomebodyMay(act)) return;
    Blocked(path, absl::StrCat("no role may ", act, "; name roles in its permission"));
  }

  void CheckAcknowledgement(const Satisfaction::Acknowledgement& way) {
    const std::string at = path_ + ".acknowledgement";
    if (way.roles().empty()) {
      lint_.Error(at, absl::StrCat("an acknowledgement of ", duty_.code(), " needs roles: whose?"));
      return;
    }
    lint_.ReferRoles(way.roles(), at + ".roles");
    const auto permission = lint_.permissions.find("ACKNOWLEDGE");
    if (permission == lint_.permissions.end() || permission->second->anyone()) return;
    const auto& allowed = permission->second->roles();
    if (std::none_of(way.roles().begin(), way.roles().end(),
                     [&](const std::string& role) { return Contains(allowed, role); })) {
      Blocked(at + ".roles", absl::StrCat("no holder of ", absl::StrJoin(way.roles(), ", "),
                                          " may ACKNOWLEDGE; add one to the permission"));
    }
  }

  void CheckStateEntered(const Satisfaction::StateEntered& way) {
    const std::string at = path_ + ".state_entered";
    if (way.state().empty()) lint_.Error(at, "needs a state: which one is entered?");
    lint_.ReferAll(lint_.states, way.state(), "state", at + ".state");
    const auto& transitions = lint_.policy.transitions();
    for (int i = 0; i < way.state_size(); ++i) {
      const std::string& state = way.state(i);
      if (lint_.states.count(state) == 0 || state == lint_.policy.initial_state()) continue;
      if (std::none_of(transitions.begin(), transitions.end(),
                       [&](const auto& step) { return step.to() == state; })) {
        Blocked(At(at + ".state", i),
                absl::StrCat("no transition leads to ", state, "; add one or name another state"));
      }
    }
  }

  void CheckNotice(const Satisfaction::NoticeDelivered& way) {
    const std::string at = path_ + ".notice_delivered";
    if (way.roles().empty()) lint_.Error(at, "needs roles: whom must the notice reach?");
    lint_.ReferRoles(way.roles(), at + ".roles");
    lint_.ReferRoles(way.sender_roles(), at + ".sender_roles");
    lint_.Refer(lint_.notices, way.template_(), "notice", at + ".template");
    if (!way.document().empty()) {
      lint_.Refer(lint_.documents, way.document(), "document", at + ".document");
    }
  }

  void CheckFact(const Satisfaction::FactIs& way) {
    const std::string at = path_ + ".fact_is";
    const auto fact = lint_.facts.find(way.name());
    if (fact == lint_.facts.end()) {
      lint_.Error(at + ".name",
                  absl::StrCat("there is no question \"", way.name(), "\"; define it in facts"));
      return;
    }
    if (way.is().empty())
      lint_.Error(at, absl::StrCat("needs `is`: which answer to ", way.name(), "?"));
    CheckAnswers(lint_, *fact->second, way.is(), at + ".is");
    for (int i = 0; i < way.is_size(); ++i) {
      if (way.is(i) == "UNANSWERED") {
        Blocked(At(at + ".is", i), "the lack of an answer satisfies nothing; name an answer");
      }
    }
    if (fact->second->multiple() || fact->second->per_entity()) {
      lint_.Error(
          at + ".name",
          absl::StrCat(way.name(), " has more than one answer; use a fact with a single one"));
    }
    NeedAct("RECORD_FACTS", at + ".name");
  }

  void NeedRemoval(const std::string& path, const std::string& act) {
    if (!RaisedByARemoval(lint_, duty_)) {
      Blocked(path, "no removal raises it; add a source removal {} or the decision that removes");
    }
    NeedAct(act, path);
  }

  LintContext& lint_;
  const Obligation& duty_;
  const std::string path_;
};

}  // namespace

void LintWays(LintContext& lint, const Obligation& duty, const std::string& path) {
  CheckSources(lint, duty, path);
  if (duty.satisfied_by().empty()) {
    lint.Error(path, absl::StrCat("nothing satisfies ", duty.code(), "; add satisfied_by"));
  }
  int notices = 0;
  for (int i = 0; i < duty.satisfied_by_size(); ++i) {
    const std::string at = At(path + ".satisfied_by", i);
    WayChecker(lint, duty, at).Check(duty.satisfied_by(i));
    if (duty.satisfied_by(i).has_notice_delivered() && ++notices > 1) {
      lint.Error(at, absl::StrCat(duty.code(), " has two notices; one duty, one notice"));
    }
  }
}

}  // namespace belfry::core
